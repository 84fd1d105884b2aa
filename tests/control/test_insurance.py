"""The insurance fund and an account's trace over `/box/v1`."""

from __future__ import annotations

from typing import Any

import pytest

from perpbox.account import BUY, OrderType, PositionSide
from perpbox.engine.commands import PlaceOrder
from perpbox.money import parse
from tests.control.desk import Office

FUND = "/box/v1/insurance"


def test_the_fund_is_shown_and_moved() -> None:
    office = Office()
    assert office.get(FUND).json["USDT"] == "100000000"
    told = office.post(FUND, {"asset": "USDT", "amount": "-99999000"})
    assert told.json["USDT"] == "1000"
    assert office.post(FUND, {"asset": "BNB", "amount": "1.5"}).json["BNB"] == "1.5"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "INVALID_REQUEST"),
        ({"asset": "USDT"}, "INVALID_REQUEST"),
        ({"asset": "NOSUCH", "amount": "1"}, "UNKNOWN_ASSET"),
        ({"asset": "USDT", "amount": "0"}, "INVALID_AMOUNT"),
        ({"asset": "USDT", "amount": "x"}, "INVALID_AMOUNT"),
        ({"asset": "USDT", "amount": "-100000000.00000001"}, "INVALID_AMOUNT"),
        ({"asset": "USDT", "amount": "0.000000001"}, "INVALID_AMOUNT"),
    ],
)
def test_a_fund_that_cannot_be_is_refused(body: Any, error: str) -> None:
    office = Office()
    told = office.changes_nothing(lambda: office.post(FUND, body))
    assert (told.status, told.error) == (400, error)


def test_a_liquidation_can_be_read_step_by_step() -> None:
    office = Office()
    office.post("/box/v1/prices", {"BTCUSDT": "50000"})
    opened = office.post("/box/v1/accounts", {"name": "a", "balances": {"USDT": "303"}})
    account_id = opened.json["accountId"]
    trace = f"/box/v1/accounts/{account_id}/trace"
    assert office.get(trace).json == {"steps": []}
    order = (account_id, "BTCUSDT", BUY, PositionSide.BOTH, OrderType.MARKET, parse("0.1"))
    office.venue.submit(PlaceOrder(*order))
    office.post("/box/v1/prices", {"BTCUSDT": "47120"})
    steps = office.get(trace).json["steps"]
    assert [step["step"] for step in steps] == [
        "MARGIN_CALL",
        "LIQUIDATION_STARTED",
        "REDUCE",
        "LIQUIDATION_ORDER",
        "INSURANCE_CLEAR",
        "LIQUIDATION_ENDED",
    ]
    started, reduced = steps[1]["details"], steps[2]["details"]
    assert started["pool"] == "USDT"
    assert parse(started["marginBalance"]) <= parse(started["maintMargin"])
    assert (reduced["quantity"], reduced["markPrice"]) == ("0.1", "47120.00000000")
    assert parse(reduced["price"]) >= parse(reduced["bankruptcyPrice"])
    assert steps[-1]["details"] == {"pool": "USDT", "left": "nothing"}
    office.post(f"/box/v1/accounts/{account_id}/reset")
    assert office.get(trace).json == {"steps": []}


def test_there_is_no_trace_of_nobody() -> None:
    told = Office().get("/box/v1/accounts/99/trace")
    assert (told.status, told.error) == (404, "UNKNOWN_ACCOUNT")
