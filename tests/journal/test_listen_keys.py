"""Listen keys lie in the journal's file, beside the turns."""

from __future__ import annotations

from pathlib import Path

from perpbox.journal import open_journal
from perpbox.journal.listen_keys import ListenKey
from perpbox.journal.sqlite_keys import SqliteListenKeys

FIRST = ListenKey("first", 1, 60)
SECOND = ListenKey("second", 2, 70)


def test_they_outlive_the_process(tmp_path: Path) -> None:
    place = str(tmp_path / "journal")
    with open_journal(place, b"{}") as journal:
        assert isinstance(journal.listen_keys, SqliteListenKeys)
        journal.listen_keys.put(FIRST)
        journal.listen_keys.put(SECOND)
        journal.listen_keys.put(ListenKey("first", 1, 90))
    with open_journal(place, b"{}") as journal:
        assert journal.listen_keys.stored() == [ListenKey("first", 1, 90), SECOND]
        journal.listen_keys.delete(1)
    with open_journal(place, b"{}") as journal:
        assert journal.listen_keys.stored() == [SECOND]


def test_many_lapse_without_a_wait_and_are_gone_all_the_same(tmp_path: Path) -> None:
    place = str(tmp_path / "journal")
    with open_journal(place, b"{}") as journal:
        journal.listen_keys.put(FIRST)
        journal.listen_keys.put(SECOND)
        journal.listen_keys.lapse(1)
        journal.listen_keys.lapse(2)
        journal.listen_keys.put(ListenKey("third", 2, 90))
    with open_journal(place, b"{}") as journal:
        assert journal.listen_keys.stored() == [ListenKey("third", 2, 90)]


def test_in_memory_they_last_as_long_as_the_journal() -> None:
    with open_journal(":memory:", b"{}") as journal:
        journal.listen_keys.put(FIRST)
        assert journal.listen_keys.stored() == [FIRST]
        journal.listen_keys.delete(1)
        assert journal.listen_keys.stored() == []
