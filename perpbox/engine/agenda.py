"""What falls due when: a heap beside the facts, made anew from them at a start.

The facts decide. An entry whose time is not theirs any more is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from perpbox.money import Millis

SPARE = 1_000
"""So many entries that count no more may lie in the heap before it is looked through."""


class Due(IntEnum):
    """What can fall due; at one moment, in this order."""

    ORDER_END = 0
    COUNTDOWN = 1
    MARK = 2
    """A mark price by the formula, and a sample for it."""
    FUNDING = 3
    SETTLEMENT = 4
    """Of a symbol, at its delivery time."""


class Entry(NamedTuple):
    """One thing that falls due."""

    time: Millis
    due: Due
    number: int
    """Of an order, or of an account."""
    symbol: str


class Agenda:
    """A heap of entries, some of which may not count any more."""

    __slots__ = ("_heap", "_look_at")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._heap = list(entries)
        heapify(self._heap)
        self._look_at = SPARE + 2 * len(self._heap)

    def __bool__(self) -> bool:
        return bool(self._heap)

    @property
    def first(self) -> Entry:
        return self._heap[0]

    def add(self, entry: Entry) -> None:
        heappush(self._heap, entry)

    def drop_first(self) -> None:
        heappop(self._heap)

    @property
    def is_crowded(self) -> bool:
        """Whether it may be worth while to make it anew."""
        return len(self._heap) > self._look_at

    def is_due(self, now: Millis) -> bool:
        """Whether something may have fallen due by now."""
        return bool(self._heap) and self._heap[0].time <= now
