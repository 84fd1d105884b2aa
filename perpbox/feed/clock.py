"""The venue's time: the machine's, or an operator's, and how times are written and read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, Protocol

from perpbox.money import Millis

SECOND: Final = 1000
UNITS: Final[dict[str, Millis]] = {
    "ms": 1,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
    "d": 86_400 * SECOND,
}
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final[Millis] = 253_402_300_799_999
"""The last millisecond of the year 9999."""

DURATION: Final = re.compile(r"(?:[0-9]{1,15}(?:ms|s|m|h|d))+", re.ASCII)
PIECE: Final = re.compile(r"([0-9]+)(ms|s|m|h|d)", re.ASCII)
DIGITS: Final = re.compile(r"[0-9]{1,15}", re.ASCII)


class NotATime(ValueError):
    """The text names no moment, or one that no venue can stand at."""


class NotADuration(ValueError):
    """The text names no span of time."""


class BackInTime(ValueError):
    """A venue's clock never goes back: what has happened has happened."""


class ClockMode(Enum):
    REAL = "real"
    """Runs by itself, at the machine's pace."""
    MANUAL = "manual"
    """Stands until it is set."""


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
    """A clock whose mode an operator may change; it never goes back, whatever the mode.

    A real clock may run ahead of the machine's, or behind it, by a lead: it got there by a jump
    or by its start. Switched to real, it keeps a lead that it has and catches up with the
    machine where it is behind.
    """

    def __init__(
        self,
        mode: ClockMode = ClockMode.REAL,
        start: Millis | None = None,
        machine: Callable[[], Millis] = machine_time,
    ) -> None:
        self.mode = mode
        self._machine = machine
        now = machine()
        self._latest = now if start is None else start
        self._lead = self._latest - now

    def now(self) -> Millis:
        if self.mode is ClockMode.REAL:
            now = self._machine() + self._lead
            self._latest = max(self._latest, min(now, LATEST))  # the machine's own may be set back
        return self._latest

    @property
    def is_true(self) -> bool:
        """Whether it shows the machine's own time."""
        return self.mode is ClockMode.REAL and self._lead == 0

    def set(self, now: Millis) -> None:
        """Jump forward, and run on from there if it runs; a moment that has passed is no jump."""
        if now > self.now():
            self._latest = now
            self._lead = now - self._machine()

    def switch(self, mode: ClockMode) -> None:
        now = self.now()
        self.mode = mode
        self._lead = max(0, now - self._machine())


def require_forward(now: Millis, to: Millis) -> None:
    if to < now:
        raise BackInTime(f"the clock stands at {iso(now)} and cannot go back to {iso(to)}")


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
