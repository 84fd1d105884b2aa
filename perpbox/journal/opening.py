"""Opening a journal by its name, whichever kind it is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from perpbox import __version__
from perpbox.journal import file
from perpbox.journal.journal import Head, Journal
from perpbox.journal.lock import FileLock
from perpbox.journal.memory import MemoryJournal
from perpbox.journal.reader import require_sound
from perpbox.journal.sqlite import SqliteJournal

MEMORY: Final = ":memory:"


def open_journal(place: str | Path, catalogue_json: bytes, *, shard: int = 0) -> Journal:
    """The journal at a path, made there if there is none, or with ":memory:" a passing one.

    The catalogue and the shard are for a new journal; one that exists has its own, in `head`.
    Raises a `JournalError`, and then no file has been touched.
    """
    if str(place) == MEMORY:
        return MemoryJournal(Head(catalogue_json, shard, created=0))
    return open_file(Path(place), catalogue_json, shard)


def open_file(path: Path, catalogue_json: bytes, shard: int) -> SqliteJournal:
    """Open the journal at this path, or make one there. Raises a `JournalError`.

    Nothing is written before the file is known to be a whole journal that nobody else holds.
    """
    path = file.place_of(path)
    lock = FileLock(path)
    try:
        if path.exists():
            file.require_writable(path)
            file.require_journal(path)
            require_sound(path)
        else:
            file.require_no_log(path)
            head = Head(catalogue_json, shard, created=time.time_ns() // 1_000_000)
            file.create(path, head, __version__)
        with file.damage_told(path):
            connection = file.open_to_write(path)
        try:
            return SqliteJournal(path, lock, connection)
        except BaseException:
            connection.close()
            raise
    except BaseException:
        lock.release()
        raise
