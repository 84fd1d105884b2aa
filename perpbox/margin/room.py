"""How far each mark price may move before a pool can come to a limit, whatever the others do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from perpbox.margin.multi_assets import Rates
from perpbox.margin.pool import MULTI_ASSETS, Holding, Pool
from perpbox.money import SCALE, Amount, Price, Ratio

CALL_RATIO: Final = 80
"""Per cent of its margin balance that a pool's maintenance margin may be, before it is called."""
END_RATIO: Final = 75
"""[dec] And to which it must fall before it can be called again."""
CALL_RATE: Final[Ratio] = SCALE * CALL_RATIO // 100
ANY_PRICE: Final[Price] = 2**200


class Edges(NamedTuple):
    """The mark prices of a symbol at which to look; 0: never on that side."""

    symbol: str
    low: Price
    high: Price


def at_once(symbol: str) -> Edges:
    """Look whenever the mark price moves."""
    return Edges(symbol, ANY_PRICE, 1)


def is_to_be_called(pool: Pool) -> bool:
    return 100 * pool.maint_margin >= CALL_RATIO * pool.margin_balance


def is_safe_again(pool: Pool) -> bool:
    return 100 * pool.maint_margin < END_RATIO * pool.margin_balance


def edges_of(
    pools: list[Pool], called: Collection[str], rates: Mapping[str, Rates]
) -> Iterator[Edges]:
    """The edges of all positions; those of a pool that is called lie where the price is now.

    Room is what 80 % of the margin balance exceeds the maintenance margin by, less what rounding
    may take. Each position of a pool may use up an equal share of it.
    """
    for pool in pools:
        count = len(pool.holdings)
        rounding = 4 * count + 16
        room = (CALL_RATIO * pool.margin_balance - 100 * pool.maint_margin) // 100 - rounding
        if room <= 0 or pool.name in called:
            for holding in pool.holdings:
                yield at_once(holding.exposure.symbol.name)
            continue
        for holding in pool.holdings:
            yield _edges(holding, _share(pool, room // count, holding, rates))


def _share(pool: Pool, share: Amount, holding: Holding, rates: Mapping[str, Rates]) -> Amount:
    """The share in the position's margin asset: what it loses counts at the ask rate at most."""
    if pool.name != MULTI_ASSETS:
        return share
    rate = rates[holding.exposure.symbol.margin_asset].ask_rate
    return share * SCALE // rate if rate else share


def _edges(holding: Holding, share: Amount) -> Edges:
    """Against the position its profit falls, and a short's maintenance margin rises as well.

    With it, room shrinks only where maintenance margin grows faster than 80 % of the profit.
    """
    symbol = holding.exposure.symbol
    quantity, mark = holding.position.quantity, holding.mark
    steepest = symbol.steepest_maint_margin_rate()
    against = CALL_RATE if quantity > 0 else CALL_RATE + steepest
    along = steepest - CALL_RATE if quantity > 0 else 0
    reach = share * SCALE * SCALE // abs(quantity)
    back = max(0, mark - reach // against) if quantity > 0 else mark + reach // against
    if quantity < 0:
        return Edges(symbol.name, 0, back)
    return Edges(symbol.name, back, mark + reach // along if along > 0 else 0)
