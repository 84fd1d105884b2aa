"""A connection to the streams: what it was sent, as a client reads it."""

from __future__ import annotations

from typing import Any

import msgspec

from perpbox.api.streams.session import StreamSession
from perpbox.message import Request
from tests.api.exchange import Exchange
from tests.api.trader import Trader

LISTEN_KEY = "/fapi/v1/listenKey"


class Ended(Exception):
    """The venue has closed the connection."""


class Connection:
    """Listens at an address such as "/ws/btcusdt@depth"; a wire that remembers."""

    def __init__(self, exchange: Exchange, target: str) -> None:
        self.exchange = exchange
        self.frames: list[bytes] = []
        self.ended: tuple[int, str] | None = None
        self._read = 0
        path, _, query = target.partition("?")
        session = exchange.streams.connect(Request("GET", path, query.encode()), self)
        assert isinstance(session, StreamSession)
        self.session = session

    # The wire.

    def send(self, frame: bytes) -> None:
        assert self.ended is None
        self.frames.append(frame)

    def close(self, code: int, reason: str) -> None:
        self.ended = (code, reason)

    def abort(self) -> None:
        self.ended = (0, "")

    # The client.

    def payloads(self) -> list[bytes]:
        """What has come since the last call."""
        self.exchange.push()
        frames = self.frames[self._read :]
        self._read = len(self.frames)
        return [unframed(frame) for frame in frames]

    def messages(self) -> list[Any]:
        return [msgspec.json.decode(payload) for payload in self.payloads()]

    def message(self) -> Any:
        """The only one."""
        (message,) = self.messages()
        return message

    def ask(self, method: str, params: object = None, request_id: object = 1) -> Any:
        """The answer to a request; streams may tell more right behind it."""
        request: dict[str, object] = {"method": method, "id": request_id}
        if params is not None:
            request["params"] = params
        return self.say(msgspec.json.encode(request).decode())

    def say(self, text: str) -> Any:
        self.messages()
        self.session.receive(text)
        (frame,) = self.frames[self._read :]
        self._read += 1
        return msgspec.json.decode(unframed(frame))

    def leave(self) -> None:
        self.session.closed()


def unframed(frame: bytes) -> bytes:
    """The text of one whole, unmasked frame."""
    assert frame[0] == 0x81
    length, start = frame[1], 2
    if length == 126:
        length, start = int.from_bytes(frame[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(frame[2:10], "big"), 10
    assert len(frame) == start + length
    return frame[start:]


def listen_key_of(trader: Trader) -> str:
    """The key of the trader's user data stream, kept for another hour."""
    answer = trader.exchange.ask("POST", LISTEN_KEY, headers=trader.headers)
    assert answer.status == 200, answer.body
    return str(answer.json["listenKey"])


def follow(trader: Trader, form: str = "/ws/{}") -> Connection:
    """A connection to the trader's user data stream."""
    return Connection(trader.exchange, form.format(listen_key_of(trader)))
