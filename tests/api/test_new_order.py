"""Placing orders: what is told of them, what they are refused with, and what a test order does."""

from __future__ import annotations

from typing import Final

import pytest

from perpbox.api.new_order import ALGO_TYPES
from tests.api.exchange import NOON, SECOND, Exchange
from tests.api.fields import ORDER_TOLD, places, wrong_formats
from tests.api.trader import ORDER, Trader, limit_order

TEST: Final = "/fapi/v1/order/test"
BTC_FORMATS: Final = {
    "price": places(2),
    "avgPrice": places(2),
    "stopPrice": places(2),
    "origQty": places(3),
    "executedQty": places(3),
    "cumQty": places(3),
    "cumQuote": places(5),
}


def quoted(exchange: Exchange) -> None:
    """One BTC offered at 50 000, one bid for at 49 990."""
    exchange.quote("BTCUSDT", [("49990", "1")], [("50000", "1")])


def test_an_order_that_rests(alice: Trader) -> None:
    told = alice.limit("BUY", "0.1", "49000.0", newClientOrderId="first/one:1.A_b-c")
    assert list(told) == ORDER_TOLD
    assert told == {
        "orderId": 1,
        "symbol": "BTCUSDT",
        "status": "NEW",
        "clientOrderId": "first/one:1.A_b-c",
        "price": "49000.00",
        "avgPrice": "0.00",
        "origQty": "0.100",
        "executedQty": "0.000",
        "cumQty": "0.000",
        "cumQuote": "0.00000",
        "timeInForce": "GTC",
        "type": "LIMIT",
        "reduceOnly": False,
        "closePosition": False,
        "side": "BUY",
        "positionSide": "BOTH",
        "stopPrice": "0.00",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": "LIMIT",
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "updateTime": NOON,
    }


def test_orders_are_numbered_upwards_and_get_a_client_order_id(alice: Trader) -> None:
    told = [alice.limit("BUY", "0.01", "49000") for _ in range(3)]
    assert [order["orderId"] for order in told] == [1, 2, 3]
    assert len({order["clientOrderId"] for order in told}) == 3
    assert all(1 <= len(order["clientOrderId"]) <= 36 for order in told)


def test_numbers_are_printed_at_the_symbols_precision(bob: Trader) -> None:
    told = bob.limit("BUY", "120", "0.4900", symbol="ADAUSDT")
    assert (told["price"], told["origQty"], told["cumQuote"]) == ("0.49000", "120", "0.00000")
    told = bob.limit("SELL", "1.5", "2550.01", symbol="ETHUSDC")
    assert (told["price"], told["origQty"]) == ("2550.01", "1.500")
    told = bob.market("BUY", "0.123")
    assert wrong_formats(told, BTC_FORMATS) == []


def test_a_market_order_is_acknowledged_before_it_is_told_how_it_ended(alice: Trader) -> None:
    quoted(alice.exchange)
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}
    for response_type in ({}, {"newOrderRespType": "ACK"}):
        told = alice.post(ORDER, **order, **response_type)
        assert list(told) == ORDER_TOLD
        assert (told["status"], told["executedQty"], told["avgPrice"]) == ("NEW", "0.000", "0.00")
        assert (told["cumQty"], told["cumQuote"]) == ("0.000", "0.00000")
    told = alice.post(ORDER, **order, newOrderRespType="RESULT")
    assert (told["status"], told["executedQty"]) == ("FILLED", "0.100")
    assert (told["avgPrice"], told["cumQuote"]) == ("50000.00", "5000.00000")
    assert told["cumQty"] == "0.100"
    assert (told["price"], told["type"], told["timeInForce"]) == ("0.00", "MARKET", "GTC")
    [row] = alice.get("/fapi/v3/positionRisk")
    assert row["positionAmt"] == "0.300"


def test_the_average_price_is_quote_over_quantity_cut(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [], [("50000", "0.1"), ("50000.1", "0.2")])
    told = alice.market("BUY", "0.3")
    assert told["cumQuote"] == "15000.02000"
    assert told["avgPrice"] == "50000.06"


