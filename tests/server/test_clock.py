"""The venue's clock: modes, jumps, and how times are written."""

from __future__ import annotations

import pytest

from perpbox.feed.clock import (
    LATEST,
    BackInTime,
    ClockMode,
    ManualClock,
    NotADuration,
    NotATime,
    VenueClock,
    iso,
    machine_time,
    parse_duration,
    parse_time,
    require_moment,
)

NOON = 1_795_348_800_000
HOUR = 3_600_000


class Machine:
    """A machine's clock that a test sets, back as well."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("8h", 8 * HOUR),
        ("15m", 900_000),
        ("90s", 90_000),
        ("1d", 24 * HOUR),
        ("250ms", 250),
        ("1h30m", 5_400_000),
        ("0s", 0),
    ],
)
def test_durations_are_read(text: str, span: int) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "text", ["", "8", "h", "8 h", "-8h", "1.5h", "8H", "8hours", "٨h", "1e3s", "999999999999999d"]
)
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(NotADuration):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T12:00:00.250Z", NOON + 250),
        ("2026-11-22T13:00:00+01:00", NOON),
        ("2026-11-22 07:00-05:00", NOON),
        ("2026-11-22T12:00:00.000999Z", NOON),
        ("1795348800000", NOON),
        ("0", 0),
    ],
)
def test_times_are_read(text: str, moment: int) -> None:
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "2026-11-22",
        "2026-11-22T12:00:00",
        "2026-13-22T12:00:00Z",
        "1969-12-31T23:59:59Z",
        "-1",
        "1e12",
        "9999999999999999999",
    ],
)
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(NotATime):
        parse_time(text)


def test_moments_have_bounds() -> None:
    assert require_moment(LATEST) == LATEST
    with pytest.raises(NotATime):
        require_moment(LATEST + 1)


def test_times_are_written_as_they_are_read() -> None:
    assert iso(NOON) == "2026-11-22T12:00:00.000Z"
    assert iso(LATEST) == "9999-12-31T23:59:59.999Z"
    assert parse_time(iso(NOON + 7)) == NOON + 7


def test_a_manual_clock_stands_and_goes_forward() -> None:
    clock = ManualClock(NOON)
    assert (clock.now(), clock.now()) == (NOON, NOON)
    clock.set(NOON + 1)
    clock.set(NOON + 1)
    assert clock.now() == NOON + 1
    with pytest.raises(BackInTime, match=r"stands at 2026-11-22T12:00:00\.001Z"):
        clock.set(NOON)


def test_a_real_clock_is_the_machines() -> None:
    before = machine_time()
    assert before <= VenueClock().now() <= machine_time()


def test_a_venue_clock_runs_with_the_machine() -> None:
    machine = Machine()
    clock = VenueClock(machine=machine)
    assert clock.is_true
    machine.now += 5
    assert clock.now() == NOON + 5


def test_a_venue_clock_never_goes_back() -> None:
    machine = Machine()
    clock = VenueClock(machine=machine)
    assert clock.now() == NOON
    machine.now -= HOUR
    assert clock.now() == NOON
    clock.set(NOON - HOUR)
    assert clock.now() == NOON


def test_a_real_clock_runs_on_from_where_it_jumped() -> None:
    machine = Machine()
    clock = VenueClock(machine=machine)
    clock.set(NOON + HOUR)
    machine.now += 5
    assert clock.now() == NOON + HOUR + 5
    assert not clock.is_true


@pytest.mark.parametrize("start", [NOON - HOUR, NOON + HOUR])
def test_a_clock_may_start_anywhere(start: int) -> None:
    machine = Machine()
    real = VenueClock(ClockMode.REAL, start, machine)
    manual = VenueClock(ClockMode.MANUAL, start, machine)
    machine.now += 5
    assert (real.now(), manual.now()) == (start + 5, start)
    assert not real.is_true
    assert not manual.is_true


def test_a_clock_switched_to_manual_stands_where_it_was() -> None:
    machine = Machine()
    clock = VenueClock(machine=machine)
    machine.now += 5
    clock.switch(ClockMode.MANUAL)
    machine.now += 5
    assert clock.now() == NOON + 5
    clock.set(NOON + HOUR)
    assert clock.now() == NOON + HOUR


def test_a_clock_switched_to_real_keeps_its_lead() -> None:
    machine = Machine()
    clock = VenueClock(ClockMode.MANUAL, NOON + HOUR, machine)
    clock.switch(ClockMode.REAL)
    machine.now += 5
    assert clock.now() == NOON + HOUR + 5


def test_a_clock_switched_to_real_catches_up_with_the_machine() -> None:
    machine = Machine()
    clock = VenueClock(ClockMode.MANUAL, NOON - HOUR, machine)
    clock.switch(ClockMode.REAL)
    assert clock.now() == NOON
    assert clock.is_true


def test_a_clock_that_runs_stands_still_at_its_last_moment() -> None:
    machine = Machine()
    clock = VenueClock(ClockMode.REAL, machine=machine)
    clock.set(LATEST)
    machine.now += HOUR
    assert clock.now() == LATEST
    assert iso(clock.now()).startswith("9999-12-31T23:59:59")
