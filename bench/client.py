"""A client that costs little: ready-made requests over kept connections, in its own process."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from itertools import cycle
from multiprocessing.connection import Connection
from typing import Final, TypeVar, cast

import uvloop
from msgspec import Struct

from bench.worker import Worker, obey

OK: Final = b"HTTP/1.1 200 "
LENGTH: Final = b"Content-Length: "

Protocol = TypeVar("Protocol", bound=asyncio.Protocol)


class Load(Struct, frozen=True):
    """What one run of the client gave."""

    answers: int
    seconds: float
    p50: float
    """Seconds from a request's last byte to its answer's."""
    p99: float
    busy: float
    """Share of a core that the client itself took."""

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


class Asker(asyncio.Protocol):
    """One connection: asks, reads the whole answer, asks the next."""

    def __init__(self, script: list[bytes], run: Run) -> None:
        self.run = run
        self.requests = cycle(script)
        self.length = len(script)
        self.asked = 0
        self.missing = 0
        self.begun = 0.0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def ask(self) -> None:
        self.begun = time.perf_counter()
        self.asked += 1
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
        else:
            if not data.startswith(OK):
                self.run.fail(data)
            start = data.find(LENGTH) + len(LENGTH)
            length = int(data[start : data.find(b"\r", start)])
            self.missing = data.find(b"\r\n\r\n", start) + 4 + length - len(data)
        if self.missing:
            return
        now = time.perf_counter()
        self.run.latencies.append(now - self.begun)
        # A script is played to its end, so that orders placed are canceled again.
        if now < self.run.end or self.asked % self.length:
            self.ask()
        else:
            self.run.leave()

    def connection_lost(self, _error: Exception | None) -> None:
        self.run.fail(b"connection lost")


class Ear(asyncio.Protocol):
    """A connection whose owner listens and does nothing about what it hears."""

    def __init__(self, handshake: bytes, run: Run) -> None:
        self.handshake = handshake
        self.run = run
        self.opened = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self.handshake)

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self.opened.set_result(data)

    def connection_lost(self, _error: Exception | None) -> None:
        self.run.fail(b"nobody listens any more")


class Run:
    """A number of connections for a length of time."""

    def __init__(self, connections: int) -> None:
        self.latencies: list[float] = []
        self.end = 0.0
        self._left = connections
        self._done = asyncio.get_running_loop().create_future()

    def fail(self, data: bytes) -> None:
        if not self._done.done():
            self._done.set_exception(RuntimeError(f"unexpected answer: {data[-200:]!r}"))

    def leave(self) -> None:
        self._left -= 1
        if not self._left and not self._done.done():
            self._done.set_result(None)

    async def until_done(self) -> None:
        await self._done


class Client:
    """The master of the client's process."""

    def load(
        self, port: int, scripts: list[list[bytes]], seconds: float, ears: list[bytes] | None = None
    ) -> Load:
        """One connection a script, each played over and over, and one that listens a handshake."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_load(port, scripts, seconds, ears or []))

    def stop(self) -> None:
        """Nothing is open between two runs."""


async def _load(
    port: int, scripts: list[list[bytes]], seconds: float, handshakes: list[bytes]
) -> Load:
    loop = asyncio.get_running_loop()
    run = Run(len(scripts))
    ears = [Ear(handshake, run) for handshake in handshakes]
    for ear in ears:
        await loop.create_connection(partial(_itself, ear), "127.0.0.1", port)
        await ear.opened
    askers = [Asker(script, run) for script in scripts]
    for asker in askers:
        await loop.create_connection(partial(_itself, asker), "127.0.0.1", port)
    began, cpu = time.perf_counter(), time.process_time()
    run.end = began + seconds
    for asker in askers:
        asker.ask()
    await run.until_done()
    lasted, worked = time.perf_counter() - began, time.process_time() - cpu
    for asker in askers:
        asker.transport.close()
    for ear in ears:
        ear.transport.close()
    latencies = sorted(run.latencies)
    count = len(latencies)
    return Load(
        answers=count,
        seconds=lasted,
        p50=latencies[count // 2],
        p99=latencies[count * 99 // 100],
        busy=worked / lasted,
    )


def _itself(protocol: Protocol) -> Protocol:
    return protocol


def client_process(pipe: Connection) -> None:
    """`main` of the worker."""
    pipe.send("ready")
    client = Client()
    while obey(pipe, client):
        pass


def new_client() -> Worker:
    return Worker(client_process)
