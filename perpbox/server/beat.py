"""The beat: what falls due is done at its time, whatever the pace of the venue's clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, Protocol

from perpbox.api.streams.hub import Hub
from perpbox.engine.commands import MoveClock
from perpbox.engine.line import Line
from perpbox.feed.clock import LATEST, ClockMode
from perpbox.money import Millis
from perpbox.server.compose import Parts

MILLIS: Final = 1000
IDLE: Final = 1.0
"""Seconds between two looks at what has fallen due, where nothing is near."""
STEP: Final = 0.05
"""The same of an accelerated clock, which goes far in a second."""
LAG: Final[Millis] = 200
"""How much of the machine's time an accelerated clock may run ahead of what is done."""
SLICE: Final = 0.005
"""Seconds that a clock as fast as its feed goes on before requests have their turn."""
BACKLOG: Final = 5000
"""Turns not yet durable, beyond which a clock that could wait waits for the journal."""
WAIT: Final = 0.01


class Timers(Protocol):
    """What is needed of an event loop."""

    def time(self) -> float: ...

    def call_soon(self, callback: Callable[[], None], /) -> asyncio.Handle: ...

    def call_later(self, delay: float, callback: Callable[[], None], /) -> asyncio.Handle: ...


class Beat:
    """Looks, does and looks again; on the event loop's thread.

    [dec] A venue that cannot keep up with an accelerated clock holds the clock up: otherwise each
    look would find more to be done than the one before, and no request would be answered.
    """

    def __init__(
        self,
        parts: Parts,
        hub: Hub,
        loop: Timers,
        on_error: Callable[[BaseException], None],
    ) -> None:
        self.looks_at: Millis = 0
        """When by the venue's clock the next look is."""
        self._parts = parts
        self._venue = parts.venue
        self._clock = parts.clock
        self._hub = hub
        self._loop = loop
        self._on_error = on_error
        self._timer: asyncio.Handle | None = None
        self._marks_at = 0.0
        """When by the loop's time an accelerated clock is journaled again."""

    def start(self) -> None:
        self._clock.on_change = self._again
        self._look()
        self._venue.listeners.append(self._note_turn)

    def stop(self) -> None:
        """Look no more; where a clock stands that no other one tells is journaled."""
        if self._timer is not None:
            self._timer.cancel()
        self._clock.on_change = None
        runs = self._clock.mode is not ClockMode.MANUAL and not self._clock.is_true
        if self._parts.is_sound and runs:
            self._venue.submit(MoveClock())

    def _look(self) -> None:
        self._timer = None
        try:
            if not self._must_wait():
                self._keep_up()
            self._hub.check()
            self._parts.keep_snapshot()
            self._parts.give_up()
        except Exception as error:  # noqa: BLE001  a venue that cannot keep time must not go on
            self._on_error(error)
            return
        self._set_timer()

    def _keep_up(self) -> None:
        if self._clock.mode is ClockMode.FAST:
            self._follow_feed()
        self._venue.do_due()
        self._clock.allow(LAG)
        self._mark()

    def _follow_feed(self) -> None:
        """From one moment of the feed to the next, for a while."""
        ends = time.monotonic() + SLICE
        while time.monotonic() < ends and not self._must_wait():
            feed = self._venue.feed
            if feed is None or feed.next_time is None:
                return
            self._clock.set(min(feed.next_time, LATEST))
            self._venue.do_due()

    def _must_wait(self) -> bool:
        """Whether the clock could go on and the journal is far behind."""
        patient = self._clock.mode in {ClockMode.ACCELERATED, ClockMode.FAST}
        return patient and self._venue.sequence - self._venue.durable_sequence > BACKLOG

    def _mark(self) -> None:
        """Journal where an accelerated clock stands: a start has nothing else to go by."""
        if self._clock.mode is ClockMode.ACCELERATED and self._loop.time() >= self._marks_at:
            self._marks_at = self._loop.time() + IDLE
            self._venue.submit(MoveClock())

    # When to look again.

    def _set_timer(self) -> None:
        pause = self._pause()
        self.looks_at = self._venue.now() + int(pause * MILLIS * self._clock.rate)
        self._timer = self._loop.call_later(pause, self._look)

    def _pause(self) -> float:
        """Seconds to the next look: sooner if something falls due by a clock that runs."""
        mode, rate = self._clock.mode, self._clock.rate
        if self._must_wait():
            return WAIT
        if mode is ClockMode.FAST:
            return 0.0
        longest = STEP if mode is ClockMode.ACCELERATED else IDLE
        due = self._venue.next_due()
        if due is None or not rate:
            return longest
        return min(longest, max(0, due - self._venue.now()) / MILLIS / rate)

    def _again(self) -> None:
        """The clock goes otherwise now: look as soon as what goes on is done."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = self._loop.call_soon(self._look)

    def _note_turn(self, _line: Line) -> None:
        """A turn may have brought something that falls due before the next look."""
        if self._timer is not None and self._venue.state.agenda.is_due(self.looks_at - 1):
            self._timer.cancel()
            self._set_timer()
