"""What stands on a venue while it is served: its doors, its timers, the market outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from perpbox.control.desk import Branches, Facts
from perpbox.server.beat import Beat
from perpbox.server.compose import Parts
from perpbox.server.doors import Doors
from perpbox.server.log import Log
from perpbox.server.outside import Outside
from perpbox.server.pacing import Pacer
from perpbox.server.settings import Settings


class Stage:
    """Made for one venue; where another takes its place, all of this is made anew."""

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        facts: Facts,
        branches: Branches,
        log: Log,
        fail: Callable[[str, BaseException], None],
        note_failure: Callable[[BaseException, str, str], None],
    ) -> None:
        self.parts = parts
        self._fail = fail
        self._loop = loop = asyncio.get_running_loop()
        self.doors = Doors(parts, facts, settings, branches, loop.call_soon, loop.call_later)
        self.hub = self.doors.hub
        self.hub.on_failure = lambda error: note_failure(error, "STREAM", "")
        self._pacer = Pacer(self.hub, loop)
        self.beat = Beat(parts, self.hub, loop, partial(fail, "timer failed"))
        self.outside = Outside(settings, parts, log, fail)

    def follow_journal(self) -> None:
        """Be told what is durable, and what fails."""
        venue, journal = self.parts.venue, self.parts.journal
        journal.on_durable = lambda sequence: self._soon(lambda: venue.note_durable(sequence))
        journal.on_failure = lambda error: self._soon(lambda: self._fail("journal failed", error))
        venue.on_failure = lambda error: self._fail("venue failed", error)

    def stop(self) -> None:
        """Let time do nothing any more."""
        self._pacer.stop()
        self.beat.stop()

    def retire(self) -> None:
        """Let go of what refers back to this: then it goes at once, and no collection looks for it.

        Measured: collections cost as much as the restores between them.
        """
        venue, journal = self.parts.venue, self.parts.journal
        venue.listeners.clear()
        venue.witness = None
        venue.on_failure = venue.on_feed_end = None
        venue.follow(None)
        journal.on_durable = journal.on_failure = None
        self.doors.retire()

    def _soon(self, act: Callable[[], None]) -> None:
        """From the journal's thread to this one."""
        self._loop.call_soon_threadsafe(act)
