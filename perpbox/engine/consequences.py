"""What follows by itself from what a command did, before the turn is over."""

from __future__ import annotations

from perpbox.engine.conditional import expire_unheld, first_reached, trigger
from perpbox.engine.limits import look_at, watch_of
from perpbox.engine.turn import Turn


def follow(turn: Turn) -> None:
    """Until nothing is left to do: orders without their position, accounts, reached orders."""
    stirred = turn.state.stirred
    while True:
        if stirred.legs:
            expire_unheld(turn)
            continue
        if stirred.marks:
            _find_passed(turn)
        account_id = stirred.next_account()
        if account_id:
            look_at(turn, account_id)
            continue
        order = first_reached(turn.state)
        if order is None:
            return
        trigger(turn, order)


def _find_passed(turn: Turn) -> None:
    """The accounts that moved mark prices may have brought to a limit."""
    state, watch = turn.state, watch_of(turn)
    for symbol in state.stirred.marks:
        for account_id in watch.passed(symbol, state.marks[symbol]):
            state.stirred.stir(account_id)
    state.stirred.marks.clear()
