"""What follows by itself from what a command did, before the turn is over."""

from __future__ import annotations

from perpbox.engine.conditional import expire_unheld, first_due, trigger
from perpbox.engine.turn import Turn


def follow(turn: Turn) -> None:
    """Until nothing is left to do: conditions that ended, then the oldest that holds."""
    stirred = turn.state.stirred
    while True:
        if stirred.legs:
            expire_unheld(turn)
            continue
        order = first_due(turn.state) if stirred.symbols else None
        if order is None:
            return
        trigger(turn, order)
