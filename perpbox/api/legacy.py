"""Conditional orders as they were before 2025-12-09: orders like any other."""

from __future__ import annotations

from perpbox.account import ConditionalOrder, Order, OrderStatus, as_order
from perpbox.api.calendar import ALGO_SERVICE
from perpbox.api.call import Call
from perpbox.api.new_conditional import LEGACY, read_conditional
from perpbox.api.new_order import ALGO_TYPES
from perpbox.api.shapes.order import told_order
from perpbox.engine.conditional import check_new_conditional
from perpbox.engine.turn import Turn
from perpbox.instrument import Symbol
from perpbox.money import Millis


def is_legacy(call: Call) -> bool:
    """Whether this is a conditional order for the order endpoint, and the API date lets it be."""
    return call.params.values.get("type") in ALGO_TYPES and not call.since(ALGO_SERVICE)


def new_legacy_order(call: Call) -> object:
    symbol, command = read_conditional(call, LEGACY)
    waiting = call.submit(command).conditional_orders[0]
    return told_order(as_order(waiting, Order), symbol)


def try_legacy_order(call: Call) -> object:
    """Every check, and no order; the refusal is the engine's."""
    symbol, command = read_conditional(call, LEGACY)
    order = as_order(check_new_conditional(Turn(call.state, call.now), command), Order)
    order.order_id = 0
    return told_order(order, symbol)


def canceled_legacy_order(waiting: ConditionalOrder, symbol: Symbol, now: Millis) -> object:
    order = as_order(waiting, Order)
    order.status = OrderStatus.CANCELED
    order.updated = now
    return told_order(order, symbol)
