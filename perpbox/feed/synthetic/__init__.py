"""The synthetic market: alive, seeded, and the same every time."""

from __future__ import annotations

from perpbox.feed.synthetic.market import SyntheticFeed, open_synthetic
from perpbox.feed.synthetic.terms import (
    COUNT_RANGES,
    RATIO_RANGES,
    ImpossibleTerms,
    SyntheticTerms,
    require_possible,
)

__all__ = [
    "COUNT_RANGES",
    "RATIO_RANGES",
    "ImpossibleTerms",
    "SyntheticFeed",
    "SyntheticTerms",
    "open_synthetic",
    "require_possible",
]
