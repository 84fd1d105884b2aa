"""Words that several kinds of lines in a scenario have in common."""

from __future__ import annotations

from typing import Final

MILLIS: Final = {"ms": 1, "s": 1000, "h": 3_600_000, "d": 86_400_000}


def span_of(word: str) -> int:
    """Read "+365d" or "500ms"."""
    digits = word.removeprefix("+").rstrip("dhms")
    return int(digits) * MILLIS[word.removeprefix("+")[len(digits) :]]
