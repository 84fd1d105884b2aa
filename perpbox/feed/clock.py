"""The venue's time: the machine's, or an operator's, and how times are written and read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, NamedTuple, Protocol

from perpbox.money import Millis

SECOND: Final = 1000
UNITS: Final[dict[str, Millis]] = {
    "ms": 1,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
    "d": 86_400 * SECOND,
}
MAX_SPEED: Final = 100_000.0
"""A little more than a day in a second."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final[Millis] = 253_402_300_799_999
"""The last millisecond of the year 9999."""

DURATION: Final = re.compile(r"(?:[0-9]{1,15}(?:ms|s|m|h|d))+", re.ASCII)
PIECE: Final = re.compile(r"([0-9]+)(ms|s|m|h|d)", re.ASCII)
DIGITS: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
SPEED: Final = re.compile(r"x([0-9]{1,15}(?:\.[0-9]{1,15})?)", re.ASCII)


class NotATime(ValueError):
    """The text names no moment, or one that no venue can stand at."""


class NotADuration(ValueError):
    """The text names no span of time."""


class BackInTime(ValueError):
    """A venue's clock never goes back: what has happened has happened."""


class NotAPace(ValueError):
    """The text names no way for a clock to go."""


class ClockMode(Enum):
    REAL = "real"
    """Runs by itself, at the machine's pace."""
    MANUAL = "manual"
    """Stands until it is set."""
    ACCELERATED = "accelerated"
    """Runs by itself, so many times as fast as the machine's; a fraction is slower."""
    FAST = "fast"
    """Stands until it is set, and is set from one moment of the feed to the next."""


class Pace(NamedTuple):
    """How a clock goes."""

    mode: ClockMode
    speed: float = 1.0
    """Of an accelerated clock."""


REAL: Final = Pace(ClockMode.REAL)
MANUAL: Final = Pace(ClockMode.MANUAL)
FAST: Final = Pace(ClockMode.FAST)


class Clock(Protocol):
    def now(self) -> Millis: ...


def machine_time() -> Millis:
    return time.time_ns() // 1_000_000


class ManualClock:
    """Stands still until it is set, and is only ever set forward."""

    def __init__(self, start: Millis) -> None:
        self._now = start

    def now(self) -> Millis:
        return self._now

    def set(self, now: Millis) -> None:
        require_forward(self._now, now)
        self._now = now


class VenueClock:
    """A clock whose pace an operator may change; it never goes back, whatever the pace.

    A real clock may run ahead of the machine's, or behind it, by a lead: it got there by a jump
    or by its start. Switched to real, it keeps a lead that it has and catches up with the
    machine where it is behind, unless its market's time is another one. An accelerated clock
    runs on from where it is; where somebody paces it, it runs no further than what is done
    allows, and then loses time.
    """

    def __init__(
        self,
        pace: Pace = REAL,
        start: Millis | None = None,
        machine: Callable[[], Millis] = machine_time,
        *,
        catches_up: bool = True,
    ) -> None:
        self._catches_up = catches_up
        self.on_change: Callable[[], None] | None = None
        """Called after a switch and after a jump."""
        self._pace = pace
        self._machine = machine
        self._since = machine()
        """When by the machine it stood at `_from`."""
        self._from = self._latest = self._since if start is None else start
        self._ceiling = LATEST

    @property
    def mode(self) -> ClockMode:
        return self._pace.mode

    @property
    def rate(self) -> float:
        """Milliseconds that it runs by itself in one of the machine's."""
        if self.mode is ClockMode.ACCELERATED:
            return self._pace.speed
        return 1.0 if self.mode is ClockMode.REAL else 0.0

    @property
    def is_true(self) -> bool:
        """Whether it shows the machine's own time."""
        return self.mode is ClockMode.REAL and self._from == self._since

    def now(self) -> Millis:
        if self.mode is ClockMode.REAL or self.mode is ClockMode.ACCELERATED:
            run = min(self._run(), self._ceiling)
            self._latest = max(self._latest, run)  # the machine's own may be set back
        return self._latest

    def _run(self) -> Millis:
        """Where it would stand if nothing held it."""
        gone = self._machine() - self._since
        return self._from + (gone if self.mode is ClockMode.REAL else int(gone * self._pace.speed))

    def set(self, now: Millis) -> None:
        """Jump forward, and run on from there if it runs; a moment that has passed is no jump."""
        if now > self.now():
            self._go_on_from(now)
            self._changed()

    def switch(self, pace: Pace) -> None:
        now = self.now()
        self._pace = pace
        catches_up = self._catches_up and pace.mode is ClockMode.REAL
        self._go_on_from(max(now, self._machine()) if catches_up else now)
        self._changed()

    def allow(self, lag: Millis) -> None:
        """All is done up to now: run on for at most so much of the machine's time.

        Only an accelerated clock can be held up: a real one is the machine's.
        """
        if self.mode is ClockMode.ACCELERATED:
            now, run = self.now(), self._run()
            if run > self._ceiling or run < now:  # held, or the machine's was set back
                self._go_on_from(now)
            self._ceiling = min(now + int(lag * self._pace.speed) + 1, LATEST)

    def _go_on_from(self, now: Millis) -> None:
        self._latest = self._from = now
        self._since = self._machine()
        self._ceiling = LATEST

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()


