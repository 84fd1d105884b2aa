"""Pools: what stands together for its positions, and at what price each would have nothing left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from perpbox.account import Account, Exposure, Position, Side
from perpbox.instrument import Catalogue
from perpbox.margin.account import account_figures, asset_figures
from perpbox.margin.asset import AssetFigures
from perpbox.margin.multi_assets import Rates, credit
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, Amount, Price, Ratio

MULTI_ASSETS = ""
"""Name of the pool of an account in multi-assets mode."""


class Holding:
    """A position with a quantity, in its symbol, at its mark price."""

    __slots__ = ("exposure", "mark", "position")

    def __init__(self, exposure: Exposure, position: Position, mark: Price) -> None:
        self.exposure = exposure
        self.position = position
        self.mark = mark

    @property
    def maint_margin(self) -> Amount:
        return figures_of(self.exposure, self.position, self.mark).maint_margin

    @property
    def unrealized_profit(self) -> Amount:
        return figures_of(self.exposure, self.position, self.mark).unrealized_profit


class Pool:
    """One isolated position, the cross positions of one asset, or those of the whole account."""

    __slots__ = ("asset", "holdings", "maint_margin", "margin_balance", "name")

    def __init__(
        self,
        name: str,
        asset: str,
        margin_balance: Amount,
        maint_margin: Amount,
        holdings: list[Holding],
    ) -> None:
        self.name = name
        """"BTCUSDT:BOTH" if isolated, the asset if cross, empty in multi-assets mode."""
        self.asset = asset
        """Its margin asset; USD, and empty, in multi-assets mode."""
        self.margin_balance = margin_balance
        self.maint_margin = maint_margin
        self.holdings = holdings

    @property
    def is_at_limit(self) -> bool:
        return self.margin_balance <= self.maint_margin


def pools_of(
    account: Account, marks: Mapping[str, Price], rates: Mapping[str, Rates], assets: list[str]
) -> list[Pool]:
    """The pools that hold a position: isolated ones by symbol and leg, then cross by asset."""
    rows = asset_figures(account, marks)
    pools: list[Pool] = []
    cross: dict[str, list[Holding]] = {}
    for holding in holdings_of(account, marks):
        exposure, position = holding.exposure, holding.position
        if exposure.isolated:
            balance = position.isolated_wallet + holding.unrealized_profit
            name = f"{exposure.symbol.name}:{position.position_side.value}"
            asset = exposure.symbol.margin_asset
            pools.append(Pool(name, asset, balance, holding.maint_margin, [holding]))
        else:
            cross.setdefault(exposure.symbol.margin_asset, []).append(holding)
    if account.multi_assets:
        if cross:
            totals = account_figures(account, (), marks, rates).totals
            held = [holding for group in cross.values() for holding in group]
            held.sort(key=lambda each: each.exposure.symbol.ordinal)
            pools.append(Pool(MULTI_ASSETS, "", totals.margin_balance, totals.maint_margin, held))
        return pools
    for asset in assets if len(cross) > 1 else list(cross):
        if asset in cross:
            row = rows[asset]
            balance = row.cross_wallet_balance + row.cross_unrealized_profit
            pools.append(Pool(asset, asset, balance, row.cross_maint_margin, cross[asset]))
    return pools


def pool_place(catalogue: Catalogue, name: str) -> tuple[int, int, str]:
    """Where a pool stands: isolated ones by symbol and leg, then assets, the account last."""
    if name == MULTI_ASSETS:
        return (2, 0, "")
    symbol, _, leg = name.partition(":")
    if leg:
        return (0, catalogue.symbols[symbol].ordinal, leg)
    return (1, list(catalogue.assets).index(name), "")


def holdings_of(account: Account, marks: Mapping[str, Price]) -> Iterator[Holding]:
    """In the catalogue's order, LONG before SHORT."""
    for name, exposure in account.active.items():
        for position in exposure.positions.values():
            if position.quantity:
                yield Holding(exposure, position, marks[name])


def bankruptcy_price(
    pool: Pool, holding: Holding, rows: Mapping[str, AssetFigures], rates: Mapping[str, Rates]
) -> Price:
    """The mark price of the holding at which nothing of the pool is left, all else as it is.

    Up to the eighth decimal for a long, cut there for a short, and at least one tick.
    """
    asset = holding.exposure.symbol.margin_asset
    spare, rate = pool.margin_balance, 1
    if pool.name == MULTI_ASSETS:
        spare, rate = _spare(asset, rows, rates)
    quantity = holding.position.quantity * rate
    exact = holding.mark * quantity - spare * SCALE
    # exact / quantity, rounded up for a long and down for a short.
    price = -(-exact // quantity) if quantity > 0 else exact // quantity
    return max(price, holding.exposure.symbol.tick_size)


def _spare(
    asset: str, rows: Mapping[str, AssetFigures], rates: Mapping[str, Rates]
) -> tuple[int, Ratio]:
    """By how much the balance of an asset may fall until the account has nothing: times a rate."""
    others = sum(
        credit(row.margin_balance, rates[name])
        for name, row in rows.items()
        if name != asset and not row.is_untouched
    )
    rate = rates[asset].ask_rate if others > 0 else rates[asset].bid_rate
    if not others or not rate:
        return rows[asset].margin_balance, 1
    return rows[asset].margin_balance * rate + others * SCALE, rate


def on_tick(price: Price, tick: Price, side: Side) -> Price:
    """On the grid, in favour of who closes with an order of this side: a sell's is not lower."""
    return price // tick * tick if side > 0 else -(-price // tick) * tick
