"""Candles: trades folded interval by interval."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from copy import copy
from itertools import islice
from typing import Final

from msgspec import Struct

from perpbox.account import BUY
from perpbox.money import Millis, Price, Product, Quantity
from perpbox.tape.intervals import Interval
from perpbox.tape.prints import Trade

KEPT_CANDLES: Final = 1500
"""Of an interval that is followed; as many as `GET /fapi/v1/klines` answers with at most."""
NO_TRADE: Final = -1
"""Id of the first and the last trade of a candle that has none, as streams were recorded."""


class Candle(Struct, gc=False, array_like=True):
    """What was traded between two times, both included, or how a price moved between them."""

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

    def reach(self, price: Price) -> None:
        """Take in that the price has come to this one, without a trade."""
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price

    def join(self, later: Candle) -> None:
        """Take in a candle that comes after it, whose time lies within its own."""
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


def opened(interval: Interval, first: Candle, stood: Price | None = None) -> Candle:
    """The candle that a shorter one begins.

    With the price that stood before: it stood until the shorter one began.
    """
    open_time = interval.open_time(first.open_time)
    if stood is None or first.open_time == open_time:
        whole = copy(first)
        whole.open_time, whole.close_time = open_time, interval.close_time(open_time)
        return whole
    whole = flat(interval, open_time, stood)
    whole.join(first)
    return whole


def joined(
    interval: Interval,
    shorter: Iterable[Candle],
    price: Price | None = None,
    *,
    stands: bool = False,
) -> Iterator[Candle]:
    """The candles that shorter ones make, which ascend; none where there is none of those.

    If a price `stands` until it moves, each begins with that of before; `price` is that of before
    the first, if there was one.
    """
    current: Candle | None = None
    for candle in shorter:
        if current is not None and candle.open_time <= current.close_time:
            current.join(candle)
            continue
        if current is not None:
            price = current.close
            yield current
        current = opened(interval, candle, price if stands else None)
    if current is not None:
        yield current


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
    interval: Interval, candles: Iterable[Candle], first: Millis, last: Millis, price: Price | None
) -> Iterator[Candle]:
    """The candles that begin from `first` to `last`, without a gap.

    Those that are given begin at `first` or later and hold trades; `price` is that of the trade
    before them, if there was one. Where nothing was traded yet there is no candle; where nothing
    was traded any more candles are flat, as in what the exchange publishes.
    """
    due = first
    for candle in candles:
        if candle.open_time > last:
            break
        if price is None:
            due = candle.open_time
        while price is not None and due < candle.open_time:
            yield flat(interval, due, price)
            due = interval.shifted(due, 1)
        yield candle
        price = candle.close
        due = candle.close_time + 1
    while price is not None and due <= last:
        yield flat(interval, due, price)
        due = interval.shifted(due, 1)


class Series:
    """The latest candles of one interval in which a symbol was traded, as its trades come."""

    __slots__ = ("_interval", "_known", "_price", "_seen", "asked", "since")

    def __init__(
        self,
        interval: Interval,
        since: Millis,
        price: Price | None,
        candles: Iterable[Candle],
    ) -> None:
        """The candles are all from this one on; the price is that of the trade before."""
        self._interval = interval
        self._known: deque[Candle] = deque()
        self._price = price
        self._seen = 0
        self.since = since
        """From here on every candle is known."""
        self.asked = 0
        """The tape's version when it was last asked for."""
        for candle in candles:
            self._begin(candle)
            self._seen = candle.last_trade_id

    @property
    def is_full(self) -> bool:
        """Whether it keeps as many candles as it may, so that it cannot begin earlier."""
        return len(self._known) >= KEPT_CANDLES

    def add(self, trade: Trade) -> None:
        """Take in the next trade; one that was read from the history is not taken in twice."""
        if trade.trade_id <= self._seen:
            return
        self._seen = trade.trade_id
        known = self._known
        if known and trade.time <= known[-1].close_time:
            known[-1].add(trade)
            return
        self._begin(begun(self._interval, trade))

    def _begin(self, candle: Candle) -> None:
        known = self._known
        if self.is_full:
            oldest = known.popleft()
            self.since, self._price = oldest.close_time + 1, oldest.close
        known.append(candle)

    def between(self, first: Millis, last: Millis) -> Iterator[Candle]:
        """The candles that begin from `first`, not before `since`, to `last`, without a gap."""
        known = self._known
        place = len(known)
        # What is asked for lies mostly at the end.
        while place and known[place - 1].open_time >= first:
            place -= 1
        price = known[place - 1].close if place else self._price
        # Copies: those that are known go on changing.
        wanted = map(copy, islice(known, place, None))
        return unbroken(self._interval, wanted, first, last, price)
