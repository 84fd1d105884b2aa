"""Handlers: open interest, who is long and who is short, takers' volumes, and the basis."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from perpbox.api.calendar import CIRCULATING_SUPPLY
from perpbox.api.call import Call
from perpbox.api.chart import Asked, contract_of
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import member_of
from perpbox.api.price_chart import candles
from perpbox.api.retention import DAY
from perpbox.api.shapes import statistics as shapes
from perpbox.engine.holdings import HOLDING_SPAN, held_in
from perpbox.margin.holding import NOTHING_HELD, Holding
from perpbox.money import Millis
from perpbox.tape import Candle, Interval, Kind

DEFAULT_LIMIT: Final = 30
MAX_LIMIT: Final = 500
STATISTICS_KEPT: Final = 30 * DAY
PERIODS: Final = {
    Interval.MINUTES_5,
    Interval.MINUTES_15,
    Interval.MINUTES_30,
    Interval.HOUR,
    Interval.HOURS_2,
    Interval.HOURS_4,
    Interval.HOURS_6,
    Interval.HOURS_12,
    Interval.DAY,
}


def open_interest(call: Call) -> object:
    """`GET /fapi/v1/openInterest`."""
    market = call.market()
    return shapes.open_interest(market, held_in(call.state, market))


# What was held.


def open_interest_history(call: Call) -> object:
    """`GET /futures/data/openInterestHist`, at the mark price of its time."""
    with_supply = call.since(CIRCULATING_SUPPLY)
    return [
        shapes.past_open_interest(name, holding, mark, with_supply=with_supply)
        for name, holding, mark in _held(call)
    ]


def all_accounts(call: Call) -> object:
    """`GET /futures/data/globalLongShortAccountRatio`."""
    return [
        shapes.accounts(name, held.long_accounts, held.short_accounts, mark)
        for name, held, mark in _held(call)
    ]


def top_accounts(call: Call) -> object:
    """`GET /futures/data/topLongShortAccountRatio`."""
    return [
        shapes.accounts(name, held.top_long_accounts, held.top_short_accounts, mark)
        for name, held, mark in _held(call)
    ]


def top_positions(call: Call) -> object:
    """`GET /futures/data/topLongShortPositionRatio`."""
    return [
        shapes.positions(name, held.top_longs, held.top_shorts, mark)
        for name, held, mark in _held(call)
    ]


def _held(call: Call) -> list[tuple[str, Holding, Candle]]:
    """What was held at the end of each period, and the mark price in it."""
    asked = _asked(call, call.params.text("symbol"), at_end=True)
    marks = candles(call, Kind.MARK, asked)
    if not marks:
        return []
    held = _holdings(call, asked.symbol.name, marks[0].close_time + 1, marks[-1].close_time + 1)
    return [(asked.symbol.name, held(mark.close_time + 1), mark) for mark in marks]


def _holdings(call: Call, name: str, first: Millis, last: Millis) -> Callable[[Millis], Holding]:
    """What was held at a time of this span: as was noted, and what the next turn will note."""
    market, state = call.state.markets[name], call.state
    known = [(row.time, row.holding) for row in call.desk.history.holdings(name, first, last)]
    sampled = market.holding_since * HOLDING_SPAN
    if market.holding_since and (not known or sampled > known[-1][0]):
        known.append((sampled, market.holding))
    following = (state.now // HOLDING_SPAN + 1) * HOLDING_SPAN
    if following <= last:
        known.append((following, held_in(state, market)))
    times = [time for time, _ in known]

    def held(time: Millis) -> Holding:
        place = bisect_right(times, time)
        return known[place - 1][1] if place else NOTHING_HELD

    return held


# What was traded, and at which prices.


def takers(call: Call) -> object:
    """`GET /futures/data/takerlongshortRatio`.

    [dec] Of periods that are over, told by when they began, as the klines of the same trades are.
    """
    asked = _asked(call, call.params.text("symbol"), at_end=False)
    told = call.desk.tape.candles(asked.symbol.name, asked.interval, asked.first, asked.last)
    return [shapes.takers(candle) for candle in told]


def basis(call: Call) -> object:
    """`GET /futures/data/basis`: the last price against the index price at the end of a period.

    [dec] `limit` has a default, so that it is not mandatory whatever the page's table says.
    """
    name, missing = contract_of(call.params)
    asked = _asked(call, name, missing, at_end=True)
    indexes = candles(call, Kind.INDEX, asked)
    marks = {each.open_time: each.close for each in candles(call, Kind.MARK, asked)}
    tape = call.desk.tape
    traded = tape.candles(asked.symbol.name, asked.interval, asked.first, asked.last)
    # [dec] Before the first trade the contract's price is the mark price.
    prices = {**marks, **{each.open_time: each.close for each in traded}}
    return [
        shapes.basis(asked.symbol, prices[each.open_time], each)
        for each in indexes
        if each.open_time in prices
    ]


def _asked(call: Call, name: str, missing: Error = Error.BAD_SYMBOL, *, at_end: bool) -> Asked:
    """The periods, all of which are over: each told by its end, or by its beginning.

    A beginning more than 30 days back is -1130, as clients of the service report.
    """
    params = call.params
    text = params.text("period")
    start, end = params.time_range()
    limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)
    earliest = call.now - STATISTICS_KEPT
    if start is not None and start < earliest:
        raise ApiError(Error.INVALID_PARAMETER, "startTime")
    symbol = call.market_of(name, missing).symbol
    refusal = ApiError(Error.INVALID_PARAMETER, "period")
    period = member_of(text, Interval, refusal)
    if period not in PERIODS:
        raise refusal
    told = -1 if at_end else 0
    newest = period.shifted(period.open_time(call.now), -1 - told)
    last = newest if end is None else min(newest, period.open_time(end))
    first = _from(period, earliest if start is None else start)
    if start is None:
        first = max(first, period.shifted(last, 1 - limit))
    last = min(last, period.shifted(first, limit - 1))
    return Asked(symbol, period, period.shifted(first, told), period.shifted(last, told))


def _from(period: Interval, time: Millis) -> Millis:
    """The first beginning of a period that is not before a time."""
    opened = period.open_time(time)
    return opened if opened == time else period.shifted(opened, 1)
