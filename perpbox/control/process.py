"""The process itself: is it there, how does it stand, what time is it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.requests import NewClock, TimeText
from perpbox.feed.clock import (
    FAST,
    LATEST,
    BackInTime,
    ClockMode,
    NotADuration,
    NotAPace,
    NotATime,
    Pace,
    accelerated,
    iso,
    parse_duration,
    parse_pace,
    parse_time,
    require_forward,
    require_moment,
)
from perpbox.money import Millis

RELAYED: Final = "relay"
REAL: Final = ClockMode.REAL.value


class Health(Struct):
    status: str


class ClockShown(Struct, omit_defaults=True):
    mode: str
    time: Millis
    iso: str
    speed: float | None = None
    """Of an accelerated clock."""


class FeedShown(Struct):
    kind: str
    running: bool
    """Whether it moves the market yet."""


class Status(Struct, rename="camel"):
    version: str
    symbols: list[str]
    accounts: int
    sequence: int
    """Number of the last turn."""
    durable_sequence: int
    clock: ClockShown
    feed: FeedShown
    uptime_seconds: float
    journal: str
    failures: int
    """Requests that ended in an error of the program: zero, always."""


def healthz(desk: Desk, call: Call) -> Health:
    return Health("ok")


def status(desk: Desk, call: Call) -> Status:
    venue = desk.venue
    return Status(
        version=desk.facts.version,
        symbols=list(venue.state.markets),
        accounts=len(venue.state.accounts),
        sequence=venue.sequence,
        durable_sequence=venue.durable_sequence,
        clock=clock_shown(desk),
        feed=feed_shown(desk),
        uptime_seconds=round(desk.facts.uptime(), 3),
        journal=desk.facts.journal,
        failures=desk.facts.failures(),
    )


def set_clock(desk: Desk, call: Call) -> ClockShown:
    """Change the pace, then jump; the jump does what falls due on the way, in order."""
    wanted = call.read(NewClock)
    if (wanted.mode, wanted.speed, wanted.advance, wanted.to) == (None,) * 4:
        raise Refused(400, "INVALID_REQUEST", "Say a mode, a speed, an advance or a time to go to.")
    if wanted.advance is not None and wanted.to is not None:
        raise Refused(400, "INVALID_REQUEST", "Say an advance or a time to go to, not both.")
    pace = _pace(desk, wanted)
    now = desk.venue.now()
    to = now
    if wanted.advance is not None:
        to = now + _span(wanted.advance)
    elif wanted.to is not None:
        to = moment_of(wanted.to)
    _require_possible(now, to)
    if pace is not None:
        desk.clock.set(now)
        desk.clock.switch(pace)
    desk.venue.move_clock(to)
    return clock_shown(desk)


def _pace(desk: Desk, wanted: NewClock) -> Pace | None:
    """The pace asked for, if one is."""
    if wanted.mode is not None and wanted.speed is not None:
        raise Refused(400, "INVALID_REQUEST", "Say a mode or a speed, not both.")
    if desk.facts.feed == RELAYED and (wanted.speed is not None or wanted.mode not in {None, REAL}):
        raise Refused(
            409, "LIVE_MARKET", "A relayed market happens now: its clock is the real one."
        )
    try:
        if wanted.speed is not None:
            return accelerated(wanted.speed)
    except NotAPace as error:
        sentence = str(error)
        raise Refused(400, "INVALID_SPEED", f"{sentence[:1].upper()}{sentence[1:]}.") from None
    if wanted.mode == FAST.mode.value and desk.venue.feed is None:
        raise Refused(409, "NO_FEED", "Nothing moves this market, so its clock cannot go by it.")
    return None if wanted.mode is None else parse_pace(wanted.mode)


def _require_possible(now: Millis, to: Millis) -> None:
    try:
        require_forward(now, to)
    except BackInTime as error:
        raise Refused(
            409, "CLOCK_CANNOT_GO_BACK", f"{str(error)[:1].upper()}{str(error)[1:]}."
        ) from None
    if to > LATEST:
        raise Refused(400, "INVALID_TIME", "The clock ends with the year 9999.")


def _span(text: TimeText) -> Millis:
    if isinstance(text, int):
        if text < 0:
            raise Refused(409, "CLOCK_CANNOT_GO_BACK", "The clock cannot go back.")
        return text
    try:
        return parse_duration(text)
    except NotADuration as error:
        raise Refused(400, "INVALID_DURATION", f"{error}.") from None


def moment_of(text: TimeText) -> Millis:
    try:
        return require_moment(text) if isinstance(text, int) else parse_time(text)
    except NotATime as error:
        raise Refused(400, "INVALID_TIME", f"{error}.") from None


def feed_shown(desk: Desk) -> FeedShown:
    return FeedShown(desk.facts.feed, running=desk.venue.feed is not None)


def clock_shown(desk: Desk) -> ClockShown:
    now = desk.venue.now()
    clock = desk.clock
    speed = clock.rate if clock.mode is ClockMode.ACCELERATED else None
    return ClockShown(clock.mode.value, now, iso(now), speed)
