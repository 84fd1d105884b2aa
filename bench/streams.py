"""Streams: one message to many, an order's event, what is idle, and what listening costs others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from bench.client import Load, new_client
from bench.listening import Delivered, Waits, handshake, new_listeners
from bench.orders import place_and_cancel
from bench.reads import CONNECTIONS, Phase
from bench.rounds import Figure, figure, interleaved, ratio
from bench.serving import Work, new_server
from bench.signing import Login, Signed, as_message, signed
from bench.size import Size
from bench.worker import Worker

TRADES: Final = "btcusdt@aggTrade"
STREAMS: Final = (TRADES, f"{TRADES}/btcusdt@kline_1m")
IDLE: Final = "btcusdt@markPrice"
REST: Final = "REST"
WEBSOCKET_API: Final = "WebSocket API"
DOORS: Final = {REST: "", WEBSOCKET_API: "/ws-fapi/v1?returnRateLimits=false"}
METHODS: Final = {"POST": "order.place", "DELETE": "order.cancel"}
NOBODY: Final = "nobody"
ANOTHER: Final = "another account"
ITSELF: Final = "the account"


class FanOutRow(Struct):
    """A market order, and what it leads to on streams that so many connections listen to."""

    streams: str
    listeners: int
    rate: Figure
    """Messages a second."""
    cpu: Figure
    """Seconds of the server's processor time a message, with a share of the order's."""
    client_busy: Figure


class EventRow(Struct):
    """From an order's or a cancel's last byte, one at a time, to what is told of it."""

    way: str
    journal: str
    answer: Figure
    """Median of a run."""
    event: Figure
    """Until the ORDER_TRADE_UPDATE on another connection; likewise."""
    event_p99: Figure


class IdleRow(Struct):
    """Connections that listen to a stream on which nothing comes."""

    connections: int
    memory: Figure
    """Bytes of the server's a connection; buffers of the system not counted."""


class ListenedRow(Struct):
    """Market orders while a user data stream is listened to."""

    to: str
    rate: Figure
    """Orders a second."""
    cpu: Figure
    of_nobody: Figure
    """Rate as a ratio to that while nobody listens."""
    of_nobody_cpu: Figure
    """The same in processor time instead of orders a second."""
    client_busy: Figure


class Streams(Struct):
    fan_out: list[FanOutRow]
    events: list[EventRow]
    idle: IdleRow
    listened: list[ListenedRow]


def measure_streams(size: Size) -> Streams:
    with new_listeners() as listeners:
        fan_out = _measure_fan_out(listeners, size)
        events = _measure_events(listeners, size)
        idle = _measure_idle(listeners, size)
    return Streams(fan_out, events, idle, _measure_listened(size))


# One message to many.


class Spread(Struct, frozen=True):
    delivered: Delivered
    cpu: float


