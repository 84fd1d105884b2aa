"""The liquidation price that is answered is true: one tick beyond it liquidates, one before not."""

from __future__ import annotations

from hypothesis import assume, event, given
from hypothesis import strategies as st
from msgspec import Struct

from perpbox.account import BUY, SELL, OrderType, PositionSide
from perpbox.engine import commands as ask
from perpbox.engine.events import LiquidationStarted
from perpbox.engine.handle import handle
from perpbox.engine.rejects import Rejected
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State
from perpbox.margin.liquidation_price import of_cross, of_isolated
from perpbox.money import SCALE, Price
from tests.worlds import CATALOGUE

NOW = 1_700_000_000_000
SYMBOLS = [s for s in CATALOGUE.symbols.values() if s.margin_asset == "USDT"]
WALLET = 10_000 * SCALE


class Trade(Struct):
    """A position to open: worth so many thousandths of what wallet and leverage allow."""

    symbol: int
    side: int
    leverage: int
    share: int
    gap: int
    """By so many tenths of a per cent the mark price moves afterwards."""


TRADES = st.lists(
    st.builds(
        Trade,
        symbol=st.integers(0, len(SYMBOLS) - 1),
        side=st.sampled_from((BUY, SELL)),
        leverage=st.sampled_from((3, 10, 20, 50)),
        share=st.integers(20, 900),
        gap=st.integers(-5, 5),
    ),
    min_size=1,
    max_size=4,
)


def opened(trades: list[Trade], *, hedge: bool, isolated: bool) -> tuple[State, int]:
    """A venue with one account that has made these trades, as far as they were let through."""
    state = State(CATALOGUE)
    handle(state, ask.OpenVenue(), NOW)
    account_id = handle(state, ask.OpenAccount("a", {"USDT": WALLET}), NOW).account_id
    if hedge:
        handle(state, ask.SetPositionMode(account_id, hedge_mode=True), NOW)
    for trade in trades:
        symbol = SYMBOLS[trade.symbol]
        leg = PositionSide.BOTH
        if hedge:
            leg = PositionSide.LONG if trade.side == BUY else PositionSide.SHORT
        mark = state.marks[symbol.name]
        worth = WALLET * trade.leverage * trade.share // 1000
        quantity = worth * SCALE // mark // symbol.step_size * symbol.step_size
        leverage = min(trade.leverage, symbol.max_leverage())
        commands: list[ask.Command] = [ask.SetLeverage(account_id, symbol.name, leverage)]
        if isolated:
            commands.append(ask.SetMarginType(account_id, symbol.name, isolated=True))
        order = (account_id, symbol.name, trade.side, leg, OrderType.MARKET, quantity)
        commands.append(ask.PlaceOrder(*order))
        moved = mark * (1000 + trade.gap) // 1000 // symbol.tick_size * symbol.tick_size
        commands.append(ask.MovePrices({symbol.name: ask.MarketPrices(moved, moved)}, {}))
        for command in commands:
            try:
                handle(state, command, NOW)
            except Rejected:
                event("refused")
    return state, account_id


def is_liquidated_at(state: State, account_id: int, name: str, mark: Price) -> bool:
    """Whether the account is liquidated when this one mark price is this; on a copy."""
    copy = load(dump(state), CATALOGUE)
    # The house may quote what it will: fills must not come before.
    handle(copy, ask.SetLiquidity(name, [], []), NOW)
    turn = handle(copy, ask.MovePrices({name: ask.MarketPrices(mark, None)}, {}), NOW)
    found = [e for e in turn.events if isinstance(e, LiquidationStarted)]
    assert all(each.account_id == account_id for each in found)
    return bool(found)


def check(state: State, account_id: int) -> None:
    """Every symbol's answered price, one tick to either side on the grid."""
    account = state.accounts[account_id]
    for name, exposure in account.active.items():
        held = [p for p in exposure.positions.values() if p.quantity]
        if not held:
            continue
        mark, tick = state.marks[name], exposure.symbol.tick_size
        if exposure.isolated:
            price = of_isolated(exposure, held[0], mark)
        else:
            price = of_cross(account, exposure, state.marks, state.rates)
        if price == 0:
            event("no price")
            continue
        # It lies where the price would hurt: below a long's mark price, above a short's.
        away = 1 if price > mark else -1
        beyond = (price // tick + 1) * tick if away > 0 else -(-price // tick) * tick - tick
        before = price // tick * tick - tick if away > 0 else -(-price // tick) * tick + tick
        highest = exposure.symbol.max_price or beyond
        if not 0 < beyond <= highest or (before - mark) * away < 0:
            event("out of bounds")
            continue
        event(f"checked {len(held)} leg(s)")
        assert is_liquidated_at(state, account_id, name, beyond), (name, price, beyond)
        assert not is_liquidated_at(state, account_id, name, before), (name, price, before)


@given(TRADES, st.booleans())
def test_the_cross_liquidation_price_is_true(trades: list[Trade], hedge: bool) -> None:
    state, account_id = opened(trades, hedge=hedge, isolated=False)
    assume(state.accounts[account_id].active)
    check(state, account_id)


@given(TRADES)
def test_the_isolated_liquidation_price_is_true(trades: list[Trade]) -> None:
    state, account_id = opened(trades, hedge=False, isolated=True)
    assume(state.accounts[account_id].active)
    check(state, account_id)
