"""Everything that was answered of one account and its market, sorted by what it tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from perpbox.audit.documents import Document, Kind, documents_of, load, unwrapped
from perpbox.audit.figures import Json, Row, Unreadable
from perpbox.audit.known import Known, Options, known_from
from perpbox.money import Price

ORDERS: Final = "openOrders"
CONDITIONALS: Final = "openAlgoOrders"
PREMIUMS: Final = "premiumIndex"
LAST_PRICES: Final = "ticker/price"
MODES: Final = "positionSide/dual"
EXCHANGE_INFO: Final = "exchangeInfo"

SIGNS: Final[Mapping[str, Callable[[Json], bool]]] = {
    EXCHANGE_INFO: lambda each: "symbols" in each and "serverTime" in each,
    CONDITIONALS: lambda each: "algoId" in each,
    ORDERS: lambda each: "origQty" in each and "orderId" in each,
    PREMIUMS: lambda each: "markPrice" in each and "positionAmt" not in each,
    LAST_PRICES: lambda each: set(each) <= {"symbol", "price", "time", "ps"} and "price" in each,
    MODES: lambda each: bool(each) and set(each) <= {"dualSidePosition", "feeBurn"},
}
"""Answers of which the audit has no use, by their fields."""


class Answers(Struct, frozen=True):
    """All of it, as far as it was answered."""

    documents: tuple[Document, ...]
    """Those that the audit reads."""
    others: Mapping[str, list[Row]]
    """The rows of the others, by the name of their endpoint."""
    asked: frozenset[str] = frozenset()
    """Endpoints that were asked, even if they had nothing to say."""
    known: Known = field(default_factory=lambda: known_from((), Options()))

    def rows(self, name: str) -> list[Row]:
        return self.others.get(name, [])

    def tells(self, name: str) -> bool:
        """Whether it was answered what there is of it."""
        return name in self.asked or name in self.others

    def tells_kind(self, kind: Kind) -> bool:
        return any(document.kind is kind for document in self.documents)

    def untold(self) -> list[str]:
        """What no answer tells that one could have told."""
        missing = {
            "open orders: no openOrders answer was given": not self.tells(ORDERS),
            "conditional orders: no openAlgoOrders answer was given": not self.tells(CONDITIONALS),
            "last prices: each is given the mark price": not self.tells(LAST_PRICES),
            "index prices: each is given the mark price": not self.tells(PREMIUMS),
            "leverage and margin type of symbols without a position": not self.tells_kind(
                Kind.SETTINGS
            ),
            "the asset mode: it is taken to be the single-asset mode": (
                self.known.multi_assets is None
            ),
        }
        return [sentence for sentence, is_missing in missing.items() if is_missing]

    def settings(self) -> list[Row]:
        """Rows of symbolConfig, accountConfig, and what an account's head says of itself."""
        return [
            Row(document.source, "settings", each)
            for document in self.documents
            if document.kind in {Kind.SETTINGS, Kind.ACCOUNT}
            for each in document.objects
        ] + self.rows(MODES)

    def flag(self, name: str) -> bool | None:
        """What the settings say of a mode; None if nothing does."""
        told = [row.flag(name) for row in self.settings()]
        return next((flag for flag in told if flag is not None), None)

    @property
    def hedge_mode(self) -> bool:
        told = self.flag("dualSidePosition")
        if told is not None:
            return told
        rows = [*self.known.positions, *self.rows(ORDERS), *self.rows(CONDITIONALS)]
        return any(row.text("positionSide") in {"LONG", "SHORT"} for row in rows)

    def prices(self, name: str, figure: str) -> dict[str, Price]:
        """A price of each symbol out of rows that have one; 0 is none."""
        found = {
            row.text("symbol"): row.figure(figure) for row in self.rows(name) if row.has(figure)
        }
        return {symbol: price for symbol, price in found.items() if price > 0}

    def exchange_info(self) -> str | None:
        """As text, for the reader of catalogues."""
        rows = self.rows(EXCHANGE_INFO)
        return json.dumps(rows[-1].fields) if rows else None

    def premium_index(self) -> str | None:
        """Likewise."""
        rows = self.rows(PREMIUMS)
        return json.dumps([row.fields for row in rows]) if rows else None

    def brackets(self) -> str | None:
        """Likewise."""
        found = [o for d in self.documents if d.kind is Kind.BRACKETS for o in d.objects]
        return json.dumps(found) if found else None


def from_files(paths: Iterable[Path]) -> Answers:
    """The answers in these files, taken as one account's. Raises `Unreadable`."""
    return from_answers((path.name, load(path)) for path in paths)


def from_answers(answers: Iterable[tuple[str, object]], asked: Iterable[str] = ()) -> Answers:
    """Sort answers, each with the name that it is told by. Raises `Unreadable`."""
    documents: list[Document] = []
    others: dict[str, list[Row]] = {}
    for source, answer in answers:
        rest = []
        for each in _objects_in(source, answer):
            kind = next((name for name, is_one in SIGNS.items() if is_one(each)), None)
            if kind is None:
                rest.append(each)
            else:
                others.setdefault(kind, []).append(Row(source, kind, each))
        documents += documents_of(source, rest)
    known = known_from(documents, Options())
    return Answers(tuple(documents), others, frozenset(asked), known)


def _objects_in(source: str, answer: object) -> Iterable[Json]:
    answer = unwrapped(source, answer)
    if isinstance(answer, list):
        for each in answer:
            yield from _objects_in(source, each)
    elif isinstance(answer, dict):
        yield answer
    else:
        raise Unreadable(f"{source}: {answer!r} is not an answer")
