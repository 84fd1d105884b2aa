"""ORDER_TRADE_UPDATE and TRADE_LITE: what happens to orders, as their account is told."""

from __future__ import annotations

from typing import Final, get_args

import pytest

from perpbox.account import ExpiryReason
from perpbox.api.shapes.events import NUMBERED_REASONS
from perpbox.api.streams.user_orders import EXECUTIONS, ORDER_EVENTS
from perpbox.engine.events import Event, OrderAccepted, OrderFilled, OrderRested
from tests.api.exchange import DAY, MINUTE, NOON, Exchange
from tests.api.listening import follow
from tests.api.trader import ORDER, Trader, open_trader
from tests.api.user_messages import (
    ORDER_UPDATE,
    TRADE_LITE,
    kinds,
    of_kind,
    outlined,
    updates,
)

BTC: Final = {"symbol": "BTCUSDT"}
OUTCOME: Final = "x X l z L ap rp er"


def test_a_resting_order_is_told_like_the_recorded_one(exchange: Exchange, alice: Trader) -> None:
    """Recorded: XRPUSDT BUY 5 at 1.0741, bids notional 5.37050, no commission at all."""
    stream = follow(alice)
    order = alice.limit("BUY", "0.003", "49000", newClientOrderId="first")
    (told,) = stream.messages()
    assert list(told) == ["e", "T", "E", "o"]
    assert told["T"] == told["E"] == exchange.now
    assert told["o"] == {
        "s": "BTCUSDT",
        "c": "first",
        "S": "BUY",
        "o": "LIMIT",
        "f": "GTC",
        "q": "0.003",
        "p": "49000",
        "ap": "0",
        "sp": "0",
        "x": "NEW",
        "X": "NEW",
        "i": order["orderId"],
        "l": "0",
        "z": "0",
        "L": "0",
        "T": exchange.now,
        "t": 0,
        "b": "147.00000",
        "a": "0",
        "m": False,
        "R": False,
        "wt": "CONTRACT_PRICE",
        "ot": "LIMIT",
        "ps": "BOTH",
        "cp": False,
        "rp": "0",
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "EXPIRE_MAKER",
        "pm": "NONE",
        "gtd": 0,
        "er": "0",
    }


FILL: Final = [
    "TRADE_LITE",
    "ACCOUNT_UPDATE ORDER",
    "ORDER_TRADE_UPDATE TRADE",
]


def test_a_market_order_is_told_fill_by_fill(alice: Trader) -> None:
    """The ladder asks 50 000.1 for 0.999 and 50 005.1 behind it; 0.05 % commission."""
    stream = follow(alice)
    alice.market("BUY", "1.5")
    messages = stream.messages()
    assert kinds(messages) == ["ORDER_TRADE_UPDATE NEW", *FILL, *FILL]
    rows = of_kind(messages, "ORDER_TRADE_UPDATE")
    assert outlined(rows, OUTCOME) == [
        ("NEW", "NEW", "0", "0", "0", "0", "0", "0"),
        ("TRADE", "PARTIALLY_FILLED", "0.999", "0.999", "50000.1", "50000.10000", "0", "0"),
        ("TRADE", "FILLED", "0.501", "1.5", "50005.1", "50001.77000", "0", "0"),
    ]
    assert [(row.get("n"), row.get("N")) for row in rows] == [
        (None, None),
        ("24.97504995", "USDT"),
        ("12.52627755", "USDT"),
    ]
    assert outlined(rows, "o ot f p m") == [("MARKET", "MARKET", "GTC", "0", False)] * 3
    assert [list(row) for row in rows[:1]] == [ORDER_UPDATE]
    at = ORDER_UPDATE.index("T")
    assert list(rows[1]) == [*ORDER_UPDATE[:at], "n", "N", *ORDER_UPDATE[at:]]
    first, second = of_kind(messages, "TRADE_LITE")
    assert list(first) == TRADE_LITE
    assert outlined([first, second], "s q p m S L l i E") == [
        ("BTCUSDT", "1.5", "0", False, "BUY", "50000.1", "0.999", 1, NOON),
        ("BTCUSDT", "1.5", "0", False, "BUY", "50005.1", "0.501", 1, NOON),
    ]
    assert [first["t"], second["t"]] == [row["t"] for row in rows[1:]] == [1, 2]