@pytest.mark.parametrize("time_in_force", ["GTC", "GTX"])
def test_an_order_that_may_rest_is_told_as_it_was_accepted(
    alice: Trader, time_in_force: str
) -> None:
    quoted(alice.exchange)
    price = "50000" if time_in_force == "GTC" else "49999"
    for response_type in ("ACK", "RESULT"):
        told = alice.limit(
            "BUY", "0.1", price, timeInForce=time_in_force, newOrderRespType=response_type
        )
        assert (told["status"], told["executedQty"]) == ("NEW", "0.000")
        asked = alice.get(ORDER, symbol="BTCUSDT", orderId=told["orderId"])
        assert asked["status"] == ("FILLED" if time_in_force == "GTC" else "NEW")


def test_an_immediate_order_tells_its_end_with_result(alice: Trader) -> None:
    quoted(alice.exchange)
    told = alice.limit("BUY", "1.5", "50000", timeInForce="IOC", newOrderRespType="RESULT")
    assert (told["status"], told["executedQty"]) == ("EXPIRED", "1.000")
    quoted(alice.exchange)
    told = alice.limit("BUY", "0.1", "50000", timeInForce="FOK", newOrderRespType="RESULT")
    assert (told["status"], told["executedQty"]) == ("FILLED", "0.100")
    told = alice.limit("BUY", "0.1", "50000", timeInForce="IOC")
    assert (told["status"], told["executedQty"]) == ("NEW", "0.000")


def test_an_order_that_cannot_fill_at_once_leaves_no_record(alice: Trader) -> None:
    quoted(alice.exchange)
    order = limit_order("BUY", "1.5", "50000", timeInForce="FOK")
    assert alice.refused("POST", ORDER, **order) == -5021
    order = limit_order("BUY", "0.1", "50000", timeInForce="GTX")
    assert alice.refused("POST", ORDER, **order) == -5022
    assert alice.get("/fapi/v1/allOrders") == []


@pytest.mark.parametrize(
    ("sent", "read"),
    [("true", True), ("True", True), ("TRUE", True), ("false", False), ("FALSE", False)],
)
def test_reduce_only_in_every_spelling(alice: Trader, sent: str, read: bool) -> None:
    alice.market("BUY", "0.1")
    told = alice.limit("SELL", "0.1", "51000", reduceOnly=sent)
    assert told["reduceOnly"] is read


@pytest.mark.parametrize(
    ("price", "quantity"), [("48000.0", "0.004"), ("48000.00000000", "0.00400000"), ("048000", "1")]
)
def test_zeros_at_the_end_are_no_precision(alice: Trader, price: str, quantity: str) -> None:
    assert alice.limit("BUY", quantity, price)["price"] == "48000.00"


def test_what_one_way_clients_always_send_is_taken(alice: Trader) -> None:
    told = alice.limit(
        "BUY",
        "0.1",
        "49000",
        positionSide="BOTH",
        reduceOnly="false",
        closePosition="false",
        priceMatch="NONE",
        priceProtect="FALSE",
        workingType="CONTRACT_PRICE",
        selfTradePreventionMode="NONE",
    )
    assert told["status"] == "NEW"


def test_hedge_mode_wants_a_side_and_no_reduce_only(alice: Trader) -> None:
    alice.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    order = limit_order("BUY", "0.1", "49000")
    assert alice.refused("POST", ORDER, **order) == -4061
    assert alice.refused("POST", ORDER, **order, positionSide="BOTH") == -4061
    told = alice.post(ORDER, **order, positionSide="LONG")
    assert told["positionSide"] == "LONG"
    sent = {"positionSide": "LONG", "reduceOnly": "false"}
    answer = alice.ask("POST", ORDER, **order, **sent)
    assert answer.refusal == (400, -1106)
    assert answer.json["msg"] == "Parameter 'reduceonly' sent when not required."


