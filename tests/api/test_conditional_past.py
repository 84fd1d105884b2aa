"""Conditional orders that wait and those that are past: listed, canceled, kept, and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.engine.commands import CloseAccount, ResetAccount
from perpbox.instrument import to_json
from perpbox.journal.opening import MEMORY, open_journal
from tests.api.exchange import CATALOGUE, DAY, HOUR, NOON, Exchange, HeldJournal
from tests.api.fields import ALGO_ASKED
from tests.api.trader import ALGO, ORDER, Trader, open_trader

BTC: Final = {"symbol": "BTCUSDT"}
OPEN: Final = "/fapi/v1/openAlgoOrders"
ALL: Final = "/fapi/v1/allAlgoOrders"
EVERY: Final = "/fapi/v1/algoOpenOrders"
WEEK: Final = 7 * DAY


@pytest.fixture(params=["in memory", "in a file"])
def exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Exchange]:
    place = MEMORY if request.param == "in memory" else str(tmp_path / "journal")
    with open_journal(place, to_json(CATALOGUE)) as journal:
        exchange = Exchange(journal)
        exchange.last(BTCUSDT="50000", ADAUSDT="0.5")
        yield exchange


def stop(trader: Trader, trigger: str = "49000", **more: object) -> int:
    """The id of a stop that waits for the price to fall."""
    return int(trader.conditional("SELL", "STOP_MARKET", trigger, **more)["algoId"])


def ada_stop(trader: Trader) -> int:
    return stop(trader, "0.4", symbol="ADAUSDT", quantity="100")


def ids(rows: Any) -> list[int]:
    return [row["algoId"] for row in rows]


# GET openAlgoOrders


def test_all_that_wait_or_some_of_them(alice: Trader, bob: Trader) -> None:
    stop(alice, clientAlgoId="first")
    ada_stop(alice)
    stop(bob)
    stop(alice, "48000")
    rows = alice.get(OPEN)
    assert ids(rows) == [1, 2, 4]
    assert all(list(row) == ALGO_ASKED for row in rows)
    assert rows[0] == alice.get(ALGO, algoId=1) == alice.get(ALGO, clientAlgoId="first")
    assert ids(alice.get(OPEN, algoType="CONDITIONAL")) == [1, 2, 4]
    assert ids(alice.get(OPEN, **BTC)) == [1, 4]
    assert ids(alice.get(OPEN, algoId=2)) == [2]
    assert ids(alice.get(OPEN, **BTC, algoId=4)) == [4]
    assert alice.get(OPEN, **BTC, algoId=2) == []
    assert alice.get(OPEN, algoId=3) == alice.get(OPEN, algoId=99) == []
    assert alice.get(OPEN, symbol="ETHUSDT") == []


# DELETE algoOrder, algoOpenOrders


@pytest.mark.parametrize(
    "which",
    [
        {"algoId": 1},
        {"clientAlgoId": "mine"},
        {"algoid": 1},
        pytest.param({"algoId": 1, "clientAlgoId": "other"}, id="the algo id prevails"),
    ],
)
def test_an_order_that_waits_is_canceled(alice: Trader, which: dict[str, object]) -> None:
    stop(alice, clientAlgoId="mine")
    alice.exchange.pass_time(HOUR)
    assert alice.get(ALGO, **which)["algoStatus"] == "NEW"
    told = alice.delete(ALGO, **which)
    assert told == {"algoId": 1, "clientAlgoId": "mine", "code": "200", "msg": "success"}
    assert list(told) == ["algoId", "clientAlgoId", "code", "msg"]
    row = alice.get(ALGO, algoId=1)
    assert (row["algoStatus"], row["actualOrderId"], row["triggerTime"]) == ("CANCELED", "", 0)
    assert (row["createTime"], row["updateTime"]) == (NOON, NOON + HOUR)
    assert alice.get(OPEN) == []
    assert alice.refused("DELETE", ALGO, **which) == -2011


def test_an_order_that_was_triggered_is_canceled_as_the_order_that_it_is(alice: Trader) -> None:
    alice.conditional("BUY", "STOP", "51000", price="48000", clientAlgoId="mine")
    alice.exchange.last(BTCUSDT="51000")
    assert alice.refused("DELETE", ALGO, clientAlgoId="mine") == -2011
    assert alice.delete(ORDER, **BTC, origClientOrderId="mine")["status"] == "CANCELED"
    assert alice.get(ALGO, clientAlgoId="mine")["algoStatus"] == "FINISHED"


def test_all_of_a_symbol_are_canceled(alice: Trader, bob: Trader) -> None:
    stop(alice)
    stop(alice, "48000")
    ada_stop(alice)
    stop(bob)
    alice.limit("BUY", "0.01", "48000")
    told = alice.delete(EVERY, **BTC)
    assert told == {"code": 200, "msg": "The operation of cancel all open order is done."}
    assert ids(alice.get(OPEN)) == [3]
    assert [row["algoStatus"] for row in alice.get(ALL, **BTC)] == ["CANCELED", "CANCELED"]
    assert len(bob.get(OPEN)) == len(alice.get("/fapi/v1/openOrders")) == 1
    assert alice.delete(EVERY, **BTC) == told


def test_canceling_all_orders_and_a_countdown_leave_what_waits(alice: Trader) -> None:
    stop(alice)
    alice.limit("BUY", "0.01", "48000")
    alice.delete("/fapi/v1/allOpenOrders", **BTC)
    alice.limit("BUY", "0.01", "48000")
    alice.post("/fapi/v1/countdownCancelAll", **BTC, countdownTime=1000)
    alice.exchange.pass_time(1000)
    assert alice.get("/fapi/v1/openOrders") == []
    assert ids(alice.get(OPEN)) == [1]


def test_a_client_id_is_free_again_once_its_order_waits_no_more(alice: Trader) -> None:
    stop(alice, clientAlgoId="again")
    alice.delete(ALGO, clientAlgoId="again")
    second = stop(alice, clientAlgoId="again")
    assert alice.get(ALGO, clientAlgoId="again")["algoId"] == second
    alice.exchange.last(BTCUSDT="49000")
    stop(alice, "48000", clientAlgoId="again")
    assert [row["algoStatus"] for row in alice.get(ALL, **BTC)] == ["CANCELED", "FINISHED", "NEW"]


# GET allAlgoOrders


def test_orders_of_every_state_are_found(alice: Trader) -> None:
    alice.conditional("BUY", "STOP", "51000", price="48000")
    stop(alice, "47000")
    stop(alice)
    alice.conditional("BUY", "STOP_MARKET", "51000", quantity="100")
    alice.conditional("SELL", "STOP_MARKET", "40000", timeInForce="GTE_GTC")
    alice.conditional("BUY", "STOP_MARKET", "51000")
    ada_stop(alice)
    alice.delete(ALGO, algoId=3)
    alice.exchange.last(BTCUSDT="51000")
    rows = alice.get(ALL, **BTC)
    assert [(row["algoId"], row["algoStatus"]) for row in rows] == [
        (1, "TRIGGERED"),
        (2, "NEW"),
        (3, "CANCELED"),
        (4, "REJECTED"),
        (5, "EXPIRED"),
        (6, "FINISHED"),
    ]
    assert all(row == alice.get(ALGO, algoId=row["algoId"]) for row in rows)
    assert ids(alice.get(ALL, symbol="ADAUSDT")) == [7]


@pytest.fixture
def six(alice: Trader) -> Trader:
    """Alice, who has placed six stops, an hour apart."""
    for _ in range(6):
        stop(alice)
        alice.exchange.pass_time(HOUR)
    return alice


def test_a_page_begins_where_the_client_says_or_holds_the_latest(six: Trader) -> None:
    def found(**asked: object) -> list[int]:
        return ids(six.get(ALL, **BTC, **asked))

    assert found() == [1, 2, 3, 4, 5, 6]
    assert found(limit=2) == [5, 6]
    assert found(limit=2, page=2) == [3, 4]
    assert found(limit=4, page=2) == [1, 2]
    assert found(limit=2, page=4) == found(limit=1000, page=2**62) == []
    assert found(algoId=4) == [4, 5, 6]
    assert found(algoId=2, limit=2) == [2, 3]
    assert found(algoId=2, limit=2, page=2) == [4, 5]
    assert found(startTime=NOON + HOUR, limit=2) == [2, 3]
    assert found(startTime=NOON + HOUR, limit=2, page=3) == [6]
    assert found(endTime=NOON + HOUR) == [1, 2]
    assert found(startTime=NOON + HOUR, endTime=NOON + 3 * HOUR) == [2, 3, 4]
    assert found(algoId=2, startTime=NOON + 3 * HOUR) == [4, 5, 6]


def test_as_many_come_as_asked_for_at_most_1000(bob: Trader) -> None:
    for _ in range(7):
        for _ in range(150):
            stop(bob)
        bob.delete(EVERY, **BTC)
    assert ids(bob.get(ALL, **BTC)) == list(range(551, 1051))
    assert ids(bob.get(ALL, **BTC, limit=5000)) == list(range(51, 1051))


def test_by_default_those_of_seven_days(alice: Trader) -> None:
    stop(alice)
    alice.exchange.pass_time(WEEK)
    assert ids(alice.get(ALL, **BTC)) == [1]
    alice.exchange.pass_time(1)
    assert alice.get(ALL, **BTC) == []
    assert ids(alice.get(ALL, **BTC, algoId=1)) == [1]
    assert ids(alice.get(ALL, **BTC, startTime=NOON)) == [1]
    assert ids(alice.get(ALL, **BTC, endTime=NOON + WEEK)) == [1]
    assert alice.get(ALL, **BTC, startTime=NOON + 1) == []
    assert ids(alice.get(OPEN)) == [1]


def test_what_ended_without_an_order_is_found_for_three_days(alice: Trader) -> None:
    stop(alice, clientAlgoId="canceled")
    alice.conditional("SELL", "STOP_MARKET", "49000", timeInForce="GTE_GTC")
    alice.conditional("SELL", "STOP_MARKET", "49000", quantity="100", clientAlgoId="rejected")
    stop(alice, clientAlgoId="filled")
    stop(alice, "40000", clientAlgoId="waits")
    alice.delete(ALGO, clientAlgoId="canceled")
    alice.exchange.last(BTCUSDT="49000")
    alice.exchange.pass_time(3 * DAY)
    assert ids(alice.get(ALL, **BTC)) == [1, 2, 3, 4, 5]
    assert alice.get(ALGO, clientAlgoId="canceled")["algoStatus"] == "CANCELED"
    alice.exchange.pass_time(1)
    assert ids(alice.get(ALL, **BTC)) == [3, 4, 5]
    assert alice.refused("GET", ALGO, clientAlgoId="canceled") == -2013
    assert alice.refused("GET", ALGO, algoId=2) == -2013
    kept = {"filled": "FINISHED", "rejected": "REJECTED", "waits": "NEW"}
    assert {name: alice.get(ALGO, clientAlgoId=name)["algoStatus"] for name in kept} == kept


def test_an_order_is_found_for_ninety_days(alice: Trader) -> None:
    stop(alice)
    alice.exchange.last(BTCUSDT="49000")
    alice.exchange.pass_time(90 * DAY)
    assert alice.get(ALGO, algoId=1)["algoStatus"] == "FINISHED"
    assert ids(alice.get(ALL, **BTC, algoId=1)) == [1]
    alice.exchange.pass_time(1)
    assert alice.refused("GET", ALGO, algoId=1) == -2013
    assert alice.get(ALL, **BTC, algoId=1) == alice.get(ALL, **BTC, startTime=NOON) == []


def test_a_stranger_sees_and_touches_nothing(alice: Trader, bob: Trader) -> None:
    stop(alice, clientAlgoId="mine")
    assert bob.get(OPEN) == bob.get(OPEN, algoId=1) == bob.get(ALL, **BTC) == []
    for which in ({"algoId": 1}, {"clientAlgoId": "mine"}):
        assert bob.refused("GET", ALGO, **which) == -2013
        assert bob.refused("DELETE", ALGO, **which) == -2011
    assert stop(bob, clientAlgoId="mine") == 2
    assert ids(alice.get(OPEN)) == [1]


# What is kept


def test_what_waits_is_kept_over_a_restart(alice: Trader) -> None:
    """So is the highest price that a trailing stop has seen: 1 % below 52 000 is 51 480."""
    alice.market("BUY", "0.1")
    stop(alice, "49000", clientAlgoId="stop")
    trailing = {"callbackRate": "1", "activatePrice": "51000", "clientAlgoId": "trail"}
    alice.conditional("SELL", "TRAILING_STOP_MARKET", None, **trailing)
    alice.conditional("BUY", "STOP", "60000", price="48000", clientAlgoId="limit")
    alice.delete(ALGO, clientAlgoId="limit")
    alice.exchange.last(BTCUSDT="52000")
    told = {path: alice.get(path, **BTC) for path in (OPEN, ALL)}
    again = Trader(alice.exchange.restarted(), alice.key)
    assert {path: again.get(path, **BTC) for path in told} == told
    again.exchange.last(BTCUSDT="51480.1")
    assert again.get(OPEN) == told[OPEN]
    again.exchange.last(BTCUSDT="51480")
    row = again.get(ALGO, clientAlgoId="trail")
    assert (row["algoStatus"], row["actualOrderId"]) == ("FINISHED", "5")
    assert ids(again.get(OPEN)) == [2]
    assert again.get(ORDER, **BTC, orderId=5)["origType"] == "TRAILING_STOP_MARKET"


def test_what_was_triggered_is_kept_over_a_restart(alice: Trader) -> None:
    alice.conditional("BUY", "STOP", "51000", price="48000", clientAlgoId="limit")
    alice.exchange.last(BTCUSDT="51000")
    standing = alice.get("/fapi/v1/openOrders")
    again = Trader(alice.exchange.restarted(), alice.key)
    assert again.get("/fapi/v1/openOrders") == standing
    assert again.get(ALGO, clientAlgoId="limit")["algoStatus"] == "TRIGGERED"
    again.delete(ORDER, **BTC, origClientOrderId="limit")
    assert again.get(ALGO, clientAlgoId="limit")["algoStatus"] == "FINISHED"


def test_a_reset_forgets_what_waits_and_what_is_past(alice: Trader) -> None:
    stop(alice, clientAlgoId="waits")
    stop(alice, clientAlgoId="canceled")
    alice.delete(ALGO, clientAlgoId="canceled")
    alice.exchange.submit(ResetAccount(alice.account_id))
    assert alice.get(OPEN) == alice.get(ALL, **BTC) == []
    assert alice.refused("GET", ALGO, clientAlgoId="waits") == -2013
    alice.exchange.last(BTCUSDT="49000")
    assert alice.get("/fapi/v1/allOrders", **BTC) == []
    assert stop(alice, "48000", clientAlgoId="waits") == 3


def test_a_closed_accounts_orders_never_trigger(alice: Trader) -> None:
    stop(alice)
    alice.exchange.submit(CloseAccount(alice.account_id))
    before = alice.exchange.state.next_order_id
    alice.exchange.last(BTCUSDT="49000")
    assert alice.exchange.state.next_order_id == before


def test_a_trigger_is_told_once_it_is_durable() -> None:
    """The price that sets it off and the order that comes of it are one line of the journal."""
    held = HeldJournal()
    exchange = Exchange(held)
    exchange.last(BTCUSDT="50000")
    alice = open_trader(exchange)
    alice.market("BUY", "0.1")
    stop(alice)
    held.hold()
    exchange.last(BTCUSDT="49000")
    waiting = [
        exchange.api.answer(alice.request("GET", path, **which))
        for path, which in ((OPEN, {}), (ALGO, {"algoId": 2}), ("/fapi/v3/positionRisk", {}))
    ]
    assert {getattr(answer, "sequence", None) for answer in waiting} == {exchange.venue.sequence}
    exchange.venue.note_durable(held.write())
    assert alice.get(ALGO, algoId=2)["algoStatus"] == "FINISHED"
    assert alice.get(OPEN) == alice.get("/fapi/v3/positionRisk") == []
