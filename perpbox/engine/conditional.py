"""Conditional orders: placed, canceled, and triggered once their condition holds."""

from __future__ import annotations

from typing import Final

from perpbox.account import (
    BUY,
    Account,
    ConditionalOrder,
    ConditionalTerms,
    ExpiryReason,
    OrderType,
    PositionSide,
    TimeInForce,
    Trigger,
)
from perpbox.engine import filters
from perpbox.engine.commands import (
    CancelAllConditionals,
    CancelConditional,
    PlaceConditional,
    PlaceOrder,
)
from perpbox.engine.events import (
    ConditionalCanceled,
    ConditionalExpired,
    ConditionalPlaced,
    ConditionalRejected,
    ConditionalTriggered,
    OrderExpired,
)
from perpbox.engine.market import Market
from perpbox.engine.orders import check_new_order, enter_order
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.money import Price

MOST_WAITING: Final = 200
"""Conditional orders of an account, all symbols together (change-log of 2025-12-29)."""


def place_conditional(turn: Turn, command: PlaceConditional) -> None:
    """Let it wait; no margin is looked at."""
    order = check_new_conditional(turn, command)
    turn.emit(
        ConditionalPlaced(
            order.account_id, order.algo_id, order.client_algo_id, order.terms, order.extreme
        )
    )
    turn.conditional_orders.append(turn.state.conditional_orders[order.algo_id])


def check_new_conditional(turn: Turn, command: PlaceConditional) -> ConditionalOrder:
    """Refuse what can be refused before a trigger; the order as it would wait."""
    account = turn.account(command.account_id)
    terms = command.terms
    market = turn.market(terms.symbol)
    turn.require_trading(market)
    filters.check_conditional(market, terms)
    _check_modes(turn, account, terms)
    if command.client_algo_id:
        taken = command.client_algo_id in account.client_algo_ids
        taken |= terms.legacy and account.has_open(terms.symbol, command.client_algo_id)
        turn.require(not taken, Reject.DUPLICATE_CLIENT_ORDER_ID)
    _check_numbers(turn, account, market, terms)
    algo_id = turn.state.next_order_id
    latest = market.working_price(terms.working_type)
    if terms.trails and not terms.activation_price:
        terms = _activated(terms, latest)
    elif terms.trails:
        ahead = (latest - terms.activation_price) * terms.side > 0
        turn.require(ahead, Reject.WOULD_TRIGGER_AT_ONCE)
    client_algo_id = command.client_algo_id or _made_up_id(account, algo_id)
    order = ConditionalOrder(
        algo_id, account.account_id, client_algo_id, terms, turn.now, extreme=latest
    )
    turn.require(not order.holds(latest), Reject.WOULD_TRIGGER_AT_ONCE)
    return order


def _check_modes(turn: Turn, account: Account, terms: ConditionalTerms) -> None:
    both = terms.position_side is PositionSide.BOTH
    turn.require(both is not account.hedge_mode, Reject.POSITION_SIDE_MISMATCH)
    if terms.close_position and not both:
        # A long is closed by selling, a short by buying.
        closing = (terms.side == BUY) is (terms.position_side is PositionSide.SHORT)
        turn.require(closing, Reject.POSITION_SIDE_MISMATCH)


def _check_numbers(turn: Turn, account: Account, market: Market, terms: ConditionalTerms) -> None:
    """How many may wait in all; MAX_NUM_ALGO_ORDERS of old; MAX_NUM_ORDERS with what stands."""
    symbol = market.symbol
    few = len(account.conditional_orders) < MOST_WAITING
    waiting = account.conditionals_in(symbol.name)
    if terms.legacy:
        few = few and waiting < symbol.max_num_algo_orders
    turn.require(few, Reject.TOO_MANY_CONDITIONAL_ORDERS)
    standing = len(account.exposure(symbol).orders)
    turn.require(standing + waiting < symbol.max_num_orders, Reject.TOO_MANY_OPEN_ORDERS)


def _activated(terms: ConditionalTerms, latest: int) -> ConditionalTerms:
    """Without an activation price it is the latest price."""
    fields = {name: getattr(terms, name) for name in terms.__struct_fields__}
    return ConditionalTerms(**{**fields, "activation_price": latest})


def _made_up_id(account: Account, algo_id: int) -> str:
    made_up = f"perpbox-{algo_id}"
    while made_up in account.client_algo_ids:
        made_up += "-"
    return made_up


def cancel_conditional(turn: Turn, command: CancelConditional) -> None:
    account = turn.account(command.account_id)
    algo_id = command.algo_id or account.client_algo_ids.get(command.client_algo_id, 0)
    order = account.conditional_orders.get(algo_id)
    if order is None:
        raise Rejected(Reject.UNKNOWN_ORDER)
    turn.conditional_orders.append(order)
    turn.emit(ConditionalCanceled(account.account_id, algo_id))


