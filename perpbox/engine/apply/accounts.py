"""What has happened to accounts: opened, paid, set."""

from __future__ import annotations

from perpbox.account import Account, AccountId, Balance, House
from perpbox.engine import events as happened
from perpbox.engine.apply.exposures import exposure_of
from perpbox.engine.state import State
from perpbox.instrument.symbol import initial_margin_rate
from perpbox.money import Amount, Millis


def account_opened(state: State, event: happened.AccountOpened, now: Millis) -> None:
    account = Account(event.account_id, event.name, now)
    account.opening_balances = dict(event.opening_balances)
    state.accounts[event.account_id] = account
    state.next_account_id = event.account_id + 1


def account_reset(state: State, event: happened.AccountReset, now: Millis) -> None:
    account = state.accounts[event.account_id]
    account.hedge_mode = False
    account.multi_assets = False
    account.fee_burn = False
    account.fee_tier = 0
    account.commission_rates = {}
    account.called.clear()
    account.claims = None
    state.pooled.discard(event.account_id)
    state.stirred.stir(event.account_id)
    account.exposures.clear()
    account.active.clear()
    account.sums = None
    account.balances = {a: b for a, b in account.balances.items() if b.wallet}
    account.version += 1
    forget_countdowns(state, event.account_id)


def forget_countdowns(state: State, account_id: AccountId) -> None:
    for key in [key for key in state.countdowns if key[0] == account_id]:
        del state.countdowns[key]


def account_closed(state: State, event: happened.AccountClosed, now: Millis) -> None:
    del state.accounts[event.account_id]
    state.pooled.discard(event.account_id)
    if state.debtors is not None:
        state.debtors.discard(event.account_id)
    state.stirred.stir(event.account_id)
    forget_countdowns(state, event.account_id)


def money_moved(state: State, event: happened.MoneyMoved, now: Millis) -> None:
    _move(state, event.payer, event.asset, -event.amount, now)
    _move(state, event.payee, event.asset, event.amount, now)
    state.next_transaction_id = event.transaction_id + 1


def converted(state: State, event: happened.Converted, now: Millis) -> None:
    """It says why money moves next; that moves by events of its own."""


def _move(state: State, owner: AccountId, asset: str, amount: Amount, now: Millis) -> None:
    if owner < 0:
        key = (owner, asset)
        state.house[key] = state.house.get(key, 0) + amount
        if owner == House.INSURANCE and amount > 0:
            state.stirred.fund_has_grown = True
        return
    account = state.accounts[owner]
    balance = account.balances.get(asset)
    if balance is None:
        balance = account.balances[asset] = Balance()
    balance.wallet += amount
    balance.updated = now
    account.version += 1
    state.stirred.stir(owner)


# Settings.


def leverage_changed(state: State, event: happened.LeverageChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.symbol)
    exposure.leverage = event.leverage
    exposure.initial_margin_rate = initial_margin_rate(event.leverage)
    for position in exposure.positions.values():
        position.figures = None
    account.version += 1


def margin_type_changed(state: State, event: happened.MarginTypeChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.symbol)
    exposure.isolated = event.isolated
    for position in exposure.positions.values():
        position.figures = None
    account.version += 1


def position_mode_changed(state: State, event: happened.PositionModeChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    account.hedge_mode = event.hedge_mode
    account.sums = None
    account.claims = None
    for exposure in account.exposures.values():
        exposure.positions.clear()
    account.version += 1


def asset_mode_changed(state: State, event: happened.AssetModeChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    account.multi_assets = event.multi_assets
    account.sums = None
    account.called.clear()
    account.claims = None
    account.version += 1
    if event.multi_assets:
        state.pooled.add(event.account_id)
    else:
        state.pooled.discard(event.account_id)
    state.stirred.stir(event.account_id)


def fee_burn_changed(state: State, event: happened.FeeBurnChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    account.fee_burn = event.fee_burn
    account.version += 1


def fees_changed(state: State, event: happened.FeesChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    account.fee_tier = event.fee_tier
    account.commission_rates = event.commission_rates
    account.version += 1
