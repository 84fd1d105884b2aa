"""Handlers: open and past orders, fills, income, and changes of isolated margin."""

from __future__ import annotations

from typing import Final

from perpbox.account import Order, as_order
from perpbox.api.calendar import (
    MARGIN_ASSET_REMOVED,
    MARGIN_CHANGES_SHORTER,
    ORDERS_OF_ALL,
    TRADES_SHORT,
    TRADES_SHORTER,
)
from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.orders import which_order
from perpbox.api.retention import DAY, ORDERS_KEPT, UNFILLED_KEPT, WEEK, week
from perpbox.api.shapes import history as shapes
from perpbox.api.shapes.order import asked_order
from perpbox.engine.standing import find_legacy
from perpbox.journal.records import Window
from perpbox.money import Millis

INCOME_KEPT: Final = 90 * DAY
TRADES_KEPT: Final = 90 * DAY
TRADES_KEPT_BEFORE: Final = 180 * DAY
"""Six months, until 2026-08-26 (change-log)."""
MARGIN_KEPT: Final = 30 * DAY
DEFAULT_LIMIT: Final = 500
MAX_LIMIT: Final = 1000
DEFAULT_INCOME: Final = 100
AMENDMENTS_KEPT: Final = 90 * DAY
DEFAULT_AMENDMENTS: Final = 50
MAX_AMENDMENTS: Final = 100


def order(call: Call) -> object:
    """`GET /fapi/v1/order`: open or past; -2013 if it is not to be found (any more)."""
    name = call.params.text("symbol")
    order_id, client_order_id = which_order(call.params)
    symbol = call.market_of(name).symbol
    account_id = call.account.account_id
    found: Order | None = call.desk.history.order(
        account_id, symbol.name, order_id=order_id, client_order_id=client_order_id
    )
    if found is None or _is_forgotten(found, call.now):
        raise ApiError(Error.NO_SUCH_ORDER)
    return asked_order(found, symbol)


def _is_forgotten(order: Order, now: Millis) -> bool:
    """By age: 90 days for any order, three for one that ended without a fill."""
    if order.created + ORDERS_KEPT < now:
        return True
    return order.ended_unfilled and order.created + UNFILLED_KEPT < now


def open_order(call: Call) -> object:
    """`GET /fapi/v1/openOrder`; -2013 if it is not open."""
    name = call.params.text("symbol")
    order_id, client_order_id = which_order(call.params)
    symbol = call.market_of(name).symbol
    account = call.account
    if not order_id:
        order_id = account.client_order_ids.get((symbol.name, client_order_id), 0)
    found = account.exposure(symbol).orders.get(order_id)
    if found is None:
        waiting = find_legacy(account, symbol.name, order_id, client_order_id)
        if waiting is None:
            raise ApiError(Error.NO_SUCH_ORDER)
        found = as_order(waiting, Order)
    return asked_order(found, symbol)


def open_orders(call: Call) -> object:
    """`GET /fapi/v1/openOrders`, oldest first."""
    name = call.params.optional("symbol")
    if name is not None:
        call.market_of(name)
    found = [
        (o, exposure.symbol)
        for exposure in call.account.active.values()
        if name is None or exposure.symbol.name == name
        for o in exposure.orders.values()
    ]
    symbols = call.state.catalogue.symbols
    found += [
        (as_order(o, Order), symbols[o.terms.symbol])
        for o in call.account.conditional_orders.values()
        if o.terms.legacy and name in (None, o.terms.symbol)
    ]
    found.sort(key=lambda pair: pair[0].order_id)
    return [asked_order(o, symbol) for o, symbol in found]


def all_orders(call: Call) -> object:
    """`GET /fapi/v1/allOrders`: of seven days, or from an order id on.

    The symbol is optional since 2026-08-25.
    """
    params = call.params
    may_be_all = call.since(ORDERS_OF_ALL)
    name = params.optional("symbol") if may_be_all else params.text("symbol")
    from_id = params.optional_long("orderId")
    start, end = week(call)
    timed = params.has("startTime")
    if from_id is not None and not timed:
        start = call.now - ORDERS_KEPT
    limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)
    if name is not None:
        call.market_of(name)
    window = Window(
        start=max(start, call.now - ORDERS_KEPT),
        end=end,
        limit=limit,
        newest=from_id is None and not timed,
    )
    found = call.desk.history.orders(
        call.account.account_id,
        name,
        window,
        from_id=from_id,
        unfilled_since=call.now - UNFILLED_KEPT,
    )
    symbols = call.state.catalogue.symbols
    return [asked_order(o, symbols[o.symbol]) for o in found]


