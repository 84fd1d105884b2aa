"""From a journal back to the state: the newest good snapshot, and the events after it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from perpbox.engine.line import Line
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State
from perpbox.engine.turn import Witness, happen
from perpbox.instrument import Catalogue, from_json
from perpbox.journal.errors import JournalDamaged
from perpbox.journal.journal import Journal


class Recovered(Struct, frozen=True):
    """The state that the journal's last line left, and how it was reached."""

    state: State
    sequence: int
    """Number of the last line."""
    snapshot_sequence: int
    """Number of the line after which the state was dumped that this began with; 0: none was."""


def recover(journal: Journal) -> Recovered:
    """The state after the last durable line, with the catalogue that the journal was made with."""
    catalogue = from_json(journal.head.catalogue_json)
    state, start = _newest(journal, catalogue)
    sequence = start
    for line in journal.lines(start):
        replay(state, line)
        sequence = line.sequence
    if sequence != journal.durable_sequence:
        # Lines are gone of which a snapshot knows.
        raise JournalDamaged(f"Line {journal.durable_sequence + 1} of the journal is missing.")
    return Recovered(state, sequence, start)


def snapshot_when_due(
    journal: Journal, state: State, sequence: int, *, closing: bool = False
) -> None:
    """Dump the state, as turn `sequence` left it, if the journal could do with a snapshot.

    Called on the thread that changes the state, which stands still meanwhile; the journal
    writes it in its own time.
    """
    if journal.snapshot_due(closing=closing):
        journal.snapshot(sequence, dump(state))


def replay(state: State, line: Line, witness: Witness | None = None) -> None:
    """Let a line's events happen again; what followed from them is among them."""
    try:
        for event in line.events:
            happen(state, event, line.time, witness)
    except LookupError as error:
        raise JournalDamaged(
            f"Line {line.sequence} of the journal does not follow from the lines before it."
        ) from error
    state.stirred.forget()


def _newest(journal: Journal, catalogue: Catalogue) -> tuple[State, int]:
    for sequence, data in journal.snapshots():
        try:
            return load(data, catalogue), sequence
        except (msgspec.DecodeError, LookupError, ValueError):
            # Dumped by this version while its state had another shape: the lines know all.
            continue
    if journal.first_sequence > 1:
        # What an earlier version dumped may be all that is left of the lines before.
        kept = reversed(list(journal.snapshots(of_any_version=True)))
        sequence, state = oldest(journal.first_sequence, catalogue, kept)
        return state, sequence
    return State(catalogue, journal.head.shard), 0


def oldest(
    first: int, catalogue: Catalogue, snapshots: Iterable[tuple[int, bytes]]
) -> tuple[int, State]:
    """The first of these states that the lines from `first` on lead away from, and its number."""
    for sequence, data in snapshots:
        if sequence >= first - 1:
            try:
                return sequence, load(data, catalogue)
            except (msgspec.DecodeError, LookupError, ValueError):
                continue
    raise JournalDamaged(f"Line {first - 1} of the journal is missing, and a state after it.")
