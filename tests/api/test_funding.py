"""Funding as clients see it: rates to come and settled, income, terms, and the shared limit."""

from __future__ import annotations

from typing import Final

import pytest

from perpbox.api.limits import FUNDING_REQUESTS, FUNDING_WINDOW, Limits
from perpbox.engine.commands import SetFunding
from perpbox.engine.market import FundingTerms
from perpbox.money import parse
from tests.api.exchange import DAY, HOUR, NOON, Exchange
from tests.api.trader import Trader

RATE: Final = "/fapi/v1/fundingRate"
INFO: Final = "/fapi/v1/fundingInfo"
PREMIUM: Final = "/fapi/v1/premiumIndex"
BTC: Final = "symbol=BTCUSDT"
FIRST: Final = NOON + 4 * HOUR


def fix(exchange: Exchange, rate: str, symbol: str = "BTCUSDT", hours: int = 8) -> None:
    terms = FundingTerms(hours, parse("0.0001"), parse("-0.003"), parse("0.003"), parse(rate))
    exchange.submit(SetFunding({symbol: terms}))


def test_the_rate_to_come_is_estimated(exchange: Exchange) -> None:
    """The ladder stands evenly around the index: what is left is the interest."""
    row = exchange.get(PREMIUM, BTC)
    assert (row["lastFundingRate"], row["interestRate"]) == ("0.00010000", "0.00010000")
    fix(exchange, "0.0005")
    assert exchange.get(PREMIUM, BTC)["lastFundingRate"] == "0.00050000"


def test_a_settlement_is_told_with_its_mark_price(exchange: Exchange) -> None:
    fix(exchange, "0.0005")
    assert exchange.get(RATE, BTC) == []
    exchange.pass_time(4 * HOUR + 17)
    assert exchange.get(RATE, BTC) == [
        {
            "symbol": "BTCUSDT",
            "fundingTime": FIRST,
            "fundingRate": "0.00050000",
            "markPrice": "50000.00000000",
            "rateType": "Regular",
        }
    ]
    assert exchange.get(PREMIUM, BTC)["nextFundingTime"] == FIRST + 8 * HOUR


def test_a_jump_over_three_settlements_makes_three(exchange: Exchange, alice: Trader) -> None:
    """A long of 0.1 at 50 000 pays 2.5 each time, and the income has each at its own time."""
    fix(exchange, "0.0005")
    alice.market("BUY", "0.1")
    exchange.pass_time(DAY)
    rows = exchange.get(RATE, BTC)
    times = [FIRST + k * 8 * HOUR for k in range(3)]
    assert [row["fundingTime"] for row in rows] == times
    income = alice.get("/fapi/v1/income", incomeType="FUNDING_FEE")
    assert [(row["time"], row["income"], row["symbol"]) for row in income] == [
        (time, "-2.50000000", "BTCUSDT") for time in times
    ]
    assert {(row["asset"], row["tradeId"], row["info"]) for row in income} == {
        ("USDT", "", "FUNDING_FEE")
    }


def test_a_span_of_settlements(exchange: Exchange) -> None:
    fix(exchange, "0.0005", hours=1)
    exchange.pass_time(150 * HOUR)
    times = [NOON + k * HOUR for k in range(1, 151)]

    def told(query: str) -> list[int]:
        return [row["fundingTime"] for row in exchange.get(RATE, f"{BTC}&{query}")]

    assert [row["fundingTime"] for row in exchange.get(RATE, BTC)] == times
    assert told(f"startTime={times[2]}") == times[2:102]
    assert told(f"startTime={times[2]}&endTime={times[4]}") == times[2:5]
    assert told(f"endTime={times[4]}") == times[:5]
    assert told("limit=3") == times[-3:]
    assert told(f"startTime={times[2]}&limit=2") == times[2:4]
    symbols = {row["symbol"] for row in exchange.get(RATE)}
    assert {"BTCUSDT", "ETHUSDC"} <= symbols


def test_only_unusual_funding_is_told(exchange: Exchange) -> None:
    """8 hours with a cap of 0.75 x the maintenance margin rate of 0.4 % is the usual."""
    assert not [row for row in exchange.get(INFO) if row["symbol"] == "BTCUSDT"]
    fix(exchange, "0", hours=4)
    [row] = [row for row in exchange.get(INFO) if row["symbol"] == "BTCUSDT"]
    assert row == {
        "symbol": "BTCUSDT",
        "adjustedFundingRateCap": "0.00300000",
        "adjustedFundingRateFloor": "-0.00300000",
        "fundingIntervalHours": 4,
        "disclaimer": False,
    }


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("symbol=NOPE", -1121),
        ("symbol=", -1105),
        ("startTime=x", -1130),
        ("endTime=-1", -1130),
        ("limit=x", -1130),
        ("limit=0", -1130),
        ("startTime=5&endTime=4", -1023),
    ],
)
def test_what_cannot_be_asked(exchange: Exchange, query: str, code: int) -> None:
    assert exchange.ask("GET", RATE, query).refusal == (400, code)


def test_both_endpoints_share_a_limit() -> None:
    exchange = Exchange(limits=Limits())
    for k in range(FUNDING_REQUESTS):
        assert exchange.ask("GET", (RATE, INFO)[k % 2]).status == 200
    assert exchange.ask("GET", RATE).refusal == (429, -1003)
    assert exchange.ask("GET", INFO).refusal == (429, -1003)
    assert exchange.ask("GET", PREMIUM).status == 200
    exchange.pass_time(FUNDING_WINDOW)
    assert exchange.ask("GET", INFO).status == 200
