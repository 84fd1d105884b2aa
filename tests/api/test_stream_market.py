"""Market streams: what each tells, in whose shape, how often, and to whom at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import msgspec
import pytest

from perpbox.api.streams.hub import TICK
from perpbox.api.streams.names import parse_name
from perpbox.engine.commands import MarketPrices, MovePrices, OpenVenue, SetFunding
from perpbox.money import parse
from tests.api.exchange import HOUR, MINUTE, NOON, SECOND, Exchange, HeldJournal
from tests.api.listening import Connection
from tests.api.stream_fields import ARRAYS, CONTRACT, FIELDS, assert_fields
from tests.api.trader import Trader, open_trader

SHOWING: Final = (
    "btcusdt@markPrice",
    "!markPrice@arr@1s",
    "btcusdt@kline_1m",
    "btcusdt_perpetual@continuousKline_1m",
    "btcusdt@miniTicker",
    "!miniTicker@arr",
    "btcusdt@ticker",
    "!ticker@arr",
    "btcusdt@bookTicker",
    "!bookTicker",
    "btcusdt@depth5@100ms",
    "btcusd@assetIndex",
    "!assetIndex@arr",
)
"""Streams of what stands; the others tell what happens."""
TELLING: Final = (
    "btcusdt@aggTrade",
    "btcusdt@forceOrder",
    "!forceOrder@arr",
    "btcusdt@depth",
    "btcusdt@rpiDepth@500ms",
    "!contractInfo",
    "btcusdt@compositeIndex",
    "tradingSession",
)
ALWAYS: Final = (
    "btcusdt@markPrice",
    "btcusdt@markPrice@1s",
    "!markPrice@arr",
    "!markPrice@arr@1s",
    "btcusd@assetIndex",
    "!assetIndex@arr",
)
"""Pushed while time passes, changed or not."""


def rows_of(name: str, messages: list[Any]) -> Iterator[dict[str, Any]]:
    for message in messages:
        assert isinstance(message, list) is (name in ARRAYS)
        yield from message if isinstance(message, list) else [message]


def ruin(exchange: Exchange, quantity: str = "0.1", balance: str = "303") -> None:
    """Somebody buys at 50 000 and is liquidated at 47 120; the price almost comes back."""
    trader = open_trader(exchange, USDT=balance)
    trader.market("BUY", quantity)
    exchange.move(BTCUSDT="47120")
    exchange.move(BTCUSDT="50001")


# Shapes.


@pytest.mark.parametrize("name", FIELDS)
def test_a_message_has_the_fields_that_the_sdk_knows(exchange: Exchange, name: str) -> None:
    stream = Connection(exchange, f"/ws/{name}")
    ruin(exchange)
    exchange.index(BTC="50001")
    rows = list(rows_of(name, stream.messages()))
    assert rows
    for row in rows:
        assert_fields(row, FIELDS[name])
        assert row["E"] == exchange.now


@pytest.mark.parametrize("name", FIELDS)
def test_before_both_futures_shared_a_service_there_was_no_symbol_type(name: str) -> None:
    exchange = Exchange(api_date="2026-06-29")
    stream = Connection(exchange, f"/ws/{name}")
    ruin(exchange)
    exchange.index(BTC="50001")
    (*_, row) = rows_of(name, stream.messages())
    assert "st" not in row
    assert ("ps" in row) is (row["e"] == "continuous_kline")


# Who is told what stands.


@pytest.mark.parametrize("name", SHOWING)
def test_a_new_listener_is_told_at_once_what_stands(exchange: Exchange, name: str) -> None:
    """Also the second one, and nobody else with them."""
    ruin(exchange)
    exchange.push()
    exchange.at_rest = False
    first = Connection(exchange, f"/ws/{name}")
    told = first.payloads()
    assert told
    assert Connection(exchange, f"/ws/{name}").payloads() == told
    assert first.messages() == []


@pytest.mark.parametrize("name", TELLING)
def test_what_was_before_is_asked_by_rest(exchange: Exchange, name: str) -> None:
    first = Connection(exchange, f"/ws/{name}")
    ruin(exchange)
    first.messages()
    assert Connection(exchange, f"/ws/{name}").messages() == []


def test_where_nothing_was_ever_traded_there_is_no_candle(exchange: Exchange) -> None:
    stream = Connection(exchange, "/ws/btcusdt@kline_1m")
    exchange.move(BTCUSDT="50100")
    exchange.pass_time(2 * MINUTE)
    assert stream.messages() == []


# Speeds.

PACED: Final = [
    *(name for name in FIELDS if "forceOrder" not in name and name != "btcusdt@bookTicker"),
    "btcusdt@markPrice@1s",
    "btcusdt@depth@100ms",
    "btcusdt@depth@500ms",
    "btcusdt@depth20",
    "btcusdt@depth10@500ms",
]


@pytest.mark.parametrize("name", PACED)
def test_a_stream_is_pushed_at_its_speed_while_all_changes(
    exchange: Exchange, alice: Trader, name: str
) -> None:
    asked = parse_name(name)
    assert asked is not None
    assert asked.speed
    stream = Connection(exchange, f"/ws/{name}")
    exchange.at_rest = False
    stream.messages()
    times = set()
    for step in range(6 * SECOND // TICK + asked.speed // TICK):
        exchange.move(BTCUSDT=f"{50_000 + step}")
        exchange.index(BTC=f"{50_000 + step}")
        alice.market("BUY" if step % 2 else "SELL", "0.01")
        exchange.tick(TICK)
        times |= {row["E"] for row in rows_of(name, stream.messages())}
    pushed = sorted(times)
    assert len(pushed) >= 2
    assert {later - earlier for earlier, later in pairwise(pushed)} == {asked.speed}


@pytest.mark.parametrize("name", [*PACED, "btcusdt@bookTicker", "btcusdt@depth@0ms"])
def test_a_stream_is_silent_while_nothing_changes(exchange: Exchange, name: str) -> None:
    """But for prices, which are told again and again."""
    ruin(exchange)
    stream = Connection(exchange, f"/ws/{name}")
    exchange.at_rest = False
    exchange.tick(6 * SECOND)
    stream.messages()
    exchange.tick(18 * SECOND)
    asked = parse_name(name)
    assert asked is not None
    expected = 18 * SECOND // asked.speed if name in ALWAYS else 0
    assert len(stream.messages()) == expected


@pytest.mark.parametrize("name", ["btcusdt@bookTicker", "btcusdt@depth@0ms"])
def test_what_is_pushed_in_real_time_waits_for_no_beat(exchange: Exchange, name: str) -> None:
    stream = Connection(exchange, f"/ws/{name}")
    exchange.at_rest = False
    stream.messages()
    for price in ("50100", "50200"):
        exchange.move(BTCUSDT=price)
        assert stream.message()["E"] == exchange.now
    exchange.move(ETHUSDC="2501")
    assert stream.messages() == []


@pytest.mark.parametrize("name", [name for name in FIELDS if "forceOrder" not in name])
def test_at_rest_each_turn_is_told_at_once(exchange: Exchange, alice: Trader, name: str) -> None:
    stream = Connection(exchange, f"/ws/{name}")
    alice.market("BUY", "0.01")
    stream.messages()
    for step in range(1, 4):
        exchange.submit(
            MovePrices(
                {"BTCUSDT": MarketPrices(parse(f"5000{step}"), parse("50000"))},
                {"BTC": parse(f"5000{step}")},
            )
        )
        alice.market("BUY", "0.01")
        assert 1 <= len(stream.messages()) <= 2


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ALWAYS])
def test_at_rest_another_market_is_no_matter(exchange: Exchange, alice: Trader, name: str) -> None:
    stream = Connection(exchange, f"/ws/{name}")
    alice.market("BUY", "0.01")
    stream.messages()
    open_trader(exchange, "bob").market("BUY", "1000", symbol="ADAUSDT")
    assert all(row["s"] == "ADAUSDT" for row in rows_of(name, stream.messages()))
    assert name.startswith("!") or stream.messages() == []


def test_what_was_pending_is_pushed_when_the_clock_comes_to_rest(
    exchange: Exchange, alice: Trader
) -> None:
    stream = Connection(exchange, "/ws/btcusdt@depth")
    exchange.at_rest = False
    exchange.tick(TICK)
    alice.limit("BUY", "0.1", "49000")
    exchange.push()
    exchange.at_rest = True
    exchange.tick(TICK)
    assert stream.message()["b"] == [["49000.00", "0.100"]]


def test_nothing_is_told_before_it_is_durable() -> None:
    journal = HeldJournal()
    exchange = Exchange(journal)
    alice = open_trader(exchange)
    names = "btcusdt@depth/btcusdt@aggTrade/btcusdt@kline_1m/btcusdt@ticker/btcusdt@bookTicker"
    stream = Connection(exchange, f"/stream?streams={names}")
    stream.messages()
    journal.hold()
    alice.exchange.api.answer(
        alice.request(
            "POST", "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="1.5"
        )
    )
    assert stream.messages() == []
    late = Connection(exchange, f"/stream?streams={names}")
    assert late.messages() == []
    journal.write()
    assert {m["stream"] for m in stream.messages()} >= set(names.split("/")[1:4])
    assert late.messages() != []


# Prices.


def test_a_mark_price(exchange: Exchange) -> None:
    stream = Connection(exchange, "/ws/btcusdt@markPrice")
    row = exchange.get("/fapi/v1/premiumIndex", "symbol=BTCUSDT")
    assert stream.message() == {
        "e": "markPriceUpdate",
        "E": NOON,
        "s": "BTCUSDT",
        "p": row["markPrice"],
        "P": row["estimatedSettlePrice"],
        "i": row["indexPrice"],
        "r": row["lastFundingRate"],
        "T": row["nextFundingTime"],
        "st": 1,
    }


def test_all_mark_prices_are_one_list(exchange: Exchange) -> None:
    message = Connection(exchange, "/ws/!markPrice@arr").message()
    assert [row["s"] for row in message] == list(exchange.state.markets)


def test_other_funding_is_told_at_rest(exchange: Exchange) -> None:
    stream = Connection(exchange, "/ws/btcusdt@markPrice")
    before = stream.message()["T"]
    terms = msgspec.structs.replace(exchange.state.markets["BTCUSDT"].funding, interval_hours=1)
    exchange.submit(SetFunding({"BTCUSDT": terms}))
    assert before - stream.message()["T"] == 3 * HOUR


def test_an_asset_index_is_what_rest_answers(exchange: Exchange) -> None:
    one = Connection(exchange, "/ws/btcusd@assetIndex").message()
    everything = Connection(exchange, "/ws/!assetIndex@arr").message()
    rest = exchange.get("/fapi/v1/assetIndex")
    assert [list(row.values())[1:] for row in everything] == [
        [row["time"], row["symbol"], *list(row.values())[2:]] for row in rest
    ]
    assert one in everything


# Trades.


def test_trades_of_one_price_and_taker_are_one_aggregate(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    """Told once, when its hundred milliseconds are over."""
    stream = Connection(exchange, "/ws/btcusdt@aggTrade")
    exchange.at_rest = False
    exchange.quote("BTCUSDT", [("49999.9", "5")], [("50000.1", "5")])
    alice.market("BUY", "0.1")
    bob.market("BUY", "0.2")
    exchange.tick(TICK)
    assert stream.messages() == []
    alice.market("BUY", "0.3")
    exchange.tick(TICK)
    (told,) = stream.messages()
    figures = {name: told[name] for name in ("a", "p", "q", "nq", "f", "l", "m", "T")}
    assert figures == {
        "a": 1,
        "p": "50000.10",
        "q": "0.600",
        "nq": "0.600",
        "f": 1,
        "l": 3,
        "m": False,
        "T": NOON,
    }
    exchange.tick(SECOND)
    assert stream.messages() == []


def test_another_price_side_or_time_is_another_aggregate(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    stream = Connection(exchange, "/ws/btcusdt@aggTrade")
    exchange.at_rest = False
    exchange.quote("BTCUSDT", [("49999.9", "5")], [("50000.1", "0.1"), ("50001", "5")])
    alice.market("BUY", "0.3")
    bob.market("SELL", "0.1")
    exchange.tick(100)
    bob.market("SELL", "0.1")
    exchange.tick(200)
    rows = [(m["a"], m["p"], m["q"], m["m"]) for m in stream.messages()]
    assert rows == [
        (1, "50000.10", "0.100", False),
        (2, "50001.00", "0.200", False),
        (3, "49999.90", "0.100", True),
        (4, "49999.90", "0.100", True),
    ]
    rest = exchange.get("/fapi/v1/aggTrades", "symbol=BTCUSDT")
    assert [(row["a"], row["p"], row["q"], row["m"]) for row in rest] == rows


def test_at_rest_each_turns_trades_are_told_by_themselves(
    exchange: Exchange, alice: Trader
) -> None:
    stream = Connection(exchange, "/ws/btcusdt@aggTrade")
    for number in (1, 2):
        alice.market("BUY", "0.1")
        told = stream.message()
        assert (told["a"], told["f"], told["l"], told["q"]) == (1, number, number, "0.100")


# Liquidations.


@pytest.mark.parametrize("name", ["btcusdt@forceOrder", "!forceOrder@arr"])
def test_the_latest_liquidation_of_a_symbol_is_told_once_a_second(
    exchange: Exchange, name: str
) -> None:
    stream = Connection(exchange, f"/ws/{name}")
    exchange.at_rest = False
    ruin(exchange, "0.1", "303")
    ruin(exchange, "0.2", "606")
    exchange.tick(SECOND - TICK)
    assert stream.messages() == []
    exchange.tick(TICK)
    told = stream.message()
    assert told["e"] == "forceOrder"
    order = told["o"]
    figures = {name: order[name] for name in ("s", "S", "o", "f", "q", "X", "l", "z", "T")}
    assert figures == {
        "s": "BTCUSDT",
        "S": "SELL",
        "o": "LIMIT",
        "f": "IOC",
        "q": "0.200",
        "X": "FILLED",
        "l": "0.200",
        "z": "0.200",
        "T": NOON,
    }
    assert float(order["p"]) <= float(order["ap"]) <= 50_000
    exchange.tick(3 * SECOND)
    assert stream.messages() == []


def test_liquidations_of_all_symbols_are_told_each(exchange: Exchange) -> None:
    stream = Connection(exchange, "/ws/!forceOrder@arr")
    other = Connection(exchange, "/ws/ethusdc@forceOrder")
    exchange.at_rest = False
    ruin(exchange)
    trader = open_trader(exchange, "bob", USDC="150")
    trader.market("BUY", "1", symbol="ETHUSDC")
    exchange.move(ETHUSDC="2300")
    exchange.tick(SECOND)
    assert sorted(message["o"]["s"] for message in stream.messages()) == ["BTCUSDT", "ETHUSDC"]
    assert other.message()["o"]["s"] == "ETHUSDC"


# Contracts.


def test_symbols_that_get_their_first_price_are_listed() -> None:
    exchange = Exchange(opens=False)
    stream = Connection(exchange, "/ws/!contractInfo")
    assert stream.messages() == []
    exchange.submit(OpenVenue())
    rows = stream.messages()
    assert [row["s"] for row in rows] == list(exchange.state.markets)
    for row in rows:
        assert_fields(row, CONTRACT)
        assert (row["ps"], row["ct"], row["cs"]) == (row["s"], "PERPETUAL", "TRADING")
    exchange.move(BTCUSDT="50100")
    assert stream.messages() == []


def test_who_has_listened_for_a_symbol_hears_it_from_its_first_price_on() -> None:
    exchange = Exchange(opens=False)
    names = "btcusdt@bookTicker/btcusdt@depth/btcusdt@markPrice/btcusdt@aggTrade"
    stream = Connection(exchange, f"/stream?streams={names}")
    assert stream.messages() == []
    exchange.submit(OpenVenue())
    told = [message["stream"] for message in stream.messages()]
    assert told == ["btcusdt@bookTicker", "btcusdt@markPrice"]
    exchange.move(BTCUSDT="50100")
    told = [message["stream"] for message in stream.messages()]
    assert sorted(told) == ["btcusdt@bookTicker", "btcusdt@depth", "btcusdt@markPrice"]
    open_trader(exchange).market("BUY", "0.1")
    assert "btcusdt@aggTrade" in {message["stream"] for message in stream.messages()}
    stream.leave()
    assert not exchange.streams.hub.is_paced


@pytest.mark.parametrize(
    ("rate", "spans"), [(60, {3000}), (2, {200, 300}), (0.5, {250})], ids=["x60", "x2", "x0.5"]
)
def test_speeds_are_of_the_venues_time(exchange: Exchange, rate: float, spans: set[int]) -> None:
    """At most once a tick, and as often as the clock's pace asks."""
    stream = Connection(exchange, "/ws/btcusdt@depth")
    exchange.at_rest = False
    stream.messages()
    pushed = []
    for step in range(60):
        exchange.move(BTCUSDT=f"{50_000 + step}")
        exchange.clock.set(exchange.now + int(TICK * rate))
        exchange.streams.hub.tick()
        exchange.push()
        pushed += [row["E"] for row in stream.messages()]
    assert {later - earlier for earlier, later in pairwise(pushed)} == spans
