"""Rows of text become records: a time, a number that rises, and what has happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from msgspec import Struct

from perpbox.account import BUY, SELL, Side
from perpbox.engine.funding import HOURS_OF_DAY
from perpbox.engine.ladder import BestQuotes
from perpbox.feed.recorded.errors import BadRow
from perpbox.feed.recorded.kinds import COLUMNS, NEEDED, Kind
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Millis, NotANumber, Price, Quantity, Ratio, TooPrecise, parse

Record: TypeAlias = tuple[Millis, int, Any]
Print: TypeAlias = tuple[Side, Price, Quantity]
"""As a `MarketMove` has it."""
Reader: TypeAlias = Callable[[Sequence[str]], Record]

FIRST_TIME: Final[Millis] = 10**12
"""2001: what is less is in seconds."""
LAST_TIME: Final[Millis] = 10**14
"""What is more is in microseconds, as spot files are."""
KNOWN_TEXTS: Final = 8192
"""Prices and quantities come again and again: their texts are read once."""
SIDES: Final = {"true": SELL, "false": BUY, "True": SELL, "False": BUY}
"""The taker's, by whether the buyer was the maker."""


class Bar(Struct, frozen=True, gc=False):
    """One candle, whatever its interval."""

    open_time: Millis
    close_time: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity = 0
    taker_buy_volume: Quantity | None = None
    """None: the file does not say."""
    count: int | None = None


class Funding(Struct, frozen=True, gc=False):
    """What was settled."""

    interval_hours: int
    rate: Ratio


def reader_of(kind: Kind, header: Sequence[str] | None, symbol: Symbol) -> Reader:
    """Reads the rows of such a file; it raises `BadRow`, as this does at a header."""
    columns = [text.strip().strip('"') for text in header] if header else list(COLUMNS[kind])
    for column in NEEDED[kind]:
        if column not in columns:
            raise BadRow(f"there is no column {column}, which a file of {kind.value} has")
    return _READERS[kind](Cells(columns, symbol)).read


class Cells:
    """Which column is where, and how each is read."""

    def __init__(self, columns: list[str], symbol: Symbol) -> None:
        self.symbol = symbol
        self.width = len(columns)
        self._at = {column: place for place, column in enumerate(columns)}
        self.number = lru_cache(KNOWN_TEXTS)(number)

    def at(self, column: str) -> int:
        return self._at[column]

    def maybe(self, column: str) -> int | None:
        return self._at.get(column)

    def require_width(self, row: Sequence[str]) -> None:
        if len(row) != self.width:
            raise BadRow(f"it has {len(row)} columns and not {self.width}")

    def price(self, text: str) -> Price:
        price = self.number(text)
        highest = self.symbol.max_price
        if price <= 0 or (highest and price > highest):
            raise BadRow(f"{text} is no price of {self.symbol.name}")
        return price

    def quantity(self, text: str) -> Quantity:
        quantity = self.number(text)
        if quantity <= 0:
            raise BadRow(f"{text} is no quantity")
        return quantity


def number(text: str) -> int:
    """A decimal number, exactly."""
    try:
        return parse(text)
    except NotANumber:
        raise BadRow(f"{text!r} is no number") from None
    except TooPrecise:
        raise BadRow(f"{text} has more than eight decimals") from None


def whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadRow(f"{text!r} is no whole number")
    return int(text)


def moment(text: str) -> Millis:
    time = whole(text)
    if not FIRST_TIME <= time < LAST_TIME:
        raise BadRow(f"{text} is no time in milliseconds since 1970")
    return time


class Prints:
    """Of trades and of aggregate trades."""

    def __init__(self, cells: Cells, number: str, quantity: str, time: str) -> None:
        self._cells = cells
        self._number = cells.at(number)
        self._price = cells.at("price")
        self._quantity = cells.at(quantity)
        self._time = cells.at(time)
        self._buyer_is_maker = cells.at("is_buyer_maker")

    def read(self, row: Sequence[str]) -> Record:
        cells = self._cells
        cells.require_width(row)
        side = SIDES.get(row[self._buyer_is_maker])
        if side is None:
            raise BadRow(f"{row[self._buyer_is_maker]!r} is neither true nor false")
        price, quantity = cells.price(row[self._price]), cells.quantity(row[self._quantity])
        return moment(row[self._time]), whole(row[self._number]), (side, price, quantity)


