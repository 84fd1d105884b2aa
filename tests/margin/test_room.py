"""Edges and claims: what a pool can bear while every mark price stays within its edge."""

from __future__ import annotations

from hypothesis import assume, event, given
from hypothesis import strategies as st
from msgspec import Struct

from perpbox.account import BUY, SELL, Account, OrderType, PositionSide
from perpbox.engine import commands as ask
from perpbox.engine.handle import handle
from perpbox.engine.rejects import Rejected
from perpbox.engine.state import State
from perpbox.margin.pool import Pool, pools_of
from perpbox.margin.position import maint_margin, unrealized_profit
from perpbox.margin.room import (
    CALL_RATIO,
    claim,
    edges_of,
    is_safe_again,
    is_to_be_called,
    near_edge,
)
from perpbox.money import SCALE, Price, parse
from tests.engine.rig import START
from tests.engine.table import play
from tests.worlds import CATALOGUE

ASSETS = list(CATALOGUE.assets)
SYMBOLS = list(CATALOGUE.symbols.values())
ROUNDING = CALL_RATIO + 100
"""A unit of the profit and one of the maintenance margin, as a claim counts them."""
MODES = st.sampled_from(("one-way", "hedge", "isolated", "multi", "hedge multi"))


class Trade(Struct):
    """A position worth so many thousandths of what a deposit of 10 000 and leverage allow."""

    symbol: int
    long: bool
    leverage: int
    share: int


TRADES = st.lists(
    st.builds(
        Trade,
        symbol=st.integers(0, len(SYMBOLS) - 1),
        long=st.booleans(),
        leverage=st.sampled_from((2, 5, 20, 50)),
        share=st.integers(20, 900),
    ),
    min_size=1,
    max_size=5,
)


def opened(trades: list[Trade], mode: str) -> tuple[State, Account]:
    """An account that has made these trades, as far as they were let through."""
    state = State(CATALOGUE)
    handle(state, ask.OpenVenue(), START)
    deposits = {"USDT": 10_000 * SCALE, "USDC": 10_000 * SCALE, "BNB": 2 * SCALE}
    account_id = handle(state, ask.OpenAccount("alice", deposits), START).account_id
    if "hedge" in mode:
        handle(state, ask.SetPositionMode(account_id, hedge_mode=True), START)
    if "multi" in mode:
        handle(state, ask.SetAssetMode(account_id, multi_assets=True), START)
    for trade in trades:
        symbol = SYMBOLS[trade.symbol]
        leg = PositionSide.BOTH
        if "hedge" in mode:
            leg = PositionSide.LONG if trade.long else PositionSide.SHORT
        worth = 10_000 * SCALE * trade.leverage * trade.share // 1000
        step = symbol.step_size
        quantity = worth * SCALE // state.marks[symbol.name] // step * step
        commands: list[ask.Command] = [ask.SetLeverage(account_id, symbol.name, trade.leverage)]
        if mode == "isolated":
            commands.append(ask.SetMarginType(account_id, symbol.name, isolated=True))
        side = BUY if trade.long else SELL
        order = (account_id, symbol.name, side, leg, OrderType.MARKET, quantity)
        for command in (*commands, ask.PlaceOrder(*order)):
            try:
                handle(state, command, START)
            except Rejected:
                event("refused")
    return state, state.accounts[account_id]


def pools(state: State, account: Account, marks: dict[str, Price]) -> list[Pool]:
    return pools_of(account, marks, state.rates, ASSETS)


def within(data: st.DataObject, low: Price, high: Price) -> Price:
    """A price between these, often one of the two themselves."""
    return data.draw(st.one_of(st.sampled_from((low, high)), st.integers(low, high)))


@given(TRADES, MODES, st.data())
def test_no_pool_is_called_while_every_price_is_within_its_edge(
    trades: list[Trade], mode: str, data: st.DataObject
) -> None:
    """However far the prices move to the better side, and right up to the edges on the other."""
    state, account = opened(trades, mode)
    assume(account.active)
    for pool in pools(state, account, state.marks):
        edges = edges_of(pool, state.rates)
        if edges is None:
            event("no room")
            continue
        ranges: dict[str, tuple[Price, Price]] = {}
        for holding, edge in edges:
            name, mark = holding.exposure.symbol.name, holding.mark
            low, high = ranges.get(name, (1, 4 * mark))
            long = holding.position.quantity > 0
            assert edge < mark if long else edge > mark
            ranges[name] = (max(low, edge + 1), high) if long else (low, min(high, edge - 1))
        marks = dict(state.marks)
        for name, (low, high) in ranges.items():
            marks[name] = within(data, low, high)
        event(f"{len(ranges)} symbol(s), {len(pool.holdings)} position(s)")
        after = next(p for p in pools(state, account, marks) if p.name == pool.name)
        assert not is_to_be_called(after), (pool.name, marks)


