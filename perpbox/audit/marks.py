"""Which mark prices a position row allows, where it does not print one."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from perpbox.audit.figures import Row
from perpbox.money import SCALE, Amount, Price, Product, Quantity

MARK: Final = "markPrice"


class Marks(Struct, frozen=True):
    """All prices of eight decimals from `low` to `high`."""

    low: Price
    high: Price
    source: str
    """The field that tells."""


def marks_of(row: Row, quantity: Quantity, profit_name: str) -> Marks | None:
    """By the mark price itself, else by the notional, else by the profit over the entry price."""
    if row.has(MARK):
        mark = row.figure(MARK)
        return Marks(mark, mark, MARK)
    if quantity == 0:
        return None
    if row.has("notional"):
        return _marks(quantity, row.figure("notional"), 0, "notional")
    if row.has(profit_name) and row.has("entryPrice"):
        return _marks(quantity, row.figure(profit_name), row.figure("entryPrice"), profit_name)
    return None


def _marks(quantity: Quantity, value: Amount, above: Price, source: str) -> Marks | None:
    found = prices_giving(quantity, value)
    return Marks(found[0] + above, found[1] + above, source) if found else None


def prices_giving(quantity: Quantity, value: Amount) -> tuple[Price, Price] | None:
    """The lowest and the highest price that times `quantity` is cut to `value`; None if none is.

    What was cut off is less than one unit, and lies on the far side of the value from zero.
    """
    cut_off: Product = SCALE - 1
    low = value * SCALE - (cut_off if value <= 0 else 0)
    high = value * SCALE + (cut_off if value >= 0 else 0)
    if quantity < 0:
        quantity, low, high = -quantity, -high, -low
    lowest, highest = -(-low // quantity), high // quantity
    return (lowest, highest) if lowest <= highest else None
