"""Orders that stand: asked for, amended, canceled, one by one or all of a symbol."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.api.exchange import NOON, SECOND
from tests.api.fields import ORDER_ASKED, ORDER_TOLD
from tests.api.trader import ORDER, Trader

BTC: Final = {"symbol": "BTCUSDT"}
OPEN: Final = "/fapi/v1/openOrders"
ONE: Final = "/fapi/v1/openOrder"


@pytest.fixture
def order(alice: Trader) -> Any:
    """A bid of alice's for 0.1 BTC at 49 000, called "mine"."""
    placed = alice.limit("BUY", "0.1", "49000", newClientOrderId="mine")
    alice.exchange.pass_time(SECOND)
    return placed


@pytest.fixture
def half_filled(alice: Trader, bob: Trader, order: Any) -> Any:
    """The same bid with 0.04 of it filled."""
    alice.exchange.quote("BTCUSDT", [], [])
    bob.market("SELL", "0.04")
    return order


# GET openOrder, openOrders


@pytest.mark.parametrize("which", [{"orderId": 1}, {"origClientOrderId": "mine"}])
@pytest.mark.parametrize("path", [ORDER, ONE])
def test_an_order_is_found_by_either_id(
    alice: Trader, order: Any, which: dict[str, object], path: str
) -> None:
    asked = alice.get(path, **BTC, **which)
    assert list(asked) == ORDER_ASKED
    assert asked == {
        "orderId": order["orderId"],
        "symbol": "BTCUSDT",
        "status": "NEW",
        "clientOrderId": "mine",
        "price": "49000",
        "avgPrice": "0",
        "origQty": "0.1",
        "executedQty": "0",
        "cumQuote": "0.00000",
        "timeInForce": "GTC",
        "type": "LIMIT",
        "reduceOnly": False,
        "closePosition": False,
        "side": "BUY",
        "positionSide": "BOTH",
        "stopPrice": "0",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": "LIMIT",
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "time": NOON,
        "updateTime": NOON,
    }


@pytest.mark.parametrize("path", [ORDER, ONE])
def test_a_partly_filled_order(alice: Trader, half_filled: Any, path: str) -> None:
    asked = alice.get(path, **BTC, orderId=half_filled["orderId"])
    assert (asked["status"], asked["executedQty"]) == ("PARTIALLY_FILLED", "0.04")
    assert (asked["avgPrice"], asked["cumQuote"]) == ("49000.00000", "1960.00000")
    assert (asked["time"], asked["updateTime"]) == (NOON, NOON + SECOND)


@pytest.mark.parametrize("path", [ORDER, ONE])
@pytest.mark.parametrize(
    "which",
    [
        {"orderId": 99},
        {"orderId": 0},
        {"orderId": -1},
        {"orderId": 2**63 - 1},
        {"origClientOrderId": "yours"},
        {"orderId": 1, "symbol": "ETHUSDT"},
    ],
)
@pytest.mark.usefixtures("order")
def test_an_order_that_is_not_there(alice: Trader, path: str, which: dict[str, object]) -> None:
    assert alice.refused("GET", path, **{**BTC, **which}) == -2013
    assert alice.ask("GET", path, **{**BTC, **which}).json["msg"] == "Order does not exist."


@pytest.mark.parametrize("path", [ORDER, ONE])
def test_which_order_must_be_said(alice: Trader, path: str) -> None:
    assert alice.refused("GET", path, **BTC) == -1102
    message = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
    assert alice.ask("GET", path, **BTC).json["msg"] == message


def test_an_open_order_is_not_found_once_it_has_ended(alice: Trader, order: Any) -> None:
    alice.delete(ORDER, **BTC, orderId=order["orderId"])
    assert alice.refused("GET", ONE, **BTC, orderId=order["orderId"]) == -2013
    assert alice.get(ORDER, **BTC, orderId=order["orderId"])["status"] == "CANCELED"


def test_open_orders_of_one_symbol_or_of_all(alice: Trader, order: Any) -> None:
    alice.limit("BUY", "100", "0.49", symbol="ADAUSDT")
    alice.limit("BUY", "0.1", "48000")
    assert [row["orderId"] for row in alice.get(OPEN)] == [1, 2, 3]
    rows = alice.get(OPEN, **BTC)
    assert [row["orderId"] for row in rows] == [1, 3]
    assert rows[0] == alice.get(ONE, **BTC, orderId=order["orderId"])
    assert alice.get(OPEN, symbol="ETHUSDT") == []
    assert alice.refused("GET", OPEN, symbol="NOPE") == -1121
    assert alice.refused("GET", OPEN, symbol="") == -1105


# DELETE order, allOpenOrders


@pytest.mark.parametrize(
    "which",
    [
        {"orderId": 1},
        {"origClientOrderId": "mine"},
        pytest.param({"orderId": 1, "origClientOrderId": "other"}, id="the order id prevails"),
    ],
)
@pytest.mark.usefixtures("order")
def test_an_order_is_canceled(alice: Trader, which: dict[str, object]) -> None:
    told = alice.delete(ORDER, **BTC, **which)
    assert list(told) == ORDER_TOLD
    assert (told["status"], told["executedQty"]) == ("CANCELED", "0.000")
    assert told["updateTime"] == NOON + SECOND
    assert alice.get(OPEN) == []
    assert alice.get("/fapi/v3/account")["totalOpenOrderInitialMargin"] == "0.00000000"


