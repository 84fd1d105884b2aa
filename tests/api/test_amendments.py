"""orderAmendment: what was changed of an order while it stood, the latest first."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.api.exchange import DAY, NOON, SECOND, Exchange
from tests.api.fields import names
from tests.api.trader import ORDER, Trader

AMENDMENTS: Final = "/fapi/v1/orderAmendment"
OF_BTC: Final = {"symbol": "BTCUSDT"}


@pytest.fixture
def order_id(alice: Trader) -> int:
    """An order that was amended three times, a second apart, from noon on."""
    told = alice.limit("BUY", "0.100", "48000.10", newClientOrderId="mine")
    amend(alice, told["orderId"], "0.1", "48000")
    amend(alice, told["orderId"], "0.2", "48000")
    amend(alice, told["orderId"], "0.25", "48000.5")
    return int(told["orderId"])


def amend(trader: Trader, order_id: int, quantity: str, price: str) -> None:
    trader.put(ORDER, **OF_BTC, orderId=order_id, side="BUY", quantity=quantity, price=price)
    trader.exchange.pass_time(SECOND)


def counts(rows: Any) -> list[int]:
    return [row["amendment"]["count"] for row in rows]


def test_an_amendment_tells_what_was_before_and_after(alice: Trader, order_id: int) -> None:
    rows = alice.get(AMENDMENTS, **OF_BTC, orderId=order_id)
    assert counts(rows) == [3, 2, 1]
    assert list(rows[0]) == names("amendmentId symbol pair orderId clientOrderId time amendment")
    assert list(rows[0]["amendment"]) == names("price origQty count")
    assert rows[0]["amendment"] == {
        "price": {"before": "48000", "after": "48000.5"},
        "origQty": {"before": "0.2", "after": "0.25"},
        "count": 3,
    }
    assert rows[2]["amendment"]["price"] == {"before": "48000.1", "after": "48000"}
    assert rows[2]["amendment"]["origQty"] == {"before": "0.1", "after": "0.1"}
    ids = [row["amendmentId"] for row in rows]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids)
    assert [row["time"] for row in rows] == [NOON + 2 * SECOND, NOON + SECOND, NOON]
    assert {(row["symbol"], row["pair"], row["orderId"]) for row in rows} == {
        ("BTCUSDT", "BTCUSDT", order_id)
    }


def test_the_order_may_be_named_by_either_id(alice: Trader, order_id: int) -> None:
    rows = alice.get(AMENDMENTS, **OF_BTC, orderId=order_id)
    assert alice.get(AMENDMENTS, **OF_BTC, origClientOrderId="mine") == rows
    both = {"orderId": order_id, "origClientOrderId": "another"}
    assert alice.get(AMENDMENTS, **OF_BTC, **both) == rows
    alice.delete(ORDER, **OF_BTC, orderId=order_id)
    assert alice.get(AMENDMENTS, **OF_BTC, orderId=order_id) == rows


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"startTime": NOON + SECOND}, [3, 2]),
        ({"endTime": NOON + SECOND}, [2, 1]),
        ({"startTime": NOON + SECOND, "endTime": NOON + SECOND}, [2]),
        ({"limit": 1}, [3]),
        ({"limit": 1, "startTime": NOON}, [1]),
        ({"limit": 1000}, [3, 2, 1]),
        ({"startTime": NOON + DAY}, []),
    ],
)
def test_times_and_limit(
    alice: Trader, order_id: int, params: dict[str, int], found: list[int]
) -> None:
    assert counts(alice.get(AMENDMENTS, **OF_BTC, orderId=order_id, **params)) == found


def test_fifty_are_told_unless_more_are_asked_for_and_never_over_a_hundred(alice: Trader) -> None:
    order_id = alice.limit("BUY", "0.1", "48000")["orderId"]
    for number in range(120):
        amend(alice, order_id, "0.1", str(47000 + number))
    for params, latest in (({}, 50), ({"limit": 100}, 100), ({"limit": 101}, 100)):
        told = counts(alice.get(AMENDMENTS, **OF_BTC, orderId=order_id, **params))
        assert told == list(range(120, 120 - latest, -1))


def test_what_is_older_than_three_months_is_not_told(alice: Trader, order_id: int) -> None:
    alice.exchange.pass_time(90 * DAY - 2 * SECOND)
    assert counts(alice.get(AMENDMENTS, **OF_BTC, orderId=order_id, startTime=1)) == [3, 2]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, -1102),
        ({"symbol": "BTCUSDT"}, -1102),
        ({"symbol": "BTCUSDT", "orderId": "one"}, -1130),
        ({"symbol": "BTCUSDT", "orderId": ""}, -1105),
        ({"symbol": "BTCUSDT", "orderId": 1, "startTime": 2, "endTime": 1}, -1023),
        ({"symbol": "BTCUSDT", "orderId": 1, "startTime": -1}, -1130),
        ({"symbol": "BTCUSDT", "orderId": 1, "limit": 0}, -1130),
        ({"symbol": "NOUSDT", "orderId": 1}, -1121),
        ({"symbol": "BTCUSDT", "orderId": 77}, -2013),
        ({"symbol": "ADAUSDT", "origClientOrderId": "mine"}, -2013),
    ],
)
def test_what_is_refused(
    alice: Trader, order_id: int, params: dict[str, object], code: int
) -> None:
    assert alice.refused("GET", AMENDMENTS, **params) == code


def test_an_order_is_nobody_elses(bob: Trader, order_id: int) -> None:
    assert bob.refused("GET", AMENDMENTS, **OF_BTC, orderId=order_id) == -2013


def test_an_order_that_was_never_amended_has_none(exchange: Exchange, alice: Trader) -> None:
    order_id = alice.limit("BUY", "0.1", "48000")["orderId"]
    assert alice.get(AMENDMENTS, **OF_BTC, orderId=order_id) == []
