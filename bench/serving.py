"""The server's process: a whole venue as `perpbox serve` composes it, and what it tells of itself.

For comparison the same shell may answer with the same bytes and no work behind them.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from multiprocessing.connection import Connection
from typing import Final

import uvloop
from msgspec import Struct

from bench.machine import memory_of
from bench.signing import Login, Signed
from bench.worker import Worker, obey
from bench.world import START, Moves, open_busy, open_flat
from perpbox.message import Answer, Application, Pending, Request, Response
from perpbox.server.life import allow_many_files, serve
from perpbox.server.process import Process
from perpbox.server.settings import MEMORY, Settings

RUNS_APART: Final = 200
"""So many timed calls in a row before the clock is read again."""


class Work(Struct, frozen=True):
    """What the server has done up to now."""

    cpu: float
    """Seconds of processor time, of all threads, in the system as well."""
    turns: int
    commits: int
    """How often the journal has become durable further on."""


class Cost(Struct, frozen=True):
    """Of one call, in seconds of the calling thread's processor time."""

    mean: float
    longest: float
    """Wall time; a collection of garbage falls into one call."""


class Quiet:
    """A log that tells errors alone."""

    def info(self, event: str, **facts: object) -> None:
        """Not of interest here."""

    def warning(self, event: str, **facts: object) -> None:
        """Not of interest here."""

    def error(self, event: str, **facts: object) -> None:
        sys.stderr.write(f"server: {event}: {facts}\n")


class Served:
    """The master of the server's process; called on its event loop, between two requests."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._venue = process.parts.venue
        self._real = process.http.application
        self._moves = Moves(self._venue)
        self._commits = 0
        self._durable = process.parts.journal.on_durable
        process.parts.journal.on_durable = self._count_commit

    def _count_commit(self, sequence: int) -> None:
        self._commits += 1
        if self._durable is not None:
            self._durable(sequence)

    # --- what may be asked

    def open(self, kind: str) -> Login:
        """A new account: "flat" or "busy"."""
        account_id = {"flat": open_flat, "busy": open_busy}[kind](self._venue)
        self._process.parts.journal.flush()
        return self._login(account_id)

    def login(self, account_id: int) -> Login:
        """Of an account that was there at the start."""
        return self._login(account_id)

    def freeze(self) -> None:
        """As the real process does once it is ready."""
        gc.collect()
        gc.freeze()

    def answer_really(self, *, moving: bool) -> None:
        self._process.http.application = self._moved(self._real) if moving else self._real

    def answer_with(self, body: bytes, *, moving: bool) -> None:
        """No work: these bytes, whatever is asked."""
        response = Response(200, body)

        def static(request: Request) -> Answer:
            return response

        self._process.http.application = self._moved(static) if moving else static

    def _moved(self, application: Application) -> Application:
        """A mark price moves before every answer."""
        move = self._moves.move

        def answer(request: Request) -> Answer:
            move()
            return application(request)

        return answer

    def body(self, request: Signed) -> bytes:
        """What the venue answers now."""
        answer = self._real(request.value)
        response = answer.finish() if isinstance(answer, Pending) else answer
        if not isinstance(response, Response):
            raise TypeError("a fault is laid")
        if response.status != 200:
            raise RuntimeError(f"{request.method} {request.path}: {response.body!r}")
        return response.body

    def memory(self) -> int:
        """Bytes that lie in memory; what the system keeps for sockets is not among them."""
        return memory_of(os.getpid())

    def work(self) -> Work:
        return Work(time.process_time(), self._venue.sequence, self._commits)

    def time_answers(self, requests: list[Signed], count: int, *, moving: bool) -> Cost:
        """So many answers, without a socket; mark moves before each are not counted in."""
        values = [request.value for request in requests]
        answer, move = self._real, self._moves.move
        clock = time.thread_time_ns
        spent = longest = 0
        for number in range(count):
            request = values[number % len(values)]
            if moving:
                move()
            begun, seen = clock(), time.perf_counter_ns()
            answer(request)
            spent += clock() - begun
            longest = max(longest, time.perf_counter_ns() - seen)
        self._process.parts.journal.flush()
        spent -= count * _cost_of_clock()
        return Cost(spent / count / 1e9, longest / 1e9)

    def time_moves(self, count: int) -> Cost:
        """So many mark moves alone."""
        begun = time.thread_time_ns()
        for _ in range(count):
            self._moves.move()
        return Cost((time.thread_time_ns() - begun) / count / 1e9, 0.0)

    def stop(self) -> None:
        self._process.stop()

    def _login(self, account_id: int) -> Login:
        keys = self._process.parts.keys
        known = keys.of_account(account_id)
        key = known[0] if known else keys.create(account_id, self._venue.now())
        return Login(account_id, key.api_key, key.secret)


def _cost_of_clock() -> int:
    """Nanoseconds that reading both clocks adds to what they measure."""
    clock = time.thread_time_ns
    begun = clock()
    for _ in range(RUNS_APART):
        clock()
        time.perf_counter_ns()
        time.perf_counter_ns()
    return (clock() - begun) // RUNS_APART


def server_process(pipe: Connection, data: str) -> None:
    """`main` of the worker. Its greeting is the port."""
    allow_many_files()
    settings = Settings(port=0, data=data, limits="off", clock="manual", start=START, key_seed=1)

    def ready(process: Process) -> None:
        served = Served(process)

        def do() -> None:
            if not obey(pipe, served):
                process.loop.remove_reader(pipe.fileno())

        process.loop.add_reader(pipe.fileno(), do)
        pipe.send(process.http.port)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, Quiet(), ready))


def new_server(data: str = MEMORY) -> Worker:
    return Worker(server_process, data)
