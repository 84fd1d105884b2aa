"""What falls due by the clock, each thing at its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from perpbox.engine.agenda import Due, Entry
from perpbox.engine.commands import Tick
from perpbox.engine.deadlines import count_down, end_old_orders, end_order, first_end
from perpbox.engine.funding import settle_funding, take_samples
from perpbox.engine.holdings import sample_holdings
from perpbox.engine.listing import settle_due
from perpbox.engine.prices import follow_formula
from perpbox.engine.state import State, next_due
from perpbox.engine.turn import Turn
from perpbox.money import Millis

_DO: Final[dict[Due, Callable[[Turn, Entry], None]]] = {
    Due.ORDER_END: end_order,
    Due.COUNTDOWN: count_down,
    Due.MARK: follow_formula,
    Due.FUNDING: settle_funding,
    Due.SETTLEMENT: settle_due,
}


def next_time(state: State) -> Millis | None:
    """When the next thing falls due, the end of an order's longest life counted in."""
    due, end = next_due(state), first_end(state)
    if due is None or end is None:
        return end if due is None else due
    return min(due, end)


def tick(turn: Turn, command: Tick) -> None:
    """Sample the premium indexes and what is held, then do what has fallen due by now, in order."""
    take_samples(turn)
    sample_holdings(turn)
    state = turn.state
    while (due := next_due(state)) is not None and due <= turn.now:
        entry = state.agenda.first
        state.agenda.drop_first()
        _DO[entry.due](turn, entry)
    end_old_orders(turn)
