"""From settings to a venue as its journal left it, or a new one."""

from __future__ import annotations

from typing import Final

from perpbox.engine.commands import OpenVenue
from perpbox.engine.state import State
from perpbox.feed.clock import ClockMode, VenueClock, iso
from perpbox.instrument import to_json
from perpbox.journal import (
    Journal,
    JournalError,
    KeyStore,
    open_journal,
    recover,
    snapshot_when_due,
)
from perpbox.server.catalogue import load_catalogue
from perpbox.server.settings import MEMORY, Settings, Unusable, require_usable
from perpbox.venue import Venue

KINDS: Final = {True: "memory", False: "sqlite"}


class Parts:
    """The venue and what it stands on."""

    def __init__(self, settings: Settings, journal: Journal, state: State, sequence: int) -> None:
        self.journal = journal
        self.kind = KINDS[settings.data == MEMORY]
        self.clock = _clock(settings, state)
        self.venue = Venue(state, sequence, journal, self.clock)
        seed = None if settings.seed is None else str(settings.seed)
        self.keys = KeyStore(journal.keys, seed)
        if sequence == 0:
            self.venue.submit(OpenVenue())
            journal.flush()
            self.venue.note_durable(journal.durable_sequence)

    def keep_snapshot(self, *, closing: bool = False) -> None:
        """Dump the state if enough has happened to make the next start much shorter."""
        venue, journal = self.venue, self.journal
        if venue.failure is None and journal.failure is None:
            snapshot_when_due(journal, venue.state, venue.sequence, closing=closing)

    def close(self) -> None:
        """Write what is left."""
        try:
            self.keep_snapshot(closing=True)
        finally:
            self.journal.close()


def compose(settings: Settings) -> Parts:
    """Open the journal and recover the venue. Raises `Unusable` with a sentence."""
    require_usable(settings)
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
        return Parts(settings, journal, recovered.state, recovered.sequence)
    except JournalError as error:
        journal.close()
        raise Unusable(str(error)) from error
    except BaseException:
        journal.close()
        raise


def _clock(settings: Settings, state: State) -> VenueClock:
    """A clock that stands no earlier than the journal's last turn."""
    if settings.start is not None and settings.start < state.now:
        raise Unusable(
            f"--start {iso(settings.start)} lies before the journal's last turn, "
            f"{iso(state.now)}: a venue's time does not go back."
        )
    clock = VenueClock(ClockMode(settings.clock), settings.start)
    clock.set(state.now)
    return clock
