"""Invented traders and an operator: what they ask for next, diced against the state as it is.

A price is a distance from the mark price, a quantity is what it is worth, an order is one of those
that stand, so that most of what is asked could happen; some of it cannot, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from perpbox.account import (
    AccountId,
    ConditionalTerms,
    ConditionalType,
    Order,
    OrderType,
    Position,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
    WorkingType,
)
from perpbox.account.conditional import LIMITED
from perpbox.engine import commands as ask
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Price, Quantity, parse

WORTHS: Final = ("6", "60", "100", "1000", "3000", "10000", "60000", "200000")
"""What an order is worth, about, in quote units."""
PURSES: Final = ("0", "50", "1000", "20000", "100000", "5000000")
AMOUNTS: Final = ("0.00000001", "1", "37.12345678", "100", "9999.99999999", "100000")
CLIENT_IDS: Final = ("", "", "", "a", "b", "perpbox-9", "perpbox-12")
LEVERAGES: Final = (0, 1, 2, 3, 7, 20, 50, 75, 125)
NOBODY: Final[AccountId] = 99
CROWD: Final = 3

Asking = Callable[[Random, State], ask.Command | None]


# What the dice choose from.


def somebody(dice: Random, state: State) -> AccountId:
    return dice.choice(list(state.accounts)) if dice.random() < 0.99 else NOBODY


def a_market(dice: Random, state: State) -> Market:
    """The first symbols are the busy ones, so that traders meet."""
    markets = list(state.markets.values())
    return markets[min(dice.randrange(len(markets)), dice.randrange(len(markets)))]


def a_price(dice: Random, market: Market) -> Price:
    """On the symbol's grid; mostly within the house's ladder, sometimes beyond the filters."""
    shift = round(dice.gauss(0, dice.choice((2, 10, 200))))
    tick = market.symbol.tick_size
    price = market.mark * (10_000 + shift) // 10_000 // tick * tick
    off_grid = 1 if dice.random() < 0.01 else 0
    return max(tick, price) + off_grid


def a_size(dice: Random, symbol: Symbol, mark: Price) -> Quantity:
    steps = parse(dice.choice(WORTHS)) * SCALE // mark // symbol.step_size
    return max(1, steps + dice.randint(-1, 1)) * symbol.step_size


def a_leg(dice: Random, state: State, account_id: AccountId) -> PositionSide:
    account = state.accounts.get(account_id)
    if account is None or dice.random() < 0.02:
        return dice.choice(list(PositionSide))
    if account.hedge_mode:
        return dice.choice((PositionSide.LONG, PositionSide.SHORT))
    return PositionSide.BOTH


def a_side(dice: Random, leg: PositionSide) -> Side:
    """A leg of a hedge is opened more often than closed."""
    if leg is PositionSide.BOTH or dice.random() < 0.2:
        return dice.choice((1, -1))
    return 1 if leg is PositionSide.LONG else -1


def an_order(dice: Random, state: State) -> Order | None:
    return dice.choice(list(state.orders.values())) if state.orders else None


def a_holding(
    dice: Random, state: State, *, isolated: bool = False
) -> tuple[AccountId, str, Position] | None:
    held = [
        (account.account_id, name, position)
        for account in state.accounts.values()
        for name, exposure in account.active.items()
        if exposure.isolated or not isolated
        for position in exposure.positions.values()
        if position.quantity
    ]
    return dice.choice(held) if held else None


# What a trader asks for.


def limit_order(dice: Random, state: State) -> ask.Command:
    market = a_market(dice, state)
    account_id = somebody(dice, state)
    leg = a_leg(dice, state, account_id)
    return ask.PlaceOrder(
        account_id,
        market.symbol.name,
        a_side(dice, leg),
        leg,
        OrderType.LIMIT,
        a_size(dice, market.symbol, market.mark),
        a_price(dice, market),
        dice.choice([TimeInForce.GTC] * 6 + list(TimeInForce)),
        dice.random() < 0.05,
        dice.choice(CLIENT_IDS),
        dice.choice(list(SelfTradePrevention)),
    )


def market_order(dice: Random, state: State) -> ask.Command:
    market = a_market(dice, state)
    account_id = somebody(dice, state)
    leg = a_leg(dice, state, account_id)
    return ask.PlaceOrder(
        account_id,
        market.symbol.name,
        a_side(dice, leg),
        leg,
        OrderType.MARKET,
        a_size(dice, market.symbol, market.mark),
        reduce_only=dice.random() < 0.05,
        self_trade_prevention=dice.choice(list(SelfTradePrevention)),
    )


def closing_order(dice: Random, state: State) -> ask.Command | None:
    """Against a position that is held: a part of it, all of it, or more."""
    holding = a_holding(dice, state)
    if holding is None:
        return None
    account_id, name, position = holding
    market = state.markets[name]
    limit = dice.random() < 0.6
    part = abs(position.quantity) // market.symbol.step_size * dice.choice((1, 5, 10, 10, 15)) // 10
    return ask.PlaceOrder(
        account_id,
        name,
        -1 if position.quantity > 0 else 1,
        position.position_side,
        OrderType.LIMIT if limit else OrderType.MARKET,
        max(1, part) * market.symbol.step_size,
        a_price(dice, market) if limit else 0,
        dice.choice([TimeInForce.GTC] * 4 + list(TimeInForce)) if limit else TimeInForce.GTC,
        position.position_side is PositionSide.BOTH and dice.random() < 0.6,
    )


def amendment(dice: Random, state: State) -> ask.Command | None:
    order = an_order(dice, state)
    if order is None:
        return None
    market = state.markets[order.symbol]
    quantity, price = order.quantity, order.price
    if dice.random() < 0.6:
        quantity = a_size(dice, market.symbol, market.mark)
    elif dice.random() < 0.2:
        quantity = max(order.executed, market.symbol.step_size)
    if dice.random() < 0.6:
        price = a_price(dice, market)
    return ask.AmendOrder(
        order.account_id, order.symbol, order.side, quantity, price, order.order_id
    )


def cancellation(dice: Random, state: State) -> ask.Command | None:
    order = an_order(dice, state)
    if order is None:
        return None
    if dice.random() < 0.2:
        return ask.CancelAllOrders(order.account_id, order.symbol)
    if dice.random() < 0.5:
        return ask.CancelOrder(order.account_id, order.symbol, order.order_id)
    return ask.CancelOrder(order.account_id, order.symbol, client_order_id=order.client_order_id)


def setting(dice: Random, state: State) -> ask.Command:
    account_id, name = somebody(dice, state), a_market(dice, state).symbol.name
    kind = dice.random()
    if kind < 0.5:
        return ask.SetLeverage(account_id, name, dice.choice(LEVERAGES))
    if kind < 0.75:
        return ask.SetMarginType(account_id, name, dice.random() < 0.6)
    if kind < 0.9:
        return ask.SetAssetMode(account_id, dice.random() < 0.5)
    return ask.SetPositionMode(account_id, dice.random() < 0.5)


def transfer(dice: Random, state: State) -> ask.Command:
    amount = parse(dice.choice(AMOUNTS)) * dice.choice((1, -1))
    asset = dice.choice(list(state.catalogue.assets))
    return ask.Transfer(somebody(dice, state), asset, amount)


def isolated_margin(dice: Random, state: State) -> ask.Command | None:
    holding = a_holding(dice, state, isolated=True)
    if holding is None:
        return None
    account_id, name, position = holding
    amount = parse(dice.choice(AMOUNTS)) * dice.choice((1, -1))
    return ask.AdjustIsolatedMargin(account_id, name, position.position_side, amount)


def waiting_order(dice: Random, state: State) -> ask.Command:
    """Of any type, near the price that it waits for; now and then one that would go off at once."""
    market = a_market(dice, state)
    account_id = somebody(dice, state)
    leg = a_leg(dice, state, account_id)
    kind = dice.choice(list(ConditionalType))
    limited, trails = kind in LIMITED, kind is ConditionalType.TRAILING_STOP_MARKET
    working_type = dice.choice(list(WorkingType))
    side = dice.choice((1, -1))
    whole = not limited and not trails and dice.random() < 0.3
    matched = limited and dice.random() < 0.3
    in_force = [TimeInForce.GTC, TimeInForce.GTC, TimeInForce.GTE_GTC]
    if limited:
        in_force += [TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTX, TimeInForce.GTD]
    time_in_force = dice.choice(in_force)
    trigger = a_trigger(dice, market, working_type)
    terms = ConditionalTerms(
        symbol=market.symbol.name,
        side=side,
        position_side=leg,
        order_type=kind,
        time_in_force=time_in_force,
        quantity=0 if whole else a_size(dice, market.symbol, market.mark),
        price=a_price(dice, market) if limited and not matched else 0,
        trigger_price=0 if trails else trigger,
        working_type=working_type,
        price_protect=dice.random() < 0.3,
        close_position=whole,
        reduce_only=not whole and leg is PositionSide.BOTH and dice.random() < 0.3,
        self_trade_prevention=dice.choice(list(SelfTradePrevention)),
        price_match=dice.choice(list(PriceMatch)) if matched else PriceMatch.NONE,
        activation_price=trigger if trails and dice.random() < 0.5 else 0,
        callback_rate=SCALE // dice.choice((1000, 500, 100)) if trails else 0,
        good_till=state.now + dice.choice((1, 60_000)) if time_in_force is TimeInForce.GTD else 0,
        legacy=dice.random() < 0.2,
    )
    return ask.PlaceConditional(account_id, terms, dice.choice(CLIENT_IDS))


def a_trigger(dice: Random, market: Market, working_type: WorkingType) -> Price:
    tick = market.symbol.tick_size
    shift = round(dice.gauss(0, 15))
    return max(tick, market.working_price(working_type) * (10_000 + shift) // 10_000 // tick * tick)


def dropping(dice: Random, state: State) -> ask.Command | None:
    if not state.conditional_orders:
        return None
    order = dice.choice(list(state.conditional_orders.values()))
    account_id, name = order.account_id, order.terms.symbol
    return dice.choice(
        (
            ask.CancelConditional(account_id, order.algo_id),
            ask.CancelConditional(account_id, client_algo_id=order.client_algo_id),
            ask.CancelAllConditionals(account_id, name),
            ask.CancelOrder(account_id, name, order.algo_id),
            ask.SetCountdown(account_id, name, 1),
        )
    )


# What the operator asks for.


def prices(dice: Random, state: State) -> ask.Command:
    """New marks for one symbol or two, off the grid too, and now and then an asset index."""
    moved = {}
    for market in dice.sample(list(state.markets.values()), dice.choice((1, 1, 2))):
        shift = round(dice.gauss(0, dice.choice((3, 30, 30, 600))))
        mark = market.mark * max(1, 10_000 + shift) // 10_000 + dice.randint(0, 1)
        mark = max(1, min(mark, market.symbol.max_price))
        index = dice.choice((None, mark, mark + 1))
        last = mark if dice.random() < 0.4 else None
        mark_or_none = mark if dice.random() < 0.95 else None
        moved[market.symbol.name] = ask.MarketPrices(mark_or_none, index, last)
    indexes = {}
    if dice.random() < 0.2:
        asset = dice.choice(list(state.asset_indexes))
        indexes[asset] = max(1, state.asset_indexes[asset] * dice.randint(9_000, 11_000) // 10_000)
    return ask.MovePrices(moved, indexes)


def quotes(dice: Random, state: State) -> ask.Command:
    """Up to three levels a side, which now and then cross each other and are refused."""
    market = a_market(dice, state)
    tick = market.symbol.tick_size
    sides: list[list[tuple[Price, Quantity]]] = []
    for sign in (-1, 1):
        distances = [dice.randint(0 if dice.random() < 0.1 else 1, 40) for _ in range(3)]
        sides.append(
            [
                (
                    max(tick, (market.mark // tick + sign * distance) * tick),
                    a_size(dice, market.symbol, market.mark),
                )
                for distance in distances[: dice.randint(0, 3)]
            ]
        )
    return ask.SetLiquidity(market.symbol.name, *sides)


def clock(dice: Random, state: State) -> ask.Command:
    return dice.choice((ask.MoveClock(), ask.Tick()))


def account_work(dice: Random, state: State) -> ask.Command:
    if dice.random() < 0.3:
        return ask.CloseAccount(somebody(dice, state))
    return ask.ResetAccount(somebody(dice, state))


def an_account(dice: Random) -> ask.OpenAccount:
    return ask.OpenAccount(
        "trader", {asset: parse(dice.choice(PURSES)) for asset in ("USDT", "USDC", "BNB")}
    )


WEIGHTS: Final[dict[Asking, int]] = {
    limit_order: 32,
    market_order: 11,
    closing_order: 13,
    amendment: 10,
    cancellation: 6,
    setting: 7,
    transfer: 4,
    isolated_margin: 4,
    waiting_order: 14,
    dropping: 2,
    prices: 8,
    quotes: 9,
    account_work: 1,
    clock: 1,
}


def next_command(dice: Random, state: State) -> ask.Command | None:
    """What is asked next; None where the dice chose what is not possible yet."""
    if len(state.accounts) < CROWD:
        return an_account(dice)
    [asking] = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
    return asking(dice, state)


def first_settings(dice: Random, state: State) -> list[ask.Command]:
    """Every account starts in modes of its own."""
    wanted: list[ask.Command] = []
    for account_id in state.accounts:
        wanted.append(ask.SetPositionMode(account_id, dice.random() < 0.4))
        multi = dice.random() < 0.35
        wanted.append(ask.SetAssetMode(account_id, multi))
        for name in state.markets:
            wanted.append(ask.SetMarginType(account_id, name, dice.random() < 0.4))
            wanted.append(ask.SetLeverage(account_id, name, dice.choice(LEVERAGES)))
    return wanted
