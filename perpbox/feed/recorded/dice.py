"""Seeded dice, the same on every machine and in every version of Python."""

from __future__ import annotations

from typing import Final

MASK: Final = 2**64 - 1


class Dice:
    """SplitMix64 (Steele, Lea, Flood 2014): a counter whose bits are mixed well."""

    __slots__ = ("_counter",)

    def __init__(self, seed: int) -> None:
        self._counter = seed & MASK

    def below(self, limit: int) -> int:
        """From 0 on; the limit is small beside 2**64, so that nothing shows of the remainder."""
        self._counter = (self._counter + 0x9E3779B97F4A7C15) & MASK
        mixed = self._counter
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & MASK
        return (mixed ^ (mixed >> 31)) % limit
