"""Orders that stand: amending and canceling them."""

from __future__ import annotations

from typing import Final

from perpbox.account import Account, ConditionalOrder, Order, TimeInForce
from perpbox.engine import filters
from perpbox.engine.commands import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
)
from perpbox.engine.events import ConditionalCanceled, OrderAmended, OrderCanceled
from perpbox.engine.market import Market
from perpbox.engine.matching import match, would_take
from perpbox.engine.orders import (
    closes_leg,
    finish,
    limit_price,
    require_available,
    require_closable,
    require_position_limit,
)
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.turn import Turn
from perpbox.margin.order import initial_margin_increase, needs_margin, open_loss
from perpbox.money import Price, Quantity

MAX_AMENDMENTS: Final = 10_000


def find_order(
    turn: Turn, account: Account, symbol: str, order_id: int, client_order_id: str
) -> Order:
    """The open order, by its id or else by the client's; or a refusal."""
    if not order_id:
        order_id = account.client_order_ids.get((symbol, client_order_id), 0)
    order = turn.state.orders.get(order_id)
    if order is None or order.account_id != account.account_id or order.symbol != symbol:
        raise Rejected(Reject.UNKNOWN_ORDER)
    return order


def find_legacy(
    account: Account, symbol: str, order_id: int, client_order_id: str
) -> ConditionalOrder | None:
    """The conditional order that is an order like any other, if these say one."""
    algo_id = order_id or account.client_algo_ids.get(client_order_id, 0)
    waiting = account.conditional_orders.get(algo_id)
    if waiting is None or not waiting.terms.legacy or waiting.terms.symbol != symbol:
        return None
    return waiting


def cancel_order(turn: Turn, command: CancelOrder) -> None:
    account = turn.account(command.account_id)
    turn.market(command.symbol)
    waiting = find_legacy(account, command.symbol, command.order_id, command.client_order_id)
    if waiting is not None:
        turn.conditional_orders.append(waiting)
        turn.emit(ConditionalCanceled(account.account_id, waiting.algo_id))
        return
    order = find_order(turn, account, command.symbol, command.order_id, command.client_order_id)
    turn.orders.append(order)
    turn.emit(OrderCanceled(account.account_id, order.order_id))


def cancel_all_orders(turn: Turn, command: CancelAllOrders) -> None:
    """Cancel every open order of the symbol; none is no refusal."""
    account = turn.account(command.account_id)
    market = turn.market(command.symbol)
    for order in list(account.exposure(market.symbol).orders.values()):
        turn.orders.append(order)
        turn.emit(OrderCanceled(account.account_id, order.order_id))
    cancel_legacy(turn, account, command.symbol)


def cancel_legacy(turn: Turn, account: Account, symbol: str) -> None:
    """Cancel the symbol's conditional orders of the days when they were orders like any other."""
    for waiting in list(account.conditional_orders.values()):
        if waiting.terms.legacy and waiting.terms.symbol == symbol:
            turn.emit(ConditionalCanceled(account.account_id, waiting.algo_id))


def amend_order(turn: Turn, command: AmendOrder) -> None:
    """New price and quantity, at the end of the queue (Modify Order page).

    The order is canceled instead if it has already filled that much, or if it may only make and
    would take.
    """
    account = turn.account(command.account_id)
    market = turn.market(command.symbol)
    order = find_order(turn, account, command.symbol, command.order_id, command.client_order_id)
    turn.require(order.side == command.side, Reject.UNKNOWN_ORDER)
    turn.require(market.symbol.trades and not market.symbol.is_ending, Reject.NOT_TRADING_TO_AMEND)
    quantity = command.quantity
    price = limit_price(turn, market, order.side, command.price, command.price_match)
    filters.check_limit(market, order.side, price, quantity, order.closes)
    turn.require(price != order.price or quantity != order.quantity, Reject.NO_NEED_TO_MODIFY)
    turn.require(order.amendments < MAX_AMENDMENTS, Reject.TOO_MANY_MODIFICATIONS)
    turn.orders.append(order)
    post_only = order.time_in_force is TimeInForce.GTX
    if quantity <= order.executed or (post_only and would_take(market, order.side, price)):
        turn.emit(OrderCanceled(account.account_id, order.order_id))
        return
    _check_amended(turn, account, market, order, price, quantity - order.executed)
    turn.emit(
        OrderAmended(
            account.account_id,
            order.order_id,
            price,
            quantity,
            command.price_match,
            command.modify_id,
        )
    )
    if post_only and would_take(market, order.side, price):
        # It has left the book, and the house's quotes that it alone had hidden are shown again.
        turn.emit(OrderCanceled(account.account_id, order.order_id))
        return
    match(turn, market, order)
    finish(turn, order)


def _check_amended(
    turn: Turn, account: Account, market: Market, order: Order, price: Price, remaining: Quantity
) -> None:
    """Limit and margin for the order as it would be, in place of what it is."""
    exposure = account.exposure(market.symbol)
    position = exposure.position(order.position_side)
    more = remaining - order.remaining
    if order.closes:
        hedge_close = closes_leg(order.side, order.position_side)
        require_closable(turn, position, order.side, more, hedge_close)
        return
    shrinks = more <= 0 and price == order.price
    if shrinks or not needs_margin(position, order.side, more):
        return
    require_position_limit(turn, exposure, position, order.side, more, price)
    # Counted as an order over the difference: both sums are of quantity times price.
    difference = remaining * price - order.remaining * order.price
    increase = initial_margin_increase(exposure, position, market.mark, order.side, difference, 1)
    loss = open_loss(order.side, remaining, price, market.mark)
    require_available(turn, account, market, increase + loss)
