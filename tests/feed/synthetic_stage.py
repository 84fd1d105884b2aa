"""A venue of the built-in catalogue on a manual clock, in which the synthetic market is alive."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, TypeVar

from perpbox.account import OrderType, PositionSide, Side
from perpbox.engine.commands import OpenAccount, OpenVenue, PlaceOrder
from perpbox.engine.events import Event
from perpbox.engine.line import Line, encode
from perpbox.engine.market import Market
from perpbox.engine.rejects import Rejected
from perpbox.engine.snapshot import dump
from perpbox.engine.state import State
from perpbox.feed.clock import ManualClock
from perpbox.feed.synthetic import SyntheticTerms, open_synthetic
from perpbox.instrument import Catalogue, builtin
from perpbox.journal.journal import Head
from perpbox.journal.memory import MemoryJournal
from perpbox.money import Millis, Price, Quantity, parse
from perpbox.venue import Venue

NOON: Final[Millis] = 1_795_348_800_000
SECOND: Final[Millis] = 1000
MINUTE: Final[Millis] = 60 * SECOND
HOUR: Final[Millis] = 60 * MINUTE
DAY: Final[Millis] = 24 * HOUR
BUILTIN: Final = builtin()

EventT = TypeVar("EventT", bound=Event)


class LivelyStage:
    """The venue opened at noon, or goes on from a state; its lines are kept for whoever asks."""

    def __init__(
        self,
        terms: SyntheticTerms | None = None,
        *,
        seed: int = 1,
        catalogue: Catalogue = BUILTIN,
        keep_lines: bool = True,
        state: State | None = None,
        sequence: int = 0,
    ) -> None:
        self.terms = terms or SyntheticTerms()
        self.seed = seed
        self.lines: list[Line] = []
        journal = MemoryJournal(Head(b"", 0, created=0))
        journal.last_sequence = sequence
        begun = state or State(catalogue)
        self.venue = Venue(begun, sequence, journal, ManualClock(begun.now or NOON))
        if state is None:
            self.venue.submit(OpenVenue())
        self.ends: list[Rejected | None] = []
        self.venue.on_feed_end = self.ends.append
        if keep_lines:
            self.venue.listeners.append(self.lines.append)
        self.open_feed()

    def open_feed(self) -> None:
        """As at a start: the market goes on from the state as it is."""
        self.venue.follow(open_synthetic(self.venue.state, self.terms, self.seed))

    def pass_time(self, span: Millis) -> None:
        """In one jump of the clock."""
        self.venue.move_clock(self.venue.now() + span)
        assert not self.ends, "the market has ended"

    def live(self, span: Millis) -> None:
        """Minute by minute, so that every step is as long as usual."""
        for _ in range(span // MINUTE):
            self.pass_time(MINUTE)

    def market(self, name: str) -> Market:
        return self.venue.state.markets[name]

    def events(self, kind: type[EventT]) -> list[EventT]:
        return [event for line in self.lines for event in line.events if isinstance(event, kind)]

    def digest(self) -> str:
        """Of all lines and of the state at their end."""
        digest = sha256(b"".join(encode(line) + b"\n" for line in self.lines))
        digest.update(dump(self.venue.state))
        return digest.hexdigest()

    # What clients do.

    def open_account(self, deposit: str) -> int:
        return self.venue.submit(OpenAccount("bot", {"USDT": parse(deposit)})).account_id

    def order(
        self, account_id: int, name: str, side: Side, quantity: Quantity, price: Price = 0
    ) -> int:
        """A limit order at this price, or a market order; its id."""
        kind = OrderType.LIMIT if price else OrderType.MARKET
        both = PositionSide.BOTH
        turn = self.venue.submit(PlaceOrder(account_id, name, side, both, kind, quantity, price))
        return turn.orders[0].order_id
