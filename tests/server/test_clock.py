"""The venue's clock: modes, jumps, and how times are written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies

from perpbox.feed.clock import (
    FAST,
    LATEST,
    MANUAL,
    REAL,
    BackInTime,
    ClockMode,
    ManualClock,
    NotADuration,
    NotAPace,
    NotATime,
    Pace,
    VenueClock,
    accelerated,
    iso,
    machine_time,
    parse_duration,
    parse_pace,
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
    real = VenueClock(REAL, start, machine)
    manual = VenueClock(MANUAL, start, machine)
    machine.now += 5
    assert (real.now(), manual.now()) == (start + 5, start)
    assert not real.is_true
    assert not manual.is_true


def test_a_clock_switched_to_manual_stands_where_it_was() -> None:
    machine = Machine()
    clock = VenueClock(machine=machine)
    machine.now += 5
    clock.switch(MANUAL)
    machine.now += 5
    assert clock.now() == NOON + 5
    clock.set(NOON + HOUR)
    assert clock.now() == NOON + HOUR


def test_a_clock_switched_to_real_keeps_its_lead() -> None:
    machine = Machine()
    clock = VenueClock(MANUAL, NOON + HOUR, machine)
    clock.switch(REAL)
    machine.now += 5
    assert clock.now() == NOON + HOUR + 5


def test_a_clock_switched_to_real_catches_up_with_the_machine() -> None:
    machine = Machine()
    clock = VenueClock(MANUAL, NOON - HOUR, machine)
    clock.switch(REAL)
    assert clock.now() == NOON
    assert clock.is_true


def test_a_clock_that_runs_stands_still_at_its_last_moment() -> None:
    machine = Machine()
    clock = VenueClock(REAL, machine=machine)
    clock.set(LATEST)
    machine.now += HOUR
    assert clock.now() == LATEST
    assert iso(clock.now()).startswith("9999-12-31T23:59:59")


# Paces


@pytest.mark.parametrize(
    ("text", "pace"),
    [
        ("real", REAL),
        ("manual", MANUAL),
        ("fast", FAST),
        ("x60", Pace(ClockMode.ACCELERATED, 60)),
        ("x0.5", Pace(ClockMode.ACCELERATED, 0.5)),
        ("x100000", Pace(ClockMode.ACCELERATED, 100_000)),
    ],
)
def test_paces_are_read(text: str, pace: Pace) -> None:
    assert parse_pace(text) == pace


@pytest.mark.parametrize(
    "text", ["", "x", "60", "x0", "x-1", "x1e3", "xinf", "x100000.1", "accelerated", "Real", "x٣"]
)
def test_other_paces_are_refused(text: str) -> None:
    with pytest.raises(NotAPace):
        parse_pace(text)


@pytest.mark.parametrize("speed", [0.0, -1.0, 100_001.0, float("nan"), float("inf")])
def test_speeds_have_bounds(speed: float) -> None:
    with pytest.raises(NotAPace):
        accelerated(speed)


@pytest.mark.parametrize(("speed", "gone"), [(60, 60_000), (0.5, 500), (1, 1000), (0.001, 1)])
def test_an_accelerated_clock_runs_at_its_speed(speed: float, gone: int) -> None:
    machine = Machine()
    clock = VenueClock(accelerated(speed), machine=machine)
    machine.now += 1000
    assert clock.now() == NOON + gone
    assert clock.rate == speed
    assert not clock.is_true


def test_an_accelerated_clock_runs_on_from_where_it_jumped() -> None:
    machine = Machine()
    clock = VenueClock(accelerated(60), machine=machine)
    clock.set(NOON + HOUR)
    machine.now += 10
    assert clock.now() == NOON + HOUR + 600


def test_a_clock_as_fast_as_its_feed_stands_by_itself() -> None:
    machine = Machine()
    clock = VenueClock(FAST, machine=machine)
    machine.now += 1000
    assert (clock.now(), clock.rate) == (NOON, 0)
    clock.set(NOON + HOUR)
    assert clock.now() == NOON + HOUR


def test_a_clock_that_was_fast_keeps_its_lead_and_one_that_was_slow_catches_up() -> None:
    machine = Machine()
    clock = VenueClock(accelerated(60), machine=machine)
    machine.now += 1000
    clock.switch(REAL)
    machine.now += 5
    assert clock.now() == NOON + 60_005
    clock.switch(accelerated(0.5))
    machine.now += 1_000_000
    clock.switch(REAL)
    assert clock.now() == machine.now
    assert clock.is_true


def test_an_accelerated_clock_runs_no_further_than_it_may() -> None:
    """Held up, it loses time and then goes on at its speed."""
    machine = Machine()
    clock = VenueClock(accelerated(60), machine=machine)
    clock.allow(200)
    machine.now += 1000
    held = clock.now()
    assert NOON + 12_000 <= held <= NOON + 12_001
    clock.allow(200)
    assert clock.now() == held
    machine.now += 100
    assert clock.now() == held + 6000


def test_an_accelerated_clock_that_is_not_held_up_loses_nothing() -> None:
    machine = Machine()
    clock = VenueClock(accelerated(0.3), machine=machine)
    for _ in range(1000):
        machine.now += 1
        clock.allow(2)
    assert clock.now() == NOON + 300


def test_an_accelerated_clock_goes_on_when_the_machines_is_set_back() -> None:
    machine = Machine()
    clock = VenueClock(accelerated(60), machine=machine)
    machine.now += 100
    before = clock.now()
    machine.now -= HOUR
    assert clock.now() == before
    clock.allow(200)
    machine.now += 100
    assert clock.now() == before + 6000


def test_a_real_clock_is_not_held_up() -> None:
    machine = Machine()
    clock = VenueClock(machine=machine)
    clock.allow(200)
    machine.now += HOUR
    assert clock.now() == NOON + HOUR


STEPS = strategies.one_of(
    strategies.tuples(strategies.just("machine"), strategies.integers(-10_000, 100_000)),
    strategies.tuples(strategies.just("set"), strategies.integers(-10_000, 100_000)),
    strategies.tuples(strategies.just("allow"), strategies.integers(0, 1000)),
    strategies.tuples(
        strategies.just("switch"),
        strategies.sampled_from([REAL, MANUAL, FAST, accelerated(60), accelerated(0.01)]),
    ),
)


@given(strategies.lists(STEPS, max_size=30))
def test_no_clock_ever_goes_back(steps: list[tuple[str, Any]]) -> None:
    machine = Machine()
    clock = VenueClock(machine=machine)
    before = clock.now()
    for what, how in steps:
        if what == "machine":
            machine.now += how
        elif what == "set":
            clock.set(before + how)
            assert clock.now() >= before + how
        elif what == "allow":
            clock.allow(how)
        else:
            clock.switch(how)
        assert clock.now() >= before
        before = clock.now()


def test_a_change_is_told() -> None:
    clock = VenueClock(MANUAL, NOON)
    told: list[int] = []
    clock.on_change = lambda: told.append(clock.now())
    clock.switch(FAST)
    clock.set(NOON + 1)
    clock.set(NOON)
    assert told == [NOON, NOON + 1]
