"""`POST /fapi/v1/order/test`: what would become of an order, without one."""

from __future__ import annotations

from perpbox.account import Order
from perpbox.api.call import Call, error_of
from perpbox.api.legacy import is_legacy, try_legacy_order
from perpbox.api.new_order import read_new_order
from perpbox.api.shapes.order import told_order
from perpbox.engine.commands import PlaceOrder
from perpbox.engine.orders import check_new_order
from perpbox.engine.rejects import Rejected
from perpbox.engine.turn import Turn
from perpbox.instrument import Symbol
from perpbox.money import Price


def try_order(call: Call) -> object:
    """`POST /fapi/v1/order/test`: every check of a new order, and no order."""
    try:
        if is_legacy(call):
            return try_legacy_order(call)
        symbol, command, _ = read_new_order(call)
        turn = Turn(call.state, call.now)
        price = check_new_order(turn, call.account, call.market_of(symbol.name), command)
    except Rejected as rejected:
        raise error_of(rejected) from None
    return _never_placed(call, symbol, command, price)


def _never_placed(call: Call, symbol: Symbol, command: PlaceOrder, price: Price) -> object:
    order = Order(
        order_id=0,
        account_id=command.account_id,
        symbol=command.symbol,
        client_order_id=command.client_order_id or "perpbox-0",
        side=command.side,
        position_side=command.position_side,
        order_type=command.order_type,
        time_in_force=command.time_in_force,
        price=price,
        quantity=command.quantity,
        reduce_only=command.reduce_only,
        self_trade_prevention=command.self_trade_prevention,
        created=call.now,
        updated=call.now,
        priority=0,
        price_match=command.price_match,
        good_till=command.good_till,
    )
    return told_order(order, symbol)
