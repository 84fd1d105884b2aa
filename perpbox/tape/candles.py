"""Candles: trades folded interval by interval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Final

from msgspec import Struct

from perpbox.account import BUY
from perpbox.money import Millis, Price, Product, Quantity
from perpbox.tape.intervals import Interval
from perpbox.tape.prints import Trade

NO_TRADE: Final = -1
"""Id of the first and the last trade of a candle that has none, as streams were recorded."""


class Candle(Struct, gc=False):
    """What was traded between two times, both included."""

    open_time: Millis
    close_time: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity
    quote_volume: Product
    taker_buy_volume: Quantity
    taker_buy_quote_volume: Product
    trades: int
    first_trade_id: int
    last_trade_id: int

    def add(self, trade: Trade) -> None:
        """Take in the next trade."""
        price, quantity = trade.price, trade.quantity
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.volume += quantity
        self.quote_volume += price * quantity
        if trade.taker_side == BUY:
            self.taker_buy_volume += quantity
            self.taker_buy_quote_volume += price * quantity
        self.trades += 1
        self.last_trade_id = trade.trade_id

    def join(self, later: Candle) -> None:
        """Take in a candle that comes after it."""
        self.close_time = later.close_time
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.quote_volume += later.quote_volume
        self.taker_buy_volume += later.taker_buy_volume
        self.taker_buy_quote_volume += later.taker_buy_quote_volume
        self.trades += later.trades
        self.last_trade_id = later.last_trade_id


def begun(interval: Interval, trade: Trade) -> Candle:
    """The candle that this trade begins."""
    price, quantity = trade.price, trade.quantity
    bought = quantity if trade.taker_side == BUY else 0
    open_time = interval.open_time(trade.time)
    return Candle(
        open_time,
        interval.close_time(open_time),
        price,
        price,
        price,
        price,
        quantity,
        price * quantity,
        bought,
        price * bought,
        1,
        trade.trade_id,
        trade.trade_id,
    )


def flat(interval: Interval, open_time: Millis, price: Price) -> Candle:
    """One in which nothing was traded: the price stood where it was."""
    close_time = interval.close_time(open_time)
    ids = NO_TRADE, NO_TRADE
    return Candle(open_time, close_time, price, price, price, price, 0, 0, 0, 0, 0, *ids)


def traded(interval: Interval, trades: Iterable[Trade]) -> Iterator[Candle]:
    """The candles of these trades, which ascend; none where nothing was traded."""
    current: Candle | None = None
    for trade in trades:
        if current is not None and trade.time <= current.close_time:
            current.add(trade)
            continue
        if current is not None:
            yield current
        current = begun(interval, trade)
    if current is not None:
        yield current


def unbroken(
    interval: Interval, trades: Iterable[Trade], first: Millis, last: Millis, price: Price | None
) -> Iterator[Candle]:
    """The candles that begin from `first` to `last`, without a gap.

    The trades are those from `first` on; `price` is that of the trade before them, if there was
    one. Where nothing was traded yet there is no candle; where nothing was traded any more
    candles are flat, as in what the exchange publishes.
    """
    due = first
    for candle in traded(interval, trades):
        if price is None:
            due = candle.open_time
        while price is not None and due < candle.open_time and due <= last:
            yield flat(interval, due, price)
            due = interval.shifted(due, 1)
        if due > last:
            return
        yield candle
        price = candle.close
        due = candle.close_time + 1
    while price is not None and due <= last:
        yield flat(interval, due, price)
        due = interval.shifted(due, 1)


class Series:
    """The latest candles of one interval, as a symbol's trades come."""

    __slots__ = ("_before", "_current", "_interval", "_seen", "asked")

    def __init__(self, interval: Interval, trades: Iterable[Trade]) -> None:
        """The trades are all from the beginning of the candle in which the last one lies."""
        self._interval = interval
        self._current: Candle | None = None
        self._before: Candle | None = None
        """The last one but it in which anything was traded, once one has been followed."""
        self._seen = 0
        self.asked = 0
        """The tape's version when it was last asked for."""
        for trade in trades:
            self.add(trade)

    def add(self, trade: Trade) -> None:
        """Take in the next trade; one that was read from the history is not taken in twice."""
        if trade.trade_id <= self._seen:
            return
        self._seen = trade.trade_id
        current = self._current
        if current is not None and trade.time <= current.close_time:
            current.add(trade)
            return
        self._before = current
        self._current = begun(self._interval, trade)

    def at(self, open_time: Millis) -> Candle | None:
        """The candle that begins then, flat if need be; None if it is too old to be known here."""
        for known in (self._current, self._before):
            if known is not None and open_time >= known.open_time:
                if open_time == known.open_time:
                    return copy(known)
                return flat(self._interval, open_time, known.close)
        return None
