"""The house's quotes: a ladder around the middle of a market, made of a few figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from perpbox.account import Side
from perpbox.instrument import Symbol
from perpbox.money import SCALE, SQUARE, Price, Quantity, Ratio

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
    symbol: Symbol, middle: Price, side: Side, terms: LadderTerms
) -> Iterator[tuple[Price, Quantity]]:
    """The quotes of a side, best first; a level holds at least the smallest order.

    Often the first few are all that is asked for, so they are made one by one.
    """
    tick, step_size = symbol.tick_size, symbol.step_size
    gap = side * max(1, middle * terms.step // SCALE // tick) * tick
    price = nearest_quote(symbol, middle, side, terms.spread)
    lowest = lowest_quote(symbol)
    least = max(step_size, symbol.min_quantity)
    first_worth = worth = terms.notional * SQUARE
    for _ in range(terms.levels):
        if price < lowest:
            return
        quantity = worth // (price * step_size) * step_size
        yield price, max(quantity, least)
        price -= gap
        worth += first_worth
