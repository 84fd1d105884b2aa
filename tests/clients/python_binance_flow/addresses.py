"""Where python-binance keeps its addresses: in attributes of its classes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

# Lives in this flow's own environment, not in the one that is type-checked.
from binance import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    AsyncClient,
    BinanceSocketManager,
)
from binance.client import Client  # type: ignore[import-not-found, import-untyped, unused-ignore]


def addresses(base_url: str) -> dict[str, str]:
    """Every address that the clients know, led to the venue."""
    elsewhere = {name: f"{base_url}/not-served" for name in dir(Client) if name.endswith("_URL")}
    return elsewhere | {
        "FUTURES_URL": f"{base_url}/fapi",
        "FUTURES_DATA_URL": f"{base_url}/futures/data",
        "WS_FUTURES_URL": f"{base_url.replace('http', 'ws', 1)}/ws-fapi/v1",
    }


def local_client(base_url: str) -> Any:
    """The client class with these."""
    return type("LocalClient", (Client,), addresses(base_url))


class Spot(BaseHTTPRequestHandler):
    """What the asynchronous client asks of the spot market when it is made: a ping and the time."""

    def do_GET(self) -> None:
        known = {"/api/v3/ping": {}, "/api/v3/time": {"serverTime": int(time.time() * 1000)}}
        body = json.dumps(known[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def lead_here(base_url: str) -> Iterator[None]:
    """The managers make their clients by themselves, so the classes are told.

    The venue is no spot market, so another server stands in for one.
    """
    spot = ThreadingHTTPServer(("127.0.0.1", 0), Spot)
    Thread(target=spot.serve_forever, daemon=True).start()
    here = addresses(base_url) | {"API_URL": f"http://127.0.0.1:{spot.server_port}/api"}
    for name, value in here.items():
        setattr(AsyncClient, name, value)
    for name in dir(BinanceSocketManager):
        if name.endswith("STREAM_URL"):
            setattr(BinanceSocketManager, name, f"{base_url}/not-served/")
    BinanceSocketManager.FSTREAM_URL = f"{base_url.replace('http', 'ws', 1)}/"
    try:
        yield
    finally:
        spot.shutdown()
        spot.server_close()
