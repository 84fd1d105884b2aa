"""Prices, liquidity and time over `/box/v1`."""

from __future__ import annotations

from typing import Any

import pytest

from perpbox.account import BUY, SELL
from perpbox.engine.commands import Command
from perpbox.feed.clock import ClockMode
from perpbox.money import SCALE
from tests.control.desk import NOON, Office

PRICES = "/box/v1/prices"
LIQUIDITY = "/box/v1/liquidity"
CLOCK = "/box/v1/clock"
HOUR = 3_600_000


def test_one_price_moves_mark_index_and_ladder() -> None:
    office = Office()
    told = office.post(PRICES, {"BTCUSDT": "50000", "ETHUSDT": "2500.5"})
    assert told.json == {
        "BTCUSDT": {"mark": "50000", "index": "50000", "last": "50000"},
        "ETHUSDT": {"mark": "2500.5", "index": "2500.5", "last": "2500.5"},
    }
    market = office.state.markets["BTCUSDT"]
    assert (market.mark, market.index) == (50_000 * SCALE, 50_000 * SCALE)
    assert market.best_price(BUY) < market.mark < market.best_price(SELL)


def test_mark_and_index_are_told_apart() -> None:
    office = Office()
    office.post(PRICES, {"BTCUSDT": "50000"})
    told = office.post(PRICES, {"BTCUSDT": {"mark": "50100", "index": "49990"}})
    assert told.json == {"BTCUSDT": {"mark": "50100", "index": "49990", "last": "50000"}}
    assert office.post(PRICES, {"BTCUSDT": {"index": "49000"}}).json == {
        "BTCUSDT": {"mark": "50100", "index": "49000", "last": "50000"}
    }
    assert office.post(PRICES, {"BTCUSDT": {"last": "48000"}}).json == {
        "BTCUSDT": {"mark": "50100", "index": "49000", "last": "48000"}
    }


@pytest.mark.parametrize("figure", ["600", {"index": "600"}])
def test_an_asset_index_moves_likewise(figure: Any) -> None:
    office = Office()
    assert office.post(PRICES, {"BNBUSD": figure}).json == {"BNBUSD": "600"}
    assert office.state.asset_indexes["BNB"] == 600 * SCALE


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "INVALID_REQUEST"),
        (None, "INVALID_REQUEST"),
        ({"BTCUSDT": {}}, "INVALID_REQUEST"),
        ({"BTCUSDT": {"close": "1"}}, "INVALID_REQUEST"),
        ({"BTCUSDT": {"last": "0"}}, "INVALID_PRICE"),
        ({"BNBUSD": {"index": "600", "last": "600"}}, "INVALID_REQUEST"),
        ({"BTCUSDT": 50000}, "INVALID_REQUEST"),
        ({"BTCUSDT": None}, "INVALID_REQUEST"),
        ({"BTCUSDT": "0"}, "INVALID_PRICE"),
        ({"BTCUSDT": "-1"}, "INVALID_PRICE"),
        ({"BTCUSDT": "NaN"}, "INVALID_PRICE"),
        ({"BTCUSDT": "1e309"}, "INVALID_PRICE"),
        ({"BTCUSDT": {"mark": "50000", "index": "0"}}, "INVALID_PRICE"),
        ({"BTCUSDT": "1" * 20}, "INVALID_PRICE"),
        ({"BTCUSDT": "50000", "NOSUCH": "1"}, "UNKNOWN_SYMBOL"),
        ({"btcusdt": "50000"}, "UNKNOWN_SYMBOL"),
        ({"BNBUSD": {"mark": "600"}}, "INVALID_REQUEST"),
        ({"BNBUSD": "0"}, "INVALID_PRICE"),
        (["BTCUSDT", "1"], "INVALID_REQUEST"),
    ],
)
def test_prices_that_cannot_be_are_refused(body: Any, error: str) -> None:
    office = Office()
    before = dict(office.state.marks)
    told = office.changes_nothing(lambda: office.post(PRICES, body))
    assert (told.status, told.error) == (400, error)
    assert office.state.marks == before


