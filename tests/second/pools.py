"""Pools: what stands together for its positions, and the price at which a pool has nothing left."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, trunc

from tests.second.arithmetic import ONE, SQUARE, cut
from tests.second.observed import SymbolFacts
from tests.second.venue import LEG_ORDER, LEGS, Account, Position, Venue

MULTI_ASSETS = ""
CALL_AT = 80
CALL_ENDS_BELOW = 75


@dataclass(slots=True)
class Holding:
    """A position with the figures it has at the mark price."""

    place: int
    leg: str
    symbol: SymbolFacts
    position: Position
    mark: int
    profit: int
    maintenance: int


@dataclass(slots=True)
class Pool:
    """A pool with its two figures, and its positions in the catalogue's order."""

    name: str
    margin_balance: int
    maintenance: int
    holdings: list[Holding] = field(default_factory=list)

    @property
    def at_limit(self) -> bool:
        """Whether it is to be liquidated."""
        return bool(self.holdings) and self.margin_balance <= self.maintenance

    @property
    def calls(self) -> bool:
        """MM >= 80 % of the margin balance."""
        return self.maintenance * 100 >= self.margin_balance * CALL_AT

    @property
    def relieved(self) -> bool:
        """MM < 75 % of the margin balance."""
        return self.maintenance * 100 < self.margin_balance * CALL_ENDS_BELOW


