"""Conditional orders by API date: until 2025-12-09 they were orders like any other."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest

from perpbox.api.limits import Limits
from tests.api.exchange import CATALOGUE, NOON, SECOND, Exchange
from tests.api.fields import ORDER_ASKED, ORDER_TOLD
from tests.api.trader import ALGO, ORDER, Trader, conditional_order, limit_order, open_trader

LAST_DAY: Final = "2025-12-08"
FIRST_DAY: Final = "2025-12-09"
BTC: Final = {"symbol": "BTCUSDT"}
TEST: Final = "/fapi/v1/order/test"
BATCH: Final = "/fapi/v1/batchOrders"
STANDING: Final = "/fapi/v1/openOrders"
PAST: Final = "/fapi/v1/allOrders"
ALGO_ENDPOINTS: Final = (
    ("POST", ALGO),
    ("GET", ALGO),
    ("DELETE", ALGO),
    ("DELETE", "/fapi/v1/algoOpenOrders"),
    ("GET", "/fapi/v1/openAlgoOrders"),
    ("GET", "/fapi/v1/allAlgoOrders"),
)


@pytest.fixture
def exchange() -> Exchange:
    """On the last day of old; BTCUSDT's mark and last price are 50 000."""
    return on(LAST_DAY)


def on(day: str, limits: Limits | None = None) -> Exchange:
    exchange = Exchange(api_date=day, limits=limits)
    exchange.last(BTCUSDT="50000")
    return exchange


def old_order(side: str, kind: str, stop_price: str | None, **more: object) -> dict[str, object]:
    order = {**BTC, "side": side, "type": kind, "quantity": "0.1", "stopPrice": stop_price}
    return {**order, **more}


STOP: Final = old_order("SELL", "STOP_MARKET", "49000", newClientOrderId="stop")
LIMITED: Final = old_order("BUY", "STOP", "51000", price="48000", newClientOrderId="limit")
TRAILING: Final = old_order(
    "SELL", "TRAILING_STOP_MARKET", None, activationPrice="52000", callbackRate="0.5"
)


def found(trader: Trader, order_id: int) -> Any:
    """What every query about the open order says, which is the same."""
    rows = [trader.get(path, **BTC, orderId=order_id) for path in (ORDER, "/fapi/v1/openOrder")]
    for path in (STANDING, PAST):
        rows += [row for row in trader.get(path, **BTC) if row["orderId"] == order_id]
    assert rows == [rows[0]] * 4
    assert [name for name in rows[0] if name in ORDER_ASKED] == ORDER_ASKED
    return rows[0]


# Placing


def test_a_stop_is_an_order_like_any_other(alice: Trader) -> None:
    told = alice.post(ORDER, **LIMITED, workingType="MARK_PRICE", priceProtect="true")
    assert list(told) == ORDER_TOLD
    assert told == {
        "orderId": 1,
        "symbol": "BTCUSDT",
        "status": "NEW",
        "clientOrderId": "limit",
        "price": "48000.00",
        "avgPrice": "0.00",
        "origQty": "0.100",
        "executedQty": "0.000",
        "cumQty": "0.000",
        "cumQuote": "0.00000",
        "timeInForce": "GTC",
        "type": "STOP",
        "reduceOnly": False,
        "closePosition": False,
        "side": "BUY",
        "positionSide": "BOTH",
        "stopPrice": "51000.00",
        "workingType": "MARK_PRICE",
        "priceProtect": True,
        "origType": "STOP",
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "updateTime": NOON,
    }
    row = found(alice, 1)
    said = {"type": "STOP", "origType": "STOP", "stopPrice": "51000", "status": "NEW"}
    assert {name: row[name] for name in said} == said


def test_a_trailing_stop_tells_its_activation_price_and_rate(alice: Trader) -> None:
    told = alice.post(ORDER, **TRAILING)
    assert (told["activatePrice"], told["priceRate"], told["stopPrice"]) == ("52000", "0.5", "0.00")
    assert (told["type"], told["origType"]) == ("TRAILING_STOP_MARKET", "TRAILING_STOP_MARKET")
    assert found(alice, 1)["priceRate"] == "0.5"


