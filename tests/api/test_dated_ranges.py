"""Dated changes of what goes back how far, of fields that came and went, and of streams."""

from __future__ import annotations

import pytest

from tests.api.exchange import DAY, NOON, SECOND, Exchange
from tests.api.listening import Connection
from tests.api.trader import ORDER, Trader, limit_order, open_trader

BTC = {"symbol": "BTCUSDT"}


def trader_of(api_date: str) -> Trader:
    return open_trader(Exchange(api_date=api_date), USDT="100000")


@pytest.mark.parametrize(
    ("api_date", "found"), [("2024-10-16", 1), ("2024-10-17", 0), ("2026-10-23", 0)]
)
def test_how_old_an_aggregate_trade_may_be(api_date: str, found: int) -> None:
    trader = trader_of(api_date)
    trader.market("BUY", "0.1")
    trader.exchange.pass_time(365 * DAY + 1)
    asked = {**BTC, "startTime": NOON, "limit": 1}
    assert len(trader.get("/fapi/v1/aggTrades", **asked)) == found


@pytest.mark.parametrize(("api_date", "found"), [("2024-10-29", 1), ("2024-10-30", 0)])
def test_how_old_a_fill_may_be(api_date: str, found: int) -> None:
    trader = trader_of(api_date)
    trader.market("BUY", "0.1")
    trader.exchange.pass_time(180 * DAY + 1)
    assert len(trader.get("/fapi/v1/userTrades", **BTC, fromId=1)) == found


@pytest.mark.parametrize(("api_date", "found"), [("2024-10-15", 1), ("2024-10-16", 0)])
def test_how_old_a_change_of_margin_may_be(api_date: str, found: int) -> None:
    trader = trader_of(api_date)
    trader.post("/fapi/v1/marginType", **BTC, marginType="ISOLATED")
    trader.market("BUY", "0.1")
    trader.post("/fapi/v1/positionMargin", **BTC, amount="10", type=1)
    trader.exchange.pass_time(30 * DAY + 1)
    path = "/fapi/v1/positionMargin/history"
    assert len(trader.get(path, **BTC)) == found
    answer = trader.ask("GET", path, **BTC, startTime=NOON - DAY, endTime=NOON + 30 * DAY)
    assert answer.status == (200 if found else 400)


@pytest.mark.parametrize(("api_date", "told"), [("2024-06-24", True), ("2024-06-25", False)])
def test_the_margin_asset_of_a_fill(api_date: str, told: bool) -> None:
    trader = trader_of(api_date)
    trader.market("BUY", "0.1")
    [row] = trader.get("/fapi/v1/userTrades", **BTC)
    assert ("marginAsset" in row) is told
    assert row.get("marginAsset", "USDT") == "USDT"


def test_a_price_match_of_an_amendment() -> None:
    change = {**limit_order("BUY", "0.1", None), "priceMatch": "QUEUE", "origClientOrderId": "mine"}
    for api_date, status in (("2024-01-10", 400), ("2024-01-11", 200)):
        trader = trader_of(api_date)
        trader.exchange.quote("BTCUSDT", [("49000", "1")], [("50000", "1")])
        trader.limit("BUY", "0.1", "48000", newClientOrderId="mine")
        assert trader.ask("PUT", ORDER, **change).status == status
        priced = {**change, "price": "48500"}
        assert trader.ask("PUT", ORDER, **priced).status == (400 if status == 200 else 200)


@pytest.mark.parametrize(("api_date", "most"), [("2025-07-01", 200), ("2025-07-02", 1024)])
def test_how_many_streams_a_connection_may_have(api_date: str, most: int) -> None:
    stream = Connection(Exchange(api_date=api_date), "/ws")
    names = [f"s{number}usdt@depth" for number in range(most)]
    assert stream.ask("SUBSCRIBE", names) == {"result": None, "id": 1}
    refused = stream.ask("SUBSCRIBE", ["btcusdt@depth"])
    assert refused["error"]["code"] == 2


@pytest.mark.parametrize(("api_date", "told"), [("2025-12-30", False), ("2025-12-31", True)])
def test_the_quantity_without_rpi_orders(api_date: str, told: bool) -> None:
    trader = trader_of(api_date)
    stream = Connection(trader.exchange, "/ws/btcusdt@aggTrade")
    trader.market("BUY", "0.1")
    trader.exchange.tick(SECOND)
    [row] = stream.messages()
    assert ("nq" in row) is told
