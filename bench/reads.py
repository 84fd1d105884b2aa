"""Reading the account: the venue's answer against the same bytes from the same shell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec import Struct

from bench.client import Load, new_client
from bench.rounds import Figure, figure, interleaved, ratio
from bench.serving import Cost, Work, new_server
from bench.signing import Login, account_read
from bench.size import Size
from bench.worker import Worker

CONNECTIONS: Final = 8
ACCOUNTS: Final = ("flat", "busy")


class ReadRow(Struct):
    """Signed reads of one account over HTTP, prices still or moved before each."""

    account: str
    moving: bool
    bytes: int
    rate: Figure
    """Reads a second."""
    p99: Figure
    cpu: Figure
    """Seconds of the server's processor time a read; of a mark move as well, where one is made."""
    static_rate: Figure
    """Of the same bytes without work, prices still."""
    static_cpu: Figure
    of_static: Figure
    """Rate as a ratio to the same bytes without work and without moves."""
    of_static_alike: Figure
    """The same, with the same moves made before the bytes without work."""
    of_static_cpu: Figure
    """As `of_static_alike`, in processor time instead of requests a second."""
    client_busy: Figure


class CallRow(Struct):
    """The application's part alone, without shell and socket, moves not counted."""

    what: str
    cost: Figure


class Reads(Struct):
    rows: list[ReadRow]
    calls: list[CallRow]


class Phase(Struct, frozen=True):
    """What one run against the server gave."""

    load: Load
    before: Work
    after: Work

    @property
    def cpu(self) -> float:
        return (self.after.cpu - self.before.cpu) / self.load.answers


Case = tuple[str, bool, bool]
"""Account, whether it is static, whether prices move."""


def measure_reads(size: Size) -> Reads:
    with new_client() as client, new_server() as server:
        logins: dict[str, Login] = {name: server.ask("open", name) for name in ACCOUNTS}
        server.ask("freeze")
        scripts = [account_read(login) for login in logins.values()]
        bodies: dict[str, bytes] = {
            name: server.ask("body", read) for name, read in zip(logins, scripts, strict=True)
        }

        def run(case: Case) -> Phase:
            account, static, moving = case
            wire = account_read(logins[account]).wire
            if static:
                server.ask("answer_with", bodies[account], moving=moving)
            else:
                server.ask("answer_really", moving=moving)
            return phase(client, server, [[wire]] * CONNECTIONS, size.seconds)

        cases: dict[Case, Callable[[], Phase]] = {
            (account, static, moving): partial(run, (account, static, moving))
            for account in ACCOUNTS
            for moving in (False, True)
            for static in (True, False)
        }
        interleaved(1, {case: cases[case] for case in list(cases)[:2]})  # to warm up
        phases = interleaved(size.rounds, cases)
        rows = [
            _row(account, moving, len(bodies[account]), phases)
            for account in ACCOUNTS
            for moving in (False, True)
        ]
        return Reads(rows, _calls(server, logins, size))


def phase(client: Worker, server: Worker, scripts: list[list[bytes]], seconds: float) -> Phase:
    """One run of the client, with what it cost the server."""
    before: Work = server.ask("work")
    load: Load = client.ask("load", server.greeting, scripts, seconds)
    return Phase(load, before, server.ask("work"))


def _row(account: str, moving: bool, size: int, phases: dict[Case, list[Phase]]) -> ReadRow:
    real = phases[account, False, moving]
    static = phases[account, True, False]
    alike = phases[account, True, moving]
    rates = [p.load.rate for p in real]
    return ReadRow(
        account=account,
        moving=moving,
        bytes=size,
        rate=figure(rates),
        p99=figure(p.load.p99 for p in real),
        cpu=figure(p.cpu for p in real),
        static_rate=figure(p.load.rate for p in static),
        static_cpu=figure(p.cpu for p in static),
        of_static=ratio(rates, [p.load.rate for p in static]),
        of_static_alike=ratio(rates, [p.load.rate for p in alike]),
        of_static_cpu=ratio([p.cpu for p in alike], [p.cpu for p in real]),
        client_busy=figure(p.load.busy for p in static),
    )


def _calls(server: Worker, logins: dict[str, Login], size: Size) -> list[CallRow]:
    """The pure cost of an answer, and of a move."""

    def timed(account: str, moving: bool) -> float:
        read = account_read(logins[account])
        cost: Cost = server.ask("time_answers", [read], size.calls, moving=moving)
        return cost.mean

    def moved() -> float:
        cost: Cost = server.ask("time_moves", size.calls)
        return cost.mean

    cases: dict[str, Callable[[], float]] = {
        f"read, {account}, {'a mark moved before' if moving else 'prices still'}": partial(
            timed, account, moving
        )
        for account in ACCOUNTS
        for moving in (False, True)
    }
    cases["mark move"] = moved
    return [CallRow(name, figure(costs)) for name, costs in interleaved(size.rounds, cases).items()]
