"""The rolling day: what was traded in the last twenty-four hours."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from copy import copy
from typing import Final

from msgspec import Struct

from perpbox.money import SCALE, Millis, Price, Product, Quantity, Ratio, round_half_up
from perpbox.tape.candles import NO_TRADE, Candle, begun
from perpbox.tape.intervals import DAY, Interval
from perpbox.tape.prints import Trade

MINUTE: Final = Interval.MINUTE
THOUSANDTH: Final[Ratio] = SCALE // 1000


class DayStatistics(Struct, frozen=True, gc=False):
    """The figures of the last day. Where nothing was traded in it, the price stood still."""

    open_time: Millis
    close_time: Millis
    open: Price
    high: Price
    low: Price
    last_price: Price
    last_quantity: Quantity
    volume: Quantity
    quote_volume: Product
    trades: int
    first_trade_id: int
    last_trade_id: int

    @property
    def price_change(self) -> Price:
        return self.last_price - self.open


def window_start(now: Millis) -> Millis:
    """Where the last day begins.

    [dec] At the beginning of the minute that was twenty-four hours ago: a window goes by whole
    minutes and holds up to one more than a day's, as the open times of recorded tickers show.
    """
    return MINUTE.open_time(now - DAY)


def statistics_of(last: Trade, whole: Candle | None, now: Millis) -> DayStatistics:
    """The figures out of the day's trades as one candle, and the last trade that ever was.

    [dec] Only trades count: a last price that an operator sets is not among them. The close time
    is the last trade's, or where the day has none, now.
    """
    if whole is None:
        return untraded(last.price, now, last.quantity)
    return DayStatistics(
        window_start(now),
        last.time,
        whole.open,
        whole.high,
        whole.low,
        whole.close,
        last.quantity,
        whole.volume,
        whole.quote_volume,
        whole.trades,
        whole.first_trade_id,
        whole.last_trade_id,
    )


def untraded(price: Price, now: Millis, last_quantity: Quantity = 0) -> DayStatistics:
    """A day in which the price stood still."""
    ids = NO_TRADE, NO_TRADE
    prices = price, price, price, price
    return DayStatistics(window_start(now), now, *prices, last_quantity, 0, 0, 0, *ids)


def price_change_percent_rounded(day: DayStatistics) -> Ratio:
    """Change of the price in percent, a half away from zero at the third decimal, as recorded."""
    percent = round_half_up(day.price_change * 100 * 1000, day.open)
    return percent * THOUSANDTH


def weighted_average_rounded(day: DayStatistics, unit: Price) -> Price:
    """Average price by volume, a half up to a multiple of `unit`, as recorded; 0 without a trade.

    The unit is the smallest step of a price at the symbol's precision.
    """
    if not day.volume:
        return 0
    return round_half_up(day.quote_volume, day.volume * unit) * unit


class Day:
    """The minutes of the last day in which a symbol was traded, and all of them as one candle."""

    __slots__ = ("_minutes", "_seen", "_whole", "asked")

    def __init__(self, minutes: Iterable[Candle], trades: Iterable[Trade]) -> None:
        """The minutes are all from the beginning of the window, the trades all after those."""
        self._minutes = deque(minutes)
        self._whole: Candle | None = None
        self._seen = self._minutes[-1].last_trade_id if self._minutes else 0
        self.asked = 0
        """The tape's version when it was last asked for."""
        for trade in trades:
            self.add(trade)

    def add(self, trade: Trade) -> None:
        """Take in the next trade; one that was read from the history is not taken in twice."""
        if trade.trade_id <= self._seen:
            return
        self._seen = trade.trade_id
        minutes = self._minutes
        if minutes and trade.time <= minutes[-1].close_time:
            minutes[-1].add(trade)
        else:
            minutes.append(begun(MINUTE, trade))
            # Also when nobody asks: no more than a day's minutes are kept.
            self._forget(window_start(trade.time))
        if self._whole is None:
            self._whole = _joined(minutes)
        else:
            self._whole.add(trade)

    def at(self, now: Millis) -> Candle | None:
        """All of the day as one candle; None if nothing was traded in it."""
        self._forget(window_start(now))
        if self._whole is None:
            self._whole = _joined(self._minutes)
        return copy(self._whole)

    def _forget(self, start: Millis) -> None:
        """Let go the minutes before the window, and with them what was added up."""
        minutes = self._minutes
        while minutes and minutes[0].open_time < start:
            minutes.popleft()
            self._whole = None


def _joined(minutes: Iterable[Candle]) -> Candle | None:
    whole: Candle | None = None
    for minute in minutes:
        if whole is None:
            whole = copy(minute)
        else:
            whole.join(minute)
    return whole