def test_a_partly_filled_order_is_canceled_for_the_rest(alice: Trader, half_filled: Any) -> None:
    told = alice.delete(ORDER, **BTC, orderId=half_filled["orderId"])
    assert (told["status"], told["executedQty"], told["avgPrice"]) == (
        "CANCELED",
        "0.040",
        "49000.00",
    )


@pytest.mark.parametrize(
    "which", [{"orderId": 99}, {"origClientOrderId": "x"}, {"orderId": 1, "symbol": "ETHUSDT"}]
)
@pytest.mark.usefixtures("order")
def test_a_cancel_of_what_is_not_open(alice: Trader, which: dict[str, object]) -> None:
    assert alice.refused("DELETE", ORDER, **{**BTC, **which}) == -2011
    assert alice.ask("DELETE", ORDER, **{**BTC, **which}).json["msg"] == "Unknown order sent."


def test_an_order_is_canceled_once(alice: Trader, order: Any) -> None:
    alice.delete(ORDER, **BTC, orderId=order["orderId"])
    assert alice.refused("DELETE", ORDER, **BTC, orderId=order["orderId"]) == -2011


@pytest.mark.usefixtures("order")
def test_all_orders_of_a_symbol_are_canceled(alice: Trader, bob: Trader) -> None:
    alice.limit("SELL", "0.1", "51000")
    alice.limit("BUY", "100", "0.49", symbol="ADAUSDT")
    bob.limit("BUY", "0.1", "49000")
    told = alice.delete("/fapi/v1/allOpenOrders", **BTC)
    assert told == {"code": 200, "msg": "The operation of cancel all open order is done."}
    assert [row["symbol"] for row in alice.get(OPEN)] == ["ADAUSDT"]
    assert len(bob.get(OPEN)) == 1
    assert alice.delete("/fapi/v1/allOpenOrders", **BTC) == told


# PUT order


@pytest.mark.parametrize("which", [{"orderId": 1}, {"origClientOrderId": "mine"}])
@pytest.mark.usefixtures("order")
def test_price_and_quantity_are_amended(alice: Trader, which: dict[str, object]) -> None:
    told = alice.put(ORDER, **BTC, side="BUY", quantity="0.200", price="48500", **which)
    assert list(told) == ORDER_TOLD
    assert (told["status"], told["price"], told["origQty"]) == ("NEW", "48500.00", "0.200")
    assert (told["orderId"], told["clientOrderId"]) == (1, "mine")
    assert told["updateTime"] == NOON + SECOND
    # 0.2 x 48 500 / 20
    assert alice.get("/fapi/v3/account")["totalOpenOrderInitialMargin"] == "485.00000000"


def test_an_amendment_that_trades_tells_what_it_did(alice: Trader, order: Any) -> None:
    alice.exchange.quote("BTCUSDT", [], [("50000", "1")])
    which = {"orderId": order["orderId"], "side": "BUY"}
    told = alice.put(ORDER, **BTC, **which, quantity="0.1", price="50000")
    assert (told["status"], told["executedQty"], told["avgPrice"]) == (
        "FILLED",
        "0.100",
        "50000.00",
    )


def test_an_amendment_down_to_what_is_filled_cancels(alice: Trader, half_filled: Any) -> None:
    which = {"orderId": half_filled["orderId"], "side": "BUY"}
    told = alice.put(ORDER, **BTC, **which, quantity="0.04", price="49000")
    assert (told["status"], told["executedQty"]) == ("CANCELED", "0.040")


def test_a_post_only_order_amended_into_the_book_is_canceled(alice: Trader) -> None:
    order = alice.limit("BUY", "0.1", "49000", timeInForce="GTX")
    which = {"orderId": order["orderId"], "side": "BUY"}
    told = alice.put(ORDER, **BTC, **which, quantity="0.1", price="50100")
    assert (told["status"], told["executedQty"]) == ("CANCELED", "0.000")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": None}, -1102),
        ({"price": None}, -1102),
        ({"side": None}, -1102),
        ({"symbol": None}, -1102),
        ({"orderId": None}, -1102),
        ({"priceMatch": ""}, -1105),
        ({"priceMatch": "BEST"}, -5037),
        ({"priceMatch": "QUEUE"}, -1106),
        ({"side": "SELL"}, -2013),
        ({"orderId": 7}, -2013),
        ({"price": "48500.05"}, -4014),
        ({"price": "60000"}, -4016),
        ({"quantity": "0"}, -4003),
        ({"quantity": "0.002"}, -5029),
        ({"quantity": "0.1", "price": "49000"}, -5027),
        ({"quantity": "5"}, -2019),
    ],
)
@pytest.mark.usefixtures("order")
def test_a_refused_amendment_leaves_the_order_as_it_was(
    alice: Trader, change: dict[str, object], code: int
) -> None:
    wanted = {"orderId": 1, "side": "BUY", "quantity": "0.2", "price": "48500"}
    assert alice.refused("PUT", ORDER, **{**BTC, **wanted, **change}) == code


def test_another_accounts_order_cannot_be_touched(alice: Trader, bob: Trader, order: Any) -> None:
    which = {**BTC, "orderId": order["orderId"]}
    assert bob.refused("DELETE", ORDER, **which) == -2011
    assert bob.refused("PUT", ORDER, **which, side="BUY", quantity="1", price="48000") == -2013
    assert bob.refused("GET", ONE, **which) == -2013
    assert bob.refused("GET", ORDER, **which) == -2013
    assert bob.delete("/fapi/v1/batchOrders", **BTC, orderIdList="[1]") == [
        {"code": -2011, "msg": "Unknown order sent."}
    ]
    assert len(alice.get(OPEN)) == 1
