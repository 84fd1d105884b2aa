"""Handlers: what Binance has and a venue of crypto perpetuals on one machine has none of."""

from __future__ import annotations

from typing import Final

from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.retention import DAY, WEEK

TRADED_MARKETS: Final = ("EQUITY", "COMMODITY")
"""The markets outside whose hours perpetuals of old finance would keep."""


def index_info(call: Call) -> object:
    """`GET /fapi/v1/indexInfo`: no symbol here is a composite index, so -1121 for each."""
    if call.params.optional("symbol") is not None:
        raise ApiError(Error.BAD_SYMBOL)
    return []


def trading_schedule(call: Call) -> object:
    """`GET /fapi/v1/tradingSchedule`: a week from yesterday on, in which no such market opens."""
    today = call.now - call.now % DAY
    session = {"startTime": today - DAY, "endTime": today - DAY + WEEK, "type": "NO_TRADING"}
    return {
        "updateTime": call.now,
        "marketSchedules": {market: {"sessions": [session]} for market in TRADED_MARKETS},
    }


def agree_to_stock_contract(call: Call) -> object:
    """`POST /fapi/v1/stock/contract`: whoever may trade may agree; no symbol asks for it here."""
    return {"code": 200, "msg": "success"}


def trading_status(call: Call) -> object:
    """`GET /fapi/v1/apiTradingStatus`: as for an account that has broken no quantitative rule."""
    name = call.params.optional("symbol")
    if name is not None:
        call.market_of(name)
    return {"indicators": {}, "updateTime": call.now}


def portfolio_margin(call: Call) -> object:
    """`GET /fapi/v1/pmAccountInfo`: no account here is one of portfolio margin."""
    if call.params.text("asset") not in call.state.catalogue.assets:
        raise ApiError(Error.BAD_ASSET)
    raise ApiError(Error.KEY_REJECTED)
