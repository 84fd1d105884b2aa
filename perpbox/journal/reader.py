"""Reading a journal's file: its head, its lines and its snapshots, each checked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeGuard
from zlib import crc32

from perpbox.journal import file
from perpbox.journal.errors import JournalDamaged, JournalInUse, JournalUnreachable
from perpbox.journal.journal import Head
from perpbox.journal.lock import FileLock

LINES_AT_ONCE: Final = 1_000


class Reader:
    """One connection that several threads may ask; each sees all that is committed by then."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._turn = Lock()

    def rows(
        self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        """All that the statement selects."""
        with file.damage_told(self._path), self._turn:
            return self._connection.execute(statement, parameters).fetchall()

    def close(self) -> None:
        with self._turn:
            self._connection.close()

    def copy_to(self, connection: sqlite3.Connection) -> None:
        """All that is committed by now."""
        with self._turn:
            self._connection.backup(connection)

    def meta(self, name: str) -> bytes | None:
        """What the file says of itself by this name, if it does."""
        for value, checksum in self.rows(
            "SELECT value, checksum FROM meta WHERE name = ?", (name,)
        ):
            return self._checked(f"its {name}", value, checksum)
        return None

    def head(self) -> Head:
        """What the journal was made with."""
        values = {
            name: self._checked(f"its {name}", value, checksum)
            for name, value, checksum in self.rows("SELECT name, value, checksum FROM meta")
        }
        try:
            return Head(values["catalogue"], int(values["shard"]), int(values["created"]))
        except (KeyError, ValueError) as error:
            raise JournalDamaged(f"{self._path} is damaged: its head is not whole.") from error

    def last_sequence(self) -> int:
        ((last,),) = self.rows("SELECT coalesce(max(sequence), 0) FROM turns")
        return int(last)

    def lines(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        """The lines numbered above `after`, as they were written."""
        while rows := self.rows(
            "SELECT sequence, line, checksum FROM turns WHERE sequence > ?"
            " ORDER BY sequence LIMIT ?",
            (after, LINES_AT_ONCE),
        ):
            for sequence, line, checksum in rows:
                yield sequence, self._checked(f"line {sequence}", line, checksum)
            after = rows[-1][0]

    def first_sequence(self) -> int:
        """Number of the oldest line that is kept; zero without one."""
        ((first,),) = self.rows("SELECT coalesce(min(sequence), 0) FROM turns")
        return int(first)

    def last_snapshot(self, version: str) -> int:
        """Number of the last turn that a snapshot of this version holds; zero without one."""
        ((last,),) = self.rows(
            "SELECT coalesce(max(sequence), 0) FROM snapshots WHERE version = ?", (version,)
        )
        return int(last)

    def snapshots(self, version: str | None) -> Iterator[tuple[int, bytes]]:
        """The states that a version dumped, or any, newest first; a damaged one is passed over."""
        for (sequence,) in self.rows(
            "SELECT sequence FROM snapshots WHERE version = coalesce(?, version)"
            " ORDER BY sequence DESC",
            (version,),
        ):
            for state, checksum in self.rows(
                "SELECT state, checksum FROM snapshots WHERE sequence = ?", (sequence,)
            ):
                if is_whole(state, checksum):
                    yield sequence, state

    def _checked(self, what: str, value: object, checksum: int) -> bytes:
        if not is_whole(value, checksum):
            raise JournalDamaged(f"{self._path} is damaged: {what} is not what was written.")
        return value


def is_whole(value: object, checksum: int) -> TypeGuard[bytes]:
    """Whether these are the bytes that the checksum was taken of."""
    return isinstance(value, bytes) and crc32(value) == checksum


def require_sound(path: Path) -> None:
    """SQLite can read the file; every page of it if its last writer did not get to close it.

    Leaves the file as it is. The caller holds the lock.
    """
    with closing(file.open_to_read(path, at_rest=True)) as connection:
        with file.damage_told(path):
            file.require_marks_within(path, connection)
        reader = Reader(path, connection)
        reader.head()
        reader.last_sequence()
        if file.has_log(path):
            ((verdict,),) = reader.rows("PRAGMA quick_check(1)")
            if verdict != "ok":
                raise JournalDamaged(f"{path} is damaged: {verdict}.")


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """A reader of a journal, whether or not a venue has it open."""
    path = file.place_of(path)
    if not path.exists():
        raise JournalUnreachable(f"There is no journal at {path}.")
    lock: FileLock | None = None
    at_rest = True
    try:
        lock = FileLock(path)
    except JournalInUse:
        at_rest = False
    except JournalUnreachable:
        # Where this user cannot even write a lock file, the journal is an archive.
        pass
    try:
        if at_rest:
            file.require_journal(path)
        with closing(file.open_to_read(path, at_rest=at_rest)) as connection:
            with file.damage_told(path):
                file.require_marks_within(path, connection)
            yield Reader(path, connection)
    finally:
        if lock is not None:
            lock.release()
