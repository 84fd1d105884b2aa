"""The insurance fund: what the operator pays in, and the debts that it pays for accounts."""

from __future__ import annotations

from perpbox.account import Account, House
from perpbox.engine.commands import MoveInsurance
from perpbox.engine.events import MoneyReason
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.margin.account import asset_figures


def move_insurance(turn: Turn, command: MoveInsurance) -> None:
    """The operator pays into the fund, or takes out what is there."""
    state, asset = turn.state, command.asset
    turn.require(asset in state.catalogue.assets, Reject.UNKNOWN_ASSET, asset)
    turn.require(command.amount != 0, Reject.INVALID_AMOUNT, asset)
    fund = state.house.get((House.INSURANCE, asset), 0)
    turn.require(fund + command.amount >= 0, Reject.INVALID_AMOUNT, asset)
    reason = MoneyReason.TRANSFER
    turn.move(House.WORLD, House.INSURANCE, asset, command.amount, reason)


def find_debtors(turn: Turn) -> None:
    """The fund has grown: who owes what it could not pay is looked at again."""
    state = turn.state
    state.stirred.fund_has_grown = False
    if state.debtors is None:
        # No event says who they are, so that after a start they have to be found once.
        state.debtors = {a.account_id for a in state.accounts.values() if _may_owe(a)}
    for account_id in state.debtors:
        state.stirred.stir(account_id)


def _may_owe(account: Account) -> bool:
    """A cross wallet below zero shows in the wallet, unless isolated margin hides it."""
    return account.owes or any(exposure.isolated for exposure in account.active.values())


def pay_debt(turn: Turn, account: Account) -> bool:
    """Pay the first debt that has nothing left to come out of; whether one was paid."""
    state = turn.state
    owes = False
    for asset, debt in _debts(turn, account):
        owes = True
        paid = min(debt, state.house.get((House.INSURANCE, asset), 0))
        if paid > 0:
            reason = MoneyReason.INSURANCE_CLEAR
            turn.move(House.INSURANCE, account.account_id, asset, paid, reason)
            return True
    if state.debtors is not None:
        if owes:
            state.debtors.add(account.account_id)
        else:
            state.debtors.discard(account.account_id)
    return False


def _debts(turn: Turn, account: Account) -> list[tuple[str, int]]:
    """Per asset, in the catalogue's order, what is owed without a position that could pay it."""
    state = turn.state
    rows = asset_figures(account, state.marks)
    owed = {asset: -row.cross_wallet_balance for asset, row in rows.items()}
    owed = {asset: debt for asset, debt in owed.items() if debt > 0}
    if not owed:
        return []
    held = [
        exposure
        for exposure in account.active.values()
        if any(p.quantity for p in exposure.positions.values())
    ]
    if account.multi_assets:
        if held or any(balance.wallet > 0 for balance in account.balances.values()):
            return []
    else:
        for exposure in held:
            if not exposure.isolated:
                owed.pop(exposure.symbol.margin_asset, None)
    return [(asset, owed[asset]) for asset in state.catalogue.assets if asset in owed]
