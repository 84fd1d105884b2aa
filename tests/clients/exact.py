"""The account's arithmetic in plain decimals, and checks that count themselves.

Nothing here knows a client or the server: the flows recompute what the server should have said
from the published rules, so that both sides can be wrong only independently of each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_UP, Context, Decimal
from typing import Final, NoReturn

WIDE: Final = Context(prec=60)
UNIT: Final = Decimal("0.00000001")
MONEY: Final = re.compile(r"-?\d+\.\d{8}")


class CheckFailed(AssertionError):
    """The server said something else than the rules do; the message says which step."""


class Checks:
    """Counts what was found true; the first thing found false ends the flow."""

    def __init__(self) -> None:
        self.count = 0
        self.step = "start"

    def that(self, holds: bool, message: str) -> None:
        """Count one more truth, or fail with `message`."""
        if not holds:
            self.fail(message)
        self.count += 1

    def equal(self, got: object, wanted: object, what: str) -> None:
        """`got`, named `what`, is `wanted`."""
        self.that(got == wanted, f"{what}: got {got!r}, wanted {wanted!r}")

    def fail(self, message: str) -> NoReturn:
        """End the flow here."""
        raise CheckFailed(f"{self.step}: {message}")


def cut8(value: Decimal) -> Decimal:
    """Eight decimals, the rest dropped toward zero."""
    return value.quantize(UNIT, ROUND_DOWN, WIDE)


def ceil8(value: Decimal) -> Decimal:
    """Eight decimals, any rest rounded up in magnitude."""
    return value.quantize(UNIT, ROUND_UP, WIDE)


def margin_rate(leverage: int) -> Decimal:
    """Initial margin per unit of notional at this leverage."""
    return ceil8(WIDE.divide(Decimal(1), Decimal(leverage)))


def average(fills: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Mean price of (price, quantity) pairs, weighted by quantity, far past eight decimals."""
    pairs = list(fills)
    cost = sum((price * quantity for price, quantity in pairs), Decimal(0))
    return WIDE.divide(cost, sum((quantity for _, quantity in pairs), Decimal(0)))


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `value`."""
    return WIDE.divide(value, step).to_integral_value(ROUND_FLOOR) * step


def raise_to(value: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below `value`."""
    return WIDE.divide(value, step).to_integral_value(ROUND_CEILING) * step


def plain(value: Decimal) -> str:
    """A decimal as people write it: no exponent, no idle zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
