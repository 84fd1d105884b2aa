"""Several orders at once: each element answers for itself, in the order in which it was sent."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from tests.api.fields import ORDER_TOLD
from tests.api.trader import Trader, limit_order

BATCH: Final = "/fapi/v1/batchOrders"
BTC: Final = {"symbol": "BTCUSDT"}
UNKNOWN: Final = {"code": -2011, "msg": "Unknown order sent."}


def place(trader: Trader, *orders: object) -> Any:
    return trader.post(BATCH, batchOrders=json.dumps(orders))


def test_each_order_is_placed_for_itself(alice: Trader) -> None:
    told = place(
        alice,
        limit_order("BUY", "0.1", "49000", newClientOrderId="one"),
        limit_order("BUY", "0.1", "49000", symbol="NOPE"),
        limit_order("BUY", "0.1", "49000", newClientOrderId="one"),
        {**BTC, "side": "BUY", "type": "MARKET", "quantity": "0.1", "newOrderRespType": "RESULT"},
        limit_order("BUY", "9", "49000"),
    )
    assert list(told[0]) == list(told[3]) == ORDER_TOLD
    assert [row.get("status", row.get("code")) for row in told] == [
        "NEW",
        -1121,
        -4116,
        "FILLED",
        -2019,
    ]
    assert told[1] == {"code": -1121, "msg": "Invalid symbol."}
    assert len(alice.get("/fapi/v1/openOrders")) == 1


ORDER: Final = '{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC",'


@pytest.mark.parametrize(
    "rest",
    [
        '"price":"49000.0","quantity":"0.004","reduceOnly":"FALSE"}',
        '"price":49000.00,"quantity":0.004,"reduceOnly":false,"positionSide":null}',
        '"price":49000,"quantity":0.0040,"closePosition":false}',
    ],
)
def test_numbers_and_booleans_are_taken_as_text_or_as_json(alice: Trader, rest: str) -> None:
    [told] = alice.post(BATCH, batchOrders=f"[{ORDER}{rest}]")
    assert (told["price"], told["origQty"], told["reduceOnly"]) == ("49000.00", "0.004", False)


def test_a_float_is_read_as_it_is_written(alice: Trader) -> None:
    """Not as the nearest double, which has digits of its own."""
    for rest, code in (
        ('"price":49000.1,"quantity":0.1001}', -1111),
        ('"price":49000.1,"quantity":1e-1}', -1102),
        ('"price":49000.1000000000000000000000000000001,"quantity":0.1}', -1111),
    ):
        [told] = alice.post(BATCH, batchOrders=f"[{ORDER}{rest}]")
        assert told["code"] == code


@pytest.mark.parametrize(
    "quantity",
    ["1e309", "NaN", "Infinity", "-Infinity", "9" * 40, "1" * 5000, "0." + "1" * 40, '"\\ud800"'],
)
def test_a_number_that_is_none(alice: Trader, quantity: str) -> None:
    before = alice.exchange.snapshot()
    text = f'[{ORDER}"price":"49000","quantity":{quantity}}}]'
    [told] = alice.post(BATCH, batchOrders=text)
    assert told["code"] in (-1102, -1111)
    assert alice.exchange.snapshot() == before


@pytest.mark.parametrize(
    ("orders", "code"),
    [
        (None, -1102),
        ("", -1102),
        ("[]", -4082),
        (json.dumps([limit_order("BUY", "0.1", "49000")] * 6), -4082),
        ("{}", -1130),
        ("[1]", -1130),
        ("nonsense", -1130),
        ('[{"symbol":["BTCUSDT"]}]', -1130),
        ('[{"symbol":{}}]', -1130),
        ("[" * 100_000, -1130),
        ('[{"a":' * 50_000, -1130),
        ("[{}", -1130),
        ("null", -1130),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_is_no_list_of_orders(
    alice: Trader, method: str, orders: str | None, code: int
) -> None:
    assert alice.refused(method, BATCH, batchOrders=orders) == code


def test_an_empty_order_is_refused_for_itself(alice: Trader) -> None:
    [told] = place(alice, {})
    assert (told["code"], "'symbol'" in told["msg"]) == (-1102, True)


# PUT batchOrders


def test_each_order_is_amended_for_itself(alice: Trader) -> None:
    place(alice, *[limit_order("BUY", "0.01", "49000", newClientOrderId=n) for n in ("a", "b")])
    changed = {**BTC, "side": "BUY", "quantity": "0.02", "price": "48000"}
    orders = [
        {**changed, "orderId": 1},
        {**changed, "orderId": 9},
        {**changed, "origClientOrderId": "b"},
        {**changed, "orderId": 1},
    ]
    told = alice.put(BATCH, batchOrders=json.dumps(orders))
    assert list(told[0]) == ORDER_TOLD
    assert [row.get("origQty", row.get("code")) for row in told] == ["0.020", -2013, "0.020", -5027]


# DELETE batchOrders


@pytest.fixture
def three(alice: Trader) -> Trader:
    """Alice, with the open orders 1, 2, 3, called a, b, c."""
    place(alice, *[limit_order("BUY", "0.01", "49000", newClientOrderId=n) for n in "abc"])
    return alice


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("orderIdList", "[1,3]"),
        ("orderIdList", "[1, 3]"),
        ("orderIdList", '["1","3"]'),
        ("orderidlist", "[1,3]"),
        ("orderidlist", '["1","3"]'),
        ("origClientOrderIdList", '["a","c"]'),
        ("origClientOrderIdList", '["a", "c"]'),
        ("origclientorderidlist", '["a","c"]'),
    ],
)
def test_a_list_of_cancels_in_every_spelling(three: Trader, name: str, value: str) -> None:
    told = three.delete(BATCH, **BTC, **{name: value})
    assert [list(row) for row in told] == [ORDER_TOLD, ORDER_TOLD]
    assert [(row["clientOrderId"], row["status"]) for row in told] == [
        ("a", "CANCELED"),
        ("c", "CANCELED"),
    ]
    assert [row["orderId"] for row in three.get("/fapi/v1/openOrders")] == [2]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("orderIdList=[1,3]", id="raw"),
        pytest.param("orderIdList=%5B1%2C3%5D", id="percent-encoded"),
        pytest.param("orderidlist=%5B1%2C+3%5D", id="with a blank as +"),
        pytest.param("origClientOrderIdList=%5B%22a%22%2C%22c%22%5D", id="quotes encoded"),
        pytest.param('origClientOrderIdList=["a","c"]', id="quotes raw"),
    ],
)
@pytest.mark.parametrize("in_body", [True, False])
def test_a_list_of_cancels_as_clients_write_it(three: Trader, sent: str, in_body: bool) -> None:
    text = f"symbol=BTCUSDT&{sent}&timestamp={three.exchange.now}"
    halves = ("", text) if in_body else (text, "")
    answer = three.exchange.answer(three.signed("DELETE", BATCH, *halves))
    assert [row["status"] for row in answer.json] == ["CANCELED", "CANCELED"]


def test_what_is_not_open_answers_for_itself(three: Trader) -> None:
    told = three.delete(BATCH, **BTC, orderIdList="[9,2,2]")
    assert [row if "code" in row else row["status"] for row in told] == [
        UNKNOWN,
        "CANCELED",
        UNKNOWN,
    ]


def test_the_order_ids_prevail(three: Trader) -> None:
    told = three.delete(BATCH, **BTC, orderIdList="[1]", origClientOrderIdList='["b"]')
    assert [row["clientOrderId"] for row in told] == ["a"]


@pytest.mark.parametrize(
    ("lists", "code"),
    [
        ({}, -1102),
        ({"orderIdList": "[]"}, -1102),
        ({"orderIdList": ""}, -1105),
        ({"orderIdList": "1"}, -1130),
        ({"orderIdList": "[1,"}, -1130),
        ({"orderIdList": "[-1]"}, -1130),
        ({"orderIdList": "[1.5]"}, -1130),
        ({"orderIdList": "[true]"}, -1130),
        ({"orderIdList": "[[1]]"}, -1130),
        ({"orderIdList": '["\u0661"]'}, -1130),
        ({"orderIdList": f"[{'9' * 19}]"}, -1130),
        ({"orderIdList": "[" * 50_000}, -1130),
        ({"origClientOrderIdList": "a"}, -1130),
        ({"origClientOrderIdList": '{"a":1}'}, -1130),
        ({"orderIdList": str(list(range(1, 12)))}, -4032),
    ],
)
def test_what_is_no_list_of_cancels(three: Trader, lists: dict[str, object], code: int) -> None:
    assert three.refused("DELETE", BATCH, **BTC, **lists) == code


def test_ten_may_be_canceled_at_once(alice: Trader) -> None:
    told = alice.delete(BATCH, **BTC, orderIdList=str(list(range(1, 11))))
    assert told == [UNKNOWN] * 10