def test_maker_and_taker_hear_of_the_same_trade(alice: Trader, bob: Trader) -> None:
    """Maker first: 0.02 % of 10 000; the taker pays 0.05 %."""
    alice.limit("SELL", "0.3", "50000", newClientOrderId="offer")
    makers, takers = follow(alice), follow(bob)
    bob.market("BUY", "0.2", newClientOrderId="bid")
    told = makers.messages(), takers.messages()
    assert kinds(told[0]) == FILL
    assert kinds(told[1]) == ["ORDER_TRADE_UPDATE NEW", *FILL]
    [maker], [_, taker] = (of_kind(each, "ORDER_TRADE_UPDATE") for each in told)
    assert outlined([maker, taker], "c S X z n N t m") == [
        ("offer", "SELL", "PARTIALLY_FILLED", "0.2", "2.00000000", "USDT", 1, True),
        ("bid", "BUY", "FILLED", "0.2", "5.00000000", "USDT", 1, False),
    ]
    assert [lite["m"] for each in told for lite in of_kind(each, "TRADE_LITE")] == [True, False]
    assert (maker["b"], maker["a"]) == ("0", "5000.00000")
    bob.market("BUY", "0.1")
    [maker] = updates(makers)
    assert (maker["X"], maker["l"], maker["z"], maker["a"]) == ("FILLED", "0.1", "0.3", "0")


def test_an_order_that_takes_and_then_rests_counts_as_open_all_along(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [("49999", "1")], [("50001", "0.1")])
    alice.limit("BUY", "0.01", "49000")
    stream = follow(alice)
    alice.limit("BUY", "0.3", "50001")
    assert outlined(updates(stream), "x X z b") == [
        ("NEW", "NEW", "0", "15490.30000"),
        ("TRADE", "PARTIALLY_FILLED", "0.1", "10490.20000"),
    ]


def test_profit_is_told_with_the_fill_that_realizes_it(exchange: Exchange, alice: Trader) -> None:
    alice.market("BUY", "0.1")
    exchange.move(BTCUSDT="51000")
    stream = follow(alice)
    alice.market("SELL", "0.1")
    closed = updates(stream)[-1]
    assert (closed["L"], closed["rp"], closed["n"]) == ("50999.9", "99.98000000", "2.54999500")


def test_a_canceled_order(alice: Trader) -> None:
    alice.limit("BUY", "0.003", "49000")
    alice.limit("BUY", "0.003", "48000")
    stream = follow(alice)
    alice.delete(ORDER, **BTC, orderId=1)
    [canceled] = updates(stream)
    assert list(canceled) == ORDER_UPDATE
    assert outlined([canceled], "x X z t b er") == [
        ("CANCELED", "CANCELED", "0", 0, "144.00000", "0")
    ]
    alice.delete("/fapi/v1/allOpenOrders", **BTC)
    assert outlined(updates(stream), "i x b") == [(2, "CANCELED", "0")]


def test_an_amended_order(alice: Trader) -> None:
    """Told as it is from now on; one that then takes has its fills behind it."""
    alice.limit("BUY", "0.003", "49000")
    stream = follow(alice)
    how = {**BTC, "orderId": 1, "side": "BUY"}
    alice.put(ORDER, **how, quantity="0.1", price="49500")
    [amended] = updates(stream)
    assert outlined([amended], "x X q p z b") == [
        ("AMENDMENT", "NEW", "0.1", "49500", "0", "4950.00000")
    ]
    assert list(amended) == ORDER_UPDATE
    alice.put(ORDER, **how, quantity="0.1", price="50000.1")
    messages = stream.messages()
    assert kinds(messages) == ["ORDER_TRADE_UPDATE AMENDMENT", *FILL]
    rows = of_kind(messages, "ORDER_TRADE_UPDATE")
    assert outlined(rows, "x X p b") == [
        ("AMENDMENT", "NEW", "50000.1", "5000.01000"),
        ("TRADE", "FILLED", "50000.1", "0"),
    ]


