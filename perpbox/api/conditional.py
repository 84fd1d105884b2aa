"""Handlers: conditional orders, at their own endpoints and as of old at the orders'."""

from __future__ import annotations

from perpbox.account import Order
from perpbox.api.calendar import ALGO_FILTER_REMOVED
from perpbox.api.call import Call, error_of
from perpbox.api.errors import ApiError, Error
from perpbox.api.new_conditional import ALGO, read_conditional
from perpbox.api.params import Params
from perpbox.api.retention import ORDERS_KEPT, UNFILLED_KEPT, week
from perpbox.api.shapes import conditional as shapes
from perpbox.engine.commands import CancelAllConditionals, CancelConditional
from perpbox.engine.rejects import Reject, Rejected
from perpbox.journal.records import ConditionalRecord, Window
from perpbox.money import Millis

DEFAULT_LIMIT = 500
MAX_LIMIT = 1000
CONDITIONAL = "CONDITIONAL"


def new_algo_order(call: Call) -> dict[str, object]:
    """`POST /fapi/v1/algoOrder`."""
    if call.params.text("algoType") != CONDITIONAL:
        raise ApiError(Error.INVALID_PARAMETER, "algoType")
    symbol, command = read_conditional(call, ALGO)
    waiting = call.account.conditionals_in(symbol.name)
    if waiting >= symbol.max_num_algo_orders and not call.since(ALGO_FILTER_REMOVED):
        # The filter outlived the day when the service began by twenty days.
        raise ApiError(Error.TOO_MANY_CONDITIONAL_ORDERS)
    return shapes.placed(call.submit(command).conditional_orders[0], symbol)


def which(params: Params) -> tuple[int, str]:
    """(id, client id): one of the two is sent, and the id prevails.

    Clients also send its name in lower case.
    """
    name = "algoId" if params.has("algoId") else "algoid"
    algo_id, client_algo_id = params.optional_long(name), params.optional("clientAlgoId")
    if algo_id is None and client_algo_id is None:
        raise ApiError(Error.EITHER_MISSING, "clientAlgoId", "algoId")
    return algo_id or 0, client_algo_id or ""


def cancel_algo_order(call: Call) -> object:
    """`DELETE /fapi/v1/algoOrder`; -2011 if it does not wait (any more)."""
    algo_id, client_algo_id = which(call.params)
    waiting = call.account.conditional_orders
    known = algo_id or call.account.client_algo_ids.get(client_algo_id, 0)
    if known not in waiting or waiting[known].terms.legacy:
        raise ApiError(Error.CANCEL_REJECTED)
    turn = call.submit(CancelConditional(call.account.account_id, known))
    order = turn.conditional_orders[0]
    return {
        "algoId": order.algo_id,
        "clientAlgoId": order.client_algo_id,
        "code": "200",
        "msg": "success",
    }


def cancel_all_algo_orders(call: Call) -> object:
    """`DELETE /fapi/v1/algoOpenOrders`."""
    symbol = call.symbol()
    call.submit(CancelAllConditionals(call.account.account_id, symbol.name))
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


def algo_order(call: Call) -> object:
    """`GET /fapi/v1/algoOrder`: waiting or past; -2013 if it is not to be found (any more)."""
    algo_id, client_algo_id = which(call.params)
    found = call.desk.history.conditional(
        call.account.account_id, algo_id=algo_id, client_algo_id=client_algo_id
    )
    if found is None or _is_forgotten(found, call.now):
        raise ApiError(Error.NO_SUCH_ORDER)
    return _asked(call, found)


def _is_forgotten(record: ConditionalRecord, now: Millis) -> bool:
    if record.created + ORDERS_KEPT < now:
        return True
    return record.ended_unfilled and record.created + UNFILLED_KEPT < now


def _asked(call: Call, record: ConditionalRecord) -> dict[str, object]:
    """The row, with why its order was refused, if it was."""
    symbol = call.state.catalogue.symbols[record.symbol]
    order: Order | None = None
    if record.order_id:
        order = call.desk.history.order(record.account_id, record.symbol, order_id=record.order_id)
    row = shapes.asked(record, symbol, order)
    if record.reject:
        error = error_of(Rejected(Reject[record.reject], *record.reject_details))
        row["rejectReason"] = error.body()["msg"]
    return row


def open_algo_orders(call: Call) -> object:
    """`GET /fapi/v1/openAlgoOrders`, oldest first."""
    params = call.params
    if params.optional("algoType") not in (None, CONDITIONAL):
        raise ApiError(Error.INVALID_PARAMETER, "algoType")
    name, algo_id = params.optional("symbol"), params.optional_long("algoId")
    if name is not None:
        call.market_of(name)
    symbols = call.state.catalogue.symbols
    return [
        shapes.waiting(order, symbols[order.terms.symbol])
        for order in call.account.conditional_orders.values()
        if not order.terms.legacy
        and name in (None, order.terms.symbol)
        and algo_id in (None, order.algo_id)
    ]


def all_algo_orders(call: Call) -> object:
    """`GET /fapi/v1/allAlgoOrders`: of at most seven days, or from an id on."""
    params = call.params
    name, from_id = params.text("symbol"), params.optional_long("algoId")
    start, end = week(call)
    if from_id is not None and not params.has("startTime"):
        start = call.now - ORDERS_KEPT
    limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)
    page = params.optional_long("page")
    if page is not None and page < 1:
        raise ApiError(Error.INVALID_PARAMETER, "page")
    call.market_of(name)
    window = Window(
        start=max(start, call.now - ORDERS_KEPT),
        end=end,
        limit=limit,
        page=page or 1,
        newest=from_id is None and not params.has("startTime"),
    )
    found = call.desk.history.conditionals(
        call.account.account_id,
        name,
        window,
        from_id=from_id,
        unfilled_since=call.now - UNFILLED_KEPT,
    )
    return [_asked(call, record) for record in found]
