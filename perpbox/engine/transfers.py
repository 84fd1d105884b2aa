"""Opening, resetting and closing accounts, and money in and out of them."""

from __future__ import annotations

from perpbox.account import Account, House
from perpbox.engine.commands import CloseAccount, OpenAccount, ResetAccount, Transfer
from perpbox.engine.events import (
    AccountClosed,
    AccountOpened,
    AccountReset,
    ConditionalCanceled,
    MoneyReason,
    OrderCanceled,
    PositionHandedOver,
)
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.margin.account import account_figures
from perpbox.money import Amount


def open_account(turn: Turn, command: OpenAccount) -> None:
    """A new account with its opening balances, transferred in from the world."""
    for asset, amount in command.balances.items():
        turn.require(asset in turn.state.catalogue.assets, Reject.UNKNOWN_ASSET, asset)
        turn.require(amount >= 0, Reject.INVALID_AMOUNT, asset)
    account_id = turn.state.next_account_id
    turn.emit(AccountOpened(account_id, command.name, command.balances))
    turn.account_id = account_id
    for asset, amount in command.balances.items():
        _transfer(turn, account_id, asset, amount, MoneyReason.TRANSFER)


def transfer(turn: Turn, command: Transfer) -> None:
    """In without limit; out up to what the account answers as maxWithdrawAmount."""
    account = turn.account(command.account_id)
    state = turn.state
    turn.require(command.asset in state.catalogue.assets, Reject.UNKNOWN_ASSET, command.asset)
    turn.require(command.amount != 0, Reject.INVALID_AMOUNT, command.asset)
    if command.amount < 0:
        assets = state.catalogue.assets.values()
        figures = account_figures(account, assets, state.marks, state.rates)
        most = figures.assets[command.asset].max_withdraw_amount
        turn.require(-command.amount <= most, Reject.BALANCE_NOT_SUFFICIENT)
    _transfer(turn, account.account_id, command.asset, command.amount, MoneyReason.TRANSFER)


def reset_account(turn: Turn, command: ResetAccount) -> None:
    """The house takes the positions over, the wallets are as they were when it opened."""
    account = turn.account(command.account_id)
    _wind_up(turn, account)
    assets = dict.fromkeys([*account.balances, *account.opening_balances])
    for asset in assets:
        missing = account.opening_balances.get(asset, 0) - account.wallet(asset)
        _transfer(turn, account.account_id, asset, missing, MoneyReason.RESET)
    turn.emit(AccountReset(account.account_id))


def close_account(turn: Turn, command: CloseAccount) -> None:
    """The house takes the positions over, the money leaves, the account is gone."""
    account = turn.account(command.account_id)
    _wind_up(turn, account)
    for asset in list(account.balances):
        _transfer(turn, account.account_id, asset, -account.wallet(asset), MoneyReason.RESET)
    turn.emit(AccountClosed(account.account_id))


def _wind_up(turn: Turn, account: Account) -> None:
    for algo_id in list(account.conditional_orders):
        turn.emit(ConditionalCanceled(account.account_id, algo_id))
    for exposure in list(account.active.values()):
        for order_id in list(exposure.orders):
            turn.emit(OrderCanceled(account.account_id, order_id))
        for position in list(exposure.positions.values()):
            if position.quantity:
                turn.emit(
                    PositionHandedOver(
                        account.account_id, exposure.symbol.name, position.position_side
                    )
                )


def _transfer(turn: Turn, account_id: int, asset: str, amount: Amount, reason: MoneyReason) -> None:
    """From the world into the account, or out of it where the amount is below zero."""
    turn.move(House.WORLD, account_id, asset, amount, reason)
