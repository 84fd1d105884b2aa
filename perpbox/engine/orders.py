"""Placing an order: the rules, in the venue's order of precedence."""

from __future__ import annotations

from typing import Final

from perpbox.account import (
    BUY,
    Account,
    ExpiryReason,
    Exposure,
    Order,
    OrderId,
    OrderType,
    Position,
    PositionSide,
    PriceMatch,
    Side,
    TimeInForce,
    Trigger,
)
from perpbox.engine import filters
from perpbox.engine.commands import PlaceOrder
from perpbox.engine.events import (
    OrderAccepted,
    OrderExpired,
    OrderRested,
)
from perpbox.engine.market import Market
from perpbox.engine.matching import can_fill, closable, match, would_take
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.margin.account import available_balance
from perpbox.margin.multi_assets import charge
from perpbox.margin.order import (
    assumed_market_price,
    initial_margin_increase,
    needs_margin,
    open_loss,
)
from perpbox.money import SCALE, Amount, Price, Quantity

MATCHED: Final = {
    PriceMatch.OPPONENT: (True, 1),
    PriceMatch.OPPONENT_5: (True, 5),
    PriceMatch.OPPONENT_10: (True, 10),
    PriceMatch.OPPONENT_20: (True, 20),
    PriceMatch.QUEUE: (False, 1),
    PriceMatch.QUEUE_5: (False, 5),
    PriceMatch.QUEUE_10: (False, 10),
    PriceMatch.QUEUE_20: (False, 20),
}
"""Whether the price is of the other side, and of which level."""


def place_order(turn: Turn, command: PlaceOrder) -> None:
    """Check the order, let it stand, trade what it can, and rest or expire what is left."""
    account = turn.account(command.account_id)
    market = turn.market(command.symbol)
    price = check_new_order(turn, account, market, command)
    turn.orders.append(enter_order(turn, market, command, price, turn.state.next_order_id))


def enter_order(
    turn: Turn,
    market: Market,
    command: PlaceOrder,
    price: Price,
    order_id: OrderId,
    trigger: Trigger | None = None,
) -> Order:
    """Let a checked order meet the book at this price."""
    account = turn.state.accounts[command.account_id]
    turn.emit(
        OrderAccepted(
            command.account_id,
            order_id,
            command.symbol,
            command.client_order_id or made_up_id(account, command.symbol, order_id),
            command.side,
            command.position_side,
            command.order_type,
            command.time_in_force,
            price,
            command.quantity,
            command.reduce_only,
            command.self_trade_prevention,
            command.price_match,
            command.good_till,
            trigger,
        )
    )
    order = turn.state.orders[order_id]
    match(turn, market, order, 0 if command.most is None else command.quantity - command.most)
    finish(turn, order)
    return order


def made_up_id(account: Account, symbol: str, order_id: OrderId) -> str:
    """A client order id for an order that came without; a client may have used the first one."""
    made_up = f"perpbox-{order_id}"
    while (symbol, made_up) in account.client_order_ids:
        made_up += "-"
    return made_up


def finish(turn: Turn, order: Order) -> None:
    """Rest or expire what an order could not trade at once."""
    if order.order_id not in turn.state.orders:
        return
    reason = ExpiryReason.NONE
    if order.order_type is OrderType.MARKET:
        reason = ExpiryReason.MARKET_REMAINDER
    elif order.time_in_force is TimeInForce.IOC:
        reason = ExpiryReason.IMMEDIATE_OR_CANCEL
    elif order.closes and not closable(turn, order):
        reason = ExpiryReason.REDUCE_ONLY
    if reason:
        turn.emit(OrderExpired(order.account_id, order.order_id, reason))
    else:
        turn.emit(OrderRested(order.account_id, order.order_id))


def limit_price(
    turn: Turn, market: Market, side: Side, price: Price, price_match: PriceMatch
) -> Price:
    """The price of an order, out of the book where it says so."""
    if price_match is PriceMatch.NONE:
        return price
    opponent, rank = MATCHED[price_match]
    found = market.level_price(-side if opponent else side, rank)
    turn.require(found != 0, Reject.NO_DEPTH)
    return found


