"""The one writer: commands become lines, time only goes forward, and nothing is told too early."""

from __future__ import annotations

from functools import partial

import pytest

from perpbox.account import BUY, OrderType, PositionSide
from perpbox.engine.commands import (
    CancelAllOrders,
    Command,
    MoveClock,
    OpenAccount,
    OpenVenue,
    PlaceOrder,
    Tick,
    Transfer,
)
from perpbox.engine.events import ClockMoved, FundingSettled, OrderExpired
from perpbox.engine.handle import _HANDLE
from perpbox.engine.line import Line
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.snapshot import dump
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.feed.clock import BackInTime, ManualClock
from perpbox.money import parse
from perpbox.venue import Venue, VenueFailed
from tests.worlds import CATALOGUE

NOON = 1_795_348_800_000
HOUR = 3_600_000
YEAR = 365 * 24 * HOUR
"""How long a GTC order stands (common-definition page)."""


class Lines:
    """A journal as a list, durable up to where a test says."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.durable_sequence = 0
        self.at_once = True

    def append(self, line: Line) -> None:
        self.lines.append(line)
        if self.at_once:
            self.durable_sequence = line.sequence


class Clock:
    """A clock that may stand wherever a test puts it."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> int:
        return self.time

    def set(self, now: int) -> None:
        self.time = now


@pytest.fixture
def journal() -> Lines:
    return Lines()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def venue(journal: Lines, clock: Clock) -> Venue:
    venue = Venue(State(CATALOGUE), 0, journal, clock)
    venue.submit(OpenVenue())
    venue.submit(OpenAccount("alice", {"USDT": parse("10000")}))
    return venue


def bid(price: str = "40000") -> PlaceOrder:
    return PlaceOrder(
        1,
        "BTCUSDT",
        BUY,
        PositionSide.BOTH,
        OrderType.LIMIT,
        parse("0.01"),
        parse(price),
    )


NONE_TO_CANCEL = CancelAllOrders(1, "BTCUSDT")


def test_a_turn_becomes_a_line(venue: Venue, journal: Lines, clock: Clock) -> None:
    clock.time += 5
    turn = venue.submit(bid())
    assert venue.sequence == 3
    line = journal.lines[-1]
    assert (line.sequence, line.time, line.command) == (3, NOON + 5, bid())
    assert line.events == turn.events
    assert venue.state.now == NOON + 5


@pytest.mark.parametrize(
    "command", [Transfer(9, "USDT", 1), Transfer(1, "NOPE", 1), bid("0"), OpenVenue()]
)
def test_a_refusal_is_no_turn(venue: Venue, journal: Lines, command: Command) -> None:
    heard: list[Line] = []
    venue.listeners.append(heard.append)
    before = dump(venue.state), venue.sequence, len(journal.lines)
    with pytest.raises(Rejected):
        venue.submit(command)
    assert (dump(venue.state), venue.sequence, len(journal.lines)) == before
    assert heard == []


def test_a_turn_in_which_nothing_happens_is_no_line(venue: Venue, journal: Lines) -> None:
    turn = venue.submit(NONE_TO_CANCEL)
    assert turn.events == []
    assert (venue.sequence, len(journal.lines)) == (2, 2)


def test_listeners_hear_every_line_after_it_is_appended(venue: Venue, journal: Lines) -> None:
    heard: list[tuple[int, int]] = []
    venue.listeners.append(lambda line: heard.append((line.sequence, journal.lines[-1].sequence)))
    venue.submit(bid())
    venue.submit(NONE_TO_CANCEL)
    assert heard == [(3, 3), (4, 4)]


# Time


def test_time_never_falls_behind_the_last_turn(venue: Venue, clock: Clock) -> None:
    clock.time = NOON + 100
    venue.submit(bid())
    clock.time = NOON - 100
    assert venue.now() == NOON + 100
    venue.submit(NONE_TO_CANCEL)
    assert venue.state.now == NOON + 100


