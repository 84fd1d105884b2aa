"""One connection to another venue's streams, opened again for as long as it is wanted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Final, NoReturn

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

import perpbox
from perpbox.control.app import is_loopback
from perpbox.feed.relay.terms import RelayTerms, Route, host_of, pauses
from perpbox.server.log import Log

AGENT: Final = f"perpbox/{perpbox.__version__}"
ASKED_AT_ONCE: Final = 128
"""Streams of one SUBSCRIBE: ten messages a second may be sent, and none that is too long."""
CLOSE_SECONDS: Final = 2.0
LARGEST_MESSAGE: Final = 8 * 1024 * 1024


class Link:
    """Hears the streams of a route; it says nothing but which they are."""

    def __init__(
        self, route: Route, terms: RelayTerms, hear: Callable[[bytes], None], log: Log
    ) -> None:
        self._route = route
        self._terms = terms
        self._hear = hear
        self._log = log
        self._socket: ClientConnection | None = None
        self._heard_at: float | None = None
        """None: nothing has been heard on this connection."""
        self._opened_at = 0.0

    async def keep(self) -> None:
        """Listen, and listen again after a pause, until cancelled."""
        rests = pauses(self._terms, random.random)
        while True:
            try:
                await self._listen()
            except (OSError, WebSocketException) as error:
                reason = _reason(error)
            if self._heard_at is not None:  # it has worked: the next one has not failed yet
                rests = pauses(self._terms, random.random)
            pause = next(rests)
            self._log.warning(
                "relay cut", url=self._route.address, reason=reason, again_in=round(pause, 3)
            )
            await asyncio.sleep(pause)

    def check(self) -> None:
        """Give the connection up if nothing has arrived on it for too long."""
        socket = self._socket
        if socket is None:
            return
        since = self._opened_at if self._heard_at is None else self._heard_at
        if asyncio.get_running_loop().time() - since >= self._terms.stale:
            self._log.warning("relay stale", url=self._route.address, seconds=self._terms.stale)
            socket.transport.abort()

    async def _listen(self) -> NoReturn:
        """Until the connection ends, which raises."""
        loop = asyncio.get_running_loop()
        self._heard_at = None
        async with self._connect() as socket:
            self._opened_at = loop.time()
            self._socket = socket
            try:
                await self._subscribe(socket)
                while True:
                    message = await socket.recv(decode=False)
                    self._heard_at = loop.time()
                    self._hear(message)
            finally:
                self._socket = None

    def _connect(self) -> connect:
        """Pings are answered, and own ones sent, by the library: a dead connection is noticed."""
        return connect(
            self._route.address,
            user_agent_header=AGENT,
            compression=None,
            proxy=None if is_loopback(host_of(self._route.address)) else True,
            open_timeout=self._terms.patience,
            close_timeout=CLOSE_SECONDS,
            max_size=LARGEST_MESSAGE,
        )

    async def _subscribe(self, socket: ClientConnection) -> None:
        streams = self._route.streams
        for number, start in enumerate(range(0, len(streams), ASKED_AT_ONCE), 1):
            names = streams[start : start + ASKED_AT_ONCE]
            asked = {"method": "SUBSCRIBE", "params": names, "id": number}
            await socket.send(msgspec.json.encode(asked).decode())
        self._log.info("relay connected", url=self._route.address, streams=len(streams))


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidStatus):
        return f"refused with status {error.response.status_code}"
    if isinstance(error, ConnectionClosed):
        closed = error.rcvd
        return f"closed with {closed.code} {closed.reason}".strip() if closed else "broken off"
    return str(error) or type(error).__name__
