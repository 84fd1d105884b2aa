"""A whole venue in memory behind the API, and the operator's hands on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from perpbox.account import House
from perpbox.api.app import Api
from perpbox.api.befall import Befallen
from perpbox.api.calendar import NEWEST
from perpbox.api.desk import Desk
from perpbox.api.limits import Limits
from perpbox.api.streams.door import open_streams
from perpbox.api.streams.hub import TICK
from perpbox.api.streams.listen_keys import ListenKeys
from perpbox.api.ws_api.app import WebSocketApi
from perpbox.engine.commands import (
    Command,
    MarketPrices,
    MoveInsurance,
    MovePrices,
    OpenAccount,
    OpenVenue,
    SetLiquidity,
    Transfer,
)
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.faults import Faults
from perpbox.feed.clock import ManualClock
from perpbox.instrument import Catalogue, builtin
from perpbox.journal.journal import Head, Journal
from perpbox.journal.keys import KeyStore
from perpbox.journal.memory import MemoryJournal
from perpbox.message import Pending, Request, Response
from perpbox.money import Millis, Price, parse
from perpbox.tape import Tape
from perpbox.venue import Venue
from tests.api.conforming import require_described

NOON: Final[Millis] = 1_795_348_800_000
SECOND: Final[Millis] = 1000
MINUTE: Final[Millis] = 60 * SECOND
HOUR: Final[Millis] = 60 * MINUTE
DAY: Final[Millis] = 24 * HOUR

CATALOGUE: Final = builtin()
START: Final = {"BTCUSDT": "50000", "ETHUSDC": "2500", "ADAUSDT": "0.5"}
"""Where prices stand at first."""


class Told(msgspec.Struct):
    """An answer as a client reads it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def code(self) -> int:
        """Of a refusal, whose body has a code, a message and nothing else."""
        body = self.json
        assert list(body) == ["code", "msg"], body
        assert isinstance(body["code"], int)
        assert isinstance(body["msg"], str)
        assert body["msg"]
        return int(body["code"])

    @property
    def refusal(self) -> tuple[int, int]:
        return self.status, self.code


class HeldJournal(MemoryJournal):
    """A journal whose lines become durable when a test says so."""

    def __init__(self) -> None:
        super().__init__(Head(b"", 0, created=0))
        self._told = 0
        self.holds = False

    @property
    def durable_sequence(self) -> int:
        return self._told if self.holds else self.last_sequence

    def hold(self) -> None:
        """From now on nothing becomes durable by itself."""
        self._told = self.last_sequence
        self.holds = True

    def write(self, lines: int = 1) -> int:
        """So many more lines are durable; the last one's number."""
        self._told = min(self._told + lines, self.last_sequence)
        return self._told


