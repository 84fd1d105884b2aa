"""What the project aims at, and whether it is so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from bench.engine import JOURNALED, CommandRow
from bench.fundings import Fundings
from bench.reads import Reads
from bench.replay import ReplayRow
from bench.scale import Scale
from bench.snapshots import Snapshots
from bench.streams import ITSELF, Streams
from bench.sweep import SweepRow

READ_RATIO: Final = 0.6
"""An account read's rate, of that of the same bytes without work."""
COMMANDS: Final = 25_000
"""A second, in one process, margin checked."""
SWEEP: Final = 0.25
"""Seconds that a move of a mark price may take which 100 000 accounts hold."""
INDEPENDENT: Final = 1.2
"""At most so many times the cost among few accounts: what measuring itself is off by."""

DELIVERED: Final = 50_000
"""Messages a second to many listeners of one stream."""
EVENT: Final = 0.002
"""Seconds, in the median, from an order to its event, with the journal in memory."""
IDLE: Final = 20_000
"""Bytes of memory that an idle listener may take."""
LISTENED_RATIO: Final = 0.6
"""A rate of market orders with the account listened to, of that without."""

FUNDINGS: Final = 2.0
"""Seconds."""
RESET: Final = 0.005
"""Seconds that a fixture may take to be as at its start: a thousand in five seconds."""
FORKED: Final = 1.0
"""Seconds, of a venue with a thousand accounts."""
REPLAYED: Final = 50_000
"""Trades a second, with the journal in memory."""


class Verdict(Struct):
    aim: str
    found: str
    met: bool


def of_reads(reads: Reads) -> Iterator[Verdict]:
    for row in reads.rows:
        prices = "a mark moved before each" if row.moving else "prices still"
        ratio = row.of_static_alike.median
        found = f"{ratio:.2f}"
        if row.moving:
            found += f" with the moves on both sides, {row.of_static.median:.2f} without"
        yield Verdict(
            f"account read ≥ {READ_RATIO} of no work: {row.account}, {prices}",
            found,
            ratio >= READ_RATIO,
        )


def of_commands(rows: list[CommandRow]) -> Iterator[Verdict]:
    for row in rows:
        if row.path == JOURNALED:
            yield Verdict(
                f"≥ {COMMANDS:,} commands/s: {row.what}, {row.account} account",
                f"{row.rate.median:,.0f}/s",
                row.rate.median >= COMMANDS,
            )


def of_sweep(rows: list[SweepRow]) -> Iterator[Verdict]:
    most = max(row.accounts for row in rows)
    for row in rows:
        if row.accounts == most:
            held = f"a mark price held by {most:,} accounts"
            yield Verdict(
                f"{held} moves in < {SWEEP * 1e3:.0f} ms: {row.move}",
                f"{row.cost.median * 1e3:.2f} ms",
                row.cost.median < SWEEP,
            )


def of_scale(scale: Scale) -> Iterator[Verdict]:
    few = min(row.accounts for row in scale.costs)
    for row in scale.costs:
        if row.accounts > few:
            yield Verdict(
                f"{row.what} costs the same among {row.accounts:,} accounts",
                f"{row.of_few.median:.2f} times",
                row.of_few.median <= INDEPENDENT,
            )


def of_streams(streams: Streams) -> Iterator[Verdict]:
    for row in streams.fan_out:
        yield Verdict(
            f"≥ {DELIVERED:,} messages/s: {row.streams} to {row.listeners:,}",
            f"{row.rate.median:,.0f}/s, {1 / row.cpu.median:,.0f} in a second of processor time",
            row.rate.median >= DELIVERED,
        )
    for event in streams.events:
        if event.journal == "memory":
            yield Verdict(
                f"an order's event in < {EVENT * 1e3:.0f} ms, median: {event.way}",
                f"{event.event.median * 1e3:.2f} ms",
                event.event.median < EVENT,
            )
    memory = streams.idle.memory.median
    yield Verdict(
        f"an idle listener takes < {IDLE:,} bytes, of {streams.idle.connections:,}",
        f"{memory:,.0f}",
        memory < IDLE,
    )
    for listened in streams.listened:
        if listened.to == ITSELF:
            found = listened.of_nobody.median
            yield Verdict(
                f"market orders of an account listened to ≥ {LISTENED_RATIO} of the rate without",
                f"{found:.2f}, in processor time {listened.of_nobody_cpu.median:.2f}",
                found >= LISTENED_RATIO,
            )


def of_replay(rows: list[ReplayRow]) -> Iterator[Verdict]:
    for row in rows:
        if row.journal == "memory":
            yield Verdict(
                f"≥ {REPLAYED:,} replayed {row.what}",
                f"{row.rate.median:,.0f}/s",
                row.rate.median >= REPLAYED,
            )


def of_fundings(fundings: Fundings) -> Iterator[Verdict]:
    seconds = fundings.seconds.median
    yield Verdict(
        f"a year's {fundings.settlements:,} fundings of {fundings.positions} positions in"
        f" < {FUNDINGS:.0f} s",
        f"{seconds:.2f} s, {fundings.cpu.median:.2f} s of processor time",
        seconds < FUNDINGS,
    )


def of_snapshots(snapshots: Snapshots) -> Iterator[Verdict]:
    resets = snapshots.resets
    most = resets.count * RESET
    yield Verdict(
        f"{resets.count:,} resets of the fixture in < {most:.3g} s",
        f"{resets.seconds:.2f} s, {resets.cpu:.2f} s of processor time",
        resets.seconds < most,
    )
    for row in snapshots.forks:
        yield Verdict(
            f"a fork of {row.accounts:,} accounts, journal in {row.journal}, in < {FORKED:.0f} s",
            f"{row.forked.median * 1000:.0f} ms",
            row.forked.median < FORKED,
        )