def check_new_order(
    turn: Turn,
    account: Account,
    market: Market,
    command: PlaceOrder,
    *,
    closes_all: bool = False,
) -> Price:
    """Refuse what may not stand; `POST /fapi/v1/order/test` asks just this. The limit price.

    What `closes_all` goes before the standing orders that would close the same. It is a MARKET
    order, and nothing is too large for it.
    """
    side, quantity = command.side, command.quantity
    turn.require_trading(market)
    limit = limit_price(turn, market, side, command.price, command.price_match)
    exposure = account.exposure(market.symbol)
    hedge_close = closes_leg(side, command.position_side)
    closes = command.reduce_only or hedge_close
    if closes_all:
        # Whatever its size: what it is about is the position and no quantity.
        filters.check_best_price(market, side)
    else:
        filters.check(market, command.order_type, side, limit, quantity, closes)
    both = command.position_side is PositionSide.BOTH
    turn.require(both is not account.hedge_mode, Reject.POSITION_SIDE_MISMATCH)
    position = exposure.position(command.position_side)
    if closes:
        require_closable(turn, position, side, quantity, hedge_close and not closes_all)
    if command.client_order_id:
        taken = account.has_open(command.symbol, command.client_order_id)
        turn.require(not taken, Reject.DUPLICATE_CLIENT_ORDER_ID)
    if command.order_type is OrderType.LIMIT:
        open_orders = len(exposure.orders) + account.conditionals_in(command.symbol)
        turn.require(open_orders < market.symbol.max_num_orders, Reject.TOO_MANY_OPEN_ORDERS)
    price = limit
    if not closes and needs_margin(position, side, quantity):
        turn.require(not market.symbol.is_ending, Reject.OPENS_BEFORE_SETTLEMENT)
        if command.order_type is OrderType.MARKET:
            price = assumed_market_price(side, market.best_price(-side), market.mark)
        require_position_limit(turn, exposure, position, side, quantity, price)
        increase = initial_margin_increase(exposure, position, market.mark, side, quantity, price)
        cost = increase + open_loss(side, quantity, price, market.mark)
        require_available(turn, account, market, cost)
    if command.time_in_force is TimeInForce.GTX:
        turn.require(not would_take(market, side, limit), Reject.GTX_WOULD_TAKE)
    elif command.time_in_force is TimeInForce.FOK:
        enough = not closes or quantity <= abs(position.quantity)
        turn.require(enough and can_fill(turn, market, command, limit), Reject.FOK_NOT_FILLED)
    return limit


def closes_leg(side: Side, position_side: PositionSide) -> bool:
    if position_side is PositionSide.BOTH:
        return False
    return (side == BUY) is (position_side is PositionSide.SHORT)


def require_closable(
    turn: Turn, position: Position, side: Side, quantity: Quantity, hedge_close: bool
) -> None:
    """There is something to close; in hedge mode, more than the standing orders close."""
    turn.require(position.quantity * side < 0, Reject.REDUCE_ONLY_REJECTED)
    if hedge_close:
        standing = position.buy_quantity if side == BUY else position.sell_quantity
        turn.require(quantity + standing <= abs(position.quantity), Reject.REDUCE_ONLY_REJECTED)


def require_position_limit(
    turn: Turn,
    exposure: Exposure,
    position: Position,
    side: Side,
    quantity: Quantity,
    price: Price,
) -> None:
    """[dec] Position and orders of either side, at the new order's price, within the cap."""
    buys = position.buy_quantity + (quantity if side == BUY else 0)
    sells = position.sell_quantity + (quantity if side != BUY else 0)
    largest = max(abs(position.quantity + buys), abs(position.quantity - sells))
    cap = exposure.symbol.max_notional(exposure.leverage)
    turn.require(largest * price <= cap * SCALE, Reject.POSITION_LIMIT_EXCEEDED)


def require_available(turn: Turn, account: Account, market: Market, cost: Amount) -> None:
    """[dec] The available balance covers the cost; in multi-assets mode both in USD."""
    state = turn.state
    asset = market.symbol.margin_asset
    available = available_balance(account, asset, state.marks, state.rates)
    if account.multi_assets:
        cost = charge(cost, state.rates[asset])
    turn.require(max(0, available) >= cost, Reject.MARGIN_NOT_SUFFICIENT)
