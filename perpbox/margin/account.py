"""The figures of an account: one row an asset, and the totals of single-asset mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from perpbox.account import Account
from perpbox.instrument import MarginAsset
from perpbox.margin import multi_assets
from perpbox.margin.asset import AssetFigures, Totals
from perpbox.margin.position import figures_of
from perpbox.money import Amount, Price

TOTALS_ASSET = "USDT"
"""Whose row the totals repeat in single-asset mode."""


def asset_figures(account: Account, marks: Mapping[str, Price]) -> dict[str, AssetFigures]:
    """Sums per asset over wallet and positions; assets that nothing touches are left out.

    The available and the withdrawable amount are those of single-asset mode.
    """
    rows = {name: AssetFigures(name, b.wallet, b.updated) for name, b in account.balances.items()}
    for exposure in account.active.values():
        asset = exposure.symbol.margin_asset
        row = rows.get(asset)
        if row is None:
            row = rows[asset] = AssetFigures(asset)
        mark = marks[exposure.symbol.name]
        isolated = exposure.isolated
        for position in exposure.positions.values():
            if position.quantity or position.order_count:
                row.add(figures_of(exposure, position, mark), isolated, position.isolated_wallet)
    return rows


def available_balance(
    account: Account,
    asset: str,
    marks: Mapping[str, Price],
    rates: Mapping[str, multi_assets.Rates],
) -> Amount:
    """What may be spent on margin, before it is held at zero: in `asset`, or in USD where the
    account is in multi-assets mode.
    """
    rows = asset_figures(account, marks)
    if account.multi_assets:
        return multi_assets.surplus(rows.values(), rates)
    row = rows.get(asset)
    return row.surplus if row else 0


class AccountFigures:
    """One answer's figures: the rows by asset, and the totals."""

    __slots__ = ("assets", "totals")

    def __init__(self, assets: dict[str, AssetFigures], totals: Totals) -> None:
        self.assets = assets
        self.totals = totals


def account_figures(
    account: Account,
    assets: Iterable[MarginAsset],
    marks: Mapping[str, Price],
    rates: Mapping[str, multi_assets.Rates],
) -> AccountFigures:
    """The account at these prices, one row for every margin asset of the venue."""
    rows = asset_figures(account, marks)
    for asset in assets:
        if asset.name not in rows:
            rows[asset.name] = AssetFigures(asset.name)
    if account.multi_assets:
        totals = multi_assets.totals(rows.values(), rates)
        multi_assets.share_out(rows.values(), totals, rates)
        return AccountFigures(rows, totals)
    return AccountFigures(rows, single_asset_totals(rows.get(TOTALS_ASSET)))


def single_asset_totals(row: AssetFigures | None) -> Totals:
    """The USDT row again; of a venue without USDT, zeros."""
    row = row or AssetFigures(TOTALS_ASSET)
    return Totals(
        initial_margin=row.initial_margin,
        maint_margin=row.maint_margin,
        wallet_balance=row.wallet_balance,
        unrealized_profit=row.unrealized_profit,
        margin_balance=row.margin_balance,
        position_initial_margin=row.position_initial_margin,
        open_order_initial_margin=row.open_order_initial_margin,
        cross_wallet_balance=row.cross_wallet_balance,
        cross_unrealized_profit=row.cross_unrealized_profit,
        available_balance=row.available_balance,
        max_withdraw_amount=row.max_withdraw_amount,
    )
