"""Liquidation and deleveraging as clients see them: orders, queue, risk, fund, income."""

from __future__ import annotations

from typing import Any, Final

import pytest

from perpbox.engine.commands import MoveInsurance
from perpbox.money import parse
from tests.api.exchange import DAY, MINUTE, NOON, Exchange
from tests.api.fields import names
from tests.api.trader import Trader, open_trader

FORCED: Final = "/fapi/v1/forceOrders"
QUANTILE: Final = "/fapi/v1/adlQuantile"
RISK: Final = "/fapi/v1/symbolAdlRisk"
RISK_SPAN: Final = 30 * MINUTE
BTC: Final = "symbol=BTCUSDT"
FUND: Final = "/fapi/v1/insuranceBalance"
FORCE_ORDER: Final = names(
    "orderId symbol status clientOrderId price avgPrice origQty executedQty cumQuote timeInForce"
    " type reduceOnly closePosition side positionSide stopPrice workingType origType time"
    " updateTime"
)


@pytest.fixture
def ruined(exchange: Exchange) -> Trader:
    """0.1 BTC at 50 000 on 300 USDT, and the price falls to 47 120: 12 are left, 18.8 needed."""
    trader = open_trader(exchange, USDT="303")
    trader.market("BUY", "0.1")
    exchange.move(BTCUSDT="47120")
    return trader


def test_a_liquidation_order_is_told(ruined: Trader) -> None:
    [row] = ruined.get(FORCED)
    assert list(row) == FORCE_ORDER
    assert row["clientOrderId"] == f"autoclose-{row['orderId']}"
    told = {key: row[key] for key in ("symbol", "status", "type", "timeInForce", "side")}
    assert told == {
        "symbol": "BTCUSDT",
        "status": "FILLED",
        "type": "LIMIT",
        "timeInForce": "IOC",
        "side": "SELL",
    }
    assert (row["origQty"], row["executedQty"], row["time"]) == ("0.1", "0.1", NOON)
    [trade] = [t for t in ruined.get("/fapi/v1/userTrades", symbol="BTCUSDT") if not t["buyer"]]
    assert (trade["orderId"], trade["commission"]) == (row["orderId"], "0")


def test_the_fee_is_income_and_the_funds(exchange: Exchange, ruined: Trader) -> None:
    before = 100_000_000
    [row] = ruined.get("/fapi/v1/income", incomeType="INSURANCE_CLEAR")
    assert (row["symbol"], row["asset"], row["info"]) == ("BTCUSDT", "USDT", "INSURANCE_CLEAR")
    group = exchange.get(FUND, "symbol=BTCUSDT")
    assert list(group) == ["symbols", "assets"]
    assert "BTCUSDT" in group["symbols"]
    [fund] = [each for each in group["assets"] if each["asset"] == "USDT"]
    assert float(fund["marginBalance"]) == pytest.approx(before - float(row["income"]), abs=1e-6)
    assert exchange.get(FUND) == [group]
    assert ruined.get("/fapi/v3/account")["totalWalletBalance"] == "0.00000000"


def test_the_fund_is_printed_without_zeros_at_the_end(exchange: Exchange) -> None:
    """As in the page's example: "299999998.6497832", "793930579.315848"."""
    exchange.submit(MoveInsurance("USDC", parse("0.5")))
    funds = {row["asset"]: row["marginBalance"] for row in exchange.get(FUND, BTC)["assets"]}
    assert funds == {"USDT": "100000000", "USDC": "100000000.5"}


def test_force_orders_are_found_by_symbol_type_and_time(exchange: Exchange, ruined: Trader) -> None:
    def found(**asked: Any) -> int:
        return len(ruined.get(FORCED, **asked))

    assert found(symbol="BTCUSDT") == found(autoCloseType="LIQUIDATION") == 1
    assert found(symbol="ADAUSDT") == found(autoCloseType="ADL") == 0
    assert found(startTime=NOON) == found(endTime=NOON) == 1
    assert found(startTime=NOON + 1) == found(endTime=NOON - 1) == 0
    exchange.pass_time(7 * DAY + 1)
    assert found() == 0
    assert found(startTime=NOON) == 1


