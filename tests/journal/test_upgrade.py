"""A journal from before there were candles has all of them once it is opened."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from perpbox.engine.commands import MarketPrices, MovePrices
from perpbox.journal import open_journal
from perpbox.journal.history import History
from perpbox.journal.upgrade import MOVES
from perpbox.money import parse
from perpbox.tape import KEPT, Kind
from tests.journal.story import BTC, ETH, Story, catalogue_json

BEFORE = 4


def candles(history: History) -> list[object]:
    return [
        history.candles(symbol, kind, interval)
        for symbol in (BTC, ETH)
        for kind in Kind
        for interval in KEPT
    ]


def made_older(path: Path) -> None:
    """As the version before would have left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "DROP TABLE candles; DROP TABLE standing_candles; DROP TABLE holdings;"
            f"PRAGMA user_version = {BEFORE}; PRAGMA wal_checkpoint(TRUNCATE)"
        )


def test_an_older_journal_gets_the_candles_that_it_would_have(path: Path) -> None:
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        story.live(300, seed=4)
        for price in ("60000", "61000.5"):
            mark = parse(price)
            story.submit(MovePrices({BTC: MarketPrices(mark, mark)}, {}))
            story.now += 3 * 3_600_000
            story.live(50, seed=5)
        journal.flush()
        then = candles(journal.history)
    assert any(then)
    made_older(path)
    with open_journal(path, b"") as journal:
        assert candles(journal.history) == then
        Story(journal, story.state, story.sequence).live(20, seed=6)
    assert "PriceMoved" in MOVES


def test_at_every_moment_the_file_has_the_candles_of_its_trades_and_moves(path: Path) -> None:
    """As a process that is killed leaves it: a copy, of which what has been committed is read."""
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        for seed in range(6):
            story.live(20, seed)
            journal.flush()
            story.live(20, seed + 10)
            copy = path.with_name(f"copy{seed}")
            for beside in ("-wal", ""):
                shutil.copy(f"{path}{beside}", f"{copy}{beside}")
            with open_journal(copy, b"") as left:
                then = candles(left.history)
                lines = left.last_sequence
            made_older(copy)
            with open_journal(copy, b"") as again:
                assert candles(again.history) == then
                assert 0 < lines <= story.sequence