def _measure_fan_out(listeners: Worker, size: Size) -> list[FanOutRow]:
    with new_server() as server:
        script = [order.wire for order in buy_and_sell(server.ask("open", "flat"))]
        server.ask("freeze")

        def run(streams: str, count: int) -> Spread:
            listeners.ask("open", server.greeting, f"/stream?streams={streams}", count)
            listeners.ask("settle")
            before: Work = server.ask("work")
            delivered: Delivered = listeners.ask("fan_out", server.greeting, script, size.seconds)
            after: Work = server.ask("work")
            listeners.ask("close")
            return Spread(delivered, (after.cpu - before.cpu) / delivered.messages)

        kinds = [(TRADES, size.listeners // 10), *((each, size.listeners) for each in STREAMS)]
        cases: dict[tuple[str, int], Callable[[], Spread]] = {
            kind: partial(run, *kind) for kind in kinds
        }
        interleaved(1, {kinds[0]: cases[kinds[0]]})  # to warm up
        found = interleaved(size.rounds, cases)
    return [
        FanOutRow(
            streams=streams.replace("/", ", "),
            listeners=count,
            rate=figure(s.delivered.rate for s in spreads),
            cpu=figure(s.cpu for s in spreads),
            client_busy=figure(s.delivered.busy for s in spreads),
        )
        for (streams, count), spreads in found.items()
    ]


def buy_and_sell(login: Login) -> list[Signed]:
    """Two market orders that leave no position."""
    order = {"symbol": "BTCUSDT", "type": "MARKET", "quantity": "0.010"}
    return [signed(login, "POST", "/fapi/v1/order", **order, side=side) for side in ("BUY", "SELL")]


# An order's event.


def _measure_events(listeners: Worker, size: Size) -> list[EventRow]:
    with (
        tempfile.TemporaryDirectory() as folder,
        new_server(str(Path(folder) / "streams.sqlite")) as durable,
        new_server() as passing,
    ):
        servers = {"memory": passing, "file": durable}
        logins: dict[str, Login] = {
            name: each.ask("open", "flat") for name, each in servers.items()
        }
        for server in servers.values():
            server.ask("freeze")

        def run(way: str, journal: str) -> Waits:
            server, login = servers[journal], logins[journal]
            listeners.ask("open", server.greeting, _user_stream(server, login), 1)
            orders = place_and_cancel(login, "event")
            script = [order.wire for order in orders]
            if way == WEBSOCKET_API:
                script = [as_message(login, METHODS[order.method], order) for order in orders]
            port, seconds = server.greeting, size.seconds
            waits: Waits = listeners.ask("waits", port, DOORS[way], script, seconds)
            listeners.ask("close")
            return waits

        cases: dict[tuple[str, str], Callable[[], Waits]] = {
            (way, journal): partial(run, way, journal) for journal in servers for way in DOORS
        }
        interleaved(1, cases)  # to warm up
        found = interleaved(size.rounds, cases)
    return [
        EventRow(
            way=way,
            journal=journal,
            answer=figure(_part(w.answer, 50) for w in waits),
            event=figure(_part(w.event, 50) for w in waits),
            event_p99=figure(_part(w.event, 99) for w in waits),
        )
        for (way, journal), waits in found.items()
    ]


def _user_stream(server: Worker, login: Login) -> str:
    body: bytes = server.ask("body", signed(login, "POST", "/fapi/v1/listenKey"))
    key: str = msgspec.json.decode(body)["listenKey"]
    return f"/private/ws?listenKey={key}"


def _part(waits: list[float], percent: int) -> float:
    return sorted(waits)[len(waits) * percent // 100]


# What is idle.


def _measure_idle(listeners: Worker, size: Size) -> IdleRow:
    found = interleaved(size.rounds, {IDLE: lambda: _idle(listeners, size.listeners)})
    return IdleRow(size.listeners, figure(found[IDLE]))


def _idle(listeners: Worker, count: int) -> float:
    """In a new server each time: memory that was given back once is not asked for again."""
    with new_server() as server:
        server.ask("freeze")
        listeners.ask("open", server.greeting, f"/ws/{IDLE}", count // 10)
        listeners.ask("settle")
        before: int = server.ask("memory")
        listeners.ask("open", server.greeting, f"/ws/{IDLE}", count)
        listeners.ask("settle")
        after: int = server.ask("memory")
        listeners.ask("close")
        return (after - before) / count


# What listening costs.


def _measure_listened(size: Size) -> list[ListenedRow]:
    with new_client() as client, new_server() as server:
        login: Login = server.ask("open", "flat")
        other: Login = server.ask("open", "flat")
        ears = {
            NOBODY: [],
            ANOTHER: [handshake(_user_stream(server, other))],
            ITSELF: [handshake(_user_stream(server, login))],
        }
        scripts = [[order.wire for order in buy_and_sell(login)]] * CONNECTIONS
        server.ask("freeze")

        def run(to: str) -> Phase:
            before: Work = server.ask("work")
            load: Load = client.ask("load", server.greeting, scripts, size.seconds, ears[to])
            return Phase(load, before, server.ask("work"))

        cases: dict[str, Callable[[], Phase]] = {to: partial(run, to) for to in ears}
        interleaved(1, {NOBODY: cases[NOBODY]})  # to warm up
        phases = interleaved(size.rounds, cases)
    rates = {to: [p.load.rate for p in found] for to, found in phases.items()}
    costs = {to: [p.cpu for p in found] for to, found in phases.items()}
    return [
        ListenedRow(
            to=to,
            rate=figure(rates[to]),
            cpu=figure(costs[to]),
            of_nobody=ratio(rates[to], rates[NOBODY]),
            of_nobody_cpu=ratio(costs[NOBODY], costs[to]),
            client_busy=figure(p.load.busy for p in found),
        )
        for to, found in phases.items()
    ]
