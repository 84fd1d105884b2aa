"""Handlers: placing, amending and canceling orders, one or several."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from perpbox.account import Order, OrderType, PriceMatch
from perpbox.api.calendar import MATCHED_AMENDMENT, MODIFY_ID
from perpbox.api.call import Call, error_of
from perpbox.api.errors import ApiError, Error
from perpbox.api.legacy import canceled_legacy_order, is_legacy, new_legacy_order
from perpbox.api.new_order import (
    is_matched,
    read_new_order,
    read_price_match,
    read_side,
)
from perpbox.api.params import MAX_DIGITS, Params, precise
from perpbox.api.shapes.order import IMMEDIATE, acknowledged_order, told_order
from perpbox.engine.commands import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    SetCountdown,
)
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.standing import find_legacy
from perpbox.instrument import Symbol

MAX_BATCH: Final = 5
MAX_CANCELS: Final = 10


def new_order(call: Call) -> object:
    """`POST /fapi/v1/order`: the order as it was accepted.

    With RESULT as the turn left it, if that is its end: a MARKET, IOC or FOK order.
    """
    if is_legacy(call):
        return new_legacy_order(call)
    symbol, command, response_type = read_new_order(call)
    order = call.submit(command).orders[0]
    immediate = order.order_type is OrderType.MARKET or order.time_in_force in IMMEDIATE
    if immediate and response_type == "RESULT":
        return told_order(order, symbol)
    return acknowledged_order(order, symbol)


# Orders that stand.


def which_order(params: Params) -> tuple[int, str]:
    """(order id, client order id): one of the two is sent, and the order id prevails."""
    order_id = params.optional_long("orderId")
    client_order_id = params.optional("origClientOrderId")
    if order_id is None and client_order_id is None:
        raise ApiError(Error.EITHER_MISSING, "origClientOrderId", "orderId")
    return order_id or 0, client_order_id or ""


def cancel_order(call: Call) -> object:
    """`DELETE /fapi/v1/order`; -2011 if it is not open."""
    name = call.params.text("symbol")
    wanted = which_order(call.params)
    return _cancel(call, call.market_of(name).symbol, *wanted)


def _cancel(call: Call, symbol: Symbol, order_id: int, client_order_id: str) -> object:
    command = CancelOrder(call.account.account_id, symbol.name, order_id, client_order_id)
    try:
        turn = call.desk.venue.submit(command)
    except Rejected as rejected:
        if rejected.reject is Reject.UNKNOWN_ORDER:
            raise ApiError(Error.CANCEL_REJECTED) from None
        raise error_of(rejected) from None
    if turn.conditional_orders:
        return canceled_legacy_order(turn.conditional_orders[0], symbol, call.now)
    return told_order(turn.orders[0], symbol)


def cancel_all_orders(call: Call) -> object:
    symbol = call.symbol()
    call.submit(CancelAllOrders(call.account.account_id, symbol.name))
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


def set_countdown(call: Call) -> object:
    """`POST /fapi/v1/countdownCancelAll`."""
    name, span = call.params.text("symbol"), call.params.long("countdownTime")
    if span < 0:
        raise ApiError(Error.INVALID_PARAMETER, "countdownTime")
    call.market_of(name)
    call.submit(SetCountdown(call.account.account_id, name, span))
    return {"symbol": name, "countdownTime": str(span)}


def amend_order(call: Call) -> object:
    """`PUT /fapi/v1/order`."""
    params = call.params
    may_match = call.since(MATCHED_AMENDMENT)
    matched = may_match and is_matched(params)
    for name in ("symbol", "side", "quantity", *(() if matched else ("price",))):
        params.text(name)
    order_id, client_order_id = which_order(params)
    sent_price = 0 if matched else params.number("price")
    sent_quantity = params.number("quantity")
    if may_match:
        params.require_filled("priceMatch")
    modify_id = params.optional_long("modifyId") if call.since(MODIFY_ID) else None
    if matched and params.has("price"):
        raise ApiError(Error.NOT_REQUIRED, "price")
    symbol = call.symbol()
    side = read_side(params)
    price_match = read_price_match(call, params, limited=True) if may_match else PriceMatch.NONE
    price = precise(sent_price, symbol.price_precision)
    quantity = precise(sent_quantity, symbol.quantity_precision)
    command = AmendOrder(
        call.account.account_id,
        symbol.name,
        side,
        quantity,
        price,
        order_id,
        client_order_id,
        price_match,
        modify_id,
    )
    return told_order(_amend(call, command), symbol, modify_id=modify_id)


def _amend(call: Call, command: AmendOrder) -> Order:
    """-5025 if it is no LIMIT order, and -5029 instead of -4164 if it would be too small."""
    try:
        return call.desk.venue.submit(command).orders[0]
    except Rejected as rejected:
        wanted = (command.symbol, command.order_id, command.client_order_id)
        if rejected.reject is Reject.UNKNOWN_ORDER and find_legacy(call.account, *wanted):
            raise ApiError(Error.ONLY_LIMIT_ORDERS) from None
        if rejected.reject is Reject.NOTIONAL_BELOW_MIN:
            raise ApiError(Error.AMENDED_NOTIONAL_BELOW_MIN, *rejected.details) from None
        raise error_of(rejected) from None


# Several at once: each is a turn of its own, and each element answers for itself.


def new_orders(call: Call) -> object:
    """`POST /fapi/v1/batchOrders`."""
    return [_element(call, params, new_order) for params in _batch(call)]


def amend_orders(call: Call) -> object:
    """`PUT /fapi/v1/batchOrders`."""
    return [_element(call, params, amend_order) for params in _batch(call)]


def _batch(call: Call) -> list[Params]:
    text = call.params.text("batchOrders")
    try:
        # Numbers stay the text that was sent, so that their precision can be judged.
        rows = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise ApiError(Error.INVALID_PARAMETER, "batchOrders") from None
    if not isinstance(rows, list) or not all(_is_flat(row) for row in rows):
        raise ApiError(Error.INVALID_PARAMETER, "batchOrders")
    if not 1 <= len(rows) <= MAX_BATCH:
        raise ApiError(Error.BATCH_SIZE)
    return [Params(_texts(row)) for row in rows]


def _is_flat(row: object) -> bool:
    """Whether it is a JSON object of plain values; its numbers are text by now."""
    return isinstance(row, dict) and not any(isinstance(v, list | dict) for v in row.values())


def _texts(row: Mapping[str, object]) -> dict[str, str]:
    """A JSON object's values as the text that a query would hold; null is not sent."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in row.items()
        if value is not None
    }


