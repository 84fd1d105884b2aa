"""Whatever is asked and whenever, across restarts and with trades in flight, as by plain counting.

The tape reads what is written, keeps what is not, and follows what comes; each trade once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Protocol

import pytest

from perpbox.account import BUY, SELL
from perpbox.engine.line import Line
from perpbox.journal import open_journal
from perpbox.journal.history import History
from perpbox.journal.journal import Head
from perpbox.journal.memory import MemoryJournal
from perpbox.money import SCALE, Millis
from perpbox.tape import Interval, Print, Tape, candles
from perpbox.tape.candles import KEPT_CANDLES
from tests.journal.story import catalogue_json
from tests.tape import opinion
from tests.tape.told import BTC, ETH, Lagging, at, line_of

GAPS = (0, 0, 1, 90, 700, 59_000, 3_600_000, 86_400_000, 40 * 86_400_000)
"""Milliseconds from one turn to the next: from the same one to more than a month."""


class Written(Protocol):
    """A journal, as far as a world needs one."""

    @property
    def durable_sequence(self) -> int: ...

    @property
    def history(self) -> History: ...

    def append(self, line: Line) -> None: ...

    def flush(self) -> None: ...


class World:
    """Trades of two symbols, and a tape that sees them turn by turn."""

    def __init__(self, journal: Written, seed: int) -> None:
        self.dice = Random(seed)
        self.journal = journal
        self.tape = Tape(journal)
        self.sequence = 0
        self.now = at("2027-02-27 23:50")
        self.trades: dict[str, list[Print]] = {BTC: [], ETH: []}
        self.trade_id = 0

    def turn(self) -> None:
        """A turn with a few trades of one symbol."""
        dice = self.dice
        self.now += dice.choice(GAPS)
        symbol = dice.choice((BTC, BTC, ETH))
        trades = []
        for _ in range(dice.randint(1, 4)):
            self.trade_id += 1
            price = dice.randint(90, 110) * SCALE
            trades.append(
                Print(
                    self.trade_id,
                    price,
                    dice.randint(1, 10**9),
                    dice.choice((BUY, SELL)),
                    self.now,
                    self.trade_id,
                )
            )
        self.sequence += 1
        line = line_of(self.sequence, trades, symbol)
        self.journal.append(line)
        if not dice.randrange(4):
            # Somebody is told before the tape is, and asks.
            self.tape.candle(symbol, dice.choice(list(Interval)), self.now)
            self.tape.statistics(symbol, self.now)
            self.tape.recent(symbol, 5)
        self.tape.note(line)
        self.trades[symbol] += trades

    def restart(self) -> None:
        self.journal.flush()
        self.tape = Tape(self.journal)

    def ask(self) -> None:
        """One question, and the plain opinion about it."""
        dice = self.dice
        symbol = dice.choice((BTC, ETH))
        trades = self.trades[symbol]
        interval = dice.choice(list(Interval))
        self.now += dice.choice((0, 0, 30_000))
        before = self.now - dice.choice((0, 0, 0, *GAPS))
        match dice.randrange(5):
            case 0 | 1:
                told = self.tape.candle(symbol, interval, before)
                assert told == opinion.candle(trades, interval, before)
            case 2:
                assert self.tape.statistics(symbol, self.now) == opinion.statistics(
                    trades, self.now
                )
            case 3:
                self.ask_for_candles(symbol, interval, before)
            case _:
                assert self.tape.recent(symbol, 7) == trades[-7:]

    def ask_for_candles(self, symbol: str, interval: Interval, last: Millis) -> None:
        last_open = interval.open_time(last)
        first = interval.shifted(last_open, -self.dice.randrange(20))
        told = list(self.tape.candles(symbol, interval, first, last))
        opens = [interval.shifted(first, n) for n in range(20)]
        wanted = [opinion.candle(self.trades[symbol], interval, t) for t in opens if t <= last]
        assert told == [each for each in wanted if each is not None]


def live(world: World, turns: int, between: Callable[[World], None]) -> None:
    for _ in range(turns):
        world.turn()
        between(world)
        while world.dice.randrange(3):
            world.ask()
        if not world.dice.randrange(12):
            world.restart()


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("kept", [1, 4, KEPT_CANDLES])
def test_with_a_journal_that_lags(seed: int, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many candles are kept."""
    monkeypatch.setattr(candles, "KEPT_CANDLES", kept)

    def between(world: World) -> None:
        journal = world.journal
        assert isinstance(journal, Lagging)
        match world.dice.randrange(4):
            case 0:
                journal.write(world.dice.randint(1, 5))
            case 1:
                journal.tell()
            case 2:
                journal.flush()
            case _:
                pass

    live(World(Lagging(), seed), 60, between)


@pytest.mark.parametrize("seed", range(5))
def test_with_a_journal_in_memory(seed: int) -> None:
    live(World(MemoryJournal(Head(b"", 0, created=0)), seed), 60, lambda _: None)


@pytest.mark.parametrize("seed", range(5))
def test_with_a_journal_in_a_file(tmp_path: Path, seed: int) -> None:
    """Its thread writes whenever it likes."""
    with closing(open_journal(tmp_path / "journal", catalogue_json())) as journal:
        live(World(journal, seed), 60, lambda _: None)
