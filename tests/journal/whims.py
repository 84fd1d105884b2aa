"""Traders who do this and that: commands, the same ones for the same dice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from perpbox.account import BUY, SELL, Order, OrderType, PositionSide, TimeInForce
from perpbox.engine.commands import (
    AdjustIsolatedMargin,
    AmendOrder,
    CancelOrder,
    CloseAccount,
    Command,
    Convert,
    MarketPrices,
    MovePrices,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    SetLeverage,
    SetMarginType,
    Transfer,
)
from perpbox.engine.state import State
from perpbox.money import SCALE, Price, Quantity, parse

LOT: Final[Quantity] = parse("0.010")


def whims(state: State, dice: Random) -> Iterator[Command]:
    """Commands for ever; many of them the engine will refuse."""
    choices, weights = zip(*KINDS.items(), strict=True)
    while True:
        (whim,) = dice.choices(choices, weights)
        command = whim(state, dice)
        if command is not None:
            yield command


def _account(state: State, dice: Random) -> int:
    return dice.choice(list(state.accounts))


def _symbol(state: State, dice: Random) -> str:
    return dice.choice(list(state.markets))


def _price(state: State, dice: Random, symbol: str) -> Price:
    market = state.markets[symbol]
    wanted = market.mark * dice.randint(9_900, 10_100) // 10_000
    return wanted // market.symbol.tick_size * market.symbol.tick_size


def _quantity(dice: Random) -> Quantity:
    return LOT * dice.randint(1, 50)


def _order(state: State, dice: Random) -> Order | None:
    return dice.choice([*state.orders.values(), None])


def _limit(state: State, dice: Random) -> Command:
    symbol = _symbol(state, dice)
    return PlaceOrder(
        _account(state, dice),
        symbol,
        dice.choice((BUY, SELL)),
        PositionSide.BOTH,
        OrderType.LIMIT,
        _quantity(dice),
        _price(state, dice, symbol),
        dice.choice(list(TimeInForce)),
        dice.random() < 0.1,
        dice.choice(("", f"mine-{dice.randint(1, 20)}")),
    )


def _market(state: State, dice: Random) -> Command:
    return PlaceOrder(
        _account(state, dice),
        _symbol(state, dice),
        dice.choice((BUY, SELL)),
        PositionSide.BOTH,
        OrderType.MARKET,
        _quantity(dice),
    )


def _cancel(state: State, dice: Random) -> Command | None:
    order = _order(state, dice)
    if order is None:
        return None
    return CancelOrder(order.account_id, order.symbol, order.order_id)


def _amend(state: State, dice: Random) -> Command | None:
    order = _order(state, dice)
    if order is None:
        return None
    price = _price(state, dice, order.symbol)
    quantity = _quantity(dice)
    return AmendOrder(order.account_id, order.symbol, order.side, quantity, price, order.order_id)


def _move(state: State, dice: Random) -> Command:
    symbol = _symbol(state, dice)
    price = _price(state, dice, symbol)
    return MovePrices({symbol: MarketPrices(price, price)}, {})


def _leverage(state: State, dice: Random) -> Command:
    return SetLeverage(_account(state, dice), _symbol(state, dice), dice.randint(1, 50))


def _margin_type(state: State, dice: Random) -> Command:
    return SetMarginType(_account(state, dice), _symbol(state, dice), dice.random() < 0.8)


def _margin(state: State, dice: Random) -> Command:
    amount = dice.choice((100, 10, -1)) * SCALE
    return AdjustIsolatedMargin(
        _account(state, dice), _symbol(state, dice), PositionSide.BOTH, amount
    )


def _transfer(state: State, dice: Random) -> Command:
    return Transfer(_account(state, dice), "USDT", dice.choice((500, -100)) * SCALE)


def _convert(state: State, dice: Random) -> Command:
    assets = dice.sample(sorted(state.catalogue.assets), 2)
    number = state.next_transaction_id
    return Convert(_account(state, dice), f"quote-{number}", assets[0], SCALE, assets[1], 2 * SCALE)


def _come_or_go(state: State, dice: Random) -> Command:
    if len(state.accounts) > 2 and dice.random() < 0.3:
        return CloseAccount(_account(state, dice))
    if dice.random() < 0.5:
        return ResetAccount(_account(state, dice))
    return OpenAccount(f"trader {state.next_account_id}", {"USDT": 50_000 * SCALE})


KINDS: Final[dict[Callable[[State, Random], Command | None], int]] = {
    _limit: 30,
    _market: 20,
    _cancel: 15,
    _amend: 10,
    _move: 10,
    _leverage: 3,
    _margin_type: 3,
    _margin: 4,
    _transfer: 3,
    _convert: 3,
    _come_or_go: 1,
}
"""How often each is thought of."""
