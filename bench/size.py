"""How long a bench takes: so many rounds, so long each, so many accounts."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Size(Struct, frozen=True):
    rounds: int
    seconds: float
    """Of one run over HTTP."""
    calls: int
    """In one run without HTTP."""
    accounts: tuple[int, int, int]
    """In the journals that are started from."""
    holders: tuple[int, ...]
    """Accounts that hold the symbol whose mark price moves."""
    starts: int
    """How often each of them is started from."""
    listeners: int
    """Connections that listen at once."""
    replayed: int
    """Trades of a recording."""
    resets: int
    """Of a fixture, one after the other."""
    minutes: int
    """Bars of another one, each symbol."""


FULL: Final = Size(
    rounds=5,
    seconds=1.0,
    calls=3_000,
    accounts=(1, 1_000, 100_000),
    holders=(1_000, 10_000, 100_000),
    starts=3,
    listeners=1_000,
    replayed=200_000,
    resets=1_000,
    minutes=31 * 1440,
)
QUICK: Final = Size(
    rounds=3,
    seconds=0.25,
    calls=500,
    accounts=(1, 100, 5_000),
    holders=(100, 1_000),
    starts=1,
    listeners=1_000,
    replayed=50_000,
    resets=1_000,
    minutes=1440,
)
TINY: Final = Size(
    rounds=1,
    seconds=0.02,
    calls=20,
    accounts=(1, 2, 1_000),
    holders=(1, 10),
    starts=1,
    listeners=20,
    replayed=300,
    resets=3,
    minutes=30,
)
"""For tests, which want to see it run and nothing else."""
