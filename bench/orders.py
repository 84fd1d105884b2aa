"""Orders over HTTP with a journal on the disk: each answer waits until its turn is durable."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct

from bench.client import new_client
from bench.reads import Phase, phase
from bench.rounds import Figure, figure, interleaved
from bench.serving import new_server
from bench.signing import Login, Signed, signed
from bench.size import Size

CONNECTIONS: Final = (1, 8, 64)
IN_MEMORY: Final = 8
"""Connections of the run that shows what durability costs."""


class OrderRow(Struct):
    """Limit orders placed and canceled again over so many connections."""

    connections: int
    journal: str
    rate: Figure
    """Requests a second, an order and its cancel being two."""
    p99: Figure
    cpu: Figure
    turns_a_commit: Figure
    client_busy: Figure


class Orders(Struct):
    rows: list[OrderRow]
    sync: float
    """Seconds that this disk takes to make 4 kB durable, median."""


def measure_orders(size: Size) -> Orders:
    with (
        tempfile.TemporaryDirectory() as folder,
        new_client() as client,
        new_server(str(Path(folder) / "orders.sqlite")) as durable,
        new_server() as passing,
    ):
        logins: dict[str, Login] = {
            "file": durable.ask("open", "flat"),
            "memory": passing.ask("open", "flat"),
        }
        servers = {"file": durable, "memory": passing}
        for server in servers.values():
            server.ask("freeze")
            server.ask("answer_really", moving=False)

        def run(journal: str, connections: int) -> Phase:
            scripts = [
                [request.wire for request in place_and_cancel(logins[journal], f"bench-{number}")]
                for number in range(connections)
            ]
            return phase(client, servers[journal], scripts, size.seconds)

        kinds = [("file", number) for number in CONNECTIONS] + [("memory", IN_MEMORY)]
        cases: dict[tuple[str, int], Callable[[], Phase]] = {
            kind: partial(run, *kind) for kind in kinds
        }
        interleaved(1, {kinds[0]: cases[kinds[0]]})  # to warm up
        phases = interleaved(size.rounds, cases)
        return Orders([_row(*kind, phases[kind]) for kind in kinds], _time_of_sync(Path(folder)))


def place_and_cancel(login: Login, name: str) -> list[Signed]:
    """An order that rests, and its cancel; the name is free again then."""
    order = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.010",
        "price": "102000.0",
        "newClientOrderId": name,
    }
    path = "/fapi/v1/order"
    placed = signed(login, "POST", path, **order)
    canceled = signed(login, "DELETE", path, symbol="BTCUSDT", origClientOrderId=name)
    return [placed, canceled]


def _row(journal: str, connections: int, phases: list[Phase]) -> OrderRow:
    return OrderRow(
        connections=connections,
        journal=journal,
        rate=figure(p.load.rate for p in phases),
        p99=figure(p.load.p99 for p in phases),
        cpu=figure(p.cpu for p in phases),
        turns_a_commit=figure(_turns_a_commit(p) for p in phases),
        client_busy=figure(p.load.busy for p in phases),
    )


def _turns_a_commit(run: Phase) -> float:
    """A journal in memory has no commits: every turn is durable at once."""
    commits = run.after.commits - run.before.commits
    return (run.after.turns - run.before.turns) / commits if commits else 1.0


def _time_of_sync(folder: Path) -> float:
    """What a commit cannot be quicker than."""
    lasted = []
    with (folder / "sync").open("wb") as file:
        for _ in range(30):
            begun = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            lasted.append(time.perf_counter() - begun)
    return median(lasted)
