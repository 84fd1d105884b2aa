"""Handlers: the public market."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from perpbox.api.calendar import ALGO_FILTER_REMOVED, CONSTITUENT_PRICES, MODIFY_ID, RPI
from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import Params
from perpbox.api.shapes import chart
from perpbox.api.shapes import market as shapes
from perpbox.engine.funding import rate_at
from perpbox.engine.market import Market
from perpbox.instrument.checks import HOURS_OF_INTEREST
from perpbox.journal.records import Window
from perpbox.money import SCALE, Ratio, cut

DEPTH_WEIGHTS: Final = {"5": 2, "10": 2, "20": 2, "50": 2, "100": 5, "500": 10, "1000": 20}
DEFAULT_DEPTH: Final = 500
RPI_DEPTH: Final = 1000
DEFAULT_TRADES: Final = 500
MAX_TRADES: Final = 1000
DEFAULT_FUNDING: Final = 100
LATEST_FUNDING: Final = 200
MAX_FUNDING: Final = 1000
CAP_OF_MARGIN: Final[Ratio] = 75 * SCALE // 100
"""A usual cap is three quarters of the lowest maintenance margin rate."""


def ping(call: Call) -> object:
    return {}


def time(call: Call) -> object:
    return {"serverTime": call.now + call.desk.faults.skew("GET /fapi/v1/time", None)}


def exchange_info(call: Call) -> object:
    algo_filter = not call.since(ALGO_FILTER_REMOVED)
    return shapes.exchange_info(call.state.catalogue, call.now, algo_filter=algo_filter)


def depth_weight(params: Params) -> int:
    """By limit; a limit that is none costs what the default does."""
    return DEPTH_WEIGHTS.get(params.values.get("limit", ""), DEPTH_WEIGHTS["500"])


def depth(call: Call) -> object:
    name = call.params.text("symbol")
    limit = call.params.optional_long("limit")
    market = call.market_of(name)
    if limit is None:
        limit = DEFAULT_DEPTH
    if str(limit) not in DEPTH_WEIGHTS:
        raise ApiError(Error.INVALID_DEPTH_LIMIT, limit)
    if call.desk.on_snapshot is not None:
        call.desk.on_snapshot(name)
    return shapes.depth(market, limit, call.now)


def rpi_depth(call: Call) -> object:
    """`GET /fapi/v1/rpiDepth`: the book; there are no RPI orders here that it could add."""
    name = call.params.text("symbol")
    limit = call.params.optional_long("limit")
    market = call.market_of(name)
    if limit not in (None, RPI_DEPTH):
        raise ApiError(Error.INVALID_DEPTH_LIMIT, limit)
    return shapes.depth(market, RPI_DEPTH, call.now)


def trades(call: Call) -> object:
    name = call.params.text("symbol")
    limit = call.params.limit(DEFAULT_TRADES, MAX_TRADES)
    symbol = call.market_of(name).symbol
    rpi = call.since(RPI)
    return [
        chart.trade(told, symbol, rpi=rpi) for told in call.desk.tape.recent(symbol.name, limit)
    ]


def _each(call: Call, shape: Callable[[Market], object]) -> object:
    """One row for the symbol that was sent, or the rows of all."""
    asked = call.markets()
    return shape(asked) if isinstance(asked, Market) else [shape(market) for market in asked]


def price_ticker(call: Call) -> object:
    return _each(call, shapes.price_ticker)


def book_ticker(call: Call) -> object:
    return _each(call, shapes.book_ticker)


def numbered_book_ticker(call: Call) -> object:
    """As `ticker.book` of the WebSocket API has it: with the number of the book's last change."""
    return _each(call, shapes.numbered_book_ticker)


def premium_index(call: Call) -> object:
    def row(market: Market) -> object:
        return shapes.premium_index(market, rate_at(call.state, market, call.now), call.now)

    return _each(call, row)


def funding_rates(call: Call) -> object:
    """`GET /fapi/v1/fundingRate`: from a time on, or the latest; 200 of them if no time is sent."""
    params = call.params
    name = params.optional("symbol")
    start, end = params.time_range()
    untimed = start is None and end is None
    limit = params.limit(LATEST_FUNDING if untimed else DEFAULT_FUNDING, MAX_FUNDING)
    window = Window(start=start, end=end, limit=limit)
    if name is not None:
        call.market_of(name)
    typed = call.since(MODIFY_ID)
    found = call.desk.history.funding_rates(name, window)
    return [shapes.funding_rate(row, typed=typed) for row in found]


def funding_info(call: Call) -> object:
    """`GET /fapi/v1/fundingInfo`: the symbols whose funding is not the usual one."""
    usual = (HOURS_OF_INTEREST, CAP_OF_MARGIN)
    return [
        shapes.funding_info(market)
        for market in call.state.markets.values()
        if _funding_of(market) != usual
    ]


def _funding_of(market: Market) -> tuple[int, Ratio | None]:
    """Interval, and cap as a part of the lowest maintenance margin rate if the floor mirrors it."""
    terms = market.funding
    rate = market.symbol.brackets[0].maint_margin_rate
    mirrored = terms.floor == -terms.cap
    return terms.interval_hours, cut(terms.cap * SCALE, rate) if mirrored else None


def asset_index(call: Call) -> object:
    """By the index's name ("BTCUSD"), or all of them."""
    state = call.state
    rows = {
        asset.index_symbol: (asset, state.asset_indexes[name], state.rates[name])
        for name, asset in state.catalogue.assets.items()
    }
    name = call.params.optional("symbol")
    if name is None:
        return [shapes.asset_index(*row, call.now) for row in rows.values()]
    if name not in rows:
        raise ApiError(Error.BAD_SYMBOL)
    return shapes.asset_index(*rows[name], call.now)


def constituents(call: Call) -> object:
    """`GET /fapi/v1/constituents`: the venue's own index, whole."""
    return shapes.constituents(call.market(), call.now, priced=call.since(CONSTITUENT_PRICES))
