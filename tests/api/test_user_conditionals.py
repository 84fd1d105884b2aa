"""ALGO_UPDATE, and what stood in its place while conditional orders were orders like any other."""

from __future__ import annotations

from typing import Any, Final

import pytest

from perpbox.account import ConditionalStatus
from perpbox.api.streams.teller import TRIGGERING
from perpbox.api.streams.user_orders import STATUSES
from perpbox.engine.commands import ResetAccount
from tests.api.exchange import NOON, SECOND, Exchange
from tests.api.listening import Connection, follow
from tests.api.trader import ALGO, ORDER, Trader, open_trader
from tests.api.user_messages import ALGO_UPDATE, ORDER_UPDATE, kinds, of_kind, outlined

BTC: Final = {"symbol": "BTCUSDT"}
FILL: Final = ["TRADE_LITE", "ACCOUNT_UPDATE ORDER", "ORDER_TRADE_UPDATE TRADE"]
REJECT: Final = "CONDITIONAL_ORDER_TRIGGER_REJECT"


@pytest.fixture
def exchange() -> Exchange:
    return on("2026-10-23")


def on(day: str) -> Exchange:
    """Mark and last price of BTCUSDT are 50 000."""
    exchange = Exchange(api_date=day)
    exchange.last(BTCUSDT="50000")
    return exchange


def algo(stream: Connection) -> list[Any]:
    return of_kind(stream.messages(), "ALGO_UPDATE")


def test_a_conditional_order_that_waits(exchange: Exchange, alice: Trader) -> None:
    """Field by field as the page has it, whose order this is."""
    stream = follow(alice)
    more = {"price": "48900", "reduceOnly": "true", "workingType": "MARK_PRICE"}
    alice.conditional("SELL", "STOP", "49000", clientAlgoId="mine", **more)
    message = stream.message()
    assert list(message) == ["e", "T", "E", "o"]
    assert (message["e"], message["T"], message["E"]) == ("ALGO_UPDATE", NOON, NOON)
    assert list(message["o"]) == ALGO_UPDATE
    assert message["o"] == {
        "caid": "mine",
        "aid": 1,
        "at": "CONDITIONAL",
        "o": "STOP",
        "s": "BTCUSDT",
        "S": "SELL",
        "ps": "BOTH",
        "f": "GTC",
        "q": "0.1",
        "X": "NEW",
        "ai": "",
        "ap": "0.00000",
        "aq": "0.00000",
        "act": "0",
        "tp": "49000",
        "p": "48900",
        "V": "EXPIRE_MAKER",
        "wt": "MARK_PRICE",
        "pm": "NONE",
        "cp": False,
        "pP": False,
        "R": True,
        "tt": 0,
        "gtd": 0,
        "rm": "",
    }


def test_one_that_is_canceled(alice: Trader) -> None:
    alice.conditional("SELL", "STOP_MARKET", "49000", clientAlgoId="a")
    alice.conditional("SELL", "STOP_MARKET", "48000", clientAlgoId="b")
    stream = follow(alice)
    alice.delete(ALGO, clientAlgoId="a")
    alice.delete("/fapi/v1/algoOpenOrders", **BTC)
    told = algo(stream)
    assert outlined(told, "caid X tt ai rm") == [
        ("a", "CANCELED", 0, "", ""),
        ("b", "CANCELED", 0, "", ""),
    ]
    assert list(told[0]) == ALGO_UPDATE


def test_one_that_is_triggered_and_filled(exchange: Exchange, alice: Trader) -> None:
    alice.market("BUY", "0.1")
    alice.conditional("SELL", "STOP_MARKET", "49000", clientAlgoId="stop")
    exchange.pass_time(SECOND)
    stream = follow(alice)
    exchange.last(BTCUSDT="49000")
    messages = stream.messages()
    assert kinds(messages) == [
        "ALGO_UPDATE TRIGGERING",
        "ALGO_UPDATE TRIGGERED",
        "ORDER_TRADE_UPDATE NEW",
        *FILL,
        "ALGO_UPDATE FINISHED",
    ]
    told = of_kind(messages, "ALGO_UPDATE")
    assert all(list(row) == ALGO_UPDATE for row in told)
    placed, filled = of_kind(messages, "ORDER_TRADE_UPDATE")
    number, at = str(placed["i"]), NOON + SECOND
    assert outlined(told, "X tt ai ap aq act") == [
        ("TRIGGERING", at, "", "0.00000", "0.00000", "0"),
        ("TRIGGERED", at, number, "0.00000", "0.00000", "MARKET"),
        ("FINISHED", at, number, "49999.90000", "0.10000", "MARKET"),
    ]
    assert outlined([placed, filled], "c o ot sp X") == [
        ("stop", "MARKET", "STOP_MARKET", "49000", "NEW"),
        ("stop", "MARKET", "STOP_MARKET", "49000", "FILLED"),
    ]
    row = alice.get(ALGO, clientAlgoId="stop")
    assert (row["actualOrderId"], row["algoStatus"], row["triggerTime"]) == (number, "FINISHED", at)


