"""From settings to a venue as its journal left it, or a new one."""

from __future__ import annotations

from typing import Final

from perpbox.engine.commands import OpenVenue
from perpbox.engine.state import State
from perpbox.feed.clock import REAL, ClockMode, Pace, VenueClock, parse_pace
from perpbox.feed.recorded import Progress, RecordedFeed
from perpbox.instrument import to_json
from perpbox.journal import (
    Journal,
    JournalError,
    KeyStore,
    Note,
    open_journal,
    recover,
    snapshot_when_due,
)
from perpbox.server.catalogue import load_catalogue
from perpbox.server.feeds import open_feed, require_feed
from perpbox.server.recording import open_recording
from perpbox.server.settings import MEMORY, Settings, Unusable, moment, require_usable
from perpbox.tape import Tape
from perpbox.venue import Venue

KINDS: Final = {True: "memory", False: "sqlite"}


class Parts:
    """The venue and what it stands on."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        state: State,
        sequence: int,
        recording: RecordedFeed | None = None,
        clock: VenueClock | None = None,
    ) -> None:
        self.journal = journal
        self.retention = settings.retention()
        self.kind = KINDS[settings.data == MEMORY]
        self.clock = clock or _clock(settings, state, sequence, recording)
        self.venue = Venue(state, sequence, journal, self.clock)
        seed = None if settings.key_seed is None else str(settings.key_seed)
        self.keys = KeyStore(journal.keys, seed)
        if sequence == 0:
            self.venue.submit(OpenVenue())
            journal.flush()
            self.venue.note_durable(journal.durable_sequence)
        self.venue.follow(recording or open_feed(settings, self.venue.state))

    def tape(self) -> Tape:
        """A tape that follows the venue; what was before this start comes from the history."""
        tape = Tape(self.journal)
        self.venue.listeners.append(tape.note)
        return tape

    @property
    def is_sound(self) -> bool:
        """Whether the venue may take a turn more."""
        return self.venue.failure is None and self.journal.failure is None

    def keep_snapshot(self, *, closing: bool = False) -> None:
        """Dump the state if enough has happened to make the next start much shorter."""
        if self.is_sound:
            snapshot_when_due(self.journal, self.venue.state, self.venue.sequence, closing=closing)

    def give_up(self) -> None:
        """Forget some of what is too old."""
        if self.journal.failure is None:
            self.journal.give_up(self.retention, self.venue.now())

    def close(self) -> None:
        """Write what is left."""
        try:
            self.keep_snapshot(closing=True)
        finally:
            self.journal.close()


def compose(settings: Settings, progress: Progress | None = None) -> Parts:
    """Open the journal and recover the venue. Raises `Unusable` with a sentence.

    `progress` is told of a recorded market how much is read.
    """
    require_usable(settings)
    require_feed(settings)
    catalogue_json = to_json(load_catalogue(settings.catalogue))
    try:
        journal = open_journal(settings.data, catalogue_json)
    except JournalError as error:
        raise Unusable(str(error)) from error
    try:
        if settings.catalogue and journal.head.catalogue_json != catalogue_json:
            raise Unusable(
                f"{settings.data} was made with another catalogue, which it keeps; leave out "
                "--catalogue, or begin a new journal."
            )
        recovered = recover(journal)
        state, sequence = recovered.state, recovered.sequence
        recording = open_recording(settings, state, sequence, progress)
        return Parts(settings, journal, state, sequence, recording)
    except JournalError as error:
        journal.close()
        raise Unusable(str(error)) from error
    except BaseException:
        journal.close()
        raise


def recompose(settings: Settings, journal: Journal, note: Note) -> Parts:
    """The venue as a copy of its journal left it, and its clock as it stood and went then.

    [dec] A clock that showed the machine's own time does so still: what has fallen due since then
    falls due at once. Any other one goes back. Raises `Unusable`, and a `JournalError`.
    """
    recovered = recover(journal)
    state, sequence = recovered.state, recovered.sequence
    recording = open_recording(settings, state, sequence)
    clock = VenueClock(
        Pace(ClockMode(note.mode), note.speed),
        None if note.is_true else note.time,
        catches_up=recording is None,
    )
    return Parts(settings, journal, state, sequence, recording, clock)


def _clock(
    settings: Settings, state: State, sequence: int, recording: RecordedFeed | None
) -> VenueClock:
    """A clock that stands no earlier than the journal's last turn.

    [dec] A start that lies before it is no error: the same settings must be able to start a venue
    again. Only a real clock, of a market that is not recorded, has another source than the journal
    for how late it is now.
    """
    pace, start = parse_pace(settings.clock), moment("--start", settings.start)
    if start is None and sequence and (recording or pace is not REAL):
        start = state.now
    if start is None and recording:
        start = recording.first_time
    clock = VenueClock(pace, start, catches_up=recording is None)
    clock.set(state.now)
    return clock
