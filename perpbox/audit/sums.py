"""What the positions of an answer add up to, and whether the answer lists them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from perpbox.account import PositionFigures
from perpbox.audit.figures import Missing, Row
from perpbox.audit.held import held_in
from perpbox.audit.known import Known
from perpbox.audit.verdict import ROUNDINGS
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

    @property
    def splits_margin(self) -> bool:
        """Whether they tell the isolated margins from the cross ones."""
        return self.is_complete and (self.has_parts or self.figures.isolated_wallet == 0)

    def total(self, name: str) -> Amount:
        """The sum of one field; `Missing` if a row does not have it."""
        for row in self.rows:
            if not row.has(name):
                raise Missing(row.place(name))
        total: Amount = getattr(self.figures, ATTRIBUTES[name])
        return total


def sums_of(asset: Row, name: str, positions: Sequence[Row] | None, known: Known) -> Sums | None:
    """The positions in the asset called `name`, whose row is `asset`."""
    if positions is None:
        return None
    rows = tuple(row for row in positions if known.margin_asset_of(known.completed(row)) == name)
    has_parts = all(row.has("positionInitialMargin") for row in rows)
    figures = AssetFigures(name)
    for row in rows:
        _add(figures, row, known, "positionInitialMargin" if has_parts else "initialMargin")
    return Sums(rows, figures, has_parts, _is_complete(asset, figures, has_parts=has_parts))


def _add(figures: AssetFigures, row: Row, known: Known, margin: str) -> None:
    held = held_in(row, known)
    # A row without any word on its margin type can only be counted as cross.
    told = any(held.row.has(name) for name in ("isolated", "marginType", "isolatedWallet"))
    parts = PositionFigures(
        mark=0,
        notional=row.figure_or("notional", 0),
        unrealized_profit=row.figure_or(held.profit_name, 0),
        position_initial_margin=row.figure_or(margin, 0),
        open_order_initial_margin=row.figure_or("openOrderInitialMargin", 0),
        maint_margin=row.figure_or("maintMargin", 0),
        isolated=told and held.is_isolated,
        isolated_wallet=row.figure_or("isolatedWallet", 0),
    )
    figures.add(parts)


def _is_complete(asset: Row, figures: AssetFigures, *, has_parts: bool) -> bool:
    name = "positionInitialMargin" if has_parts else "initialMargin"
    if not asset.has(name):
        return False
    summed = figures.position_initial_margin if has_parts else figures.initial_margin
    return abs(summed - asset.figure(name)) <= ROUNDINGS
