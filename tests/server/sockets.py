"""Sessions that do what a message asks for, and raw clients that speak WebSocket to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from websockets.frames import Close, Opcode
from websockets.sync.client import ClientConnection, connect
from websockets.utils import apply_mask

from perpbox.message import Request, Response, Session, Wire, framed
from perpbox.server.wire import Bounds
from tests.server import shell
from tests.server.shell import Client, Shell

Result = TypeVar("Result")

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The example of RFC 6455, 1.3."""
MASK = b"\x37\xfa\x21\x3d"
UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: a\r\n%bSec-WebSocket-Key: %b\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n" % (UPGRADE, KEY)
)


class Talk:
    """One session: says back what it is told, unless that is a thing to do."""

    def __init__(self, request: Request, wire: Wire) -> None:
        self.request = request
        self.wire = wire
        self.messages: list[str] = []
        self.checks = 0
        self.ends = 0
        self.messages_per_second = 0
        self.pings_per_second = 0
        self.fails_at: set[str] = set()

    def receive(self, message: str) -> None:
        assert not self.ends
        self.messages.append(message)
        word, _, rest = message.partition(" ")
        number = int(rest) if rest.isdecimal() else 0
        if message == "fault":
            raise RuntimeError("the secret is out")
        if word == "close" and number in range(3000, 5000):
            self.wire.close(number, "as asked")
        elif word == "large" and number < 100_000_000:
            self.wire.send(framed(b"x" * number))
        else:
            self.wire.send(framed(message.encode()))

    def check(self) -> None:
        assert not self.ends
        self.checks += 1
        if "check" in self.fails_at:
            raise RuntimeError("the secret is out")

    def closed(self) -> None:
        self.ends += 1
        if "closed" in self.fails_at:
            raise RuntimeError("the secret is out")


class Talks:
    """The application's side: keeps its sessions, and refuses what a path asks it to."""

    def __init__(self, arrange: Callable[[Talk], None] | None = None) -> None:
        self.all: list[Talk] = []
        self.arrange = arrange

    def connect(self, request: Request, wire: Wire) -> Session | Response:
        action = request.path.removeprefix("/")
        if action == "refused":
            wire.send(framed(b"nobody"))
            return Response(403, b'{"code": -2015, "msg": "No."}', (("x-a", "1"),))
        if action == "fault":
            raise RuntimeError("the secret is out")
        talk = Talk(request, wire)
        if self.arrange is not None:
            self.arrange(talk)
        self.all.append(talk)
        if action == "greeting":
            wire.send(framed(b"hello"))
            wire.send(framed(b"again"))
        if action == "farewell":
            wire.send(framed(b"hello"))
            wire.close(4001, "goodbye")
            wire.send(framed(b"never"))
        return talk


class Stage:
    """A shell, its sessions, and a client that has shaken hands."""

    def __init__(self, server: Shell, talks: Talks, raw: Raw) -> None:
        self.shell = server
        self.talks = talks
        self.raw = raw

    @property
    def talk(self) -> Talk:
        return self.talks.all[0]

    def beat_later(self, seconds: float) -> None:
        """Move the server's beat by hand, from the first time on only so."""
        server = self.shell.server
        assert server._timer is not None
        server._timer.cancel()
        server.beat += seconds
        for socket in list(server.sockets):
            socket.check(server.beat)

    async def gone(self) -> None:
        await self.shell.until(lambda: not self.shell.server.sockets)
        assert [talk.ends for talk in self.talks.all] == [1] * len(self.talks.all)


class Raw:
    """A raw client: any bytes out, frames in."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def send(self, *frames: bytes) -> None:
        await self.client.send(b"".join(frames))

    async def frame(self) -> tuple[Opcode, bytes]:
        reader = self.client.reader
        first, length = await reader.readexactly(2)
        assert first & 0xF0 == 0x80  # one frame a message, and nothing reserved
        if length == 126:
            length = int.from_bytes(await reader.readexactly(2), "big")
        elif length == 127:
            length = int.from_bytes(await reader.readexactly(8), "big")
        return Opcode(first & 0x0F), await reader.readexactly(length)

    async def frames(self) -> AsyncIterator[tuple[Opcode, bytes]]:
        """All frames up to the one that closes."""
        opcode = Opcode.CONT
        while opcode is not Opcode.CLOSE:
            opcode, payload = await self.frame()
            yield opcode, payload

    async def text(self) -> str:
        opcode, payload = await self.frame()
        assert opcode is Opcode.TEXT
        return payload.decode()

    async def farewell(self) -> tuple[int, str]:
        """The server's close frame, and nothing behind it."""
        opcode, payload = await self.frame()
        assert opcode is Opcode.CLOSE
        close = Close.parse(payload)
        return close.code, close.reason

    async def end(self) -> None:
        assert await self.client.rest() == b""
        await self.client.close()


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """A client's frame, always with the same mask, so that a test has the same name every time."""
    size = len(data)
    long = b"" if size < 126 else size.to_bytes(2 if size < 65_536 else 8, "big")
    length = size if not long else 126 if len(long) == 2 else 127
    return b"%c%c%b%b%b" % (fin << 7 | opcode, 0x80 | length, long, MASK, apply_mask(data, MASK))


def text(message: str | bytes, *, fin: bool = True) -> bytes:
    data = message.encode() if isinstance(message, str) else message
    return masked(Opcode.TEXT, data, fin=fin)


def more(data: bytes, *, fin: bool = True) -> bytes:
    return masked(Opcode.CONT, data, fin=fin)


def ping(data: bytes = b"") -> bytes:
    return masked(Opcode.PING, data)


def pong(data: bytes = b"") -> bytes:
    return masked(Opcode.PONG, data)


def close(code: int = 1000, reason: str = "") -> bytes:
    return masked(Opcode.CLOSE, Close(code, reason).serialize())


@asynccontextmanager
async def shaken(
    bounds: Bounds | None = None, arrange: Callable[[Talk], None] | None = None
) -> AsyncIterator[Stage]:
    """A client that has shaken hands; at the end the session has ended once and nothing failed."""
    talks = Talks(arrange)
    strays: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: strays.append(context))
    async with shell.opened(bounds, talks.connect) as server:
        client = await server.client()
        told = await client.ask(HANDSHAKE)
        assert told.status == 101
        assert told.headers["sec-websocket-accept"] == ACCEPT
        yield Stage(server, talks, Raw(client))
    assert [talk.ends for talk in talks.all] == [1] * len(talks.all)
    assert not strays


@asynccontextmanager
async def served(bounds: Bounds | None = None) -> AsyncIterator[tuple[Shell, Talks]]:
    """A shell with sessions, for clients of another library."""
    talks = Talks()
    async with shell.opened(bounds, talks.connect) as server:
        yield server, talks
    assert [talk.ends for talk in talks.all] == [1] * len(talks.all)


@contextmanager
def dialed(port: int, path: str = "/ws", **options: Any) -> Iterator[ClientConnection]:
    """The library's own client, as most Python programs use it."""
    client = connect(f"ws://127.0.0.1:{port}{path}", close_timeout=5, **options)
    with client:
        yield client


async def elsewhere(act: Callable[..., Result], *arguments: Any) -> Result:
    """A client that blocks has a thread of its own."""
    return await asyncio.to_thread(act, *arguments)
