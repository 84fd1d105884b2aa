"""What has happened to positions."""

from __future__ import annotations

from perpbox.account import Account, Exposure
from perpbox.engine import events as happened
from perpbox.engine.apply.exposures import activate, deactivate, exposure_of, position_of
from perpbox.engine.state import State
from perpbox.money import Millis


def drop_holder(state: State, account: Account, exposure: Exposure) -> None:
    """Forget the account as a holder of the symbol, if it holds nothing of it any more."""
    if not any(p.quantity for p in exposure.positions.values()):
        state.markets[exposure.symbol.name].holders.pop(account.account_id, None)


def position_changed(state: State, event: happened.PositionChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.symbol)
    position = position_of(exposure, event.position_side)
    position.quantity = event.quantity
    position.entry_cost = event.entry_cost
    position.outlay = event.outlay
    position.isolated_wallet = event.isolated_wallet
    position.realized_profit = event.realized_profit
    position.updated = now
    position.figures = None
    account.version += 1
    state.stirred.change(event.account_id, event.symbol, event.position_side)
    if event.quantity == 0:
        if account.conditional_orders:
            state.stirred.legs.append((event.account_id, event.symbol, event.position_side))
        drop_holder(state, account, exposure)
        deactivate(account, exposure)
    else:
        state.markets[event.symbol].holders[event.account_id] = exposure
        if event.symbol not in account.active:
            activate(account, exposure)


def position_handed_over(state: State, event: happened.PositionHandedOver, now: Millis) -> None:
    account = state.accounts[event.account_id]
    exposure = account.exposures[event.symbol]
    position = exposure.positions.pop(event.position_side)
    account.sums = None
    state.markets[event.symbol].house_quantity += position.quantity
    account.version += 1
    account.claims = None
    state.stirred.stir(event.account_id)
    drop_holder(state, account, exposure)
    deactivate(account, exposure)


def isolated_margin_adjusted(
    state: State, event: happened.IsolatedMarginAdjusted, now: Millis
) -> None:
    account = state.accounts[event.account_id]
    position = account.exposures[event.symbol].positions[event.position_side]
    position.isolated_wallet += event.amount
    position.updated = now
    position.figures = None
    account.version += 1
    account.claims = None
    state.stirred.stir(event.account_id)
