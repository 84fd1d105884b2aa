"""Replay: a recording as fast as it goes, while accounts hold positions and orders rest."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from msgspec import Struct

from bench.dumps import BEGIN, MINUTE, write_klines, write_trades
from bench.machine import memory_of
from bench.rounds import Figure, figure, interleaved
from bench.size import Size
from bench.worker import Worker, obey
from bench.world import limit_order, market_order, open_flat, traded
from perpbox.account import BUY, SELL
from perpbox.feed.recorded import RecordedFeed, open_recorded
from perpbox.instrument import builtin
from perpbox.money import Millis
from perpbox.server.compose import compose
from perpbox.server.settings import MEMORY, Settings
from perpbox.tape import Tape

ACCOUNTS: Final = 10
SYMBOLS: Final = 3
GAPS: Final[dict[str, Millis]] = {
    "trades of one symbol, 50 a second": 20,
    "trades of one symbol, 10 a second": 100,
}
"""Mean milliseconds from one to the next."""
MONTH: Final = "minutes of three symbols"
FILE: Final = "file"
DAY: Final[Millis] = 1440 * MINUTE


class ReplayRow(Struct):
    """A recording, and what its replay took."""

    what: str
    journal: str
    trades: int
    turns: int
    scanned: Figure
    """Rows a second, while it is read and checked before anything moves."""
    rate: Figure
    """Trades a second: read, matched, journaled, and on the tape."""
    turn_rate: Figure
    """Turns a second."""
    cpu: Figure
    """Seconds of processor time a trade, the journal's thread included."""
    memory: Figure
    """Bytes that the process has grown by in the end."""


class Played(Struct, frozen=True):
    trades: int
    turns: int
    scanned: float
    seconds: float
    cpu: float
    memory: int


def measure_replay(size: Size) -> list[ReplayRow]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        symbols = [m for m in builtin().symbols.values() if m.margin_asset == "USDT"][:SYMBOLS]
        dumps: dict[str, list[Path]] = {}
        for what, gap in GAPS.items():
            place = folder / str(gap)
            place.mkdir()
            dumps[what] = [write_trades(place, symbols[0], size.replayed, gap)]
        cases: dict[tuple[str, str], Callable[[], Played]] = {
            (what, journal): partial(_played, paths, size.replayed, journal, folder)
            for what, paths in dumps.items()
            for journal in (MEMORY, FILE)
        }
        found = interleaved(size.rounds, cases)
        bars = [write_klines(folder, symbol, size.minutes) for symbol in symbols]
        # Once: it is long, and tells of memory.
        found[MONTH, FILE] = [_played(bars, SYMBOLS * size.minutes, FILE, folder)]
    return [
        ReplayRow(
            what=what,
            journal="memory" if journal == MEMORY else journal,
            trades=played[0].trades,
            turns=played[0].turns,
            scanned=figure(p.scanned for p in played),
            rate=figure(p.trades / p.seconds for p in played),
            turn_rate=figure(p.turns / p.seconds for p in played),
            cpu=figure(p.cpu / p.trades for p in played),
            memory=figure(p.memory for p in played),
        )
        for (what, journal), played in found.items()
    ]


def _played(paths: list[Path], rows: int, journal: str, folder: Path) -> Played:
    """In a process of its own, day by day: memory that was given back once is not asked again."""
    data = journal
    if journal == FILE:
        data = str(folder / "replay.sqlite")
        for path in folder.glob("replay.sqlite*"):
            path.unlink()
    with Worker(replaying) as worker:
        scanning: float = worker.ask("open", paths, data)
        while (played := worker.ask("play_a_day")) is None:
            pass
        trades, turns, seconds, cpu, memory = played
        return Played(trades, turns, rows / scanning, seconds, cpu, memory)


class Replayer:
    """The master of a process in which a venue follows a recording."""

    def __init__(self) -> None:
        self._feed: RecordedFeed
        self._seconds = self._cpu = 0.0

    def open(self, paths: list[Path], data: str) -> float:
        """A venue with accounts on it; the seconds in which the recording was read."""
        settings = Settings(data=data, limits="off", clock="manual", start=BEGIN, seed=1)
        self._parts = compose(settings)
        venue = self._venue = self._parts.venue
        tape = Tape(self._parts.journal)
        venue.listeners.append(tape.note)
        begun = time.perf_counter()
        self._feed = open_recorded(paths, venue.state.catalogue)
        scanning = time.perf_counter() - begun
        self._day = self._feed.first_time
        for number in range(ACCOUNTS):
            account_id = open_flat(venue, f"holder {number}")
            for market in traded(venue.state)[:SYMBOLS]:
                venue.submit(market_order(account_id, market, SELL if number % 2 else BUY))
                venue.submit(limit_order(account_id, market, BUY, f"far-{market.symbol.name}"))
        venue.follow(self._feed)
        self._before = memory_of(os.getpid())
        self._turns = venue.sequence
        self._trades = venue.state.next_trade_id
        return scanning

    def play_a_day(self) -> tuple[int, int, float, float, int] | None:
        """Trades, turns, seconds, those of the processor, and memory, once it is over."""
        self._day = min(self._day + DAY, self._feed.last_time)
        begun, worked = time.perf_counter(), time.process_time()
        self._venue.move_clock(self._day)
        self._parts.journal.flush()
        self._seconds += time.perf_counter() - begun
        self._cpu += time.process_time() - worked
        if self._day < self._feed.last_time:
            return None
        grown = memory_of(os.getpid()) - self._before
        trades = self._venue.state.next_trade_id - self._trades
        return trades, self._venue.sequence - self._turns, self._seconds, self._cpu, grown

    def stop(self) -> None:
        """Nothing to end: the journal's file is thrown away."""


def replaying(pipe: Connection) -> None:
    """`main` of the worker."""
    pipe.send("ready")
    replayer = Replayer()
    while obey(pipe, replayer):
        pass
