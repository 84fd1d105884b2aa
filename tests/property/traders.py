"""Invented traders and an operator: what they may ask for, drawn against the state as it is.

A price is drawn as a distance from the mark price, a quantity as a size in the symbol's own terms,
an order as a rank among those that stand, so that most of what is asked could happen, and some
of it not.
"""

from __future__ import annotations

from hypothesis import strategies as st

from perpbox.account import (
    Order,
    OrderType,
    PositionSide,
    SelfTradePrevention,
    TimeInForce,
)
from perpbox.engine import commands as ask
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Amount, Price, Quantity, parse
from tests.worlds import CATALOGUE

SYMBOLS = st.sampled_from(list(CATALOGUE.symbols))
ASSETS = st.sampled_from(list(CATALOGUE.assets))
SIDES = st.sampled_from((1, -1))
LEGS = st.sampled_from(list(PositionSide))
PREVENTIONS = st.sampled_from(list(SelfTradePrevention))
IN_FORCE = st.sampled_from([TimeInForce.GTC, *TimeInForce])
SHIFTS = st.integers(-12, 12) | st.integers(-600, 600)
"""Distance from the mark price in units of 0.01 %, which is a step of the house's ladder."""
WORTHS = st.sampled_from(("6", "60", "100", "1000", "10000", "60000", "200000"))
"""What an order is worth, about, in quote units."""
CLIENT_IDS = st.sampled_from(("", "", "a", "b", "perpbox-3", "perpbox-5"))
AMOUNTS = st.sampled_from(("0.00000001", "1", "100", "9999.99999999", "100000"))
JUMPS = st.integers(-30, 30) | st.integers(-2_000, 2_000)
ACCOUNTS = st.integers(1, 3)


