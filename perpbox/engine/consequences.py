"""What follows by itself from what a command did, before the turn is over."""

from __future__ import annotations

from perpbox.engine.conditional import expire_unheld, first_reached, trigger
from perpbox.engine.debts import find_debtors
from perpbox.engine.limits import find_passed, look_at
from perpbox.engine.turn import Turn


def follow(turn: Turn) -> None:
    """Until nothing is left to do: orders without their position, accounts, reached orders."""
    stirred = turn.state.stirred
    while True:
        if stirred.legs:
            expire_unheld(turn)
            continue
        if stirred.marks:
            find_passed(turn)
        if stirred.fund_has_grown:
            find_debtors(turn)
        account_id = stirred.next_account()
        if account_id:
            look_at(turn, account_id)
            continue
        reached = first_reached(turn.state)
        if reached is None:
            return
        trigger(turn, *reached)
