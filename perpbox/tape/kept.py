"""The candles that a journal keeps: of a minute, and of two longer spans that are made of those.

Of each series the candles that stand are known. A minute takes in what happens; when the next one
begins, it has ended and goes into the longer candle that stands, and so on. So each span's standing
candle holds what no shorter one does, and all of them in a row hold everything once.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from itertools import pairwise
from typing import Final, NamedTuple

from perpbox.money import Millis, Price, Ratio
from perpbox.tape.candles import Candle, begun, flat, opened
from perpbox.tape.intervals import Interval
from perpbox.tape.prints import Trade

MINUTE: Final = Interval.MINUTE
KEPT: Final = (Interval.MINUTE, Interval.MINUTES_15, Interval.HOURS_2)
"""Each is a multiple of the one before; whatever is asked for is made of few of them."""
LONGER: Final = dict(pairwise(KEPT))
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


class Keeper:
    """Makes the candles that are kept, as things happen."""

    __slots__ = ("_changed", "_ended", "_standing")

    def __init__(self, standing: Iterable[tuple[Place, Candle]] = ()) -> None:
        self._standing = dict(standing)
        self._changed: set[Place] = set()
        self._ended: list[tuple[Place, Candle]] = []

    def take(self) -> tuple[list[tuple[Place, Candle]], list[tuple[Place, Candle]]]:
        """The candles that have ended, and those that stand and have changed, since the last."""
        ended, self._ended = self._ended, []
        standing = [(place, self._standing[place]) for place in self._changed]
        self._changed.clear()
        return ended, standing

    def trade(self, symbol: str, trade: Trade) -> None:
        """Take in the next trade."""
        place = Place(symbol, Kind.TRADES, MINUTE)
        candle = self._standing.get(place)
        self._changed.add(place)
        if candle is not None and trade.time <= candle.close_time:
            candle.add(trade)
            return
        self._standing[place] = begun(MINUTE, trade)
        if candle is not None:
            self._end(place, candle)

    def begin(self, symbol: str, kind: Kind, price: Price | Ratio, time: Millis) -> None:
        """Take in a price with which its series begins, if it has not begun yet."""
        if Place(symbol, kind, MINUTE) not in self._standing:
            self.move(symbol, kind, price, time)

    def move(self, symbol: str, kind: Kind, price: Price | Ratio, time: Millis) -> None:
        """Take in that a price is another one from this time on.

        [dec] It stood where it was until then: a minute begins with the price before, unless the
        price moves right at its beginning.
        """
        place = Place(symbol, kind, MINUTE)
        candle = self._standing.get(place)
        if candle is not None and candle.close == price:
            return
        self._changed.add(place)
        if candle is not None and time <= candle.close_time:
            candle.reach(price)
            return
        open_time = MINUTE.open_time(time)
        if candle is None or time == open_time:
            self._standing[place] = flat(MINUTE, open_time, price)
        else:
            fresh = self._standing[place] = flat(MINUTE, open_time, candle.close)
            fresh.reach(price)
        if candle is not None:
            self._end(place, candle)

    def _end(self, place: Place, candle: Candle) -> None:
        """No more comes into this one: it goes into the longer one that stands."""
        self._ended.append((place, candle))
        longer = LONGER.get(place.interval)
        if longer is None:
            return
        above = Place(place.symbol, place.kind, longer)
        whole = self._standing.get(above)
        self._changed.add(above)
        if whole is not None and candle.open_time <= whole.close_time:
            whole.join(candle)
            return
        stood = whole.close if whole is not None and place.kind is not Kind.TRADES else None
        self._standing[above] = opened(longer, candle, stood)
        if whole is not None:
            self._end(above, whole)
