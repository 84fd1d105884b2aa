"""Entry and break-even price as doubles: the one place where the live service is not exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from perpbox.account import Position
from perpbox.money import DECIMALS, SCALE, SQUARE

SMALLEST_PLAIN: Final = 1e-3
LARGEST_PLAIN: Final = 1e7
"""Between the two a double is printed without an exponent."""

SIGNIFICANT_DIGITS: Final = 13


def double(value: float) -> str:
    """A double as the service's platform prints it: "0.385", "2.8E-4", "5.0E7", "0.0"."""
    shortest = repr(value)
    if value == 0:
        return "0.0"
    if SMALLEST_PLAIN <= abs(value) < LARGEST_PLAIN:
        return shortest
    sign, digits, exponent = Decimal(shortest).as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    power = len(digits) + int(exponent) - 1
    return f"{'-' * sign}{significant[0]}.{significant[1:] or '0'}E{power}"


def entry_price(position: Position) -> str:
    """Average entry price as a double: 13 significant digits, as every recorded average has.

    It is cut, and has eight decimals at least, so that the profit shown, which is made of the
    price cut at the eighth decimal, follows from the price shown.
    """
    return double(_entry(position)) if position.quantity else "0.0"


def _entry(position: Position) -> float:
    cut_at_eight = position.entry_price
    whole_digits = len(str(cut_at_eight)) - DECIMALS
    decimals = max(DECIMALS, SIGNIFICANT_DIGITS - whole_digits)
    shift: int = 10 ** (decimals - DECIMALS)
    return position.entry_cost * shift // abs(position.quantity) / (shift * SCALE)


def break_even_price(position: Position) -> str:
    """(paid - received) / quantity with commission inside, added to the entry price in doubles.

    The recorded 2490.8759520000003 shows that the service adds so.
    """
    quantity = position.quantity
    if not quantity:
        return "0.0"
    direction = 1 if quantity > 0 else -1
    beyond_entry = position.outlay - direction * position.entry_cost * SCALE
    return double(_entry(position) + beyond_entry / (quantity * SQUARE))