def require_forward(now: Millis, to: Millis) -> None:
    if to < now:
        raise BackInTime(f"the clock stands at {iso(now)} and cannot go back to {iso(to)}")


def accelerated(speed: float) -> Pace:
    if not 0 < speed <= MAX_SPEED:
        raise NotAPace(f"a speed is more than 0 and at most {MAX_SPEED:.0f}, not {speed:g}")
    return Pace(ClockMode.ACCELERATED, speed)


def parse_pace(text: str) -> Pace:
    """Read "real", "manual", "fast", "x60" or "x0.5"."""
    speed = SPEED.fullmatch(text)
    if speed:
        return accelerated(float(speed.group(1)))
    for pace in (REAL, MANUAL, FAST):
        if text == pace.mode.value:
            return pace
    raise NotAPace(f"{text!r} is none of real, manual, fast and speeds such as x60 or x0.5")


def parse_duration(text: str) -> Millis:
    """Read "8h", "15m", "90s", "1d", "250ms", or several in a row: "1h30m"."""
    if not DURATION.fullmatch(text):
        raise NotADuration(f"{text!r} is no duration; write one like 8h, 15m, 90s, 1d or 250ms")
    span = sum(int(number) * UNITS[unit] for number, unit in PIECE.findall(text))
    if span > LATEST:
        raise NotADuration(f"{text!r} is longer than any calendar")
    return span


def parse_time(text: str) -> Millis:
    """Read ISO 8601 with Z or an offset, or milliseconds since 1970."""
    if DIGITS.fullmatch(text):
        return require_moment(int(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NotATime(
            f"{text!r} is no time; write one like 2026-11-22T08:00:00Z, or milliseconds"
        ) from None
    if moment.tzinfo is None:
        raise NotATime(f"{text!r} names no zone; add Z or an offset such as +01:00")
    return require_moment((moment - EPOCH) // timedelta(milliseconds=1))


def require_moment(moment: Millis) -> Millis:
    if not 0 <= moment <= LATEST:
        raise NotATime(f"{moment} is not between the years 1970 and 9999")
    return moment


def iso(moment: Millis) -> str:
    """Write as "2026-11-22T08:00:00.000Z"."""
    text = (EPOCH + timedelta(milliseconds=moment)).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class SecondClock:
    """The machine's time, as long as the venue's clock shows another one."""

    def __init__(self, clock: VenueClock) -> None:
        self._clock = clock

    def __call__(self) -> Millis | None:
        return None if self._clock.is_true else machine_time()
