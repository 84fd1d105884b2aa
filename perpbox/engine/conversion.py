"""Converting one asset of a wallet into another, at a quote that was given."""

from __future__ import annotations

from perpbox.account import House
from perpbox.engine.commands import Convert
from perpbox.engine.events import Converted, MoneyReason
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.margin.account import account_figures


def convert(turn: Turn, command: Convert) -> None:
    """Both legs at once, up to what could be withdrawn of the one; the house takes it over."""
    account = turn.account(command.account_id)
    state = turn.state
    assets = state.catalogue.assets
    for asset, amount in (
        (command.from_asset, command.from_amount),
        (command.to_asset, command.to_amount),
    ):
        turn.require(asset in assets, Reject.UNKNOWN_ASSET, asset)
        turn.require(amount > 0, Reject.INVALID_AMOUNT, asset)
    figures = account_figures(account, assets.values(), state.marks, state.rates)
    most = figures.assets[command.from_asset].max_withdraw_amount
    turn.require(command.from_amount <= most, Reject.BALANCE_NOT_SUFFICIENT)
    account_id = account.account_id
    turn.emit(
        Converted(
            account_id,
            state.next_transaction_id,
            command.quote_id,
            command.from_asset,
            command.from_amount,
            command.to_asset,
            command.to_amount,
        )
    )
    given, got = MoneyReason.COIN_SWAP_WITHDRAW, MoneyReason.COIN_SWAP_DEPOSIT
    turn.move(account_id, House.CLEARING, command.from_asset, command.from_amount, given)
    turn.move(House.CLEARING, account_id, command.to_asset, command.to_amount, got)
