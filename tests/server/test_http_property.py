"""The HTTP shell under any bytes in any pieces, on a transport that only remembers."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.message import Answer, Pending, Request, Response
from perpbox.server.connection import Connection
from perpbox.server.http import HttpServer
from perpbox.server.wire import Bounds
from tests.server.shell import Kept

BOUNDS = Bounds(target=64, head=256, body=48, pipelined=2, slice=40)
"""Small, so that a few bytes reach them."""


class Remembering(asyncio.Transport):
    """Takes everything that is written; the client reads when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.closed = False
        self.paused = False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        del high, low

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name == "peername" else default

    def write(self, data: Any) -> None:
        assert not self.closed
        self.written += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        assert not self.paused
        self.paused = True

    def resume_reading(self) -> None:
        assert self.paused
        self.paused = False


class Soon:
    """The part of an event loop that a connection uses."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []

    def call_soon(self, act: Callable[[], None]) -> None:
        self.due.append(act)

    def run(self) -> None:
        while self.due:
            self.due.pop(0)()


class Line:
    """One connection to an application that answers with what it was asked."""

    def __init__(self) -> None:
        self.soon = Soon()
        self.waiting: list[Callable[[], None]] = []
        self.server = HttpServer(self.answer, self.when_durable, Kept(), BOUNDS)
        self.server.loop = self.soon  # type: ignore[assignment]
        self.server.head((200, "application/json"))
        self.transport = Remembering()
        self.connection = Connection(self.server)
        self.connection.connection_made(self.transport)
        self.asked: list[tuple[str, str, bytes, bytes]] = []

    def answer(self, request: Request) -> Answer:
        self.asked.append((request.method, request.path, request.query, request.body))
        response = Response(200, repr(self.asked[-1]).encode())
        return Pending(1, lambda: response) if "p" in request.path else response

    def when_durable(self, _sequence: int, told: Callable[[], None]) -> None:
        self.waiting.append(told)

    def send(self, data: bytes) -> None:
        if not self.transport.closed:
            self.connection.data_received(data)
            self.soon.run()

    def flush(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()
            self.soon.run()

    def output(self) -> bytes:
        """All that was written, without the dates."""
        lines = bytes(self.transport.written).split(b"\r\n")
        return b"\r\n".join(line for line in lines if not line.startswith(b"Date:"))


REQUESTS = st.sampled_from(
    [
        b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /p?q=1 HTTP/1.1\r\n\r\n",
        b"HEAD /a HTTP/1.1\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        b"POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3\r\nyou\r\n0\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: 49\r\n\r\n" + b"x" * 49,
        b"GET /" + b"a" * 64 + b" HTTP/1.1\r\n\r\n",
        b"GET /a HTTP/1.1\r\nX: " + b"a" * 256 + b"\r\n\r\n",
        b"GET /a HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /a HTTP/1.0\r\n\r\n",
        b"GET /a HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\r\n",
    ]
)
STREAMS = st.lists(REQUESTS, max_size=8).map(b"".join)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


@given(STREAMS, st.lists(st.integers(0, 2000), max_size=30), st.booleans())
def test_how_the_bytes_are_cut_makes_no_difference(
    data: bytes, cuts: list[int], patient: bool
) -> None:
    whole, cut = Line(), Line()
    whole.send(data)
    whole.flush()
    for piece in pieces(data, cuts):
        cut.send(piece)
        if not patient:
            cut.flush()
    cut.flush()
    assert cut.asked == whole.asked
    assert cut.output() == whole.output()
    assert cut.transport.closed == whole.transport.closed
    assert whole.server.failures == cut.server.failures == 0


@pytest.mark.fuzz
@given(
    st.lists(st.one_of(st.binary(max_size=80), REQUESTS), max_size=10),
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=10),
)
def test_no_bytes_make_it_fail(parts: list[bytes], changes: list[tuple[int, int]]) -> None:
    data = bytearray(b"".join(parts))
    for place, value in changes:
        if data:
            data[place % len(data)] = value
    line = Line()
    line.send(bytes(data))
    line.flush()
    assert line.server.failures == 0
    assert b"HTTP/1.1 500" not in line.transport.written
    assert len(line.connection.queue) <= len(data)
    line.connection.connection_lost(None)
    assert not line.server.connections
