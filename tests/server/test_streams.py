"""Streams over real connections: pushed in order, durable, paced by the machine's time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
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


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Background]:
    settings = Settings(port=0, token=TOKEN, data=str(tmp_path / "journal"))
    with running(settings, Kept()) as background:
        yield background
        assert background.failures == 0


@pytest.fixture
def trader(server: Background) -> demo.Trader:
    trader = demo.Trader(server.base_url, TOKEN)
    trader.open_account("alice", {"USDT": "10000"})
    return trader


def listen_key(trader: demo.Trader) -> str:
    answer = trader.signed("POST", "/fapi/v1/listenKey")
    assert isinstance(answer, dict)
    return str(answer["listenKey"])


def buy(trader: demo.Trader) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    trader.signed("POST", "/fapi/v1/order", **order)


def open_stream(server: Background, target: str) -> ClientConnection:
    address = server.base_url.replace("http://", "ws://")
    return connect(f"{address}{target}", proxy=None, compression=None)


def read(stream: Connection) -> Any:
    return json.loads(stream.recv(timeout=SECONDS))


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
    deadline = time.monotonic() + SECONDS
    while server.call(lambda _: bool(server._process._hub.channels)):
        assert time.monotonic() < deadline
    assert not server.call(lambda _: server._process._hub.is_paced)


def test_another_address_is_no_stream(server: Background) -> None:
    with pytest.raises(Exception, match="404"):
        open_stream(server, "/elsewhere")


def test_a_stopping_server_closes_its_streams() -> None:
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        stream = open_stream(server, "/ws/btcusdt@aggTrade")
    with pytest.raises(ConnectionClosed) as closed:
        stream.recv(timeout=SECONDS)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


def test_a_stream_that_fails_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_source: DiffDepth, _now: int) -> list[bytes]:
        raise RuntimeError

    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10000"})
        with (
            open_stream(server, "/ws/btcusdt@depth") as broken,
            open_stream(server, f"/ws/{listen_key(trader)}") as sound,
        ):
            monkeypatch.setattr(DiffDepth, "flush", fail)
            buy(trader)
            with pytest.raises(ConnectionClosed) as closed:
                broken.recv(timeout=SECONDS)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1011
            assert read(sound)["e"] == "ORDER_TRADE_UPDATE"
            assert server.failures == 1
        with open_stream(server, "/ws/btcusdt@markPrice@1s") as other:
            assert read(other)["e"] == "markPriceUpdate"
            assert server.call(lambda _: len(server._process._hub._about["BTCUSDT"])) == 1


def test_the_websocket_api_answers_what_rest_answers(
    server: Background, trader: demo.Trader
) -> None:
    buy(trader)
    params: dict[str, Any] = {
        "apiKey": trader.access.api_key,
        "timestamp": time.time_ns() // 1_000_000,
    }
    told = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
    params["signature"] = demo.sign(trader.access.secret_key, told)
    with open_stream(server, "/ws-fapi/v1") as stream:
        stream.send(json.dumps({"id": 7, "method": "v2/account.status", "params": params}))
        answer = read(stream)
    assert (answer["id"], answer["status"]) == (7, 200)
    assert answer["result"] == trader.signed("GET", "/fapi/v3/account")
    assert [row["rateLimitType"] for row in answer["rateLimits"]] == ["REQUEST_WEIGHT"]
