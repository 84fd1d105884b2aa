"""The beat at every pace: how far the clock gets, what is done by then, and when it looks again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perpbox.control.desk import Facts
from perpbox.engine.commands import Command, FollowMarket, MarketMove, OpenAccount, SetCountdown
from perpbox.feed.clock import FAST, MANUAL, REAL, ClockMode, Pace, VenueClock, accelerated
from perpbox.money import Millis, parse
from perpbox.server.background import running
from perpbox.server.beat import BACKLOG, IDLE, LAG, STEP, WAIT, Beat
from perpbox.server.compose import Parts, compose
from perpbox.server.doors import Doors
from perpbox.server.settings import Settings
from tests.control.desk import Shelf
from tests.server.shell import Kept

NOON = 1_795_348_800_000
SECOND = 1000
HOUR = 3600 * SECOND


class Loop:
    """An event loop whose time a test lets pass; it has one timer at most."""

    def __init__(self) -> None:
        self.real = asyncio.new_event_loop()
        self.now: Millis = 0
        self.pause: float | None = None
        self.act: Callable[[], None] | None = None

    def time(self) -> float:
        return self.now / SECOND

    def call_soon(self, callback: Callable[[], None], /) -> asyncio.Handle:
        return self.call_later(0.0, callback)

    def call_later(self, delay: float, callback: Callable[[], None], /) -> asyncio.Handle:
        self.pause, self.act = delay, callback
        return self.real.call_later(HOUR, callback)


class Steps:
    """A feed that moves the market every second of the venue's, so many times."""

    def __init__(self, count: int, begin: Millis = NOON + SECOND) -> None:
        self.left = count
        self.next_time: Millis | None = begin

    def take(self, until: Millis) -> list[Command]:
        assert self.next_time is not None
        assert self.next_time <= until
        self.left -= 1
        self.next_time = self.next_time + SECOND if self.left else None
        price = parse(f"{50_000 + self.left % 1000}")
        return [FollowMarket([MarketMove("BTCUSDT", price, price)], {})]


class Stage:
    """A venue that opened at noon, on a clock that goes at some pace, and its beat."""

    def __init__(self, parts: Parts) -> None:
        self.machine = NOON
        self.parts = parts
        self.venue = parts.venue
        self.clock = VenueClock(MANUAL, NOON, lambda: self.machine)
        parts.clock = self.venue.clock = self.clock
        self.loop = Loop()
        self.errors: list[BaseException] = []
        facts = Facts(
            version="1", journal="memory", token="", uptime=lambda: 0.0, failures=lambda: 0
        )
        hub = Doors(
            parts,
            facts,
            Settings(),
            Shelf(),
            soon=lambda act: act(),
            later=lambda _seconds, act: act(),
        ).hub
        self.beat = Beat(parts, hub, self.loop, self.errors.append)

    def start(self, pace: Pace) -> None:
        self.clock.switch(pace)
        self.beat.start()

    def look(self, gone: Millis = 0) -> float:
        """Let so much of the machine's time pass and the beat look; when it looks again."""
        self.machine += gone
        self.loop.now += gone
        assert self.loop.act is not None
        self.loop.act()
        assert not self.errors
        assert self.loop.pause is not None
        return self.loop.pause

    @property
    def gone(self) -> Millis:
        """By the venue's clock, since noon."""
        return self.venue.now() - NOON


@pytest.fixture
def stage() -> Iterator[Stage]:
    parts = compose(Settings(clock="manual", start=NOON))
    stage = Stage(parts)
    yield stage
    stage.loop.real.close()
    parts.close()


@pytest.mark.parametrize(
    ("pace", "pause"), [(REAL, IDLE), (MANUAL, IDLE), (FAST, 0), (accelerated(60), STEP)]
)
def test_it_looks_again_as_the_pace_asks(stage: Stage, pace: Pace, pause: float) -> None:
    stage.start(pace)
    assert stage.loop.pause == pause


@pytest.mark.parametrize(("speed", "pause"), [(60, 0.025), (100, 0.015), (1000, 0.0015)])
def test_it_looks_when_something_falls_due_by_an_accelerated_clock(
    stage: Stage, speed: float, pause: float
) -> None:
    stage.start(accelerated(speed))
    stage.venue.submit(OpenAccount("alice", {}))
    stage.venue.submit(SetCountdown(1, "BTCUSDT", 1500))
    assert stage.loop.pause == pytest.approx(pause)
    stage.look(gone=25)
    assert not stage.venue.state.countdowns


