"""The queues of auto-deleveraging as they are told: taken anew every 30 seconds."""

from __future__ import annotations

from typing import Final

from perpbox.account import AccountId, PositionSide, Side
from perpbox.engine.deleveraging import ranking
from perpbox.engine.state import State
from perpbox.margin.deleveraging import quantile
from perpbox.margin.position import figures_of
from perpbox.money import Millis

QUANTILE_SPAN: Final[Millis] = 30_000

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
    """0 to 4; a position without profit is at 0 wherever it stands."""
    ranked = ranking(state, symbol, side)[::-1]
    mark = state.marks[symbol]
    holders = state.markets[symbol].holders
    found = {}
    for number, place in enumerate(ranked, 1):
        figures = figures_of(holders[place.account_id], place.position, mark)
        gains = figures.unrealized_profit > 0
        key = (place.account_id, place.position.position_side)
        found[key] = quantile(number, len(ranked)) if gains else 0
    return found
