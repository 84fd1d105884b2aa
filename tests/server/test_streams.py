"""Streams over real connections: pushed in order, durable, paced by the machine's time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

from perpbox import demo
from perpbox.api.streams.depth import DiffDepth
from perpbox.server.background import Background, running
from perpbox.server.settings import Settings
from tests.server.shell import Kept

TOKEN: Final = "token"
SECONDS: Final = 10.0


def listen_key(trader: demo.Trader) -> str:
    answer = trader.signed("POST", "/fapi/v1/listenKey")
    assert isinstance(answer, dict)
    return str(answer["listenKey"])


def buy(trader: demo.Trader) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    trader.signed("POST", "/fapi/v1/order", **order)


def signed(trader: demo.Trader, asked: dict[str, str]) -> dict[str, object]:
    """The parameters of a request of the WebSocket API."""
    now = time.time_ns() // 1_000_000
    params: dict[str, object] = {**asked, "apiKey": trader.access.api_key, "timestamp": now}
    told = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
    return {**params, "signature": demo.sign(trader.access.secret_key, told)}


def open_stream(server: Background, target: str) -> ClientConnection:
    address = server.base_url.replace("http://", "ws://")
    return connect(f"{address}{target}", proxy=None, compression=None)


def read(stream: Connection) -> Any:
    return json.loads(stream.recv(timeout=SECONDS))


def farewell(stream: Connection, told: list[Any] | None = None) -> int | None:
    """The code with which the server closes, and what it tells before."""
    try:
        while True:
            message = read(stream)
            if told is not None:
                told.append(message)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def wait_until_nobody_listens(server: Background) -> None:
    deadline = time.monotonic() + SECONDS
    while server.call(lambda _: bool(server._process.stage.hub.channels)):
        assert time.monotonic() < deadline


def test_an_order_is_told_on_a_connection_opened_before(
    server: Background, trader: demo.Trader
) -> None:
    key = listen_key(trader)
    with open_stream(server, f"/private/ws?listenKey={key}") as stream:
        buy(trader)
        told = [read(stream)["e"] for _ in range(4)]
    assert told == [
        "ORDER_TRADE_UPDATE",
        "TRADE_LITE",
        "ACCOUNT_UPDATE",
        "ORDER_TRADE_UPDATE",
    ]


def test_after_an_event_the_account_shows_at_least_that(
    server: Background, trader: demo.Trader
) -> None:
    key = listen_key(trader)
    with open_stream(server, f"/ws/{key}") as stream:
        for _ in range(5):
            buy(trader)
            while (event := read(stream))["e"] != "ACCOUNT_UPDATE":
                pass
            account: Any = trader.signed("GET", "/fapi/v3/account")
            shown = {row["asset"]: row["walletBalance"] for row in account["assets"]}
            assert event["a"]["B"][0]["wb"] == shown["USDT"]


def test_a_mark_price_comes_every_second_while_the_clock_runs(server: Background) -> None:
    with open_stream(server, "/ws/btcusdt@markPrice@1s") as stream:
        started = time.monotonic()
        times = [read(stream)["E"] for _ in range(3)]
        taken = time.monotonic() - started
    assert times == sorted(set(times))
    assert 0.9 < taken < SECONDS


def test_nothing_ticks_when_nobody_listens(server: Background) -> None:
    with open_stream(server, "/ws/btcusdt@markPrice@1s") as stream:
        read(stream)
    wait_until_nobody_listens(server)
    assert not server.call(lambda _: server._process.stage.hub.is_paced)


def test_another_address_is_no_stream(server: Background) -> None:
    with pytest.raises(Exception, match="404"):
        open_stream(server, "/elsewhere")


def test_a_stopping_server_closes_its_streams() -> None:
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        stream = open_stream(server, "/ws/btcusdt@aggTrade")
    assert farewell(stream) == 1001


def fail(*_arguments: object) -> list[bytes]:
    raise RuntimeError


def test_what_was_taken_is_told_before_the_server_stops(tmp_path: Path) -> None:
    """By a journal that takes its time, as a disk does."""
    with running(Settings(port=0, token=TOKEN, data=str(tmp_path / "journal")), Kept()) as server:
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10000"})
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        with (
            open_stream(server, f"/ws/{listen_key(trader)}") as stream,
            open_stream(server, "/ws-fapi/v1") as api,
        ):
            server.call(lambda venue: venue.listeners.append(lambda _: server._process.stop()))
            api.send(
                json.dumps({"id": 1, "method": "order.place", "params": signed(trader, order)})
            )
            events: list[Any] = []
            answers: list[Any] = []
            assert farewell(api, answers) == farewell(stream, events) == 1001
        assert [answer["status"] for answer in answers] == [200]
        assert [event["e"] for event in events] == [
            "ORDER_TRADE_UPDATE",
            "TRADE_LITE",
            "ACCOUNT_UPDATE",
            "ORDER_TRADE_UPDATE",
        ]


@pytest.mark.parametrize("call", ["flush", "note"])
def test_a_stream_that_fails_ends_alone(monkeypatch: pytest.MonkeyPatch, call: str) -> None:

    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10000"})
        with (
            open_stream(server, "/ws/btcusdt@depth") as broken,
            open_stream(server, f"/ws/{listen_key(trader)}") as sound,
        ):
            monkeypatch.setattr(DiffDepth, call, fail)
            buy(trader)
            assert farewell(broken) == 1011
            assert read(sound)["e"] == "ORDER_TRADE_UPDATE"
            assert server.failures == 1
        with open_stream(server, "/ws/btcusdt@markPrice@1s") as other:
            assert read(other)["e"] == "markPriceUpdate"
            assert server.call(lambda _: len(server._process.stage.hub._about["BTCUSDT"])) == 1


@pytest.mark.parametrize("names", [[], ["btcusdt@depth"]])
def test_a_stream_that_cannot_say_what_stands_leaves_nobody_behind(
    monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    monkeypatch.setattr(DiffDepth, "greeting", fail)
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        with open_stream(server, "/ws" if names else "/ws/btcusdt@depth") as stream:
            if names:
                stream.send(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
            assert farewell(stream) == 1011
        wait_until_nobody_listens(server)
        assert server.failures == 1


def test_the_websocket_api_answers_what_rest_answers(
    server: Background, trader: demo.Trader
) -> None:
    buy(trader)
    params = signed(trader, {})
    with open_stream(server, "/ws-fapi/v1") as stream:
        stream.send(json.dumps({"id": 7, "method": "v2/account.status", "params": params}))
        answer = read(stream)
    assert (answer["id"], answer["status"]) == (7, 200)
    assert answer["result"] == trader.signed("GET", "/fapi/v3/account")
    assert [row["rateLimitType"] for row in answer["rateLimits"]] == ["REQUEST_WEIGHT"]
