"""The process: what runs from the first request to the last, and how it ends."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

import perpbox
from perpbox.control.desk import Facts
from perpbox.feed.clock import iso
from perpbox.server.beat import Beat
from perpbox.server.compose import Parts
from perpbox.server.doors import Doors
from perpbox.server.http import HttpServer
from perpbox.server.log import Log
from perpbox.server.outside import Outside
from perpbox.server.pacing import Pacer
from perpbox.server.settings import AddressTaken, Settings, Unusable
from perpbox.server.tls import tls_context

PATIENCE: Final = 5.0
"""Seconds that a stop gives to what is in flight."""
WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  names, no address to bind


class Process:
    """A venue being served. Everything here is called on the event loop's thread."""

    def __init__(self, settings: Settings, log: Log, parts: Parts) -> None:
        self.settings = settings
        self.parts = parts
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
        doors = Doors(parts, self._facts, settings, self.loop.call_soon, self.loop.call_later)
        self._hub = doors.hub
        self._pacer = Pacer(self._hub, self.loop)
        self.beat = Beat(parts, self._hub, self.loop, partial(self.fail, "timer failed"))
        self._outside = Outside(settings, parts, log, self.fail)
        self.http = HttpServer(doors.answer, parts.venue.when_durable, log, connect=doors.connect)
        self._hub.on_failure = lambda error: self.http.note_failure(error, "STREAM", "")

    @property
    def base_url(self) -> str:
        host = WILDCARDS.get(self.settings.host, self.settings.host)
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.http.port}"

    async def start(self) -> None:
        """Follow the journal and listen. Raises `Unusable` where that cannot be."""
        self.loop.set_exception_handler(self._stray)
        venue, journal = self.parts.venue, self.parts.journal
        journal.on_durable = lambda sequence: self._soon(lambda: venue.note_durable(sequence))
        journal.on_failure = lambda error: self._soon(lambda: self.fail("journal failed", error))
        venue.on_failure = lambda error: self.fail("venue failed", error)
        await self._outside.start()
        try:
            await self.http.start(self.settings.host, self.settings.port, self._tls)
        except OSError as error:
            await self._outside.stop()
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
        await self._outside.stop()
        self._pacer.stop()
        self.beat.stop()
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

    def _soon(self, act: Callable[[], None]) -> None:
        """From the journal's thread to this one."""
        self.loop.call_soon_threadsafe(act)


def _why_not(settings: Settings, error: OSError) -> Unusable:
    where = f"{settings.host} port {settings.port}"
    if error.errno == errno.EADDRINUSE:
        return AddressTaken(f"{where} is taken by another program; --port 0 picks a free one.")
    return Unusable(f"{where} cannot be listened on: {error.strerror or error}.")