def test_what_falls_due_is_done_when_it_is_asked_for(venue: Venue, clock: Clock) -> None:
    venue.submit(bid())
    venue.do_due()
    clock.time += YEAR - 1
    venue.do_due()
    assert len(venue.state.orders) == 1
    clock.time += 1
    venue.do_due()
    assert venue.state.orders == {}


def test_a_jump_of_the_clock_does_what_falls_due_at_its_time(
    venue: Venue, journal: Lines, clock: Clock
) -> None:
    venue.submit(bid())
    clock.time += 1000
    venue.submit(bid())
    venue.move_clock(NOON + 2 * YEAR)
    ends = [line.time for line in journal.lines if isinstance(line.events[0], OrderExpired)]
    assert ends == [NOON + YEAR, NOON + 1000 + YEAR]
    assert venue.now() == NOON + 2 * YEAR


def test_a_jump_over_three_settlements_makes_three_each_at_its_own_time(
    venue: Venue, journal: Lines
) -> None:
    venue.move_clock(NOON + 24 * HOUR)
    settled = [line for line in journal.lines if isinstance(line.events[0], FundingSettled)]
    assert [line.time for line in settled] == [NOON + hours * HOUR for hours in (4, 12, 20)]
    assert {type(line.command) for line in settled} == {Tick}


def test_what_a_venue_has_slept_through_is_done_before_the_next_command(
    venue: Venue, journal: Lines, clock: Clock
) -> None:
    """Nobody has looked at the clock for a day: the order comes after three settlements."""
    clock.time += 24 * HOUR
    venue.submit(bid())
    settled = [line.time for line in journal.lines if isinstance(line.events[0], FundingSettled)]
    assert settled == [NOON + hours * HOUR for hours in (4, 12, 20)]
    assert journal.lines[-1].time == NOON + 24 * HOUR


def test_a_jump_is_journaled_so_that_no_start_falls_behind_it(
    venue: Venue, journal: Lines, clock: Clock
) -> None:
    venue.submit(bid())
    venue.move_clock(NOON + YEAR - 1)
    assert (venue.sequence, clock.time) == (journal.lines[-1].sequence, NOON + YEAR - 1)
    assert (journal.lines[-1].command, journal.lines[-1].time) == (MoveClock(), NOON + YEAR - 1)
    assert venue.state.now == NOON + YEAR - 1
    venue.move_clock(NOON + YEAR)
    assert [type(line.command) for line in journal.lines[-2:]] == [Tick, MoveClock]


def test_a_venue_does_not_jump_back() -> None:
    venue = Venue(State(CATALOGUE), 0, Lines(), ManualClock(NOON))
    with pytest.raises(BackInTime):
        venue.move_clock(NOON - 1)


# Durability


def test_what_is_durable_at_once_waits_for_nothing(venue: Venue) -> None:
    told: list[int] = []
    venue.submit(bid())
    venue.when_durable(venue.sequence, lambda: told.append(1))
    assert told == [1]
    assert venue.durable_sequence == 3


def test_callbacks_wait_for_their_line_in_order(venue: Venue, journal: Lines) -> None:
    told: list[str] = []
    journal.at_once = False
    for name in ("first", "second", "third"):
        venue.submit(bid())
        venue.when_durable(venue.sequence, partial(told.append, name))
    venue.when_durable(venue.sequence, lambda: told.append("also third"))
    assert told == []
    venue.note_durable(3)
    assert told == ["first"]
    venue.note_durable(3)
    venue.note_durable(2)
    assert told == ["first"]
    assert venue.durable_sequence == 3
    venue.note_durable(5)
    assert told == ["first", "second", "third", "also third"]


def test_a_callback_that_fails_holds_up_no_other(venue: Venue, journal: Lines) -> None:
    def fail() -> None:
        raise LookupError

    told: list[str] = []
    journal.at_once = False
    venue.submit(bid())
    for act in (partial(told.append, "first"), fail, fail, partial(told.append, "last")):
        venue.when_durable(venue.sequence, act)
    with pytest.raises(LookupError):
        venue.note_durable(venue.sequence)
    assert told == ["first", "last"]


