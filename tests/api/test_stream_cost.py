"""What streams cost: what a turn has touched, and one frame for all who listen."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from perpbox.api.streams.hub import Channel
from perpbox.api.streams.sources import Nothing, Quiet
from perpbox.engine.line import Line
from perpbox.money import Millis
from tests.api.exchange import Exchange
from tests.api.listening import Connection
from tests.api.trader import Trader

KINDS = ("bookTicker", "depth", "depth5@100ms", "aggTrade", "kline_1m", "ticker", "markPrice")


class Asked(Exception):
    """A source was asked that had nothing to do with the turn."""


class Sleeper(Quiet):
    """Will not be woken for nothing."""

    def note(self, _line: Line, _touched: Collection[str], /) -> None:
        raise Asked

    def look(self) -> None:
        raise Asked

    def flush(self, _now: Millis, /) -> list[bytes]:
        raise Asked


def put_to_sleep(channel: Channel) -> None:
    assert channel.source is not None
    channel.source = Sleeper(channel.source.speed, channel.source.about)


@pytest.mark.parametrize("at_rest", [True, False])
def test_a_turn_asks_the_streams_of_the_markets_that_it_touches(
    exchange: Exchange, alice: Trader, at_rest: bool
) -> None:
    others = [name.lower() for name in exchange.state.markets if name != "BTCUSDT"]
    names = [f"{symbol}@{kind}" for symbol in others for kind in KINDS]
    stream = Connection(exchange, f"/stream?streams={'/'.join(names[:500])}/btcusdt@bookTicker")
    exchange.at_rest = at_rest
    stream.messages()
    for channel in exchange.streams.hub.channels.values():
        if not channel.name.startswith("btcusdt"):
            put_to_sleep(channel)
    alice.limit("BUY", "0.1", "50000")
    exchange.get("/fapi/v1/depth", "symbol=BTCUSDT")
    assert {message["stream"] for message in stream.messages()} == {"btcusdt@bookTicker"}
    with pytest.raises(Asked):
        exchange.get("/fapi/v1/depth", "symbol=ETHUSDT")
    with pytest.raises(Asked):
        alice.limit("BUY", "100", "0.5", symbol="ADAUSDT")


def test_what_nobody_listens_to_costs_nothing(exchange: Exchange, alice: Trader) -> None:
    stream = Connection(exchange, "/ws/btcusdt@bookTicker/!forceOrder@arr/!contractInfo")
    channels = list(exchange.streams.hub.channels.values())
    stream.leave()
    for channel in channels:
        put_to_sleep(channel)
    alice.market("BUY", "0.1")
    exchange.push()
    assert exchange.streams.hub.channels == {}
    assert not exchange.streams.hub.is_paced


def test_one_message_is_framed_once_for_all(exchange: Exchange) -> None:
    raw = [Connection(exchange, "/ws/btcusdt@bookTicker") for _ in range(20)]
    wrapped = [Connection(exchange, "/stream?streams=btcusdt@bookTicker") for _ in range(20)]
    exchange.move(BTCUSDT="50100")
    exchange.push()
    for group in (raw, wrapped):
        assert all(each.frames[-1] is group[0].frames[-1] for each in group)
    assert raw[0].frames[-1] != wrapped[0].frames[-1]


def test_a_stream_that_has_nothing_to_say_says_nothing(exchange: Exchange, alice: Trader) -> None:
    source = Nothing(1000)
    stream = Connection(exchange, "/ws/btcusdt@compositeIndex/tradingSession")
    alice.market("BUY", "0.1")
    assert stream.messages() == source.flush(exchange.now) == source.greeting(exchange.now) == []
