"""An order meets the book: clients' orders before the house's quotes at the same price."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import TypeAlias

from perpbox.account import (
    BUY,
    AccountId,
    ExpiryReason,
    Order,
    OrderType,
    PositionSide,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.engine.commands import PlaceOrder
from perpbox.engine.events import OrderExpired
from perpbox.engine.fills import trade
from perpbox.engine.market import Market
from perpbox.engine.turn import Turn
from perpbox.money import SCALE, Price, Quantity


def take_limit(market: Market, order: Order) -> Price:
    """The worst price at which an order takes; a MARKET order stops at `marketTakeBound`."""
    if order.order_type is OrderType.LIMIT:
        return order.price
    bound = market.symbol.market_take_bound
    return market.mark * (SCALE + order.side * bound) // SCALE


def match(turn: Turn, market: Market, order: Order, kept: Quantity = 0) -> None:
    """Trade the order against the best quotes until nothing is left that it may take.

    So much of it is `kept` from trading, as if there were no more to trade with.
    """
    side = order.side
    limit = take_limit(market, order)
    makers = market.book.side(-side)
    # A copy: an operator's quotes shrink while they trade.
    levels = list(market.shown_levels(-side))
    rank = 0
    left_at_level: Quantity = levels[0][1] if levels else 0
    while order.remaining > kept:
        maker = makers.best()
        house: Price = levels[rank][0] if rank < len(levels) else 0
        if maker is not None and (not house or (maker.price - house) * side <= 0):
            if (maker.price - limit) * side > 0:
                return
            if not _meet(turn, market, order, maker, kept):
                return
            continue
        if not house or (house - limit) * side > 0:
            return
        quantity = min(closable(turn, order), order.remaining - kept, left_at_level)
        if not quantity:
            turn.emit(OrderExpired(order.account_id, order.order_id, ExpiryReason.REDUCE_ONLY))
            return
        trade(turn, market, None, order, house, quantity)
        left_at_level -= quantity
        if not left_at_level:
            rank += 1
            left_at_level = levels[rank][1] if rank < len(levels) else 0


def _meet(turn: Turn, market: Market, order: Order, maker: Order, kept: Quantity) -> bool:
    """The order meets a client's order; whether it may go on afterwards."""
    if maker.account_id == order.account_id and order.prevents_self_trade:
        mode = order.self_trade_prevention
        if mode is not SelfTradePrevention.EXPIRE_TAKER:
            turn.emit(OrderExpired(maker.account_id, maker.order_id, ExpiryReason.SELF_TRADE))
        if mode is not SelfTradePrevention.EXPIRE_MAKER:
            at_once = order.time_in_force is TimeInForce.IOC
            reason = ExpiryReason.IMMEDIATE_SELF_TRADE if at_once else ExpiryReason.SELF_TRADE
            turn.emit(OrderExpired(order.account_id, order.order_id, reason))
            return False
        return True
    offered = closable(turn, maker)
    if not offered:
        turn.emit(OrderExpired(maker.account_id, maker.order_id, ExpiryReason.REDUCE_ONLY))
        return True
    quantity = min(closable(turn, order), order.remaining - kept, offered)
    if not quantity:
        turn.emit(OrderExpired(order.account_id, order.order_id, ExpiryReason.REDUCE_ONLY))
        return False
    trade(turn, market, maker, order, maker.price, quantity)
    return True


def closable(turn: Turn, order: Order) -> Quantity:
    """What the order may still trade: an order that only closes, no more than the position."""
    if not order.closes:
        return order.remaining
    account = turn.state.accounts[order.account_id]
    exposure = account.exposures.get(order.symbol)
    held = exposure.position(order.position_side).quantity if exposure else 0
    return min(order.remaining, max(0, -held * order.side))


def would_take(market: Market, side: Side, price: Price) -> bool:
    """Whether a limit order at this price would trade at once."""
    best = market.best_price(-side)
    return best != 0 and (best - price) * side <= 0


def can_fill(turn: Turn, market: Market, command: PlaceOrder, limit: Price) -> bool:
    """Whether a limit order would trade whole, at once.

    What reduces counts as far as its position reaches once the orders before it have traded. Its
    own account's orders count like any others: a FOK order's self-trade prevention has no effect.
    """
    side, wanted = command.side, command.quantity
    taker: Leg = (command.account_id, command.symbol, command.position_side)
    held: dict[Leg, Quantity] = {}
    closed: set[Leg] = set()
    for price, maker, quantity in _offers(market, -side):
        if (price - limit) * side > 0 or wanted <= 0:
            break
        filled = min(quantity, wanted)
        if maker:
            leg = (maker.account_id, maker.symbol, maker.position_side)
            if maker.closes:
                reach = max(0, -_held(turn, held, leg) * maker.side)
                filled = 0 if leg in closed else min(filled, reach)
            held[leg] = _held(turn, held, leg) + filled * maker.side
            # Maker before taker, as in a trade: what then can close nothing any more expires.
            if held[leg] * maker.side >= 0:
                closed.add(leg)
        held[taker] = _held(turn, held, taker) + filled * side
        wanted -= filled
    return wanted <= 0


Leg: TypeAlias = tuple[AccountId, str, PositionSide]


def _held(turn: Turn, held: dict[Leg, Quantity], leg: Leg) -> Quantity:
    """What a leg holds by now in a trial, or as it really stands."""
    if leg in held:
        return held[leg]
    account_id, symbol, position_side = leg
    exposure = turn.state.accounts[account_id].exposures.get(symbol)
    return exposure.position(position_side).quantity if exposure else 0


def _offers(market: Market, side: Side) -> Iterator[tuple[Price, Order | None, Quantity]]:
    """What would trade, in its order: price, the client's order or None for the house, quantity."""
    orders = ((o.price, o, o.remaining) for o in market.book.side(side).orders())
    quotes = ((price, None, quantity) for price, quantity in market.shown_levels(side))
    return merge(orders, quotes, key=lambda offer: (-offer[0] * side, offer[1] is None))


def fill_crossed(turn: Turn, market: Market) -> None:
    """Fill the clients' orders that the house's new quotes cross, each at its own price.

    The house is the taker; what its quotes hold is the most that it takes.
    """
    if not market.symbol.trades:
        return
    for side in (BUY, -BUY):
        makers = market.book.side(side)
        if not makers.keys:
            continue
        nearest = market.house_best(-side)
        if not nearest or (makers.best_price() - nearest) * side < 0:
            continue
        for price, offered in list(market.house_levels(-side)):
            left = offered
            while left:
                maker = makers.best()
                if maker is None or (maker.price - price) * side < 0:
                    break
                quantity = min(closable(turn, maker), left)
                if not quantity:
                    turn.emit(
                        OrderExpired(maker.account_id, maker.order_id, ExpiryReason.REDUCE_ONLY)
                    )
                    continue
                trade(turn, market, maker, None, maker.price, quantity)
                left -= quantity
