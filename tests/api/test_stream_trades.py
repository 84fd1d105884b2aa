"""The stream of single trades, which is on no page and which ccxt.pro listens to by default."""

from __future__ import annotations

from perpbox.api.streams.names import AT_ONCE, Kind, StreamName, parse_name
from perpbox.api.streams.trades import Trades
from tests.api.exchange import SECOND, Exchange
from tests.api.listening import Connection
from tests.api.trader import Trader

STREAM = "/ws/btcusdt@trade"


def test_its_name() -> None:
    assert parse_name("btcusdt@trade") == StreamName(Kind.TRADE, "BTCUSDT", AT_ONCE)
    assert parse_name("!trade@arr") is None


def test_it_follows_one_symbol(exchange: Exchange, alice: Trader) -> None:
    stream = Connection(exchange, STREAM)
    (channel,) = exchange.streams.hub.channels.values()
    assert isinstance(channel.source, Trades)
    alice.market("BUY", "100", symbol="ADAUSDT")
    assert stream.messages() == []


def test_each_trade_is_told_at_once(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    """As REST lists them, whatever the aggregates make of them."""
    stream = Connection(exchange, STREAM)
    exchange.at_rest = False
    alice.market("BUY", "0.1")
    bought = stream.message()
    assert bought == {
        "e": "trade",
        "E": exchange.now,
        "T": exchange.now,
        "s": "BTCUSDT",
        "t": bought["t"],
        "p": bought["p"],
        "q": "0.100",
        "X": "MARKET",
        "m": False,
        "st": 1,
    }
    exchange.pass_time(SECOND)
    bob.market("SELL", "0.2")
    sold = stream.message()
    assert (sold["t"], sold["q"], sold["m"]) == (bought["t"] + 1, "0.200", True)
    listed = exchange.get("/fapi/v1/trades", "symbol=BTCUSDT")
    told = [(row["t"], row["p"], row["q"], row["T"], row["m"]) for row in (bought, sold)]
    assert told == [
        (row["id"], row["price"], row["qty"], row["time"], row["isBuyerMaker"]) for row in listed
    ]
    assert stream.messages() == []
