"""How far each mark price may move before a pool can come to a limit, whatever the others do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from perpbox.account import Exposure, Position
from perpbox.margin.multi_assets import Rates
from perpbox.margin.pool import MULTI_ASSETS, Holding, Pool
from perpbox.margin.position import maint_margin, unrealized_profit
from perpbox.money import SCALE, Amount, Price, Ratio

CALL_RATIO: Final = 80
"""Per cent of its margin balance that a pool's maintenance margin may be, before it is called."""
END_RATIO: Final = 75
"""[dec] And to which it must fall before it can be called again."""
CALL_RATE: Final[Ratio] = SCALE * CALL_RATIO // 100
ANY_PRICE: Final[Price] = 2**200
"""As a lower edge: look whenever the mark price moves."""
NEAR: Final = 10
"""A new position's edge is at first a tenth of the mark price away."""


def is_to_be_called(pool: Pool) -> bool:
    return 100 * pool.maint_margin >= CALL_RATIO * pool.margin_balance


def is_safe_again(pool: Pool) -> bool:
    return 100 * pool.maint_margin < END_RATIO * pool.margin_balance


def edges_of(pool: Pool, rates: Mapping[str, Rates]) -> Iterator[tuple[Holding, Price]] | None:
    """For each position the mark price on its losing side at which to look, 0 for none.

    None where there is no room. Room is what 80 % of the margin balance exceeds the maintenance
    margin by, less what rounding may take. Each position of a pool may use up an equal share.
    """
    count = len(pool.holdings)
    room = (CALL_RATIO * pool.margin_balance - 100 * pool.maint_margin) // 100 - 4 * count - 16
    if room <= 0 or any(h.exposure.steepest_rate > CALL_RATE for h in pool.holdings):
        return None
    return ((h, _edge(h, _share(pool, room // count, h, rates))) for h in pool.holdings)


def _share(pool: Pool, share: Amount, holding: Holding, rates: Mapping[str, Rates]) -> Amount:
    """The share in the position's margin asset: what it loses counts at the ask rate at most."""
    if pool.name != MULTI_ASSETS:
        return share
    rate = rates[holding.exposure.symbol.margin_asset].ask_rate
    return share * SCALE // rate if rate else share


def _edge(holding: Holding, share: Amount) -> Price:
    """A long loses profit; a short besides needs more maintenance margin.

    A gain never takes room away while maintenance margin grows by no more than 80 % of it.
    """
    quantity, mark = holding.position.quantity, holding.mark
    reach = share * SCALE * SCALE // abs(quantity)
    if quantity > 0:
        return max(0, mark - reach // CALL_RATE)
    return mark + reach // (CALL_RATE + holding.exposure.steepest_rate)


# What a position may cost at worst, kept so that a fill need not look at the others again.


def claim(exposure: Exposure, position: Position, edge: Price) -> int:
    """What the position takes of the room while the mark price is within its edge, at worst.

    As a sum to be added to 80 times the wallet: 80 x profit - 100 x maintenance margin.
    """
    quantity = position.quantity
    bracket = exposure.symbol.bracket_of(abs(quantity) * edge // SCALE)
    profit = unrealized_profit(quantity, edge, position.entry_price)
    return CALL_RATIO * profit - 100 * maint_margin(quantity, edge, bracket)


def near_edge(position: Position, mark: Price, edge: Price) -> Price:
    """The edge that stands, if it is of this side; else one that is near."""
    if position.quantity > 0:
        return edge if 0 <= edge < mark else mark - mark // NEAR
    return edge if edge > mark else mark + mark // NEAR
