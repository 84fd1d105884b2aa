"""Matching against a naive book: the same trades, in the same order, at the same prices."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from perpbox.account import OrderType, PositionSide, SelfTradePrevention, TimeInForce
from perpbox.engine import commands as ask
from perpbox.engine import events as happened
from perpbox.engine.rejects import Rejected
from perpbox.engine.turn import Turn
from perpbox.money import SCALE, parse
from tests.engine.rig import Rig
from tests.property.naive_book import HOUSE, Happened, NaiveBook, Refused, Wish

SYMBOL: Final = "BTCUSDT"
TURNS: Final = 80
PREVENTIONS: Final = list(SelfTradePrevention)
IN_FORCE: Final = [TimeInForce.GTC] * 4 + list(TimeInForce)


class TwoBooks:
    """Everything is asked of the engine and of the naive book, and both must say the same.

    The accounts are rich, so that margin never decides.
    """

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.rig = Rig(read_each_turn=False)
        for name in ("alice", "bob", "carol"):
            self.rig.submit(ask.OpenAccount(name, {"USDT": 10**9 * SCALE}))
        self.rig.submit(ask.SetLiquidity(SYMBOL, [], []))
        self.naive = NaiveBook()
        self.labels: dict[int, str] = {}
        self.made = 0

    def price(self) -> int:
        return parse("50000") + self.dice.randint(-5, 5) * parse("0.1")

    def quantity(self) -> int:
        return self.dice.randint(2, 9) * parse("0.001")

    def place(self) -> None:
        self.made += 1
        dice, owner = self.dice, self.dice.randint(1, 3)
        held = self.naive.positions.get(owner, 0)
        reduce_only = dice.random() < 0.35
        wish = Wish(
            label=f"n{self.made}",
            owner=owner,
            side=-1 if reduce_only and held > 0 else dice.choice((1, -1)),
            quantity=self.quantity(),
            price=None if dice.random() < 0.15 else self.price(),
            in_force=dice.choice(IN_FORCE),
            reduce_only=reduce_only,
            prevention=dice.choice(PREVENTIONS),
        )
        if wish.price is None:
            wish = wish._replace(in_force=TimeInForce.GTC)
        command = ask.PlaceOrder(
            owner,
            SYMBOL,
            wish.side,
            PositionSide.BOTH,
            OrderType.MARKET if wish.price is None else OrderType.LIMIT,
            wish.quantity,
            wish.price or 0,
            wish.in_force,
            reduce_only,
            wish.label,
            wish.prevention,
        )
        self.both(command, lambda: self.naive.place(wish))

    def amend(self) -> None:
        paper = self.dice.choice(self.naive.standing)
        wish = paper.wish
        quantity = paper.quantity if self.dice.random() < 0.5 else self.quantity()
        price = self.price()
        command = ask.AmendOrder(
            wish.owner, SYMBOL, wish.side, quantity, price, client_order_id=wish.label
        )
        self.both(command, lambda: self.naive.amend(wish.label, quantity, price))

    def cancel(self) -> None:
        wish = self.dice.choice(self.naive.standing).wish
        command = ask.CancelOrder(wish.owner, SYMBOL, client_order_id=wish.label)
        self.both(command, lambda: self.naive.cancel(wish.label))

    def quote(self) -> None:
        sides = [
            {self.price(): self.quantity() for _ in range(self.dice.randint(0, 3))}
            for _ in range(2)
        ]
        if self.dice.random() < 0.8 and all(sides):
            # Apart, so that they are not refused.
            split = self.price()
            sides[0] = {p: q for p, q in sides[0].items() if p < split}
            sides[1] = {p: q for p, q in sides[1].items() if p >= split}
        bids, asks = (list(side.items()) for side in sides)
        copies = [[list(level) for level in levels] for levels in (bids, asks)]
        self.both(ask.SetLiquidity(SYMBOL, bids, asks), lambda: self.naive.quote(*copies))

    def both(self, command: ask.Command, naively: Callable[[], None]) -> None:
        self.naive.log.clear()
        assert self.asked_of_engine(command) == self.asked_of_naive(naively)
        self.compare()

    def asked_of_naive(self, naively: Callable[[], None]) -> list[Happened]:
        try:
            naively()
        except Refused as refused:
            return [("refused", str(refused))]
        return self.naive.log

    def asked_of_engine(self, command: ask.Command) -> list[Happened]:
        try:
            turn = self.rig.submit(command)
        except Rejected as refused:
            return [("refused", refused.reject.name)]
        return self.log_of(turn)

    def log_of(self, turn: Turn) -> list[Happened]:
        """The turn in the naive book's words."""
        log: list[Happened] = []
        for at, event in enumerate(turn.events):
            match event:
                case happened.OrderAccepted():
                    self.labels[event.order_id] = event.client_order_id
                case happened.OrderRested():
                    log.append(("rested", self.labels[event.order_id]))
                case happened.OrderExpired():
                    log.append(("expired", self.labels[event.order_id]))
                case happened.OrderCanceled():
                    log.append(("canceled", self.labels[event.order_id]))
                case happened.Traded():
                    names = {True: HOUSE, False: HOUSE}
                    for fill in turn.events[at:]:
                        if not isinstance(fill, happened.OrderFilled):
                            continue
                        if fill.trade_id == event.trade_id:
                            names[fill.is_maker] = self.labels[fill.order_id]
                    log.append(("trade", event.price, event.quantity, names[True], names[False]))
                case _:
                    pass
        return log

    def compare(self) -> None:
        """Both hold the same orders in the same order, the same quotes and the same positions."""
        state = self.rig.state
        standing = [(p.wish.label, p.price, p.left) for p in self.naive.standing]
        orders = sorted(state.orders.values(), key=lambda order: order.priority)
        assert [(o.client_order_id, o.price, o.remaining) for o in orders] == standing
        quotes = state.markets[SYMBOL].quotes
        assert quotes is not None
        for side in (1, -1):
            assert [list(level) for level in quotes[side]] == self.naive.quotes[side]
        for account_id, account in state.accounts.items():
            held = account.exposure(state.catalogue.symbols[SYMBOL]).position(PositionSide.BOTH)
            assert held.quantity == self.naive.positions.get(account_id, 0)


@pytest.mark.simulate
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 2**32 - 1))
def test_the_engine_trades_as_a_naive_book_does(seed: int) -> None:
    dice = Random(seed)
    books = TwoBooks(dice)
    for _ in range(TURNS):
        standing = bool(books.naive.standing)
        kinds = [books.place, books.quote]
        weights = [16, 2]
        if standing:
            kinds += [books.amend, books.cancel]
            weights += [4, 1]
        [step] = dice.choices(kinds, weights)
        step()
