"""Accounts at their limit: margin calls, liquidation, auto-exchange, debts, in this order."""

from __future__ import annotations

from collections.abc import Mapping

from perpbox.account import Account, AccountId
from perpbox.engine.debts import pay_debt
from perpbox.engine.events import MarginCalled, MarginCallEnded
from perpbox.engine.exchange import exchange
from perpbox.engine.liquidation import liquidate
from perpbox.engine.turn import Turn
from perpbox.engine.watch import Watch
from perpbox.margin.pool import Pool, pool_place, pools_of
from perpbox.margin.room import edges_of, is_safe_again, is_to_be_called


def look_at(turn: Turn, account_id: AccountId) -> None:
    """Do the first thing that is due and look again later, or watch over the account."""
    state = turn.state
    account = state.accounts.get(account_id)
    watch = watch_of(turn)
    if account is None:
        watch.set(account_id, ())
        return
    pools = pools_of(account, state.marks, state.rates, list(state.catalogue.assets))
    _call(turn, account, pools)
    at_limit = next((pool for pool in pools if pool.is_at_limit), None)
    if at_limit is not None:
        liquidate(turn, account, at_limit)
        state.stirred.stir(account_id)
    elif exchange(turn, account) or pay_debt(turn, account):
        state.stirred.stir(account_id)
    elif pools:
        watch.set(account_id, edges_of(pools, account.called, state.rates))
    else:
        watch.set(account_id, ())


def watch_of(turn: Turn) -> Watch:
    """The watch, made anew after a start."""
    state = turn.state
    if state.watch is None:
        state.watch = Watch(state.accounts.values())
    return state.watch


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
