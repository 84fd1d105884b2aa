"""Clients of the streams that cost little: plain sockets in a process of their own."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from typing import Final

from msgspec import Struct

from bench.worker import Worker, obey
from perpbox.server.life import allow_many_files

SECONDS: Final = 30.0
"""How long an answer or a message may take."""
MUCH: Final = 1 << 16
PAUSE: Final = 0.05
"""Seconds after which what is told at once has been told."""
SWITCHED: Final = b"HTTP/1.1 101 "
GOOD: Final = (b"HTTP/1.1 200 ", b'"status":200')
"""How an answer shows that the request was taken, over REST and over the WebSocket API."""
EVENT: Final = b"ORDER_TRADE_UPDATE"

BYTE_LENGTHS: Final = {126: 2, 127: 8}
"""Of the length of a frame that stands behind its second byte."""


class Delivered(Struct, frozen=True):
    """What a fan-out gave."""

    turns: int
    messages: int
    seconds: float
    busy: float
    """Share of a core that the client itself took."""

    @property
    def rate(self) -> float:
        return self.messages / self.seconds


class Waits(Struct, frozen=True):
    """In seconds from a request's last byte, of one run."""

    answer: list[float]
    event: list[float]
    """Until its event on the user data stream."""


def handshake(target: str) -> bytes:
    lines = (
        f"GET {target} HTTP/1.1",
        "Host: 127.0.0.1:8900",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    return "\r\n".join((*lines, "", "")).encode()


class Listeners:
    """The master of the process: connections stay open from one call to the next."""

    def __init__(self) -> None:
        self._open: list[socket.socket] = []

    def open(self, port: int, target: str, count: int) -> None:
        """So many more connections that listen to this."""
        self._open += [_listen(port, target) for _ in range(count)]

    def settle(self) -> None:
        """Throw away what streams tell at once to those who come."""
        time.sleep(PAUSE)
        for each in self._open:
            with suppress(BlockingIOError):
                while each.recv(MUCH, socket.MSG_DONTWAIT):
                    pass

    def close(self) -> None:
        for each in self._open:
            each.close()
        self._open.clear()

    def fan_out(self, port: int, script: list[bytes], seconds: float) -> Delivered:
        """Send the requests in turn, each when all that the one before led to is on its way.

        The connection that is told last is read first: then what the others are told is there
        already, and the server is at the next request while they are read. So it never waits for
        this client, and wakes it once a turn. Everybody must be told the same bytes.
        """
        last, others = self._open[-1], self._open[:-1]
        turns = messages = 0
        with _connected(port) as asking:
            began, cpu = time.perf_counter(), time.process_time()
            told = b""
            while not turns or time.perf_counter() < began + seconds or turns % len(script):
                asking.sendall(script[turns % len(script)])
                _read_the_same(others, told)
                told = last.recv(MUCH)
                messages += len(self._open) * _frames(told)
                _require_good(asking.recv(MUCH))
                turns += 1
            _read_the_same(others, told)
            lasted, worked = time.perf_counter() - began, time.process_time() - cpu
        return Delivered(turns, messages, lasted, worked / lasted)

    def waits(self, port: int, door: str, script: list[bytes], seconds: float) -> Waits:
        """Requests one after another, over HTTP or a WebSocket; the first connection listens."""
        found = Waits([], [])
        with ExitStack() as stack:
            asking = stack.enter_context(_listen(port, door) if door else _connected(port))
            looking = stack.enter_context(selectors.DefaultSelector())
            looking.register(asking, selectors.EVENT_READ, found.answer)
            looking.register(self._open[0], selectors.EVENT_READ, found.event)
            end = time.perf_counter() + seconds
            while not found.event or time.perf_counter() < end or len(found.event) % len(script):
                _ask(asking, script[len(found.event) % len(script)], looking)
        return found

    def stop(self) -> None:
        self.close()


def _ask(asking: socket.socket, request: bytes, looking: selectors.BaseSelector) -> None:
    """Note when the answer is here, and when the event."""
    asking.sendall(request)
    begun = time.perf_counter()
    missing = 2
    while missing:
        ready = looking.select(SECONDS)
        now = time.perf_counter()
        if not ready:
            raise RuntimeError(f"{missing} of answer and event have not come")
        for key, _ in ready:
            assert isinstance(key.fileobj, socket.socket)
            data = key.fileobj.recv(MUCH)
            if key.fileobj is asking:
                _require_good(data)
            elif EVENT not in data:
                raise RuntimeError(f"unexpected event: {data!r}")
            key.data.append(now - begun)
            missing -= 1


def _read_the_same(others: list[socket.socket], told: bytes) -> None:
    if not told:
        return
    length = len(told)
    for each in others:
        data = each.recv(length)
        while len(data) < length:
            data += each.recv(length - len(data)) or _ended()
        if data != told:
            raise RuntimeError(f"one was told {told!r}, another {data!r}")


def _ended() -> bytes:
    raise RuntimeError("a connection was lost")


def _require_good(answer: bytes) -> None:
    if not any(good in answer for good in GOOD):
        raise RuntimeError(f"unexpected answer: {answer[-300:]!r}")


def _frames(data: bytes) -> int:
    """How many whole frames this is."""
    count = sum(1 for _ in _ends(data))
    if not count:
        raise RuntimeError("nothing was told")
    return count


def _ends(data: bytes) -> Iterator[int]:
    end = 0
    while end < len(data):
        length, end = data[end + 1], end + 2
        if length in BYTE_LENGTHS:
            start, end = end, end + BYTE_LENGTHS[length]
            length = int.from_bytes(data[start:end], "big")
        end += length
        if end > len(data):
            raise RuntimeError("a frame was told in parts")
        yield end


def _connected(port: int) -> socket.socket:
    """Without a time limit, which would cost another call of the system for every one."""
    found = socket.create_connection(("127.0.0.1", port))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def _listen(port: int, target: str) -> socket.socket:
    """A connection after its handshake."""
    found = _connected(port)
    found.sendall(handshake(target))
    head = b""
    while b"\r\n\r\n" not in head:
        head += found.recv(MUCH) or _ended()
    if not head.startswith(SWITCHED):
        raise RuntimeError(f"{target}: {head!r}")
    return found


def listening_process(pipe: Connection) -> None:
    """`main` of the worker."""
    allow_many_files()
    pipe.send("ready")
    listeners = Listeners()
    while obey(pipe, listeners):
        pass


def new_listeners() -> Worker:
    return Worker(listening_process)