def test_a_limit_cuts_force_orders_at_the_end_that_was_not_asked_for(exchange: Exchange) -> None:
    """The latest without a startTime, the earliest with one; the oldest is always first."""
    trader = open_trader(exchange, USDT="303")
    for _ in range(3):
        trader.market("BUY", "0.1")
        exchange.move(BTCUSDT="47120")
        exchange.transfer(trader.account_id, "USDT", "303")
        exchange.move(BTCUSDT="50000")
    first, second, third = (row["orderId"] for row in trader.get(FORCED))
    assert first < second < third

    def found(**asked: Any) -> list[int]:
        return [row["orderId"] for row in trader.get(FORCED, **asked)]

    assert found(limit=2) == [second, third]
    assert found(limit=2, startTime=NOON) == [first, second]
    assert found(limit=1, endTime=exchange.now) == [third]
    assert found(limit=100) == [first, second, third]
    assert open_trader(exchange, "other").get(FORCED) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"symbol": "NOPE"}, -1121),
        ({"symbol": ""}, -1105),
        ({"autoCloseType": "TAKEOVER"}, -1130),
        ({"limit": "0"}, -1130),
        ({"startTime": "x"}, -1130),
        ({"startTime": 5, "endTime": 4}, -1023),
        ({"startTime": 5, "endTime": 5 + 8 * DAY}, -4165),
    ],
)
def test_what_cannot_be_asked(ruined: Trader, asked: dict[str, object], code: int) -> None:
    assert ruined.refused("GET", FORCED, **asked) == code


def test_a_deleveraged_client_finds_its_order(exchange: Exchange) -> None:
    """The fund is empty, and the one short there is gives its profit up."""
    exchange.empty_the_fund("USDT")
    winner = open_trader(exchange, USDT="5000")
    winner.market("SELL", "0.1")
    loser = open_trader(exchange, USDT="303")
    loser.market("BUY", "0.1")
    assert winner.get(QUANTILE) == [
        {"symbol": "BTCUSDT", "adlQuantile": {"LONG": 0, "SHORT": 0, "BOTH": 0}}
    ]
    exchange.move(BTCUSDT="45000")
    [row] = winner.get(FORCED, autoCloseType="ADL")
    assert (row["clientOrderId"], row["side"], row["executedQty"]) == (
        "adl_autoclose",
        "BUY",
        "0.1",
    )
    assert winner.get("/fapi/v3/positionRisk") == []


def test_places_in_the_queue_are_taken_every_thirty_seconds(exchange: Exchange) -> None:
    """Two longs gain: the one on the smaller wallet stands first, and the loser of a short at 0."""
    poor, rich = open_trader(exchange, USDT="500"), open_trader(exchange, USDT="50000")
    short = open_trader(exchange, USDT="5000")
    poor.market("BUY", "0.1")
    rich.market("BUY", "0.1")
    short.market("SELL", "0.1")
    exchange.move(BTCUSDT="51000")

    def places() -> list[int]:
        return [row["adl"] for t in (poor, rich, short) for row in t.get("/fapi/v3/positionRisk")]

    assert places() == [4, 2, 0]
    [row] = poor.get("/fapi/v2/positionRisk", symbol="BTCUSDT")
    assert row["adlQuantile"] == 4
    exchange.move(BTCUSDT="49000")
    assert places() == [4, 2, 0]
    exchange.pass_time(30_000)
    assert places() == [0, 0, 4]


def test_a_cross_hedge_has_one_place_for_both_legs(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="5000")
    trader.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    trader.market("BUY", "0.1", positionSide="LONG")
    trader.market("SELL", "0.05", positionSide="SHORT")
    exchange.move(BTCUSDT="51000")
    assert trader.get(QUANTILE, symbol="BTCUSDT") == [
        {"symbol": "BTCUSDT", "adlQuantile": {"LONG": 4, "SHORT": 4, "HEDGE": 0}}
    ]
    assert trader.get(QUANTILE, symbol="ADAUSDT") == []
    assert trader.refused("GET", QUANTILE, symbol="NOPE") == -1121


