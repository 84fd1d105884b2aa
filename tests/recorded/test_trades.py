"""197 recorded fills of one account: the commission of each, and what each realized."""

from __future__ import annotations

from collections import Counter
from typing import Final

from perpbox.account import Position, PositionSide
from perpbox.engine.fees import commission_of
from perpbox.engine.fills import realized_profit
from perpbox.money import parse
from tests.recorded.tables import Line, table

TAKER_RATE: Final = parse("0.0004")
FILLS: Final = table("trades")


def test_commissions_are_price_times_quantity_times_rate_cut() -> None:
    """Fourteen are one unit lower: binary arithmetic of the service, which nothing shows."""
    apart = Counter(
        fill.figure("commission")
        - commission_of(fill.figure("price"), fill.figure("qty"), TAKER_RATE)
        for fill in FILLS
    )
    assert apart == {0: 183, -1: 14}


def test_profits_follow_from_the_average_entry_price() -> None:
    """One is a unit lower, for the same reason."""
    position = Position(PositionSide.BOTH)
    apart = Counter(fill.figure("profit") - fill_position(position, fill) for fill in FILLS)
    assert apart == {0: 196, -1: 1}


def fill_position(position: Position, fill: Line) -> int:
    """Trade, and say what was realized. No fill is larger than the position it reduces."""
    side = 1 if fill["side"] == "BUY" else -1
    quantity, price = fill.figure("qty"), fill.figure("price")
    held = abs(position.quantity)
    if position.quantity * side >= 0:
        position.entry_cost += quantity * price
        profit = 0
    else:
        profit = realized_profit(position, quantity, price)
        position.entry_cost = position.entry_cost * (held - quantity) // held
    position.quantity += side * quantity
    return profit
