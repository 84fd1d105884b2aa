"""The figures of one position row: notional, profit, initial and maintenance margin.

Formulas and roundings are those recomputed from recorded answers of the live service; the
project's docs name each. Prices and quantities are at 1e-8, products of two at 1e-16.
"""

from __future__ import annotations

from enum import Enum

from perpbox.account import Exposure, Position, PositionFigures, PositionSide
from perpbox.instrument import Bracket
from perpbox.money import (
    SCALE,
    SQUARE,
    Amount,
    Price,
    Product,
    Quantity,
    Ratio,
    cut,
    round_up,
)


class Rounding(Enum):
    """How the live service rounds the initial margin of a position; it changed in 2025-08."""

    R2021 = "2021"
    R2025 = "2025"


def notional(quantity: Quantity, mark: Price) -> Amount:
    """Signed value at the mark price, cut at the eighth decimal."""
    return cut(quantity * mark, SCALE)


def unrealized_profit(quantity: Quantity, mark: Price, entry_price: Price) -> Amount:
    """Profit at the mark price, cut; the entry price has been cut to eight decimals before."""
    return cut(quantity * (mark - entry_price), SCALE)


def position_initial_margin(
    quantity: Quantity, mark: Price, rate: Ratio, rounding: Rounding = Rounding.R2025
) -> Amount:
    """|quantity x mark| x rate: rounded up as a whole, or before 2025-08 cut twice."""
    if rounding is Rounding.R2021:
        return cut(abs(notional(quantity, mark)) * rate, SCALE)
    return round_up(abs(quantity * mark) * rate, SQUARE)


def open_order_initial_margin(
    present: Product, buys: Product, sells: Product, rate: Ratio
) -> Amount:
    """What open orders add to the margin of a one-way position, rounded up.

    `present` is the signed value of the position at the mark price, `buys` and `sells` the sums
    of remaining quantity times limit price. Only the side that would grow the position counts.
    """
    most = max(abs(present + buys), abs(present - sells)) - abs(present)
    return round_up(most * rate, SQUARE) if most > 0 else 0


def opening_orders_margin(opening: Product, rate: Ratio) -> Amount:
    """What the opening orders of a hedge-mode leg add, rounded up; closing ones add nothing."""
    return round_up(opening * rate, SQUARE)


def maint_margin(quantity: Quantity, mark: Price, bracket: Bracket) -> Amount:
    """|quantity x mark| x maintenance rate - maintenance amount, cut."""
    return cut(abs(quantity * mark) * bracket.maint_margin_rate - bracket.cum * SQUARE, SQUARE)


def orders_margin(
    position: Position, mark: Price, rate: Ratio, more_buys: Product = 0, more_sells: Product = 0
) -> Amount:
    """Initial margin of the leg's open orders, with orders not yet standing counted in."""
    buys = position.buy_notional + more_buys
    sells = position.sell_notional + more_sells
    if position.position_side is PositionSide.BOTH:
        if not (buys or sells):
            return 0
        return open_order_initial_margin(position.quantity * mark, buys, sells, rate)
    opening = buys if position.position_side is PositionSide.LONG else sells
    return opening_orders_margin(opening, rate) if opening else 0


def figures_of(exposure: Exposure, position: Position, mark: Price) -> PositionFigures:
    """The row's figures at this mark price; computed again only when mark or position changed."""
    figures = position.figures
    if figures is not None and figures.mark == mark:
        return figures
    quantity = position.quantity
    rate = exposure.initial_margin_rate
    if quantity:
        product = quantity * mark
        held = abs(product)
        bracket = exposure.symbol.bracket_of(held // SCALE)
        figures = PositionFigures(
            mark,
            cut(product, SCALE),
            unrealized_profit(quantity, mark, position.entry_price),
            -(-held * rate // SQUARE),
            orders_margin(position, mark, rate),
            maint_margin(quantity, mark, bracket),
            exposure.isolated,
            position.isolated_wallet if exposure.isolated else 0,
        )
    else:
        order_margin = orders_margin(position, mark, rate)
        figures = PositionFigures(mark, 0, 0, 0, order_margin, 0, exposure.isolated, 0)
    position.figures = figures
    return figures
