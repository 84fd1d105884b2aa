"""A start: the state after the last line, to the last bit, from snapshot and lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from perpbox.engine.commands import CloseAccount
from perpbox.engine.events import AccountClosed
from perpbox.engine.line import Line
from perpbox.engine.snapshot import dump
from perpbox.journal import (
    Journal,
    JournalDamaged,
    open_journal,
    recover,
    snapshot_when_due,
)
from tests.journal.story import Story, catalogue, catalogue_json


def test_an_empty_journal_is_an_empty_venue(journal: Journal) -> None:
    recovered = recover(journal)
    assert (recovered.sequence, recovered.snapshot_sequence) == (0, 0)
    assert recovered.state.accounts == {}
    assert recovered.state.catalogue == catalogue()


def test_replay_is_memory(journal: Journal, story: Story) -> None:
    for seed in range(5):
        story.live(200, seed)
        journal.flush()
        recovered = recover(journal)
        assert recovered.sequence == story.sequence
        assert dump(recovered.state) == dump(story.state)


def test_a_replay_keeps_nothing_of_what_it_has_stirred(journal: Journal, story: Story) -> None:
    """However many lines there are: what followed from them is in them."""
    story.live(500)
    journal.flush()
    stirred = recover(journal).state.stirred
    assert not any((stirred.changed, stirred.legs, stirred.marks, stirred.seen))
    assert stirred.next_account() == 0
    assert stirred.next_reached() == (0, 0)


def test_replay_is_memory_after_any_number_of_starts(path: Path) -> None:
    told = open_journal(":memory:", catalogue_json())
    whole = Story(told)
    state, sequence = whole.state, 0
    for seed in range(6):
        with open_journal(path, catalogue_json()) as journal:
            recovered = recover(journal)
            assert dump(recovered.state) == dump(state)
            assert recovered.sequence == sequence
            story = Story(journal, recovered.state, recovered.sequence)
            story.live(100, seed)
            if seed % 2:
                journal.snapshot(story.sequence, dump(story.state))
            state, sequence = story.state, story.sequence


def test_a_snapshot_is_taken_when_due(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perpbox.journal.journal.SNAPSHOT_EVERY", 40)
    monkeypatch.setattr("perpbox.journal.journal.SNAPSHOT_AT_CLOSE", 10)
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        story.open("alice", "bob")
        for seed in range(95):
            story.live(1, seed)
            snapshot_when_due(journal, story.state, story.sequence)
        assert journal.snapshot_sequence == 80
        snapshot_when_due(journal, story.state, story.sequence, closing=True)
    with open_journal(path, b"") as journal:
        assert recover(journal).snapshot_sequence == story.sequence == 98


def test_memory_takes_no_snapshots() -> None:
    with open_journal(":memory:", catalogue_json()) as journal:
        Story(journal).live(2_000)
        assert not journal.snapshot_due()
        assert not journal.snapshot_due(closing=True)
        assert list(journal.snapshots()) == []


def test_a_line_that_follows_from_nothing_is_damage(journal: Journal) -> None:
    journal.append(Line(1, 0, CloseAccount(5), [AccountClosed(5)]))
    journal.flush()
    with pytest.raises(JournalDamaged, match="Line 1 of the journal does not follow"):
        recover(journal)
