"""The settings of the synthetic market, and what each may be."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from perpbox.money import SCALE, Millis, Ratio, text_short


class ImpossibleTerms(ValueError):
    """A setting is out of its range; the message says so in one sentence."""


class SyntheticTerms(Struct, frozen=True, kw_only=True):
    """How lively the synthetic market is; all but times and counts at 1e-8."""

    volatility: Ratio = SCALE
    """Times the usual one; 0: prices stand still."""
    correlation: Ratio = 65_000_000
    """How much of a price's variance is the whole market's, from 0 to 1."""
    jumps: bool = True
    """Whether prices leap at times."""
    premium: Ratio = SCALE
    """How far middle and mark price wander from the index price, times the usual; moves funding."""
    spread: Ratio = SCALE
    """Times the usual one of each symbol."""
    depth: Ratio = SCALE
    """What the house quotes, times the usual."""
    trades_per_second: Ratio = 10 * SCALE
    """Of all symbols together, on the average."""
    queued: bool = False
    """Whether a client's order waits behind what the house quotes at its price."""
    step: Millis = 1000
    """Between two moments of the market."""
    steps_per_jump: int = 600
    """Where the clock is further ahead than so many steps, they are longer."""


RATIO_RANGES: Final[dict[str, tuple[Ratio, Ratio]]] = {
    "volatility": (0, 20 * SCALE),
    "correlation": (0, SCALE),
    "premium": (0, 5 * SCALE),
    "spread": (0, 100 * SCALE),
    "depth": (SCALE // 1000, 1000 * SCALE),
    "trades_per_second": (0, 200 * SCALE),
}
"""Lowest and highest of the settings that are numbers at 1e-8."""

COUNT_RANGES: Final[dict[str, tuple[int, int]]] = {
    "step": (100, 60_000),
    "steps_per_jump": (10, 100_000),
}
"""Likewise, of those that are whole numbers: milliseconds and steps."""


def require_possible(terms: SyntheticTerms) -> None:
    """Raise `ImpossibleTerms` unless every setting lies in its range."""
    for ranges, told in ((RATIO_RANGES, text_short), (COUNT_RANGES, str)):
        for name, (lowest, highest) in ranges.items():
            value = getattr(terms, name)
            if not lowest <= value <= highest:
                raise ImpossibleTerms(
                    f"{name} of the synthetic market is {told(value)}, "
                    f"and lies between {told(lowest)} and {told(highest)}."
                )
