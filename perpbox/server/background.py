"""A whole server on a thread of its own, for tests and for programs that bring a venue along."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TypeVar

import uvloop

from perpbox.message import Request, Response
from perpbox.server.life import serve
from perpbox.server.log import Log, log_to
from perpbox.server.process import Process
from perpbox.server.settings import Settings
from perpbox.venue import Venue

Result = TypeVar("Result")

START_SECONDS = 60.0
STOP_SECONDS = 30.0


class Failed(RuntimeError):
    """The server could not go on."""


class Background:
    """A server that answers already when this exists."""

    def __init__(self, settings: Settings, log: Log | None = None) -> None:
        self.settings = settings
        self._log = log or log_to(sys.stderr)
        self._ready: Future[Process] = Future()
        self._ended: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, name="perpbox", daemon=True)
        self._thread.start()
        self._process = self._ready.result(START_SECONDS)

    @property
    def base_url(self) -> str:
        return self._process.base_url

    @property
    def token(self) -> str:
        return self.settings.token

    @property
    def venue(self) -> Venue:
        """The server's own; from another thread only through `call`."""
        return self._process.parts.venue

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def failures(self) -> int:
        """How many requests have ended in an error of the program."""
        return self._process.http.failures

    def call(self, act: Callable[[Venue], Result]) -> Result:
        """Let the server's thread do something with its venue, between two requests."""
        done: Future[Result] = Future()

        def do() -> None:
            try:
                done.set_result(act(self.venue))
            except BaseException as error:  # noqa: BLE001  raised in the caller's thread
                done.set_exception(error)

        self._process.loop.call_soon_threadsafe(do)
        return done.result(STOP_SECONDS)

    def answer(self, request: Request, then: Callable[[Venue], None] | None = None) -> Response:
        """Answer an operator's request as if it had come over HTTP.

        `then` is done with the venue before anything else happens.
        """

        def act(_: Venue) -> Response:
            response = self._process.answer_now(request)
            if then is not None:
                then(self.venue)
            return response

        return self.call(act)

    def stop(self) -> int:
        """Stop in order, if it has not stopped; the exit code."""
        with suppress(RuntimeError):  # it has ended by itself, and its loop with it
            self._process.loop.call_soon_threadsafe(self._process.stop)
        exit_code = self._ended.result(STOP_SECONDS)
        self._thread.join(STOP_SECONDS)
        return exit_code

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                exit_code = runner.run(serve(self.settings, self._log, self._ready.set_result))
            self._ended.set_result(exit_code)
        except BaseException as error:  # noqa: BLE001  raised in the caller's thread
            waiting = self._ended if self._ready.done() else self._ready
            waiting.set_exception(error)


@contextmanager
def running(settings: Settings | None = None, log: Log | None = None) -> Iterator[Background]:
    """A server for the length of a `with`; on any free port unless the settings name one.

    Raises `Failed` at the end of a server that has not ended well.
    """
    background = Background(settings or Settings(port=0), log)
    try:
        yield background
    finally:
        exit_code = background.stop()
    if exit_code:
        raise Failed(f"the server has ended with exit code {exit_code}; its log says why")