class Quotes:
    """Of the best bid and ask, brought onto the catalogue's grid: bids down and asks up."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._places = [cells.at(column) for column in NEEDED[Kind.BOOK_TICKER][1:5]]
        self._number = cells.at("update_id")
        self._time = cells.at("transaction_time")

    def read(self, row: Sequence[str]) -> Record:
        cells, symbol = self._cells, self._cells.symbol
        cells.require_width(row)
        bid, bid_quantity, ask, ask_quantity = (row[place] for place in self._places)
        bid_price, ask_price = cells.price(bid), cells.price(ask)
        if bid_price >= ask_price:
            raise BadRow(f"the bid {bid} is not below the ask {ask}")
        best = BestQuotes(
            bid_price - (bid_price - symbol.min_price) % symbol.tick_size,
            self._whole_steps(cells.quantity(bid_quantity)),
            ask_price + (symbol.min_price - ask_price) % symbol.tick_size,
            self._whole_steps(cells.quantity(ask_quantity)),
        )
        if not best.fit(symbol):
            raise BadRow(f"{bid} and {ask} are no quotes of {symbol.name}")
        return moment(row[self._time]), whole(row[self._number]), best

    def _whole_steps(self, quantity: Quantity) -> Quantity:
        step = self._cells.symbol.step_size
        return max(quantity // step, 1) * step


class Bars:
    """Of candles, those of the mark and the index price too, which have no volume."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._prices = [cells.at(column) for column in ("open", "high", "low", "close")]
        self._times = cells.at("open_time"), cells.at("close_time")
        self._volume = cells.maybe("volume")
        self._taker_buy = cells.maybe("taker_buy_volume")
        self._count = cells.maybe("count")
        self._over: Millis = 0
        """When the bar before was."""

    def read(self, row: Sequence[str]) -> Record:
        cells = self._cells
        cells.require_width(row)
        first, last = (moment(row[place]) for place in self._times)
        prices = [cells.price(row[place]) for place in self._prices]
        opened, high, low, closed = prices
        if low != min(prices) or high != max(prices):
            raise BadRow("its open, high, low and close contradict each other")
        if last <= first:
            raise BadRow("its close_time is not after its open_time")
        if first <= self._over:
            raise BadRow("it begins before the bar above it is over, or is there twice")
        self._over = last
        volume = 0 if self._volume is None else cells.number(row[self._volume] or "0")
        taker_buy = None if self._taker_buy is None else cells.number(row[self._taker_buy])
        count = None if self._count is None else whole(row[self._count])
        if volume < 0 or not 0 <= (taker_buy or 0) <= volume:
            raise BadRow("its volume is below zero, or less than what takers bought of it")
        return first, first, Bar(first, last, opened, high, low, closed, volume, taker_buy, count)


class TradeBars(Bars):
    """Of trades: those of the mark and the index price look alike, but for the volume."""

    def read(self, row: Sequence[str]) -> Record:
        record = super().read(row)
        if record[2].count and not record[2].volume:
            raise BadRow(
                "its volume is 0 and its count is not, as in klines of the mark or index price;"
                " put the file into a folder markPriceKlines or indexPriceKlines"
            )
        return record


class Fundings:
    """Of settled funding rates."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._time, self._hours, self._rate = (cells.at(name) for name in NEEDED[Kind.FUNDING])

    def read(self, row: Sequence[str]) -> Record:
        self._cells.require_width(row)
        hours, rate = whole(row[self._hours]), self._cells.number(row[self._rate])
        if not 1 <= hours <= HOURS_OF_DAY or HOURS_OF_DAY % hours or abs(rate) > SCALE:
            raise BadRow(f"{rate} each {hours} hours is no funding")
        time = moment(row[self._time])
        return time, time, Funding(hours, rate)


_READERS: Final[dict[Kind, Callable[[Cells], Prints | Quotes | Bars | Fundings]]] = {
    Kind.TRADES: lambda cells: Prints(cells, "id", "qty", "time"),
    Kind.AGG_TRADES: lambda cells: Prints(cells, "agg_trade_id", "quantity", "transact_time"),
    Kind.BOOK_TICKER: Quotes,
    Kind.KLINES: TradeBars,
    Kind.MARK_KLINES: Bars,
    Kind.INDEX_KLINES: Bars,
    Kind.FUNDING: Fundings,
}