def test_a_whole_position_is_closed_as_of_old(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    closing = {"quantity": None, "closePosition": "true"}
    told = alice.post(ORDER, **{**STOP, **closing})
    assert (told["closePosition"], told["origQty"]) == (True, "0.000")
    alice.exchange.last(BTCUSDT="49000")
    row = alice.get(ORDER, **BTC, orderId=told["orderId"])
    assert (row["status"], row["executedQty"], row["closePosition"]) == ("FILLED", "0.1", True)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({**STOP, "stopPrice": None}, -1102),
        ({**STOP, "stopPrice": None, "triggerPrice": "49000"}, -1102),
        ({**STOP, "stopPrice": "50000"}, -2021),
        ({**STOP, "stopPrice": "49000.05"}, -4014),
        ({**STOP, "quantity": None}, -1102),
        ({**STOP, "closePosition": "true"}, -4137),
        ({**STOP, "price": "48000"}, -1106),
        ({**STOP, "callbackRate": "1"}, -1106),
        ({**STOP, "activationPrice": "1"}, -1106),
        ({**STOP, "workingType": "INDEX"}, -4031),
        ({**STOP, "newOrderRespType": ""}, -1105),
        ({**STOP, "newOrderRespType": "FULL"}, -1136),
        ({**STOP, "newClientOrderId": "a" * 37}, -4015),
        ({**LIMITED, "price": None}, -1102),
        ({**LIMITED, "timeInForce": "GTD"}, -1102),
        ({**TRAILING, "callbackRate": None}, -1102),
        ({**TRAILING, "callbackRate": "10.1"}, -1130),
        ({**TRAILING, "activationPrice": "-1"}, -4135),
        ({**TRAILING, "stopPrice": "49000"}, -1106),
    ],
)
@pytest.mark.parametrize("path", [ORDER, TEST])
def test_what_is_wrong_with_such_an_order_is_said(
    alice: Trader, order: dict[str, object], code: int, path: str
) -> None:
    assert alice.refused("POST", path, **order) == code


def test_a_client_order_id_is_free_of_stops_and_others_alike(alice: Trader) -> None:
    alice.post(ORDER, **STOP)
    limit = limit_order("BUY", "0.01", "48000", newClientOrderId="stop")
    assert alice.refused("POST", ORDER, **limit) == -4116
    assert alice.refused("POST", ORDER, **{**LIMITED, "newClientOrderId": "stop"}) == -4116
    alice.delete(ORDER, **BTC, origClientOrderId="stop")
    alice.post(ORDER, **limit)
    assert alice.refused("POST", ORDER, **STOP) == -4116
    assert alice.refused("POST", TEST, **STOP) == -4116


def test_a_test_order_is_checked_and_never_placed(alice: Trader) -> None:
    before = alice.exchange.snapshot()
    told = alice.post(TEST, **LIMITED)
    assert list(told) == ORDER_TOLD
    assert (told["orderId"], told["type"], told["stopPrice"]) == (0, "STOP", "51000.00")
    assert alice.exchange.snapshot() == before


def test_a_batch_holds_stops_and_others(alice: Trader) -> None:
    rows = [STOP, limit_order("BUY", "0.01", "48000"), {**LIMITED, "stopPrice": "50000"}]
    told = alice.post(BATCH, batchOrders=msgspec.json.encode(rows).decode())
    assert [row.get("type", row.get("code")) for row in told] == ["STOP_MARKET", "LIMIT", -2021]
    canceled = alice.delete(BATCH, **BTC, orderIdList="[1,2,3]")
    assert [row.get("status", row.get("code")) for row in canceled] == [
        "CANCELED",
        "CANCELED",
        -2011,
    ]


# Standing


def test_stops_are_listed_among_the_others(alice: Trader) -> None:
    alice.post(ORDER, **STOP)
    alice.limit("BUY", "0.01", "48000")
    alice.post(ORDER, **old_order("SELL", "STOP_MARKET", "0.4", symbol="ADAUSDT", quantity="100"))
    alice.post(ORDER, **LIMITED)
    rows = alice.get(STANDING)
    assert [(row["orderId"], row["type"]) for row in rows] == [
        (1, "STOP_MARKET"),
        (2, "LIMIT"),
        (3, "STOP_MARKET"),
        (4, "STOP"),
    ]
    assert [row["orderId"] for row in alice.get(STANDING, **BTC)] == [1, 2, 4]
    assert [row["orderId"] for row in alice.get(PAST, **BTC)] == [1, 2, 4]
    one = alice.get("/fapi/v1/openOrder", **BTC, origClientOrderId="stop")
    assert one == alice.get(ORDER, **BTC, origClientOrderId="stop") == rows[0]
    other = {"symbol": "ETHUSDT", "orderId": 1}
    assert alice.refused("GET", "/fapi/v1/openOrder", **other) == -2013


