"""WebSockets under any bytes in any pieces, on a transport that only remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from perpbox.message import Response
from perpbox.server.connection import Connection
from perpbox.server.http import HttpServer
from perpbox.server.wire import Bounds
from tests.server.shell import Kept
from tests.server.sockets import HANDSHAKE, Talk, Talks, close, masked, more, ping, pong, text
from tests.server.test_http_property import Remembering, Soon, pieces

BOUNDS = Bounds(message=64, slice=40)
"""Small, so that a few bytes reach them."""
GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"


class Changing(Remembering):
    """A transport that a WebSocket can take over."""

    def __init__(self, protocol: Callable[[], Connection]) -> None:
        super().__init__()
        self.protocol: asyncio.Protocol = protocol()
        self.writes = 0

    def write(self, data: Any) -> None:
        super().write(data)
        self.writes += 1

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, asyncio.Protocol)
        self.protocol = protocol

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        assert not self.closed
        self.closed = True


class Still(Soon):
    """An event loop whose clock stands."""

    def time(self) -> float:
        return 0.0


class Line:
    """One connection, with a handshake as its first or a later request."""

    def __init__(self, limit: int = 0) -> None:
        self.soon = Still()
        self.talks = Talks(lambda talk: self.limit(talk, limit))
        self.server = HttpServer(
            lambda _: Response(200, b"{}"),
            lambda _, told: told(),
            Kept(),
            BOUNDS,
            self.talks.connect,
        )
        self.server.loop = self.soon  # type: ignore[assignment]
        self.server.head((200, "application/json"))
        self.transport = Changing(lambda: Connection(self.server))
        self.transport.protocol.connection_made(self.transport)

    @staticmethod
    def limit(talk: Talk, limit: int) -> None:
        talk.messages_per_second = limit

    def send(self, data: bytes) -> None:
        if not self.transport.closed:
            self.transport.protocol.data_received(data)
            self.soon.run()

    def end(self) -> None:
        self.soon.run()
        self.transport.protocol.connection_lost(None)
        assert self.server.failures == 0
        assert not self.server.connections
        assert not self.server.sockets
        assert [talk.ends for talk in self.talks.all] == [1] * len(self.talks.all)

    @property
    def messages(self) -> list[str]:
        return [message for talk in self.talks.all for message in talk.messages]

    def frames(self) -> list[Frame]:
        """What was written behind the handshake's answer, as the library's client reads it."""
        _, _, rest = bytes(self.transport.written).partition(b"\r\n\r\n")
        client = Protocol(Side.CLIENT)
        client.receive_data(rest)
        assert client.parser_exc is None
        return [event for event in client.events_received() if isinstance(event, Frame)]


FRAMES = st.sampled_from(
    [
        text("a"),
        text("ä" * 32),
        text("b" * 65),
        text("close 4000"),
        text("large 200"),
        text(b"\xc3", fin=False),
        more(b"\xa4"),
        more(b"", fin=False),
        more(b"c" * 40, fin=False),
        text(b"\xff"),
        ping(b"p"),
        ping(b"p" * 64),
        pong(),
        close(),
        close(4000, "bye"),
        masked(Opcode.BINARY, b"a"),
        masked(Opcode.CLOSE, b"a"),
        masked(Opcode.PING, b"a", fin=False),
        b"\x81\x01a",
    ]
)
STREAMS = st.lists(FRAMES, max_size=12).map(b"".join)
CUTS = st.lists(st.integers(0, 2000), max_size=30)


@given(STREAMS, CUTS, st.sampled_from([0, 3]), st.booleans())
def test_how_the_bytes_are_cut_makes_no_difference(
    data: bytes, cuts: list[int], limit: int, second: bool
) -> None:
    data = (GET if second else b"") + HANDSHAKE + data
    whole, cut = Line(limit), Line(limit)
    whole.send(data)
    for piece in pieces(data, cuts):
        cut.send(piece)
    assert cut.messages == whole.messages
    assert cut.transport.closed == whole.transport.closed
    assert without_dates(cut) == without_dates(whole)
    whole.end()
    cut.end()


@given(STREAMS)
def test_what_is_written_is_well_formed_and_ends_with_a_close(data: bytes) -> None:
    line = Line()
    line.send(HANDSHAKE + data)
    opcodes = [frame.opcode for frame in line.frames()]
    assert opcodes.count(Opcode.CLOSE) <= 1
    if line.transport.closed:
        assert opcodes[-1] is Opcode.CLOSE
    line.end()


@pytest.mark.fuzz
@given(
    st.lists(st.one_of(st.binary(max_size=80), FRAMES), max_size=10),
    CUTS,
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=10),
)
def test_no_bytes_make_it_fail(
    parts: list[bytes], cuts: list[int], changes: list[tuple[int, int]]
) -> None:
    data = bytearray(b"".join(parts))
    for place, value in changes:
        if data:
            data[place % len(data)] = value
    line = Line()
    for piece in [HANDSHAKE, *pieces(bytes(data), cuts)]:
        line.send(piece)
    line.frames()
    line.end()


@pytest.mark.fuzz
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=3), STREAMS)
def test_no_handshake_makes_it_fail(changes: list[tuple[int, int]], data: bytes) -> None:
    handshake = bytearray(HANDSHAKE)
    for place, value in changes:
        handshake[place % len(handshake)] = value
    line = Line()
    line.send(bytes(handshake) + data)
    assert b"HTTP/1.1 500" not in line.transport.written
    line.end()


def without_dates(line: Line) -> bytes:
    lines = bytes(line.transport.written).split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(b"Date:"))
