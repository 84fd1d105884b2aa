"""Pools by mode, and the price at which nothing is left of one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from perpbox.account import Account
from perpbox.engine.state import State
from perpbox.margin.account import asset_figures
from perpbox.margin.pool import Pool, bankruptcy_price, on_tick, pool_place, pools_of
from perpbox.margin.room import claim, edges_of, is_to_be_called
from perpbox.money import SCALE, parse
from tests.engine.table import play
from tests.worlds import CATALOGUE

ASSETS = list(CATALOGUE.assets)


def pools(state: State, account: Account) -> list[Pool]:
    return pools_of(account, state.marks, state.rates, ASSETS)


def test_isolated_positions_come_first_then_the_margin_assets() -> None:
    table = play("""
        alice deposits 10000 USDT 10000 USDC
        alice margin DOGEUSDT isolated
        quotes BTCUSDT asks 9@50000
        alice buy 0.1 BTCUSDT market
        alice buy 1000 DOGEUSDT market
        alice buy 1 ETHUSDC market
    """)
    found = pools(table.rig.state, table.rig.state.accounts[table.ids["alice"]])
    crossed = [asset for asset in ASSETS if asset in ("USDT", "USDC")]
    assert [pool.name for pool in found] == ["DOGEUSDT:BOTH", *crossed]
    assert sorted((p.name for p in found), key=lambda n: pool_place(CATALOGUE, n)) == [
        pool.name for pool in found
    ]
    assert pool_place(CATALOGUE, "") > pool_place(CATALOGUE, crossed[-1])


def test_a_price_goes_onto_the_grid_in_favour_of_who_closes() -> None:
    tick = parse("0.1")
    assert on_tick(parse("100.05"), tick, -1) == parse("100.1")
    assert on_tick(parse("100.05"), tick, 1) == parse("100")
    assert on_tick(parse("100.1"), tick, -1) == on_tick(parse("100.1"), tick, 1) == parse("100.1")


QUANTITIES = st.integers(1, 3_000).map(lambda k: k * parse("0.001"))
SIGNS = st.sampled_from(("buy", "sell"))
MODES = st.sampled_from(("single", "multi", "isolated"))


def held(
    side: str, quantity: int, mode: str, percent: int, doge: int = 0
) -> tuple[State, Account, Pool]:
    """A position on a wallet of so many per cent of it, and at will another one beside it."""
    worth = quantity * 50_000 // SCALE * SCALE // SCALE
    margin = "alice margin BTCUSDT isolated" if mode == "isolated" else ""
    beside = f"alice sell {doge} DOGEUSDT market" if doge and mode != "isolated" else ""
    size = f"{quantity // SCALE}.{quantity % SCALE:08d}"
    table = play(f"""
        alice deposits {1000 + worth * percent // 100} USDT 50 USDC
        {"alice assets multi" if mode == "multi" else ""}
        {margin}
        quotes BTCUSDT bids 9@50000 asks 9@50000.1
        quotes BTCUSDT {"asks" if side == "buy" else "bids"} 9@50000
        alice {side} {size} BTCUSDT market
        {beside}
    """)
    state = table.rig.state
    account = state.accounts[table.ids["alice"]]
    return state, account, next(p for p in pools(state, account) if p.name != "DOGEUSDT:BOTH")


@given(SIGNS, QUANTITIES, MODES, st.integers(6, 60), st.sampled_from((0, 5_000)))
def test_at_the_bankruptcy_price_nothing_is_left(
    side: str, quantity: int, mode: str, percent: int, doge: int
) -> None:
    state, account, pool = held(side, quantity, mode, percent, doge)
    holding = next(h for h in pool.holdings if h.exposure.symbol.name == "BTCUSDT")
    rows = asset_figures(account, state.marks)
    price = bankruptcy_price(pool, holding, rows, state.rates)
    tick = holding.exposure.symbol.tick_size
    if price <= tick:
        return
    sign = 1 if side == "buy" else -1
    # A unit of the price is worth so many of the balance, and each position's profit is cut.
    unit = abs(holding.position.quantity) // SCALE + len(pool.holdings) + 4
    left = balance_at(state, account, pool.name, price)
    assert -unit <= left <= unit
    assert balance_at(state, account, pool.name, price - sign * tick) < 0


def balance_at(state: State, account: Account, name: str, mark: int) -> int:
    marks = {**state.marks, "BTCUSDT": mark}
    found = pools_of(account, marks, state.rates, ASSETS)
    return next(pool.margin_balance for pool in found if pool.name == name)


@given(SIGNS, QUANTITIES, MODES, st.integers(6, 60), st.sampled_from((0, 5_000)), st.data())
def test_within_its_edges_a_pool_is_not_to_be_called(
    side: str, quantity: int, mode: str, percent: int, doge: int, data: st.DataObject
) -> None:
    state, account, pool = held(side, quantity, mode, percent, doge)
    edges = edges_of(pool, state.rates)
    if edges is None:
        assert 100 * pool.maint_margin >= 79 * pool.margin_balance
        return
    marks = dict(state.marks)
    for holding, edge in edges:
        name, mark = holding.exposure.symbol.name, holding.mark
        long = holding.position.quantity > 0
        lowest, highest = (edge + 1, 3 * mark) if long else (1, edge - 1)
        moved = data.draw(st.integers(max(1, lowest), highest))
        marks[name] = moved
        cost = claim(holding.exposure, holding.position, edge)
        assert cost <= claim(holding.exposure, holding.position, moved) + 1_000
    found = pools_of(account, marks, state.rates, ASSETS)
    after = next(each for each in found if each.name == pool.name)
    assert not is_to_be_called(after)