def order_amendments(call: Call) -> object:
    """`GET /fapi/v1/orderAmendment`: of one order, of three months, the latest first."""
    params = call.params
    name = params.text("symbol")
    order_id, client_order_id = which_order(params)
    start, end = params.time_range()
    window = Window(
        start=max(start or 0, call.now - AMENDMENTS_KEPT),
        end=end,
        limit=params.limit(DEFAULT_AMENDMENTS, MAX_AMENDMENTS),
        newest=start is None,
    )
    symbol = call.market_of(name).symbol
    account_id, history = call.account.account_id, call.desk.history
    order = history.order(
        account_id, symbol.name, order_id=order_id, client_order_id=client_order_id
    )
    if order is None:
        raise ApiError(Error.NO_SUCH_ORDER)
    found = history.amendments(account_id, symbol.name, order.order_id, window)
    return [shapes.amendment(row) for row in reversed(found)]


def user_trades(call: Call) -> object:
    """`GET /fapi/v1/userTrades`: of seven days, or from a trade id on."""
    params = call.params
    name = params.text("symbol")
    order_id, from_id = params.optional_long("orderId"), params.optional_long("fromId")
    timed = params.has("startTime") or params.has("endTime")
    if from_id is not None and timed:
        raise ApiError(Error.BAD_COMBINATION)
    start, end = week(call)
    first = call.now - _trades_kept(call)
    if from_id is not None or (order_id is not None and not timed):
        start, end = first, None
    newest = from_id is None and not params.has("startTime")
    limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)
    symbol = call.market_of(name).symbol
    window = Window(start=max(start, first), end=end, limit=limit, newest=newest)
    found = call.desk.history.trades(
        call.account.account_id, symbol.name, window, order_id=order_id, from_id=from_id
    )
    with_asset = not call.since(MARGIN_ASSET_REMOVED)
    return [shapes.user_trade(row, symbol, with_asset=with_asset) for row in found]


def _trades_kept(call: Call) -> Millis:
    if call.since(TRADES_SHORTER):
        return TRADES_KEPT
    return TRADES_KEPT_BEFORE if call.since(TRADES_SHORT) else call.now


def income(call: Call) -> object:
    """`GET /fapi/v1/income`: of three months; the last seven days if no time was sent."""
    params = call.params
    name, income_type = params.optional("symbol"), params.optional("incomeType")
    start, end = params.time_range()
    if start is None and end is None:
        start = call.now - WEEK
    page = params.optional_long("page")
    if page is not None and page < 1:
        raise ApiError(Error.INVALID_PARAMETER, "page")
    window = Window(
        start=max(start or 0, call.now - INCOME_KEPT),
        end=end,
        limit=params.limit(DEFAULT_INCOME, MAX_LIMIT),
        page=min(page or 1, 1_000_000),
        newest=not params.has("startTime") and page is None,
    )
    if name is not None:
        call.market_of(name)
    found = call.desk.history.income(
        call.account.account_id, window, symbol=name, income_type=income_type
    )
    return [shapes.income(row) for row in found]


def margin_changes(call: Call) -> object:
    """`GET /fapi/v1/positionMargin/history`: of 30 days."""
    params = call.params
    kept = MARGIN_KEPT if call.since(MARGIN_CHANGES_SHORTER) else call.now
    name = params.text("symbol")
    kind = params.optional_long("type")
    if kind not in (None, 1, 2):
        raise ApiError(Error.INVALID_PARAMETER, "type")
    start, end = params.time_range()
    if start is not None and end is not None and end - start > kept:
        raise ApiError(Error.TIME_INTERVAL_TOO_LONG, 30)
    window = Window(
        start=max(start or 0, call.now - kept),
        end=end,
        limit=params.limit(DEFAULT_LIMIT, MAX_LIMIT),
        newest=start is None,
    )
    added = None if kind is None else kind == 1
    call.market_of(name)
    found = call.desk.history.margin_changes(call.account.account_id, name, window, added=added)
    return [shapes.margin_change(row) for row in found]
