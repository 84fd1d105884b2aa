"""Repetition: every case once a round, round after round, so that a slow moment hits all alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from statistics import median
from typing import TypeVar

from msgspec import Struct

Case = TypeVar("Case", bound=Hashable)
Result = TypeVar("Result")


class Figure(Struct, frozen=True):
    """The median of what the rounds gave, and the lowest and highest of it."""

    median: float
    low: float
    high: float


def figure(values: Iterable[float]) -> Figure:
    ordered = sorted(values)
    return Figure(median(ordered), ordered[0], ordered[-1])


def ratio(of: Iterable[float], to: Iterable[float]) -> Figure:
    """Of two cases round by round, so that what the machine did to both falls out."""
    return figure(a / b for a, b in zip(of, to, strict=True))


def interleaved(
    rounds: int, cases: Mapping[Case, Callable[[], Result]]
) -> dict[Case, list[Result]]:
    """What each case gave in each round: A B C, A B C, …"""
    results: dict[Case, list[Result]] = {case: [] for case in cases}
    for _ in range(rounds):
        for case, measure in cases.items():
            results[case].append(measure())
    return results