def test_a_step_of_a_feed_is_looked_for(stage: Stage) -> None:
    stage.venue.follow(Steps(100))
    stage.start(accelerated(100))
    assert stage.loop.pause == pytest.approx(0.01)
    stage.look(gone=10)
    assert stage.venue.state.marks["BTCUSDT"] == parse("50099")


def test_an_accelerated_clock_waits_for_a_venue_that_does_not_keep_up(stage: Stage) -> None:
    """A look that comes far too late finds little more to do than one in time."""
    feed = Steps(1_000_000)
    stage.venue.follow(feed)
    stage.start(accelerated(1000))
    stage.look(gone=60 * SECOND)
    assert LAG * 1000 <= stage.gone <= LAG * 1000 + 1
    assert 1_000_000 - feed.left == LAG
    assert stage.look() <= STEP
    assert stage.gone <= LAG * 1000 + 1


@pytest.mark.parametrize("pace", [FAST, accelerated(60)])
def test_a_clock_that_can_wait_waits_for_the_journal(stage: Stage, pace: Pace) -> None:
    feed = Steps(1000)
    stage.venue.follow(feed)
    stage.start(pace)
    before = feed.left
    stage.venue.sequence += BACKLOG + 1
    assert stage.look(gone=50) == WAIT
    assert feed.left == before
    stage.venue.sequence -= BACKLOG + 1
    stage.look()
    assert feed.left < before


def test_the_clock_goes_with_the_feed_to_its_end_and_stands_there(stage: Stage) -> None:
    stage.venue.follow(Steps(50))
    stage.start(FAST)
    while stage.venue.feed is not None:
        assert stage.look() == 0
    assert stage.gone == 50 * SECOND


def test_a_switch_is_followed_at_once(stage: Stage) -> None:
    stage.start(REAL)
    stage.clock.switch(accelerated(60))
    assert stage.loop.pause == 0
    assert stage.look() == STEP
    stage.look(gone=50)
    assert stage.gone == 3000


def test_where_an_accelerated_clock_stands_is_journaled_once_a_second(stage: Stage) -> None:
    stage.start(accelerated(60))
    before = stage.venue.sequence
    for _ in range(60):
        stage.look(gone=50)
    assert stage.venue.sequence - before == 3
    assert stage.venue.state.now == stage.venue.now()
    stage.look(gone=50)
    assert stage.venue.state.now < stage.venue.now()
    stage.beat.stop()
    assert stage.venue.state.now == stage.venue.now()


def test_a_real_clock_that_is_not_the_machines_goes_on_where_it_was(tmp_path: Path) -> None:
    settings = Settings(port=0, data=str(tmp_path / "venue.db"), start=NOON)
    with running(settings, Kept()) as server:
        time.sleep(0.05)
        stood_at = server.call(lambda venue: venue.now())
    parts = compose(settings)
    assert stood_at >= NOON + 50
    assert parts.venue.now() >= stood_at
    parts.close()


@pytest.mark.parametrize("clock", ["x1000", "manual"])
def test_time_survives_a_restart_and_a_speed_does_not(tmp_path: Path, clock: str) -> None:
    """Without a start the journal says where the clock stands, and the settings how it goes."""
    data = str(tmp_path / "venue.db")
    parts = compose(Settings(data=data, clock="manual", start=NOON))
    parts.venue.move_clock(NOON + HOUR)
    parts.close()
    parts = compose(Settings(data=data, clock=clock))
    assert 0 <= parts.venue.now() - NOON - HOUR < 1000 * HOUR
    parts.close()
    parts = compose(Settings(data=data, clock="manual"))
    assert parts.clock.mode is ClockMode.MANUAL
    assert parts.venue.now() >= NOON + HOUR
    parts.close()


def test_an_error_ends_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.start(REAL)
    monkeypatch.setattr(stage.parts, "keep_snapshot", lambda: 1 // 0)
    assert stage.loop.act is not None
    stage.loop.act()
    assert [type(error) for error in stage.errors] == [ZeroDivisionError]
