"""Past orders, fills, income and margin changes: what is found, how it pages, how long it stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.account import BUY, OrderType, PositionSide, TimeInForce
from perpbox.engine.commands import PlaceOrder, ResetAccount
from perpbox.instrument import to_json
from perpbox.journal.opening import MEMORY, open_journal
from perpbox.money import parse
from tests.api.exchange import CATALOGUE, DAY, HOUR, NOON, SECOND, Exchange
from tests.api.fields import INCOME, MARGIN_CHANGE, ORDER_ASKED, USER_TRADE, places, wrong_formats
from tests.api.trader import ORDER, Trader, open_trader

BTC: Final = {"symbol": "BTCUSDT"}
ALL: Final = "/fapi/v1/allOrders"
TRADES: Final = "/fapi/v1/userTrades"
PAST_INCOME: Final = "/fapi/v1/income"
PAST_MARGIN: Final = "/fapi/v1/positionMargin/history"
WEEK: Final = 7 * DAY


@pytest.fixture(params=["in memory", "in a file"])
def exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Exchange]:
    place = MEMORY if request.param == "in memory" else str(tmp_path / "journal")
    with open_journal(place, to_json(CATALOGUE)) as journal:
        yield Exchange(journal)


def ids(rows: Any, name: str = "orderId") -> list[int]:
    return [row[name] for row in rows]


def span(start: int | None = None, end: int | None = None) -> dict[str, object]:
    return {"startTime": start, "endTime": end}


# Orders


def test_orders_of_every_end_are_found(alice: Trader, bob: Trader) -> None:
    exchange = alice.exchange
    exchange.quote("BTCUSDT", [], [("50000", "1")])
    alice.market("BUY", "0.1")
    alice.limit("BUY", "2", "50000", timeInForce="IOC")
    alice.limit("BUY", "0.1", "49000", newClientOrderId="later")
    alice.limit("BUY", "0.1", "48000")
    alice.delete(ORDER, **BTC, orderId=4)
    bob.limit("SELL", "0.04", "49000")
    rows = alice.get(ALL, **BTC)
    assert all(list(row) == ORDER_ASKED for row in rows)
    assert [(row["orderId"], row["status"], row["executedQty"]) for row in rows] == [
        (1, "FILLED", "0.1"),
        (2, "EXPIRED", "0.9"),
        (3, "PARTIALLY_FILLED", "0.04"),
        (4, "CANCELED", "0"),
    ]
    assert (rows[0]["type"], rows[0]["price"], rows[0]["avgPrice"]) == (
        "MARKET",
        "0",
        "50000.00000",
    )
    for row in rows:
        assert alice.get(ORDER, **BTC, orderId=row["orderId"]) == row


def test_orders_of_one_symbol_or_of_all(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    alice.limit("BUY", "100", "0.49", symbol="ADAUSDT")
    assert ids(alice.get(ALL)) == [1, 2]
    assert ids(alice.get(ALL, symbol="ADAUSDT")) == [2]
    assert alice.refused("GET", ALL, symbol="NOPE") == -1121


def place_and_cancel(trader: Trader, count: int = 1) -> None:
    for _ in range(count):
        order = trader.limit("BUY", "0.01", "49000")
        trader.delete(ORDER, **BTC, orderId=order["orderId"])


def test_the_most_recent_orders_come_unless_a_start_is_said(alice: Trader) -> None:
    for _ in range(6):
        place_and_cancel(alice)
        alice.exchange.pass_time(HOUR)
    assert ids(alice.get(ALL, **BTC, limit=2)) == [5, 6]
    assert ids(alice.get(ALL, **BTC, limit=2, endTime=NOON + 3 * HOUR)) == [3, 4]
    assert ids(alice.get(ALL, **BTC, limit=2, startTime=NOON + HOUR)) == [2, 3]
    assert ids(alice.get(ALL, **BTC, limit=2, orderId=2)) == [2, 3]
    assert ids(alice.get(ALL, **BTC, orderId=4)) == [4, 5, 6]
    assert ids(alice.get(ALL, **BTC, orderId=2, startTime=NOON + 3 * HOUR)) == [4, 5, 6]
    both = span(NOON + HOUR, NOON + 2 * HOUR)
    assert ids(alice.get(ALL, **BTC, **both)) == [2, 3]


def test_as_many_orders_come_as_asked_for_at_most_1000(bob: Trader) -> None:
    place_unfilled(bob, 1005)
    assert len(bob.get(ALL, **BTC)) == 500
    assert ids(bob.get(ALL, **BTC, limit=1000)) == list(range(6, 1006))
    assert len(bob.get(ALL, **BTC, limit=5000)) == 1000
    assert bob.refused("GET", ALL, **BTC, limit=0) == -1130


def test_by_default_the_orders_of_seven_days(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    alice.exchange.pass_time(WEEK)
    assert ids(alice.get(ALL, **BTC)) == [1]
    alice.exchange.pass_time(1)
    assert alice.get(ALL, **BTC) == []
    assert ids(alice.get(ALL, **BTC, orderId=1)) == [1]
    assert ids(alice.get(ALL, **BTC, startTime=NOON)) == [1]
    assert ids(alice.get(ALL, **BTC, endTime=NOON + WEEK)) == [1]
    assert alice.get(ALL, **BTC, startTime=NOON + 1) == []


@pytest.mark.parametrize("path", [ALL, TRADES])
def test_a_span_is_of_seven_days_at_most(alice: Trader, path: str) -> None:
    assert alice.get(path, **BTC, **span(NOON - WEEK, NOON)) == []
    assert alice.refused("GET", path, **BTC, **span(NOON - WEEK - 1, NOON)) == -4165
    answer = alice.ask("GET", path, **BTC, **span(0, NOON))
    assert answer.json["msg"] == "Maximum time interval is 7 days"


def test_an_order_that_ended_without_a_fill_is_found_for_three_days(alice: Trader) -> None:
    exchange = alice.exchange
    exchange.quote("BTCUSDT", [], [("50000", "0.05")])
    alice.limit("BUY", "0.1", "48000", newClientOrderId="unfilled")
    alice.limit("BUY", "0.1", "50000", timeInForce="IOC")
    alice.limit("BUY", "0.1", "48000", timeInForce="IOC")
    alice.limit("BUY", "0.1", "48000")
    alice.delete(ORDER, **BTC, origClientOrderId="unfilled")
    exchange.pass_time(3 * DAY)
    assert ids(alice.get(ALL, **BTC)) == [1, 2, 3, 4]
    assert alice.get(ORDER, **BTC, origClientOrderId="unfilled")["status"] == "CANCELED"
    exchange.pass_time(1)
    assert ids(alice.get(ALL, **BTC)) == [2, 4]
    assert alice.refused("GET", ORDER, **BTC, orderId=1) == -2013
    assert alice.refused("GET", ORDER, **BTC, orderId=3) == -2013
    assert alice.get(ORDER, **BTC, orderId=2)["executedQty"] == "0.05"
    assert alice.get(ORDER, **BTC, orderId=4)["status"] == "NEW"


def test_an_order_is_found_for_ninety_days(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    alice.exchange.pass_time(90 * DAY)
    assert alice.get(ORDER, **BTC, orderId=1)["status"] == "FILLED"
    assert ids(alice.get(ALL, **BTC, orderId=1)) == [1]
    alice.exchange.pass_time(1)
    assert alice.refused("GET", ORDER, **BTC, orderId=1) == -2013
    assert alice.get(ALL, **BTC, orderId=1) == []
    assert alice.get(ALL, **BTC, startTime=NOON) == []


def place_unfilled(trader: Trader, count: int) -> None:
    """So many orders that end without a fill; straight to the venue, which is quicker."""
    order = PlaceOrder(
        trader.account_id,
        "BTCUSDT",
        BUY,
        PositionSide.BOTH,
        OrderType.LIMIT,
        parse("0.01"),
        parse("49000"),
        TimeInForce.IOC,
    )
    for _ in range(count):
        trader.exchange.venue.submit(order)


def test_thousands_of_forgotten_orders_hide_no_other(bob: Trader) -> None:
    bob.market("BUY", "0.01")
    place_unfilled(bob, 2500)
    bob.market("BUY", "0.01")
    bob.exchange.pass_time(3 * DAY + 1)
    bob.limit("BUY", "0.01", "48000")
    assert ids(bob.get(ALL, **BTC)) == [1, 2502, 2503]
    assert ids(bob.get(ALL, **BTC, limit=2)) == [2502, 2503]
    assert ids(bob.get(ALL, **BTC, orderId=2)) == [2502, 2503]
    assert ids(bob.get(ALL, **BTC, startTime=NOON, limit=2)) == [1, 2502]
    assert ids(bob.get(ALL, **BTC, endTime=NOON)) == [1, 2502]


def test_what_is_forgotten_takes_no_place_on_a_page(alice: Trader) -> None:
    exchange = alice.exchange
    alice.market("BUY", "0.01")
    place_and_cancel(alice, 5)
    alice.market("BUY", "0.01")
    exchange.pass_time(3 * DAY + 1)
    alice.limit("BUY", "0.01", "48000")
    assert ids(alice.get(ALL, **BTC, limit=2, startTime=NOON)) == [1, 7]
    assert ids(alice.get(ALL, **BTC, limit=2, orderId=2)) == [7, 8]
    assert ids(alice.get(ALL, **BTC, limit=3)) == [1, 7, 8]
    assert ids(alice.get(ALL, **BTC, limit=2)) == [7, 8]


def test_the_latest_of_several_orders_with_one_client_order_id(alice: Trader) -> None:
    for _ in range(2):
        alice.limit("BUY", "0.1", "49000", newClientOrderId="again")
        alice.delete(ORDER, **BTC, origClientOrderId="again")
    assert alice.get(ORDER, **BTC, origClientOrderId="again")["orderId"] == 2


def test_history_survives_a_start_and_ends_with_a_reset(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    alice.limit("BUY", "0.1", "49000")
    past = {path: alice.get(path, **BTC) for path in (ALL, TRADES, PAST_INCOME)}
    again = Trader(alice.exchange.restarted(), alice.key)
    assert {path: again.get(path, **BTC) for path in past} == past
    again.exchange.submit(ResetAccount(alice.account_id))
    assert [again.get(path, **BTC) for path in past] == [[], [], []]


# Fills


@pytest.fixture
def fills(alice: Trader) -> Trader:
    """Alice, who has bought six times, an hour apart, and sold the last time."""
    exchange = alice.exchange
    for number in range(6):
        exchange.quote("BTCUSDT", [("50100", "1")], [("50200", "1")])
        alice.market("BUY" if number < 5 else "SELL", "0.01")
        exchange.pass_time(HOUR)
    return alice


def test_a_fill(fills: Trader) -> None:
    rows = fills.get(TRADES, **BTC)
    assert all(list(row) == USER_TRADE for row in rows)
    assert rows[-1] == {
        "symbol": "BTCUSDT",
        "id": 6,
        "orderId": 6,
        "side": "SELL",
        "price": "50100.00",
        "qty": "0.010",
        "realizedPnl": "-1.00000000",
        "quoteQty": "501.00000",
        "commission": "0.25050000",
        "commissionAsset": "USDT",
        "time": NOON + 5 * HOUR,
        "positionSide": "BOTH",
        "buyer": False,
        "maker": False,
    }
    assert rows[0]["realizedPnl"] == "0"
    formats = {"price": places(2), "qty": places(3), "quoteQty": places(5)}
    assert [wrong_formats(row, formats) for row in rows] == [[]] * 6


def test_both_sides_of_a_trade_see_it(alice: Trader, bob: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [], [])
    alice.limit("BUY", "0.1", "49000")
    bob.market("SELL", "0.1")
    [made], [taken] = alice.get(TRADES, **BTC), bob.get(TRADES, **BTC)
    assert made["id"] == taken["id"]
    assert (made["maker"], made["buyer"], made["commission"]) == (True, True, "0.98000000")
    assert (taken["maker"], taken["buyer"], taken["commission"]) == (False, False, "2.45000000")


def test_an_order_may_have_several_fills(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [], [("50000", "0.1"), ("50010", "0.1")])
    order = alice.market("BUY", "0.15")
    alice.market("BUY", "0.01")
    rows = alice.get(TRADES, **BTC, orderId=order["orderId"])
    assert [(row["price"], row["qty"]) for row in rows] == [
        ("50000.00", "0.100"),
        ("50010.00", "0.050"),
    ]
    assert alice.get(TRADES, **BTC, orderId=99) == []


def test_fills_page_forwards_from_an_id_or_a_time(fills: Trader) -> None:
    def found(**asked: object) -> list[int]:
        return ids(fills.get(TRADES, **BTC, **asked), "id")

    assert found() == [1, 2, 3, 4, 5, 6]
    assert found(limit=2) == [5, 6]
    assert found(fromId=3) == [3, 4, 5, 6]
    assert found(fromId=3, limit=2) == [3, 4]
    assert found(startTime=NOON + HOUR, limit=2) == [2, 3]
    assert found(endTime=NOON + 2 * HOUR) == [1, 2, 3]
    assert found(endTime=NOON + 2 * HOUR, limit=2) == [2, 3]
    assert found(startTime=NOON + HOUR, endTime=NOON + 2 * HOUR) == [2, 3]
    assert found(orderId=4) == [4]
    assert fills.get(TRADES, symbol="ETHUSDT") == []


def test_an_id_and_a_time_do_not_go_together(fills: Trader) -> None:
    assert fills.refused("GET", TRADES, **BTC, fromId=1, startTime=NOON) == -1128
    assert fills.refused("GET", TRADES, **BTC, fromId=1, endTime=NOON) == -1128
    assert fills.refused("GET", TRADES) == -1102


def test_fills_of_seven_days_or_from_an_id_of_three_months(fills: Trader) -> None:
    fills.exchange.pass_time(WEEK - 6 * HOUR)
    assert ids(fills.get(TRADES, **BTC), "id") == [1, 2, 3, 4, 5, 6]
    fills.exchange.pass_time(HOUR)
    assert ids(fills.get(TRADES, **BTC), "id") == [2, 3, 4, 5, 6]
    fills.exchange.pass_time(90 * DAY - WEEK)
    assert ids(fills.get(TRADES, **BTC, fromId=1), "id") == [2, 3, 4, 5, 6]
    assert ids(fills.get(TRADES, **BTC, startTime=NOON), "id") == [2, 3, 4, 5, 6]
    assert fills.get(TRADES, **BTC, orderId=1) == []


# Income


def test_income_of_every_kind(alice: Trader) -> None:
    exchange = alice.exchange
    exchange.quote("BTCUSDT", [], [("50000", "1")])
    alice.market("BUY", "0.1")
    exchange.quote("BTCUSDT", [("50100", "1")], [])
    exchange.pass_time(SECOND)
    alice.market("SELL", "0.1")
    exchange.transfer(alice.account_id, "USDT", "-0.375")
    rows = alice.get(PAST_INCOME)
    assert all(list(row) == INCOME for row in rows)
    assert [(row["incomeType"], row["income"], row["symbol"]) for row in rows] == [
        ("TRANSFER", "10000.00000000", ""),
        ("COMMISSION", "-2.50000000", "BTCUSDT"),
        ("REALIZED_PNL", "10.00000000", "BTCUSDT"),
        ("COMMISSION", "-2.50500000", "BTCUSDT"),
        ("TRANSFER", "-0.37500000", ""),
    ]
    assert rows[0] == {
        "symbol": "",
        "incomeType": "TRANSFER",
        "income": "10000.00000000",
        "asset": "USDT",
        "time": NOON,
        "info": "TRANSFER",
        "tranId": rows[0]["tranId"],
        "tradeId": "",
    }
    assert (rows[2]["tradeId"], rows[2]["time"]) == ("2", NOON + SECOND)
    assert len(set(ids(rows, "tranId"))) == 5
    total = sum(float(row["income"]) for row in rows)
    wallet = alice.get("/fapi/v3/account")["totalWalletBalance"]
    assert total == pytest.approx(float(wallet))


@pytest.fixture
def paid(alice: Trader) -> Trader:
    """Alice, with transfers of 1, 2 … 6 USDT an hour apart after her opening balance."""
    for number in range(1, 7):
        alice.exchange.pass_time(HOUR)
        alice.exchange.transfer(alice.account_id, "USDT", str(number))
    return alice


def test_income_pages(paid: Trader) -> None:
    def found(**asked: object) -> list[int]:
        return [int(float(row["income"])) for row in paid.get(PAST_INCOME, **asked)]

    assert found() == [10000, 1, 2, 3, 4, 5, 6]
    assert found(limit=2) == [5, 6]
    assert found(limit=3, page=1) == [10000, 1, 2]
    assert found(limit=3, page=2) == [3, 4, 5]
    assert found(limit=3, page=3) == [6]
    assert found(limit=3, page=4) == found(limit=3, page=2**62) == []
    assert found(startTime=NOON + HOUR, limit=2) == [1, 2]
    assert found(startTime=NOON + HOUR, endTime=NOON + 2 * HOUR) == [1, 2]
    assert found(endTime=NOON + 2 * HOUR) == [10000, 1, 2]
    assert found(incomeType="TRANSFER", limit=1) == [6]
    assert found(incomeType="FUNDING_FEE") == found(symbol="BTCUSDT") == []


def test_a_hundred_rows_of_income_come_by_default(bob: Trader) -> None:
    for _ in range(110):
        bob.exchange.transfer(bob.account_id, "USDC", "1")
    assert len(bob.get(PAST_INCOME)) == 100
    assert len(bob.get(PAST_INCOME, limit=1000)) == 112


def test_income_of_seven_days_or_of_three_months(paid: Trader) -> None:
    paid.exchange.pass_time(WEEK)
    assert len(paid.get(PAST_INCOME)) == 1
    assert len(paid.get(PAST_INCOME, startTime=0)) == 7
    assert len(paid.get(PAST_INCOME, endTime=NOON + HOUR)) == 2
    paid.exchange.pass_time(90 * DAY - WEEK)
    assert len(paid.get(PAST_INCOME, startTime=0)) == 1
    assert paid.get(PAST_INCOME, endTime=NOON + HOUR) == []


# Changes of isolated margin


@pytest.fixture
def adjusted(alice: Trader) -> Trader:
    """Alice, who has put 10, 20, 35.5 into an isolated position and taken 4 out, hour by hour."""
    alice.post("/fapi/v1/marginType", **BTC, marginType="ISOLATED")
    alice.market("BUY", "0.1")
    for amount, kind in (("10", 1), ("20", 1), ("35.5", 1), ("4", 2)):
        alice.post("/fapi/v1/positionMargin", **BTC, amount=amount, type=kind)
        alice.exchange.pass_time(HOUR)
    return alice


def test_margin_changes(adjusted: Trader) -> None:
    rows = adjusted.get(PAST_MARGIN, **BTC)
    assert all(list(row) == MARGIN_CHANGE for row in rows)
    assert [(row["type"], row["amount"]) for row in rows] == [
        (1, "10.00000000"),
        (1, "20.00000000"),
        (1, "35.50000000"),
        (2, "4.00000000"),
    ]
    assert rows[0] == {
        "symbol": "BTCUSDT",
        "type": 1,
        "deltaType": "USER_ADJUST",
        "amount": "10.00000000",
        "asset": "USDT",
        "time": NOON,
        "positionSide": "BOTH",
    }


def test_margin_changes_page(adjusted: Trader) -> None:
    def found(**asked: object) -> list[str]:
        return [row["amount"][:1] for row in adjusted.get(PAST_MARGIN, **BTC, **asked)]

    assert found(type=1) == ["1", "2", "3"]
    assert found(type=2) == ["4"]
    assert found(limit=2) == ["3", "4"]
    assert found(startTime=NOON + HOUR, limit=2) == ["2", "3"]
    assert found(endTime=NOON + HOUR) == ["1", "2"]
    assert adjusted.get(PAST_MARGIN, symbol="ETHUSDT") == []
    assert adjusted.refused("GET", PAST_MARGIN, **BTC, type="0") == -1130
    assert adjusted.refused("GET", PAST_MARGIN) == -1102


def test_margin_changes_of_thirty_days(adjusted: Trader) -> None:
    adjusted.exchange.pass_time(30 * DAY - 4 * HOUR)
    assert len(adjusted.get(PAST_MARGIN, **BTC)) == 4
    adjusted.exchange.pass_time(1)
    assert len(adjusted.get(PAST_MARGIN, **BTC)) == 3
    assert len(adjusted.get(PAST_MARGIN, **BTC, startTime=NOON)) == 3
    wide = span(NOON, NOON + 30 * DAY + 1)
    assert adjusted.refused("GET", PAST_MARGIN, **BTC, **wide) == -4165


# What no history can be asked for


@pytest.mark.parametrize("path", [ALL, TRADES, PAST_INCOME, PAST_MARGIN])
@pytest.mark.parametrize("name", ["startTime", "endTime"])
def test_a_time_that_is_none(alice: Trader, path: str, name: str) -> None:
    for value, code in (("-1", -1130), (f"-{2**63 - 1}", -1130), ("soon", -1130), ("", -1105)):
        assert alice.refused("GET", path, **BTC, **{name: value}) == code
    assert alice.get(path, **BTC, **{name: 2**63 - 1}) is not None
    assert alice.get(path, **BTC, **{name: 0}) is not None


@pytest.mark.parametrize("path", [ALL, TRADES, PAST_INCOME, PAST_MARGIN])
def test_a_span_that_ends_before_it_starts(alice: Trader, path: str) -> None:
    assert alice.refused("GET", path, **BTC, **span(2, 1)) == -1023


@pytest.mark.parametrize("path", [ALL, TRADES, PAST_INCOME, PAST_MARGIN])
@pytest.mark.parametrize("limit", ["0", "-1", "all", "1.5", "", "9" * 30])
def test_a_limit_that_is_none(alice: Trader, path: str, limit: str) -> None:
    code = -1105 if not limit else -1130
    assert alice.refused("GET", path, **BTC, limit=limit) == code


def test_a_stranger_sees_nothing(exchange: Exchange) -> None:
    trader, stranger = open_trader(exchange, "one"), open_trader(exchange, "two", USDC="1")
    trader.market("BUY", "0.1")
    assert stranger.get(ALL, **BTC) == stranger.get(TRADES, **BTC) == []
    assert [row["asset"] for row in stranger.get(PAST_INCOME)] == ["USDC"]