def maintenance_margin(venue: Venue, place: int, exact_notional: int) -> int:
    """t8(|q x mark| x rate - cum) in the bracket that holds |q x mark| (uncut, in 1e-16)."""
    number = venue.bracket_number(place, exact_notional // ONE)
    bracket = venue.symbols[place].brackets[number]
    return cut(exact_notional * bracket.maint_margin_rate - bracket.cum * SQUARE, SQUARE)


def holdings_of(venue: Venue, account: Account) -> list[Holding]:
    """All positions with their figures, in the catalogue's order, LONG before SHORT."""
    marks = venue.marks
    holdings = []
    for (place, leg), position in account.positions.items():
        quantity = position.quantity
        if not quantity:
            # Closed by a liquidation order whose fee is yet to be paid: no position any more.
            continue
        symbol = venue.symbols[place]
        mark = marks[symbol.name]
        size = abs(quantity)
        gain = quantity * (mark - position.entry_cost // size)
        profit = gain // ONE if gain >= 0 else -(-gain // ONE)
        maintenance = maintenance_margin(venue, place, size * mark)
        holdings.append(Holding(place, leg, symbol, position, mark, profit, maintenance))
    return holdings


def asset_balances(venue: Venue, account: Account, holdings: list[Holding]) -> dict[str, int]:
    """Multi-assets mode: wallet + UPNL of each asset."""
    balances = {asset.name: account.wallet(asset.name) for asset in venue.assets}
    for holding in holdings:
        balances[holding.symbol.margin_asset] += holding.profit
    return balances


def multi_assets_pool(venue: Venue, account: Account, holdings: list[Holding]) -> Pool:
    """The one pool of an account in multi-assets mode: totalMarginBalance, totalMaintMargin."""
    maintenances: dict[str, int] = {}
    for holding in holdings:
        asset = holding.symbol.margin_asset
        maintenances[asset] = maintenances.get(asset, 0) + holding.maintenance
    balances = asset_balances(venue, account, holdings)
    return Pool(
        MULTI_ASSETS,
        sum(venue.value(asset, balance) for asset, balance in balances.items() if balance),
        sum(cut(amount * venue.rates[asset].ask, ONE) for asset, amount in maintenances.items()),
        holdings,
    )


def pools_of(venue: Venue, account: Account) -> list[Pool]:
    """The pools that hold a position, in the order in which they are dealt with."""
    if not account.positions:
        return []
    holdings = holdings_of(venue, account)
    if account.multi_assets:
        return [multi_assets_pool(venue, account, holdings)]
    isolated: list[Pool] = []
    cross: dict[str, Pool] = {}
    for holding in holdings:
        symbol, position = holding.symbol, holding.position
        if symbol.name in account.isolated_symbols:
            balance = position.isolated_wallet + holding.profit
            name = f"{symbol.name}:{holding.leg}"
            isolated.append(Pool(name, balance, holding.maintenance, [holding]))
            continue
        asset = symbol.margin_asset
        pool = cross.get(asset)
        if pool is None:
            cross[asset] = pool = Pool(asset, venue.cross_wallet(account, asset), 0)
        pool.margin_balance += holding.profit
        pool.maintenance += holding.maintenance
        pool.holdings.append(holding)
    if len(cross) > 1:
        return isolated + sorted(cross.values(), key=lambda pool: venue.asset_place[pool.name])
    return isolated + list(cross.values())


def pool_named(venue: Venue, account: Account, name: str) -> Pool:
    """A pool by its name, also one that holds no position (any more)."""
    for pool in pools_of(venue, account):
        if pool.name == name:
            return pool
    if name == MULTI_ASSETS:
        return multi_assets_pool(venue, account, [])
    if ":" in name:
        symbol, leg = name.rsplit(":", 1)
        left = account.positions.get((venue.place[symbol], leg))
        return Pool(name, left.isolated_wallet if left else 0, 0)
    return Pool(name, venue.cross_wallet(account, name), 0)


def pool_order(venue: Venue, name: str) -> tuple[int, int, int]:
    """The order of pools: isolated ones by symbol and leg, then assets, the account last."""
    if ":" in name:
        symbol, leg = name.rsplit(":", 1)
        return (0, venue.place[symbol], LEG_ORDER[leg])
    if name == MULTI_ASSETS:
        return (2, 0, 0)
    return (1, venue.asset_place[name], 0)


def pool_of(account: Account, symbol: SymbolFacts, leg: str) -> str:
    """The name of the pool that a position of the account belongs to."""
    if account.multi_assets:
        return MULTI_ASSETS
    if account.is_isolated(symbol.name):
        return f"{symbol.name}:{leg}"
    return symbol.margin_asset


def symbols_of(venue: Venue, account: Account, name: str) -> tuple[str, ...]:
    """The symbols whose positions would belong to the pool, in the catalogue's order."""
    return tuple(
        symbol.name
        for symbol in venue.symbols
        if name in [pool_of(account, symbol, leg) for leg in LEGS]
    )


def largest(venue: Venue, pool: Pool) -> Holding:
    """The position with the largest maintenance margin, the first of equals."""
    if pool.name != MULTI_ASSETS:
        return max(pool.holdings, key=lambda holding: holding.maintenance)
    rates = venue.rates
    return max(
        pool.holdings,
        key=lambda holding: holding.maintenance * rates[holding.symbol.margin_asset].ask,
    )


def surplus(venue: Venue, account: Account, pool: Pool, holding: Holding) -> Fraction:
    """By how much the balance of the position's own asset may fall before the pool has nothing."""
    if pool.name != MULTI_ASSETS:
        return Fraction(pool.margin_balance)
    own = holding.symbol.margin_asset
    balances = asset_balances(venue, account, pool.holdings)
    others = sum(venue.value(asset, held) for asset, held in balances.items() if asset != own)
    rate = venue.rates[own].ask if others > 0 else venue.rates[own].bid
    if others == 0 or rate == 0:
        return Fraction(balances[own])
    return balances[own] - Fraction(-others * ONE, rate)


def bankruptcy_price(venue: Venue, account: Account, pool: Pool, holding: Holding) -> int:
    """The mark price at which the pool's margin balance is zero, rounded in the fund's disfavour.

    Cut for a short, rounded up for a long, never below one tick.
    """
    quantity = holding.position.quantity
    exact = holding.mark - surplus(venue, account, pool, holding) * ONE / quantity
    price = ceil(exact) if quantity > 0 else trunc(exact)
    return max(price, holding.symbol.tick_size)
