"""What the positions of an answer add up to, and whether the answer lists them all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec import Struct

from perpbox.account import PositionFigures
from perpbox.audit.figures import Missing, Row
from perpbox.audit.held import Held, held_in
from perpbox.audit.known import Known
from perpbox.audit.positions import position_margin_of
from perpbox.audit.verdict import ROUNDINGS, attempt, is_figure
from perpbox.margin.asset import AssetFigures
from perpbox.money import Amount

ATTRIBUTES: Final = {
    "unrealizedProfit": "unrealized_profit",
    "maintMargin": "maint_margin",
    "initialMargin": "initial_margin",
    "positionInitialMargin": "position_initial_margin",
    "openOrderInitialMargin": "open_order_initial_margin",
}
"""What `margin.asset` calls the sums."""


class Sums(Struct, frozen=True):
    """One asset's positions as an answer lists them, added up by `margin.asset`."""

    rows: tuple[Row, ...]
    figures: AssetFigures
    has_parts: bool
    """Whether the rows tell position margin from order margin; those of v3/account do not."""
    is_complete: bool
    """Whether their margin is the asset's, so that none is left out."""
    is_split: bool
    """Whether the order margin of isolated positions is told from their position margin."""

    @property
    def splits_margin(self) -> bool:
        """Whether all that is cross, and all that is isolated, is known."""
        return self.is_complete and self.is_split

    def total(self, name: str) -> Amount:
        """The sum of one field; `Missing` if a row does not have it."""
        for row in self.rows:
            if not row.has(name):
                raise Missing(row.place(name))
        total: Amount = getattr(self.figures, ATTRIBUTES[name])
        return total


class Parts(Struct, frozen=True):
    """The margin of one position row, taken apart."""

    position: Amount
    orders: Amount
    is_split: bool


def sums_of(asset: Row, name: str, positions: Sequence[Row], known: Known) -> Sums:
    """The positions in the asset called `name`, whose row is `asset`."""
    helds = [held_in(row, known) for row in positions]
    helds = [held for held in helds if known.margin_asset_of(held.row) == name]
    figures = AssetFigures(name)
    is_split = True
    for held in helds:
        parts = _parts_of(held)
        is_split = is_split and (parts.is_split or not _is_isolated(held))
        figures.add(_figures_of(held, parts))
    has_parts = all(held.row.has("positionInitialMargin") for held in helds)
    is_complete = _is_complete(asset, figures, has_parts=has_parts)
    return Sums(tuple(held.row for held in helds), figures, has_parts, is_complete, is_split)


def _parts_of(held: Held) -> Parts:
    """As the row tells them, else by what its leverage makes the position's part."""
    row = held.row
    if row.has("positionInitialMargin"):
        orders = row.figure_or("openOrderInitialMargin", 0)
        return Parts(row.figure("positionInitialMargin"), orders, is_split=True)
    whole = row.figure_or("initialMargin", 0)
    position = attempt(partial(position_margin_of, held))
    if position.low is not None and is_figure(position):
        return Parts(position.low, whole - position.low, is_split=row.has("initialMargin"))
    return Parts(whole, 0, is_split=False)


def _figures_of(held: Held, parts: Parts) -> PositionFigures:
    row = held.row
    return PositionFigures(
        mark=0,
        notional=row.figure_or("notional", 0),
        unrealized_profit=row.figure_or(held.profit_name, 0),
        position_initial_margin=parts.position,
        open_order_initial_margin=parts.orders,
        maint_margin=row.figure_or("maintMargin", 0),
        isolated=_is_isolated(held),
        isolated_wallet=row.figure_or("isolatedWallet", 0),
    )


def _is_isolated(held: Held) -> bool:
    """A row without any word on its margin type can only be counted as cross."""
    told = any(held.row.has(name) for name in ("isolated", "marginType", "isolatedWallet"))
    return told and held.is_isolated


def _is_complete(asset: Row, figures: AssetFigures, *, has_parts: bool) -> bool:
    name = "positionInitialMargin" if has_parts else "initialMargin"
    if not asset.has(name):
        return False
    summed = figures.position_initial_margin if has_parts else figures.initial_margin
    return abs(summed - asset.figure(name)) <= ROUNDINGS
