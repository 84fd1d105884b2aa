"""Files that are no whole journal: a sentence that says so, and not one byte changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from perpbox.engine.snapshot import dump
from perpbox.journal import (
    JournalDamaged,
    JournalError,
    JournalTooNew,
    JournalUnreachable,
    NotAJournal,
    open_journal,
    recover,
)
from perpbox.journal.file import has_log
from perpbox.journal.schema import APPLICATION_ID, FORMAT
from tests.journal.story import Story, catalogue_json

TURNS = 60


@pytest.fixture
def written(path: Path) -> Path:
    """A journal that was closed after some turns."""
    with open_journal(path, catalogue_json()) as journal:
        Story(journal).live(TURNS)
    return path


@pytest.fixture
def abandoned(written: Path, tmp_path: Path) -> Path:
    """A journal as it lies there when its process was killed: a good deal of it in the log."""
    with open_journal(written, b"") as journal:
        recovered = recover(journal)
        Story(journal, recovered.state, recovered.sequence).live(TURNS)
        journal.flush()
        left = tmp_path / "left" / written.name
        left.parent.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(
                written.with_name(written.name + suffix), left.with_name(left.name + suffix)
            )
    return left


def require_refused(path: Path, kind: type[JournalError]) -> str:
    """The journal is refused, the folder is as it was, and the sentence names the file."""
    before = contents(path.parent)
    with pytest.raises(kind) as refused:
        open_journal(path, catalogue_json())
    assert contents(path.parent) == before
    sentence = str(refused.value)
    assert str(path) in sentence
    assert sentence.endswith(".")
    return sentence


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def integer_at(path: Path, offset: int, value: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(value.to_bytes(4, "big"))


# Where no journal can be


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    sentence = require_refused_without_folder(tmp_path / "nowhere" / "venue.perpbox")
    assert "nowhere" in sentence


def require_refused_without_folder(path: Path) -> str:
    with pytest.raises(JournalUnreachable) as refused:
        open_journal(path, catalogue_json())
    assert not path.parent.exists()
    return str(refused.value)


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    place.mkdir()
    assert "folder" in require_refused(place, JournalUnreachable)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(JournalUnreachable):
        open_journal(tmp_path / "file" / "venue.perpbox", catalogue_json())


@pytest.mark.parametrize("name", ["circle", "n\0ul", "x" * 300])
def test_a_name_that_leads_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(JournalUnreachable, match="cannot be"):
        open_journal(tmp_path / name, catalogue_json())


def test_a_pipe_is_no_journal(path: Path) -> None:
    os.mkfifo(path)
    require_refused(path, JournalUnreachable)


@pytest.mark.parametrize("which", ["file", "folder"])
def test_a_file_or_folder_that_may_not_be_written(
    written: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = written if which == "file" else written.parent
    allowed = os.access

    # The administrator may write everywhere, so permissions alone would prove nothing for them.
    def access(path: Path, mode: int) -> bool:
        return not (path == closed and mode & os.W_OK) and allowed(path, mode)

    monkeypatch.setattr(os, "access", access)
    assert "may not be written" in require_refused(written, JournalUnreachable)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_permissions_are_heeded(written: Path) -> None:
    written.chmod(0o400)
    require_refused(written, JournalUnreachable)


def test_secrets_are_for_the_owner_alone(written: Path) -> None:
    assert written.stat().st_mode & 0o077 == 0


# Other files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"SQLite",
        b"name,price\nBTCUSDT,50000\n" * 100,
        b"SQLite format 2\0" + bytes(200),
        bytes(8192),
        "прайс".encode() * 1000,
    ],
    ids=["empty", "a letter", "half a word", "a table", "an old database", "zeros", "prose"],
)
def test_another_file_stays_what_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    kind = JournalDamaged if content == b"SQLite" else NotAJournal
    require_refused(path, kind)


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_another_database_stays_what_it_is(path: Path, mode: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.execute("CREATE TABLE turns (sequence INTEGER PRIMARY KEY, line BLOB)")
    assert "something else" in require_refused(path, NotAJournal)


def test_a_later_format_is_left_to_a_later_version(written: Path) -> None:
    integer_at(written, 60, FORMAT + 1)
    assert "later version" in require_refused(written, JournalTooNew)


def test_a_journal_without_its_tables_is_damaged(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {FORMAT}")
        database.execute("CREATE TABLE something (name TEXT)")
    require_refused(path, JournalDamaged)


# Torn files


def test_a_journal_cut_short_anywhere_is_refused(written: Path) -> None:
    whole = written.read_bytes()
    dice = Random(1)
    offsets = {1, 15, 16, 99, 100, 4095, 4096, len(whole) - 4096, len(whole) - 1}
    offsets |= {dice.randrange(1, len(whole)) for _ in range(60)}
    for offset in sorted(offsets):
        written.write_bytes(whole[:offset])
        require_refused(written, JournalDamaged)


def test_a_journal_cut_short_under_its_log_loses_nothing_unnoticed(abandoned: Path) -> None:
    lines = lines_of_copy(abandoned)
    assert len(lines) == 2 * TURNS
    whole = abandoned.read_bytes()
    dice = Random(2)
    for offset in sorted(dice.randrange(1, len(whole)) for _ in range(40)):
        abandoned.write_bytes(whole[:offset])
        try:
            assert lines_of_copy(abandoned) == lines
        except JournalError:
            continue


def lines_of_copy(path: Path) -> list[tuple[int, bytes]]:
    """The lines of a copy of the journal, so that the original stays as it is."""
    copy = path.parent / "copy"
    copy.mkdir()
    try:
        for each in path.parent.iterdir():
            if each.is_file():
                shutil.copy(each, copy)
        with open_journal(copy / path.name, b"") as journal:
            recover(journal)
            return list(journal.encoded_lines())
    except JournalError:
        assert (copy / path.name).read_bytes() == path.read_bytes()
        raise
    finally:
        shutil.rmtree(copy)


def test_a_log_cut_short_ends_the_journal_after_a_whole_commit(abandoned: Path) -> None:
    lines = lines_of_copy(abandoned)
    log = abandoned.with_name(abandoned.name + "-wal")
    whole = log.read_bytes()
    dice = Random(3)
    for offset in sorted(dice.randrange(len(whole)) for _ in range(40)):
        log.write_bytes(whole[:offset])
        left = lines_of_copy(abandoned)
        assert left == lines[: len(left)]
        assert len(left) >= TURNS


def test_a_refused_journal_that_was_not_closed_is_left_as_it_was(abandoned: Path) -> None:
    whole = abandoned.read_bytes()
    log = abandoned.with_name(abandoned.name + "-wal")
    logged = log.read_bytes()
    integer_at(abandoned, 60, FORMAT + 1)
    changed = abandoned.read_bytes()
    with pytest.raises(JournalTooNew):
        open_journal(abandoned, b"")
    assert abandoned.read_bytes() == changed
    abandoned.write_bytes(whole)
    assert log.read_bytes() == logged
    assert len(lines_of_copy(abandoned)) == 2 * TURNS


def test_a_flipped_bit_is_found_before_its_line_is_believed(written: Path) -> None:
    whole = written.read_bytes()
    with open_journal(written, b"") as journal:
        truth = list(journal.encoded_lines())
    dice = Random(4)
    for _ in range(150):
        torn = bytearray(whole)
        torn[dice.randrange(len(torn))] ^= 1 << dice.randrange(8)
        written.write_bytes(torn)
        try:
            with open_journal(written, b"") as journal:
                assert list(journal.encoded_lines()) == truth
        except JournalError:
            continue


def test_a_changed_line_is_named(written: Path) -> None:
    with closing(sqlite3.connect(written, isolation_level=None)) as database:
        database.execute(
            "UPDATE turns SET line = replace(line, 'alice', 'malet') WHERE sequence = 2"
        )
    with open_journal(written, b"") as journal, pytest.raises(JournalDamaged, match="line 2"):
        recover(journal)


@pytest.mark.parametrize("lost", [1, 7, TURNS])
def test_a_lost_line_is_missed(written: Path, lost: int) -> None:
    with closing(sqlite3.connect(written, isolation_level=None)) as database:
        database.execute("DELETE FROM turns WHERE sequence = ?", (lost,))
    with open_journal(written, b"") as journal:
        if lost == TURNS:
            assert recover(journal).sequence == TURNS - 1
        else:
            with pytest.raises(JournalDamaged, match=f"Line {lost} .* missing"):
                recover(journal)


def test_lines_that_a_snapshot_knows_of_are_missed(path: Path) -> None:
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        story.live(TURNS)
        journal.snapshot(TURNS, dump(story.state))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DELETE FROM turns WHERE sequence > 20")
    with (
        open_journal(path, b"") as journal,
        pytest.raises(JournalDamaged, match=r"Line 21 .* missing"),
    ):
        recover(journal)


# Making


def test_a_draft_that_was_never_finished_is_replaced(path: Path) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(b"half a jour")
    with open_journal(path, catalogue_json()) as journal:
        assert journal.last_sequence == 0
    assert not draft.exists()
    assert contents(path.parent).keys() == {path.name}


def test_a_journal_closed_is_one_file(written: Path) -> None:
    assert not has_log(written)
    assert contents(written.parent).keys() == {written.name}


def test_a_link_leads_to_the_journal(written: Path) -> None:
    link = written.with_name("link")
    link.symlink_to(written)
    with open_journal(link, b"") as journal:
        assert journal.last_sequence == TURNS


@pytest.mark.parametrize("name", ["a b", "ü", "what?", "100%", "a#b", "-"])
def test_a_journal_may_have_any_name(tmp_path: Path, name: str) -> None:
    with open_journal(tmp_path / name, catalogue_json()) as journal:
        Story(journal).live(10)
    with open_journal(tmp_path / name, b"") as journal:
        assert recover(journal).sequence == 10
    assert contents(tmp_path).keys() == {name}


def test_a_log_without_its_journal_is_not_played_into_a_new_one(tmp_path: Path) -> None:
    """Somebody has removed the file of a venue that was killed, and left its newest turns."""
    path = tmp_path / "journal.sqlite"
    log = path.with_name(path.name + "-wal")
    log.write_bytes(b"the newest turns")
    with pytest.raises(JournalDamaged, match=r"journal\.sqlite-wal"):
        open_journal(path, catalogue_json())
    assert not path.exists()
    assert log.read_bytes() == b"the newest turns"
