"""What every journal does, wherever it keeps its lines: append, read, snapshot, close."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Final, Self

import msgspec
from msgspec import Struct

from perpbox.engine.line import Line, decode
from perpbox.journal.errors import JournalDamaged, JournalError
from perpbox.journal.history import History
from perpbox.journal.keys import KeyTable
from perpbox.journal.listen_keys import ListenKeyTable
from perpbox.journal.retention import Retention
from perpbox.money import Millis

SNAPSHOT_EVERY: Final = 50_000
"""So many turns after a snapshot the next one is due."""
SNAPSHOT_AT_CLOSE: Final = 1_000
"""So many turns since the last snapshot make one worth while before closing."""


class Head(Struct, frozen=True):
    """What a journal was made with, the same for its whole life."""

    catalogue_json: bytes
    shard: int
    created: Millis


class Journal(ABC):
    """The lines of one venue in order, number 1 first, and what can be looked up in them.

    One thread appends. A line may be told to anybody once `durable_sequence` has reached it.
    """

    _sweep: Callable[[Retention, Millis], None]

    def __init__(self, head: Head, last_sequence: int) -> None:
        self.head = head
        self.last_sequence = last_sequence
        """Number of the last line appended, durable or not."""
        self.snapshot_sequence = 0
        """Number of the last turn in the newest snapshot; zero without one."""
        self.on_durable: Callable[[int], None] | None = None
        """Called with the sequence that has become durable, on a thread of the journal's own.

        A journal whose `append` returns durable never calls it.
        """
        self.on_failure: Callable[[JournalError], None] | None = None
        """Called once if writing fails, on a thread of the journal's own."""

    @property
    @abstractmethod
    def durable_sequence(self) -> int:
        """Number of the last line that outlives the process."""

    @property
    def failure(self) -> JournalError | None:
        """Why nothing is written any more, if so."""
        return None

    @property
    @abstractmethod
    def history(self) -> History: ...

    @property
    @abstractmethod
    def keys(self) -> KeyTable:
        """Where the keys lie; `KeyStore` is how to use them."""

    @property
    @abstractmethod
    def listen_keys(self) -> ListenKeyTable: ...

    @abstractmethod
    def append(self, line: Line) -> None:
        """Take the next line and return at once. Raises `JournalFailed` after a failure."""

    @abstractmethod
    def flush(self) -> None:
        """Return when every line appended is durable; raise `JournalFailed` if that fails."""

    @abstractmethod
    def encoded_lines(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        """The durable lines that follow number `after`, each with its number and as written.

        Raises `JournalDamaged` at one that is not what was written, or that is not there.
        """

    @property
    @abstractmethod
    def first_sequence(self) -> int:
        """Number of the oldest line that is kept; zero without one."""

    @abstractmethod
    def snapshots(self, *, of_any_version: bool = False) -> Iterator[tuple[int, bytes]]:
        """Dumped states, newest first, each with the number of its last turn.

        Only those that are still what was written, and that this version of the program made
        unless any will do.
        """

    @abstractmethod
    def snapshot(self, sequence: int, state: bytes) -> None:
        """Keep the dumped state, as turn `sequence` left it; returns at once."""

    def give_up(self, retention: Retention, now: Millis) -> None:
        """Forget some of what is too old; returns at once. Called again and again."""
        if not retention.is_endless:
            self._sweep(retention, now)

    @abstractmethod
    def close(self) -> None:
        """Write what is left and let go of the file. A second call does nothing."""

    def lines(self, after: int = 0) -> Iterator[Line]:
        """The durable lines that follow number `after`."""
        for sequence, data in self.encoded_lines(after):
            yield read_line(sequence, data)

    def snapshot_due(self, *, closing: bool = False) -> bool:
        """Whether enough has happened since the last snapshot for another one."""
        enough = SNAPSHOT_AT_CLOSE if closing else SNAPSHOT_EVERY
        return self.last_sequence - self.snapshot_sequence >= enough

    def _follow(self, line: Line) -> None:
        """Count the line as the last one; it must be the next."""
        if line.sequence != self.last_sequence + 1:
            raise ValueError(f"line {line.sequence} does not follow line {self.last_sequence}")
        self.last_sequence = line.sequence

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def read_line(sequence: int, data: bytes) -> Line:
    """The line with this number; `JournalDamaged` if the bytes are another one or none."""
    try:
        line = decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalDamaged(f"Line {sequence} of the journal cannot be read: {error}.") from error
    if line.sequence != sequence:
        raise JournalDamaged(f"Line {sequence} of the journal calls itself {line.sequence}.")
    return line


def follow(rows: Iterator[tuple[int, bytes]], after: int) -> Iterator[tuple[int, bytes]]:
    """The rows, as long as they are numbered one by one from `after` on."""
    due = after + 1
    for sequence, data in rows:
        if sequence != due:
            raise JournalDamaged(f"Line {due} of the journal is missing.")
        due += 1
        yield sequence, data
