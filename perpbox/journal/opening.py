"""Opening a journal by its name, whichever kind it is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from perpbox.journal.journal import Head, Journal
from perpbox.journal.memory import MemoryJournal
from perpbox.journal.sqlite import open_file

MEMORY: Final = ":memory:"


def open_journal(place: str | Path, catalogue_json: bytes, *, shard: int = 0) -> Journal:
    """The journal at a path, made there if there is none, or with ":memory:" a passing one.

    The catalogue and the shard are for a new journal; one that exists has its own, in `head`.
    Raises a `JournalError`, and then no file has been touched.
    """
    if str(place) == MEMORY:
        return MemoryJournal(Head(catalogue_json, shard, created=0))
    return open_file(Path(place), catalogue_json, shard)
