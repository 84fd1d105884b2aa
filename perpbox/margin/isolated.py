"""How much margin an isolated position takes in, holds back and lets go."""

from __future__ import annotations

from perpbox.account import Exposure, Position
from perpbox.margin.asset import AssetFigures
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, SQUARE, Amount, Price, Quantity, Ratio, cut


def opening_margin(
    quantity: Quantity, price: Price, rate: Ratio, commission_rate: Ratio = 0
) -> Amount:
    """What an isolated position takes in when it opens or grows, less its commission: cut once.

    That it is not cut twice shows in the recorded events of three isolated positions.
    """
    return cut(abs(quantity) * price * (rate - commission_rate), SQUARE)


def isolated_margin(isolated_wallet: Amount, unrealized_profit: Amount) -> Amount:
    """What an isolated position is held by: its wallet and its profit."""
    return isolated_wallet + unrealized_profit


def released_margin(isolated_wallet: Amount, closed: Quantity, held: Quantity) -> Amount:
    """The share of the isolated wallet that a reduction sets free, cut; all of it at the end."""
    return cut(isolated_wallet * closed, held)


def max_addable(row: AssetFigures) -> Amount:
    """The most that may be added from the cross wallet (published)."""
    return max(0, min(row.max_transferable, row.available_balance))


def max_removable(exposure: Exposure, position: Position, mark: Price) -> Amount:
    """The most that may be taken out and still hold both margins (published), cut at the end."""
    wallet = position.isolated_wallet
    profit = position.quantity * (mark - position.entry_price) * SCALE
    initial = abs(position.quantity) * mark * exposure.initial_margin_rate
    over_maint = wallet - figures_of(exposure, position, mark).maint_margin
    return max(0, min(over_maint, cut(wallet * SQUARE + profit - initial, SQUARE)))
