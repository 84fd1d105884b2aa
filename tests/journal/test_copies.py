"""A copy of a journal is a journal: exact, of its own, and whole or not there at all."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpbox.engine.snapshot import dump
from perpbox.journal import (
    Journal,
    JournalDamaged,
    JournalUnreachable,
    KeyStore,
    Note,
    Window,
    copies_of,
    file,
    open_journal,
    recover,
    verify_journal,
)
from perpbox.journal.copies import Copies, MemoryCopies
from perpbox.journal.listen_keys import ListenKey
from perpbox.tape import Interval, Kind
from tests.journal.story import BTC, ETH, START, Story, catalogue_json

ALL: Final = Window(start=0, limit=10_000)


def note(story: Story, name: str = "before") -> Note:
    accounts = len(story.state.accounts)
    return Note(name, story.sequence, story.now, "manual", 1.0, is_true=False, accounts=accounts)


def take(copies: Copies, story: Story, name: str = "before") -> None:
    copies.take(story.journal, note(story, name), dump(story.state))


def told(journal: Journal) -> object:
    """Everything that a journal answers with."""
    journal.flush()
    history = journal.history
    accounts = range(1, 8)
    return (
        list(journal.encoded_lines(journal.first_sequence - 1)),
        [history.orders(a, None, ALL) for a in accounts],
        [history.trades(a, symbol, ALL) for a in accounts for symbol in (BTC, ETH)],
        [history.income(a, ALL) for a in accounts],
        [history.margin_changes(a, symbol, ALL) for a in accounts for symbol in (BTC, ETH)],
        [history.steps(a, ALL) for a in accounts],
        [history.recent_trades(symbol) for symbol in (BTC, ETH)],
        [history.candles(symbol, kind, Interval.HOURS_2) for symbol in (BTC, ETH) for kind in Kind],
        sorted(key.key.api_key for key in journal.keys.stored()),
        journal.listen_keys.stored(),
    )


def kind(path: Path, where: str) -> tuple[Journal, Copies]:
    place = ":memory:" if where == "memory" else str(path / "venue.perpbox")
    return open_journal(place, catalogue_json()), copies_of(place)


@pytest.mark.parametrize("where", ["memory", "file"])
@settings(max_examples=8)
@given(
    before=st.integers(1, 40),
    after=st.integers(1, 40),
    on=st.integers(1, 40),
    seed=st.integers(0, 10_000),
)
def test_a_restored_journal_goes_on_as_a_fresh_replay_does(
    where: str, before: int, after: int, on: int, seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal, copies = kind(Path(folder), where)
        story = Story(journal)
        story.live(before, seed)
        KeyStore(journal.keys, "seed").create(1, START)
        journal.listen_keys.put(ListenKey("listen", 1, START))
        was, state, moment = told(journal), dump(story.state), story.now
        take(copies, story)
        fork = copies.fork("before").journal
        story.live(after, seed + 1)
        KeyStore(journal.keys, "seed").create(2, START)
        journal.listen_keys.delete(1)
        assert told(journal) != was

        restored = copies.restore(journal, "before")
        recovered = recover(restored)
        assert told(restored) == was
        assert (dump(recovered.state), recovered.sequence) == (state, before_last(story, was))

        told_of = []
        for each in (restored, fork):
            again = Story(each, recover(each).state, recover(each).sequence)
            again.now = moment
            again.live(on, seed + 2)
            each.flush()
            assert dump(recover(each).state) == dump(again.state)
            assert verify_journal(each).holds
            told_of.append(told(each))
        assert told_of[0] == told_of[1]
        restored.close()
        fork.close()


def before_last(story: Story, was: object) -> int:
    """Number of the last of the lines that were told."""
    assert isinstance(was, tuple)
    return int(was[0][-1][0])


@pytest.mark.parametrize("where", ["memory", "file"])
def test_copies_are_listed_found_and_deleted(tmp_path: Path, where: str) -> None:
    journal, copies = kind(tmp_path, where)
    with journal:
        story = Story(journal)
        assert copies.notes() == []
        story.live(5)
        take(copies, story, "b")
        story.live(5)
        take(copies, story, "a")
        assert copies.notes() == [note(story, "a"), copies.find("b")]
        copies.require_sound("a")
        copies.delete("a")
        assert copies.find("a") is None
        assert [each.name for each in copies.notes()] == ["b"]


def test_copies_of_a_file_outlive_the_process(tmp_path: Path) -> None:
    journal, copies = kind(tmp_path, "file")
    story = Story(journal)
    story.live(20)
    take(copies, story)
    wanted = told(journal)
    story.live(20)
    journal.close()

    journal, copies = kind(tmp_path, "file")
    assert copies.notes()[0].sequence == 20
    with copies.restore(journal, "before") as restored:
        assert told(restored) == wanted
    with open_journal(tmp_path / "venue.perpbox", b"") as again:
        assert told(again) == wanted


def test_a_restore_that_breaks_off_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, copies = kind(tmp_path, "file")
    story = Story(journal)
    story.live(20)
    take(copies, story)
    story.live(200)
    wanted = told(journal)

    def broken(path: Path, copy: Path) -> None:
        """Some of the pages, and then the disk is gone."""

        def gone(_status: int, _left: int, _whole: int) -> None:
            raise OSError("gone")

        with closing(sqlite3.connect(copy)) as source, closing(file.open_to_write(path)) as target:
            source.backup(target, pages=10, progress=gone)

    monkeypatch.setattr(file, "replace", broken)
    with pytest.raises(OSError, match=r"gone"):
        copies.restore(journal, "before")
    monkeypatch.undo()
    with open_journal(tmp_path / "venue.perpbox", b"") as again:
        assert told(again) == wanted


def test_a_copy_that_is_not_what_was_written_is_told_before_anything_happens(
    tmp_path: Path,
) -> None:
    journal, copies = kind(tmp_path, "file")
    with journal:
        story = Story(journal)
        story.live(20)
        take(copies, story)
        (copy,) = (tmp_path / "venue.perpbox.snapshots").iterdir()
        assert copy.stat().st_mode & 0o077 == 0  # keys are in it
        copy.write_bytes(copy.read_bytes()[:5000])
        with pytest.raises(JournalDamaged):
            copies.require_sound("before")
        with pytest.raises(JournalDamaged):
            copies.find("before")
        story.live(5)


def test_a_journal_is_no_snapshot(tmp_path: Path) -> None:
    journal, copies = kind(tmp_path, "file")
    with journal:
        folder = tmp_path / "venue.perpbox.snapshots"
        folder.mkdir()
        open_journal(folder / "other.perpbox", catalogue_json()).close()
        with pytest.raises(JournalDamaged, match=r"is no snapshot"):
            copies.find("other")


def test_where_no_folder_can_be_made_nothing_is_copied(tmp_path: Path) -> None:
    journal, copies = kind(tmp_path, "file")
    with journal:
        story = Story(journal)
        story.live(5)
        (tmp_path / "venue.perpbox.snapshots").write_text("in the way")
        with pytest.raises(JournalUnreachable):
            take(copies, story)
        story.live(5)


def test_each_fork_of_a_file_has_a_file_of_its_own(tmp_path: Path) -> None:
    journal, copies = kind(tmp_path, "file")
    with journal:
        story = Story(journal)
        story.live(5)
        take(copies, story)
        places = []
        for _ in range(2):
            fork = copies.fork("before")
            places.append(Path(fork.data).name)
            fork.journal.close()
        assert places == ["venue.perpbox.fork-1", "venue.perpbox.fork-2"]


def test_a_copy_in_memory_can_be_gone_back_to_again_and_again() -> None:
    journal, copies = open_journal(":memory:", catalogue_json()), MemoryCopies()
    story = Story(journal)
    story.live(30)
    take(copies, story)
    wanted = told(journal)
    for seed in range(5):
        journal = copies.restore(journal, "before")
        assert told(journal) == wanted
        Story(journal, recover(journal).state, recover(journal).sequence).live(20, seed)
