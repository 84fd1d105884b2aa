"""Accounts at their limit: margin calls, liquidation, auto-exchange, debts, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from perpbox.account import Account, AccountId, Claims, Exposure, PositionSide
from perpbox.engine.debts import pay_debt
from perpbox.engine.events import MarginCalled, MarginCallEnded
from perpbox.engine.exchange import exchange
from perpbox.engine.liquidation import liquidate
from perpbox.engine.turn import Turn
from perpbox.engine.watch import Watch
from perpbox.margin.pool import Pool, pool_place, pools_of
from perpbox.margin.room import (
    ANY_PRICE,
    CALL_RATE,
    CALL_RATIO,
    claim,
    edges_of,
    is_safe_again,
    is_to_be_called,
    near_edge,
)
from perpbox.money import Price

ROUNDING: Final = 100 * 1_000
"""More than the rounding of a hundred positions' figures can take."""


NEW: Final = (-1, 0)
"""Edge and claim of a position that has none yet."""


def look_at(turn: Turn, account_id: AccountId) -> None:
    """Do the first thing that is due and look again later, or watch over the account."""
    state = turn.state
    account = state.accounts.get(account_id)
    changed = state.stirred.changed.pop(account_id, ())
    if account is None:
        watch_of(turn).drop(account_id)
        return
    if account.claims is not None and _is_safe(turn, account, account.claims, changed):
        return
    account.claims = None
    pools = pools_of(account, state.marks, state.rates, list(state.catalogue.assets))
    _call(turn, account, pools)
    at_limit = next((pool for pool in pools if pool.is_at_limit), None)
    if at_limit is not None:
        liquidate(turn, account, at_limit)
        state.stirred.stir(account_id)
    elif exchange(turn, account) or pay_debt(turn, account):
        state.stirred.stir(account_id)
    else:
        _watch_over(turn, account, pools)


def watch_of(turn: Turn) -> Watch:
    """The watch, made anew after a start."""
    state = turn.state
    if state.watch is None:
        state.watch = Watch(state.accounts.values())
    return state.watch


def find_passed(turn: Turn) -> None:
    """The accounts that moved mark prices may have brought to a limit."""
    state, watch = turn.state, watch_of(turn)
    for symbol in state.stirred.marks:
        for account_id in watch.passed(symbol, state.marks[symbol]):
            if account_id in state.accounts:
                state.accounts[account_id].claims = None
                state.stirred.stir(account_id)
    state.stirred.marks.clear()


def _watch_over(turn: Turn, account: Account, pools: list[Pool]) -> None:
    """Set the edges of every position, and note what each may cost at worst until then.

    What it may cost is noted of accounts alone that are in one-way and single-asset mode, all
    cross, and not called: their fills are then judged by the position that they change.
    """
    watch, account_id = watch_of(turn), account.account_id
    edges: dict[str, tuple[Price, Price]] = {}
    claims = None if account.multi_assets or account.hedge_mode else Claims()
    for pool in pools:
        found = None if pool.name in account.called else edges_of(pool, turn.state.rates)
        if found is None or pool.holdings[0].exposure.isolated:
            claims = None
        if found is None:
            edges |= {h.exposure.symbol.name: (ANY_PRICE, 1) for h in pool.holdings}
            continue
        for holding, edge in found:
            exposure, position = holding.exposure, holding.position
            name = exposure.symbol.name
            low, high = edges.get(name, (0, 0))
            edges[name] = (max(low, edge), high) if position.quantity > 0 else (low, edge)
            if claims is not None:
                cost = claim(exposure, position, edge)
                claims.by_symbol[name] = (edge, cost)
                claims.sums[pool.asset] = claims.sums.get(pool.asset, 0) + cost
    for name in account.active:
        if name not in edges:
            watch.forget(account_id, name)
    for name, (low, high) in edges.items():
        watch.set(account_id, name, low, high)
    account.claims = claims


def _is_safe(
    turn: Turn, account: Account, claims: Claims, changed: Iterable[tuple[str, PositionSide]]
) -> bool:
    """Whether the account is safe within its edges, those of changed positions set anew."""
    for name, _ in changed:
        exposure = account.exposures[name]
        # Its gains may need more than they add, which no edge on the losing side tells of.
        if exposure.isolated or exposure.steepest_rate > CALL_RATE:
            return False
        _change_claim(turn, account.account_id, exposure, claims)
    sums = claims.sums
    for asset, balance in account.balances.items():
        wallet = balance.wallet
        least = ROUNDING if asset in sums else 0
        if wallet < 0 or CALL_RATIO * wallet + sums.get(asset, 0) < least:
            return False
    return all(asset in account.balances for asset in sums)


def _change_claim(turn: Turn, account_id: AccountId, exposure: Exposure, claims: Claims) -> None:
    """Note what a changed position may cost, and its edge."""
    symbol, position = exposure.symbol, exposure.position(PositionSide.BOTH)
    name, asset = symbol.name, symbol.margin_asset
    before, cost = claims.by_symbol.pop(name, NEW)
    left = claims.sums.get(asset, 0) - cost
    if position.quantity:
        edge = near_edge(position, turn.state.marks[name], before)
        cost = claim(exposure, position, edge)
        claims.by_symbol[name] = (edge, cost)
        left += cost
        if edge != before:
            low, high = (edge, 0) if position.quantity > 0 else (0, edge)
            watch_of(turn).set(account_id, name, low, high)
    else:
        watch_of(turn).forget(account_id, name)
    claims.sums[asset] = left


def _call(turn: Turn, account: Account, pools: list[Pool]) -> None:
    """Call the pools that are to be called, and end the calls that are over, in their order."""
    if account.called - {pool.name for pool in pools}:
        _end_gone(turn, account, pools)
        return
    for pool in pools:
        _call_pool(turn, account, pool)


def _call_pool(turn: Turn, account: Account, pool: Pool) -> None:
    if pool.name in account.called:
        if is_safe_again(pool):
            turn.emit(MarginCallEnded(account.account_id, pool.name))
    elif is_to_be_called(pool):
        figures = (pool.margin_balance, pool.maint_margin)
        turn.emit(MarginCalled(account.account_id, pool.name, *figures))


def _end_gone(turn: Turn, account: Account, pools: list[Pool]) -> None:
    """Likewise, where calls stand of pools that hold nothing any more."""
    here: Mapping[str, Pool] = {pool.name: pool for pool in pools}
    catalogue = turn.state.catalogue
    for name in sorted(account.called | here.keys(), key=lambda name: pool_place(catalogue, name)):
        if name in here:
            _call_pool(turn, account, here[name])
        else:
            turn.emit(MarginCallEnded(account.account_id, name))