@given(TRADES, st.integers(1, 3_000), st.data())
def test_a_claim_is_the_least_a_position_can_come_to_within_its_edge(
    trades: list[Trade], thousandths: int, data: st.DataObject
) -> None:
    state, account = opened(trades, "one-way")
    assume(account.active)
    for name, exposure in account.active.items():
        position, symbol = exposure.position(PositionSide.BOTH), exposure.symbol
        if not position.quantity:
            continue
        mark, quantity = state.marks[name], position.quantity
        if quantity > 0:
            edge = mark * min(thousandths, 999) // 1000
            price = within(data, edge, 4 * mark)
        else:
            edge = mark + mark * thousandths // 1000
            price = within(data, 1, edge)
        bracket = symbol.bracket_of(abs(quantity) * price // SCALE)
        profit = unrealized_profit(quantity, price, position.entry_price)
        there = CALL_RATIO * profit - 100 * maint_margin(quantity, price, bracket)
        assert claim(exposure, position, edge) <= there + ROUNDING, (name, edge, price)


def only_pool(text: str) -> tuple[State, Pool]:
    table = play(text)
    state = table.rig.state
    [pool] = pools(state, state.accounts[table.ids["alice"]], state.marks)
    return state, pool


def edge_of(text: str) -> list[str]:
    """The edges, cut to the cent."""
    state, pool = only_pool(text)
    cent = parse("0.01")
    found = edges_of(pool, state.rates)
    assert found is not None
    return [f"{edge // cent * cent / SCALE:.2f}" for _, edge in found]


def test_a_long_may_lose_its_room() -> None:
    """80 % of 587.5 less 100 of maintenance is 370, that is 462.5 of loss: 925 each of 0.5."""
    assert edge_of("""
        alice deposits 600 USDT
        quotes BTCUSDT asks 9@50000
        alice leverage BTCUSDT 100
        alice buy 0.5 BTCUSDT market
        check alice USDT wallet 587.5 maint 100
    """) == ["49075.00"]


def test_a_short_needs_more_maintenance_as_it_loses() -> None:
    """370 over 0.5 x (0.8 + 0.5), as the steepest bracket takes half."""
    assert edge_of("""
        alice deposits 600 USDT
        quotes BTCUSDT bids 9@50000
        alice leverage BTCUSDT 100
        alice sell 0.5 BTCUSDT market
        check alice USDT wallet 587.5 maint 100
    """) == ["50569.23"]


def test_two_positions_share_the_room() -> None:
    """1 000 less 2.5 and 0.5 of fees: 797.6 less 20 and 6.5, half of it for each."""
    found = edge_of("""
        alice deposits 1000 USDT
        quotes BTCUSDT asks 9@50000
        quotes DOGEUSDT bids 90000@0.1
        alice buy 0.1 BTCUSDT market
        alice sell 10000 DOGEUSDT market
    """)
    assert len(found) == 2
    assert found[0] == "45180.62"


def test_there_is_no_room_where_a_pool_is_to_be_called() -> None:
    state, pool = only_pool("""
        alice deposits 600 USDT
        quotes BTCUSDT asks 9@50000
        alice leverage BTCUSDT 100
        alice buy 0.5 BTCUSDT market
        market BTCUSDT mark 49060
    """)
    assert is_to_be_called(pool)
    assert edges_of(pool, state.rates) is None


def test_a_call_is_at_four_fifths_and_ends_below_three_quarters() -> None:
    def pool(maint: int) -> Pool:
        return Pool("USDT", "USDT", 100, maint, [])

    assert [is_to_be_called(pool(maint)) for maint in (79, 80, 81)] == [False, True, True]
    assert [is_safe_again(pool(maint)) for maint in (74, 75, 76)] == [True, False, False]
    assert is_to_be_called(Pool("USDT", "USDT", -1, 0, []))


def test_a_near_edge_stands_as_long_as_it_is_on_the_losing_side() -> None:
    state, pool = only_pool("""
        alice deposits 1000 USDT
        quotes BTCUSDT asks 9@50000
        alice buy 0.1 BTCUSDT market
    """)
    [holding] = pool.holdings
    mark = state.marks["BTCUSDT"]
    assert near_edge(holding.position, mark, mark - 1) == mark - 1
    assert near_edge(holding.position, mark, 0) == 0
    for stale in (-1, mark, mark + 1):
        assert near_edge(holding.position, mark, stale) == mark - mark // 10
