"""Handlers: what the market saw, as klines, aggregate and older trades, and the last day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, takewhile
from typing import Final, NamedTuple

from perpbox.api.calendar import AGGREGATES_SHORTER, OLDER_TRADES_LIMITED, RPI, TRADES_SHORTER
from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import Params, member_of
from perpbox.api.retention import DAY
from perpbox.api.shapes import chart as shapes
from perpbox.engine.market import AGGREGATE_SPAN, Market
from perpbox.instrument import Symbol
from perpbox.money import Millis
from perpbox.tape import AggregateTrade, Interval, aggregated, untraded

DEFAULT_LIMIT: Final = 500
MAX_KLINES: Final = 1500
MAX_AGGREGATES: Final = 1000
DEFAULT_OLDER: Final = 100
MAX_OLDER: Final = 500
DEFAULT_OLDER_BEFORE: Final = 500
MAX_OLDER_BEFORE: Final = 1000
KLINE_WEIGHTS: Final = ((100, 1), (500, 2), (1001, 5))
"""Below such a limit it is such a weight."""
HIGHEST_KLINE_WEIGHT: Final = 10
HOUR: Final[Millis] = 3_600_000
AGGREGATES_KEPT: Final = 365 * DAY
OLDER_KEPT: Final = 30 * DAY
OLDER_KEPT_BEFORE: Final = 90 * DAY
"""Three months, until 2026-08-26."""
CONTRACT_TYPES: Final = {"PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER", "TRADIFI_PERPETUAL"}


# Klines


def kline_weight(params: Params) -> int:
    """By limit; a limit that is none costs what the default does."""
    text = params.values.get("limit", "")
    limit = int(text) if text.isascii() and text.isdigit() else DEFAULT_LIMIT
    return next((w for below, w in KLINE_WEIGHTS if limit < below), HIGHEST_KLINE_WEIGHT)


def klines(call: Call) -> object:
    """`GET /fapi/v1/klines`."""
    return _klines(call, call.params.text("symbol"))


def continuous_klines(call: Call) -> object:
    """`GET /fapi/v1/continuousKlines`.

    [dec] Every pair has its perpetual contract, and no other: to ask for one is a bad symbol.
    """
    return _klines(call, *contract_of(call.params))


def contract_of(params: Params) -> tuple[str, Error]:
    """The symbol of a pair's contract, and what it is if there is none; -4104 for no such type."""
    name, contract_type = params.text("pair"), params.text("contractType")
    if contract_type not in CONTRACT_TYPES:
        raise ApiError(Error.INVALID_CONTRACT_TYPE)
    return (name, Error.INVALID_PAIR) if contract_type == "PERPETUAL" else ("", Error.BAD_SYMBOL)


def _klines(call: Call, name: str, missing: Error = Error.BAD_SYMBOL) -> list[shapes.Cells]:
    tape = call.desk.tape
    asked = asked_of(call, name, tape.first_traded, missing)
    told = tape.candles(asked.symbol.name, asked.interval, asked.first, asked.last)
    return [shapes.kline(candle, asked.symbol) for candle in told]


class Asked(NamedTuple):
    """Which klines are wanted: the first and the last of them by when they open."""

    symbol: Symbol
    interval: Interval
    first: Millis
    last: Millis


def asked_of(
    call: Call,
    name: str,
    oldest: Callable[[str], Millis | None],
    missing: Error = Error.BAD_SYMBOL,
) -> Asked:
    """What the parameters say of a symbol, of which `oldest` knows when the first minute began."""
    params = call.params
    text = params.text("interval")
    start, end = params.time_range()
    limit = params.limit(DEFAULT_LIMIT, MAX_KLINES)
    symbol = call.market_of(name, missing).symbol
    interval = member_of(text, Interval, ApiError(Error.BAD_INTERVAL))
    if interval is Interval.SECOND:
        # It is listed for continuous klines as a stream, and nowhere else.
        raise ApiError(Error.BAD_INTERVAL)
    last = interval.open_time(call.now if end is None else min(end, call.now))
    if start is None:
        first = interval.shifted(last, 1 - limit)
    else:
        first = _first_kline(interval, start, oldest(symbol.name))
        last = min(last, interval.shifted(first, limit - 1))
    return Asked(symbol, interval, first, last)


