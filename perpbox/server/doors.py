"""The doors of the venue: the operator's, the traders', and those of the WebSockets."""

from __future__ import annotations

from collections.abc import Callable

from perpbox.api.desk import Desk as ApiDesk
from perpbox.api.door import ApiDoor
from perpbox.api.streams.listen_keys import ListenKeys
from perpbox.control.app import Control
from perpbox.control.desk import Branches, Desk, Facts
from perpbox.faults.bench import Faults, Later
from perpbox.feed.clock import ClockMode, SecondClock, VenueClock
from perpbox.message import Answer, Request, Response, Session, Wire
from perpbox.server import what_if
from perpbox.server.compose import Parts
from perpbox.server.openapi import Document
from perpbox.server.settings import Settings


class Doors:
    """Which of them a request or a connection comes in by.

    `soon` lets something be done on this thread in a call of its own, `later` after so many
    seconds.
    """

    def __init__(
        self,
        parts: Parts,
        facts: Facts,
        settings: Settings,
        branches: Branches,
        soon: Callable[[Callable[[], None]], object],
        later: Later,
    ) -> None:
        history, clock = parts.journal.history, parts.clock
        seed = None if settings.key_seed is None else str(settings.key_seed)
        desk = ApiDesk(
            parts.venue,
            history,
            parts.tape(),
            settings.api_date,
            ListenKeys(parts.journal.listen_keys, seed),
            faults := Faults(parts.venue.now, later),
        )
        own = Desk(
            parts.venue,
            clock,
            parts.keys,
            history,
            facts,
            branches,
            faults,
            lambda account_id, asked: what_if.answer(own, desk, account_id, asked),
        )
        self.control = Control(own)
        self._document = Document(settings.api_date, parts.venue.state.catalogue)
        self._api = ApiDoor(
            desk,
            parts.keys,
            limited=settings.limits == "binance",
            machine_clock=_second_clock(settings, clock),
            soon=soon,
            at_rest=lambda: clock.mode is ClockMode.MANUAL,
        )
        self.hub = self._api.streams.hub

    def retire(self) -> None:
        self._api.retire()

    def answer(self, request: Request) -> Answer:
        if self.control.owns(request.path):
            return self.control.answer(request)
        if self._document.owns(request.path):
            return self._document.answer(request)
        return self._api.answer(request)

    def connect(self, request: Request, wire: Wire) -> Session | Response:
        """A WebSocket handshake."""
        return self._api.connect(request, wire)


def _second_clock(settings: Settings, clock: VenueClock) -> SecondClock | None:
    return None if settings.timing == "strict" else SecondClock(clock)
