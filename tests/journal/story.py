"""A venue in miniature: an engine's state and a journal, and traders who do this and that."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Final

from msgspec.structs import replace

from perpbox.account import OrderType, PositionSide, TimeInForce
from perpbox.engine.commands import (
    CancelOrder,
    Command,
    MarketPrices,
    MovePrices,
    OpenAccount,
    OpenVenue,
    PlaceOrder,
)
from perpbox.engine.handle import handle
from perpbox.engine.line import Line
from perpbox.engine.rejects import Rejected
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.instrument import Catalogue, builtin, to_json
from perpbox.journal import Journal
from perpbox.money import Millis, parse, text_short
from tests.journal.whims import whims

START: Final[Millis] = 1_767_225_600_000
SECOND: Final[Millis] = 1_000
BTC: Final = "BTCUSDT"
ETH: Final = "ETHUSDT"


@cache
def catalogue() -> Catalogue:
    """Two symbols of the built-in catalogue are plenty."""
    whole = builtin()
    symbols = {name: whole.symbols[name] for name in (BTC, ETH)}
    return replace(whole, symbols=symbols)


@cache
def catalogue_json() -> bytes:
    return to_json(catalogue())


class Story:
    """What a venue does with a journal, without a clock: a second passes with every command."""

    def __init__(self, journal: Journal, state: State | None = None, sequence: int = 0) -> None:
        self.journal = journal
        self.state = state or State(catalogue())
        self.sequence = sequence
        self.now = max(START, self.state.now)

    def submit(self, command: Command) -> Turn:
        """Let it happen and journal it; `Rejected` goes through and leaves no trace."""
        self.now += SECOND
        turn = handle(self.state, command, self.now)
        if turn.events:
            self.sequence += 1
            self.journal.append(Line(self.sequence, self.now, command, turn.events))
        return turn

    def to(self, time: Millis) -> None:
        """Let the next command happen then."""
        self.now = time - SECOND

    def open(self, *names: str, usdt: str = "100000") -> list[int]:
        """Open the venue if need be, and an account for each name."""
        if not self.state.markets:
            self.submit(OpenVenue())
        return [self.submit(OpenAccount(name, {"USDT": parse(usdt)})).account_id for name in names]

    def order(
        self,
        account_id: int,
        side: int,
        price: str = "",
        quantity: str = "0.010",
        *,
        symbol: str = BTC,
        client_order_id: str = "",
        time_in_force: TimeInForce = TimeInForce.GTC,
    ) -> int:
        """Place an order, a MARKET one without a price; its id."""
        turn = self.submit(
            PlaceOrder(
                account_id,
                symbol,
                side,
                PositionSide.BOTH,
                OrderType.LIMIT if price else OrderType.MARKET,
                parse(quantity),
                parse(price) if price else 0,
                time_in_force,
                client_order_id=client_order_id,
            )
        )
        return turn.orders[0].order_id

    def cancel(self, account_id: int, order_id: int, symbol: str = BTC) -> None:
        self.submit(CancelOrder(account_id, symbol, order_id))

    def move(self, price: str, symbol: str = BTC) -> None:
        mark = parse(price)
        self.submit(MovePrices({symbol: MarketPrices(mark, mark)}, {}))

    def at_mark(self, symbol: str = BTC) -> str:
        """The mark price as text; between the house's quotes, so that clients come first there."""
        return text_short(self.state.markets[symbol].mark)

    def live(self, turns: int, seed: int = 0) -> None:
        """Journal so many more turns of this and that, the same for the same seed."""
        target = self.sequence + turns
        if not self.state.accounts:
            self.open("alice", "bob", "carol")
        commands = whims(self.state, Random(seed))
        while self.sequence < target:
            try:
                self.submit(next(commands))
            except Rejected:
                continue