def test_an_order_amended_to_less_than_it_has_filled_is_canceled(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [], [("50001", "0.2")])
    alice.limit("BUY", "0.3", "50001")
    stream = follow(alice)
    alice.put(ORDER, **BTC, orderId=1, side="BUY", quantity="0.2", price="50001")
    assert outlined(updates(stream), "x X q z") == [("CANCELED", "CANCELED", "0.3", "0.2")]


# Why an order expires


def test_what_an_ioc_order_does_not_take_expires(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [("49000", "0.1")], [])
    stream = follow(alice)
    alice.limit("SELL", "0.2", "49000", timeInForce="IOC")
    assert outlined(updates(stream), "x X z l L er") == [
        ("NEW", "NEW", "0", "0", "0", "0"),
        ("TRADE", "PARTIALLY_FILLED", "0.1", "0.1", "49000", "0"),
        ("EXPIRED", "EXPIRED", "0.1", "0", "0", "2"),
    ]


def test_what_a_market_order_does_not_find_expires(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [("49000", "0.1")], [])
    stream = follow(alice)
    alice.market("SELL", "0.2")
    assert outlined(updates(stream), "x X z er")[1:] == [
        ("TRADE", "PARTIALLY_FILLED", "0.1", "0"),
        ("EXPIRED", "EXPIRED", "0.1", "9"),
    ]


@pytest.mark.parametrize(
    ("mode", "in_force", "expired"),
    [
        ("EXPIRE_MAKER", "GTC", [("own", "1")]),
        ("EXPIRE_TAKER", "GTC", [("taker", "1")]),
        ("EXPIRE_TAKER", "IOC", [("taker", "3")]),
        ("EXPIRE_BOTH", "IOC", [("own", "1"), ("taker", "3")]),
    ],
)
def test_self_trades_are_prevented(
    alice: Trader, mode: str, in_force: str, expired: list[tuple[str, str]]
) -> None:
    alice.limit("SELL", "0.1", "50000", newClientOrderId="own")
    stream = follow(alice)
    more = {"timeInForce": in_force, "selfTradePreventionMode": mode}
    alice.limit("BUY", "0.1", "50000", newClientOrderId="taker", **more)
    ended = [row for row in updates(stream) if row["er"] in {"1", "3"}]
    assert outlined(ended, "c er") == expired
    assert all((row["x"], row["X"]) == ("EXPIRED", "EXPIRED_IN_MATCH") for row in ended)


def test_an_own_order_that_makes_way_leaves_the_entering_one_open(alice: Trader) -> None:
    """It stands once the other is gone, and its account owes both of them never."""
    alice.limit("SELL", "0.1", "50000")
    stream = follow(alice)
    alice.limit("BUY", "0.2", "50000")
    assert outlined(updates(stream), "x b a") == [
        ("NEW", "10000.00000", "5000.00000"),
        ("EXPIRED", "10000.00000", "0"),
    ]
    [risk] = alice.get("/fapi/v3/positionRisk")
    assert (risk["bidNotional"], risk["askNotional"]) == ("10000.00000000", "0")