def test_quotes_replace_the_ladder_until_the_price_moves() -> None:
    office = Office()
    office.post(PRICES, {"BTCUSDT": "50000"})
    quotes = {"symbol": "BTCUSDT", "bids": [["49000", "1"], ["49999.9", "1.5"]], "asks": []}
    assert office.post(LIQUIDITY, quotes).json == {
        "symbol": "BTCUSDT",
        "bids": [["49999.9", "1.5"], ["49000", "1"]],
        "asks": [],
    }
    market = office.state.markets["BTCUSDT"]
    assert market.depth(BUY, 5)[0] == (4_999_990_000_000, 150_000_000)
    assert market.depth(SELL, 5) == []
    office.post(PRICES, {"BTCUSDT": "50000"})
    assert len(market.depth(SELL, 5)) == 5


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "INVALID_REQUEST"),
        ({"symbol": "NOSUCH"}, "UNKNOWN_SYMBOL"),
        ({"symbol": "BTCUSDT", "bids": [["50000"]]}, "INVALID_REQUEST"),
        ({"symbol": "BTCUSDT", "bids": [["50000", "1", "2"]]}, "INVALID_REQUEST"),
        ({"symbol": "BTCUSDT", "bids": [[50000, 1]]}, "INVALID_REQUEST"),
        ({"symbol": "BTCUSDT", "bids": [["50000", "0"]]}, "INVALID_QUOTE_QUANTITY"),
        ({"symbol": "BTCUSDT", "bids": [["50000", "-1"]]}, "INVALID_QUOTE_QUANTITY"),
        ({"symbol": "BTCUSDT", "bids": [["50000", "0.0001"]]}, "INVALID_QUOTE_QUANTITY"),
        ({"symbol": "BTCUSDT", "bids": [["50000.01", "1"]]}, "INVALID_PRICE"),
        ({"symbol": "BTCUSDT", "bids": [["0", "1"]]}, "INVALID_PRICE"),
        (
            {"symbol": "BTCUSDT", "bids": [["50000", "1"]], "asks": [["50000", "1"]]},
            "CROSSED_QUOTES",
        ),
    ],
)
def test_quotes_that_cannot_be_are_refused(body: Any, error: str) -> None:
    office = Office()
    told = office.changes_nothing(lambda: office.post(LIQUIDITY, body))
    assert (told.status, told.error) == (400, error)


# Where mark prices come from, and funding

SOURCES = "/box/v1/mark-sources"
FUNDING = "/box/v1/funding"


def test_a_mark_price_by_the_formula_is_not_set() -> None:
    office = Office()
    office.post(PRICES, {"BTCUSDT": "50000"})
    assert office.post(SOURCES, {"BTCUSDT": "formula"}).json == {"BTCUSDT": "formula"}
    told = office.changes_nothing(lambda: office.post(PRICES, {"BTCUSDT": {"mark": "51000"}}))
    assert (told.status, told.error) == (409, "MARK_BY_FORMULA")
    # A price by itself moves what the formula is made of.
    office.post(PRICES, {"BTCUSDT": "51000"})
    market = office.state.markets["BTCUSDT"]
    assert market.index == market.last_price == market.mark == 51_000 * SCALE
    assert office.post(SOURCES, {"BTCUSDT": "set"}).json == {"BTCUSDT": "set"}
    assert office.post(PRICES, {"BTCUSDT": {"mark": "52000"}}).json["BTCUSDT"]["mark"] == "52000"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "INVALID_REQUEST"),
        ({"BTCUSDT": "feed"}, "INVALID_REQUEST"),
        ({"BTCUSDT": None}, "INVALID_REQUEST"),
        ({"BTCUSDT": "formula", "NOSUCH": "formula"}, "UNKNOWN_SYMBOL"),
    ],
)
def test_sources_that_cannot_be_are_refused(body: Any, error: str) -> None:
    office = Office()
    told = office.changes_nothing(lambda: office.post(SOURCES, body))
    assert (told.status, told.error) == (400, error)


def test_funding_is_set_in_part_and_told_whole() -> None:
    office = Office()
    told = office.post(FUNDING, {"BTCUSDT": {"rate": "0.0005", "intervalHours": 1}})
    shown = {
        "intervalHours": 1,
        "interestRate": "0.0001",
        "floor": "-0.003",
        "cap": "0.003",
        "rate": "0.0005",
        "nextFundingTime": NOON + HOUR,
    }
    assert told.json == {"BTCUSDT": shown}
    told = office.post(FUNDING, {"BTCUSDT": {"rate": None, "floor": "0"}})
    assert told.json == {"BTCUSDT": {**shown, "rate": None, "floor": "0"}}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "INVALID_REQUEST"),
        ({"NOSUCH": {}}, "UNKNOWN_SYMBOL"),
        ({"BTCUSDT": {"interval": 1}}, "INVALID_REQUEST"),
        ({"BTCUSDT": {"intervalHours": "8"}}, "INVALID_REQUEST"),
        ({"BTCUSDT": {"intervalHours": 0}}, "INVALID_FUNDING"),
        ({"BTCUSDT": {"intervalHours": 5}}, "INVALID_FUNDING"),
        ({"BTCUSDT": {"intervalHours": 48}}, "INVALID_FUNDING"),
        ({"BTCUSDT": {"rate": "1.00000001"}}, "INVALID_FUNDING"),
        ({"BTCUSDT": {"rate": "NaN"}}, "INVALID_FUNDING"),
        ({"BTCUSDT": {"rate": "0.000000001"}}, "INVALID_FUNDING"),
        ({"BTCUSDT": {"cap": "-0.5"}}, "INVALID_FUNDING"),
        ({"BTCUSDT": {"floor": "0.5"}}, "INVALID_FUNDING"),
        ({"BTCUSDT": {"rate": "0.1"}, "ETHUSDT": {"rate": "-2"}}, "INVALID_FUNDING"),
    ],
)
def test_funding_that_cannot_be_is_refused(body: Any, error: str) -> None:
    office = Office()
    told = office.changes_nothing(lambda: office.post(FUNDING, body))
    assert (told.status, told.error) == (400, error)


