"""The journal's file: made whole or not at all, and looked at before anything writes to it."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final
from zlib import crc32

from perpbox.journal.errors import (
    JournalDamaged,
    JournalTooNew,
    JournalUnreachable,
    NotAJournal,
)
from perpbox.journal.journal import Head
from perpbox.journal.schema import ADDED, APPLICATION_ID, CANDLES_SINCE, FORMAT, TABLES
from perpbox.journal.upgrade import derive_candles

MAGIC: Final = b"SQLite format 3\0"
HEADER_SIZE: Final = 100
CACHE_KIB: Final = 32 * 1024


def place_of(path: Path) -> Path:
    """The path without links; there can be a journal, as far as the folder and the file tell."""
    try:
        place = path.resolve()
        # Links are gone from the path by now, but for those that only lead to one another.
        circle = place.is_symlink()
        folder = place.parent.is_dir()
        mode = place.stat().st_mode if place.exists() else None
    except (OSError, RuntimeError, ValueError) as error:
        # The latter two are for links in a circle, in some versions, and for what is no path.
        raise JournalUnreachable(f"{path} cannot be opened: {error}.") from error
    if circle:
        raise JournalUnreachable(f"{path} cannot be opened: its links lead nowhere.")
    if not folder:
        raise JournalUnreachable(f"{path} cannot be opened: there is no folder {place.parent}.")
    if mode is not None:
        _require_file(place, mode)
    return place


def _require_file(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise JournalUnreachable(f"{path} is a folder; a journal is a file.")
    if not stat.S_ISREG(mode):
        raise JournalUnreachable(f"{path} is no ordinary file.")
    if not os.access(path, os.R_OK):
        raise JournalUnreachable(f"{path} may not be read by this user.")


def require_writable(path: Path) -> None:
    """This user may write the file, and the files that SQLite keeps beside it."""
    for each in (path, path.parent):
        if not os.access(each, os.W_OK):
            raise JournalUnreachable(f"{path} cannot be opened: {each} may not be written.")


def require_journal(path: Path) -> None:
    """The file is a whole journal of a format known here. Only reads, and only the header.

    The caller holds the lock: to open and close a file that SQLite has open elsewhere in the
    process would undo SQLite's own locks.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_SIZE)
        size = path.stat().st_size
    except OSError as error:
        raise JournalUnreachable(f"{path} cannot be read: {error.strerror}.") from error
    if not size:
        raise NotAJournal(f"{path} is empty. Remove it to start a new journal there.")
    if not header.startswith(MAGIC[: len(header)]):
        raise NotAJournal(f"{path} is not a journal.")
    if len(header) < HEADER_SIZE:
        raise JournalDamaged(f"{path} is cut short: only {len(header)} bytes of it are there.")
    require_marks(path, _integer(header, 68, 4), _integer(header, 60, 4))
    # With a write-ahead log the file may rightly lag behind; SQLite then checks the two together.
    page_size = _integer(header, 16, 2)
    expected = _integer(header, 28, 4) * (page_size if page_size > 1 else 65_536)
    if size < expected and not has_log(path):
        raise JournalDamaged(f"{path} is cut short: {size} of its {expected} bytes are there.")


def require_marks(path: Path, application_id: int, version: int) -> None:
    """The marks in the header are a journal's, of a format known here."""
    if application_id != APPLICATION_ID or version < 1:
        raise NotAJournal(f"{path} is an SQLite database of something else, not a journal.")
    if version > FORMAT:
        raise JournalTooNew(
            f"{path} was written by a later version of perpbox: its format is {version},"
            f" and this version reads formats up to {FORMAT}."
        )


def require_no_log(path: Path) -> None:
    """No log of a journal that is gone: SQLite would play it into the new one."""
    if has_log(path):
        raise JournalDamaged(
            f"{path} is gone, but {path.name}-wal, the newest part of it, still lies there. Put "
            "the file back; or remove the log too, to start a new journal."
        )


def has_log(path: Path) -> bool:
    """Whether a write-ahead log lies beside the file: it is open, or was not closed."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _integer(header: bytes, offset: int, size: int) -> int:
    return int.from_bytes(header[offset : offset + size], "big")


# Opening


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Any complaint of SQLite's while reading tells that the file is not as it was written."""
    try:
        yield
    except sqlite3.ProgrammingError:
        # A mistake of the caller's, such as to ask after closing.
        raise
    except sqlite3.Error as error:
        raise JournalDamaged(f"{path} cannot be read: {error}.") from error


def open_to_read(path: Path, *, at_rest: bool) -> sqlite3.Connection:
    """A connection that cannot write; `at_rest` promises that nobody else does meanwhile.

    A file at rest without a log is opened so that not even an index of the log appears beside it.
    """
    unchanging = "&immutable=1" if at_rest and not has_log(path) else ""
    with damage_told(path):
        return sqlite3.connect(
            f"{path.as_uri()}?mode=ro{unchanging}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )


def require_marks_within(path: Path, connection: sqlite3.Connection) -> None:
    """As `require_marks`, as SQLite tells them: with what the log has to say."""
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    require_marks(path, application_id, version)


def open_to_write(path: Path) -> sqlite3.Connection:
    """The connection of the one writer: what it commits is on the disk."""
    connection = _connect(path)
    try:
        # The store moves the log into the file after it has told what is durable, not before.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        _upgrade(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on the disk."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise JournalUnreachable(f"{path} lies where no write-ahead log can be kept.")
        connection.execute("PRAGMA synchronous = FULL")
        # Where a plain sync does not reach the disk, ask for the one that does.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _upgrade(connection: sqlite3.Connection) -> None:
    """Give a file of an older format what it lacks, all or nothing."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == FORMAT:
        return
    connection.execute("BEGIN IMMEDIATE")
    for added in range(version + 1, FORMAT + 1):
        for statement in ADDED[added].split(";"):
            connection.execute(statement)
    if version < CANDLES_SINCE:
        derive_candles(connection)
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


# Making


def create(path: Path, head: Head, version: str) -> None:
    """Make an empty journal. It appears at its path complete, however the process ends."""
    make(path, lambda connection: _write_head(connection, head, version))


def make(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Make a database that appears at its path complete, in place of what was there, or not."""
    draft = path.with_name(path.name + ".new")
    try:
        draft.unlink(missing_ok=True)
        # Keys and their secrets will be in it.
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            # Nothing can be torn yet: it is brought to the disk as a whole before it is renamed.
            connection.execute("PRAGMA synchronous = OFF")
            fill(connection)
        _sync(draft)
        draft.rename(path)
        _sync(path.parent)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            draft.unlink()
        raise JournalUnreachable(f"{path} cannot be made: {error}.") from error


def replace(path: Path, copy: Path) -> None:
    """Let a journal become what a copy of one is, in one transaction.

    The caller holds the journal's lock and has no connection to it; others may read it.
    """
    with (
        damage_told(copy),
        closing(open_to_read(copy, at_rest=True)) as source,
        closing(_connect(path)) as target,
    ):
        source.backup(target)


def _write_head(connection: sqlite3.Connection, head: Head, version: str) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.executescript(TABLES)
    for added in ADDED.values():
        connection.executescript(added)
    values = {
        "catalogue": head.catalogue_json,
        "shard": str(head.shard).encode(),
        "created": str(head.created).encode(),
        "version": version.encode(),
    }
    connection.executemany(
        "INSERT INTO meta (name, value, checksum) VALUES (?, ?, ?)",
        [(name, value, crc32(value)) for name, value in values.items()],
    )
    connection.execute("PRAGMA journal_mode = WAL")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
