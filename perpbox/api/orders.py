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
from perpbox.api.params import MAX_DIGITS, Params, member_of, require_precision
from perpbox.api.settings import position_side
from perpbox.api.shapes.order import IMMEDIATE, acknowledged_order, told_order
from perpbox.engine.commands import AmendOrder, CancelAllOrders, CancelOrder, PlaceOrder
from perpbox.engine.orders import check_new_order
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.turn import Turn
from perpbox.instrument import Symbol
from perpbox.money import Price, Quantity

SIDES: Final[dict[str, Side]] = {"BUY": BUY, "SELL": SELL}
ALGO_TYPES: Final = frozenset(
    ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
)
RESPONSE_TYPES: Final = ("ACK", "RESULT")
MAX_BATCH: Final = 5
MAX_CANCELS: Final = 10


def new_order(call: Call) -> object:
    """`POST /fapi/v1/order`. ACK tells the order as accepted, RESULT as the turn left it."""
    symbol, command, response_type = _read_new_order(call)
    order = call.submit(command).orders[0]
    immediate = order.order_type is OrderType.MARKET or order.time_in_force in IMMEDIATE
    if immediate and response_type == "ACK":
        return acknowledged_order(order, symbol)
    return told_order(order, symbol)


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
    """The parameters as a command: what is missing first, then what is unknown, then precision."""
    params = call.params
    _require_sent(params)
    symbol = call.market_of(params.text("symbol")).symbol
    side = _side(params)
    position = position_side(call)
    order_type = _order_type(params.text("type"))
    response_type = params.optional("newOrderRespType") or "ACK"
    if response_type not in RESPONSE_TYPES:
        raise ApiError(Error.INVALID_RESPONSE_TYPE)
    _refuse_unfit(params, order_type, call.account.hedge_mode)
    time_in_force = TimeInForce.GTC
    price: Price = 0
    if order_type is OrderType.LIMIT:
        error = ApiError(Error.INVALID_TIME_IN_FORCE)
        time_in_force = params.member("timeInForce", TimeInForce, error)
        price = params.decimal("price")
    quantity = params.decimal("quantity")
    _require_symbol_precision(symbol, price, quantity)
    command = PlaceOrder(
        account_id=call.account.account_id,
        symbol=symbol.name,
        side=side,
        position_side=position,
        order_type=order_type,
        quantity=quantity,
        price=price,
        time_in_force=time_in_force,
        reduce_only=params.optional_flag("reduceOnly"),
        client_order_id=params.client_order_id(),
        self_trade_prevention=_self_trade_prevention(params),
    )
    return symbol, command, response_type


def _require_sent(params: Params) -> None:
    """-1102 for the first mandatory parameter that is missing, in documented order."""
    for name in ("symbol", "side", "type"):
        params.text(name)
    kind = params.values["type"]
    if kind == "LIMIT":
        for name in ("timeInForce", "quantity", "price"):
            params.text(name)
    elif kind == "MARKET":
        params.text("quantity")


def _side(params: Params) -> Side:
    side = SIDES.get(params.text("side"))
    if side is None:
        raise ApiError(Error.INVALID_SIDE)
    return side


def _order_type(value: str) -> OrderType:
    if value in ALGO_TYPES:
        raise ApiError(Error.USE_ALGO_ENDPOINT)
    return member_of(value, OrderType, ApiError(Error.INVALID_ORDER_TYPE))


def _refuse_unfit(params: Params, order_type: OrderType, hedge_mode: bool) -> None:
    """-1106 for what does not go with the order's type or the account's mode."""
    unfit = ["stopPrice", "activationPrice", "callbackRate", "goodTillDate"]
    if order_type is OrderType.MARKET:
        unfit += ["timeInForce", "price"]
    if hedge_mode:
        unfit.append("reduceOnly")
    for name in unfit:
        if params.has(name):
            raise ApiError(Error.NOT_REQUIRED, name.lower())
    if params.optional_flag("closePosition"):
        raise ApiError(Error.NOT_REQUIRED, "closeposition")
    if params.optional("priceMatch") not in (None, "NONE"):
        raise ApiError(Error.INVALID_PRICE_MATCH)


def _self_trade_prevention(params: Params) -> SelfTradePrevention:
    """NONE, which older pages name, is the venue's default."""
    value = params.optional("selfTradePreventionMode")
    if value in (None, "NONE"):
        return SelfTradePrevention.EXPIRE_MAKER
    error = ApiError(Error.INVALID_SELF_TRADE_PREVENTION)
    return member_of(value or "", SelfTradePrevention, error)


def _require_symbol_precision(symbol: Symbol, price: Price, quantity: Quantity) -> None:
    require_precision(quantity, symbol.quantity_precision)
    require_precision(price, symbol.price_precision)


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
    symbol = call.symbol()
    return _cancel(call, symbol, *which_order(call.params))


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
    symbol = call.symbol()
    side = _side(params)
    if params.optional("priceMatch") not in (None, "NONE"):
        raise ApiError(Error.INVALID_PRICE_MATCH)
    order_id, client_order_id = which_order(params)
    price, quantity = params.decimal("price"), params.decimal("quantity")
    _require_symbol_precision(symbol, price, quantity)
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
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ApiError(Error.INVALID_PARAMETER, "batchOrders")
    if not 1 <= len(rows) <= MAX_BATCH:
        raise ApiError(Error.BATCH_SIZE)
    return [Params(_texts(row)) for row in rows]


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
    symbol = call.symbol()
    order_ids = _list_of(call.params, "orderIdList")
    client_order_ids = _list_of(call.params, "origClientOrderIdList")
    if not order_ids and not client_order_ids:
        raise ApiError(Error.EITHER_MISSING, "origClientOrderIdList", "orderIdList")
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