@pytest.mark.parametrize("mode", ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"])
def test_self_trades_are_prevented_as_the_taker_says(alice: Trader, mode: str) -> None:
    alice.exchange.quote("BTCUSDT", [], [])
    maker = alice.limit("SELL", "0.1", "50000")
    taker = alice.limit("BUY", "0.1", "50000", selfTradePreventionMode=mode)
    assert taker["selfTradePreventionMode"] == mode
    ended = {
        name: alice.get(ORDER, symbol="BTCUSDT", orderId=order["orderId"])["status"]
        for name, order in (("maker", maker), ("taker", taker))
    }
    expired = "EXPIRED_IN_MATCH"
    assert (
        ended
        == {
            "EXPIRE_TAKER": {"maker": "NEW", "taker": expired},
            "EXPIRE_MAKER": {"maker": expired, "taker": "NEW"},
            "EXPIRE_BOTH": {"maker": expired, "taker": expired},
        }[mode]
    )


@pytest.mark.parametrize("kind", sorted(ALGO_TYPES))
def test_conditional_orders_are_sent_to_their_own_endpoint(alice: Trader, kind: str) -> None:
    order = {"symbol": "BTCUSDT", "side": "SELL", "type": kind, "stopPrice": "45000"}
    answer = alice.ask("POST", ORDER, **order, quantity="0.1")
    assert answer.refusal == (400, -4120)
    assert "Algo Order API" in answer.json["msg"]


MARKET: Final = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}
LIMIT: Final = limit_order("BUY", "0.1", "49000")


@pytest.mark.parametrize(
    ("order", "code", "message"),
    [
        ({**LIMIT, "timeInForce": None}, -1102, "'timeInForce'"),
        ({**LIMIT, "price": None}, -1102, "'price'"),
        ({**LIMIT, "quantity": None}, -1102, "'quantity'"),
        ({**LIMIT, "symbol": None, "side": None}, -1102, "'symbol'"),
        ({**LIMIT, "side": "", "type": ""}, -1102, "'side'"),
        ({**LIMIT, "type": None}, -1102, "'type'"),
        ({**MARKET, "quantity": ""}, -1102, "'quantity'"),
        ({**MARKET, "timeInForce": "GTC"}, -1106, "'timeinforce'"),
        ({**MARKET, "price": "50000"}, -1106, "'price'"),
        ({**MARKET, "callbackRate": "1"}, -1106, "'callbackrate'"),
        ({**MARKET, "activationPrice": "1"}, -1106, "'activationprice'"),
        ({**LIMIT, "stopPrice": "45000"}, -1106, "'stopprice'"),
        ({**LIMIT, "goodTillDate": "1"}, -1106, "'goodtilldate'"),
        ({**LIMIT, "closePosition": "true"}, -1106, "'closeposition'"),
        ({**LIMIT, "positionSide": ""}, -1105, "'positionSide'"),
        ({**LIMIT, "closePosition": "1"}, -1130, "'closePosition'"),
        ({**LIMIT, "side": "buy"}, -1117, ""),
        ({**LIMIT, "type": "limit"}, -1116, ""),
        ({**LIMIT, "symbol": "btcusdt"}, -1121, ""),
        ({**LIMIT, "timeInForce": "RPI"}, -1115, ""),
        ({**LIMIT, "timeInForce": "GTD"}, -1102, "'goodTillDate'"),
        ({**LIMIT, "timeInForce": "GTD", "goodTillDate": "tomorrow"}, -1102, "'goodTillDate'"),
        ({**LIMIT, "timeInForce": "GTD", "goodTillDate": str(NOON + 600_000)}, -5040, "600 sec"),
        ({**LIMIT, "timeInForce": "GTD", "goodTillDate": "253402300799000"}, -5040, "9999"),
        ({**LIMIT, "priceMatch": "QUEUE"}, -1106, "'price'"),
        ({**LIMIT, "priceMatch": "BEST"}, -5037, "Invalid price match"),
        ({**LIMIT, "price": None, "priceMatch": "NONE"}, -1102, "'price'"),
        ({**LIMIT, "price": None, "priceMatch": "OPPONENT_10"}, -5037, ""),
        ({**LIMIT, "price": None, "priceMatch": "OPPONENT_20"}, -5037, ""),
        ({**MARKET, "priceMatch": "QUEUE"}, -5038, "LIMIT, STOP AND TAKE_PROFIT"),
        ({**LIMIT, "newClientOrderId": "a" * 37}, -4015, ""),
        ({**LIMIT, "newClientOrderId": "new\n"}, -4015, ""),
        ({**LIMIT, "newClientOrderId": "é"}, -4015, ""),
        ({**LIMIT, "quantity": "0.001"}, -4164, "no smaller than 100 (unless you choose reduce"),
        ({**LIMIT, "price": "52500.1"}, -4016, ""),
        ({**LIMIT, "side": "SELL", "price": "47499.9"}, -4024, ""),
        ({**MARKET, "quantity": "120.001"}, -4005, ""),
        ({**MARKET, "quantity": "0"}, -4003, ""),
        ({**MARKET, "quantity": "0.001"}, -4164, ""),
        ({**MARKET, "quantity": "5"}, -2019, "Margin is insufficient."),
        ({**LIMIT, "quantity": "5"}, -2019, "Margin is insufficient."),
        ({**LIMIT, "reduceOnly": "true"}, -2022, ""),
    ],
)
@pytest.mark.parametrize("path", [ORDER, TEST])
def test_what_is_wrong_with_an_order_is_said(
    alice: Trader, order: dict[str, object], code: int, message: str, path: str
) -> None:
    assert alice.refused("POST", path, **order) == code
    assert message in alice.ask("POST", path, **order).json["msg"]