class Exchange:
    """The venue under test: BTCUSDT stands at 50 000, ETHUSDC at 2 500, ADAUSDT at 0.5."""

    def __init__(
        self,
        journal: Journal | None = None,
        *,
        limits: Limits | None = None,
        machine_clock: Callable[[], Millis | None] | None = None,
        before: Exchange | None = None,
        api_date: str = NEWEST,
        catalogue: Catalogue = CATALOGUE,
        opens: bool = True,
    ) -> None:
        """A new venue, or with `before` that one as a start out of a snapshot would have it.

        One that does not open has no markets yet.
        """
        self.journal = journal or MemoryJournal(Head(b"", 0, created=0))
        self.clock = ManualClock(before.now if before else NOON)
        self.state = load(before.snapshot(), catalogue) if before else State(catalogue)
        sequence = before.venue.sequence if before else 0
        self.venue: Venue = Venue(self.state, sequence, self.journal, self.clock)
        self.keys = KeyStore(self.journal.keys, seed="exchange")
        self.tape = Tape(self.journal)
        self.venue.listeners.append(self.tape.note)
        desk = Desk(
            self.venue,
            self.journal.history,
            self.tape,
            api_date,
            ListenKeys(self.journal.listen_keys, seed="exchange"),
            faults=Faults(self.venue.now, self._hold),
        )
        self.desk = desk
        self.faults = desk.faults
        self.held: list[tuple[float, Callable[[], None]]] = []
        """What faults hold back, and for how many seconds."""
        self._soon: list[Callable[[], None]] = []
        self.at_rest = True
        """Whether streams push after every turn, as they do while the clock stands."""
        self.streams = open_streams(
            desk, limits, soon=self._soon.append, at_rest=lambda: self.at_rest
        )
        self.api = Api(
            desk,
            self.keys,
            limits=limits,
            machine_clock=machine_clock,
        )
        self.rest = Befallen(desk, self.keys, self.api.answer)
        self.ws_api = WebSocketApi(self.api.guard)
        if opens and not before:
            self.submit(OpenVenue())
            self.move(**{name: mark for name, mark in START.items() if name in catalogue.symbols})

    def _hold(self, seconds: float, then: Callable[[], None]) -> None:
        self.held.append((seconds, then))

    def restarted(self) -> Exchange:
        """The same venue with nothing kept from before but its journal."""
        return Exchange(self.journal, before=self, catalogue=self.state.catalogue)

    @property
    def now(self) -> Millis:
        return self.venue.now()

    def submit(self, command: Command) -> Turn:
        """An operator's command; durable before anybody asks."""
        turn = self.venue.submit(command)
        if not isinstance(self.journal, HeldJournal):
            self.journal.flush()
            self.venue.note_durable(self.journal.durable_sequence)
        return turn

    def move(self, **marks: str) -> None:
        """Mark and index price of each symbol, and the house ladder with them."""
        prices = {name: MarketPrices(parse(mark), parse(mark)) for name, mark in marks.items()}
        self.submit(MovePrices(prices, {}))

    def last(self, **prices: str) -> None:
        """The last price of each symbol; the house ladder comes back where quotes stood."""
        moved = {name: MarketPrices(None, None, parse(last)) for name, last in prices.items()}
        self.submit(MovePrices(moved, {}))

    def set_prices(self, symbol: str, mark: Price, index: Price, last: Price) -> None:
        self.submit(MovePrices({symbol: MarketPrices(mark, index, last)}, {}))

    def index(self, **prices: str) -> None:
        """Index price of each asset, in USD."""
        self.submit(MovePrices({}, {name: parse(price) for name, price in prices.items()}))

    def quote(
        self, symbol: str, bids: Iterable[tuple[str, str]], asks: Iterable[tuple[str, str]]
    ) -> None:
        """Replace the house ladder by these quotes, each (price, quantity)."""
        sides = [[(parse(p), parse(q)) for p, q in side] for side in (bids, asks)]
        self.submit(SetLiquidity(symbol, *sides))

    def open(self, name: str = "trader", **balances: str) -> int:
        """A new account; its id."""
        amounts = {asset: parse(amount) for asset, amount in balances.items()}
        return self.submit(OpenAccount(name, amounts)).account_id

    def transfer(self, account_id: int, asset: str, amount: str) -> None:
        self.submit(Transfer(account_id, asset, parse(amount)))

    def empty_the_fund(self, asset: str) -> None:
        """Leave nothing in the insurance fund."""
        self.submit(MoveInsurance(asset, -self.state.house[House.INSURANCE, asset]))

    def pass_time(self, span: Millis) -> None:
        """Let time pass; what falls due on the way is done."""
        self.venue.move_clock(self.now + span)

    def push(self) -> None:
        """Let the streams push what they have, as far as it is durable."""
        while self._soon:
            self._soon.pop(0)()
        self.venue.note_durable(self.journal.durable_sequence)

    def tick(self, span: Millis) -> None:
        """So much of the machine's time passes, the clock's with it, and no turn happens."""
        for _ in range(span // TICK):
            self.clock.set(self.clock.now() + TICK)
            self.streams.hub.tick()
            self.push()

    def snapshot(self) -> bytes:
        """The whole state as bytes: equal if nothing has happened."""
        return dump(self.state)

    def answer(self, request: Request) -> Told:
        """What the API answers, once it may; the OpenAPI document knows such an answer."""
        answer = self.api.answer(request)
        if isinstance(answer, Pending):
            self.journal.flush()
            self.venue.note_durable(self.journal.durable_sequence)
            assert self.venue.durable_sequence >= answer.sequence
            answer = answer.finish()
        require_described(request, answer)
        return told(answer)

    def ask(self, method: str, path: str, query: str | bytes = b"", **how: Any) -> Told:
        """A request without a signature; `how` is the rest of a `Request`."""
        raw = query.encode() if isinstance(query, str) else query
        return self.answer(Request(method, path, raw, **how))

    def get(self, path: str, query: str | bytes = b"") -> Any:
        """The JSON of a public endpoint, which does not refuse."""
        answer = self.ask("GET", path, query)
        assert answer.status == 200, answer.body
        return answer.json


def told(response: Response) -> Told:
    assert response.content_type == "application/json"
    return Told(response.status, dict(response.headers), response.body)
