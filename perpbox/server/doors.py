"""Which application answers a request: the operator's or the traders'."""

from __future__ import annotations

from perpbox.api.app import Api
from perpbox.api.desk import Desk as ApiDesk
from perpbox.api.limits import Limits
from perpbox.control.app import Control
from perpbox.control.desk import Desk, Facts
from perpbox.feed.clock import VenueClock, machine_time
from perpbox.message import Answer, Application, Request
from perpbox.money import Millis
from perpbox.server.compose import Parts
from perpbox.server.settings import Settings
from perpbox.tape import Tape


def application(parts: Parts, facts: Facts, settings: Settings) -> Application:
    """Both doors as one."""
    control = Control(Desk(parts.venue, parts.clock, parts.keys, parts.journal.history, facts))
    tape = _tape(parts)
    api = Api(
        ApiDesk(parts.venue, parts.journal.history, tape, settings.api_date),
        parts.keys,
        limits=Limits() if settings.limits == "binance" else None,
        machine_clock=_second_clock(settings, parts.clock),
    )

    def answer(request: Request) -> Answer:
        if control.owns(request.path):
            return control.answer(request)
        return api.answer(request)

    return answer


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
