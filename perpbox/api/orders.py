"""Handlers: placing, amending and canceling orders, one or several."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from perpbox.account import (
    BUY,
    SELL,
    Order,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.api.call import Call, error_of
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import MAX_DIGITS, Params, member_of, precise
from perpbox.api.settings import position_side
from perpbox.api.shapes.order import IMMEDIATE, acknowledged_order, told_order
from perpbox.engine.commands import AmendOrder, CancelAllOrders, CancelOrder, PlaceOrder
from perpbox.engine.orders import check_new_order
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.turn import Turn
from perpbox.instrument import Symbol

SIDES: Final[dict[str, Side]] = {"BUY": BUY, "SELL": SELL}
ALGO_TYPES: Final = frozenset(
    ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
)
RESPONSE_TYPES: Final = ("ACK", "RESULT")
MANDATORY: Final = {
    "LIMIT": ("symbol", "side", "type", "timeInForce", "quantity", "price"),
    "MARKET": ("symbol", "side", "type", "quantity"),
}
OPTIONAL: Final = (
    "positionSide",
    "newClientOrderId",
    "newOrderRespType",
    "priceMatch",
    "selfTradePreventionMode",
)
UNFIT_FOR_LIMIT: Final = ("stopPrice", "activationPrice", "callbackRate", "goodTillDate")
UNFIT: Final = {
    "LIMIT": UNFIT_FOR_LIMIT,
    "MARKET": ("timeInForce", "price", *UNFIT_FOR_LIMIT),
}
MAX_BATCH: Final = 5
MAX_CANCELS: Final = 10


def new_order(call: Call) -> object:
    """`POST /fapi/v1/order`: the order as it was accepted.

    With RESULT as the turn left it, if that is its end: a MARKET, IOC or FOK order.
    """
    symbol, command, response_type = _read_new_order(call)
    order = call.submit(command).orders[0]
    immediate = order.order_type is OrderType.MARKET or order.time_in_force in IMMEDIATE
    if immediate and response_type == "RESULT":
        return told_order(order, symbol)
    return acknowledged_order(order, symbol)


def test_order(call: Call) -> object:
    """`POST /fapi/v1/order/test`: every check of a new order, and no order."""
    symbol, command, _ = _read_new_order(call)
    turn = Turn(call.state, call.now)
    try:
        check_new_order(turn, call.account, call.market_of(symbol.name), command)
    except Rejected as rejected:
        raise error_of(rejected) from None
    return _never_placed(call, symbol, command)


def _never_placed(call: Call, symbol: Symbol, command: PlaceOrder) -> object:
    order = Order(
        order_id=0,
        account_id=command.account_id,
        symbol=command.symbol,
        client_order_id=command.client_order_id or "perpbox-0",
        side=command.side,
        position_side=command.position_side,
        order_type=command.order_type,
        time_in_force=command.time_in_force,
        price=command.price,
        quantity=command.quantity,
        reduce_only=command.reduce_only,
        self_trade_prevention=command.self_trade_prevention,
        created=call.now,
        updated=call.now,
        priority=0,
    )
    return told_order(order, symbol)


def _read_new_order(call: Call) -> tuple[Symbol, PlaceOrder, str]:
    """The parameters as a command: their own faults first, then symbol, enums, precision."""
    params = call.params
    price, quantity, reduce_only = _require_well_formed(params, call.account.hedge_mode)
    symbol = call.market_of(params.text("symbol")).symbol
    side = _side(params)
    position = position_side(params.optional("positionSide"))
    order_type = _order_type(params.text("type"))
    time_in_force = TimeInForce.GTC
    if order_type is OrderType.LIMIT:
        error = ApiError(Error.INVALID_TIME_IN_FORCE)
        time_in_force = params.member("timeInForce", TimeInForce, error)
    client_order_id = params.client_order_id()
    response_type = params.optional("newOrderRespType") or "ACK"
    if response_type not in RESPONSE_TYPES:
        raise ApiError(Error.INVALID_RESPONSE_TYPE)
    _refuse_price_match(params)
    self_trade_prevention = _self_trade_prevention(params)
    command = PlaceOrder(
        account_id=call.account.account_id,
        symbol=symbol.name,
        side=side,
        position_side=position,
        order_type=order_type,
        price=precise(price, symbol.price_precision),
        quantity=precise(quantity, symbol.quantity_precision),
        time_in_force=time_in_force,
        reduce_only=reduce_only,
        client_order_id=client_order_id,
        self_trade_prevention=self_trade_prevention,
    )
    return symbol, command, response_type


def _require_well_formed(params: Params, hedge_mode: bool) -> tuple[int | None, int | None, bool]:
    """Price, quantity and reduceOnly; -1102, -1105, -1106 or -1130 for what cannot be read.

    What is missing comes first, in documented order. Nothing is unfit for an unknown type.
    """
    kind = params.values.get("type", "")
    for name in MANDATORY.get(kind, ("symbol", "side", "type")):
        params.text(name)
    price = params.number("price") if kind == "LIMIT" else 0
    quantity = params.number("quantity") if kind in MANDATORY else 0
    params.require_filled(*OPTIONAL)
    # A GTD order carries its date, and is refused for its timeInForce.
    dated = params.values.get("timeInForce") == "GTD"
    for name in UNFIT.get(kind, ()):
        if params.has(name) and not (dated and name == "goodTillDate"):
            raise ApiError(Error.NOT_REQUIRED, name.lower())
    if hedge_mode and params.has("reduceOnly"):
        raise ApiError(Error.NOT_REQUIRED, "reduceonly")
    if params.optional_flag("closePosition") and kind in MANDATORY:
        raise ApiError(Error.NOT_REQUIRED, "closeposition")
    return price, quantity, params.optional_flag("reduceOnly")


def _side(params: Params) -> Side:
    side = SIDES.get(params.text("side"))
    if side is None:
        raise ApiError(Error.INVALID_SIDE)
    return side


def _order_type(value: str) -> OrderType:
    if value in ALGO_TYPES:
        raise ApiError(Error.USE_ALGO_ENDPOINT)
    return member_of(value, OrderType, ApiError(Error.INVALID_ORDER_TYPE))


def _refuse_price_match(params: Params) -> None:
    if params.optional("priceMatch") not in (None, "NONE"):
        raise ApiError(Error.INVALID_PRICE_MATCH)


def _self_trade_prevention(params: Params) -> SelfTradePrevention:
    """NONE, which older pages name, is the venue's default."""
    value = params.optional("selfTradePreventionMode")
    if value in (None, "NONE"):
        return SelfTradePrevention.EXPIRE_MAKER
    error = ApiError(Error.INVALID_SELF_TRADE_PREVENTION)
    return member_of(value or "", SelfTradePrevention, error)


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
    return told_order(turn.orders[0], symbol)


def cancel_all_orders(call: Call) -> object:
    symbol = call.symbol()
    call.submit(CancelAllOrders(call.account.account_id, symbol.name))
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


def amend_order(call: Call) -> object:
    """`PUT /fapi/v1/order`."""
    params = call.params
    for name in ("symbol", "side", "quantity", "price"):
        params.text(name)
    order_id, client_order_id = which_order(params)
    sent_price, sent_quantity = params.number("price"), params.number("quantity")
    params.require_filled("priceMatch")
    symbol = call.symbol()
    side = _side(params)
    _refuse_price_match(params)
    price = precise(sent_price, symbol.price_precision)
    quantity = precise(sent_quantity, symbol.quantity_precision)
    account_id = call.account.account_id
    command = AmendOrder(account_id, symbol.name, side, quantity, price, order_id, client_order_id)
    return told_order(call.submit(command).orders[0], symbol)


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
