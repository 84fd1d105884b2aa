"""Another venue, invented: it answers three questions, takes listeners, and keeps what they say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from perpbox.engine.commands import OpenVenue
from perpbox.engine.state import State
from perpbox.feed.clock import VenueClock
from perpbox.feed.relay import RelayTerms
from perpbox.journal.journal import Head
from perpbox.journal.memory import MemoryJournal
from perpbox.message import Request, Response, Session, Wire, framed
from perpbox.money import parse
from perpbox.server.http import HttpServer
from perpbox.server.relay import Relay
from perpbox.venue import Venue
from tests.server.shell import Kept
from tests.worlds import CATALOGUE

ANSWERS: Final[dict[str, object]] = {
    "/fapi/v1/exchangeInfo": {"symbols": [{"symbol": "BTCUSDT", "status": "TRADING"}]},
    "/fapi/v1/premiumIndex": [
        {
            "symbol": "BTCUSDT",
            "markPrice": "60000",
            "indexPrice": "60000",
            "lastFundingRate": "0.0001",
            "nextFundingTime": 0,
            "time": 0,
        }
    ],
    "/fapi/v2/ticker/price": [{"symbol": "BTCUSDT", "price": "60000"}],
}


class Listener:
    """One connection to its streams."""

    messages_per_second = 10
    pings_per_second = 0

    def __init__(self, request: Request, wire: Wire) -> None:
        self.request = request
        self.wire = wire
        self.said: list[str] = []
        self.is_gone = False

    def receive(self, message: str) -> None:
        self.said.append(message)
        self.wire.send(framed(b'{"result":null,"id":1}'))

    def check(self) -> None:
        """It may last."""

    def closed(self) -> None:
        self.is_gone = True

    @property
    def streams(self) -> list[str]:
        return [name for said in self.said for name in json.loads(said)["params"]]

    def tell(self, data: object) -> None:
        self.wire.send(framed(json.dumps({"stream": "s", "data": data}).encode()))


class Elsewhere:
    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.listeners: list[Listener] = []
        self.answers = dict(ANSWERS)
        self.is_closed = False
        """Whether listeners are refused."""
        self.server = HttpServer(
            self.answer, lambda _, finish: finish(), Kept(), connect=self.connect
        )

    def answer(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers.get(request.path)
        if answer is None:
            return Response(404, b"{}")
        return Response(200, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def connect(self, request: Request, wire: Wire) -> Session | Response:
        self.requests.append(request)
        if self.is_closed:
            return Response(503, b"{}")
        self.listeners.append(Listener(request, wire))
        return self.listeners[-1]

    def cut(self) -> None:
        """All connections break off without a word."""
        for socket in list(self.server.sockets):
            socket.transport.abort()

    def listening(self, address: str = "/public/stream") -> list[Listener]:
        """Who has asked there for streams, and is there still."""
        return [
            each
            for each in self.listeners
            if each.request.path == address and each.said and not each.is_gone
        ]


class Stage:
    """The other venue, one that relays it, and both on this loop."""

    def __init__(self, there: Elsewhere) -> None:
        self.there = there
        self.log = Kept()
        self.failed: list[BaseException] = []
        self.venue = Venue(
            State(CATALOGUE), 0, MemoryJournal(Head(b"", 0, created=0)), VenueClock()
        )
        self.venue.submit(OpenVenue())

    async def relay(self, **settings: Any) -> Relay:
        url = f"ws://127.0.0.1:{self.there.server.port}"
        terms = RelayTerms(url=url, first_pause=0.001, pace=0.0, **settings)
        relay = Relay(terms, self.venue, self.log, lambda _, error: self.failed.append(error))
        await relay.start()
        return relay

    async def listening(self) -> Listener:
        """A listener to the books, once it has asked for them."""
        await self.until(lambda: bool(self.there.listening()))
        return self.there.listening()[-1]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Give way to the loop until it holds; the scenario's own time limit ends it."""
        while not condition():  # noqa: ASYNC110  what is awaited has no event of its own
            await asyncio.sleep(0)

    async def until_marked(self, price: str) -> None:
        await self.until(lambda: self.venue.state.marks["BTCUSDT"] == parse(price))

    def logged(self, event: str) -> list[dict[str, object]]:
        return [entry for entry in self.log.entries if entry["event"] == event]


@asynccontextmanager
async def relayed() -> AsyncIterator[Stage]:
    there = Elsewhere()
    await there.server.start("127.0.0.1", 0)
    try:
        yield Stage(there)
    finally:
        await there.server.stop(0.01)
