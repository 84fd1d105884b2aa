"""The doors of the venue: the operator's, the traders', and those of the WebSockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from perpbox.api.app import Api
from perpbox.api.desk import Desk as ApiDesk
from perpbox.api.limits import Limits
from perpbox.api.streams.door import open_streams
from perpbox.api.streams.listen_keys import ListenKeys
from perpbox.control.app import Control
from perpbox.control.desk import Desk, Facts
from perpbox.feed.clock import ClockMode, VenueClock, machine_time
from perpbox.message import Answer, Request, Response, Session, Wire
from perpbox.money import Millis
from perpbox.server.compose import Parts
from perpbox.server.settings import Settings
from perpbox.server.wire import error_response
from perpbox.tape import Tape

UNKNOWN_PATH: Final = -1000


class Doors:
    """Which of them a request or a connection comes in by.

    `soon` lets something be done on this thread in a call of its own.
    """

    def __init__(
        self,
        parts: Parts,
        facts: Facts,
        settings: Settings,
        soon: Callable[[Callable[[], None]], object],
    ) -> None:
        history, clock = parts.journal.history, parts.clock
        limits = Limits() if settings.limits == "binance" else None
        seed = None if settings.seed is None else str(settings.seed)
        desk = ApiDesk(parts.venue, history, _tape(parts), settings.api_date, ListenKeys(seed))
        self._control = Control(Desk(parts.venue, clock, parts.keys, history, facts))
        self._api = Api(
            desk, parts.keys, limits=limits, machine_clock=_second_clock(settings, clock)
        )
        self.streams = open_streams(
            desk, limits, soon=soon, at_rest=lambda: clock.mode is ClockMode.MANUAL
        )

    def answer(self, request: Request) -> Answer:
        if self._control.owns(request.path):
            return self._control.answer(request)
        return self._api.answer(request)

    def connect(self, request: Request, wire: Wire) -> Session | Response:
        """A WebSocket handshake."""
        if self.streams.owns(request.path):
            return self.streams.connect(request, wire)
        return error_response(404, UNKNOWN_PATH, f"Path {request.path} is not supported.")


def _second_clock(settings: Settings, clock: VenueClock) -> _SecondClock | None:
    return None if settings.timing == "strict" else _SecondClock(clock)


class _SecondClock:
    """The machine's time, as long as the venue's clock shows another one."""

    def __init__(self, clock: VenueClock) -> None:
        self._clock = clock

    def __call__(self) -> Millis | None:
        return None if self._clock.is_true else machine_time()


def _tape(parts: Parts) -> Tape:
    """A tape that follows the venue; what was before this start comes from the history."""
    tape = Tape(parts.journal)
    parts.venue.listeners.append(tape.note)
    return tape
