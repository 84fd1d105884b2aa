"""Chance in whole numbers: the same on every machine, since no float has a part in it."""

from __future__ import annotations

from math import isqrt
from random import Random
from typing import Final

from perpbox.money import Millis

BITS: Final = 32
ONE: Final = 1 << BITS
"""One, as a fraction of 32 bits."""
NORMAL_BITS: Final = 16
"""A normal variate of one is 65 536."""

COINS: Final = 128
TO_ONE: Final = (ONE << 8) // isqrt((COINS << 32) // 4 + (1 << 32) // 12)
"""Brings a sum of so many coins and a die of 65 536 sides to a variance of one."""

ROOTS_OF_TWO: Final = 32
TERMS: Final = 150


class Dice:
    """What is thrown, from a seed and the moment at which the throwing begins."""

    __slots__ = ("bits",)

    def __init__(self, seed: int, now: Millis) -> None:
        self.bits = Random((seed % 2**64 << 64) + now).getrandbits  # noqa: S311 - no secrets here
        """So many bits at random."""

    def normal(self) -> int:
        """A standard normal variate: 128 coins, the gaps between their sums filled evenly."""
        bits = self.bits(COINS + 16)
        thrown = ((bits >> 16).bit_count() << 16) + (bits & 0xFFFF) - (COINS << 15) - 0x8000
        return thrown * TO_ONE >> 24

    def happens(self, span: Millis, mean_span: Millis) -> bool:
        """Whether what comes once in `mean_span` on the average comes in this span."""
        return self.bits(BITS) * mean_span < span << BITS

    def count(self, none: int) -> int:
        """How many come, where the chance that none does is this fraction (Poisson)."""
        left, count = self.bits(BITS), 0
        while left > none:
            left = left * self.bits(BITS) >> BITS
            count += 1
        return count

    def spread_out(self, median: int, doublings: int) -> int:
        """A log-normal variate: its logarithm to 2 has this deviation, at 16 bits."""
        exponent = self.normal() * doublings >> NORMAL_BITS
        root = _POWERS[exponent >> 11 & ROOTS_OF_TWO - 1]
        whole = (exponent >> 16) - BITS
        return median * root << whole if whole > 0 else median * root >> -whole

    def back_home(self, value: int, span: Millis, home_span: Millis, deviation: int) -> int:
        """Where a value is after a span that wanders about zero, and forgets in `home_span`."""
        if span >= home_span:
            return self.normal() * deviation >> NORMAL_BITS
        part = span * (2 * home_span - span)
        noise = deviation * isqrt((part << 32) // (home_span * home_span))
        return value - value * span // home_span + (self.normal() * noise >> NORMAL_BITS + 16)


def chance_of_none(rate: int, scale: int) -> int:
    """e^-(rate / scale) as a fraction of 32 bits, by its series; the rate is 16 at most."""
    term = total = 1 << 4 * BITS
    for number in range(1, TERMS):
        term = -term * rate // (number * scale)
        total += term
    return max(total, 0) >> 3 * BITS


def _powers_of_root() -> list[int]:
    """2^(k/32) as fractions of 32 bits."""
    root = 2 << 64
    for _ in range(5):
        root = isqrt(root << 64)
    powers = [1 << 64]
    for _ in range(ROOTS_OF_TWO - 1):
        powers.append(powers[-1] * root >> 64)
    return [power >> BITS for power in powers]


_POWERS: Final = _powers_of_root()
