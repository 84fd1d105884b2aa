"""Many accounts: how long a start takes, what it holds in memory, and what others cost one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct

from bench.journals import Start, new_maker, start, without_snapshots
from bench.orders import place_and_cancel
from bench.rounds import Figure, figure, interleaved, ratio
from bench.serving import Cost, new_server
from bench.signing import Login, Signed, account_read
from bench.size import Size
from bench.worker import Worker

READ: Final = "account read after a mark move"
ORDER: Final = "order"


class StartRow(Struct):
    """Starts of `perpbox serve` on a journal with so many funded accounts."""

    accounts: int
    way: str
    """From a snapshot, or by replaying every line."""
    file: int
    """Bytes of the journal."""
    ready: Figure
    answered: Figure
    memory: Figure


class CostRow(Struct):
    """What one account's call costs where so many accounts exist."""

    what: str
    accounts: int
    cost: Figure
    """Seconds of the writer's thread."""
    longest: Figure
    """The longest single call of a run."""
    of_few: Figure
    """Cost as a ratio to that where there is one account."""


class Scale(Struct):
    starts: list[StartRow]
    costs: list[CostRow]


class Place(Struct, frozen=True):
    """A journal to start from."""

    accounts: int
    way: str
    path: Path
    login: Login


def measure_scale(size: Size) -> Scale:
    with tempfile.TemporaryDirectory() as name:
        places = _make(Path(name), size)
        starts = interleaved(
            size.starts, {place: partial(start, place.path, place.login) for place in places}
        )
        rows = [_start_row(place, starts[place]) for place in places]
        few, many = places[0], next(p for p in places if p.accounts == size.accounts[-1])
        return Scale(rows, _costs(few, many, size))


def _make(folder: Path, size: Size) -> list[Place]:
    """A journal of each size, and the largest once more without its snapshot."""
    places = []
    with new_maker() as maker:
        for accounts in size.accounts:
            path = folder / f"{accounts}.sqlite"
            login = maker.ask("make", str(path), accounts)
            way = "snapshot" if accounts >= 1_000 else "replay"
            places.append(Place(accounts, way, path, login))
    if places[-1].way == "snapshot":
        bare = without_snapshots(places[-1].path)
        places.append(Place(places[-1].accounts, "replay", bare, places[-1].login))
    return places


def _start_row(place: Place, starts: list[Start]) -> StartRow:
    return StartRow(
        accounts=place.accounts,
        way=place.way,
        file=place.path.stat().st_size,
        ready=figure(s.ready for s in starts),
        answered=figure(s.answered for s in starts),
        memory=figure(s.memory for s in starts),
    )


def _costs(few: Place, many: Place, size: Size) -> list[CostRow]:
    """The same calls in turn on two servers, one idle while the other works."""
    with new_server(str(few.path)) as at_few, new_server(str(many.path)) as at_many:
        servers = {few.accounts: at_few, many.accounts: at_many}
        for server in servers.values():
            server.ask("freeze")
        calls: dict[str, Callable[[Login], list[Signed]]] = {
            READ: lambda login: [account_read(login)],
            ORDER: lambda login: place_and_cancel(login, "scale"),
        }
        cases: dict[tuple[str, int], Callable[[], Cost]] = {
            (what, place.accounts): partial(
                _time, servers[place.accounts], requests(place.login), size.calls, what == READ
            )
            for what, requests in calls.items()
            for place in (few, many)
        }
        costs = interleaved(size.rounds, cases)
    rows = []
    for (what, accounts), found in costs.items():
        base = costs[what, few.accounts]
        rows.append(
            CostRow(
                what=what,
                accounts=accounts,
                cost=figure(c.mean for c in found),
                longest=figure(c.longest for c in found),
                of_few=ratio([c.mean for c in found], [c.mean for c in base]),
            )
        )
    return rows


def _time(server: Worker, requests: list[Signed], calls: int, moving: bool) -> Cost:
    cost: Cost = server.ask("time_answers", requests, calls, moving=moving)
    return cost
