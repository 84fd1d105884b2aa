"""What a new order costs: the increase of its symbol's initial margin, and the open loss."""

from __future__ import annotations

from perpbox.account import BUY, Exposure, Position, PositionSide, Side
from perpbox.margin.position import orders_margin
from perpbox.money import SCALE, Amount, Price, Quantity, Ratio, round_up

MARKET_BUY_MARKUP: Ratio = 50_000
"""A market buy is checked 0.05 % above the best ask (Binance's FAQ on the cost of an order)."""


def assumed_market_price(side: Side, best_opposite: Price, mark: Price) -> Price:
    """The price at which a MARKET order's margin is checked; [dec] the older published rule.

    `best_opposite` is the best ask for a buy and the best bid for a sell; 0, for none, lets the
    mark price stand in for it.
    """
    if side == BUY:
        return round_up((best_opposite or mark) * (SCALE + MARKET_BUY_MARKUP), SCALE)
    return max(best_opposite, mark)


def open_loss(side: Side, quantity: Quantity, price: Price, mark: Price) -> Amount:
    """What the order would lose at once at its price, rounded up; checked, never held."""
    return round_up(quantity * max(0, -side * (mark - price)), SCALE)


def needs_margin(position: Position, side: Side, quantity: Quantity) -> bool:
    """Whether an order can open or add: all but what closes within the position.

    An opposite order needs no margin while it and the closing orders before it fit into the
    position (Binance's FAQ on margin requirements, vector B5).
    """
    if position.position_side is not PositionSide.BOTH:
        return (side == BUY) is (position.position_side is PositionSide.LONG)
    if position.quantity * side >= 0:
        return True
    standing = position.buy_quantity if side == BUY else position.sell_quantity
    return quantity > abs(position.quantity) - standing


def initial_margin_increase(
    exposure: Exposure,
    position: Position,
    mark: Price,
    side: Side,
    quantity: Quantity,
    price: Price,
) -> Amount:
    """How much more initial margin the symbol needs with the order standing."""
    rate = exposure.initial_margin_rate
    product = quantity * price
    before = orders_margin(position, mark, rate)
    if side == BUY:
        return orders_margin(position, mark, rate, more_buys=product) - before
    return orders_margin(position, mark, rate, more_sells=product) - before
