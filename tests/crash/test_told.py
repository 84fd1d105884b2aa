"""A venue is killed while a client listens: whatever the stream told is so after the restart."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.crash.test_kill import Venue, all_orders
from tests.crash.trader import SYMBOLS, Client
from tests.server.programs import Program

ROUNDS: Final = 4
LISTEN_KEY: Final = "/fapi/v1/listenKey"
RANK: Final = {"NEW": 0, "PARTIALLY_FILLED": 1, "FILLED": 2, "CANCELED": 2, "EXPIRED": 2}


class Ear(threading.Thread):
    """Listens until the server is gone."""

    def __init__(self, server: Program, listen_key: str) -> None:
        super().__init__(daemon=True)
        address = server.base_url.replace("http://", "ws://")
        self._stream: ClientConnection = connect(f"{address}/ws/{listen_key}", proxy=None)
        self.told: list[dict[str, Any]] = []

    def run(self) -> None:
        try:
            while True:
                self.told.append(json.loads(self._stream.recv()))
        except ConnectionClosed:
            return


def require_known(told: list[dict[str, Any]], client: Client) -> None:
    """Every order is at least as far as it was told to be, and every trade has happened, once."""
    rows = [row for symbol in SYMBOLS for row in all_orders(client, symbol)]
    known = {row["orderId"]: row for row in rows}
    trades = [event["o"] for event in told if event.get("o", {}).get("x") == "TRADE"]
    numbers = [(trade["s"], trade["t"]) for trade in trades]
    assert len(numbers) == len(set(numbers))
    for event in told:
        if event["e"] == "ORDER_TRADE_UPDATE":
            order, row = event["o"], known[event["o"]["i"]]
            assert row["clientOrderId"] == order["c"]
            assert float(row["executedQty"]) >= float(order["z"])
            assert RANK[row["status"]] >= RANK[order["X"]]
    for trade in trades[-20:]:
        asked = {"symbol": trade["s"], "orderId": trade["i"]}
        (row,) = [
            each
            for each in client.ask("GET", "/fapi/v1/userTrades", **asked)
            if each["id"] == trade["t"]
        ]
        assert (float(row["price"]), float(row["qty"])) == (float(trade["L"]), float(trade["l"]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_was_told_that_a_restart_does_not_know(seed: int, tmp_path: Path) -> None:
    venue = Venue(tmp_path / "venue.sqlite", Random(seed))
    told: list[dict[str, Any]] = []
    listen_key = ""
    for number in range(ROUNDS + 1):
        with venue.serve() as server:
            server.ready()
            if number == 0:
                venue.open_account(server)
            client = venue.client(server)
            require_known(told, client)
            kept = client.ask("POST", LISTEN_KEY)["listenKey"]
            client.close()
            assert listen_key in {"", kept}  # and nobody needs another one
            listen_key = kept
            if number < ROUNDS:
                ear = Ear(server, listen_key)
                ear.start()
                venue.trade_until_killed(server, number)
                ear.join()
                assert ear.told
                told += ear.told