def price_at(market: Market, shift: int) -> Price:
    """On the symbol's grid, this far from the mark price."""
    tick = market.symbol.tick_size
    return max(tick, (market.mark * (10_000 + shift) // 10_000) // tick * tick)


def size_of(symbol: Symbol, mark: Price, worth: str) -> Quantity:
    steps = parse(worth) * SCALE // mark // symbol.step_size
    return max(1, steps) * symbol.step_size


def leg_for(state: State, account_id: int, drawn: PositionSide) -> PositionSide:
    """A leg that fits the account's mode nine times in ten: LONG and SHORT are drawn for BOTH."""
    account = state.accounts.get(account_id)
    if account is None or account.hedge_mode is (drawn is not PositionSide.BOTH):
        return drawn
    return PositionSide.LONG if account.hedge_mode else PositionSide.BOTH


def order_at(state: State, rank: int) -> Order | None:
    standing = list(state.orders.values())
    return standing[rank % len(standing)] if standing else None


@st.composite
def limit_orders(draw: st.DrawFn, state: State) -> ask.PlaceOrder:
    market = state.markets[draw(SYMBOLS)]
    account_id = draw(ACCOUNTS)
    return ask.PlaceOrder(
        account_id,
        market.symbol.name,
        draw(SIDES),
        leg_for(state, account_id, draw(LEGS)),
        OrderType.LIMIT,
        size_of(market.symbol, market.mark, draw(WORTHS)),
        price_at(market, draw(SHIFTS)),
        draw(IN_FORCE),
        draw(st.sampled_from((False, False, False, True))),
        draw(CLIENT_IDS),
        draw(PREVENTIONS),
    )


@st.composite
def market_orders(draw: st.DrawFn, state: State) -> ask.PlaceOrder:
    market = state.markets[draw(SYMBOLS)]
    account_id = draw(ACCOUNTS)
    return ask.PlaceOrder(
        account_id,
        market.symbol.name,
        draw(SIDES),
        leg_for(state, account_id, draw(LEGS)),
        OrderType.MARKET,
        size_of(market.symbol, market.mark, draw(WORTHS)),
        reduce_only=draw(st.booleans()),
        self_trade_prevention=draw(PREVENTIONS),
    )


@st.composite
def closing_orders(draw: st.DrawFn, state: State) -> ask.PlaceOrder | None:
    """Something that reduces a position that is held: a part of it, all of it, or more."""
    held = [
        (account.account_id, name, leg, position.quantity)
        for account in state.accounts.values()
        for name, exposure in account.exposures.items()
        for leg, position in exposure.positions.items()
        if position.quantity
    ]
    if not held:
        return None
    account_id, name, leg, quantity = held[draw(st.integers(0, 99)) % len(held)]
    step = state.markets[name].symbol.step_size
    part = abs(quantity) // step * draw(st.sampled_from((1, 5, 10, 10, 15))) // 10
    limit = draw(st.booleans())
    return ask.PlaceOrder(
        account_id,
        name,
        -1 if quantity > 0 else 1,
        leg,
        OrderType.LIMIT if limit else OrderType.MARKET,
        max(1, part) * step,
        price_at(state.markets[name], draw(SHIFTS)) if limit else 0,
        reduce_only=leg is PositionSide.BOTH and draw(st.booleans()),
    )


@st.composite
def amendments(draw: st.DrawFn, state: State) -> ask.AmendOrder | None:
    order = order_at(state, draw(st.integers(0, 99)))
    if order is None:
        return None
    market = state.markets[order.symbol]
    quantity = draw(
        st.sampled_from((order.quantity, max(order.executed, market.symbol.step_size)))
        | WORTHS.map(lambda worth: size_of(market.symbol, market.mark, worth))
    )
    price = draw(st.just(order.price) | SHIFTS.map(lambda shift: price_at(market, shift)))
    return ask.AmendOrder(
        order.account_id, order.symbol, order.side, quantity, price, order.order_id
    )


@st.composite
def cancellations(draw: st.DrawFn, state: State) -> ask.CancelOrder | ask.CancelAllOrders | None:
    order = order_at(state, draw(st.integers(0, 99)))
    if order is None:
        return None
    if draw(st.integers(0, 4)) == 0:
        return ask.CancelAllOrders(order.account_id, order.symbol)
    by_name = draw(st.booleans())
    return ask.CancelOrder(
        order.account_id,
        order.symbol,
        0 if by_name else order.order_id,
        order.client_order_id if by_name else "",
    )


@st.composite
def price_moves(draw: st.DrawFn, state: State) -> ask.MovePrices:
    """New marks for some symbols, off the grid too, and now and then a new asset index."""
    prices = {}
    for name in draw(st.sets(SYMBOLS, min_size=1, max_size=2).map(sorted)):
        market = state.markets[name]
        moved = market.mark * (10_000 + draw(JUMPS)) // 10_000 + draw(st.integers(0, 1))
        mark = max(1, min(moved, market.symbol.max_price))
        prices[name] = ask.MarketPrices(mark, draw(st.none() | st.just(mark)))
    indexes = {}
    if draw(st.integers(0, 3)) == 0:
        asset = draw(ASSETS)
        now = state.asset_indexes[asset]
        indexes[asset] = max(1, now * (10_000 + draw(JUMPS)) // 10_000)
    return ask.MovePrices(prices, indexes)


@st.composite
def quotes(draw: st.DrawFn, state: State) -> ask.SetLiquidity:
    """Up to three levels a side, which cross one another now and then and are refused."""
    market = state.markets[draw(SYMBOLS)]
    levels = st.lists(st.tuples(st.integers(-3, 40), WORTHS), max_size=3)
    bids, asks = (
        [
            (price_at(market, sign * shift), size_of(market.symbol, market.mark, worth))
            for shift, worth in draw(levels)
        ]
        for sign in (-1, 1)
    )
    return ask.SetLiquidity(market.symbol.name, bids, asks)


@st.composite
def settings_changes(draw: st.DrawFn) -> ask.Command:
    account_id, name = draw(ACCOUNTS), draw(SYMBOLS)
    return draw(
        st.one_of(
            st.builds(
                ask.SetLeverage,
                st.just(account_id),
                st.just(name),
                st.sampled_from((0, 1, 3, 7, 20, 50, 75, 125)),
            ),
            st.builds(ask.SetMarginType, st.just(account_id), st.just(name), st.booleans()),
            st.builds(ask.SetPositionMode, st.just(account_id), st.booleans()),
            st.builds(ask.SetAssetMode, st.just(account_id), st.booleans()),
        )
    )


@st.composite
def transfers(draw: st.DrawFn) -> ask.Transfer:
    amount: Amount = parse(draw(AMOUNTS)) * draw(SIDES)
    return ask.Transfer(draw(ACCOUNTS), draw(ASSETS), amount)


@st.composite
def margin_changes(draw: st.DrawFn, state: State) -> ask.AdjustIsolatedMargin:
    held = [
        (account.account_id, name, leg)
        for account in state.accounts.values()
        for name, exposure in account.exposures.items()
        if exposure.isolated
        for leg, position in exposure.positions.items()
        if position.quantity
    ]
    where = draw(st.tuples(ACCOUNTS, SYMBOLS, LEGS))
    if held:
        where = held[draw(st.integers(0, 99)) % len(held)]
    return ask.AdjustIsolatedMargin(*where, parse(draw(AMOUNTS)) * draw(SIDES))
