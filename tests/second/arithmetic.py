"""Exact integer arithmetic in units of 1e-8: cutting toward zero and rounding up in magnitude."""

from __future__ import annotations

ONE = 10**8
"""The number 1."""

SQUARE = ONE * ONE
"""One times one: the unit of a product of two numbers."""


def cut(numerator: int, denominator: int) -> int:
    """The quotient cut toward zero; the denominator is above zero."""
    if numerator >= 0:
        return numerator // denominator
    return -(-numerator // denominator)


def away(numerator: int, denominator: int) -> int:
    """The quotient rounded up in magnitude; the denominator is above zero."""
    if numerator >= 0:
        return -(-numerator // denominator)
    return numerator // denominator


def initial_margin_rate(leverage: int) -> int:
    """R(L) = c8(1 / L)."""
    return away(ONE, leverage)
