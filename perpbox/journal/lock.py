"""One holder per journal: a lock file beside it, held for as long as the journal is open."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from perpbox.journal.errors import JournalInUse, JournalUnreachable


class FileLock:
    """An exclusive lock on `path`, against every other process and every other part of this one.

    It lies on a file of its own: on some systems a lock of this kind on the database itself
    collides with SQLite's. The system lets go of it when the process ends, however it ends.
    """

    __slots__ = ("_descriptor", "_path")

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._descriptor = self._acquire(path)
        os.truncate(self._descriptor, 0)
        os.write(self._descriptor, str(os.getpid()).encode())

    def _acquire(self, path: Path) -> int:
        while True:
            descriptor = self._open(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = os.read(descriptor, 20).decode(errors="replace")
                os.close(descriptor)
                by_whom = f" by process {holder}" if holder else ""
                raise JournalInUse(f"{path} is in use{by_whom}.") from error
            if self._is_current(descriptor):
                return descriptor
            # Its last holder removed it after it was opened here; there may be a new one by now.
            os.close(descriptor)

    def _open(self, path: Path) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalUnreachable(
                f"{path} cannot be locked: {self._path.name} cannot be written beside it"
                f" ({error.strerror})."
            ) from error

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Let go; the lock file goes too."""
        try:
            self._path.unlink(missing_ok=True)
        finally:
            os.close(self._descriptor)
