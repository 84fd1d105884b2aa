"""A venue in miniature: an engine's state and a journal, and traders who do this and that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Final

from perpbox.account import BUY, SELL, OrderType, PositionSide, TimeInForce
from perpbox.engine.commands import (
    AdjustIsolatedMargin,
    AmendOrder,
    CancelOrder,
    CloseAccount,
    Command,
    MarketPrices,
    MovePrices,
    OpenAccount,
    OpenVenue,
    PlaceOrder,
    ResetAccount,
    SetLeverage,
    SetMarginType,
    Transfer,
)
from perpbox.engine.handle import handle
from perpbox.engine.line import Line
from perpbox.engine.rejects import Rejected
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.instrument import Catalogue, builtin, to_json
from perpbox.journal import Journal
from perpbox.money import SCALE, Millis, Price, Quantity, parse

START: Final[Millis] = 1_767_225_600_000
SECOND: Final[Millis] = 1_000
BTC: Final = "BTCUSDT"
ETH: Final = "ETHUSDT"
LOT: Final[Quantity] = parse("0.010")


@cache
def catalogue() -> Catalogue:
    """Two symbols of the built-in catalogue are plenty."""
    whole = builtin()
    symbols = {name: whole.symbols[name] for name in (BTC, ETH)}
    return Catalogue(symbols, whole.assets, whole.source)


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

    def open(self, *names: str, usdt: str = "100000") -> list[int]:
        """Open the venue if need be, and an account for each name."""
        if not self.state.markets:
            self.submit(OpenVenue())
        return [
            self.submit(OpenAccount(name, {"USDT": parse(usdt)})).account_id for name in names
        ]

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

    def mark(self, symbol: str = BTC) -> Price:
        return self.state.markets[symbol].mark

    def move(self, price: str, symbol: str = BTC) -> None:
        mark = parse(price)
        self.submit(MovePrices({symbol: MarketPrices(mark, mark)}, {}))

    # Doing this and that.

    def live(self, turns: int, seed: int = 0) -> None:
        """Journal so many more turns, the same for the same seed."""
        dice = Random(seed)
        target = self.sequence + turns
        if not self.state.accounts:
            self.open("alice", "bob", "carol")
        whims = self._whims(dice)
        while self.sequence < target:
            try:
                self.submit(next(whims))
            except Rejected:
                continue

    def _whims(self, dice: Random) -> Iterator[Command]:
        kinds: list[tuple[Callable[[Random, int, str], Command | None], int]] = [
            (self._limit, 30),
            (self._market, 20),
            (self._cancel, 15),
            (self._amend, 10),
            (self._move, 10),
            (self._leverage, 3),
            (self._margin_type, 3),
            (self._margin, 4),
            (self._transfer, 3),
            (self._leave, 1),
        ]
        choices, weights = zip(*kinds, strict=True)
        while True:
            (kind,) = dice.choices(choices, weights)
            account_id = dice.choice(list(self.state.accounts))
            command = kind(dice, account_id, dice.choice((BTC, ETH)))
            if command is not None:
                yield command

    def _price(self, dice: Random, symbol: str) -> Price:
        tick = self.state.catalogue.symbols[symbol].tick_size
        wanted = self.mark(symbol) * dice.randint(9_900, 10_100) // 10_000
        return wanted // tick * tick

    def _limit(self, dice: Random, account_id: int, symbol: str) -> Command:
        return PlaceOrder(
            account_id,
            symbol,
            dice.choice((BUY, SELL)),
            PositionSide.BOTH,
            OrderType.LIMIT,
            LOT * dice.randint(1, 50),
            self._price(dice, symbol),
            dice.choice(list(TimeInForce)),
            dice.random() < 0.1,
            dice.choice(("", f"mine-{dice.randint(1, 20)}")),
        )

    def _market(self, dice: Random, account_id: int, symbol: str) -> Command:
        return PlaceOrder(
            account_id,
            symbol,
            dice.choice((BUY, SELL)),
            PositionSide.BOTH,
            OrderType.MARKET,
            LOT * dice.randint(1, 50),
        )

    def _cancel(self, dice: Random, account_id: int, symbol: str) -> Command | None:
        order = dice.choice([*self.state.orders.values(), None])
        return order and CancelOrder(order.account_id, order.symbol, order.order_id)

    def _amend(self, dice: Random, account_id: int, symbol: str) -> Command | None:
        order = dice.choice([*self.state.orders.values(), None])
        return order and AmendOrder(
            order.account_id,
            order.symbol,
            order.side,
            LOT * dice.randint(1, 50),
            self._price(dice, order.symbol),
            order.order_id,
        )

    def _move(self, dice: Random, account_id: int, symbol: str) -> Command:
        price = self._price(dice, symbol)
        return MovePrices({symbol: MarketPrices(price, price)}, {})

    def _leverage(self, dice: Random, account_id: int, symbol: str) -> Command:
        return SetLeverage(account_id, symbol, dice.randint(1, 50))

    def _margin_type(self, dice: Random, account_id: int, symbol: str) -> Command:
        return SetMarginType(account_id, symbol, dice.random() < 0.8)

    def _margin(self, dice: Random, account_id: int, symbol: str) -> Command:
        amount = dice.choice((100, 10, -1)) * SCALE
        return AdjustIsolatedMargin(account_id, symbol, PositionSide.BOTH, amount)

    def _transfer(self, dice: Random, account_id: int, symbol: str) -> Command:
        return Transfer(account_id, "USDT", dice.choice((500, -100)) * SCALE)

    def _leave(self, dice: Random, account_id: int, symbol: str) -> Command:
        if len(self.state.accounts) > 2 and dice.random() < 0.3:
            return CloseAccount(account_id)
        if dice.random() < 0.5:
            return ResetAccount(account_id)
        return OpenAccount(f"trader {self.sequence}", {"USDT": 50_000 * SCALE})
