"""The market outside moves the venue: each moment at its time, in order with what falls due."""

from __future__ import annotations

import pytest

from perpbox.engine.commands import Command, FollowMarket, MarketMove, MoveClock, OpenVenue
from perpbox.engine.events import Event, FundingSettled, PremiumMoved, PriceMoved
from perpbox.engine.line import Line
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.state import State
from perpbox.feed.clock import ManualClock
from perpbox.journal.journal import Head
from perpbox.journal.memory import MemoryJournal
from perpbox.money import Millis, parse
from perpbox.venue import Venue
from tests.worlds import CATALOGUE

NOON = 1_795_348_800_000
SECOND = 1000
HOUR = 3600 * SECOND


def moved(mark: str) -> Command:
    price = parse(mark)
    return FollowMarket([MarketMove("BTCUSDT", price, price)], {})


class Steps:
    """A feed with a step at each of these moments."""

    def __init__(self, steps: dict[Millis, Command]) -> None:
        self.steps = sorted(steps.items(), key=lambda step: step[0])
        self.untils: list[Millis] = []

    @property
    def next_time(self) -> Millis | None:
        return self.steps[0][0] if self.steps else None

    @next_time.setter
    def next_time(self, time: Millis | None) -> None:
        raise NotImplementedError

    def take(self, until: Millis) -> list[Command]:
        self.untils.append(until)
        return [self.steps.pop(0)[1]]


class Stage:
    """A venue on a manual clock that opened at noon, and the lines since."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        journal = MemoryJournal(Head(b"", 0, created=0))
        self.venue = Venue(State(CATALOGUE), 0, journal, ManualClock(NOON))
        self.venue.submit(OpenVenue())
        self.venue.listeners.append(self.lines.append)
        self.ends: list[Rejected | None] = []
        self.venue.on_feed_end = self.ends.append

    def times(self, kind: type[Event]) -> list[Millis]:
        """When such an event happened, counted from noon."""
        return [
            line.time - NOON
            for line in self.lines
            if any(type(event) is kind for event in line.events)
        ]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_each_step_happens_at_its_own_time(stage: Stage) -> None:
    feed = Steps({NOON + at * SECOND: moved(f"5000{at}") for at in (1, 2, 4)})
    stage.venue.follow(feed)
    assert stage.venue.next_due() == NOON + SECOND
    stage.venue.move_clock(NOON + 3 * SECOND)
    assert stage.times(PriceMoved) == [1000, 2000]
    assert stage.venue.state.marks["BTCUSDT"] == parse("50002")
    assert feed.untils == [NOON + 3 * SECOND] * 2


def test_a_command_comes_after_what_the_market_did_before_it(stage: Stage) -> None:
    stage.venue.follow(Steps({NOON + SECOND: moved("50001")}))
    stage.venue.clock.set(NOON + 2 * SECOND)
    stage.venue.submit(MoveClock())
    assert [line.time - NOON for line in stage.lines] == [1000, 2000]


def test_funding_comes_before_a_price_of_the_same_moment(stage: Stage) -> None:
    stage.venue.follow(Steps({NOON + 4 * HOUR: moved("60000")}))
    stage.venue.move_clock(NOON + 4 * HOUR)
    kinds = [type(event) for line in stage.lines for event in line.events]
    assert kinds.index(FundingSettled) < kinds.index(PriceMoved)


def test_premiums_are_sampled_as_they_were_before_each_step(stage: Stage) -> None:
    """The ladder goes away from the index at the first second, and is seen at the fifth."""
    price, index = parse("50000"), parse("49000")
    apart = FollowMarket([MarketMove("BTCUSDT", price, index)], {})
    stage.venue.follow(Steps({NOON + SECOND: apart, NOON + 6 * SECOND: moved("49000")}))
    stage.venue.move_clock(NOON + 20 * SECOND)
    premium = [
        (line.time - NOON, event.premium != 0, event.since * 5 * SECOND - NOON)
        for line in stage.lines
        for event in line.events
        if isinstance(event, PremiumMoved) and event.symbol == "BTCUSDT"
    ]
    assert premium == [(6000, True, 5000), (20000, False, 10000)]


def test_a_feed_that_is_over_says_so(stage: Stage) -> None:
    stage.venue.follow(Steps({NOON + SECOND: moved("50001")}))
    stage.venue.move_clock(NOON + SECOND)
    assert stage.ends == [None]
    stage.venue.move_clock(NOON + HOUR)
    assert stage.times(PriceMoved) == [1000]


def test_a_step_that_is_refused_ends_the_feed_and_nothing_else(stage: Stage) -> None:
    stage.venue.follow(Steps({NOON + SECOND: moved("-1"), NOON + 2 * SECOND: moved("50001")}))
    stage.venue.move_clock(NOON + 3 * SECOND)
    (refused,) = stage.ends
    assert refused is not None
    assert refused.reject is Reject.INVALID_PRICE
    assert stage.times(PriceMoved) == []
    assert stage.venue.failure is None


def test_nobody_follows_a_feed_that_was_taken_away(stage: Stage) -> None:
    stage.venue.follow(Steps({NOON + SECOND: moved("50001")}))
    stage.venue.follow(None)
    stage.venue.move_clock(NOON + HOUR)
    assert stage.times(PriceMoved) == []