@pytest.mark.parametrize("which", [{"orderId": 1}, {"origClientOrderId": "stop"}])
def test_a_stop_is_canceled_like_any_other(
    alice: Trader, bob: Trader, which: dict[str, object]
) -> None:
    alice.post(ORDER, **STOP)
    alice.exchange.pass_time(SECOND)
    assert bob.refused("DELETE", ORDER, **BTC, **which) == -2011
    assert alice.refused("DELETE", ORDER, symbol="ETHUSDT", **which) == -2011
    told = alice.delete(ORDER, **BTC, **which)
    assert list(told) == ORDER_TOLD
    assert (told["status"], told["type"], told["stopPrice"]) == (
        "CANCELED",
        "STOP_MARKET",
        "49000.00",
    )
    assert told["updateTime"] == NOON + SECOND
    assert alice.get(STANDING) == []
    row = alice.get(ORDER, **BTC, orderId=1)
    assert (row["status"], row["type"], row["time"]) == ("CANCELED", "STOP_MARKET", NOON)
    assert alice.refused("DELETE", ORDER, **BTC, **which) == -2011


def test_all_orders_of_a_symbol_are_canceled_stops_too(alice: Trader) -> None:
    alice.post(ORDER, **STOP)
    alice.limit("BUY", "0.01", "48000")
    alice.post(ORDER, **old_order("SELL", "STOP_MARKET", "0.4", symbol="ADAUSDT", quantity="100"))
    alice.delete("/fapi/v1/allOpenOrders", **BTC)
    assert [row["symbol"] for row in alice.get(STANDING)] == ["ADAUSDT"]
    assert [row["status"] for row in alice.get(PAST, **BTC)] == ["CANCELED", "CANCELED"]


def test_a_countdown_ends_stops_too(alice: Trader) -> None:
    alice.post(ORDER, **STOP)
    alice.limit("BUY", "0.01", "48000")
    alice.post("/fapi/v1/countdownCancelAll", **BTC, countdownTime=1000)
    alice.exchange.pass_time(SECOND)
    assert alice.get(STANDING) == []
    rows = alice.get(PAST, **BTC)
    assert [(row["status"], row["updateTime"]) for row in rows] == [("CANCELED", NOON + SECOND)] * 2


# From waiting to its end


