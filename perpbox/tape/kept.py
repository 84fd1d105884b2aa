"""The candles that a journal keeps: of a minute, and of two longer spans that are made of those.

Of each series the candles that stand are known. A minute takes in what happens; when the next one
begins, it has ended and goes into the longer candle that stands, and so on. So each span's standing
candle holds what no shorter one does, and all of them in a row hold everything once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from enum import Enum
from typing import Final, NamedTuple

from perpbox.money import Millis, Price, Ratio
from perpbox.tape.candles import Candle, begun, flat, opened
from perpbox.tape.intervals import Interval
from perpbox.tape.prints import Trade

MINUTE: Final = Interval.MINUTE
KEPT: Final = (Interval.MINUTE, Interval.MINUTES_15, Interval.HOURS_2)
"""Each is a multiple of the one before; whatever is asked for is made of few of them."""
MADE_OF: Final = {
    **dict.fromkeys(Interval, Interval.HOURS_2),
    Interval.MINUTE: Interval.MINUTE,
    Interval.MINUTES_3: Interval.MINUTE,
    Interval.MINUTES_5: Interval.MINUTE,
    Interval.MINUTES_15: Interval.MINUTES_15,
    Interval.MINUTES_30: Interval.MINUTES_15,
    Interval.HOUR: Interval.MINUTES_15,
}
"""The longest of them that an interval is a multiple of; seconds are made of trades."""


class Kind(Enum):
    """What a series of candles is of."""

    TRADES = "TRADES"
    MARK = "MARK"
    INDEX = "INDEX"
    PREMIUM = "PREMIUM"


class Place(NamedTuple):
    """A series of one span."""

    symbol: str
    kind: Kind
    interval: Interval

    @property
    def name(self) -> str:
        """As a journal writes it."""
        return f"{self.symbol} {self.kind.value} {self.interval.value}"


def place_of(name: str) -> Place:
    """The place of this name."""
    symbol, kind, interval = name.split()
    return Place(symbol, Kind(kind), Interval(interval))


class Keeper:
    """Makes the candles that are kept, as things happen."""

    __slots__ = ("_changed", "_ended", "_series")

    def __init__(self, standing: Iterable[tuple[str, Candle]] = ()) -> None:
        """With the candles that stand, by the names of their places."""
        self._series: dict[Kind, dict[str, Series]] = {kind: {} for kind in Kind}
        self._changed: list[Series] = []
        self._ended: list[tuple[Place, Candle]] = []
        for name, candle in standing:
            place = place_of(name)
            self._at(place.kind, place.symbol).standing[KEPT.index(place.interval)] = candle

    def copied(self) -> Keeper:
        """One that goes on from here by itself; nothing is left here that was not taken."""
        other = Keeper()
        for kind, of_kind in self._series.items():
            other._series[kind] = {symbol: series.copied() for symbol, series in of_kind.items()}
        return other

    def take(self) -> tuple[list[tuple[Place, Candle]], dict[str, Candle]]:
        """The candles that have ended, and those that stand and have changed, since the last."""
        ended, self._ended = self._ended, []
        standing: dict[str, Candle] = {}
        for series in self._changed:
            for span in range(series.changed):
                candle = series.standing[span]
                if candle is not None:
                    standing[series.names[span]] = candle
            series.changed = 0
        self._changed.clear()
        return ended, standing

    def trade(self, symbol: str, trade: Trade) -> None:
        """Take in the next trade."""
        series = self._at(Kind.TRADES, symbol)
        self._note(series, 1)
        candle = series.standing[0]
        if candle is not None and trade.time <= candle.close_time:
            candle.add(trade)
            return
        series.standing[0] = begun(MINUTE, trade)
        if candle is not None:
            self._end(series, 0, candle)

    def begin(self, symbol: str, kind: Kind, price: Price | Ratio, time: Millis) -> None:
        """Take in a price with which its series begins, if it has not begun yet."""
        if symbol not in self._series[kind]:
            self.move(symbol, kind, price, time)

    def move(self, symbol: str, kind: Kind, price: Price | Ratio, time: Millis) -> None:
        """Take in that a price is another one from this time on.

        [dec] It stood where it was until then: a minute begins with the price before, unless the
        price moves right at its beginning.
        """
        series = self._at(kind, symbol)
        candle = series.standing[0]
        if candle is not None and candle.close == price:
            return
        self._note(series, 1)
        if candle is not None and time <= candle.close_time:
            candle.reach(price)
            return
        open_time = MINUTE.open_time(time)
        if candle is None or time == open_time:
            series.standing[0] = flat(MINUTE, open_time, price)
        else:
            fresh = series.standing[0] = flat(MINUTE, open_time, candle.close)
            fresh.reach(price)
        if candle is not None:
            self._end(series, 0, candle)

    def _at(self, kind: Kind, symbol: str) -> Series:
        of_kind = self._series[kind]
        series = of_kind.get(symbol)
        if series is None:
            series = of_kind[symbol] = Series(symbol, kind)
        return series

    def _note(self, series: Series, spans: int) -> None:
        """So many of its spans have changed, counted from the shortest."""
        if not series.changed:
            self._changed.append(series)
        series.changed = max(series.changed, spans)

    def _end(self, series: Series, span: int, candle: Candle) -> None:
        """No more comes into this one: it goes into the longer one that stands."""
        self._ended.append((Place(series.symbol, series.kind, KEPT[span]), candle))
        above = span + 1
        if above == len(KEPT):
            return
        self._note(series, above + 1)
        whole = series.standing[above]
        if whole is not None and candle.open_time <= whole.close_time:
            whole.join(candle)
            return
        stood = whole.close if whole is not None and series.kind is not Kind.TRADES else None
        series.standing[above] = opened(KEPT[above], candle, stood)
        if whole is not None:
            self._end(series, above, whole)


class Series:
    """The candles of one series that stand, the shortest first."""

    __slots__ = ("changed", "kind", "names", "standing", "symbol")

    def __init__(self, symbol: str, kind: Kind, names: Sequence[str] = ()) -> None:
        self.symbol = symbol
        self.kind = kind
        self.names = names or [Place(symbol, kind, interval).name for interval in KEPT]
        self.standing: list[Candle | None] = [None] * len(KEPT)
        self.changed = 0
        """How many of them have changed since they were last taken, counted from the shortest."""

    def copied(self) -> Series:
        other = Series(self.symbol, self.kind, self.names)
        other.standing = [None if candle is None else copy(candle) for candle in self.standing]
        return other
