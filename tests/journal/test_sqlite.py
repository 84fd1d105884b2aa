"""A journal in a file: what it says is durable is there again, in order, once and whole."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from perpbox.account import BUY
from perpbox.engine.commands import OpenAccount, OpenVenue
from perpbox.engine.line import Line
from perpbox.engine.snapshot import dump
from perpbox.journal import (
    JournalError,
    JournalFailed,
    JournalInUse,
    JournalUnreachable,
    Window,
    open_journal,
    recover,
)
from perpbox.journal.lock import FileLock
from perpbox.journal.opening import open_file
from perpbox.journal.sqlite import SqliteJournal
from tests.journal.story import BTC, Story, catalogue_json

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 30


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    with open_file(path, catalogue_json(), shard=0) as journal:
        yield journal


def run(*arguments: object) -> list[str]:
    """What a program beside this one prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journal.programs", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout.splitlines()


# Durable


def test_lines_are_there_again_after_a_restart(path: Path, journal: SqliteJournal) -> None:
    story = Story(journal)
    story.live(100)
    journal.flush()
    written = list(journal.lines())
    journal.close()
    with open_journal(path, b"") as again:
        assert list(again.lines()) == written
        assert again.last_sequence == again.durable_sequence == 100
        assert again.head == journal.head
        assert [line.sequence for line in again.lines(after=90)] == list(range(91, 101))


def test_closing_writes_what_waits(path: Path) -> None:
    with open_journal(path, catalogue_json()) as journal:
        Story(journal).live(500)
    with open_journal(path, b"") as journal:
        assert journal.last_sequence == 500


def test_what_is_durable_only_grows_and_is_told_after_it_is_on_the_disk(
    path: Path, journal: SqliteJournal
) -> None:
    told: list[int] = []
    seen: list[int] = []

    def note(sequence: int) -> None:
        told.append(sequence)
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            seen.extend(database.execute("SELECT max(sequence) FROM turns").fetchone())

    journal.on_durable = note
    Story(journal).live(300)
    journal.flush()
    assert told == sorted(set(told))
    assert told[-1] == journal.durable_sequence == 300
    assert seen == told


def test_what_waits_goes_into_one_commit(journal: SqliteJournal) -> None:
    told: list[int] = []
    first = threading.Event()
    rest = threading.Event()

    def note(sequence: int) -> None:
        told.append(sequence)
        first.set()
        rest.wait(PATIENCE)

    journal.on_durable = note
    journal.append(Line(1, 0, OpenVenue(), []))
    assert first.wait(PATIENCE)
    for sequence in range(2, 1_001):
        journal.append(Line(sequence, 0, OpenVenue(), []))
    rest.set()
    journal.flush()
    assert told == [1, 1_000]


def test_lines_follow_one_another(journal: SqliteJournal) -> None:
    for wrong in (0, 2):
        with pytest.raises(ValueError, match="does not follow"):
            journal.append(Line(wrong, 0, OpenVenue(), []))
    journal.append(Line(1, 0, OpenVenue(), []))
    with pytest.raises(ValueError, match="does not follow"):
        journal.append(Line(1, 0, OpenVenue(), []))


def test_a_question_sees_what_is_durable(journal: SqliteJournal) -> None:
    story = Story(journal)
    (alice,) = story.open("alice")
    for n in range(50):
        story.order(alice, BUY, str(60_000 + n))
        journal.flush()
        assert len(journal.history.orders(alice, BTC, Window(limit=1_000))) == n + 1


def test_the_log_does_not_grow_for_ever(
    path: Path, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perpbox.journal.store.LINES_PER_CHECKPOINT", 50)
    story = Story(journal)
    log = path.with_name(path.name + "-wal")
    sizes = []
    for seed in range(60):
        story.live(10, seed)
        journal.flush()
        sizes.append(log.stat().st_size)
    assert sizes[-1] < 3 * max(sizes[:10])


def test_nothing_is_accepted_after_closing(journal: SqliteJournal) -> None:
    journal.close()
    journal.close()
    with pytest.raises(JournalFailed, match="closed"):
        journal.append(Line(1, 0, OpenVenue(), []))
    with pytest.raises(JournalFailed, match="closed"):
        journal.flush()


def test_the_shard_is_kept(path: Path) -> None:
    with open_journal(path, catalogue_json(), shard=3):
        pass
    with open_journal(path, b"") as journal:
        assert journal.head.shard == 3
        assert recover(journal).state.next_order_id > 3 * 10**12


# One at a time


def test_a_second_process_is_refused(path: Path, journal: SqliteJournal) -> None:
    Story(journal).live(20)
    journal.flush()
    before = path.read_bytes()
    (answer,) = run("open", path)
    assert answer.startswith("JournalInUse")
    assert str(path) in answer
    assert path.read_bytes() == before
    Story(journal, recover(journal).state, 20).live(20)
    journal.close()
    assert run("open", path) == ["opened at 40"]


def test_a_second_opening_in_one_process_is_refused(path: Path, journal: SqliteJournal) -> None:
    for _ in range(2):
        with pytest.raises(JournalInUse, match="in use by process"):
            open_journal(path, b"")
    Story(journal).live(20)


def test_a_lock_file_left_behind_locks_nothing(path: Path) -> None:
    lock = path.with_name(path.name + ".lock")
    lock.write_text("12345")
    with open_journal(path, catalogue_json()):
        assert lock.exists()
    assert not lock.exists()


def test_a_lock_is_for_one_at_a_time(path: Path) -> None:
    for _ in range(3):
        lock = FileLock(path)
        with pytest.raises(JournalInUse):
            FileLock(path)
        lock.release()


def test_a_lock_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalUnreachable, match=r"venue\.lock"):
        FileLock(tmp_path / "nowhere" / "venue")


