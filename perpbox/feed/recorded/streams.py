"""What happens to one price of one symbol, in order: files read one after another, as needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain
from typing import Any, TypeAlias

from msgspec.structs import replace

from perpbox.engine.market import FundingTerms, terms_of
from perpbox.feed.recorded.dumps import Dump, records
from perpbox.feed.recorded.kinds import Kind
from perpbox.feed.recorded.path import dice_of, points, trades
from perpbox.feed.recorded.rows import Print, Record
from perpbox.feed.recorded.terms import RecordedTerms
from perpbox.instrument import Symbol
from perpbox.money import Millis, Price

Happening: TypeAlias = tuple[Any, ...]
"""First when, last what; whatever lies between does not count any more."""

HOUR: Millis = 3_600_000


class Part(Enum):
    """What of a symbol's market a stream moves."""

    PRINTS = "prints"
    BEST = "best"
    MARK = "mark"
    INDEX = "index"
    FUNDING = "funding"


PARTS = {
    Kind.TRADES: Part.PRINTS,
    Kind.AGG_TRADES: Part.PRINTS,
    Kind.KLINES: Part.PRINTS,
    Kind.BOOK_TICKER: Part.BEST,
    Kind.MARK_KLINES: Part.MARK,
    Kind.INDEX_KLINES: Part.INDEX,
    Kind.FUNDING: Part.FUNDING,
}


class Stream:
    """Happenings one after another, of which the next one is known."""

    __slots__ = ("_happenings", "_next", "part", "symbol")

    def __init__(self, symbol: Symbol, part: Part, happenings: Iterator[Happening]) -> None:
        self.symbol = symbol
        self.part = part
        self._happenings = happenings
        self._next: Happening | None = next(happenings, None)

    @property
    def time(self) -> Millis | None:
        """When the next one is; None: there is none."""
        return self._next[0] if self._next is not None else None

    def take(self, end: Millis) -> tuple[Millis, list[Any]]:
        """All before that time, of which there are some, and when the last one was."""
        happening, happenings = self._next, self._happenings
        last: Millis = 0
        taken = []
        while happening is not None and happening[0] < end:
            last = happening[0]
            taken.append(happening[-1])
            happening = next(happenings, None)
        self._next = happening
        return last, taken


def stream_of(dumps: list[Dump], terms: RecordedTerms) -> Stream:
    """Of files that are of one kind and symbol and follow one another."""
    kind, symbol = dumps[0].kind, dumps[0].symbol
    rows = chain.from_iterable(map(records, dumps))
    return Stream(symbol, PARTS[kind], _happenings(kind, symbol, rows, terms))


def _happenings(
    kind: Kind, symbol: Symbol, rows: Iterator[Record], terms: RecordedTerms
) -> Iterator[Happening]:
    if kind is Kind.KLINES:
        return _traded(symbol, rows, terms)
    if kind in {Kind.MARK_KLINES, Kind.INDEX_KLINES}:
        return _moved(symbol, rows, terms)
    if kind is Kind.FUNDING:
        return _funded(symbol, rows)
    return rows


def _traded(
    symbol: Symbol, rows: Iterable[Record], terms: RecordedTerms
) -> Iterator[tuple[Millis, Print]]:
    for _, _, bar in rows:
        yield from trades(bar, symbol, terms.seed, terms.bar_trades)


def _moved(
    symbol: Symbol, rows: Iterable[Record], terms: RecordedTerms
) -> Iterator[tuple[Millis, Price]]:
    for _, _, bar in rows:
        dice = dice_of(terms.seed, symbol, bar)
        yield from points(bar, dice, terms.bar_trades, symbol.tick_size)


def _funded(symbol: Symbol, rows: Iterable[Record]) -> Iterator[tuple[Millis, FundingTerms]]:
    """A rate is set when its interval begins, and settled when it ends; without one, the formula.

    A settlement is noted some milliseconds late: its time is the full hour next to it.
    """
    formula = terms_of(symbol)
    last: Millis | None = None
    for time, _, funding in rows:
        settled = (time + HOUR // 2) // HOUR * HOUR
        begins = settled - funding.interval_hours * HOUR
        formula = replace(formula, interval_hours=funding.interval_hours)
        if last is not None and last < begins:
            yield last, formula
        yield max(begins, last or begins), replace(formula, fixed_rate=funding.rate)
        last = settled
    if last is not None:
        yield last, formula