def test_a_callback_may_submit_and_wait_in_its_turn(venue: Venue, journal: Lines) -> None:
    told: list[int] = []
    journal.at_once = False

    def go_on() -> None:
        venue.submit(bid())
        venue.when_durable(venue.sequence, lambda: told.append(venue.sequence))

    venue.submit(bid())
    venue.when_durable(venue.sequence, go_on)
    venue.note_durable(3)
    assert (told, venue.sequence) == ([], 4)
    venue.note_durable(4)
    assert told == [4]


def test_a_journal_that_catches_up_by_itself_is_noticed(venue: Venue, journal: Lines) -> None:
    journal.at_once = True
    venue.submit(bid())
    assert venue.durable_sequence == venue.sequence


def test_nobody_is_called_back_in_the_middle_of_a_turn(venue: Venue, journal: Lines) -> None:
    """A callback may submit, and the turn under way has not been told yet."""
    told: list[int] = []
    journal.at_once = False
    venue.submit(bid())
    venue.when_durable(3, lambda: told.append(3))
    journal.at_once = True
    venue.submit(bid())
    assert told == []
    venue.note_durable(4)
    assert told == [3]


def test_a_start_goes_on_where_the_last_one_ended(venue: Venue, journal: Lines) -> None:
    again = Venue(venue.state, venue.sequence, journal, Clock())
    assert (again.sequence, again.durable_sequence) == (2, 2)
    again.submit(bid())
    assert [line.sequence for line in journal.lines] == [1, 2, 3]


def test_a_refusal_says_which_rule_it_was(venue: Venue) -> None:
    with pytest.raises(Rejected) as refused:
        venue.submit(bid("60000"))
    assert refused.value.reject is Reject.PRICE_ABOVE_MULTIPLIER


# A fault of the program: the state may be ahead of the journal, so nothing may follow.


class Broken(Exception):
    """What a faulty part of the program raises."""


def test_after_a_fault_no_command_is_taken(venue: Venue, journal: Lines) -> None:
    faults: list[BaseException] = []
    venue.on_failure = faults.append

    def fail(line: Line) -> None:
        raise Broken

    venue.listeners.append(fail)
    with pytest.raises(Broken):
        venue.submit(bid())
    assert [type(fault) for fault in faults] == [Broken]
    assert venue.failure is faults[0]
    lines = len(journal.lines)
    with pytest.raises(VenueFailed) as failed:
        venue.submit(bid())
    assert failed.value.__cause__ is faults[0]
    assert len(journal.lines) == lines


def test_a_journal_that_cannot_be_written_stops_the_venue(venue: Venue) -> None:
    class Full(Lines):
        def append(self, line: Line) -> None:
            raise OSError(f"no space left for line {line.sequence}")

    venue.journal = Full()
    with pytest.raises(OSError, match="no space left"):
        venue.submit(bid())
    with pytest.raises(VenueFailed):
        venue.submit(NONE_TO_CANCEL)


def test_a_refusal_is_no_fault(venue: Venue) -> None:
    with pytest.raises(Rejected):
        venue.submit(bid("0"))
    assert venue.failure is None
    assert venue.submit(bid()).orders


def test_a_turn_that_breaks_off_is_the_venues_last(
    venue: Venue, journal: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is ahead of the journal then, and only a new start puts that right."""

    def break_off(turn: Turn, _: Tick) -> None:
        turn.emit(ClockMoved())
        raise ZeroDivisionError

    monkeypatch.setitem(_HANDLE, Tick, break_off)
    told: list[BaseException] = []
    venue.on_failure = told.append
    with pytest.raises(ZeroDivisionError):
        venue.submit(Tick())
    assert [type(error) for error in told] == [ZeroDivisionError]
    with pytest.raises(VenueFailed):
        venue.submit(bid())
    assert [line.sequence for line in journal.lines] == [1, 2]
    assert len(told) == 1
