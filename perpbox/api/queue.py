"""Places in the queues of auto-deleveraging, and its risk, as they are told: at times of theirs."""

from __future__ import annotations

from typing import Final

from perpbox.account import AccountId, House, PositionSide, Side
from perpbox.engine.deleveraging import ranking
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.margin.deleveraging import quantile
from perpbox.money import SCALE, Millis

QUANTILE_SPAN: Final[Millis] = 30_000
"""Places are taken anew every 30 seconds."""
RISK_SPAN: Final[Millis] = 30 * 60_000
"""Symbols are rated anew every 30 minutes."""
LOW_COVER: Final = 20
MEDIUM_COVER: Final = 100
"""[dec] Low risk while the fund is a twentieth of the open interest, medium to a hundredth."""

Place = tuple[AccountId, PositionSide]


class Quantiles:
    """By symbol and side, as they were when they were last taken."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: dict[tuple[str, Side], tuple[int, dict[Place, int]]] = {}

    def of(self, state: State, symbol: str, side: Side, now: Millis) -> dict[Place, int]:
        window = now // QUANTILE_SPAN
        kept = self._taken.get((symbol, side))
        if kept is None or kept[0] != window:
            kept = self._taken[symbol, side] = (window, _places(state, symbol, side))
        return kept[1]


def _places(state: State, symbol: str, side: Side) -> dict[Place, int]:
    """0 to 4; what has no rank, for want of profit, is at 0 wherever it stands."""
    ranked = ranking(state, symbol, side)[::-1]
    found = {}
    for number, place in enumerate(ranked, 1):
        key = (place.account_id, place.position.position_side)
        found[key] = quantile(number, len(ranked)) if place.negative_rank else 0
    return found


class Risks:
    """By symbol, as it was when it was last rated."""

    __slots__ = ("_rated",)

    def __init__(self) -> None:
        self._rated: dict[str, tuple[Millis, str]] = {}

    def of(self, state: State, market: Market, now: Millis) -> tuple[Millis, str]:
        """Since when it has its rating, and the rating."""
        since = now // RISK_SPAN * RISK_SPAN
        kept = self._rated.get(market.symbol.name)
        if kept is None or kept[0] != since:
            kept = self._rated[market.symbol.name] = (since, _risk(state, market))
        return kept


def _risk(state: State, market: Market) -> str:
    """[dec] By what the insurance fund is against the open interest."""
    longs = max(0, market.house_quantity) + sum(
        max(0, position.quantity)
        for exposure in market.holders.values()
        for position in exposure.positions.values()
    )
    open_interest = longs * market.mark // SCALE
    fund = state.house.get((House.INSURANCE, market.symbol.margin_asset), 0)
    if fund * LOW_COVER >= open_interest:
        return "low"
    return "medium" if fund * MEDIUM_COVER >= open_interest else "high"
