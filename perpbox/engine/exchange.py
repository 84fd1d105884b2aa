"""Auto-exchange: in multi-assets mode a negative wallet is bought back with the positive ones.

Source: Binance's pages on multi-assets mode and its asset index.
"""

from __future__ import annotations

from typing import Final

from perpbox.account import Account, House
from perpbox.engine.events import MoneyReason
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.margin.multi_assets import credit
from perpbox.money import SCALE, Amount, cut, round_up

OWED_OF: Final = (995, 1000)
"""Without positions and orders, what is owed may be this part of what is owned."""


def exchange(turn: Turn, account: Account) -> bool:
    """Buy back what is due; whether anything was done."""
    state = turn.state
    after_liquidation = account.account_id in state.stirred.liquidated
    state.stirred.liquidated.discard(account.account_id)
    if not account.multi_assets:
        return False
    due = _due(state, account, after_liquidation=after_liquidation)
    if not due:
        return False
    wallets = {asset: account.wallet(asset) for asset in state.catalogue.assets}
    for asset in due:
        _buy_back(state, wallets, asset)
    done = False
    for asset, wallet in wallets.items():
        change = wallet - account.wallet(asset)
        done = done or change != 0
        reason = MoneyReason.AUTO_EXCHANGE
        turn.move(House.CLEARING, account.account_id, asset, change, reason)
    return done


def _due(state: State, account: Account, *, after_liquidation: bool) -> list[str]:
    """The wallets to buy back, in the catalogue's order."""
    assets = state.catalogue.assets
    negative = [asset for asset in assets if account.wallet(asset) < 0]
    if not negative or after_liquidation:
        return negative
    if not account.active and not account.conditional_orders:
        values = [credit(account.wallet(asset), state.rates[asset]) for asset in assets]
        owed = -sum(value for value in values if value < 0)
        owned = sum(value for value in values if value > 0)
        if owed * OWED_OF[1] >= owned * OWED_OF[0]:
            return negative
    thresholds = {asset: assets[asset].auto_exchange_threshold for asset in negative}
    return [a for a, least in thresholds.items() if least is not None and account.wallet(a) < least]


def _buy_back(state: State, wallets: dict[str, Amount], debtor: str) -> None:
    """Every positive wallet gives its share by value, rounded up; all, if that is not enough."""
    rate = state.rates[debtor].auto_exchange_ask_rate
    bids = {
        asset: state.rates[asset].auto_exchange_bid_rate
        for asset, wallet in wallets.items()
        if wallet > 0 and state.rates[asset].auto_exchange_bid_rate > 0
    }
    values = {asset: wallets[asset] * bid for asset, bid in bids.items()}
    whole = sum(values.values())
    if rate <= 0 or whole <= 0:
        return
    debt = -wallets[debtor] * rate
    if whole < debt:
        for asset in bids:
            wallets[asset] = 0
        wallets[debtor] += cut(whole, rate)
        return
    for asset, bid in bids.items():
        share = round_up(debt * values[asset], whole * SCALE)
        wallets[asset] -= min(wallets[asset], round_up(share * SCALE, bid))
    wallets[debtor] = 0