def _element(call: Call, params: Params, handler: Callable[[Call], object]) -> object:
    try:
        return handler(Call(call.desk, params, call.now, call.account))
    except ApiError as error:
        return error.body()


def cancel_orders(call: Call) -> object:
    """`DELETE /fapi/v1/batchOrders`: by `orderIdList` or `origClientOrderIdList`."""
    name = call.params.text("symbol")
    order_ids = _list_of(call.params, "orderIdList")
    client_order_ids = _list_of(call.params, "origClientOrderIdList")
    if not order_ids and not client_order_ids:
        raise ApiError(Error.EITHER_MISSING, "origClientOrderIdList", "orderIdList")
    symbol = call.market_of(name).symbol
    wanted = [(int(i), "") for i in order_ids] or [(0, i) for i in client_order_ids]
    if len(wanted) > MAX_CANCELS:
        raise ApiError(Error.TOO_MANY_CANCELS)
    answers: list[object] = []
    for order_id, client_order_id in wanted:
        try:
            answers.append(_cancel(call, symbol, order_id, client_order_id))
        except ApiError as error:
            answers.append(error.body())
    return answers


def _list_of(params: Params, name: str) -> list[str]:
    """A JSON list; clients also send its name in lower case."""
    text = params.optional(name) or params.optional(name.lower())
    if text is None:
        return []
    try:
        items = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise ApiError(Error.INVALID_PARAMETER, name) from None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ApiError(Error.INVALID_PARAMETER, name)
    numeric = name == "orderIdList"
    if numeric and not all(i.isascii() and i.isdigit() and len(i) < MAX_DIGITS for i in items):
        raise ApiError(Error.INVALID_PARAMETER, name)
    return items
