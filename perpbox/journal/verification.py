"""Handling every journaled command once more: would the same happen today?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from perpbox.engine.commands import Command
from perpbox.engine.events import Event
from perpbox.engine.handle import handle
from perpbox.engine.line import Line
from perpbox.engine.rejects import Rejected
from perpbox.engine.snapshot import dump
from perpbox.engine.state import State
from perpbox.instrument import from_json
from perpbox.journal.journal import Head, Journal, follow, read_line
from perpbox.journal.reader import reading
from perpbox.journal.recovery import oldest, replay

TURNS_PER_NOTE: Final = 1_000


class Start(NamedTuple):
    """The state after line `sequence`, twice: handled on, and replayed on."""

    sequence: int
    handled: State
    replayed: State


class Difference(Struct, frozen=True):
    """A turn that would end otherwise today."""

    sequence: int
    command: Command
    expected: list[Event]
    """As journaled."""
    got: list[Event]
    refusal: str
    """Why the command would be refused, by the name of the reject; empty if it would not be."""


class Report(Struct, frozen=True):
    """What verifying a journal has shown."""

    turns: int
    difference: Difference | None
    """The first; what follows it was not handled again, for it would begin from another state."""
    state_differs: bool
    """Every turn had the events that were journaled, yet they do not lead to the same state."""
    journal_digest: str
    """SHA-256 over sequence, time, command and events: each line as written, and a line feed."""
    state_digest: str
    """SHA-256 of the state that the journaled events lead to, as a snapshot would hold it."""

    @property
    def holds(self) -> bool:
        return self.difference is None and not self.state_differs


def verify(path: Path, progress: Callable[[int, int], None] | None = None) -> Report:
    """Verify the journal at a path; a running venue may go on writing to it meanwhile.

    Changes nothing. `progress` is called now and then with the turns done and all turns.
    Raises a `JournalError`.
    """
    with reading(path) as reader:
        total = reader.last_sequence()

        def note(done: int) -> None:
            if progress is not None:
                progress(done, total)

        first = reader.first_sequence()
        snapshots = reversed(list(reader.snapshots(None)))
        start = begin(reader.head(), first, snapshots)
        return verify_lines(start, follow(reader.lines(start.sequence), start.sequence), note)


def verify_journal(journal: Journal) -> Report:
    """Verify the durable lines of a journal that is open here."""
    snapshots = reversed(list(journal.snapshots(of_any_version=True)))
    start = begin(journal.head, journal.first_sequence, snapshots)
    return verify_lines(start, journal.encoded_lines(start.sequence))


def begin(head: Head, first: int, snapshots: Iterable[tuple[int, bytes]]) -> Start:
    """An empty state; where the first lines were given up, the oldest one that was dumped."""
    catalogue = from_json(head.catalogue_json)
    if first <= 1:
        return Start(0, State(catalogue, head.shard), State(catalogue, head.shard))
    kept = list(snapshots)
    sequence, handled = oldest(first, catalogue, kept)
    return Start(sequence, handled, oldest(first, catalogue, kept)[1])


def verify_lines(
    start: Start, rows: Iterable[tuple[int, bytes]], note: Callable[[int], None] | None = None
) -> Report:
    """Handle the lines' commands again, from where the journal begins."""
    handled, replayed = start.handled, start.replayed
    difference: Difference | None = None
    digest = sha256()
    turns = 0
    for sequence, data in rows:
        line = read_line(sequence, data)
        digest.update(data + b"\n")
        if difference is None:
            difference = compare(handled, line)
        replay(replayed, line)
        turns += 1
        if note is not None and turns % TURNS_PER_NOTE == 0:
            note(turns)
    dumped = dump(replayed)
    return Report(
        turns,
        difference,
        state_differs=difference is None and dump(handled) != dumped,
        journal_digest=digest.hexdigest(),
        state_digest=sha256(dumped).hexdigest(),
    )


def compare(state: State, line: Line) -> Difference | None:
    """Handle the line's command; None if the same happens."""
    got: Sequence[Event] = []
    refusal = ""
    try:
        got = handle(state, line.command, line.time).events
    except Rejected as rejected:
        refusal = rejected.reject.name
    if list(got) == line.events and not refusal:
        return None
    return Difference(line.sequence, line.command, line.events, list(got), refusal)