def test_what_can_only_reduce_is_knocked_out_behind_the_fill(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    alice.limit("SELL", "0.1", "51000", reduceOnly="true", newClientOrderId="target")
    stream = follow(alice)
    alice.market("SELL", "0.1")
    rows = updates(stream)
    assert outlined(rows[-2:], "c x X R er") == [
        ("perpbox-3", "TRADE", "FILLED", False, "0"),
        ("target", "EXPIRED", "EXPIRED", True, "4"),
    ]


def test_an_order_that_only_reduces_is_no_open_notional(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    stream = follow(alice)
    alice.limit("SELL", "0.1", "51000", reduceOnly="true")
    assert outlined(updates(stream), "x a") == [("NEW", "0")]
    [risk] = alice.get("/fapi/v3/positionRisk")
    assert risk["askNotional"] == "0"


def test_a_gtd_order_expires_at_its_time(exchange: Exchange, alice: Trader) -> None:
    """The page has no number for it."""
    until = NOON + 20 * MINUTE
    stream = follow(alice)
    alice.limit("BUY", "0.1", "49000", timeInForce="GTD", goodTillDate=until)
    exchange.pass_time(21 * MINUTE)
    assert outlined(updates(stream), "x X f gtd er T") == [
        ("NEW", "NEW", "GTD", until, "0", NOON),
        ("EXPIRED", "EXPIRED", "GTD", until, "0", until),
    ]


def test_a_countdown_cancels(exchange: Exchange, alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    alice.post("/fapi/v1/countdownCancelAll", **BTC, countdownTime=1000)
    stream = follow(alice)
    exchange.pass_time(1000)
    assert outlined(updates(stream), "x X T er") == [("CANCELED", "CANCELED", NOON + 1000, "0")]


# Fields that few orders have


def test_the_legs_of_a_hedge_and_what_was_asked_for(alice: Trader) -> None:
    alice.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    stream = follow(alice)
    more = {"positionSide": "SHORT", "selfTradePreventionMode": "EXPIRE_BOTH"}
    alice.limit("SELL", "0.1", None, priceMatch="QUEUE", **more)
    [row] = updates(stream)
    assert outlined([row], "S ps V pm p a") == [
        ("SELL", "SHORT", "EXPIRE_BOTH", "QUEUE", "50000.1", "5000.01000")
    ]


def test_a_commission_in_bnb(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="10000", BNB="10")
    trader.post("/fapi/v1/feeBurn", feeBurn="true")
    stream = follow(trader)
    trader.market("BUY", "0.1")
    filled = updates(stream)[-1]
    [trade] = trader.get("/fapi/v1/userTrades", **BTC)
    assert (filled["N"], filled["n"]) == ("BNB", trade["commission"])
    assert filled["n"] > "0"


def test_every_fill_is_the_trade_that_is_listed(alice: Trader, bob: Trader) -> None:
    alice.limit("SELL", "0.2", "50000")
    stream = follow(alice)
    bob.market("BUY", "0.1")
    alice.market("BUY", "0.05", selfTradePreventionMode="EXPIRE_TAKER")
    bob.market("BUY", "0.05")
    fills = [row for row in updates(stream) if row["x"] == "TRADE"]
    listed = alice.get("/fapi/v1/userTrades", **BTC)
    assert [
        (row["t"], row["i"], row["L"], row["l"], row["rp"], row["n"], row["m"], row["T"])
        for row in fills
    ] == [
        (
            row["id"],
            row["orderId"],
            row["price"].removesuffix(".00"),
            row["qty"].rstrip("0"),
            row["realizedPnl"],
            row["commission"],
            row["maker"],
            row["time"],
        )
        for row in listed
    ]
    assert len(fills) == 2


# By API date


def on(day: str) -> tuple[Exchange, Trader]:
    exchange = Exchange(api_date=day)
    return exchange, open_trader(exchange)


@pytest.mark.parametrize(("day", "told"), [("2024-09-02", 0), ("2024-09-03", 1)])
def test_trade_lite_has_been_there_since(day: str, told: int) -> None:
    _, trader = on(day)
    stream = follow(trader)
    trader.market("BUY", "0.1")
    messages = stream.messages()
    assert len(of_kind(messages, "TRADE_LITE")) == told
    assert len(messages) == 3 + told


@pytest.mark.parametrize(("day", "fields"), [("2025-10-22", ["gtd"]), ("2025-10-23", ["er"])])
def test_expiry_reasons_have_been_told_since(day: str, fields: list[str]) -> None:
    _, trader = on(day)
    stream = follow(trader)
    trader.limit("BUY", "0.1", "49000")
    [row] = updates(stream)
    assert list(row)[-1:] == fields


def test_an_order_of_a_year_expires_without_a_number(exchange: Exchange, alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    exchange.pass_time(365 * DAY - 1)
    stream = follow(alice)
    exchange.pass_time(1)
    assert outlined(updates(stream), "x X er") == [("EXPIRED", "EXPIRED", "0")]


def test_every_reason_has_the_number_of_the_page() -> None:
    numbered = {int(reason) for reason in ExpiryReason if reason < NUMBERED_REASONS}
    assert numbered == set(range(10))


def test_every_event_of_an_order_is_told() -> None:
    """What an order waits for in the book is no news to its account."""
    events = {kind for kind in get_args(Event) if kind.__name__.startswith("Order")}
    assert events - set(ORDER_EVENTS) == {OrderRested}
    assert set(EXECUTIONS) == events - {OrderAccepted, OrderFilled, OrderRested}