def test_a_stop_keeps_its_number_when_it_is_triggered(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    alice.post(ORDER, **STOP)
    alice.exchange.pass_time(SECOND)
    alice.exchange.last(BTCUSDT="49000")
    row = alice.get(ORDER, **BTC, origClientOrderId="stop")
    said = {
        "orderId": 2,
        "status": "FILLED",
        "type": "MARKET",
        "origType": "STOP_MARKET",
        "stopPrice": "49000",
        "avgPrice": "49999.90000",
        "time": NOON,
        "updateTime": NOON + SECOND,
    }
    assert {name: row[name] for name in said} == said
    assert [trade["orderId"] for trade in alice.get("/fapi/v1/userTrades", **BTC)] == [1, 2]
    assert alice.limit("BUY", "0.01", "48000")["orderId"] == 3


def test_a_limited_stop_stands_from_when_it_was_placed(alice: Trader) -> None:
    alice.post(ORDER, **LIMITED)
    newer = alice.limit("BUY", "0.01", "48000")["orderId"]
    alice.exchange.pass_time(SECOND)
    alice.exchange.last(BTCUSDT="51000")
    row = found(alice, 1)
    assert (row["type"], row["origType"], row["status"]) == ("LIMIT", "STOP", "NEW")
    assert (row["time"], row["updateTime"]) == (NOON, NOON + SECOND)
    assert [order["orderId"] for order in alice.get(STANDING)] == [1, newer]
    again = Trader(alice.exchange.restarted(), alice.key)
    assert again.get(STANDING, **BTC)[0] == row


def test_a_stop_that_cannot_be_placed_expires(alice: Trader) -> None:
    alice.post(ORDER, **old_order("BUY", "STOP_MARKET", "51000", quantity="100"))
    alice.exchange.last(BTCUSDT="51000")
    row = alice.get(ORDER, **BTC, orderId=1)
    assert (row["status"], row["type"], row["executedQty"]) == ("EXPIRED", "STOP_MARKET", "0")
    assert alice.get(STANDING) == []


# The days themselves


@pytest.mark.parametrize(("method", "path"), ALGO_ENDPOINTS)
def test_the_endpoints_begin_with_the_service(method: str, path: str) -> None:
    before, after = (open_trader(on(day)) for day in (LAST_DAY, FIRST_DAY))
    order = conditional_order("SELL", "STOP_MARKET", "49000")
    assert before.ask(method, path, **order).refusal == (404, -1000)
    assert after.ask(method, path, **order).status in (200, 400)


@pytest.mark.parametrize("order", [STOP, LIMITED, TRAILING])
def test_the_old_way_ends_with_it(order: dict[str, object]) -> None:
    alice = open_trader(on(FIRST_DAY))
    assert alice.refused("POST", ORDER, **order) == -4120
    assert alice.refused("POST", TEST, **order) == -4120
    told = alice.post(BATCH, batchOrders=msgspec.json.encode([order]).decode())
    assert [row["code"] for row in told] == [-4120]


def test_what_waited_on_the_last_day_goes_on_afterwards(alice: Trader) -> None:
    """Such an order stays what it was; the endpoints of the service do not know it."""
    alice.market("BUY", "0.1")
    alice.post(ORDER, **STOP)
    later = Exchange(alice.exchange.journal, before=alice.exchange, api_date=FIRST_DAY)
    again = Trader(later, alice.key)
    assert again.get("/fapi/v1/openAlgoOrders") == []
    assert again.refused("DELETE", ALGO, algoId=2) == -2011
    assert again.refused("GET", ALGO, clientAlgoId="stop") == -2013
    again.delete("/fapi/v1/algoOpenOrders", **BTC)
    assert [row["orderId"] for row in again.get(STANDING)] == [2]
    later.last(BTCUSDT="49000")
    assert again.get(ORDER, **BTC, orderId=2)["status"] == "FILLED"


@pytest.mark.parametrize(("day", "counted"), [("2026-06-19", 0), ("2026-06-20", 1)])
def test_new_conditional_orders_count_in_the_limits_since(day: str, counted: int) -> None:
    alice = open_trader(on(day, Limits()))
    answer = alice.ask("POST", ALGO, **conditional_order("SELL", "STOP_MARKET", "49000"))
    counts = {name: value for name, value in answer.headers.items() if "ORDER-COUNT" in name}
    wanted = dict.fromkeys(("X-MBX-ORDER-COUNT-10S", "X-MBX-ORDER-COUNT-1M"), "1")
    assert counts == (wanted if counted else {})
    limit = alice.ask("POST", ORDER, **limit_order("BUY", "0.01", "48000"))
    assert limit.headers["X-MBX-ORDER-COUNT-10S"] == str(1 + counted)


@pytest.mark.parametrize(
    ("day", "refused"), [("2025-12-08", True), ("2025-12-28", True), ("2025-12-29", False)]
)
def test_the_filter_of_conditional_orders_holds_while_it_is_shown(day: str, refused: bool) -> None:
    """A hundred of a symbol, and afterwards two hundred of all."""
    btc = msgspec.structs.replace(CATALOGUE.symbols["BTCUSDT"], max_num_algo_orders=100)
    symbols = {**CATALOGUE.symbols, "BTCUSDT": btc}
    catalogue = msgspec.structs.replace(CATALOGUE, symbols=symbols)
    trader = open_trader(Exchange(api_date=day, catalogue=catalogue), USDT="100000")
    path, trigger = (ORDER, "stopPrice") if day < "2025-12-09" else (ALGO, "triggerPrice")
    stop = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "0.1"}
    stop |= {"algoType": "CONDITIONAL", trigger: "49000"}
    for _ in range(100):
        trader.post(path, **stop)
    answer = trader.ask("POST", path, **stop)
    assert answer.status == (400 if refused else 200)
    assert not refused or answer.code == -4045
    ada = {**stop, "symbol": "ADAUSDT", "quantity": "100", trigger: "0.4"}
    assert trader.ask("POST", path, **ada).status == 200


@pytest.mark.parametrize(("day", "shown"), [("2025-12-28", True), ("2025-12-29", False)])
def test_the_filter_of_conditional_orders_until(day: str, shown: bool) -> None:
    for row in Exchange(api_date=day).get("/fapi/v1/exchangeInfo")["symbols"]:
        names = [each["filterType"] for each in row["filters"]]
        assert ("MAX_NUM_ALGO_ORDERS" in names) is shown
        assert "MAX_NUM_ORDERS" in names
