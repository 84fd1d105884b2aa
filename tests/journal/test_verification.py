"""Verifying: every command handled once more, and two digests that any machine agrees on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from perpbox.account import BUY
from perpbox.engine.commands import OpenAccount, Transfer
from perpbox.engine.events import MoneyMoved, MoneyReason
from perpbox.engine.line import Line
from perpbox.engine.snapshot import dump
from perpbox.journal import (
    Journal,
    JournalDamaged,
    JournalUnreachable,
    NotAJournal,
    open_journal,
    recover,
    verify,
    verify_journal,
)
from perpbox.money import parse
from tests.journal.story import Story, catalogue_json


@pytest.fixture
def written(path: Path) -> Path:
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        story.live(150)
        journal.snapshot(story.sequence, dump(story.state))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_a_journal_of_this_version_holds(journal: Journal, story: Story) -> None:
    story.live(300)
    journal.flush()
    report = verify_journal(journal)
    assert report.holds
    assert report.turns == 300
    assert report.state_digest == hashlib.sha256(dump(story.state)).hexdigest()


def test_the_digest_of_a_journal_is_that_of_its_lines_as_text(journal: Journal) -> None:
    Story(journal).live(50)
    journal.flush()
    text = b"".join(line + b"\n" for _, line in journal.encoded_lines())
    assert verify_journal(journal).journal_digest == hashlib.sha256(text).hexdigest()
    assert text.startswith(b'[1,1767225601000,["OpenVenue"],[["PriceMoved","BTCUSDT",')


def test_the_same_commands_have_the_same_digests(written: Path) -> None:
    with open_journal(":memory:", catalogue_json()) as memory:
        Story(memory).live(150)
        again = verify_journal(memory)
        Story(memory, recover(memory).state, 150).live(1)
        more = verify_journal(memory)
    report = verify(written)
    assert report == again
    assert report.journal_digest != more.journal_digest
    assert report.state_digest != more.state_digest


def test_verifying_changes_nothing(written: Path) -> None:
    before = contents(written.parent)
    verify(written)
    assert contents(written.parent) == before


def test_a_journal_in_use_is_verified_as_it_is_at_the_moment(path: Path) -> None:
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        story.live(50)
        journal.flush()
        first = verify(path)
        story.live(50, seed=1)
        journal.flush()
        assert (first.turns, verify(path).turns) == (50, 100)
        assert first.holds
    assert verify(path).turns == 100


def test_a_rule_that_has_changed_is_named_by_its_first_turn(journal: Journal) -> None:
    story = Story(journal)
    (alice,) = story.open("alice")
    old_rule = MoneyMoved(-1, alice, "USDT", 7, MoneyReason.TRANSFER, 2)
    now = story.now
    story.sequence += 1
    journal.append(Line(story.sequence, now, Transfer(alice, "USDT", 5), [old_rule]))
    story.order(alice, BUY)
    journal.flush()
    report = verify_journal(journal)
    assert not report.holds
    assert report.turns == 4
    assert report.difference is not None
    assert report.difference.sequence == 3
    assert report.difference.command == Transfer(alice, "USDT", 5)
    assert report.difference.expected == [old_rule]
    assert [event.amount for event in report.difference.got if isinstance(event, MoneyMoved)] == [5]
    assert report.difference.refusal == ""
    # The state is the one that a start would have: what happened has happened.
    recovered = recover(journal).state
    assert recovered.accounts[alice].wallet("USDT") < parse("100000") + 7
    assert report.state_digest == hashlib.sha256(dump(recovered)).hexdigest()


def test_a_command_that_would_be_refused_today_says_why(journal: Journal) -> None:
    story = Story(journal)
    (alice,) = story.open("alice")
    moved = MoneyMoved(-1, alice, "DOGE", 7, MoneyReason.TRANSFER, 2)
    journal.append(Line(3, story.now, Transfer(alice, "DOGE", 7), [moved]))
    journal.flush()
    difference = verify_journal(journal).difference
    assert difference is not None
    assert (difference.sequence, difference.refusal) == (3, "UNKNOWN_ASSET")
    assert difference.got == []


def test_progress_is_told(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perpbox.journal.verification.TURNS_PER_NOTE", 50)
    told: list[tuple[int, int]] = []
    verify(written, lambda done, total: told.append((done, total)))
    assert told == [(50, 150), (100, 150), (150, 150)]


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalUnreachable, match="no journal at"):
        verify(tmp_path / "missing")
    other = tmp_path / "other"
    other.write_text("text")
    with pytest.raises(NotAJournal):
        verify(other)
    assert contents(tmp_path) == {"other": b"text"}


def test_a_damaged_journal_is_refused(written: Path) -> None:
    whole = written.read_bytes()
    at = whole.index(b"OpenVenue")
    written.write_bytes(whole[:at] + b"o" + whole[at + 1 :])
    with pytest.raises(JournalDamaged, match="line 1"):
        verify(written)


def test_an_archive_that_nobody_may_write_beside_is_verified(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_lock(path: Path) -> None:
        raise JournalUnreachable(f"{path} cannot be locked.")

    monkeypatch.setattr("perpbox.journal.reader.FileLock", no_lock)
    before = contents(written.parent)
    assert verify(written).holds
    assert contents(written.parent) == before


def test_a_name_of_any_letters_has_one_digest(journal: Journal, story: Story) -> None:
    story.open("Алиса 🐇")
    story.submit(OpenAccount("", {}))
    journal.flush()
    assert verify_journal(journal).holds
