"""Funding of a relayed market: the other venue's rate, settled here at the time told."""

from __future__ import annotations

import pytest

from perpbox.engine.events import FundingSettled
from perpbox.money import Millis, parse
from tests.feed.relayed import HOUR, NOON, SECOND, Follower, mark

FOUR: Millis = NOON + 4 * HOUR
"""At 16:00: the next settlement of every eight hours."""
MINUTE = 60 * SECOND


@pytest.fixture
def follower() -> Follower:
    return Follower()


def told(rate: str, funding: Millis, time: Millis) -> dict[str, object]:
    return mark("60000", "60000", rate=rate, funding=funding, time=time)


def rate_of(follower: Follower) -> int | None:
    return follower.market().funding.fixed_rate


def settled(follower: Follower) -> list[tuple[int, int]]:
    return [
        (event.funding_time - NOON, event.rate)
        for line in follower.lines
        for event in line.events
        if isinstance(event, FundingSettled) and event.symbol == "BTCUSDT"
    ]


def test_the_rate_that_is_told_is_settled(follower: Follower) -> None:
    follower.follow(told("0.00031", FOUR, NOON))
    follower.pass_time(4 * HOUR)
    assert settled(follower) == [(4 * HOUR, parse("0.00031"))]


def test_a_rate_is_taken_once_a_minute_and_the_last_ones_all(follower: Follower) -> None:
    for second in range(120):
        follower.follow(told(f"0.{second + 1:06}", FOUR, NOON + second * SECOND))
        follower.pass_time(SECOND)
    assert follower.commands().count("SetFunding") == 2
    follower.pass_time(FOUR - follower.venue.now() - 30 * SECOND)
    for second in range(29):
        follower.follow(told(f"0.{second + 1:06}", FOUR, follower.venue.now()))
        follower.pass_time(SECOND)
    follower.pass_time(SECOND)
    assert settled(follower) == [(4 * HOUR, parse("0.000029"))]


def test_the_rate_of_the_next_settlement_waits_for_this_one(follower: Follower) -> None:
    """The other venue's clock is a moment ahead."""
    follower.follow(told("0.0001", FOUR, NOON))
    follower.pass_time(4 * HOUR - 1)
    follower.follow(told("0.0009", FOUR + 8 * HOUR, FOUR))
    assert rate_of(follower) == parse("0.0001")
    follower.pass_time(SECOND)
    follower.follow(told("0.0009", FOUR + 8 * HOUR, FOUR + SECOND))
    assert rate_of(follower) == parse("0.0009")
    assert settled(follower) == [(4 * HOUR, parse("0.0001"))]


def test_the_rate_of_a_settlement_that_has_been_is_not_taken(follower: Follower) -> None:
    """The other venue's clock is a moment behind."""
    follower.follow(told("0.0001", FOUR, NOON))
    follower.pass_time(4 * HOUR)
    follower.follow(told("0.0002", FOUR, FOUR - 1))
    assert rate_of(follower) == parse("0.0001")


def test_an_interval_is_the_one_that_leads_to_the_time_told(follower: Follower) -> None:
    follower.follow(told("0.0001", NOON + HOUR, NOON))
    assert follower.market().funding.interval_hours == 1
    assert follower.market().next_funding == NOON + HOUR
    follower.pass_time(HOUR)
    follower.follow(told("0.0001", FOUR, NOON + HOUR))
    assert follower.market().funding.interval_hours == 8
    follower.pass_time(3 * HOUR)
    assert [time for time, _ in settled(follower)] == [HOUR, 4 * HOUR]


def test_an_interval_of_four_hours_skips_none_of_its_times(follower: Follower) -> None:
    """Told at 19:59:59.999 by ours and 20:00 by the other's clock, 24:00 could be every eight."""
    follower.pass_time(4 * HOUR)
    follower.follow(told("0.0001", FOUR + 4 * HOUR, FOUR))
    assert follower.market().funding.interval_hours == 4
    follower.pass_time(4 * HOUR - 1)
    follower.follow(told("0.0002", FOUR + 8 * HOUR, FOUR + 4 * HOUR))
    assert follower.market().funding.interval_hours == 4
    follower.pass_time(SECOND)
    assert settled(follower)[-1] == (8 * HOUR, parse("0.0001"))


def test_a_time_that_no_interval_leads_to_changes_nothing(follower: Follower) -> None:
    before = follower.market().funding
    follower.follow(told("0.0001", NOON + 90 * MINUTE, NOON))
    follower.follow(told("0.0001", 0, NOON))
    assert follower.market().funding == before


def test_what_is_not_settled_has_no_rate(follower: Follower) -> None:
    follower.follow(told("", 0, NOON))
    assert rate_of(follower) is None
    assert follower.market().mark == parse("60000")
