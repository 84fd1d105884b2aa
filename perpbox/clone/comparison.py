"""What was told of the account beside what its clone answers, figure by figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from msgspec import Struct

from perpbox.audit.documents import (
    Document,
    Kind,
    asset_rows,
    position_rows,
)
from perpbox.audit.figures import Row
from perpbox.audit.known import NEWER_ROUNDING_SINCE
from perpbox.audit.marks import MARK, marks_of
from perpbox.clone.answers import ORDERS, Answers
from perpbox.clone.prices import profit_name
from perpbox.margin.account_explained import OF_USDT
from perpbox.money import SCALE

ENDPOINTS: Final = (
    "/fapi/v2/account",
    "/fapi/v3/account",
    "/fapi/v2/balance",
    "/fapi/v2/positionRisk",
    "/fapi/v3/positionRisk",
)
"""What the clone is asked."""

FIGURES: Final = frozenset(
    (
        *OF_USDT,
        *OF_USDT.values(),
        *("unRealizedProfit", "positionAmt", "entryPrice", "breakEvenPrice"),
        *("markPrice", "liquidationPrice", "isolatedMargin", "isolatedWallet", "notional"),
        *("bidNotional", "askNotional", "leverage", "isolated", "marginType", "marginAsset"),
        *("maxNotional", "maxNotionalValue"),
    )
)
"""The fields that are compared; times, aliases and places in a queue are the clone's own."""

OF_BRACKETS: Final = frozenset(
    ("maintMargin", "liquidationPrice", "maxNotional", "maxNotionalValue")
)
OF_PRICES: Final = frozenset(
    (
        *("notional", "isolatedMargin", "entryPrice", "breakEvenPrice"),
        *("unrealizedProfit", "unRealizedProfit"),
    )
)
FEW_UNITS: Final = Decimal("0.00000005")
OF_ORDERS: Final = frozenset(("openOrderInitialMargin", "bidNotional", "askNotional"))
Leg: TypeAlias = tuple[str, str]
Ours: TypeAlias = Mapping[str, Any]
"""Answers of the clone, by endpoint."""


class Compared(Struct, frozen=True):
    """A figure as it was told, and as the clone tells it."""

    source: str
    field: str
    theirs: str
    ours: str
    reason: str = ""
    """Why they differ; empty where they do not."""

    @property
    def is_same(self) -> bool:
        return not self.reason


class _Clone:
    """The clone's rows, each with the fields of every version."""

    def __init__(self, ours: Ours) -> None:
        second, third, balance, second_risk, third_risk = (ours[each] for each in ENDPOINTS)
        self.totals: dict[str, Any] = {**second, **third}
        self.assets: dict[str, dict[str, Any]] = {}
        for row in (*balance, *second["assets"], *third["assets"]):
            self.assets.setdefault(row["asset"], {}).update(row)
        self.legs: dict[Leg, dict[str, Any]] = {}
        for row in (*second["positions"], *third["positions"], *second_risk, *third_risk):
            self.legs.setdefault((row["symbol"], row["positionSide"]), {}).update(row)


def compare(answers: Answers, ours: Ours) -> Iterator[Compared]:
    """Every figure that was told; of several moments of one row the last."""
    made = _Clone(ours)
    last: dict[tuple[Kind, str], tuple[Row, Mapping[str, Any]]] = {}
    for document in answers.documents:
        for row, own in _pairs(document, made):
            last[document.kind, row.label] = (row, own)
    for row, own in last.values():
        yield from _compared(row, own, answers)


def _pairs(document: Document, made: _Clone) -> Iterator[tuple[Row, Mapping[str, Any]]]:
    kind = document.kind
    if kind is Kind.ACCOUNT:
        yield Row(document.source, "", document.objects[0]), made.totals
    if kind in {Kind.ACCOUNT, Kind.ASSETS, Kind.BALANCE}:
        for row in asset_rows(document):
            yield row, made.assets.get(row.text("asset"), {})
    if kind in {Kind.ACCOUNT, Kind.POSITIONS}:
        for row in position_rows(document) or ():
            leg = (row.text("symbol"), row.text("positionSide") or "BOTH")
            # Several moments of one leg are numbered; they are one row here.
            yield Row(row.source, f"positions[{' '.join(leg)}]", row.fields), made.legs.get(leg, {})


def _compared(row: Row, own: Mapping[str, Any], answers: Answers) -> Iterator[Compared]:
    for name in row.fields:
        if name not in FIGURES or not row.has(name):
            continue
        theirs, shown = row.text(name), own.get(name)
        if shown is None and _number(theirs) == 0:
            continue  # nothing of what the venue does not list
        ours = "" if shown is None else str(shown)
        reason = "" if _same(theirs, ours) else _reason(row, name, own, answers)
        yield Compared(row.source, row.place(name), theirs, ours, reason)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
        return number if number.is_finite() else None
    except InvalidOperation:
        return None


def _same(theirs: str, ours: str) -> bool:
    """Digits behind the last that counts aside: "30" is "30.0"."""
    number = _number(theirs)
    return theirs.lower() == ours.lower() if number is None else number == _number(ours)


def _reason(row: Row, name: str, own: Mapping[str, Any], answers: Answers) -> str:
    """The likeliest, from what is missing."""
    symbol = row.text("symbol")
    is_old = row.figure_or("updateTime", 0) < NEWER_ROUNDING_SINCE * SCALE
    reasons = {
        "the venue has no such row": not own,
        "the clone does not tell it": name not in own,
        f"the row was made at another mark price than {own.get(MARK)}": _made_elsewhere(row, own),
        "the brackets of that day were not given": (
            name in OF_BRACKETS and bool(symbol) and symbol not in answers.known.tables
        ),
        "a price has digits that are not printed": bool(symbol) and name in OF_PRICES,
        "the open orders were not given": name in OF_ORDERS and not answers.tells(ORDERS),
        "margin was rounded otherwise before 2025-08": is_old and _is_rounding(row, name, own),
    }
    found = (sentence for sentence, holds in reasons.items() if holds)
    return next(found, None) or _of_the_whole(row, answers)


def _is_rounding(row: Row, name: str, own: Mapping[str, Any]) -> bool:
    """A few units in the eighth decimal, one a position."""
    theirs, ours = _number(row.text(name)), _number(str(own.get(name)))
    return theirs is not None and ours is not None and abs(theirs - ours) <= FEW_UNITS


def _of_the_whole(row: Row, answers: Answers) -> str:
    """Of a sum, or of a figure that depends on the whole account."""
    kinds = {document.kind for document in answers.documents}
    if not kinds & {Kind.ACCOUNT, Kind.BALANCE, Kind.ASSETS}:
        return "the wallets were not given"
    if not answers.known.positions:
        return "the positions were not given"
    if answers.known.multi_assets and Kind.INDEX not in kinds:
        return "the asset indexes of that moment were not given"
    return "it was made of other figures than those that are here"


def _made_elsewhere(row: Row, own: Mapping[str, Any]) -> bool:
    quantity = row.figure_or("positionAmt", 0)
    if not quantity or MARK not in own:
        return False
    marks = marks_of(row, quantity, profit_name(row))
    mark = Row("", "", own).figure(MARK)
    return marks is not None and not marks.low <= mark <= marks.high


def differing(compared: Iterable[Compared]) -> list[Compared]:
    return [each for each in compared if not each.is_same]
