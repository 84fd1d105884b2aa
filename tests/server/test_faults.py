"""Faults on a real server: late answers, cut connections, events astray, as clients meet them."""

from __future__ import annotations

import json
import time
from http.client import RemoteDisconnected
from typing import Final

import pytest
from websockets.exceptions import ConnectionClosed

from perpbox import demo
from perpbox.server.background import Background
from tests.server.test_streams import listen_key, open_stream, read, signed

PLACE: Final = "/fapi/v1/order"
ORDER: Final = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
}


def lay(trader: demo.Trader, fault: dict[str, object], **conditions: object) -> None:
    trader.control("POST", "/box/v1/faults", {"fault": fault, **conditions})


def place(trader: demo.Trader) -> object:
    mark = trader.public("/fapi/v1/premiumIndex", symbol="BTCUSDT")["markPrice"]
    price = str(int(float(mark) * 0.9))
    return trader.signed("POST", PLACE, **ORDER, price=price)


def test_an_answer_that_is_late(trader: demo.Trader) -> None:
    lay(trader, {"kind": "latency", "milliseconds": 300, "at": "answer"}, endpoint=f"POST {PLACE}")
    begun = time.monotonic()
    place(trader)
    assert time.monotonic() - begun >= 0.3


def test_an_order_whose_fate_is_unknown(trader: demo.Trader) -> None:
    """-1007, and it is in the book."""
    lay(trader, {"kind": "error", "executed": True}, endpoint=f"POST {PLACE}", nth=1)
    with pytest.raises(demo.DemoFailed, match="-1007"):
        place(trader)
    assert len(trader.signed("GET", "/fapi/v1/openOrders")) == 1


def test_a_connection_that_ends_in_place_of_an_answer(trader: demo.Trader) -> None:
    lay(trader, {"kind": "disconnect", "executed": True}, endpoint=f"POST {PLACE}", nth=1)
    with pytest.raises((RemoteDisconnected, ConnectionError)):
        place(trader)
    assert len(trader.signed("GET", "/fapi/v1/openOrders")) == 1


def test_a_stream_that_ends_without_a_word(server: Background, trader: demo.Trader) -> None:
    lay(trader, {"kind": "hangup"}, nth=1)
    with open_stream(server, f"/ws/{listen_key(trader)}") as stream:
        place(trader)
        with pytest.raises(ConnectionClosed) as closed:
            read(stream)
        assert closed.value.rcvd is None


def test_an_event_that_is_late(server: Background, trader: demo.Trader) -> None:
    lay(trader, {"kind": "delay", "milliseconds": 300}, nth=1)
    with open_stream(server, f"/ws/{listen_key(trader)}") as stream:
        first, second = place(trader), place(trader)
        told = [read(stream)["o"]["i"] for _ in range(2)]
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert told == [second["orderId"], first["orderId"]]


def test_a_method_whose_connection_ends(server: Background, trader: demo.Trader) -> None:
    lay(trader, {"kind": "disconnect"}, endpoint="v2/account.balance")
    with open_stream(server, "/ws-fapi/v1") as stream:
        asked = {"id": 1, "method": "v2/account.balance", "params": signed(trader, {})}
        stream.send(json.dumps(asked))
        with pytest.raises(ConnectionClosed) as closed:
            read(stream)
        assert closed.value.rcvd is None
