"""An order meets the book: clients' orders before the house's quotes at the same price."""

from __future__ import annotations

from perpbox.account import (
    BUY,
    ExpiryReason,
    Order,
    OrderType,
    SelfTradePrevention,
    Side,
)
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


def match(turn: Turn, market: Market, order: Order) -> None:
    """Trade the order against the best quotes until nothing is left that it may take."""
    side = order.side
    limit = take_limit(market, order)
    makers = market.book.side(-side)
    # A copy: an operator's quotes shrink while they trade.
    levels = list(market.shown_levels(-side))
    rank = 0
    left_at_level: Quantity = levels[0][1] if levels else 0
    while order.remaining:
        maker = makers.best()
        house: Price = levels[rank][0] if rank < len(levels) else 0
        if maker is not None and (not house or (maker.price - house) * side <= 0):
            if (maker.price - limit) * side > 0:
                return
            if not _meet(turn, market, order, maker):
                return
            continue
        if not house or (house - limit) * side > 0:
            return
        quantity = min(closable(turn, order), left_at_level)
        if not quantity:
            turn.emit(OrderExpired(order.account_id, order.order_id, ExpiryReason.REDUCE_ONLY))
            return
        trade(turn, market, None, order, house, quantity)
        left_at_level -= quantity
        if not left_at_level:
            rank += 1
            left_at_level = levels[rank][1] if rank < len(levels) else 0


def _meet(turn: Turn, market: Market, order: Order, maker: Order) -> bool:
    """The order meets a client's order; whether it may go on afterwards."""
    if maker.account_id == order.account_id:
        mode = order.self_trade_prevention
        if mode is not SelfTradePrevention.EXPIRE_TAKER:
            turn.emit(OrderExpired(maker.account_id, maker.order_id, ExpiryReason.SELF_TRADE))
        if mode is not SelfTradePrevention.EXPIRE_MAKER:
            turn.emit(OrderExpired(order.account_id, order.order_id, ExpiryReason.SELF_TRADE))
            return False
        return True
    offered = closable(turn, maker)
    if not offered:
        turn.emit(OrderExpired(maker.account_id, maker.order_id, ExpiryReason.REDUCE_ONLY))
        return True
    quantity = min(closable(turn, order), offered)
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


def fillable(turn: Turn, market: Market, side: Side, price: Price, own_account: int) -> Quantity:
    """How much a limit order could trade at once; orders of its own account do not count."""
    total = 0
    for level, quantity in market.shown_levels(-side):
        if (level - price) * side > 0:
            break
        total += quantity
    for maker in market.book.side(-side).orders():
        if (maker.price - price) * side > 0:
            break
        if maker.account_id != own_account:
            total += closable(turn, maker)
    return total


def fill_crossed(turn: Turn, market: Market) -> None:
    """Fill the clients' orders that the house's new quotes cross, each at its own price.

    The house is the taker; what its quotes hold is the most that it takes.
    """
    for side in (BUY, -BUY):
        makers = market.book.side(side)
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