def test_a_cross_hedge_that_loses_as_a_whole_is_at_the_end(exchange: Exchange) -> None:
    """The long gains 100, and the short loses 200: it is the sum that is ranked."""
    trader = open_trader(exchange, USDT="5000")
    trader.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    trader.market("BUY", "0.1", positionSide="LONG")
    trader.market("SELL", "0.2", positionSide="SHORT")
    exchange.move(BTCUSDT="51000")
    assert trader.get(QUANTILE) == [
        {"symbol": "BTCUSDT", "adlQuantile": {"LONG": 0, "SHORT": 0, "HEDGE": 0}}
    ]
    legs = trader.get("/fapi/v3/positionRisk", symbol="BTCUSDT")
    assert {row["positionSide"]: row["adl"] for row in legs} == {"LONG": 0, "SHORT": 0}


def test_the_legs_of_an_isolated_hedge_have_a_place_each(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="5000")
    trader.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    trader.post("/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    trader.market("BUY", "0.1", positionSide="LONG")
    trader.market("SELL", "0.05", positionSide="SHORT")
    exchange.move(BTCUSDT="51000")
    assert trader.get(QUANTILE, symbol="BTCUSDT") == [
        {"symbol": "BTCUSDT", "adlQuantile": {"LONG": 4, "SHORT": 0, "BOTH": 0}}
    ]
    legs = trader.get("/fapi/v3/positionRisk", symbol="BTCUSDT")
    assert {row["positionSide"]: row["adl"] for row in legs} == {"LONG": 4, "SHORT": 0}


def test_every_answer_tells_the_same_place_for_thirty_seconds(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="5000")
    trader.market("SELL", "0.1")
    exchange.move(BTCUSDT="49000")

    def places() -> tuple[int, int, int]:
        [third] = trader.get("/fapi/v3/positionRisk", symbol="BTCUSDT")
        [second] = trader.get("/fapi/v2/positionRisk", symbol="BTCUSDT")
        [own] = trader.get(QUANTILE)
        return third["adl"], second["adlQuantile"], own["adlQuantile"]["BOTH"]

    assert places() == (4, 4, 4)
    exchange.move(BTCUSDT="51000")
    exchange.pass_time(29_999)
    assert places() == (4, 4, 4)
    exchange.pass_time(1)
    assert places() == (0, 0, 0)


def test_the_risk_of_a_symbol_goes_by_the_fund(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="50000")
    trader.market("BUY", "1")
    one = exchange.get(RISK, BTC)
    assert one == {"symbol": "BTCUSDT", "adlRisk": "low", "updateTime": NOON}
    exchange.empty_the_fund("USDT")
    exchange.pass_time(RISK_SPAN)
    rows = {row["symbol"]: row["adlRisk"] for row in exchange.get(RISK)}
    assert (rows["BTCUSDT"], rows["ADAUSDT"]) == ("high", "low")
    assert exchange.ask("GET", RISK, "symbol=NOPE").refusal == (400, -1121)
    assert exchange.ask("GET", FUND, "symbol=NOPE").refusal == (400, -1121)


def test_a_symbol_is_rated_every_half_hour(exchange: Exchange) -> None:
    """Whoever asks, and however; what is told of one time is always the same."""
    trader = open_trader(exchange, USDT="50000")
    trader.market("BUY", "1")

    def ratings() -> set[tuple[str, int]]:
        [listed] = [row for row in exchange.get(RISK) if row["symbol"] == "BTCUSDT"]
        return {(r["adlRisk"], r["updateTime"]) for r in (exchange.get(RISK, BTC), listed)}

    assert ratings() == {("low", NOON)}
    exchange.empty_the_fund("USDT")
    exchange.pass_time(RISK_SPAN - 1)
    assert ratings() == {("low", NOON)}
    exchange.pass_time(1)
    assert ratings() == {("high", NOON + RISK_SPAN)}


def test_a_venue_that_was_started_again_liquidates_at_the_same_price() -> None:
    """Called before the restart, and called no second time after it."""

    def called() -> Exchange:
        exchange = Exchange()
        trader = open_trader(exchange, USDT="303")
        trader.market("BUY", "0.1")
        exchange.move(BTCUSDT="47220")
        return exchange

    went_on, again = called(), called().restarted()
    for venue in (went_on, again):
        [account] = venue.state.accounts.values()
        assert account.called == {"USDT"}
        venue.move(BTCUSDT="47200")
        assert account.active
        venue.move(BTCUSDT="47120")
        assert not account.active
    assert went_on.snapshot() == again.snapshot()
