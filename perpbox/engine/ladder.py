"""The house's quotes: a ladder around the middle of a market, made of a few figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from perpbox.account import BUY, Side
from perpbox.instrument import Symbol
from perpbox.money import SCALE, SQUARE, Price, Quantity, Ratio, is_multiple

LADDER_LEVELS: Final = 20
LADDER_STEP: Final[Ratio] = 10_000
"""0.01 %."""
LADDER_NOTIONAL: Final = 50_000
MOST_LEVELS: Final = 500


class LadderTerms(Struct, frozen=True, array_like=True):
    """How the house quotes in a symbol."""

    spread: Ratio = 0
    """Between the two best quotes, as a ratio of the middle; 0: each one tick beyond it."""
    step: Ratio = LADDER_STEP
    """Between two levels, as a ratio of the middle; a tick at least."""
    levels: int = LADDER_LEVELS
    notional: int = LADDER_NOTIONAL
    """Worth of the first level in quote units; level k holds k times as much."""
    queued: bool = False
    """Whether a client's order stands behind what the house quotes at its price by then; else
    before it."""

    @property
    def is_possible(self) -> bool:
        """Whether a ladder can be made so."""
        return (
            0 <= self.spread <= SCALE
            and 0 <= self.step <= SCALE
            and 0 <= self.levels <= MOST_LEVELS
            and self.notional >= 0
        )


class BestQuotes(Struct, frozen=True, array_like=True):
    """The best quotes of a market outside, where they are known."""

    bid: Price
    bid_quantity: Quantity
    ask: Price
    ask_quantity: Quantity

    def price(self, side: Side) -> Price:
        return self.bid if side == BUY else self.ask

    def quantity(self, side: Side) -> Quantity:
        return self.bid_quantity if side == BUY else self.ask_quantity

    def fit(self, symbol: Symbol) -> bool:
        """Whether they are quotes of that symbol, on its grid and not crossed."""
        prices, quantities = (self.bid, self.ask), (self.bid_quantity, self.ask_quantity)
        return (
            lowest_quote(symbol) <= self.bid < self.ask
            and all(is_multiple(price - symbol.min_price, symbol.tick_size) for price in prices)
            and all(quantity > 0 for quantity in quantities)
            and all(is_multiple(quantity, symbol.step_size) for quantity in quantities)
        )


def nearest_quote(symbol: Symbol, middle: Price, side: Side, spread: Ratio = 0) -> Price:
    """The first price of a ladder, on the grid and beyond the middle."""
    tick = symbol.tick_size
    if not spread:
        return side * (side * middle // tick) * tick - side * tick
    half = max(1, middle * spread // (2 * SCALE))
    return side * (side * (middle - side * half) // tick) * tick


def lowest_quote(symbol: Symbol) -> Price:
    """Below it the house does not quote."""
    return max(symbol.min_price, symbol.tick_size)


def ladder(
    symbol: Symbol,
    middle: Price,
    side: Side,
    terms: LadderTerms,
    best: BestQuotes | None = None,
) -> Iterator[tuple[Price, Quantity]]:
    """The quotes of a side, best first; a level holds at least the smallest order.

    Best quotes that are known are the first level as they are, and the others follow them. Often
    the first few are all that is asked for, so they are made one by one.
    """
    tick, step_size = symbol.tick_size, symbol.step_size
    gap = side * max(1, middle * terms.step // SCALE // tick) * tick
    price = best.price(side) if best else nearest_quote(symbol, middle, side, terms.spread)
    lowest = lowest_quote(symbol)
    least = max(step_size, symbol.min_quantity)
    first_worth = worth = terms.notional * SQUARE
    levels = terms.levels
    if best:
        yield price, best.quantity(side)
        price -= gap
        worth += first_worth
        levels -= 1
    for _ in range(levels):
        if price < lowest:
            return
        quantity = worth // (price * step_size) * step_size
        yield price, max(quantity, least)
        price -= gap
        worth += first_worth
