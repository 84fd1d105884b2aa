"""Random venues: every turn ends with nobody at the limit, and asking twice changes nothing."""

from __future__ import annotations

import random

import pytest

from tests.second.arithmetic import ONE
from tests.second.model import Model
from tests.second.observed import (
    AccountReset,
    Deleverage,
    Deposited,
    FundingSettled,
    FundMoved,
    HedgeModeSet,
    MultiAssetsSet,
    OpenOrders,
    OrdersExpired,
    Reduce,
    Step,
    SymbolFacts,
    TakeOver,
)
from tests.second.scenarios import ASSETS, SYMBOLS, isolate, mark, trade, u, venue

STEPS_OF_A_TURN = 400


class Street:
    """A random venue with its house."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.model: Model = venue(free=False)
        self.marks = {"BTCUSDT": 10000, "ETHUSDT": 1000, "BTCUSDC": 10000}
        self.seen: set[str] = set()
        for asset in ASSETS:
            self.model.see(FundMoved(asset.name, self.chance.randrange(300) * ONE))
        self.hedged: set[int] = set()
        for account in range(1, 7):
            self.open(account)

    def open(self, account: int) -> None:
        """An account with random settings and wallets."""
        chance, model = self.chance, self.model
        wallet = {"USDT": chance.randrange(1, 3000) * ONE, "USDC": chance.randrange(1500) * ONE}
        model.see(AccountReset(account, wallet | {"BNB": chance.choice((0, ONE))}))
        if chance.random() < 0.4:
            model.see(HedgeModeSet(account, on=True))
            self.hedged.add(account)
        kind = chance.random()
        if kind < 0.35:
            model.see(MultiAssetsSet(account, on=True))
        elif kind < 0.7:
            isolate(model, account, chance.choice(list(self.marks)), chance.randrange(5, 100))

    def best(self, symbol: str, side: int) -> int:
        """A book that is empty, thin, or wide, always the same between two moves."""
        draw = random.Random(f"{symbol}{side}{self.marks[symbol]}").random()
        if draw < 0.25:
            return 0
        return int(self.marks[symbol] * (1 - side * draw / 300) * 10) * ONE // 10

    def fill(self) -> None:
        """Someone trades with the house."""
        account = self.chance.randrange(1, 7)
        symbol = self.chance.choice(list(self.marks))
        quantity = self.chance.choice((-1, 1)) * self.chance.randrange(1, 3000) / 1000
        leg = "BOTH"
        if account in self.hedged:
            leg = self.chance.choice(("LONG", "SHORT"))
            held = abs(self.model.position(account, symbol, leg).quantity)
            closes = quantity * (1 if leg == "LONG" else -1) < 0
            if closes and held < int(abs(quantity) * 1000) * ONE // 1000:
                quantity = -quantity
        price = self.marks[symbol] + self.chance.randrange(-9, 10) / 10
        trade(self.model, account, symbol, f"{quantity:.3f}", f"{price:.1f}", leg)
        self.model.see(OpenOrders(account, self.chance.randrange(2)))

    def move(self) -> None:
        """Something else happens."""
        symbol = self.chance.choice(list(self.marks))
        moved = int(self.marks[symbol] * self.chance.uniform(0.96, 1.042))
        self.marks[symbol] = moved
        mark(self.model, symbol, str(moved))
        if self.chance.random() < 0.2:
            rate = self.chance.randrange(-3000, 3000) * 100
            self.model.see(FundingSettled(symbol, rate, moved * ONE))
        if self.chance.random() < 0.1:
            account = self.chance.randrange(1, 7)
            self.model.see(Deposited(account, "USDT", self.chance.randrange(500) * ONE))

    def performed(self, step: Step) -> None:
        """Perform a step, as the venue would, and check what must hold of it."""
        model = self.model
        self.seen.add(type(step).__name__)
        if isinstance(step, Reduce):
            assert step.quantity > 0
            assert step.quantity % u("0.001") == 0
            assert step.limit_price % u("0.1") == 0
            part = self.chance.choice((step.quantity, step.quantity // 2, 0))
            offered = self.best(step.symbol, -step.side)
            model.reduced(step, [(offered, part)] if part else [])
            return
        if isinstance(step, Deleverage):
            shares = sum(quantity for _, _, quantity in step.against)
            assert shares + step.left_to_house == abs(step.quantity)
        model.perform(step)
        if isinstance(step, (TakeOver, Deleverage)):
            assert model.position(step.account_id, step.symbol, step.leg).quantity == 0
        if isinstance(step, TakeOver):
            asset = model.venue.symbol(step.symbol).margin_asset
            assert step.fund_change >= 0 or model.fund(asset) >= 0
        if isinstance(step, OrdersExpired):
            assert step.symbols

    def turn(self) -> None:
        """What must happen until nothing is left to do."""
        for _ in range(STEPS_OF_A_TURN):
            step = self.model.next_step(self.best)
            assert self.model.next_step(self.best) == step
            if step is None:
                return
            self.performed(step)
        raise AssertionError("the turn does not end")

    def nothing_is_at_its_limit(self) -> None:
        """After a turn no pool is at its limit."""
        for account in self.model.venue.accounts.values():
            for name in ("",) if account.multi_assets else ("USDT", "USDC"):
                pool = self.model.pool(account.account_id, name)
                assert not pool.has_position or pool.margin_balance > pool.maintenance_margin


@pytest.mark.parametrize("seed", range(40))
def test_every_turn_ends_with_nobody_at_the_limit(seed: int) -> None:
    street = Street(seed)
    for _ in range(60):
        street.fill() if street.chance.random() < 0.6 else street.move()
        street.turn()
        street.nothing_is_at_its_limit()


def test_every_kind_of_step_is_met() -> None:
    seen: set[str] = set()
    for seed in range(40):
        street = Street(seed)
        for _ in range(60):
            street.fill() if street.chance.random() < 0.6 else street.move()
            street.turn()
        seen |= street.seen
    assert len(seen) == 8


@pytest.mark.parametrize("symbol", SYMBOLS, ids=lambda one: one.name)
@pytest.mark.parametrize("seed", range(30))
def test_bankruptcy_price_leaves_next_to_nothing(symbol: SymbolFacts, seed: int) -> None:
    """Taken over at the bankruptcy price a one-position pool has nothing left, and no debt."""
    chance = random.Random(seed)
    name, asset = symbol.name, symbol.margin_asset
    model = venue()
    sign = chance.choice((-1, 1))
    model.see(AccountReset(1, {asset: chance.randrange(10**12)}))
    quantity = sign * chance.randrange(1, 5000)
    trade(model, 1, name, f"{quantity / 1000:.3f}", f"{chance.randrange(50000, 150000) / 10:.1f}")
    price = model.bankruptcy(1, name, "BOTH")
    size = abs(quantity) * ONE // 1000
    if price == u("0.1"):
        return
    model.perform(TakeOver(1, name, "BOTH", sign * size, price, 0))
    assert 0 <= model.wallet(1, asset) <= size // ONE + 2