def test_one_that_is_triggered_and_then_canceled_is_finished(
    exchange: Exchange, alice: Trader
) -> None:
    """Whatever is done to the order that it placed in between is told of that order."""
    alice.conditional("BUY", "STOP", "51000", price="48000", clientAlgoId="mine")
    exchange.last(BTCUSDT="51000")
    stream = follow(alice)
    exchange.pass_time(SECOND)
    [order] = alice.get("/fapi/v1/openOrders")
    how = {**BTC, "orderId": order["orderId"]}
    alice.put(ORDER, **how, side="BUY", quantity="0.2", price="48000")
    alice.delete(ORDER, **how)
    messages = stream.messages()
    assert kinds(messages) == [
        "ORDER_TRADE_UPDATE AMENDMENT",
        "ORDER_TRADE_UPDATE CANCELED",
        "ALGO_UPDATE FINISHED",
    ]
    assert outlined(of_kind(messages, "ALGO_UPDATE"), "caid q aq act tt ai") == [
        ("mine", "0.1", "0.00000", "LIMIT", NOON, str(order["orderId"]))
    ]


def test_a_client_id_that_is_taken_stays_that_of_the_conditional_order(
    exchange: Exchange, alice: Trader
) -> None:
    alice.limit("BUY", "0.1", "45000", newClientOrderId="both")
    alice.conditional("BUY", "STOP", "51000", price="48000", clientAlgoId="both")
    stream = follow(alice)
    exchange.last(BTCUSDT="51000")
    messages = stream.messages()
    assert {row["caid"] for row in of_kind(messages, "ALGO_UPDATE")} == {"both"}
    [placed] = of_kind(messages, "ORDER_TRADE_UPDATE")
    assert placed["c"] == f"perpbox-{placed['i']}"


def test_one_whose_order_is_refused_says_why(exchange: Exchange, alice: Trader) -> None:
    alice.conditional("BUY", "STOP_MARKET", "51000", quantity="100", clientAlgoId="much")
    stream = follow(alice)
    exchange.last(BTCUSDT="51000")
    messages = stream.messages()
    assert kinds(messages) == ["ALGO_UPDATE TRIGGERING", "ALGO_UPDATE REJECTED"]
    told = of_kind(messages, "ALGO_UPDATE")
    assert outlined(told, "X tt rm ai act") == [
        ("TRIGGERING", NOON, "", "", "0"),
        ("REJECTED", NOON, "Margin is insufficient.", "", "0"),
    ]
    assert list(told[1]) == ALGO_UPDATE


def test_one_without_its_position_expires(alice: Trader) -> None:
    """At once if there is none, else when it is closed, behind the fill."""
    stream = follow(alice)
    lasting = {"timeInForce": "GTE_GTC", "closePosition": "true", "quantity": None}
    alice.conditional("SELL", "STOP_MARKET", "49000", **lasting)
    assert kinds(stream.messages()) == ["ALGO_UPDATE NEW", "ALGO_UPDATE EXPIRED"]
    alice.market("BUY", "0.1")
    alice.conditional("SELL", "STOP_MARKET", "49000", **lasting)
    stream.messages()
    alice.market("SELL", "0.1")
    messages = stream.messages()
    assert kinds(messages) == ["ORDER_TRADE_UPDATE NEW", *FILL, "ALGO_UPDATE EXPIRED"]
    assert outlined(of_kind(messages, "ALGO_UPDATE"), "X f cp q tt") == [
        ("EXPIRED", "GTE_GTC", True, "0", 0)
    ]


def test_a_trailing_stop_tells_what_it_follows_by_once_it_is_an_order(
    exchange: Exchange, alice: Trader
) -> None:
    alice.conditional("SELL", "TRAILING_STOP_MARKET", None, callbackRate="1")
    stream = follow(alice)
    exchange.last(BTCUSDT="51000")
    exchange.last(BTCUSDT="50490")
    placed, *_ = of_kind(stream.messages(), "ORDER_TRADE_UPDATE")
    assert outlined([placed], "o ot AP cr sp") == [
        ("MARKET", "TRAILING_STOP_MARKET", "50000", "1", "0")
    ]
    after = ORDER_UPDATE.index("cp") + 1
    assert list(placed) == [*ORDER_UPDATE[:after], "AP", "cr", *ORDER_UPDATE[after:]]


def test_a_reset_cancels_what_waits(exchange: Exchange, alice: Trader) -> None:
    alice.conditional("SELL", "STOP_MARKET", "49000")
    stream = follow(alice)
    exchange.submit(ResetAccount(alice.account_id))
    assert kinds(stream.messages()) == ["ALGO_UPDATE CANCELED"]


def test_every_status_of_the_page_is_told() -> None:
    told = {*STATUSES.values(), "NEW", "TRIGGERED", "FINISHED", "REJECTED"}
    assert told == {status.value for status in ConditionalStatus} | {TRIGGERING}


# Before 2025-12-09


def old_stop(trader: Trader, side: str, kind: str, trigger: str, **more: object) -> int:
    order = {**BTC, "side": side, "type": kind, "quantity": "0.1", "stopPrice": trigger, **more}
    return int(trader.post(ORDER, **order)["orderId"])


