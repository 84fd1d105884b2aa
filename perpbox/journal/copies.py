"""Named copies of a journal: each a whole journal of its own, to go back to or to go on from."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

import msgspec
from msgspec import Struct

from perpbox import __version__
from perpbox.journal import file
from perpbox.journal.errors import JournalDamaged, JournalUnreachable
from perpbox.journal.journal import Journal
from perpbox.journal.memory import MemoryJournal
from perpbox.journal.opening import MEMORY, open_file
from perpbox.journal.reader import reading, require_sound
from perpbox.journal.sqlite import SqliteJournal
from perpbox.journal.store import snapshot_of
from perpbox.money import Millis

META: Final = "snapshot"
"""Where a copy's file says what it is."""
FOLDER: Final = ".snapshots"
SUFFIX: Final = ".perpbox"
FORK: Final = ".fork-"


class Note(Struct, frozen=True):
    """What a copy is of."""

    name: str
    sequence: int
    """Number of the last turn in it."""
    time: Millis
    """Where the venue's clock stood."""
    mode: str
    """How it went."""
    speed: float
    is_true: bool
    """Whether it showed the machine's own time."""
    accounts: int


class Forked(NamedTuple):
    """A journal that goes on from a copy, and where it lies."""

    journal: Journal
    data: str


class Copies(ABC):
    """The copies of one journal by their names."""

    @abstractmethod
    def notes(self) -> list[Note]:
        """Of all copies, by name."""

    @abstractmethod
    def find(self, name: str) -> Note | None:
        """Raises `JournalDamaged` at a copy that is not what was written."""

    @abstractmethod
    def take(self, journal: Journal, note: Note, state: bytes) -> None:
        """Copy the journal as it is, all that is appended; `state` is the last line's, dumped."""

    @abstractmethod
    def delete(self, name: str) -> None: ...

    @abstractmethod
    def require_sound(self, name: str) -> None:
        """Raises `JournalDamaged` where the copy cannot be gone back to."""

    @abstractmethod
    def restore(self, journal: Journal, name: str) -> Journal:
        """The journal as the copy is, in the place of this one, which is closed."""

    @abstractmethod
    def fork(self, name: str) -> Forked:
        """Another journal that goes on from the copy."""


class MemoryCopies(Copies):
    """Copies of a journal in memory, in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Note, MemoryJournal, bytes]] = {}

    def notes(self) -> list[Note]:
        return [self._kept[name][0] for name in sorted(self._kept)]

    def find(self, name: str) -> Note | None:
        kept = self._kept.get(name)
        return None if kept is None else kept[0]

    def take(self, journal: Journal, note: Note, state: bytes) -> None:
        assert isinstance(journal, MemoryJournal)
        self._kept[note.name] = (note, journal.copied(state), state)

    def delete(self, name: str) -> None:
        del self._kept[name]

    def require_sound(self, name: str) -> None:
        """Nothing happens to it in memory."""

    def restore(self, journal: Journal, name: str) -> Journal:
        journal.close()
        return self.fork(name).journal

    def fork(self, name: str) -> Forked:
        _, journal, state = self._kept[name]
        return Forked(journal.copied(state), MEMORY)


class FileCopies(Copies):
    """Copies of a journal's file, as files in a folder beside it: they outlive the process."""

    def __init__(self, data: str) -> None:
        self._data = file.place_of(Path(data))
        self._folder = self._data.with_name(self._data.name + FOLDER)

    def notes(self) -> list[Note]:
        if not self._folder.is_dir():
            return []
        paths = sorted(self._folder.glob(f"*{SUFFIX}"))
        return [_note_of(path) for path in paths]

    def find(self, name: str) -> Note | None:
        path = self._path(name)
        return _note_of(path) if path.exists() else None

    def take(self, journal: Journal, note: Note, state: bytes) -> None:
        assert isinstance(journal, SqliteJournal)
        try:
            # Keys and their secrets are in it.
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise JournalUnreachable(f"{self._folder} cannot be made: {error}.") from error
        told = msgspec.json.encode(note)

        def more(connection: sqlite3.Connection) -> None:
            snapshot_of(note.sequence, state, __version__)(connection)
            connection.execute(
                "INSERT OR REPLACE INTO meta (name, value, checksum) VALUES (?, ?, ?)",
                (META, told, crc32(told)),
            )

        journal.copy_to(self._path(note.name), more)

    def delete(self, name: str) -> None:
        try:
            self._path(name).unlink()
        except OSError as error:
            raise JournalUnreachable(f"{self._path(name)} cannot be removed: {error}.") from error

    def require_sound(self, name: str) -> None:
        path = self._path(name)
        file.require_journal(path)
        require_sound(path)

    def restore(self, journal: Journal, name: str) -> Journal:
        assert isinstance(journal, SqliteJournal)
        return journal.replaced(self._path(name))

    def fork(self, name: str) -> Forked:
        copy, place = self._path(name), self._free_place()
        with reading(copy) as reader:
            file.make(place, reader.copy_to)
        # It has a head of its own.
        return Forked(open_file(place, b"", shard=0), str(place))

    def _free_place(self) -> Path:
        number = 1
        while (place := self._data.with_name(f"{self._data.name}{FORK}{number}")).exists():
            number += 1
        return place

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{SUFFIX}"


def copies_of(data: str) -> Copies:
    """The copies of the journal at this place."""
    return MemoryCopies() if data == MEMORY else FileCopies(data)


def _note_of(path: Path) -> Note:
    with reading(path) as reader:
        told = reader.meta(META)
    try:
        return msgspec.json.decode(told or b"", type=Note)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalDamaged(f"{path} is no snapshot.") from error