def cancel_all_conditionals(turn: Turn, command: CancelAllConditionals) -> None:
    """Cancel all of the symbol; none is no refusal."""
    account = turn.account(command.account_id)
    turn.market(command.symbol)
    for order in list(account.conditional_orders.values()):
        if order.terms.symbol == command.symbol and not order.terms.legacy:
            turn.conditional_orders.append(order)
            turn.emit(ConditionalCanceled(account.account_id, order.algo_id))


# What follows by itself.


def expire_unheld(turn: Turn) -> None:
    """End the GTE_GTC orders whose position is gone."""
    legs, turn.state.stirred.legs = turn.state.stirred.legs, []
    for account_id, symbol, leg in legs:
        account = turn.state.accounts.get(account_id)
        if account is None:
            continue
        exposure = account.exposures.get(symbol)
        if exposure is not None and exposure.position(leg).quantity:
            continue
        for order in list(account.conditional_orders.values()):
            terms = order.terms
            here = (terms.symbol, terms.position_side) == (symbol, leg)
            if here and terms.time_in_force is TimeInForce.GTE_GTC:
                reason = ExpiryReason.NO_POSITION
                turn.emit(ConditionalExpired(account_id, order.algo_id, reason))


def first_reached(state: State) -> tuple[ConditionalOrder, Price] | None:
    """The oldest that still waits of those whose condition has held in this turn, and where."""
    while True:
        algo_id, price = state.stirred.next_reached()
        if not algo_id:
            return None
        order = state.conditional_orders.get(algo_id)
        if order is not None:
            return order, price


def trigger(turn: Turn, order: ConditionalOrder, price: Price) -> None:
    """Place the order that has waited for this price, or say why it cannot be placed."""
    state, terms = turn.state, order.terms
    account, market = state.accounts[order.account_id], state.markets[terms.symbol]
    turn.emit(ConditionalTriggered(order.account_id, order.algo_id, terms.symbol, price))
    if terms.refused_as:
        turn.emit(ConditionalRejected(order.account_id, order.algo_id, terms.refused_as, []))
        return
    command = _order_of(account, market, order)
    try:
        trial = Turn(state, turn.now)
        limit = check_new_order(trial, account, market, command, closes_all=terms.close_position)
    except Rejected as rejected:
        turn.emit(
            ConditionalRejected(
                order.account_id, order.algo_id, rejected.reject.name, list(rejected.details)
            )
        )
        return
    if terms.close_position:
        _make_way(turn, account, market, terms)
    order_id, placed = (order.algo_id, order.created) if terms.legacy else (state.next_order_id, 0)
    origin = Trigger(order.algo_id, terms, placed=placed, client_algo_id=order.client_algo_id)
    enter_order(turn, market, command, limit, order_id, origin)


def _make_way(turn: Turn, account: Account, market: Market, terms: ConditionalTerms) -> None:
    """Expire what stands to close a leg that is about to be closed whole.

    [dec] In hedge mode alone, where closing orders are together no more than the position.
    """
    if terms.position_side is PositionSide.BOTH:
        return
    for other in list(account.exposure(market.symbol).orders.values()):
        if other.position_side is terms.position_side and other.closes:
            turn.emit(OrderExpired(account.account_id, other.order_id, ExpiryReason.REDUCE_ONLY))


def _order_of(account: Account, market: Market, order: ConditionalOrder) -> PlaceOrder:
    terms = order.terms
    quantity, reduce_only = terms.quantity, terms.reduce_only
    if terms.close_position:
        held = account.exposure(market.symbol).position(terms.position_side).quantity
        quantity = max(0, -held * terms.side)
        reduce_only = terms.position_side is PositionSide.BOTH
    limited = terms.placed_type is OrderType.LIMIT
    lasting = terms.time_in_force is TimeInForce.GTE_GTC
    taken = (terms.symbol, order.client_algo_id) in account.client_order_ids
    return PlaceOrder(
        account_id=account.account_id,
        symbol=terms.symbol,
        side=terms.side,
        position_side=terms.position_side,
        order_type=terms.placed_type,
        quantity=quantity,
        price=terms.price,
        time_in_force=TimeInForce.GTC if lasting or not limited else terms.time_in_force,
        reduce_only=reduce_only,
        client_order_id="" if taken else order.client_algo_id,
        self_trade_prevention=terms.self_trade_prevention,
        price_match=terms.price_match,
        good_till=terms.good_till if limited else 0,
    )
