"""Matching against a naive book: the same trades, in the same order, at the same prices."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from perpbox.account import OrderType, PositionSide, SelfTradePrevention, TimeInForce
from perpbox.engine import commands as ask
from perpbox.engine import events as happened
from perpbox.engine.rejects import Rejected
from perpbox.engine.turn import Turn
from perpbox.money import SCALE, parse
from tests.engine.rig import Rig
from tests.property.naive_book import HOUSE, Happened, NaiveBook, Refused, Wish

SYMBOL = "BTCUSDT"
PRICES = st.integers(-5, 5).map(lambda step: parse("50000") + step * parse("0.1"))
QUANTITIES = st.integers(2, 9).map(lambda steps: steps * parse("0.001"))
OWNERS = st.integers(1, 3)
LEVELS = st.dictionaries(PRICES, QUANTITIES, max_size=3)


class TwoBooks(RuleBasedStateMachine):
    """Everything is asked of the engine and of the naive book, and both must say the same.

    The accounts are rich, so that margin never decides.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rig = Rig(read_each_turn=False)
        for name in ("alice", "bob", "carol"):
            self.rig.submit(ask.OpenAccount(name, {"USDT": 10**9 * SCALE}))
        self.rig.submit(ask.SetLiquidity(SYMBOL, [], []))
        self.naive = NaiveBook()
        self.labels: dict[int, str] = {}
        self.made = 0

    @rule(
        owner=OWNERS,
        side=st.sampled_from((1, -1)),
        quantity=QUANTITIES,
        price=PRICES | st.none(),
        in_force=st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, *TimeInForce]),
        reduce_only=st.booleans(),
        prevention=st.sampled_from(list(SelfTradePrevention)),
    )
    def place(
        self,
        owner: int,
        side: int,
        quantity: int,
        price: int | None,
        in_force: TimeInForce,
        reduce_only: bool,
        prevention: SelfTradePrevention,
    ) -> None:
        self.made += 1
        if price is None:
            in_force = TimeInForce.GTC
        wish = Wish(
            f"n{self.made}", owner, side, quantity, price, in_force, reduce_only, prevention
        )
        command = ask.PlaceOrder(
            owner,
            SYMBOL,
            side,
            PositionSide.BOTH,
            OrderType.MARKET if price is None else OrderType.LIMIT,
            quantity,
            price or 0,
            in_force,
            reduce_only,
            wish.label,
            prevention,
        )
        self.naive.log.clear()
        try:
            self.naive.place(wish)
        except Refused as refused:
            self.refused(command, str(refused))
        else:
            self.allowed(command)

    @precondition(lambda self: self.naive.standing)
    @rule(rank=st.integers(0, 99), quantity=QUANTITIES, price=PRICES, same=st.booleans())
    def amend(self, rank: int, quantity: int, price: int, same: bool) -> None:
        paper = self.naive.standing[rank % len(self.naive.standing)]
        if same:
            quantity = paper.quantity
        command = ask.AmendOrder(
            paper.wish.owner,
            SYMBOL,
            paper.wish.side,
            quantity,
            price,
            client_order_id=paper.wish.label,
        )
        self.naive.log.clear()
        try:
            self.naive.amend(paper.wish.label, quantity, price)
        except Refused as refused:
            self.refused(command, str(refused))
        else:
            self.allowed(command)

    @precondition(lambda self: self.naive.standing)
    @rule(rank=st.integers(0, 99))
    def cancel(self, rank: int) -> None:
        paper = self.naive.standing[rank % len(self.naive.standing)]
        self.naive.log.clear()
        self.naive.cancel(paper.wish.label)
        self.allowed(ask.CancelOrder(paper.wish.owner, SYMBOL, client_order_id=paper.wish.label))

    @rule(bids=LEVELS, asks=LEVELS)
    def quote(self, bids: dict[int, int], asks: dict[int, int]) -> None:
        command = ask.SetLiquidity(SYMBOL, list(bids.items()), list(asks.items()))
        self.naive.log.clear()
        try:
            self.naive.quote([list(b) for b in bids.items()], [list(a) for a in asks.items()])
        except Refused as refused:
            self.refused(command, str(refused))
        else:
            self.allowed(command)

    def refused(self, command: ask.Command, reason: str) -> None:
        with pytest.raises(Rejected) as raised:
            self.rig.submit(command)
        assert raised.value.reject.name == reason

    def allowed(self, command: ask.Command) -> None:
        turn = self.rig.submit(command)
        assert self.log_of(turn) == self.naive.log

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

    @invariant()
    def both_books_hold_the_same(self) -> None:
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


TestTwoBooks = pytest.mark.fuzz(TwoBooks.TestCase)