# Time


def test_the_clock_is_advanced_and_sent_ahead() -> None:
    office = Office()
    assert office.post(CLOCK, {"advance": "8h"}).json == {
        "mode": "manual",
        "time": NOON + 8 * HOUR,
        "iso": "2026-11-22T20:00:00.000Z",
    }
    assert office.post(CLOCK, {"advance": 250}).json["time"] == NOON + 8 * HOUR + 250
    told = office.post(CLOCK, {"to": "2026-11-23T00:00:00+01:00"})
    assert told.json["time"] == NOON + 11 * HOUR
    assert office.post(CLOCK, {"to": NOON + 12 * HOUR}).json["time"] == NOON + 12 * HOUR
    assert office.venue.now() == NOON + 12 * HOUR


def test_the_mode_changes_and_may_come_with_a_jump() -> None:
    office = Office()
    told = office.post(CLOCK, {"mode": "real", "to": "2026-11-22T13:00:00Z"})
    assert told.json == {
        "mode": "real",
        "time": NOON + HOUR,
        "iso": "2026-11-22T13:00:00.000Z",
    }
    assert office.clock.mode is ClockMode.REAL
    assert office.post(CLOCK, {"mode": "manual"}).json["mode"] == "manual"
    assert office.post(CLOCK, {"mode": "manual", "advance": "1s"}).json["time"] == (
        NOON + HOUR + 1000
    )


@pytest.mark.parametrize("speed", [60, 0.5, 1])
def test_the_clock_is_accelerated_and_held_again(speed: float) -> None:
    office = Office()
    told = office.post(CLOCK, {"speed": speed, "advance": "8h"})
    assert told.json == {
        "mode": "accelerated",
        "time": NOON + 8 * HOUR,
        "iso": "2026-11-22T20:00:00.000Z",
        "speed": speed,
    }
    assert office.get("/box/v1/status").json["clock"] == told.json
    assert office.clock.rate == speed
    assert "speed" not in office.post(CLOCK, {"mode": "manual"}).json
    assert office.clock.now() == NOON + 8 * HOUR


def test_the_clock_may_go_as_fast_as_a_feed() -> None:
    office = Office()
    office.venue.follow(Still())
    assert office.post(CLOCK, {"mode": "fast"}).json["mode"] == "fast"
    assert office.clock.mode is ClockMode.FAST


class Still:
    """A feed that has an hour yet."""

    next_time: int | None = NOON + HOUR

    def take(self, until: int) -> list[Command]:
        raise AssertionError(until)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 400, "INVALID_REQUEST"),
        (None, 400, "INVALID_REQUEST"),
        ({"mode": "slow"}, 400, "INVALID_REQUEST"),
        ({"mode": "fast"}, 409, "NO_FEED"),
        ({"mode": "real", "speed": 60}, 400, "INVALID_REQUEST"),
        ({"speed": 0}, 400, "INVALID_SPEED"),
        ({"speed": -1}, 400, "INVALID_SPEED"),
        ({"speed": 100001}, 400, "INVALID_SPEED"),
        ({"speed": "x60"}, 400, "INVALID_REQUEST"),
        ({"speed": 60, "to": "2026-11-22T11:59:59Z"}, 409, "CLOCK_CANNOT_GO_BACK"),
        ({"mode": "real", "advance": "8h", "to": NOON}, 400, "INVALID_REQUEST"),
        ({"mode": "real", "advance": "later"}, 400, "INVALID_DURATION"),
        ({"mode": "real", "advance": 1.5}, 400, "INVALID_REQUEST"),
        ({"mode": "real", "to": "2026-11-22T13:00:00"}, 400, "INVALID_TIME"),
        ({"mode": "real", "to": -5}, 400, "INVALID_TIME"),
        ({"mode": "real", "advance": "900000000d"}, 400, "INVALID_DURATION"),
        ({"mode": "real", "advance": "2920000d"}, 400, "INVALID_TIME"),
        ({"mode": "real", "advance": 10**30}, 400, "INVALID_TIME"),
        ({"mode": "real", "to": "2026-11-22T11:59:59Z"}, 409, "CLOCK_CANNOT_GO_BACK"),
        ({"mode": "real", "advance": -1}, 409, "CLOCK_CANNOT_GO_BACK"),
    ],
)
def test_a_time_that_cannot_be_is_refused(body: Any, status: int, error: str) -> None:
    office = Office()
    told = office.changes_nothing(lambda: office.post(CLOCK, body))
    assert (told.status, told.error) == (status, error)
    assert (office.clock.mode, office.clock.now()) == (ClockMode.MANUAL, NOON)
