"""Accounts as an operator sees them: opened, funded, looked at, reset, closed."""

from __future__ import annotations

from msgspec import Struct

from perpbox.account import Account, AccountId
from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.keys import KeyMade, KeyShown, checked, make, require_account, shown
from perpbox.control.requests import (
    NewAccount,
    NewFees,
    NewKey,
    NewTransfer,
    Nothing,
    RateText,
    amount,
)
from perpbox.engine.commands import (
    CloseAccount,
    OpenAccount,
    ResetAccount,
    SetFees,
    Transfer,
)
from perpbox.money import Amount, Millis, Ratio, text_short

MAX_NAME = 100


class AccountListed(Struct, rename="camel"):
    account_id: AccountId
    name: str
    created: Millis


class AccountsListed(Struct):
    accounts: list[AccountListed]


class AccountShown(Struct, rename="camel"):
    account_id: AccountId
    name: str
    created: Millis
    hedge_mode: bool
    multi_assets_mode: bool
    balances: dict[str, str]
    """Per asset, the wallet: isolated margin inside, unrealized profit not."""
    opening_balances: dict[str, str]
    open_orders: int
    positions: int
    keys: list[KeyShown]
    """Without their secrets."""


class FeesShown(Struct, rename="camel"):
    account_id: AccountId
    tier: int
    rates: dict[str, RateText]
    """The account's own rates; everywhere else it pays its tier's."""


class AccountClosed(Struct, rename="camel"):
    account_id: AccountId


class Transferred(Struct, rename="camel"):
    account_id: AccountId
    asset: str
    amount: str
    balance: str
    """The wallet as it is now."""


def open_account(desk: Desk, call: Call) -> KeyMade:
    """A new account with money and one key that may do everything."""
    wanted = call.read(NewAccount)
    if len(wanted.name) > MAX_NAME or not wanted.name.isprintable():
        message = f"A name has at most {MAX_NAME} printable characters."
        raise Refused(400, "INVALID_NAME", message)
    key = checked(NewKey(public_key=wanted.public_key))
    balances = {asset: _balance(asset, text) for asset, text in wanted.balances.items()}
    turn = desk.venue.submit(OpenAccount(wanted.name, balances))
    return make(desk, turn.account_id, key)


def _balance(asset: str, text: str) -> Amount:
    value = amount(text, f"The balance of {asset}")
    if value < 0:
        raise Refused(400, "INVALID_AMOUNT", f"The balance of {asset} is below zero.")
    return value


def list_accounts(desk: Desk, call: Call) -> AccountsListed:
    accounts = desk.venue.state.accounts.values()
    return AccountsListed([AccountListed(a.account_id, a.name, a.created) for a in accounts])


def show_account(desk: Desk, call: Call) -> AccountShown:
    require_account(desk, call.account_id)
    account = desk.venue.state.accounts[call.account_id]
    exposures = account.active.values()
    return AccountShown(
        account_id=account.account_id,
        name=account.name,
        created=account.created,
        hedge_mode=account.hedge_mode,
        multi_assets_mode=account.multi_assets,
        balances=_wallets(account),
        opening_balances={a: text_short(v) for a, v in account.opening_balances.items()},
        open_orders=sum(len(exposure.orders) for exposure in exposures),
        positions=sum(1 for e in exposures for p in e.positions.values() if p.quantity),
        keys=[shown(key) for key in desk.keys.of_account(account.account_id)],
    )


def _wallets(account: Account) -> dict[str, str]:
    return {asset: text_short(balance.wallet) for asset, balance in account.balances.items()}


def reset_account(desk: Desk, call: Call) -> AccountShown:
    """Back to the day it was opened: no orders, no positions, the opening balances."""
    call.read(Nothing)
    desk.venue.submit(ResetAccount(call.account_id))
    return show_account(desk, call)


def close_account(desk: Desk, call: Call) -> AccountClosed:
    """The account is gone, and its keys with it."""
    desk.venue.submit(CloseAccount(call.account_id))
    desk.keys.delete_account(call.account_id)
    return AccountClosed(call.account_id)


def transfer(desk: Desk, call: Call) -> Transferred:
    """Money in; out where the amount is below zero, up to what the account could withdraw."""
    wanted = call.read(NewTransfer)
    value = amount(wanted.amount, "The amount")
    desk.venue.submit(Transfer(call.account_id, wanted.asset, value))
    balance = desk.venue.state.accounts[call.account_id].wallet(wanted.asset)
    return Transferred(call.account_id, wanted.asset, text_short(value), text_short(balance))


def set_fees(desk: Desk, call: Call) -> FeesShown:
    """Tier and own rates, as far as they are given; answers both as they now are."""
    wanted = call.read(NewFees)
    rates = {
        name: None if pair is None else _rates(name, pair) for name, pair in wanted.rates.items()
    }
    desk.venue.submit(SetFees(call.account_id, wanted.tier, rates))
    account = desk.venue.state.accounts[call.account_id]
    shown = {
        name: RateText(text_short(maker), text_short(taker))
        for name, (maker, taker) in account.commission_rates.items()
    }
    return FeesShown(account.account_id, account.fee_tier, shown)


def _rates(name: str, pair: RateText) -> tuple[Ratio, Ratio]:
    what = f"The rate of {name}"
    return amount(pair.maker, what, "INVALID_FEES"), amount(pair.taker, what, "INVALID_FEES")
