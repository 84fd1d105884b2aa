"""Good-till dates, countdowns and prices out of the book, as a client asks for them."""

from __future__ import annotations

import pytest

from tests.api.exchange import MINUTE, NOON, SECOND, Exchange
from tests.api.trader import ORDER, Trader, limit_order, open_trader

COUNTDOWN = "/fapi/v1/countdownCancelAll"


def test_an_order_good_till_a_date(alice: Trader) -> None:
    """Of the date whole seconds count; the order expires then."""
    date = NOON + 11 * MINUTE + 999
    told = alice.limit("BUY", "0.1", "49000", timeInForce="GTD", goodTillDate=date)
    assert (told["timeInForce"], told["goodTillDate"]) == ("GTD", NOON + 11 * MINUTE)
    alice.exchange.pass_time(11 * MINUTE - 1)
    [open_order] = alice.get("/fapi/v1/openOrders")
    assert open_order["goodTillDate"] == NOON + 11 * MINUTE
    alice.exchange.pass_time(1)
    assert alice.get("/fapi/v1/openOrders") == []
    past = alice.get(ORDER, symbol="BTCUSDT", orderId=told["orderId"])
    assert (past["status"], past["updateTime"]) == ("EXPIRED", NOON + 11 * MINUTE)


def test_a_date_is_kept_over_a_restart(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000", timeInForce="GTD", goodTillDate=NOON + 11 * MINUTE)
    exchange = alice.exchange.restarted()
    exchange.pass_time(11 * MINUTE)
    assert Trader(exchange, alice.key).get("/fapi/v1/openOrders") == []


def test_what_is_due_is_done_before_whatever_comes_later(alice: Trader) -> None:
    """The clock has passed the date and nothing has looked at it: the next command does."""
    told = alice.limit("BUY", "0.1", "49000", timeInForce="GTD", goodTillDate=NOON + 11 * MINUTE)
    alice.exchange.clock.set(NOON + 12 * MINUTE)
    answer = alice.ask("DELETE", ORDER, symbol="BTCUSDT", orderId=told["orderId"])
    assert answer.refusal == (400, -2011)
    past = alice.get(ORDER, symbol="BTCUSDT", orderId=told["orderId"])
    assert (past["status"], past["updateTime"]) == ("EXPIRED", NOON + 11 * MINUTE)


def test_a_countdown(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    told = alice.post(COUNTDOWN, symbol="BTCUSDT", countdownTime=100_000)
    assert told == {"symbol": "BTCUSDT", "countdownTime": "100000"}
    alice.exchange.pass_time(99 * SECOND)
    assert len(alice.get("/fapi/v1/openOrders")) == 1
    alice.exchange.pass_time(SECOND)
    assert alice.get("/fapi/v1/openOrders") == []
    [past] = alice.get("/fapi/v1/allOrders", symbol="BTCUSDT")
    assert (past["status"], past["updateTime"]) == ("CANCELED", NOON + 100 * SECOND)


def test_a_countdown_is_stopped_by_zero(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    alice.post(COUNTDOWN, symbol="BTCUSDT", countdownTime=1000)
    told = alice.post(COUNTDOWN, symbol="BTCUSDT", countdownTime=0)
    assert told == {"symbol": "BTCUSDT", "countdownTime": "0"}
    alice.exchange.pass_time(MINUTE)
    assert len(alice.get("/fapi/v1/openOrders")) == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"countdownTime": 1000}, -1102),
        ({"symbol": "BTCUSDT"}, -1102),
        ({"symbol": "BTCUSDT", "countdownTime": "soon"}, -1102),
        ({"symbol": "BTCUSDT", "countdownTime": "1.5"}, -1102),
        ({"symbol": "BTCUSDT", "countdownTime": ""}, -1102),
        ({"symbol": "BTCUSDT", "countdownTime": -1}, -1130),
        ({"symbol": "NOPE", "countdownTime": 1000}, -1121),
    ],
)
def test_countdowns_that_cannot_be(alice: Trader, params: dict[str, object], code: int) -> None:
    assert alice.refused("POST", COUNTDOWN, **params) == code


@pytest.mark.parametrize(
    ("match", "price"),
    [("OPPONENT", "50000.10"), ("QUEUE", "49999.90"), ("QUEUE_5", "49979.90")],
)
def test_a_price_out_of_the_book(alice: Trader, match: str, price: str) -> None:
    told = alice.limit("BUY", "0.1", None, priceMatch=match)
    assert (told["price"], told["priceMatch"]) == (price, match)
    asked = alice.get(ORDER, symbol="BTCUSDT", orderId=told["orderId"])
    assert asked["priceMatch"] == match


def test_deep_opponent_prices_until_they_were_removed() -> None:
    exchange = Exchange(api_date="2025-10-22")
    alice = open_trader(exchange)
    told = alice.limit("BUY", "0.1", None, priceMatch="OPPONENT_10")
    assert told["price"] == "50045.10"


def test_a_book_without_such_a_level(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [("49999", "1")], [])
    order = limit_order("BUY", "0.1", None, priceMatch="OPPONENT")
    assert alice.refused("POST", ORDER, **order) == -5041
    assert alice.refused("POST", f"{ORDER}/test", **order) == -5041


def test_an_order_is_amended_to_a_price_of_the_book(alice: Trader) -> None:
    told = alice.limit("BUY", "0.1", "49000")
    amended = {"symbol": "BTCUSDT", "orderId": told["orderId"], "side": "BUY", "quantity": "0.1"}
    told = alice.put(ORDER, **amended, priceMatch="QUEUE")
    assert (told["price"], told["priceMatch"]) == ("49999.90", "QUEUE")
    told = alice.put(ORDER, **amended, price="49500")
    assert (told["price"], told["priceMatch"]) == ("49500.00", "NONE")
