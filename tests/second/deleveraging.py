"""Auto-deleveraging: who stands first when the fund cannot take a position over."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tests.second.arithmetic import ONE
from tests.second.observed import Deleverage
from tests.second.pools import Holding, holdings_of
from tests.second.venue import LEG_ORDER, Account, Venue


@dataclass(frozen=True, slots=True)
class Ranked:
    """A position of one side of a symbol with its rank."""

    rank: Fraction
    account_id: int
    leg: str
    quantity: int
    profit: int


def total_cross_wallet(venue: Venue, account: Account) -> int:
    """totalCrossWalletBalance in multi-assets mode."""
    return sum(venue.value(asset, amount) for asset, amount in account.wallets.items())


def rank_of(venue: Venue, account: Account, holding: Holding, others: list[Holding]) -> Fraction:
    """max(0, UPNL) / max(1, W) x MM / (W + UPNL), 0 unless W + UPNL > 0."""
    profit, maintenance = holding.profit, holding.maintenance
    if account.is_isolated(holding.symbol.name):
        wallet = holding.position.isolated_wallet
    else:
        if account.multi_assets:
            wallet = total_cross_wallet(venue, account)
        else:
            wallet = venue.cross_wallet(account, holding.symbol.margin_asset)
        if account.hedge:
            legs = [other for other in others if other.place == holding.place]
            profit = sum(leg.profit for leg in legs)
            maintenance = sum(leg.maintenance for leg in legs)
    if profit <= 0 or wallet + profit <= 0:
        return Fraction(0)
    return Fraction(profit, max(ONE, wallet)) * Fraction(maintenance, wallet + profit)


def ranking(venue: Venue, symbol: str, sign: int) -> list[Ranked]:
    """The positions of one side (+1 long, -1 short) of the symbol, highest rank first."""
    place = venue.place[symbol]
    found: list[Ranked] = []
    for account in venue.sorted_accounts():
        if not any(held_place == place for held_place, _ in account.positions):
            continue
        holdings = holdings_of(venue, account)
        found += [
            Ranked(
                rank_of(venue, account, holding, holdings),
                account.account_id,
                holding.leg,
                abs(holding.position.quantity),
                holding.profit,
            )
            for holding in holdings
            if holding.place == place and holding.position.quantity * sign > 0
        ]
    found.sort(key=lambda entry: (-entry.rank, entry.account_id, LEG_ORDER[entry.leg]))
    return found


def quantile(venue: Venue, account: Account, symbol: str, leg: str) -> int:
    """ceil(5 i / n) - 1 for the i-th from below of n; 0 for a position without profit."""
    position = account.positions.get((venue.place[symbol], leg))
    if position is None:
        return 0
    ranked = ranking(venue, symbol, 1 if position.quantity > 0 else -1)
    for number, entry in enumerate(reversed(ranked), start=1):
        if (entry.account_id, entry.leg) == (account.account_id, leg):
            return -(-5 * number // len(ranked)) - 1 if entry.profit > 0 else 0
    return 0


def deleverage(venue: Venue, account: Account, holding: Holding, price: int) -> Deleverage:
    """Close the position against the opposite ones of other clients, highest rank first."""
    quantity = holding.position.quantity
    left = abs(quantity)
    against = []
    for entry in ranking(venue, holding.symbol.name, -1 if quantity > 0 else 1):
        if entry.account_id == account.account_id:
            continue
        if not left:
            break
        taken = min(left, entry.quantity)
        against.append((entry.account_id, entry.leg, taken))
        left -= taken
    return Deleverage(
        account.account_id, holding.symbol.name, holding.leg, quantity, price, tuple(against), left
    )
