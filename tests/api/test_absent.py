"""What the venue has none of: each answers as Binance does for an account without it."""

from __future__ import annotations

import pytest

from perpbox.api import absent
from tests.api.exchange import DAY, NOON, Exchange
from tests.api.fields import names
from tests.api.trader import Trader

STATUS = "/fapi/v1/apiTradingStatus"
PORTFOLIO = "/fapi/v1/pmAccountInfo"


def test_no_symbol_is_a_composite_index(exchange: Exchange) -> None:
    assert exchange.get("/fapi/v1/indexInfo") == []
    for name in ("BTCUSDT", "DEFIUSDT"):
        answer = exchange.ask("GET", "/fapi/v1/indexInfo", f"symbol={name}")
        assert answer.refusal == (400, -1121)
    assert exchange.ask("GET", "/fapi/v1/indexInfo", "symbol=").refusal == (400, -1105)


def test_the_schedule_is_a_week_from_yesterday_on_without_trading(exchange: Exchange) -> None:
    told = exchange.get("/fapi/v1/tradingSchedule")
    assert list(told) == ["updateTime", "marketSchedules"]
    assert told["updateTime"] == NOON
    assert tuple(told["marketSchedules"]) == absent.TRADED_MARKETS
    for market in told["marketSchedules"].values():
        assert list(market) == ["sessions"]
        [session] = market["sessions"]
        assert list(session) == names("startTime endTime type")
        assert session["startTime"] == NOON - NOON % DAY - DAY
        assert session["endTime"] - session["startTime"] == 7 * DAY
        assert session["type"] == "NO_TRADING"


def test_the_contract_of_stocks_may_be_agreed_to(alice: Trader) -> None:
    before = alice.exchange.snapshot()
    for _ in range(2):
        told = alice.post("/fapi/v1/stock/contract")
        assert list(told.items()) == [("code", 200), ("msg", "success")]
    assert alice.exchange.snapshot() == before


def test_nobody_has_broken_a_quantitative_rule(alice: Trader) -> None:
    for params in ({}, {"symbol": "BTCUSDT"}):
        told = alice.get(STATUS, **params)
        assert list(told.items()) == [("indicators", {}), ("updateTime", NOON)]
    assert alice.refused("GET", STATUS, symbol="NOUSDT") == -1121
    assert alice.refused("GET", STATUS, symbol="") == -1105


def test_no_account_is_one_of_portfolio_margin(alice: Trader) -> None:
    assert alice.refused("GET", PORTFOLIO) == -1102
    assert alice.refused("GET", PORTFOLIO, asset="") == -1102
    assert alice.refused("GET", PORTFOLIO, asset="NONE") == -1108
    assert alice.ask("GET", PORTFOLIO, asset="USDT").refusal == (401, -2015)


@pytest.mark.parametrize("path", ["/fapi/v1/tradingSchedule", "/fapi/v1/stock/contract"])
def test_there_was_none_of_it_before(path: str) -> None:
    method = "POST" if path.endswith("contract") else "GET"
    answer = Exchange(api_date="2025-12-10").ask(method, path)
    assert answer.refusal == (404, -1000)
