"""A shell on a port of its own with an invented application, and raw clients of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
import uvloop

from perpbox.message import Answer, Connect, Pending, Request, Response
from perpbox.server.http import HttpServer
from perpbox.server.wire import Bounds

Result = TypeVar("Result")

PATIENCE = 20.0
"""No test waits longer for anything, in seconds."""

GET = b"GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"


class Told(msgspec.Struct):
    """An answer as a client reads it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Journal:
    """Stands in for the venue's: becomes durable when a test says so."""

    def __init__(self) -> None:
        self.durable = 0
        self.callbacks: list[tuple[int, Callable[[], None]]] = []

    def when_durable(self, sequence: int, callback: Callable[[], None]) -> None:
        if sequence <= self.durable:
            callback()
        else:
            self.callbacks.append((sequence, callback))

    def flush(self, sequence: int) -> None:
        self.durable = sequence
        due = [callback for number, callback in self.callbacks if number <= sequence]
        self.callbacks = [each for each in self.callbacks if each[0] > sequence]
        for callback in due:
            callback()


class Kept:
    """A log that a test can read."""

    def __init__(self) -> None:
        self.entries: list[dict[str, object]] = []

    def info(self, event: str, **facts: object) -> None:
        self.entries.append({"level": "info", "event": event, **facts})

    def warning(self, event: str, **facts: object) -> None:
        self.entries.append({"level": "warning", "event": event, **facts})

    def error(self, event: str, **facts: object) -> None:
        self.entries.append({"level": "error", "event": event, **facts})


class Shell:
    """The server under test, what it has been asked, and its stand-in journal."""

    def __init__(self, bounds: Bounds, connect: Connect | None) -> None:
        self.journal = Journal()
        self.requests: list[Request] = []
        self.clients: list[Client] = []
        self.log = Kept()
        self.server = HttpServer(self.answer, self.journal.when_durable, self.log, bounds, connect)

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        action, *rest = request.path.removeprefix("/").split("/")
        if action == "pending":
            body = msgspec.json.encode({"pending": rest[0]})
            return Pending(int(rest[0]), lambda: Response(200, body))
        if action == "late-fault":
            return Pending(int(rest[0]), lambda: Response(200, bytes(-1)))
        if action == "fault":
            raise RuntimeError("the secret is out")
        if action == "large":
            return Response(200, b"x" * int(rest[0]))
        if action == "echo":
            return Response(200, self.echo(request), (("x-a", "1"), ("x-b", "2")))
        return Response(404, b'{"code": -1000, "msg": "Path not found."}')

    @staticmethod
    def echo(request: Request) -> bytes:
        return msgspec.json.encode(
            {
                "method": request.method,
                "path": request.path,
                "query": request.query.decode("latin-1"),
                "headers": dict(request.headers),
                "body": request.body.decode("latin-1"),
                "client_ip": request.client_ip,
            }
        )

    async def client(self) -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.clients.append(Client(reader, writer))
        return self.clients[-1]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Give way to the loop until it holds; the scenario's own time limit ends it."""
        while not condition():  # noqa: ASYNC110  what is awaited has no event of its own
            await asyncio.sleep(0)


class Client:
    """A raw connection: any bytes out, answers in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @property
    def socket(self) -> Any:
        return self.writer.get_extra_info("socket")

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def told(self, *, bodiless: bool = False) -> Told:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        start, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = 0 if bodiless else int(headers.get("content-length", "0"))
        return Told(int(start.split()[1]), headers, await self.reader.readexactly(length))

    async def ask(self, data: bytes) -> Told:
        await self.send(data)
        return await self.told()

    async def rest(self) -> bytes:
        """All that still comes until the server closes."""
        return await self.reader.read()

    async def close(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return  # the server was first


@asynccontextmanager
async def opened(
    bounds: Bounds | None = None, connect: Connect | None = None
) -> AsyncIterator[Shell]:
    shell = Shell(bounds or Bounds(), connect)
    await shell.server.start("127.0.0.1", 0)
    try:
        yield shell
        for client in shell.clients:
            await client.close()
        await shell.until(lambda: not (shell.server.connections or shell.server.sockets))
    finally:
        for client in shell.clients:
            client.writer.transport.abort()
        await shell.server.stop(0.01)


def play(scenario: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a scenario on an event loop of its own, with an end to its patience."""

    async def limited() -> Result:
        return await within(scenario())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(limited())


async def within(task: Awaitable[Result]) -> Result:
    return await asyncio.wait_for(task, PATIENCE)
