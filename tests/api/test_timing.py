"""Timing: a signed request is accepted within its window of the venue's clock, and not ahead."""

from __future__ import annotations

import pytest

from perpbox.money import Millis
from tests.api.exchange import DAY, HOUR, NOON, Exchange
from tests.api.trader import Trader, open_trader

ACCOUNT = "/fapi/v3/account"
OUTSIDE = "Timestamp for this request is outside of the recvWindow."
AHEAD = "Timestamp for this request was 1000ms ahead of the server's time."


def lag(trader: Trader, milliseconds: int, **more: object) -> tuple[int, str]:
    """What is told about a timestamp so far behind the venue's: (code, message)."""
    answer = trader.ask("GET", ACCOUNT, timestamp=trader.exchange.now - milliseconds, **more)
    if answer.status == 200:
        return 0, ""
    assert answer.status == 400
    return answer.code, answer.json["msg"]


# vectors.md J, the timing rule of the general-info page.


@pytest.mark.parametrize("recv_window", [None, 1, 5000, 60_000])
def test_j_999_ms_ahead_is_accepted_whatever_the_window(
    alice: Trader, recv_window: int | None
) -> None:
    assert lag(alice, -999, recvWindow=recv_window) == (0, "")


@pytest.mark.parametrize("recv_window", [None, 1, 5000, 60_000])
def test_j_1000_ms_ahead_is_refused_whatever_the_window(
    alice: Trader, recv_window: int | None
) -> None:
    assert lag(alice, -1000, recvWindow=recv_window) == (-1021, AHEAD)


def test_j_5000_ms_behind_is_accepted_by_default(alice: Trader) -> None:
    assert lag(alice, 5000) == (0, "")


def test_j_5001_ms_behind_is_refused_by_default(alice: Trader) -> None:
    assert lag(alice, 5001) == (-1021, OUTSIDE)


@pytest.mark.parametrize("recv_window", [0, 1, 10_000, 9_999_999])
def test_the_client_says_how_long_a_request_is_good_for(alice: Trader, recv_window: int) -> None:
    assert lag(alice, recv_window, recvWindow=recv_window) == (0, "")
    assert lag(alice, recv_window + 1, recvWindow=recv_window) == (-1021, OUTSIDE)


def test_a_request_grows_stale_as_the_venues_clock_moves(alice: Trader) -> None:
    request = alice.request("GET", ACCOUNT)
    assert alice.exchange.answer(request).status == 200
    alice.exchange.pass_time(5000)
    assert alice.exchange.answer(request).status == 200
    alice.exchange.pass_time(1)
    assert alice.exchange.answer(request).refusal == (400, -1021)


@pytest.mark.parametrize(
    ("timestamp", "code"),
    [
        ("", -1105),
        ("now", -1102),
        ("1.5", -1102),
        ("1e12", -1102),
        ("NaN", -1102),
        ("9" * 19, -1102),
        ("9" * 5000, -1102),
        ("\u0661", -1102),
        (str(2**63 - 1), -1021),
        (str(-(2**63) + 1), -1021),
        ("0", -1021),
        ("-0", -1021),
    ],
)
def test_a_timestamp_that_is_none_is_refused(alice: Trader, timestamp: str, code: int) -> None:
    assert alice.refused("GET", ACCOUNT, timestamp=timestamp) == code


def test_a_signed_request_needs_a_timestamp(alice: Trader) -> None:
    answer = alice.exchange.answer(alice.signed("GET", ACCOUNT, "recvWindow=5000"))
    assert answer.refusal == (400, -1102)
    assert "'timestamp'" in answer.json["msg"]


@pytest.mark.parametrize(
    ("recv_window", "code"), [("", -1105), ("long", -1130), ("-1", -1130), ("5.0", -1130)]
)
def test_a_window_that_is_none_is_refused(alice: Trader, recv_window: str, code: int) -> None:
    assert alice.refused("GET", ACCOUNT, recvWindow=recv_window) == code


def test_a_public_request_needs_no_time(exchange: Exchange) -> None:
    assert exchange.get("/fapi/v1/time", "timestamp=nonsense") == {"serverTime": NOON}


# The machine's own clock, beside a venue's that is another.


class MachineClock:
    """Another clock; None while it counts for nothing."""

    def __init__(self, now: Millis | None) -> None:
        self.now = now

    def __call__(self) -> Millis | None:
        return self.now


def test_a_timestamp_may_be_right_by_the_machines_clock() -> None:
    machine = MachineClock(NOON - 400 * DAY)
    trader = open_trader(Exchange(machine_clock=machine))
    assert lag(trader, 0) == (0, "")
    assert lag(trader, 400 * DAY) == (0, "")
    assert lag(trader, 400 * DAY + 5000) == (0, "")
    assert lag(trader, 400 * DAY + 5001) == (-1021, OUTSIDE)
    assert lag(trader, 400 * DAY - 999) == (0, "")
    assert lag(trader, 400 * DAY - 1000) == (-1021, OUTSIDE)
    assert lag(trader, -1000) == (-1021, AHEAD)


def test_ahead_of_the_venue_is_right_where_the_machine_is_ahead_too() -> None:
    machine = MachineClock(NOON + HOUR)
    trader = open_trader(Exchange(machine_clock=machine))
    assert lag(trader, -HOUR) == (0, "")
    assert lag(trader, -HOUR - 1000) == (-1021, AHEAD)


def test_a_machines_clock_that_says_nothing_allows_nothing() -> None:
    trader = open_trader(Exchange(machine_clock=MachineClock(None)))
    assert lag(trader, 0) == (0, "")
    assert lag(trader, 5001) == (-1021, OUTSIDE)
