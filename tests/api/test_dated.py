"""Changes of single endpoints: each answers as Binance did on the day of the API date."""

from __future__ import annotations

from typing import Any, Final

import pytest

from perpbox.api.calendar import NEWEST
from perpbox.api.limits import Limits
from perpbox.api.routes import by_path
from tests.api.exchange import DAY, HOUR, NOON, Exchange
from tests.api.trader import ORDER, Trader, limit_order, open_trader

BTC: Final = {"symbol": "BTCUSDT"}
USED: Final = "X-MBX-USED-WEIGHT-1M"


def trader_of(api_date: str) -> Trader:
    exchange = Exchange(api_date=api_date, limits=Limits())
    return open_trader(exchange, USDT="100000")


@pytest.mark.parametrize(
    ("method", "path", "day"),
    [
        ("GET", "/fapi/v1/rateLimit/order", "2024-03-11"),
        ("GET", "/fapi/v1/feeBurn", "2024-05-22"),
        ("POST", "/fapi/v1/feeBurn", "2024-05-22"),
        ("GET", "/fapi/v3/account", "2024-07-24"),
        ("GET", "/fapi/v3/balance", "2024-07-24"),
        ("GET", "/fapi/v3/positionRisk", "2024-07-24"),
        ("GET", "/fapi/v1/accountConfig", "2024-07-24"),
        ("GET", "/fapi/v1/symbolConfig", "2024-07-24"),
        ("GET", "/fapi/v1/convert/exchangeInfo", "2024-08-26"),
        ("GET", "/fapi/v1/insuranceBalance", "2025-04-23"),
        ("GET", "/fapi/v1/symbolAdlRisk", "2025-11-19"),
        ("GET", "/fapi/v1/rpiDepth", "2025-11-25"),
        ("GET", "/fapi/v1/tradingSchedule", "2025-12-11"),
        ("POST", "/fapi/v1/stock/contract", "2025-12-11"),
    ],
)
def test_an_endpoint_is_there_from_its_first_day_on(method: str, path: str, day: str) -> None:
    year, month, date = day.split("-")
    eve = f"{year}-{month}-{int(date) - 1:02d}"
    assert method not in by_path(eve).get(path, {})
    assert method in by_path(day)[path]


def traded(api_date: str) -> Trader:
    trader = trader_of(api_date)
    trader.market("BUY", "0.1")
    return trader


def names_of(answer: Any) -> list[str]:
    row = answer[0] if isinstance(answer, list) else answer
    return list(row)


@pytest.mark.parametrize(
    ("path", "field", "day", "eve"),
    [
        ("/fapi/v1/commissionRate", "rpiCommissionRate", "2025-11-26", "2025-11-25"),
        ("/fapi/v1/trades", "isRPITrade", "2025-11-18", "2025-11-17"),
        ("/fapi/v1/historicalTrades", "isRPITrade", "2025-11-18", "2025-11-17"),
    ],
)
def test_a_field_is_there_from_its_first_day_on(path: str, field: str, day: str, eve: str) -> None:
    assert field in names_of(traded(day).get(path, **BTC))
    assert field not in names_of(traded(eve).get(path, **BTC))


def test_a_funding_rate_has_a_type() -> None:
    for api_date, last in (("2026-07-27", "markPrice"), ("2026-07-28", "rateType")):
        exchange = Exchange(api_date=api_date)
        exchange.pass_time(9 * HOUR)
        row = exchange.get("/fapi/v1/fundingRate", "symbol=BTCUSDT")[0]
        assert list(row)[-1] == last
        assert row.get("rateType", "Regular") == "Regular"


# Past trades and orders.


@pytest.mark.parametrize(
    ("api_date", "limit", "rows"),
    [
        ("2025-01-13", None, 500),
        ("2025-01-13", 1001, 501),
        ("2025-01-14", None, 100),
        ("2025-01-14", 1000, 500),
        (NEWEST, 1000, 500),
    ],
)
def test_how_many_older_trades_are_told(api_date: str, limit: int | None, rows: int) -> None:
    trader = open_trader(Exchange(api_date=api_date), USDT="1000000")
    for number in range(501):
        trader.market("SELL" if number % 2 else "BUY", "0.002")
    assert len(trader.get("/fapi/v1/historicalTrades", **BTC, limit=limit)) == rows


@pytest.mark.parametrize(
    ("api_date", "days", "weight"), [("2026-08-25", 90, 20), ("2026-08-26", 30, 200)]
)
def test_how_old_a_trade_may_be_and_what_it_costs(api_date: str, days: int, weight: int) -> None:
    trader = traded(api_date)
    trader.exchange.pass_time(days * DAY)
    answer = trader.ask("GET", "/fapi/v1/historicalTrades", **BTC)
    assert (len(answer.json), answer.headers[USED]) == (1, str(weight))
    trader.exchange.pass_time(1)
    assert trader.get("/fapi/v1/historicalTrades", **BTC) == []


@pytest.mark.parametrize(("api_date", "days"), [("2026-08-25", 180), ("2026-08-26", 90)])
def test_how_old_a_fill_may_be(api_date: str, days: int) -> None:
    trader = traded(api_date)
    trader.exchange.pass_time(days * DAY)
    asked = {**BTC, "fromId": 1}
    assert len(trader.get("/fapi/v1/userTrades", **asked)) == 1
    trader.exchange.pass_time(1)
    assert trader.get("/fapi/v1/userTrades", **asked) == []


def test_orders_of_all_symbols() -> None:
    assert len(traded("2026-08-25").get("/fapi/v1/allOrders")) == 1
    assert traded("2026-08-24").refused("GET", "/fapi/v1/allOrders") == -1102
    assert traded("2026-08-24").refused("GET", "/fapi/v1/allOrders", symbol="") == -1102


# The client's own number of an amendment.


def amended(trader: Trader, **more: object) -> Any:
    order_id = trader.limit("BUY", "0.1", "48000")["orderId"]
    change = {**BTC, "side": "BUY", "orderId": order_id, "quantity": "0.1", "price": "48001"}
    return trader.put(ORDER, **change, **more)


def test_an_amendment_may_have_a_number_of_the_clients(alice: Trader) -> None:
    told = amended(alice, modifyId=77)
    assert list(told)[3:6] == ["clientOrderId", "modifyId", "price"]
    assert told["modifyId"] == 77
    [row] = alice.get("/fapi/v1/orderAmendment", **BTC, orderId=told["orderId"])
    assert list(row["amendment"].items())[2:] == [("count", 1), ("modifyId", 77)]
    assert "modifyId" not in alice.get(ORDER, **BTC, orderId=told["orderId"])


def test_without_one_none_is_told(alice: Trader) -> None:
    told = amended(alice)
    [row] = alice.get("/fapi/v1/orderAmendment", **BTC, orderId=told["orderId"])
    assert "modifyId" not in told
    assert list(row["amendment"]) == ["price", "origQty", "count"]


@pytest.mark.parametrize(("value", "code"), [("one", -1130), ("", -1105), (2**63, -1130)])
def test_it_is_a_whole_number(alice: Trader, value: object, code: int) -> None:
    order = limit_order("BUY", "0.1", "48000", modifyId=value, orderId=1)
    assert alice.refused("PUT", ORDER, **order) == code


def test_it_was_not_looked_at_before() -> None:
    trader = trader_of("2026-07-27")
    assert "modifyId" not in amended(trader, modifyId="one")


def test_the_day_of_the_tests_is_the_newest() -> None:
    assert Exchange().api.guard.desk.api_date == NEWEST
    assert NOON % DAY == 12 * HOUR
