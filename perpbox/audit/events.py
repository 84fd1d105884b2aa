"""ACCOUNT_UPDATE events, each held against the one before it.

An event names only what has changed, and nothing says that no event between two was missed. So a
figure that follows from the event before is confirmed when it agrees, and never called wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from perpbox.audit.documents import Document
from perpbox.audit.figures import Json, Row, Unreadable
from perpbox.audit.verdict import Finding, Recomputed, attempt, certain, judge, presumably, unknown
from perpbox.margin.asset import AssetFigures

MISSED: Final = "events in between are not in the file"
FIRST: Final = "the event before is not in the file"
FILLED: Final = "the fill and its commission are not in the event"


class Before:
    """The rows of the events so far, by asset and by position."""

    __slots__ = ("balances", "positions")

    def __init__(self) -> None:
        self.balances: dict[str, Row] = {}
        self.positions: dict[tuple[str, str], Row] = {}


def event_findings(document: Document) -> Iterator[Finding]:
    """One finding for each derived field of each event, in the order of the events."""
    before = Before()
    for number, event in enumerate(document.objects, 1):
        update = event.get("a")
        if not isinstance(update, dict):
            raise Unreadable(f"{document.source}: event {number} has no account update")
        label = f"event {number}" if len(document.objects) > 1 else "event"
        rows = [Row(document.source, f"{label} {name}", fields) for name, fields in _listed(update)]
        balances = {row.text("a"): row for row in rows if row.has("a")}
        positions = [row for row in rows if row.has("s")]
        for row in positions:
            yield from _position(row, balances, before)
        for row in balances.values():
            yield from _balance(row, positions, before)


def _listed(update: Mapping[str, object]) -> Iterator[tuple[str, Json]]:
    for heading, key in (("B", "a"), ("P", "s")):
        listed = update.get(heading)
        for fields in listed if isinstance(listed, list) else ():
            if isinstance(fields, dict):
                side = f" {fields['ps']}" if "ps" in fields else ""
                yield f"{heading}[{fields.get(key, '')}{side}]", fields


def _position(row: Row, balances: Mapping[str, Row], before: Before) -> Iterator[Finding]:
    key = (row.text("s"), row.text("ps"))
    earlier = before.positions.get(key)
    before.positions[key] = row
    if row.has("up"):
        yield judge(row, "up", "pa × (mark − ep), cut", attempt(partial(_profit, row)))
    if row.has("iw"):
        recomputed = attempt(partial(_isolated_wallet, row, earlier, balances))
        yield judge(row, "iw", "iw before + bc", recomputed)


def _profit(row: Row) -> Recomputed:
    if row.figure("pa") == 0:
        return certain(0, "0: no position")
    return unknown("the mark price is not in the event")


def _isolated_wallet(row: Row, earlier: Row | None, balances: Mapping[str, Row]) -> Recomputed:
    if row.text("mt") == "cross" or row.figure("pa") == 0:
        return certain(0, "0: cross, or no position")
    if earlier is None:
        return unknown(FIRST)
    if any(row.text(name) != earlier.text(name) for name in ("pa", "ep", "cr")):
        return unknown(FILLED)
    changed = sum(balance.figure_or("bc", 0) for balance in balances.values())
    return presumably(earlier.figure("iw") + changed, MISSED)


def _balance(row: Row, positions: list[Row], before: Before) -> Iterator[Finding]:
    earlier = before.balances.get(row.text("a"))
    before.balances[row.text("a")] = row
    if row.has("wb"):
        yield judge(row, "wb", "wb before + bc", attempt(partial(_wallet, row, earlier)))
    if row.has("cw"):
        recomputed = attempt(partial(_cross_wallet, row, positions, earlier))
        yield judge(row, "cw", "wb − Σ iw", recomputed)


def _wallet(row: Row, earlier: Row | None) -> Recomputed:
    if row.figure_or("bc", 0) == 0:
        return unknown(FILLED)
    if earlier is None:
        return unknown(FIRST)
    return presumably(earlier.figure("wb") + row.figure("bc"), MISSED)


def _cross_wallet(row: Row, positions: list[Row], earlier: Row | None) -> Recomputed:
    """Isolated wallets hold the same before and after, but for what the event itself changed."""
    figures = AssetFigures(row.text("a"), row.figure("wb"))
    isolated = [each for each in positions if each.figure_or("iw", 0) != 0]
    if isolated and earlier is not None and row.figure_or("bc", 0) != 0:
        figures.isolated_wallet = earlier.figure("wb") - earlier.figure("cw") + row.figure("bc")
        return presumably(figures.cross_wallet_balance, MISSED, "wb − bc − (wb − cw) before")
    figures.isolated_wallet = sum(each.figure("iw") for each in isolated)
    return presumably(figures.cross_wallet_balance, "other isolated wallets are not in the event")
