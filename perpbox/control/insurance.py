"""The insurance fund, and what the venue did to an account by itself."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from perpbox.account import House
from perpbox.control.desk import Call, Desk
from perpbox.control.keys import require_account
from perpbox.control.requests import NewTransfer, amount
from perpbox.engine.commands import MoveInsurance
from perpbox.journal.records import Window
from perpbox.money import Millis, text_short

STEPS_SHOWN = 1000


class StepShown(Struct, rename="camel", omit_defaults=True):
    """One step and why; what it is not about is left out."""

    time: Millis
    step: str
    symbol: str = ""
    order_id: int = 0
    details: dict[str, str] = {}


class Trace(Struct):
    steps: list[StepShown]
    """Oldest first."""


def show_insurance(desk: Desk, call: Call) -> dict[str, str]:
    """What the fund holds of each asset."""
    del call
    state = desk.venue.state
    return {
        asset: text_short(state.house.get((House.INSURANCE, asset), 0))
        for asset in state.catalogue.assets
    }


def move_insurance(desk: Desk, call: Call) -> dict[str, str]:
    """Pay in; take out where the amount is below zero, up to what is there."""
    wanted = call.read(NewTransfer)
    value = amount(wanted.amount, "The amount")
    desk.venue.submit(MoveInsurance(wanted.asset, value))
    return show_insurance(desk, call)


def show_trace(desk: Desk, call: Call) -> Callable[[], Trace]:
    """What the venue did to the account by itself, step by step: the latest thousand steps."""
    account_id = call.account_id
    require_account(desk, account_id)

    def read() -> Trace:
        rows = desk.history.steps(account_id, Window(limit=STEPS_SHOWN))
        return Trace(
            [
                StepShown(row.time, row.step.value, row.symbol, row.order_id, row.details)
                for row in rows
            ]
        )

    return read
