"""The process: what runs from the first request to the last, and how it ends."""

from __future__ import annotations

import asyncio
import errno
import resource
import signal
import time
from collections.abc import Callable
from typing import Any, Final

import uvloop

import perpbox
from perpbox.control.desk import Facts
from perpbox.engine.line import Line
from perpbox.feed.clock import ClockMode
from perpbox.money import Millis
from perpbox.server.compose import Parts, compose
from perpbox.server.doors import Doors
from perpbox.server.http import HttpServer
from perpbox.server.log import Log
from perpbox.server.pacing import Pacer
from perpbox.server.settings import AddressTaken, Settings, Unusable
from perpbox.server.wire import Bounds

BEAT: Final = 1.0
"""Seconds between two looks at what has fallen due."""
MILLIS: Final = 1000
PATIENCE: Final = 5.0
"""Seconds that a stop gives to what is in flight."""
FILES: Final = Bounds().connections + 240
"""What the process may have open at once: the connections, the journal, and the rest.

It is as much as macOS allows without more ado.
"""
WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  names, no address to bind
STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Process:
    """A venue being served. Everything here is called on the event loop's thread."""

    def __init__(self, settings: Settings, log: Log, parts: Parts) -> None:
        self.settings = settings
        self.parts = parts
        self.exit_code = 0
        self.loop = asyncio.get_running_loop()
        self._log = log
        self._patience = PATIENCE
        self._stopping = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at: Millis = 0
        """When by the venue's clock the timer looks at what has fallen due."""
        started = time.monotonic()
        self._facts = Facts(
            version=perpbox.__version__,
            journal=parts.kind,
            token=settings.token,
            uptime=lambda: time.monotonic() - started,
            failures=lambda: self.http.failures,
        )
        doors = Doors(parts, self._facts, settings, self.loop.call_soon)
        self._hub = doors.hub
        self._pacer = Pacer(self._hub, self.loop)
        self.http = HttpServer(doors.answer, parts.venue.when_durable, log, connect=doors.connect)
        self._hub.on_failure = lambda error: self.http.note_failure(error, "STREAM", "")

    @property
    def base_url(self) -> str:
        host = WILDCARDS.get(self.settings.host, self.settings.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.http.port}"

    async def start(self) -> None:
        """Follow the journal and listen. Raises `Unusable` where the address cannot be had."""
        self.loop.set_exception_handler(self._stray)
        venue, journal = self.parts.venue, self.parts.journal
        journal.on_durable = lambda sequence: self._soon(lambda: venue.note_durable(sequence))
        journal.on_failure = lambda error: self._soon(lambda: self.fail("journal failed", error))
        venue.on_failure = lambda error: self.fail("venue failed", error)
        try:
            await self.http.start(self.settings.host, self.settings.port)
        except OSError as error:
            raise _why_not(self.settings, error) from error
        self._beat()
        venue.listeners.append(self._note_turn)
        self._log.info(
            "started",
            version=perpbox.__version__,
            url=self.base_url,
            data=self.settings.data,
            sequence=venue.sequence,
            accounts=len(venue.state.accounts),
            symbols=len(venue.state.markets),
        )

    async def until_stopped(self) -> int:
        """Serve until told to stop; answer what is in flight, close the journal; the exit code."""
        await self._stopping.wait()
        self._log.info("stopping")
        await self.http.stop(self._patience)
        if self._timer is not None:
            self._timer.cancel()
        self._pacer.stop()
        self.parts.close()
        self._log.info("stopped", exit_code=self.exit_code)
        return self.exit_code

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

    def _beat(self) -> None:
        try:
            self.parts.venue.do_due()
            self._hub.check()
            self.parts.keep_snapshot()
        except Exception as error:  # noqa: BLE001  a venue that cannot keep time must not go on
            self.fail("timer failed", error)
            return
        self._set_timer()

    def _set_timer(self) -> None:
        """Look again in a second, or sooner if something falls due by a clock that runs."""
        venue = self.parts.venue
        now, pause = venue.now(), BEAT
        due = venue.next_due()
        if due is not None and self.parts.clock.mode is ClockMode.REAL:
            pause = min(BEAT, max(0, due - now) / MILLIS)
        self._looks_at = now + int(pause * MILLIS)
        self._timer = self.loop.call_later(pause, self._beat)

    def _note_turn(self, _line: Line) -> None:
        """A turn may have brought something that falls due before the timer looks."""
        agenda = self.parts.venue.state.agenda
        if self._timer is not None and agenda.is_due(self._looks_at - 1):
            self._timer.cancel()
            self._set_timer()


async def serve(settings: Settings, log: Log, on_ready: Callable[[Process], None]) -> int:
    """A whole life: compose, listen, tell that it is ready, serve, stop. The exit code."""
    parts = compose(settings)
    try:
        process = Process(settings, log, parts)
        await process.start()
    except BaseException:
        parts.close()
        raise
    on_ready(process)
    return await process.until_stopped()


def allow_many_files() -> None:
    """Connections are files to the system, which begins with as few as 256 of them.

    Where it allows no more, connections beyond that are reset, and the others go on.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def run(settings: Settings, log: Log, on_ready: Callable[[Process], None]) -> int:
    """`serve` on this thread, the main one, until SIGTERM or SIGINT."""
    allow_many_files()

    def ready(process: Process) -> None:
        for number in STOP_SIGNALS:
            process.loop.add_signal_handler(number, process.stop)
        on_ready(process)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(settings, log, ready))


def _why_not(settings: Settings, error: OSError) -> Unusable:
    where = f"{settings.host} port {settings.port}"
    if error.errno == errno.EADDRINUSE:
        return AddressTaken(f"{where} is taken by another program; --port 0 picks a free one.")
    return Unusable(f"{where} cannot be listened on: {error.strerror or error}.")
