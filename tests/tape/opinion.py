"""A plain opinion of candles and days: out of the list of all trades, by the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from perpbox.account import BUY
from perpbox.money import Millis
from perpbox.tape import Candle, DayStatistics, Interval, Print
from tests.tape.told import EPOCH, ONE_MS, moment

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
BEGINS = {
    "3d": datetime(2017, 8, 17, tzinfo=UTC),
    "1w": datetime(2024, 1, 1, tzinfo=UTC),
}
"""The first candle of three days that was ever published, and a Monday."""


def bounds(name: str, time: Millis) -> tuple[Millis, Millis]:
    """When the candle opens in which a time lies, and when it closes."""
    now = moment(time)
    if name == "1M":
        start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        end = (start + timedelta(days=31)).replace(day=1)
    else:
        span = timedelta(**{UNITS[name[-1]]: int(name[:-1])})
        begin = BEGINS.get(name, EPOCH)
        start = begin + (now - begin) // span * span
        end = start + span
    return (start - EPOCH) // ONE_MS, (end - EPOCH) // ONE_MS - 1


def candle(trades: Sequence[Print], interval: Interval, time: Millis) -> Candle | None:
    opened, closed = bounds(interval.value, time)
    inside = [t for t in trades if opened <= t.time <= closed]
    if not inside:
        before = [t for t in trades if t.time < opened]
        if not before:
            return None
        price = before[-1].price
        return Candle(opened, closed, price, price, price, price, 0, 0, 0, 0, 0, -1, -1)
    bought = [t for t in inside if t.taker_side == BUY]
    return Candle(
        open_time=opened,
        close_time=closed,
        open=inside[0].price,
        high=max(t.price for t in inside),
        low=min(t.price for t in inside),
        close=inside[-1].price,
        volume=sum(t.quantity for t in inside),
        quote_volume=sum(t.quantity * t.price for t in inside),
        taker_buy_volume=sum(t.quantity for t in bought),
        taker_buy_quote_volume=sum(t.quantity * t.price for t in bought),
        trades=len(inside),
        first_trade_id=inside[0].trade_id,
        last_trade_id=inside[-1].trade_id,
    )


def statistics(trades: Sequence[Print], now: Millis) -> DayStatistics | None:
    if not trades:
        return None
    last = trades[-1]
    start = (moment(now) - timedelta(days=1)).replace(second=0, microsecond=0)
    opened = (start - EPOCH) // ONE_MS
    inside = [t for t in trades if t.time >= opened]
    prices = [t.price for t in inside] or [last.price]
    return DayStatistics(
        open_time=opened,
        close_time=last.time if inside else now,
        open=prices[0],
        high=max(prices),
        low=min(prices),
        last_price=last.price,
        last_quantity=last.quantity,
        volume=sum(t.quantity for t in inside),
        quote_volume=sum(t.quantity * t.price for t in inside),
        trades=len(inside),
        first_trade_id=inside[0].trade_id if inside else -1,
        last_trade_id=inside[-1].trade_id if inside else -1,
    )
