"""Handlers: orders that the venue placed by itself, and the insurance fund."""

from __future__ import annotations

from typing import Final

from perpbox.account import House, Order
from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.retention import ORDERS_KEPT, week
from perpbox.api.shapes.order import asked_order
from perpbox.journal.records import Step, Window
from perpbox.money import text_short

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
STEPS: Final = {"LIQUIDATION": (Step.LIQUIDATION_ORDER,), "ADL": (Step.ADL_ORDER,)}
BOTH: Final = (Step.LIQUIDATION_ORDER, Step.ADL_ORDER)
SHOWN: Final = (
    "orderId",
    "symbol",
    "status",
    "clientOrderId",
    "price",
    "avgPrice",
    "origQty",
    "executedQty",
    "cumQuote",
    "timeInForce",
    "type",
    "reduceOnly",
    "closePosition",
    "side",
    "positionSide",
    "stopPrice",
    "workingType",
    "origType",
    "time",
    "updateTime",
)


def force_orders(call: Call) -> object:
    """`GET /fapi/v1/forceOrders`: of at most seven days, the latest last."""
    params = call.params
    name, kind = params.optional("symbol"), params.optional("autoCloseType")
    if kind is not None and kind not in STEPS:
        raise ApiError(Error.INVALID_PARAMETER, "autoCloseType")
    start, end = week(call)
    limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)
    if name is not None:
        call.market_of(name)
    window = Window(
        start=max(start, call.now - ORDERS_KEPT),
        end=end,
        limit=limit,
        newest=not params.has("startTime"),
    )
    account_id, history = call.account.account_id, call.desk.history
    found: list[Order] = []
    for step in BOTH if kind is None else STEPS[kind]:
        for row in history.steps(account_id, window, symbol=name, step=step):
            order = history.order(account_id, row.symbol, order_id=row.order_id)
            if order is not None:
                found.append(order)
    found.sort(key=lambda order: order.order_id)
    page = found[-limit:] if window.newest else found[:limit]
    symbols = call.state.catalogue.symbols
    rows = [asked_order(order, symbols[order.symbol]) for order in page]
    return [{field: row[field] for field in SHOWN} for row in rows]


def insurance_balance(call: Call) -> object:
    """`GET /fapi/v1/insuranceBalance`: one fund stands for all symbols."""
    name = call.params.optional("symbol")
    if name is not None:
        call.market_of(name)
    state = call.state
    funds = {
        asset: state.house.get((House.INSURANCE, asset), 0) for asset in state.catalogue.assets
    }
    group = {
        "symbols": sorted(state.markets),
        "assets": [
            {"asset": asset, "marginBalance": text_short(fund), "updateTime": call.now}
            for asset, fund in funds.items()
            if fund
        ],
    }
    return [group] if name is None else group
