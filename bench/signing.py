"""Signed requests, made before anything is timed: as bytes for a socket and as values."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import Struct
from websockets.frames import Frame, Opcode

from bench.world import START
from perpbox.message import Request


class Login(Struct, frozen=True):
    """An account and its key."""

    account_id: int
    api_key: str
    secret: str


class Signed(Struct, frozen=True):
    """One request with its signature; the headers are those that a common client sends."""

    method: str
    path: str
    query: str
    api_key: str

    @property
    def wire(self) -> bytes:
        return (
            f"{self.method} {self.path}?{self.query} HTTP/1.1\r\n"
            "Host: 127.0.0.1:8900\r\n"
            f"X-MBX-APIKEY: {self.api_key}\r\n"
            "Accept: */*\r\n"
            "Accept-Encoding: gzip, deflate\r\n"
            "User-Agent: Python/3.13 aiohttp/3.13\r\n"
            "\r\n"
        ).encode()

    @property
    def value(self) -> Request:
        headers = {
            "host": "127.0.0.1:8900",
            "x-mbx-apikey": self.api_key,
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "user-agent": "Python/3.13 aiohttp/3.13",
        }
        return Request(self.method, self.path, self.query.encode(), headers)


def signed(login: Login, method: str, path: str, **params: str) -> Signed:
    """The venue's clock stands still, so one timestamp is right for ever."""
    query = urlencode({**params, "recvWindow": "5000", "timestamp": str(START)})
    return Signed(method, path, f"{query}&signature={_signature(login, query)}", login.api_key)


def _signature(login: Login, text: str) -> str:
    return hmac.new(login.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def as_message(login: Login, method: str, request: Signed) -> bytes:
    """The request as a text of the WebSocket API, in one frame."""
    params = {**dict(parse_qsl(request.query)), "apiKey": login.api_key}
    del params["signature"]
    params["signature"] = _signature(login, "&".join(f"{k}={params[k]}" for k in sorted(params)))
    text = msgspec.json.encode({"id": 1, "method": method, "params": params})
    return Frame(Opcode.TEXT, text).serialize(mask=True)


def account_read(login: Login) -> Signed:
    return signed(login, "GET", "/fapi/v3/account")
