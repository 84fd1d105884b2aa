"""A journal in one SQLite file, durable line by line through group commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from perpbox import __version__
from perpbox.engine.line import Line
from perpbox.journal import file
from perpbox.journal.appender import Appender
from perpbox.journal.errors import JournalError
from perpbox.journal.journal import Journal, follow
from perpbox.journal.lock import FileLock
from perpbox.journal.reader import Reader
from perpbox.journal.retention import Sweeper
from perpbox.journal.sqlite_history import SqliteHistory
from perpbox.journal.sqlite_keys import SqliteKeys, SqliteListenKeys
from perpbox.journal.store import Store, Work, snapshot_of


class SqliteJournal(Journal):
    """Holds the file's lock, a thread that writes, and a connection that reads."""

    def __init__(self, path: Path, lock: FileLock, connection: sqlite3.Connection) -> None:
        self._path = path
        self._lock = lock
        self._reader = Reader(path, file.open_to_read(path, at_rest=False))
        try:
            super().__init__(self._reader.head(), self._reader.last_sequence())
            self.snapshot_sequence = self._reader.last_snapshot(__version__)
        except BaseException:
            self._reader.close()
            raise
        self._history = SqliteHistory(self._reader)
        with file.damage_told(path):
            self._store = Store(connection)
        self._appender = Appender(self._store, self.last_sequence, self._tell, self._give_up)
        self._keys = SqliteKeys(self._reader, self._appender)
        self._listen_keys = SqliteListenKeys(self._reader, self._appender)
        self._closed = False
        self._sweep = Sweeper(self._appender.ask)

    @property
    def durable_sequence(self) -> int:
        return self._appender.durable_sequence

    @property
    def failure(self) -> JournalError | None:
        return self._appender.failure

    @property
    def history(self) -> SqliteHistory:
        return self._history

    @property
    def keys(self) -> SqliteKeys:
        return self._keys

    @property
    def listen_keys(self) -> SqliteListenKeys:
        return self._listen_keys

    def append(self, line: Line) -> None:
        self._follow(line)
        self._appender.append(line)

    def flush(self) -> None:
        self._appender.wait()

    def encoded_lines(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        return follow(self._reader.lines(after), after)

    @property
    def first_sequence(self) -> int:
        return self._reader.first_sequence()

    def snapshots(self, *, of_any_version: bool = False) -> Iterator[tuple[int, bytes]]:
        return self._reader.snapshots(None if of_any_version else __version__)

    def snapshot(self, sequence: int, state: bytes) -> None:
        if not 0 < sequence <= self.last_sequence:
            raise ValueError(f"there is no turn {sequence} to have left a state")
        self._appender.ask(snapshot_of(sequence, state, __version__))
        self.snapshot_sequence = sequence

    def copy_to(self, path: Path, more: Work) -> None:
        """Make a copy at a path, of all that is appended by now and of what `more` adds."""
        self.flush()

        def fill(connection: sqlite3.Connection) -> None:
            self._reader.copy_to(connection)
            more(connection)

        file.make(path, fill)

    def replaced(self, copy: Path) -> SqliteJournal:
        """The journal that a copy is, in this file from now on; this one is closed.

        The lock stays, and nothing of the file is lost before all of the copy is in it.
        """
        self._let_go()
        try:
            file.replace(self._path, copy)
            return SqliteJournal(self._path, self._lock, file.open_to_write(self._path))
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        if self._closed:
            return
        try:
            self._let_go()
        finally:
            self._lock.release()

    def _let_go(self) -> None:
        """Write what is left and close the file; the lock stays."""
        self._closed = True
        self._appender.stop()
        self._reader.close()
        self._store.close()

    def _tell(self, sequence: int) -> None:
        if self.on_durable is not None:
            self.on_durable(sequence)

    def _give_up(self, failure: JournalError) -> None:
        if self.on_failure is not None:
            self.on_failure(failure)
