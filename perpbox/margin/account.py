"""The figures of an account: one row an asset, and the totals of single-asset mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from perpbox.account import Account, Exposure, PositionFigures
from perpbox.instrument import MarginAsset
from perpbox.margin import multi_assets
from perpbox.margin.asset import AssetFigures, Totals
from perpbox.margin.position import figures_of
from perpbox.money import Amount, Price

TOTALS_ASSET = "USDT"
"""Whose row the totals repeat in single-asset mode."""


def asset_figures(account: Account, marks: Mapping[str, Price]) -> dict[str, AssetFigures]:
    """Sums per asset over wallet and positions; assets that nothing touches are left out.

    The available and the withdrawable amount are those of single-asset mode. The rows are kept
    with the account, and only positions whose figures have changed are counted again: read them
    before the next call.
    """
    rows: dict[str, AssetFigures] | None = account.sums
    if rows is None:
        rows = account.sums = _no_sums(account)
    for name, balance in account.balances.items():
        row = rows.get(name)
        if row is None:
            row = rows[name] = AssetFigures(name)
        row.hold(balance.wallet, balance.updated)
    if account.inactive:
        for exposure in account.inactive:
            _count_out(exposure, rows)
        account.inactive.clear()
    for name, exposure in account.active.items():
        mark = marks[name]
        for position in exposure.positions.values():
            figures = position.figures
            if figures is None or figures.mark != mark:
                figures = figures_of(exposure, position, mark)
            counted = position.counted
            if counted is not figures:
                account.counts += 1
                _count(exposure, rows, counted, figures)
                position.counted = figures
    return rows


def _no_sums(account: Account) -> dict[str, AssetFigures]:
    """Nothing counted yet."""
    account.inactive.clear()
    for exposure in account.exposures.values():
        for position in exposure.positions.values():
            position.counted = None
    return {}


def _count(
    exposure: Exposure,
    rows: dict[str, AssetFigures],
    counted: PositionFigures | None,
    figures: PositionFigures,
) -> None:
    """Count a position's new figures in place of its old ones."""
    asset = exposure.symbol.margin_asset
    row = rows.get(asset)
    if row is None:
        row = rows[asset] = AssetFigures(asset)
    if counted is not None:
        row.take_out(counted)
    row.add(figures)


def _count_out(exposure: Exposure, rows: dict[str, AssetFigures]) -> None:
    """Count out what an exposure had in the sums when it was active."""
    for position in exposure.positions.values():
        if position.counted is not None:
            rows[exposure.symbol.margin_asset].take_out(position.counted)
            position.counted = None


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
