"""Numbers of money: fixed-point integers at 1e-8, their text, and every rounding by name."""

from __future__ import annotations

from typing import Final, TypeAlias

# Every figure is an int; the alias says which unit. Aliases rather than NewTypes: a sum of two
# NewTypes is a plain int again, so each line of arithmetic would need a cast at run time.
Amount: TypeAlias = int
"""Money of one asset, in units of 1e-8."""
Price: TypeAlias = int
"""Quote units for one base unit, in units of 1e-8."""
Quantity: TypeAlias = int
"""Contracts in base units, in units of 1e-8; signed where it says so."""
Ratio: TypeAlias = int
"""A rate (margin, commission, buffer), in units of 1e-8."""
Product: TypeAlias = int
"""A price times a quantity, uncut, in units of 1e-16."""
Millis: TypeAlias = int
"""Milliseconds since 1970-01-01 UTC, or a span of them."""

DECIMALS: Final = 8
SCALE: Final = 100_000_000
"""One, as a fixed-point number: 1e8 units."""
SQUARE: Final = SCALE * SCALE
"""One, as a product of two fixed-point numbers."""

MAX_WHOLE_DIGITS: Final = 20


class NotANumber(ValueError):
    """The text is not a plain decimal number of at most 20 digits before the point."""


class TooPrecise(ValueError):
    """The text is a number with digits beyond the eighth decimal that are not zero."""


def parse(text: str) -> int:
    """Read a plain decimal ("-12.50") exactly; no exponent, no sign but minus, no blanks.

    Zeros at the end do not count as precision. Raises `NotANumber` or `TooPrecise`.
    """
    whole, point, fraction = text.partition(".")
    negative = whole[:1] == "-"
    digits = whole[1:] if negative else whole
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_WHOLE_DIGITS:
        raise NotANumber(text)
    if point and not (
        fraction.isascii() and fraction.isdigit() and len(fraction) <= 2 * MAX_WHOLE_DIGITS
    ):
        raise NotANumber(text)
    if len(fraction) > DECIMALS:
        if fraction[DECIMALS:].strip("0"):
            raise TooPrecise(text)
        fraction = fraction[:DECIMALS]
    value = int(digits) * SCALE + int(fraction.ljust(DECIMALS, "0"))
    return -value if negative else value


def text(value: int) -> str:
    """Write with always eight decimals: "103.12345678"."""
    if value >= SCALE:
        digits = str(value)
    elif value == 0:
        return "0.00000000"
    elif value > 0:
        digits = str(value).zfill(DECIMALS + 1)
    else:
        return "-" + text(-value)
    return f"{digits[:-DECIMALS]}.{digits[-DECIMALS:]}"


def text_at(value: int, decimals: int) -> str:
    """Write with exactly `decimals` (0 to 8) places; what lies beyond is cut off."""
    full = text(value)
    return (
        full[: len(full) - DECIMALS - 1]
        if decimals == 0
        else full[: len(full) - DECIMALS + decimals]
    )


def text_short(value: int) -> str:
    """Write without zeros at the end: "0.1", "50000"."""
    if value < 0:
        return "-" + text_short(-value)
    whole, rest = divmod(value, SCALE)
    return f"{whole}.{rest:08d}".rstrip("0") if rest else str(whole)


def decimals_of(value: int) -> int:
    """How many decimals the value needs: 0.10 needs one."""
    fraction = f"{abs(value) % SCALE:08d}".rstrip("0")
    return len(fraction)


def cut(numerator: int, denominator: int) -> int:
    """Divide and round toward zero; `denominator` is above zero."""
    if numerator < 0:
        return -(-numerator // denominator)
    return numerator // denominator


def round_up(numerator: int, denominator: int) -> int:
    """Divide and round away from zero; `denominator` is above zero."""
    if numerator < 0:
        return numerator // denominator
    return -(-numerator // denominator)


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest, a half away from zero; `denominator` is above zero."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def is_multiple(value: int, step: int) -> bool:
    """Whether the value lies on the grid of `step`; a step of zero is no grid."""
    return step == 0 or value % step == 0
