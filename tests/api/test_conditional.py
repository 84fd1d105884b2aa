"""Conditional orders as a client sees them: how they are placed, and what becomes of them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.api.exchange import MINUTE, NOON, SECOND, Exchange
from tests.api.fields import ALGO_ASKED, ALGO_TOLD, ORDER_ASKED
from tests.api.trader import ALGO, ORDER, Trader, conditional_order, limit_order

BTC: Final = {"symbol": "BTCUSDT"}
OPEN: Final = "/fapi/v1/openAlgoOrders"
ALL: Final = "/fapi/v1/allAlgoOrders"
EVERY: Final = "/fapi/v1/algoOpenOrders"
STANDING: Final = "/fapi/v1/openOrders"


@pytest.fixture
def exchange() -> Exchange:
    """Every mark price is the last price too; the house bids 49 999.9 for a BTC, asks 50 000.1."""
    exchange = Exchange()
    exchange.last(BTCUSDT="50000", ETHUSDC="2500", ADAUSDT="0.5")
    return exchange


def asked(trader: Trader, client_algo_id: str) -> Any:
    return trader.get(ALGO, clientAlgoId=client_algo_id)


def statuses(trader: Trader) -> list[tuple[str, str]]:
    rows = trader.get(ALL, **BTC)
    assert all(list(row)[: len(ALGO_ASKED)] == ALGO_ASKED for row in rows)
    return [(row["clientAlgoId"], row["algoStatus"]) for row in rows]


# POST algoOrder


def test_a_stop_that_waits(alice: Trader) -> None:
    told = alice.conditional(
        "SELL",
        "STOP",
        "49000.0",
        price="48900",
        reduceOnly="true",
        clientAlgoId="first/one:1.A_b-c",
    )
    assert list(told) == ALGO_TOLD
    assert told == {
        "algoId": 1,
        "clientAlgoId": "first/one:1.A_b-c",
        "algoType": "CONDITIONAL",
        "orderType": "STOP",
        "symbol": "BTCUSDT",
        "side": "SELL",
        "positionSide": "BOTH",
        "timeInForce": "GTC",
        "quantity": "0.100",
        "algoStatus": "NEW",
        "triggerPrice": "49000.00",
        "price": "48900.00",
        "icebergQuantity": None,
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "workingType": "CONTRACT_PRICE",
        "priceMatch": "NONE",
        "closePosition": False,
        "priceProtect": False,
        "reduceOnly": True,
        "activatePrice": "",
        "callbackRate": "",
        "createTime": NOON,
        "updateTime": NOON,
        "triggerTime": 0,
        "goodTillDate": 0,
    }


def test_what_a_new_order_says_is_told(alice: Trader) -> None:
    told = alice.conditional(
        "BUY",
        "TAKE_PROFIT",
        "49000",
        timeInForce="IOC",
        priceMatch="QUEUE_5",
        workingType="MARK_PRICE",
        priceProtect="TRUE",
        selfTradePreventionMode="EXPIRE_BOTH",
    )
    said = {
        "orderType": "TAKE_PROFIT",
        "timeInForce": "IOC",
        "price": "0.00",
        "priceMatch": "QUEUE_5",
        "workingType": "MARK_PRICE",
        "priceProtect": True,
        "selfTradePreventionMode": "EXPIRE_BOTH",
    }
    assert {name: told[name] for name in said} == said
    row = alice.get(ALGO, algoId=told["algoId"])
    assert {name: row[name] for name in said} == said


def test_a_whole_position_is_to_be_closed(alice: Trader) -> None:
    told = alice.conditional("SELL", "STOP_MARKET", "49000", quantity=None, closePosition="true")
    assert (told["closePosition"], told["quantity"]) == (True, "0.000")
    assert (told["reduceOnly"], told["price"]) == (False, "0.00")


@pytest.mark.parametrize(
    ("sent", "shown"), [("1", "1"), ("0.50", "0.5"), ("0.1", "0.1"), ("10", "10"), ("20", "20")]
)
def test_a_trailing_stop_tells_its_rate(alice: Trader, sent: str, shown: str) -> None:
    trailing = {"callbackRate": sent, "activatePrice": "51000"}
    told = alice.conditional("SELL", "TRAILING_STOP_MARKET", None, **trailing)
    assert (told["activatePrice"], told["callbackRate"]) == ("51000.00", shown)
    assert told["triggerPrice"] == "0.00"
    [row] = alice.get(OPEN)
    assert (row["activatePrice"], row["callbackRate"]) == ("51000.00", shown)


@pytest.mark.parametrize(("working", "price"), [("CONTRACT_PRICE", "51"), ("MARK_PRICE", "49")])
def test_a_trailing_stop_is_activated_at_the_latest_price(
    alice: Trader, working: str, price: str
) -> None:
    alice.exchange.quote("BTCUSDT", [], [])
    alice.exchange.move(BTCUSDT="49000")
    alice.exchange.last(BTCUSDT="51000")
    trailing = {"callbackRate": "1", "workingType": working}
    told = alice.conditional("BUY", "TRAILING_STOP_MARKET", None, **trailing)
    assert told["activatePrice"] == f"{price}000.00"


def test_conditional_orders_are_numbered_with_the_others_and_named(alice: Trader) -> None:
    first = alice.conditional("SELL", "STOP_MARKET", "49000")
    order = alice.limit("BUY", "0.01", "49000")
    second = alice.conditional("SELL", "STOP_MARKET", "49000")
    assert [first["algoId"], order["orderId"], second["algoId"]] == [1, 2, 3]
    assert first["clientAlgoId"] != second["clientAlgoId"]
    assert all(1 <= len(told["clientAlgoId"]) <= 36 for told in (first, second))


def test_numbers_are_printed_at_the_symbols_precision(bob: Trader) -> None:
    ada = {"symbol": "ADAUSDT", "quantity": "120.0", "price": "0.57"}
    told = bob.conditional("BUY", "STOP", "0.5500", **ada)
    assert (told["triggerPrice"], told["price"], told["quantity"]) == ("0.55000", "0.57000", "120")
    row = bob.get(ALGO, algoId=told["algoId"])
    assert (row["triggerPrice"], row["price"], row["quantity"]) == ("0.55000", "0.57000", "120")
    assert row["tpTriggerPrice"] == row["slPrice"] == "0.00000"


def test_nothing_is_held_while_an_order_waits(alice: Trader) -> None:
    """Neither position nor margin is looked at: 100 BTC are worth 500 times what she has."""
    before = alice.get("/fapi/v3/account")
    alice.conditional("BUY", "STOP_MARKET", "51000", quantity="100")
    alice.conditional("SELL", "STOP_MARKET", "49000", reduceOnly="true")
    assert alice.get("/fapi/v3/account") == before
    assert alice.get(STANDING) == []


# From waiting to its end


def test_a_stop_is_triggered_and_filled(alice: Trader) -> None:
    """Bought at 50 000.1 and sold at 49 999.9: 0.02 are lost, and 5 in fees."""
    alice.market("BUY", "0.1")
    alice.conditional("SELL", "STOP_MARKET", "49000", clientAlgoId="out", reduceOnly="true")
    alice.exchange.pass_time(SECOND)
    alice.exchange.last(BTCUSDT="49000.1")
    assert asked(alice, "out")["algoStatus"] == "NEW"
    alice.exchange.pass_time(SECOND)
    alice.exchange.last(BTCUSDT="49000")
    alice.exchange.pass_time(SECOND)
    row = asked(alice, "out")
    assert list(row) == ALGO_ASKED
    assert row == {
        "algoId": 2,
        "clientAlgoId": "out",
        "algoType": "CONDITIONAL",
        "orderType": "STOP_MARKET",
        "symbol": "BTCUSDT",
        "side": "SELL",
        "positionSide": "BOTH",
        "timeInForce": "GTC",
        "quantity": "0.100",
        "algoStatus": "FINISHED",
        "actualOrderId": "3",
        "actualPrice": "49999.90000",
        "triggerPrice": "49000.00",
        "price": "0.00",
        "icebergQuantity": None,
        "tpTriggerPrice": "0.00",
        "tpPrice": "0.00",
        "slTriggerPrice": "0.00",
        "slPrice": "0.00",
        "tpOrderType": "",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "workingType": "CONTRACT_PRICE",
        "priceMatch": "NONE",
        "closePosition": False,
        "priceProtect": False,
        "reduceOnly": True,
        "createTime": NOON,
        "updateTime": NOON + 2 * SECOND,
        "triggerTime": NOON + 2 * SECOND,
        "goodTillDate": 0,
    }
    assert alice.get(OPEN) == alice.get("/fapi/v3/positionRisk") == []
    assert alice.get("/fapi/v3/account")["totalWalletBalance"] == "9994.98000000"


def test_the_order_of_a_market_stop_tells_where_it_comes_from(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    closing = {"quantity": None, "closePosition": "true", "workingType": "MARK_PRICE"}
    alice.conditional("SELL", "STOP_MARKET", "49000", clientAlgoId="out", **closing)
    alice.exchange.move(BTCUSDT="49000")
    row = asked(alice, "out")
    order = alice.get(ORDER, **BTC, orderId=row["actualOrderId"])
    assert list(order) == ORDER_ASKED
    wanted = {
        "clientOrderId": "out",
        "status": "FILLED",
        "type": "MARKET",
        "origType": "STOP_MARKET",
        "stopPrice": "49000",
        "price": "0",
        "origQty": "0.1",
        "workingType": "MARK_PRICE",
        "closePosition": True,
        "reduceOnly": True,
    }
    assert {name: order[name] for name in wanted} == wanted
    assert order == alice.get(ORDER, **BTC, origClientOrderId="out")
    assert [trade["orderId"] for trade in alice.get("/fapi/v1/userTrades", **BTC)] == [1, 3]


def test_a_limited_stop_rests_and_is_finished_once_it_is_filled(alice: Trader, bob: Trader) -> None:
    """Two orders fill it: at 48 900 both, which is what it asked for."""
    exchange = alice.exchange
    limited = {"price": "48900", "clientAlgoId": "in"}
    alice.conditional("BUY", "TAKE_PROFIT", "49000", **limited)
    exchange.last(BTCUSDT="49000")
    exchange.quote("BTCUSDT", [], [])
    row = asked(alice, "in")
    assert (row["algoStatus"], row["actualOrderId"], row["actualPrice"]) == (
        "TRIGGERED",
        "2",
        "0.00000",
    )
    assert alice.get(OPEN) == []
    [order] = alice.get(STANDING)
    wanted = {"type": "LIMIT", "origType": "TAKE_PROFIT", "stopPrice": "49000", "price": "48900"}
    assert {name: order[name] for name in wanted} == wanted
    assert order["clientOrderId"] == "in"
    exchange.pass_time(SECOND)
    bob.market("SELL", "0.04")
    row = asked(alice, "in")
    assert (row["algoStatus"], row["actualPrice"]) == ("TRIGGERED", "48900.00000")
    assert row["updateTime"] == NOON + SECOND
    bob.market("SELL", "0.06")
    row = asked(alice, "in")
    assert (row["algoStatus"], row["actualPrice"]) == ("FINISHED", "48900.00000")


def test_an_order_is_finished_however_its_own_order_ends(alice: Trader) -> None:
    alice.conditional("BUY", "STOP", "51000", price="48000", clientAlgoId="canceled")
    immediate = {"price": "48000", "timeInForce": "IOC", "clientAlgoId": "expired"}
    alice.conditional("BUY", "STOP", "51000", **immediate)
    alice.exchange.last(BTCUSDT="51000")
    assert statuses(alice) == [("canceled", "TRIGGERED"), ("expired", "FINISHED")]
    alice.delete(ORDER, **BTC, origClientOrderId="canceled")
    assert statuses(alice) == [("canceled", "FINISHED"), ("expired", "FINISHED")]
    assert alice.get(ORDER, **BTC, origClientOrderId="expired")["status"] == "EXPIRED"


def test_the_price_is_found_when_the_order_is_triggered(alice: Trader) -> None:
    """The best bid moves with the mark price."""
    queued = {"priceMatch": "QUEUE", "workingType": "MARK_PRICE", "clientAlgoId": "queue"}
    alice.conditional("BUY", "STOP", "51000", **queued)
    alice.exchange.move(BTCUSDT="51000")
    [order] = alice.get(STANDING)
    assert (order["price"], order["priceMatch"]) == ("50999.9", "QUEUE")
    row = asked(alice, "queue")
    assert (row["algoStatus"], row["price"], row["priceMatch"]) == ("TRIGGERED", "0.00", "QUEUE")


def test_a_trailing_stop_is_triggered_on_its_way_back(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    trailing = {"callbackRate": "1", "activatePrice": "51000", "clientAlgoId": "trail"}
    alice.conditional("SELL", "TRAILING_STOP_MARKET", None, **trailing)
    for price in ("51000", "52000", "51480.1"):
        alice.exchange.last(BTCUSDT=price)
        assert asked(alice, "trail")["algoStatus"] == "NEW"
    alice.exchange.last(BTCUSDT="51480")
    row = asked(alice, "trail")
    assert list(row) == [*ALGO_ASKED, "activatePrice", "callbackRate"]
    assert (row["algoStatus"], row["actualPrice"]) == ("FINISHED", "49999.90000")
    order = alice.get(ORDER, **BTC, orderId=row["actualOrderId"])
    assert (order["activatePrice"], order["priceRate"]) == ("51000", "1")
    assert (order["type"], order["origType"]) == ("MARKET", "TRAILING_STOP_MARKET")


def test_a_client_id_that_an_open_order_has_is_not_used_again(alice: Trader) -> None:
    alice.conditional("BUY", "STOP", "51000", price="48000", clientAlgoId="mine")
    alice.limit("BUY", "0.01", "48000", newClientOrderId="mine")
    alice.exchange.last(BTCUSDT="51000")
    row = asked(alice, "mine")
    order = alice.get(ORDER, **BTC, orderId=row["actualOrderId"])
    assert (order["status"], order["origType"]) == ("NEW", "STOP")
    assert order["clientOrderId"] != "mine"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"quantity": "100"}, "Margin is insufficient."),
        ({"reduceOnly": "true"}, "ReduceOnly Order is rejected."),
        (
            {"quantity": "0.001"},
            "Order's notional must be no smaller than 100 (unless you choose reduce only)",
        ),
        (
            {"type": "STOP", "price": "53000"},
            "Price is higher than mark price multiplier cap.",
        ),
        (
            {"type": "STOP", "price": "51000", "timeInForce": "GTX"},
            (
                "Due to the order could not be executed as maker, the Post Only order will be"
                " rejected. The order will not be recorded in the order history"
            ),
        ),
        ({"quantity": None, "closePosition": "true"}, "ReduceOnly Order is rejected."),
    ],
)
def test_an_order_that_cannot_be_placed_is_rejected_with_the_reason(
    alice: Trader, sent: dict[str, object], reason: str
) -> None:
    order = conditional_order("BUY", "STOP_MARKET", "51000", clientAlgoId="vain")
    alice.post(ALGO, **{**order, **sent})
    alice.exchange.pass_time(SECOND)
    alice.exchange.last(BTCUSDT="51000")
    row = asked(alice, "vain")
    assert list(row) == [*ALGO_ASKED, "rejectReason"]
    assert (row["algoStatus"], row["rejectReason"]) == ("REJECTED", reason)
    assert (row["actualOrderId"], row["actualPrice"]) == ("", "0.00000")
    assert row["triggerTime"] == row["updateTime"] == NOON + SECOND
    assert alice.get("/fapi/v1/allOrders", **BTC) == alice.get(OPEN) == []


def test_a_protected_order_waits_until_mark_and_last_price_meet(alice: Trader) -> None:
    """BTCUSDT's trigger protection is 5 % of the mark price."""
    alice.market("BUY", "0.1")
    alice.conditional("SELL", "STOP_MARKET", "49000", priceProtect="true", clientAlgoId="safe")
    alice.exchange.last(BTCUSDT="47499.9")
    assert asked(alice, "safe")["algoStatus"] == "NEW"
    alice.exchange.last(BTCUSDT="47500")
    assert asked(alice, "safe")["algoStatus"] == "FINISHED"