# Failing


def fail_beyond(journal: SqliteJournal, pages: int) -> None:
    journal._store._connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_database_is_told_and_nothing_is_acknowledged_after_it(
    path: Path, journal: SqliteJournal
) -> None:
    told: list[int] = []
    failures: list[JournalError] = []
    failed = threading.Event()
    journal.on_durable = told.append

    def note(failure: JournalError) -> None:
        failures.append(failure)
        failed.set()

    journal.on_failure = note
    story = Story(journal)
    story.live(100)
    journal.flush()
    fail_beyond(journal, path.stat().st_size // 4096 + 40)
    with pytest.raises(JournalFailed, match="full"):
        story.live(10**6)
    assert failed.wait(PATIENCE)
    durable = journal.durable_sequence
    assert failures == [journal.failure]
    assert told[-1] == durable < story.sequence
    for refused in (journal.flush, lambda: journal.snapshot(1, b"{}")):
        with pytest.raises(JournalFailed, match="full"):
            refused()
    journal.close()
    with open_journal(path, b"") as again:
        assert again.last_sequence == durable
        Story(again, recover(again).state, durable).live(100)


def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(path: Path) -> None:
    printed = run("fill", path, 400_000)
    durable = [int(line.split()[1]) for line in printed if line.startswith("durable")]
    (failure,) = (line for line in printed if line.startswith("failed"))
    (stop,) = (line for line in printed if line.startswith("stopped"))
    assert "cannot be written" in failure
    assert failure.removeprefix("failed") == stop.removeprefix("stopped")
    with open_journal(path, b"") as journal:
        recovered = recover(journal)
        # The last commit may have been whole although its end was not told.
        assert recovered.sequence >= durable[-1] > 0
        Story(journal, recovered.state, recovered.sequence).live(100)


def test_a_journal_that_cannot_be_made_leaves_nothing_behind(path: Path) -> None:
    path.with_name(path.name + ".new").mkdir()
    with pytest.raises(JournalUnreachable, match="cannot be made"):
        open_journal(path, catalogue_json())
    assert not path.exists()


def test_an_error_in_who_is_told_is_a_failure(journal: SqliteJournal) -> None:
    def fall_over(sequence: int) -> None:
        raise RuntimeError(f"cannot tell {sequence}")

    journal.on_durable = fall_over
    journal.append(Line(1, 0, OpenVenue(), []))
    with pytest.raises(JournalFailed, match="cannot tell 1"):
        journal.flush()


def test_a_line_that_cannot_be_written_is_a_failure(journal: SqliteJournal) -> None:
    journal.append(Line(1, 0, OpenAccount("\ud800", {}), []))
    with pytest.raises(JournalFailed):
        journal.flush()
    assert journal.durable_sequence == 0


# Snapshots


def test_a_start_begins_with_the_newest_snapshot(path: Path, journal: SqliteJournal) -> None:
    story = Story(journal)
    for _ in range(3):
        story.live(50)
        journal.snapshot(story.sequence, dump(story.state))
    story.live(10)
    journal.close()
    with open_journal(path, b"") as again:
        assert [sequence for sequence, _ in again.snapshots()] == [150, 100]
        assert again.snapshot_sequence == 150
        recovered = recover(again)
    assert (recovered.sequence, recovered.snapshot_sequence) == (160, 150)
    assert dump(recovered.state) == dump(story.state)


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement)


@pytest.mark.parametrize(
    ("damage", "start"),
    [
        ("UPDATE snapshots SET state = replace(state, 'alice', 'malet') WHERE sequence = 100", 50),
        ("UPDATE snapshots SET version = '0.0.1' WHERE sequence = 100", 50),
        ("UPDATE snapshots SET checksum = 0", 0),
        ("DELETE FROM snapshots", 0),
    ],
)
def test_a_start_does_without_a_snapshot_that_is_no_good(
    path: Path, journal: SqliteJournal, damage: str, start: int
) -> None:
    story = Story(journal)
    for _ in range(2):
        story.live(50)
        journal.snapshot(story.sequence, dump(story.state))
    journal.close()
    change(path, damage)
    with open_journal(path, b"") as again:
        recovered = recover(again)
    assert (recovered.sequence, recovered.snapshot_sequence) == (100, start)
    assert dump(recovered.state) == dump(story.state)


def test_a_snapshot_is_of_a_turn_that_was(journal: SqliteJournal) -> None:
    for sequence in (0, 1):
        with pytest.raises(ValueError, match="no turn"):
            journal.snapshot(sequence, b"")


def test_a_snapshot_with_another_shape_is_passed_over(path: Path, journal: SqliteJournal) -> None:
    story = Story(journal)
    story.live(20)
    journal.snapshot(20, b'{"another": "shape"}')
    journal.close()
    with open_journal(path, b"") as again:
        recovered = recover(again)
    assert recovered.snapshot_sequence == 0
    assert dump(recovered.state) == dump(story.state)


def test_a_snapshot_is_due_after_many_turns_and_before_closing_after_some(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perpbox.journal.journal.SNAPSHOT_EVERY", 50)
    monkeypatch.setattr("perpbox.journal.journal.SNAPSHOT_AT_CLOSE", 20)
    story = Story(journal)
    story.live(30)
    assert not journal.snapshot_due()
    assert journal.snapshot_due(closing=True)
    story.live(20)
    assert journal.snapshot_due()
    journal.snapshot(story.sequence, dump(story.state))
    assert not journal.snapshot_due()
    assert not journal.snapshot_due(closing=True)