def _first_kline(interval: Interval, start: Millis, oldest: Millis | None) -> Millis:
    """The first one that opens at the start or later, not before there was anything."""
    begun = start if oldest is None else interval.open_time(oldest)
    opened = interval.open_time(start)
    return max(begun, opened if opened == start else interval.shifted(opened, 1))


# Trades


def aggregate_trades(call: Call) -> object:
    """`GET /fapi/v1/aggTrades`: from an id or a time on, or the latest, of one year.

    [dec] An id and times together all hold; exactly an hour is not too long, since clients ask so.
    """
    params = call.params
    name, from_id = params.text("symbol"), params.optional_long("fromId")
    start, end = params.time_range()
    if start is not None and end is not None and end - start > HOUR:
        raise ApiError(Error.LOOKUP_TOO_LONG, 1)
    limit = params.limit(DEFAULT_LIMIT, MAX_AGGREGATES)
    symbol = call.market_of(name).symbol
    last = call.now if end is None else min(end, call.now)
    if from_id is None and start is None:
        from_id = _first_of_latest(call, symbol, last, limit)
    kept = AGGREGATES_KEPT if call.since(AGGREGATES_SHORTER) else call.now
    first = max(start or 0, call.now - kept)
    found = _aggregates(call, symbol, max(from_id or 0, 1), first)
    wanted = takewhile(lambda each: each.time <= last, found)
    return [shapes.aggregate_trade(each, symbol) for each in islice(wanted, limit)]


def _aggregates(
    call: Call, symbol: Symbol, from_id: int, first: Millis
) -> Iterator[AggregateTrade]:
    """Those from this number on that begin at this time or later."""
    # One that has begun before is read from its beginning, so as to be known for what it is.
    since = first // AGGREGATE_SPAN * AGGREGATE_SPAN
    trades = call.desk.tape.trades_since(symbol.name, since, from_aggregate=from_id)
    return (each for each in aggregated(trades) if each.time >= first)


def _first_of_latest(call: Call, symbol: Symbol, last: Millis, limit: int) -> int:
    """The number of the first of so many aggregates, the last of which is the last until then."""
    latest = call.desk.tape.trade_before(symbol.name, last + 1)
    return latest.aggregate_id - limit + 1 if latest is not None else 0


def historical_trades(call: Call) -> object:
    """`GET /fapi/v1/historicalTrades`: from an id on, or the latest, of a month."""
    params = call.params
    name, from_id = params.text("symbol"), params.optional_long("fromId")
    if call.since(OLDER_TRADES_LIMITED):
        limit = params.limit(DEFAULT_OLDER, MAX_OLDER)
    else:
        limit = params.limit(DEFAULT_OLDER_BEFORE, MAX_OLDER_BEFORE)
    kept = OLDER_KEPT if call.since(TRADES_SHORTER) else OLDER_KEPT_BEFORE
    symbol = call.market_of(name).symbol
    tape, first = call.desk.tape, call.now - kept
    rpi = call.since(RPI)
    if from_id is None:
        found = [told for told in tape.recent(symbol.name, limit) if told.time >= first]
        return [shapes.trade(told, symbol, rpi=rpi) for told in found]
    since = tape.trades_since(symbol.name, first, from_id=from_id)
    return [shapes.trade(told, symbol, rpi=rpi) for told in islice(since, limit)]


# The last day


def day_ticker(call: Call) -> object:
    """`GET /fapi/v1/ticker/24hr`."""
    asked = call.markets()
    if isinstance(asked, Market):
        return _day_row(call, asked)
    return [_day_row(call, market) for market in asked]


def _day_row(call: Call, market: Market) -> shapes.Row:
    told = call.desk.tape.statistics(market.symbol.name, call.now)
    if told is None:
        told = untraded(market.last_price, call.now)
    return shapes.day_ticker(told, market)