def test_an_order_good_till_a_date_expires_unless_it_was_triggered_before(alice: Trader) -> None:
    date = NOON + 11 * MINUTE + 999
    dated = {"price": "48000", "timeInForce": "GTD", "goodTillDate": date}
    told = alice.conditional("BUY", "STOP", "51000", **dated, clientAlgoId="early")
    assert (told["timeInForce"], told["goodTillDate"]) == ("GTD", NOON + 11 * MINUTE)
    alice.conditional("BUY", "STOP", "52000", **dated, clientAlgoId="late")
    alice.exchange.last(BTCUSDT="51000")
    alice.exchange.pass_time(11 * MINUTE - 1)
    assert statuses(alice) == [("early", "TRIGGERED"), ("late", "NEW")]
    assert alice.get(STANDING)[0]["goodTillDate"] == NOON + 11 * MINUTE
    alice.exchange.pass_time(1)
    assert statuses(alice) == [("early", "FINISHED"), ("late", "EXPIRED")]
    assert asked(alice, "late")["updateTime"] == NOON + 11 * MINUTE
    assert alice.get(ORDER, **BTC, origClientOrderId="early")["status"] == "EXPIRED"


def test_an_order_that_depends_on_a_position_expires_with_it(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    closing = {"quantity": None, "closePosition": "true", "timeInForce": "GTE_GTC"}
    alice.conditional("SELL", "STOP_MARKET", "49000", **closing, clientAlgoId="stop")
    alice.conditional("SELL", "TAKE_PROFIT_MARKET", "51000", **closing, clientAlgoId="profit")
    alice.exchange.last(BTCUSDT="51000")
    assert statuses(alice) == [("stop", "EXPIRED"), ("profit", "FINISHED")]
    told = alice.conditional("SELL", "STOP_MARKET", "49000", **closing, clientAlgoId="nothing")
    assert told["algoStatus"] == "NEW"
    assert asked(alice, "nothing")["algoStatus"] == "EXPIRED"


def test_a_trade_of_another_client_is_a_last_price(alice: Trader, bob: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [("49000", "9")], [("50000.1", "9")])
    alice.conditional("SELL", "STOP_MARKET", "49000", clientAlgoId="follow")
    bob.market("SELL", "0.01")
    row = asked(alice, "follow")
    assert (row["algoStatus"], row["actualPrice"]) == ("FINISHED", "49000.00000")


def test_so_many_orders_may_wait_all_symbols_together(bob: Trader) -> None:
    for number in range(200):
        symbol = {} if number % 2 else {"symbol": "ADAUSDT", "quantity": "100"}
        trigger = "49000" if number % 2 else "0.4"
        bob.conditional("SELL", "STOP_MARKET", trigger, **symbol)
    order = conditional_order("SELL", "STOP_MARKET", "49000")
    assert bob.refused("POST", ALGO, **order) == -4045
    assert bob.ask("POST", ALGO, **order).json["msg"] == "Reach max stop order limit."
    bob.delete(EVERY, symbol="ADAUSDT")
    assert bob.conditional("SELL", "STOP_MARKET", "49000")["algoStatus"] == "NEW"


def test_orders_that_wait_count_among_the_open_ones_of_their_symbol(bob: Trader) -> None:
    """MAX_NUM_ORDERS of BTCUSDT is 200, with either kind in it."""
    for _ in range(100):
        bob.conditional("SELL", "STOP_MARKET", "49000")
        bob.limit("BUY", "0.003", "48000")
    order = limit_order("BUY", "0.003", "48000")
    assert bob.refused("POST", ORDER, **order) == -2025
    assert bob.limit("BUY", "100", "0.49", symbol="ADAUSDT")["status"] == "NEW"


@pytest.mark.parametrize("working", ["CONTRACT_PRICE", "MARK_PRICE"])
@pytest.mark.parametrize(
    ("side", "kind"),
    [
        ("BUY", "STOP_MARKET"),
        ("SELL", "STOP_MARKET"),
        ("BUY", "TAKE_PROFIT_MARKET"),
        ("SELL", "TAKE_PROFIT_MARKET"),
    ],
)
def test_what_would_trigger_at_once_is_refused(
    alice: Trader, side: str, kind: str, working: str
) -> None:
    """Equal is enough, and a tick on the other side is not."""
    order = conditional_order(side, kind, "50000", workingType=working)
    assert alice.refused("POST", ALGO, **order) == -2021
    assert alice.ask("POST", ALGO, **order).json["msg"] == "Order would immediately trigger."
    away = (side == "BUY") is (kind == "STOP_MARKET")
    order["triggerPrice"] = "50000.1" if away else "49999.9"
    assert alice.post(ALGO, **order)["algoStatus"] == "NEW"