def test_a_client_order_id_is_free_again_once_its_order_has_ended(alice: Trader) -> None:
    order = limit_order("BUY", "0.1", "49000", newClientOrderId="mine")
    alice.post(ORDER, **order)
    assert alice.refused("POST", ORDER, **order) == -4116
    alice.delete(ORDER, symbol="BTCUSDT", origClientOrderId="mine")
    assert alice.post(ORDER, **order)["clientOrderId"] == "mine"


def test_so_many_orders_may_be_open_at_once(bob: Trader) -> None:
    for _ in range(200):
        bob.limit("BUY", "0.003", "48000")
    assert bob.refused("POST", ORDER, **limit_order("BUY", "0.003", "48000")) == -2025
    bob.delete("/fapi/v1/allOpenOrders", symbol="BTCUSDT")
    assert bob.limit("BUY", "0.003", "48000")["status"] == "NEW"


def test_a_price_beyond_the_percent_filter_stops_a_market_order(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [("47000", "1")], [("53000", "1")])
    assert alice.refused("POST", ORDER, **MARKET) == -4131
    assert alice.refused("POST", ORDER, **MARKET | {"side": "SELL"}) == -4131


# POST /fapi/v1/order/test


def test_a_test_order_is_checked_and_never_placed(alice: Trader) -> None:
    before = alice.exchange.snapshot()
    told = alice.post(TEST, **LIMIT, newClientOrderId="try")
    assert list(told) == ORDER_TOLD
    assert (told["status"], told["clientOrderId"], told["origQty"]) == ("NEW", "try", "0.100")
    assert alice.post(TEST, **MARKET)["type"] == "MARKET"
    assert alice.exchange.snapshot() == before
    assert alice.get("/fapi/v1/openOrders") == []


def test_a_test_order_sees_the_book(alice: Trader) -> None:
    quoted(alice.exchange)
    order = limit_order("BUY", "0.1", "50000", timeInForce="GTX")
    assert alice.refused("POST", TEST, **order) == -5022


def test_an_orders_time_is_the_venues(alice: Trader) -> None:
    alice.exchange.pass_time(90 * SECOND)
    assert alice.limit("BUY", "0.1", "49000")["updateTime"] == NOON + 90 * SECOND
