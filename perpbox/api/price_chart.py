"""Handlers: klines of what stands until it moves: mark price, index price and premium index."""

from __future__ import annotations

from perpbox.api.call import Call
from perpbox.api.chart import Asked, asked_of
from perpbox.api.errors import Error
from perpbox.api.shapes import chart as shapes
from perpbox.engine.funding import premium_at
from perpbox.margin.funding import SAMPLE_SPAN
from perpbox.money import Millis
from perpbox.tape import MADE_OF, Candle, Interval, Kind, joined, unbroken
from perpbox.tape.candles import flat

SECOND: Millis = 1_000


def mark_price_klines(call: Call) -> object:
    """`GET /fapi/v1/markPriceKlines`."""
    return _klines(call, call.params.text("symbol"), Kind.MARK, SECOND)


def index_price_klines(call: Call) -> object:
    """`GET /fapi/v1/indexPriceKlines`."""
    return _klines(call, call.params.text("pair"), Kind.INDEX, SECOND, Error.INVALID_PAIR)


def premium_index_klines(call: Call) -> object:
    """`GET /fapi/v1/premiumIndexKlines`."""
    return _klines(call, call.params.text("symbol"), Kind.PREMIUM, SAMPLE_SPAN)


def _klines(
    call: Call, name: str, kind: Kind, pace: Millis, missing: Error = Error.BAD_SYMBOL
) -> list[shapes.Cells]:
    """[dec] A price stands until it moves; the number of a kline is that of its times told."""
    history = call.desk.history

    def oldest(symbol: str) -> Millis | None:
        first = history.first_candle(symbol, kind)
        return None if first is None else first.open_time

    asked = asked_of(call, name, oldest, missing)
    told = candles(call, kind, asked)
    return [shapes.price_kline(candle, _times(candle, pace, call.now)) for candle in told]


def candles(call: Call, kind: Kind, asked: Asked) -> list[Candle]:
    """As they stand, without a gap."""
    name, interval = asked.symbol.name, asked.interval
    history, until = call.desk.history, interval.close_time(asked.last)
    kept = history.candles(name, kind, MADE_OF[interval], asked.first, until)
    before = history.candle_before(name, kind, asked.first)
    price = None if before is None else before.close
    if kind is Kind.PREMIUM:
        _add_sample(call, name, kept, price, until)
    told = joined(interval, kept, price, stands=True)
    return list(unbroken(interval, told, asked.first, asked.last, price))


def _add_sample(
    call: Call, name: str, kept: list[Candle], price: int | None, until: Millis
) -> None:
    """The premium index that has been sampled since the last turn, which the next one tells."""
    market = call.state.markets[name]
    premium = premium_at(call.state, market)
    time = premium.since * SAMPLE_SPAN
    if premium is market.premium or time > min(call.now, until):
        return
    if kept and time <= kept[-1].close_time:
        kept[-1].reach(premium.value)
        return
    opened = Interval.MINUTE.open_time(time)
    stood = kept[-1].close if kept else price
    if stood is None or time == opened:
        stood = premium.value
    candle = flat(Interval.MINUTE, opened, stood)
    candle.reach(premium.value)
    kept.append(candle)


def _times(candle: Candle, pace: Millis, now: Millis) -> int:
    """How often the price was told by now, once in so long."""
    return max(0, min(now, candle.close_time) - candle.open_time) // pace + 1
