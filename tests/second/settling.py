"""Auto-exchange, and the debts that the insurance fund pays."""

from __future__ import annotations

from tests.second.arithmetic import ONE, away, cut
from tests.second.observed import DebtPaid, Exchanged
from tests.second.venue import Account, Venue


def debts_due(venue: Venue, account: Account) -> list[str]:
    """The negative wallets that are to be bought back now, in the catalogue's order."""
    negative = [asset.name for asset in venue.assets if account.wallet(asset.name) < 0]
    if not negative or account.liquidated:
        return negative
    if not account.positions and account.open_orders == 0:
        values = [venue.value(asset.name, account.wallet(asset.name)) for asset in venue.assets]
        owes = -sum(value for value in values if value < 0)
        owns = sum(value for value in values if value > 0)
        if owes * 1000 >= owns * 995:
            return negative
    return [
        asset.name
        for asset in venue.assets
        if account.wallet(asset.name) < min(0, asset.auto_exchange_threshold)
    ]


def buy_back(venue: Venue, wallets: dict[str, int], debtor: str) -> None:
    """Buy one negative wallet back with the positive ones, each in proportion to its value.

    Nothing is rounded but what the specification rounds: a debt and a value are exact products.
    """
    rate = venue.rates[debtor].exchange_ask
    sold = {
        asset.name: venue.rates[asset.name].exchange_bid
        for asset in venue.assets
        if wallets[asset.name] > 0 and venue.rates[asset.name].exchange_bid > 0
    }
    values = {asset: wallets[asset] * bid for asset, bid in sold.items()}
    total = sum(values.values())
    if rate <= 0 or total <= 0:
        return
    debt = -wallets[debtor] * rate
    if total < debt:
        for asset in sold:
            wallets[asset] = 0
        wallets[debtor] += cut(total, rate)
        return
    for asset, bid in sold.items():
        share = away(debt * values[asset], total * ONE)
        wallets[asset] -= min(wallets[asset], away(share * ONE, bid))
    wallets[debtor] = 0


def exchange(venue: Venue, account: Account) -> Exchanged | None:
    """What the auto-exchange changes now, or None."""
    if not account.multi_assets:
        return None
    due = debts_due(venue, account)
    if not due:
        return None
    wallets = {asset.name: account.wallet(asset.name) for asset in venue.assets}
    for asset in due:
        buy_back(venue, wallets, asset)
    changes = tuple(
        (asset, amount - account.wallet(asset))
        for asset, amount in wallets.items()
        if amount != account.wallet(asset)
    )
    return Exchanged(account.account_id, changes) if changes else None


def debt_paid(venue: Venue, account: Account) -> DebtPaid | None:
    """The first debt of the account, in the catalogue's order, that the fund pays now."""
    if not account.isolated_symbols and min(account.wallets.values(), default=0) >= 0:
        return None
    if account.multi_assets:
        if account.positions or any(amount > 0 for amount in account.wallets.values()):
            return None
    elif not account.positions and all(amount >= 0 for amount in account.wallets.values()):
        return None
    for asset in (facts.name for facts in venue.assets):
        if not account.multi_assets and has_cross_position(venue, account, asset):
            continue
        debt = -venue.cross_wallet(account, asset)
        amount = min(debt, venue.fund.get(asset, 0))
        if amount > 0:
            return DebtPaid(account.account_id, asset, amount)
    return None


def has_cross_position(venue: Venue, account: Account, asset: str) -> bool:
    """Whether the account has a cross position of the margin asset (single-asset mode)."""
    for place, _ in account.positions:
        symbol = venue.symbols[place]
        if symbol.margin_asset == asset and symbol.name not in account.isolated_symbols:
            return True
    return False
