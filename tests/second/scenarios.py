"""A small venue for the hand-computed scenarios of the tests."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tests.second.model import Model
from tests.second.observed import (
    AccountOpened,
    AssetFacts,
    AssetIndexMoved,
    BracketFacts,
    Deposited,
    Filled,
    LeverageSet,
    MarginCall,
    MarginTypeSet,
    MarkMoved,
    Step,
    SymbolFacts,
)


def u(text: str) -> int:
    """A decimal number in units of 1e-8."""
    return int(Decimal(text) * 10**8)


BRACKETS = (
    BracketFacts(0, u("50000"), u("0.004"), 0),
    BracketFacts(u("50000"), u("600000"), u("0.005"), u("50")),
    BracketFacts(u("600000"), u("3000000"), u("0.01"), u("3050")),
)


def contract(name: str, asset: str, fee: str = "0.0125") -> SymbolFacts:
    """A contract with tick 0.1, step 0.001 and commissions of 0.02 % and 0.05 %."""
    return SymbolFacts(name, asset, u("0.1"), u("0.001"), u(fee), BRACKETS)


SYMBOLS = (
    contract("BTCUSDT", "USDT"),
    contract("ETHUSDT", "USDT"),
    contract("BTCUSDC", "USDC"),
)
ASSETS = (
    AssetFacts("USDC", 0, 0, 0, 0, u("-10")),
    AssetFacts("BNB", u("0.05"), u("0.05"), u("0.025"), u("0.025"), 0),
    AssetFacts("USDT", u("0.01"), u("0.005"), u("0.01"), u("0.005"), u("-100")),
)


def venue(*accounts: int, usdt: str = "0", free: bool = True) -> Model:
    """A model with marks and index prices; fills are free of commission unless told otherwise."""
    symbols: tuple[SymbolFacts, ...] = SYMBOLS
    if free:
        symbols = tuple(
            SymbolFacts(
                one.name,
                one.margin_asset,
                one.tick_size,
                one.step_size,
                one.liquidation_fee,
                one.brackets,
                0,
                0,
            )
            for one in SYMBOLS
        )
    model = Model(symbols, ASSETS)
    for name, mark in (("BTCUSDT", "10000"), ("ETHUSDT", "1000"), ("BTCUSDC", "10000")):
        model.see(MarkMoved(name, u(mark)))
    for name, index in (("USDC", "1"), ("BNB", "600"), ("USDT", "0.99")):
        model.see(AssetIndexMoved(name, u(index)))
    for account in accounts:
        model.see(AccountOpened(account))
        if usdt != "0":
            model.see(Deposited(account, "USDT", u(usdt)))
    return model


def trade(
    model: Model,
    account: int,
    symbol: str,
    quantity: str,
    price: str,
    leg: str = "BOTH",
    maker: bool = False,
) -> None:
    """A fill; the quantity is signed: above zero buys."""
    amount = u(quantity)
    side = 1 if amount > 0 else -1
    model.see(Filled(account, symbol, leg, side, u(price), abs(amount), maker, 1))


def isolate(model: Model, account: int, symbol: str, leverage: int) -> None:
    """Isolated margin at a leverage."""
    model.see(MarginTypeSet(account, symbol, isolated=True))
    model.see(LeverageSet(account, symbol, leverage))


def mark(model: Model, symbol: str, price: str) -> None:
    """A mark price."""
    model.see(MarkMoved(symbol, u(price)))


def book(*offers: tuple[str, int, str]) -> Callable[[str, int], int]:
    """Best prices: (symbol, side, price)."""
    prices = {(symbol, side): u(price) for symbol, side, price in offers}
    return lambda symbol, side: prices.get((symbol, side), 0)


def no_book(symbol: str, side: int) -> int:
    """A venue where nobody offers anything."""
    return 0


def after_calls(model: Model, best: Callable[[str, int], int] = no_book) -> Step | None:
    """Perform the margin calls that come first, and give what follows."""
    step = model.next_step(best)
    while isinstance(step, MarginCall):
        model.perform(step)
        step = model.next_step(best)
    return step


def wallets(model: Model, account: int) -> dict[str, Decimal]:
    """The wallets that are not zero."""
    found = {asset.name: model.wallet(account, asset.name) for asset in ASSETS}
    return {name: Decimal(amount) / 10**8 for name, amount in found.items() if amount}
