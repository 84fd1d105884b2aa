"""Who stands first when a position must be taken over by other clients (Binance's ADL FAQ)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from perpbox.account import Account, AccountId, Exposure, Position, PositionSide
from perpbox.margin.account import account_figures, asset_figures
from perpbox.margin.multi_assets import Rates
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, Amount, Price

PRECISION = 128
"""Bits behind the point of a rank."""
QUANTILES = 5
LEG_ORDER = {PositionSide.BOTH: 0, PositionSide.LONG: 0, PositionSide.SHORT: 1}


class Ranked(NamedTuple):
    """A position's place; sorted, the highest rank comes first, then the lowest account id."""

    negative_rank: int
    account_id: AccountId
    leg: int
    position: Position


def ranked(
    account: Account,
    exposure: Exposure,
    position: Position,
    marks: Mapping[str, Price],
    rates: Mapping[str, Rates],
) -> Ranked:
    """profit / wallet x maintenance margin / balance; 0 without profit or with nothing left.

    [dec] The wallet is at least 1.
    """
    profit, maint, wallet = _figures(account, exposure, position, marks, rates)
    rank = 0
    if profit > 0 and wallet + profit > 0:
        rank = (profit * maint << PRECISION) // (max(SCALE, wallet) * (wallet + profit))
    return Ranked(-rank, account.account_id, LEG_ORDER[position.position_side], position)


def _figures(
    account: Account,
    exposure: Exposure,
    position: Position,
    marks: Mapping[str, Price],
    rates: Mapping[str, Rates],
) -> tuple[Amount, Amount, Amount]:
    """Profit, maintenance margin and wallet of the position, or of a cross hedge's both legs."""
    mark = marks[exposure.symbol.name]
    legs = [position]
    if exposure.isolated:
        wallet = position.isolated_wallet
    else:
        legs = list(exposure.positions.values())
        if account.multi_assets:
            wallet = account_figures(account, (), marks, rates).totals.cross_wallet_balance
        else:
            wallet = asset_figures(account, marks)[
                exposure.symbol.margin_asset
            ].cross_wallet_balance
    figures = [figures_of(exposure, leg, mark) for leg in legs]
    profit = sum(each.unrealized_profit for each in figures)
    return profit, sum(each.maint_margin for each in figures), wallet


def quantile(place: int, count: int) -> int:
    """0 to 4 for the place from below, counted from 1, among so many."""
    return -(-QUANTILES * place // count) - 1
