"""The process: what runs from the first request to the last, and how it ends."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import perpbox
from perpbox.control.desk import Facts
from perpbox.feed.clock import iso
from perpbox.message import Answer, Request, Response, Session, Wire
from perpbox.server.beat import Beat
from perpbox.server.compose import Parts
from perpbox.server.http import HttpServer
from perpbox.server.log import Log
from perpbox.server.settings import AddressTaken, Settings, Unusable
from perpbox.server.snapshots import SnapshotDesk
from perpbox.server.stage import Stage
from perpbox.server.tls import tls_context

SERVICE_RESTART: Final = 1012
PATIENCE: Final = 5.0
"""Seconds that a stop gives to what is in flight."""
WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  names, no address to bind


class Process:
    """A venue being served. Everything here is called on the event loop's thread."""

    def __init__(
        self,
        settings: Settings,
        log: Log,
        parts: Parts,
        listening: socket.socket | None = None,
    ) -> None:
        self.settings = settings
        self.exit_code = 0
        self.loop = asyncio.get_running_loop()
        self._log = log
        self._patience = PATIENCE
        self._tls = tls_context(settings)
        self._stopping = asyncio.Event()
        started = time.monotonic()
        self._facts = Facts(
            version=perpbox.__version__,
            journal=parts.kind,
            token=settings.token,
            uptime=lambda: time.monotonic() - started,
            failures=lambda: self.http.failures,
            feed=settings.feed_kind,
        )
        self.branches = SnapshotDesk(self, self._beside, log)
        self.http = HttpServer(self._answer, self._when_durable, log, connect=self._connect)
        self._listening = listening
        if listening is not None:
            self.http.port = int(listening.getsockname()[1])
        self.stage = self._staged(parts)

    @property
    def parts(self) -> Parts:
        return self.stage.parts

    @property
    def beat(self) -> Beat:
        return self.stage.beat

    @property
    def base_url(self) -> str:
        host = WILDCARDS.get(self.settings.host, self.settings.host)
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.http.port}"

    # The venue that is served may change from one request to the next.

    def _answer(self, request: Request) -> Answer:
        return self.stage.doors.answer(request)

    def _connect(self, request: Request, wire: Wire) -> Session | Response:
        return self.stage.doors.connect(request, wire)

    def _when_durable(self, sequence: int, told: Callable[[], None]) -> None:
        self.parts.venue.when_durable(sequence, told)

    async def start(self) -> None:
        """Follow the journal and listen. Raises `Unusable` where that cannot be."""
        if self._listening is None:  # a fork is a guest on this loop
            self.loop.set_exception_handler(self._stray)
        venue = self.parts.venue
        self.stage.follow_journal()
        await self.stage.outside.start()
        try:
            await self.http.start(
                self.settings.host, self.settings.port, self._tls, self._listening
            )
        except OSError as error:
            await self.stage.outside.stop()
            raise _why_not(self.settings, error) from error
        self.beat.start()
        self._log.info(
            "started",
            version=perpbox.__version__,
            url=self.base_url,
            data=self.settings.data,
            sequence=venue.sequence,
            accounts=len(venue.state.accounts),
            symbols=len(venue.state.markets),
            feed=self.settings.feed_kind,
            clock=self.settings.clock,
            time=iso(venue.now()),
        )

    async def until_stopped(self) -> int:
        """Serve until told to stop; answer what is in flight, close the journal; the exit code."""
        await self._stopping.wait()
        self._log.info("stopping")
        self.http.take_no_more()
        await self._all_told()
        await self.http.stop(self._patience)
        await self.branches.end_all()
        await self.stage.outside.stop()
        self.stage.stop()
        self.parts.close()
        self._log.info("stopped", exit_code=self.exit_code)
        return self.exit_code

    async def _all_told(self) -> None:
        """Wait for the journal: a WebSocket that says goodbye is told nothing behind it."""
        told = asyncio.Event()

        def durable() -> None:
            # In a call of its own, behind the streams that push what has just happened.
            self.loop.call_soon(told.set)

        self.parts.venue.when_durable(self.parts.venue.sequence, durable)
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), self._patience)

    def stop(self) -> None:
        self._stopping.set()

    def fail(self, event: str, error: BaseException) -> None:
        """End with an error: no answer may run ahead of its journal."""
        self._log.error(event, error=type(error).__name__, reason=str(error))
        self.exit_code = 1
        self._patience = 0.0
        self.stop()

    def _stray(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody has caught: counted and logged like a failed request."""
        self.http.note_failure(context.get("exception") or RuntimeError(), "", "")

    def answer_now(self, request: Request) -> Response:
        """Answer an operator on the spot, even if the journal has to be waited for."""
        answer = self.stage.doors.control.answer(request)
        if isinstance(answer, Response):
            return answer
        self._settle()
        return answer.finish()

    # Another venue in the place of this one.

    def halt(self) -> None:
        """Bring the venue to rest: all that has happened is durable, and is told."""
        self.stage.stop()
        self._settle()

    def _settle(self) -> None:
        journal = self.parts.journal
        journal.flush()
        self.parts.venue.note_durable(journal.durable_sequence)

    def go_on(self, parts: Parts) -> None:
        """Serve these in place of the ones that were halted.

        [dec] WebSocket connections are closed: what they were told has not happened, and a client
        that connects again asks for what it needs. HTTP connections stay.
        """
        self.http.close_sockets(SERVICE_RESTART, "The venue was restored.")
        self.stage.retire()
        self.stage = self._staged(parts)
        self.stage.follow_journal()
        self.stage.outside.listen()
        self.beat.start()

    def _beside(self, settings: Settings, parts: Parts, listening: socket.socket) -> Process:
        return Process(settings, self._log, parts, listening)

    def _staged(self, parts: Parts) -> Stage:
        return Stage(
            self.settings,
            parts,
            self._facts,
            self.branches,
            self._log,
            self.fail,
            self.http.note_failure,
        )


def _why_not(settings: Settings, error: OSError) -> Unusable:
    where = f"{settings.host} port {settings.port}"
    if error.errno == errno.EADDRINUSE:
        return AddressTaken(f"{where} is taken by another program; --port 0 picks a free one.")
    return Unusable(f"{where} cannot be listened on: {error.strerror or error}.")
