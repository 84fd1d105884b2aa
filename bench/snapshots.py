"""Going back to a snapshot, as the fixture does between two tests; and forks of many accounts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import Struct

from bench.rounds import Figure, figure
from bench.size import Size
from perpbox.testing import Box, venue

MEMORY: Final = "memory"
FILE: Final = "file"


class Resets(Struct):
    """So many in a row, each after a little has happened."""

    count: int
    seconds: float
    """Of all resets together, without what happened in between."""
    cpu: float
    """Of processor time of the whole process, which others at work do not lengthen."""
    one: Figure
    """Seconds."""


class ForkRow(Struct):
    """From the call to a venue that answers."""

    journal: str
    accounts: int
    taken: Figure
    """Seconds to take the snapshot."""
    forked: Figure
    restored: Figure


class Snapshots(Struct):
    resets: Resets
    forks: list[ForkRow]


def measure_snapshots(size: Size) -> Snapshots:
    accounts = size.accounts[1]
    return Snapshots(
        _resets(size.resets),
        [_forks(kind, accounts, size.rounds) for kind in (MEMORY, FILE)],
    )


def _resets(count: int) -> Resets:
    durations = []
    cpu = 0.0
    with venue() as box:
        for _ in range(count):
            box.account(USDT=10_000)
            box.price("BTCUSDT", 50_000)
            box.advance("1s")
            begun, spent = time.perf_counter(), time.process_time()
            box.reset()
            durations.append(time.perf_counter() - begun)
            cpu += time.process_time() - spent
    return Resets(count, sum(durations), cpu, figure(durations))


def _forks(kind: str, accounts: int, rounds: int) -> ForkRow:
    taken, forked, restored = [], [], []
    with _venue(kind) as box:
        for number in range(accounts):
            box.account(f"{number}", USDT=10_000)
        for number in range(rounds):
            begun = time.perf_counter()
            box.snapshot(f"s{number}")
            took = time.perf_counter()
            box.fork(f"s{number}")
            stood = time.perf_counter()
            box.restore(f"s{number}")
            back = time.perf_counter()
            taken.append(took - begun)
            forked.append(stood - took)
            restored.append(back - stood)
    return ForkRow(kind, accounts, figure(taken), figure(forked), figure(restored))


@contextmanager
def _venue(kind: str) -> Iterator[Box]:
    if kind == MEMORY:
        with venue() as box:
            yield box
        return
    with TemporaryDirectory() as folder, venue(data=str(Path(folder) / "journal")) as box:
        yield box