def test_of_old_a_stop_was_an_order() -> None:
    exchange = on("2025-12-08")
    trader = open_trader(exchange)
    stream = follow(trader)
    number = old_stop(trader, "SELL", "STOP", "49000", price="48900", newClientOrderId="mine")
    message = stream.message()
    assert message["e"] == "ORDER_TRADE_UPDATE"
    assert list(message["o"]) == ORDER_UPDATE
    assert outlined([message["o"]], "i c o ot p sp x X a er") == [
        (number, "mine", "STOP", "STOP", "48900", "49000", "NEW", "NEW", "0", "0")
    ]
    trader.delete(ORDER, **BTC, orderId=number)
    assert outlined(of_kind(stream.messages(), "ORDER_TRADE_UPDATE"), "i x X o") == [
        (number, "CANCELED", "CANCELED", "STOP")
    ]


def test_of_old_a_stop_that_was_triggered_kept_its_number() -> None:
    """It expires for reason 8 and is new again, as the order that it places."""
    exchange = on("2025-12-08")
    trader = open_trader(exchange)
    trader.market("BUY", "0.1")
    number = old_stop(trader, "SELL", "STOP_MARKET", "49000")
    stream = follow(trader)
    exchange.last(BTCUSDT="49000")
    messages = stream.messages()
    assert kinds(messages) == ["ORDER_TRADE_UPDATE EXPIRED", "ORDER_TRADE_UPDATE NEW", *FILL]
    assert outlined(of_kind(messages, "ORDER_TRADE_UPDATE"), "i o ot X er") == [
        (number, "STOP_MARKET", "STOP_MARKET", "EXPIRED", "8"),
        (number, "MARKET", "STOP_MARKET", "NEW", "0"),
        (number, "MARKET", "STOP_MARKET", "FILLED", "0"),
    ]


def test_of_old_an_order_of_another_symbol_was_not_in_its_notionals() -> None:
    """Both are triggered in one turn: the order in ETHUSDT stands when that in BTCUSDT is told."""
    exchange = on("2025-12-08")
    exchange.move(ETHUSDT="2500")
    exchange.last(ETHUSDT="2500")
    trader = open_trader(exchange)
    old_stop(trader, "BUY", "STOP", "2600", price="2400", symbol="ETHUSDT")
    number = old_stop(trader, "BUY", "STOP_MARKET", "51000")
    stream = follow(trader)
    exchange.last(BTCUSDT="51000", ETHUSDT="2600")
    rows = of_kind(stream.messages(), "ORDER_TRADE_UPDATE")
    assert {row["b"] for row in rows if row["i"] == number} == {"0"}
    assert [row["b"] for row in rows if row["s"] == "ETHUSDT"] == ["0", "240.00000"]


def test_of_old_what_was_refused_at_its_trigger_had_a_message() -> None:
    exchange = on("2025-12-08")
    trader = open_trader(exchange)
    number = old_stop(trader, "BUY", "STOP_MARKET", "51000", quantity="100")
    stream = follow(trader)
    exchange.last(BTCUSDT="51000")
    messages = stream.messages()
    assert kinds(messages) == ["ORDER_TRADE_UPDATE EXPIRED", REJECT]
    assert messages[1] == {
        "e": REJECT,
        "E": NOON,
        "T": NOON,
        "or": {"s": "BTCUSDT", "i": number, "r": "Margin is insufficient."},
    }
    assert list(messages[1]["or"]) == ["s", "i", "r"]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2025-12-09", ["ALGO_UPDATE TRIGGERING", REJECT, "ALGO_UPDATE REJECTED"]),
        ("2025-12-14", ["ALGO_UPDATE TRIGGERING", REJECT, "ALGO_UPDATE REJECTED"]),
        ("2025-12-15", ["ALGO_UPDATE TRIGGERING", "ALGO_UPDATE REJECTED"]),
    ],
)
def test_that_message_outlived_the_change_by_six_days(day: str, told: list[str]) -> None:
    exchange = on(day)
    trader = open_trader(exchange)
    trader.conditional("BUY", "STOP_MARKET", "51000", quantity="100")
    stream = follow(trader)
    exchange.last(BTCUSDT="51000")
    assert kinds(stream.messages()) == told


@pytest.mark.parametrize("day", ["2025-12-08", "2025-12-09"])
def test_a_stop_without_its_position_expires_by_either_name(day: str) -> None:
    exchange = on(day)
    trader = open_trader(exchange)
    stream = follow(trader)
    if day < "2025-12-09":
        old_stop(trader, "SELL", "STOP_MARKET", "49000", timeInForce="GTE_GTC")
        rows = of_kind(stream.messages(), "ORDER_TRADE_UPDATE")
        assert outlined(rows, "x X er") == [("NEW", "NEW", "0"), ("EXPIRED", "EXPIRED", "6")]
    else:
        trader.conditional("SELL", "STOP_MARKET", "49000", timeInForce="GTE_GTC")
        assert [row["X"] for row in algo(stream)] == ["NEW", "EXPIRED"]
