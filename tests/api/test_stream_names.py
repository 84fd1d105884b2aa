"""Names of streams, and every form of address under which clients ask for them."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import pytest

from perpbox.api.calendar import NEWEST
from perpbox.api.closing import LIFE
from perpbox.api.limits import CONNECTIONS, Limits
from perpbox.api.streams.candles import Candles
from perpbox.api.streams.depth import DiffDepth, PartialDepth
from perpbox.api.streams.door import ROUTED
from perpbox.api.streams.market import MarketStreams
from perpbox.api.streams.names import (
    CONTINUOUS_INTERVALS,
    DEPTH_SPEEDS,
    INTERVALS,
    Kind,
    parse_name,
)
from perpbox.api.streams.session import MOST_STREAMS
from perpbox.api.streams.sources import Changed, Nothing, Shown
from perpbox.api.streams.trades import AggregateTrades, ContractInfo, ForceOrders
from perpbox.message import Request, Response
from perpbox.tape import Interval
from tests.api.exchange import SECOND, Exchange, told
from tests.api.listening import LISTEN_KEY, Connection, listen_key_of
from tests.api.trader import Trader, open_trader

BOOK: Final = "btcusdt@bookTicker"
MARK: Final = "btcusdt@markPrice@1s"

DOCUMENTED: Final = {
    "btcusdt@aggTrade": (Kind.AGGREGATE_TRADE, 100),
    "btcusdt@markPrice": (Kind.MARK_PRICE, 3000),
    "btcusdt@markPrice@1s": (Kind.MARK_PRICE, 1000),
    "!markPrice@arr": (Kind.MARK_PRICE, 3000),
    "!markPrice@arr@1s": (Kind.MARK_PRICE, 1000),
    "btcusdt@kline_1m": (Kind.KLINE, 250),
    "btcusdt_perpetual@continuousKline_1s": (Kind.CONTINUOUS_KLINE, 250),
    "btcusdt@miniTicker": (Kind.MINI_TICKER, 2000),
    "!miniTicker@arr": (Kind.MINI_TICKER, 1000),
    "btcusdt@ticker": (Kind.TICKER, 2000),
    "!ticker@arr": (Kind.TICKER, 1000),
    "btcusdt@bookTicker": (Kind.BOOK_TICKER, 0),
    "!bookTicker": (Kind.BOOK_TICKER, 5000),
    "btcusdt@forceOrder": (Kind.FORCE_ORDER, 1000),
    "!forceOrder@arr": (Kind.FORCE_ORDER, 1000),
    "btcusdt@depth5": (Kind.PARTIAL_DEPTH, 250),
    "btcusdt@depth10@500ms": (Kind.PARTIAL_DEPTH, 500),
    "btcusdt@depth20@100ms": (Kind.PARTIAL_DEPTH, 100),
    "btcusdt@depth": (Kind.DIFF_DEPTH, 250),
    "btcusdt@depth@500ms": (Kind.DIFF_DEPTH, 500),
    "btcusdt@depth@100ms": (Kind.DIFF_DEPTH, 100),
    "btcusdt@depth@0ms": (Kind.DIFF_DEPTH, 0),
    "btcusdt@rpiDepth@500ms": (Kind.DIFF_DEPTH, 500),
    "btcusdt@compositeIndex": (Kind.COMPOSITE_INDEX, 1000),
    "!contractInfo": (Kind.CONTRACT_INFO, 0),
    "!assetIndex@arr": (Kind.ASSET_INDEX, 1000),
    "btcusd@assetIndex": (Kind.ASSET_INDEX, 1000),
    "tradingSession": (Kind.TRADING_SESSION, 1000),
}
"""Every name of the page on market streams with its speed, and `@depth@0ms`, which is used."""

NONSENSE: Final = (
    "0",
    "12",
    "btcusdt",
    "@depth",
    "btcusdt@",
    "btcusdt@depth@",
    "BTCUSDT@depth",
    "BTCUSDT@bookTicker",
    "nosuchusdt@depth",
    "btcusdt@depth7",
    "btcusdt@depth5@1ms",
    "btcusdt@depth@1s",
    "btcusdt@kline",
    "btcusdt@kline_",
    "btcusdt@kline_1s",
    "btcusdt@kline_KlineCandlestickStreamsIntervalEnum.INTERVAL_1m",
    "btcusdt@continuousKline_1m",
    "btcusdt_current_quarter@continuousKline_1m",
    "btcusdt_tradifi_perpetual@continuousKline_1m",
    "_perpetual@continuousKline_1m",
    "nosuch@assetIndex",
    "!depth",
    "!bookTicker@arr",
    "!contractInfo@arr",
    "a" * 256,
    "币安人生usdt@depth",
    "\u0131\u00dfusdt@depth",
    "🜁@depth",
)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_name_is_known_with_its_speed(name: str) -> None:
    asked = parse_name(name)
    assert asked is not None
    assert (asked.kind, asked.speed) == DOCUMENTED[name]


SOURCES: Final = {
    Kind.AGGREGATE_TRADE: AggregateTrades,
    Kind.MARK_PRICE: Shown,
    Kind.KLINE: Candles,
    Kind.CONTINUOUS_KLINE: Candles,
    Kind.PARTIAL_DEPTH: PartialDepth,
    Kind.DIFF_DEPTH: DiffDepth,
    Kind.FORCE_ORDER: ForceOrders,
    Kind.CONTRACT_INFO: ContractInfo,
    Kind.ASSET_INDEX: Shown,
    Kind.COMPOSITE_INDEX: Nothing,
    Kind.TRADING_SESSION: Nothing,
}
"""The others show a symbol, or those of all that have changed."""


@pytest.mark.parametrize("name", DOCUMENTED)
def test_messages_come_from_where_their_kind_does(exchange: Exchange, name: str) -> None:
    kind, speed = DOCUMENTED[name]
    streams = MarketStreams(exchange.state, exchange.tape, NEWEST, lambda: True)
    source = streams.source(name)
    assert source is not None
    assert type(source) is SOURCES.get(kind, Changed if name.startswith("!") else Shown)
    assert source.speed == speed
    of_one = name.startswith("btcusdt") and kind is not Kind.COMPOSITE_INDEX
    assert source.about == ("BTCUSDT" if of_one else "")


def test_every_kind_of_stream_has_a_documented_name() -> None:
    assert {kind for kind, _ in DOCUMENTED.values()} == set(Kind) - {Kind.TRADE}


def test_candles_have_the_intervals_of_the_page_and_the_tape_has_them_all() -> None:
    assert set(CONTINUOUS_INTERVALS) - set(INTERVALS) == {"1s"}
    assert list(CONTINUOUS_INTERVALS) == [interval.value for interval in Interval]
    for interval in INTERVALS:
        assert parse_name(f"btcusdt@kline_{interval}") is not None
    for interval in CONTINUOUS_INTERVALS:
        assert parse_name(f"btcusdt_perpetual@continuousKline_{interval}") is not None


def test_books_have_the_speeds_of_the_page() -> None:
    assert set(DEPTH_SPEEDS) >= {"", "@500ms", "@100ms"}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_name_for_which_there_is_nothing_is_silent(exchange: Exchange, name: str) -> None:
    """And nobody loses the connection by it, or what comes besides."""
    stream = Connection(exchange, f"/ws/{quote(name, safe='')}")
    assert stream.ask("SUBSCRIBE", [name, BOOK], 7) == {"result": None, "id": 7}
    assert stream.ask("LIST_SUBSCRIPTIONS")["result"] == [name, BOOK]
    exchange.move(BTCUSDT="51000")
    (moved,) = stream.messages()
    assert moved["s"] == "BTCUSDT"
    assert stream.ended is None
    stream.leave()
    assert exchange.streams.hub.channels == {}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_documented_stream_can_be_listened_to_and_left(exchange: Exchange, name: str) -> None:
    stream = Connection(exchange, f"/ws/{name}")
    trader = open_trader(exchange)
    trader.market("BUY", "0.1")
    exchange.move(BTCUSDT="50500")
    exchange.pass_time(5 * SECOND)
    assert all(isinstance(message, (dict, list)) for message in stream.messages())
    stream.leave()
    hub = exchange.streams.hub
    assert hub.channels == {}
    assert not hub.is_paced


# Addresses.

RAW: Final = (
    f"/ws/{BOOK}",
    f"/public/ws/{BOOK}",
    f"/market/ws/{BOOK}",
    f"/private/ws/{BOOK}",
    "/ws/btcusdt%40bookTicker",
    f"/ws?streams={BOOK}",
)
COMBINED: Final = (
    f"/stream?streams={BOOK}",
    f"/public/stream?streams={BOOK}",
    f"/market/stream?streams={BOOK}",
    f"/private/stream?streams={BOOK}",
    "/stream?streams=btcusdt%40bookTicker",
    f"/stream?streams={BOOK}/",
    f"/stream?other=1&streams=/{BOOK}",
    f"/stream/{BOOK}",
)


@pytest.mark.parametrize("target", RAW)
def test_a_raw_stream_is_its_payload(exchange: Exchange, target: str) -> None:
    assert exchange.streams.owns(target.partition("?")[0])
    message = Connection(exchange, target).message()
    assert (message["e"], message["s"]) == ("bookTicker", "BTCUSDT")


@pytest.mark.parametrize("target", COMBINED)
def test_a_combined_stream_names_itself(exchange: Exchange, target: str) -> None:
    assert exchange.streams.owns(target.partition("?")[0])
    message = Connection(exchange, target).message()
    assert list(message) == ["stream", "data"]
    assert message["stream"] == BOOK
    assert message["data"]["e"] == "bookTicker"


@pytest.mark.parametrize(
    "target", [f"/ws/{BOOK}/{MARK}", f"/ws/{MARK}//{BOOK}/{MARK}", f"/stream?streams={BOOK}/{MARK}"]
)
def test_many_streams_in_one_address(exchange: Exchange, target: str) -> None:
    events = [
        message.get("data", message)["e"] for message in Connection(exchange, target).messages()
    ]
    assert sorted(events) == ["bookTicker", "markPriceUpdate"]


EMPTY: Final = (
    "/ws",
    "/stream",
    "/stream?streams=",
    "/market/stream?streams=",
    "/public/stream",
    "/private/stream?streams=",
    "/public/ws/0",
    "/market/ws/1",
)


@pytest.mark.parametrize("target", EMPTY)
def test_one_may_begin_with_nothing_and_subscribe(exchange: Exchange, target: str) -> None:
    """SDKs come with an empty `streams`, ccxt with a running number for a name."""
    stream = Connection(exchange, target)
    assert stream.messages() == []
    stream.ask("SUBSCRIBE", [BOOK])
    message = stream.message()
    assert ("stream" in message) is ("/stream" in target)


@pytest.mark.parametrize(
    "target",
    ["/private/ws?listenKey={}", "/private/stream?listenKey={}", "/ws/{}", "/private/ws/{}"],
)
def test_a_listen_key_is_a_name_too(exchange: Exchange, alice: Trader, target: str) -> None:
    key = listen_key_of(alice)
    stream = Connection(exchange, target.format(key))
    alice.limit("BUY", "0.1", "49000")
    (message,) = stream.messages()
    if "/stream" in target:
        assert message["stream"] == key
        message = message["data"]
    assert message["e"] == "ORDER_TRADE_UPDATE"


def test_a_client_may_pick_events_of_its_user_data_stream(
    exchange: Exchange, alice: Trader
) -> None:
    """Also such as there are not."""
    key = listen_key_of(alice)
    picked = "TRADE_LITE/ALGO_ORDER_UPDATE/listenKeyExpired"
    stream = Connection(exchange, f"/private/ws?listenKey={key}&events={picked}")
    alice.market("BUY", "0.1")
    assert {message["e"] for message in stream.messages()} == {"TRADE_LITE"}


@pytest.mark.parametrize("route", ["", *ROUTED])
def test_each_route_serves_every_stream(exchange: Exchange, route: str) -> None:
    for name in DOCUMENTED:
        stream = Connection(exchange, f"{route}/ws/{name}")
        assert name in exchange.streams.hub.channels
        stream.leave()


@pytest.mark.parametrize("path", ["/", "/wss", "/streams", "/public", "/fapi/v1/ws", "/other/ws"])
def test_other_addresses_are_not_the_streams(exchange: Exchange, path: str) -> None:
    assert not exchange.streams.owns(path)


@pytest.mark.parametrize("raw", [b"%E5%B8%81usdt@depth", "币usdt@depth".encode()])
def test_letters_of_any_kind_percent_encoded_or_not(exchange: Exchange, raw: bytes) -> None:
    """A path comes as the shell reads it, each byte a letter."""
    for target in ("/ws/" + raw.decode("latin-1"), "/stream?streams=" + raw.decode("latin-1")):
        path, _, query = target.partition("?")
        stream = Connection(exchange, "/ws")
        request = Request("GET", path, query.encode("latin-1"))
        session: Any = exchange.streams.connect(request, stream)
        session.receive('{"method": "LIST_SUBSCRIPTIONS", "id": 1}')
        assert stream.message()["result"] == ["币usdt@depth"]


# Limits of a connection.


def test_a_connection_listens_to_so_many_streams_and_no_more(exchange: Exchange) -> None:
    names = [f"s{number}usdt@depth" for number in range(MOST_STREAMS)]
    stream = Connection(exchange, "/ws")
    assert "result" in stream.ask("SUBSCRIBE", names)
    assert stream.ask("SUBSCRIBE", names[:5])["result"] is None
    refused = stream.ask("SUBSCRIBE", ["more@depth"], 3)
    assert (refused["error"]["code"], refused["id"]) == (2, 3)
    assert len(stream.ask("LIST_SUBSCRIPTIONS")["result"]) == MOST_STREAMS
    stream.ask("UNSUBSCRIBE", names[:1])
    assert stream.ask("SUBSCRIBE", ["more@depth"])["result"] is None


def test_an_address_names_no_more_streams_than_that(exchange: Exchange) -> None:
    names = [f"{number}@x" for number in range(MOST_STREAMS + 1)]
    wire = Connection(exchange, "/ws")
    query = ("streams=" + "/".join(names)).encode()
    refused = exchange.streams.connect(Request("GET", "/stream", query), wire)
    assert isinstance(refused, Response)
    assert refused.status == 400
    assert told(refused).code
    assert exchange.streams.hub.channels == {}


def test_a_connection_is_good_for_24_hours_of_the_venues_time(exchange: Exchange) -> None:
    stream = Connection(exchange, f"/ws/{BOOK}")
    exchange.pass_time(LIFE - 1)
    stream.session.check()
    assert ends(stream) == []
    exchange.pass_time(1)
    stream.session.check()
    [(code, reason)] = ends(stream)
    assert code == 1001
    assert "24 hours" in reason


def ends(stream: Connection) -> list[tuple[int, str]]:
    return [stream.ended] if stream.ended else []


def test_one_address_opens_so_many_connections_and_no_more() -> None:
    exchange = Exchange(limits=Limits())
    wire = Connection(exchange, "/ws")
    for _ in range(CONNECTIONS - 1):
        assert not isinstance(exchange.streams.connect(Request("GET", "/ws"), wire), Response)
    refused = exchange.streams.connect(Request("GET", "/ws"), wire)
    assert isinstance(refused, Response)
    assert (told(refused).refusal, CONNECTIONS) == ((429, -1003), 300)
    other = Request("GET", "/ws", client_ip="10.0.0.1")
    assert not isinstance(exchange.streams.connect(other, wire), Response)


def test_a_client_may_send_ten_messages_a_second(exchange: Exchange) -> None:
    """The shell counts them; pings are among them and have no limit of their own."""
    session = Connection(exchange, "/ws").session
    assert (session.messages_per_second, session.pings_per_second) == (10, 0)


def test_a_listen_key_outlives_its_connections(exchange: Exchange, alice: Trader) -> None:
    key = listen_key_of(alice)
    first = Connection(exchange, f"/ws/{key}")
    first.leave()
    alice.limit("BUY", "0.1", "49000")
    assert first.messages() == []
    second = Connection(exchange, f"/ws/{key}")
    alice.limit("BUY", "0.1", "49000")
    assert second.message()["e"] == "ORDER_TRADE_UPDATE"
    assert exchange.ask("PUT", LISTEN_KEY, headers=alice.headers).status == 200
