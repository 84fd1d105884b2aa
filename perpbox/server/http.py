"""The HTTP server around its connections: it listens, beats once a second, and stops in order."""

from __future__ import annotations

import asyncio
import errno
import os
import socket as sockets
import ssl
import traceback
from functools import partial
from typing import Final

from perpbox.message import Application, Connect
from perpbox.server.connection import Connection, WhenDurable
from perpbox.server.log import Log
from perpbox.server.websocket import WebSocket
from perpbox.server.wire import Bounds, HeadKey, head_start

LONGEST_WORD: Final = 24
BACKLOG: Final = 1024
"""Connections that wait to be taken."""


class HttpServer:
    """Listens, keeps the connections, beats once a second, and stops in order."""

    def __init__(
        self,
        application: Application,
        when_durable: WhenDurable,
        log: Log,
        bounds: Bounds | None = None,
        connect: Connect | None = None,
    ) -> None:
        self.application = application
        self.connect = connect
        """Takes WebSocket handshakes; None: an upgrade is not taken."""
        self.when_durable = when_durable
        self.bounds = bounds or Bounds()
        self.failures = 0
        """How often the application has raised; a test wants zero."""
        self.port = 0
        """Where it listens, once started; the system has picked it if it was asked for 0."""
        self.stopping = False
        self.beat = 0.0
        self.heads: dict[HeadKey, bytes] = {}
        """Starts of answer heads, with the date in them: good for a second."""
        self.connections: set[Connection] = set()
        self.sockets: set[WebSocket] = set()
        """Connections that have changed to WebSocket; they are in the other set no more."""
        self._unsent: list[WebSocket] = []
        """Sockets with something to write at the end of this turn."""
        self.loop: asyncio.AbstractEventLoop
        self._log = log
        self._listener: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._emptied = asyncio.Event()

    async def start(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
        listening: sockets.socket | None = None,
    ) -> None:
        """Listen, and speak TLS if told how. Raises OSError where the address cannot be had.

        A socket that listens there already is taken over.
        """
        self.loop = asyncio.get_running_loop()
        self.beat = self.loop.time()
        listen = partial(
            self.loop.create_server,
            lambda: Connection(self),
            backlog=BACKLOG,
            ssl=tls,
            ssl_handshake_timeout=self.bounds.head_seconds if tls else None,
            ssl_shutdown_timeout=self.bounds.linger_seconds if tls else None,
        )
        if listening is not None:
            self._listener = await listen(sock=listening)
        else:
            self._listener = await listen(host=host, port=port)
        if None in self._listener.sockets:
            # uvloop closes a socket whose listen() was refused, and says nothing: another
            # program had bound the port as well, and was the first to listen.
            self._listener.close()
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        self.port = int(self._listener.sockets[0].getsockname()[1])
        self._beat()

    def take_no_more(self) -> None:
        """Refuse what is asked from now on; what was taken is answered and told all the same."""
        self.stopping = True
        if self._listener is not None:
            self._listener.close()

    async def stop(self, patience: float = 10.0) -> None:
        """Take nothing new, answer what is in flight, then close; what lasts too long is cut."""
        self.take_no_more()
        for connection in self._all():
            connection.wind_down()
        if not await self._empty_within(patience):
            self._log.warning("connections cut", count=len(self._all()))
            for connection in self._all():
                connection.abort()
            await self._empty_within(patience)
        if self._timer is not None:
            self._timer.cancel()

    def _all(self) -> list[Connection | WebSocket]:
        return [*self.connections, *self.sockets]

    def close_sockets(self, code: int, reason: str) -> None:
        """End every WebSocket connection, and say why."""
        for each in list(self.sockets):
            each.close(code, reason)

    def _is_empty(self) -> bool:
        return not (self.connections or self.sockets)

    async def _empty_within(self, patience: float) -> bool:
        if self._is_empty():
            return True
        try:
            await asyncio.wait_for(self._emptied.wait(), patience)
        except TimeoutError:
            return False
        return True

    def _beat(self) -> None:
        self.beat = self.loop.time()
        self.heads.clear()
        for connection in self._all():
            connection.check(self.beat)
        self._timer = self.loop.call_later(1.0, self._beat)

    # --- what connections ask of it

    def admit(self, connection: Connection) -> bool:
        self.connections.add(connection)
        return len(self.connections) + len(self.sockets) <= self.bounds.connections

    def hand_over(self, connection: Connection, socket: WebSocket) -> None:
        """The connection has become a WebSocket."""
        self.connections.discard(connection)
        self.sockets.add(socket)

    def forget(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._note_empty()

    def flush_soon(self, socket: WebSocket) -> None:
        if not self._unsent:
            self.loop.call_soon(self._flush)
        self._unsent.append(socket)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        for socket in unsent:
            socket.flush()

    def release(self, socket: WebSocket) -> None:
        self.sockets.discard(socket)
        self._note_empty()

    def _note_empty(self) -> None:
        if self.stopping and self._is_empty():
            self._emptied.set()

    def head(self, key: HeadKey) -> bytes:
        start = self.heads[key] = head_start(*key)
        return start

    def note_failure(self, error: BaseException, method: str, path: str) -> None:
        """Count and log it: its type and place, not its message, which may quote a request."""
        self.failures += 1
        frames = [
            f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)
        ]
        self._log.error(
            "request failed",
            method=method,
            path=_without_keys(path),
            error=type(error).__name__,
            frames=frames,
        )


def _without_keys(path: str) -> str:
    """A path to log: what is too long for a word of it may be a key."""
    return "/".join(part if len(part) <= LONGEST_WORD else "*" for part in path.split("/"))
