"""A journal that lives and ends with the process: durable at once, and quick."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from perpbox.account import OrderId
from perpbox.engine.line import Line, encode
from perpbox.journal.errors import JournalDamaged
from perpbox.journal.journal import Head, Journal
from perpbox.journal.keys import NumberedKey
from perpbox.journal.listen_keys import MemoryListenKeys
from perpbox.journal.memory_history import MemoryHistory
from perpbox.journal.projection import Projection
from perpbox.journal.records import ConditionalRecord, OrderRecord
from perpbox.journal.retention import Retention
from perpbox.money import Millis

SWEEP_EVERY: Final[Millis] = 60_000


class MemoryKeys:
    """Keys as a dict."""

    def __init__(self) -> None:
        self._last_number = 0
        self._stored: dict[str, NumberedKey] = {}

    def copied(self) -> MemoryKeys:
        other = MemoryKeys()
        other._last_number = self._last_number
        other._stored = dict(self._stored)
        return other

    def last_number(self) -> int:
        return self._last_number

    def stored(self) -> list[NumberedKey]:
        return list(self._stored.values())

    def insert(self, numbered: NumberedKey) -> None:
        self._last_number = numbered.number
        self._stored[numbered.key.api_key] = numbered

    def delete(self, api_keys: list[str]) -> None:
        for api_key in api_keys:
            del self._stored[api_key]


class MemoryJournal(Journal):
    """Lines as a list of bytes, which unlike objects cost the garbage collector nothing."""

    def __init__(self, head: Head) -> None:
        super().__init__(head, last_sequence=0)
        self._lines: deque[bytes] = deque()
        self._times: deque[Millis] = deque()
        self._sweeps_at: Millis = 0
        self._forgotten = 0
        """Lines that were given up."""
        self._projection = Projection(_no_order, _no_conditional)
        self._history = MemoryHistory(self._projection.take)
        self._keys = MemoryKeys()
        self._listen_keys = MemoryListenKeys()
        self._dumped: list[tuple[int, bytes]] = []
        """The state with which a copy begins."""

    def copied(self, state: bytes) -> MemoryJournal:
        """A journal of its own that goes on from here; `state` is the last line's, dumped."""
        other = MemoryJournal(self.head)
        other._lines = self._lines.copy()
        other._times = self._times.copy()
        other._sweeps_at = self._sweeps_at
        other._forgotten = self._forgotten
        self._history.catch_up()  # so that nothing is under way in the projection
        other._projection = self._projection.copied()
        other._history = self._history.copied(other._projection.take)
        other._keys = self._keys.copied()
        other._listen_keys = self._listen_keys.copied()
        other._dumped = [(self.last_sequence, state)]
        other.last_sequence = self.last_sequence
        return other

    @property
    def durable_sequence(self) -> int:
        return self.last_sequence

    @property
    def history(self) -> MemoryHistory:
        return self._history

    @property
    def keys(self) -> MemoryKeys:
        return self._keys

    @property
    def listen_keys(self) -> MemoryListenKeys:
        return self._listen_keys

    def append(self, line: Line) -> None:
        self._follow(line)
        self._lines.append(encode(line))
        self._times.append(line.time)
        self._projection.add(line)

    def flush(self) -> None:
        """Nothing to do: it is durable already."""

    def encoded_lines(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        if after < self._forgotten:
            raise JournalDamaged(f"Line {after + 1} of the journal is kept no more.")
        lines = islice(self._lines, after - self._forgotten, None)
        yield from enumerate(lines, after + 1)

    def _sweep(self, retention: Retention, now: Millis) -> None:
        if now < self._sweeps_at:
            return
        self._sweeps_at = now + SWEEP_EVERY
        if retention.lines is not None:
            while self._times and self._times[0] < now - retention.lines:
                self._times.popleft()
                self._lines.popleft()
                self._forgotten += 1
        self._history.give_up(retention, now)

    @property
    def first_sequence(self) -> int:
        return self._forgotten + 1 if self._lines else 0

    def snapshots(self, *, of_any_version: bool = False) -> Iterator[tuple[int, bytes]]:
        del of_any_version
        return iter(self._dumped)

    def snapshot_due(self, *, closing: bool = False) -> bool:
        """Never: there is no later start that a snapshot would shorten."""
        del closing
        return False

    def snapshot(self, sequence: int, state: bytes) -> None:
        """Nothing to do: none is ever due."""

    def close(self) -> None:
        """Nothing to do: it ends with the process."""


def _no_conditional(algo_id: OrderId) -> ConditionalRecord | None:
    """The journal never stops, so the projection knows all that wait."""
    del algo_id
    return None


def _no_order(order_id: OrderId) -> OrderRecord:
    raise LookupError(f"no open order {order_id} was journaled")
