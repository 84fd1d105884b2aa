"""A position row as it is read: its primitive fields, and the mark prices it allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from perpbox.account import PositionSide
from perpbox.audit.figures import Missing, Row, Unreadable
from perpbox.audit.known import Known
from perpbox.audit.marks import Marks, marks_of
from perpbox.audit.verdict import Recomputed, between, certain
from perpbox.instrument import initial_margin_rate
from perpbox.money import Amount, Price, Quantity, Ratio


class Held(Struct, frozen=True):
    """A position row, its primitive fields read."""

    row: Row
    known: Known
    quantity: Quantity
    side: PositionSide
    profit_name: str
    """positionRisk writes unRealizedProfit, the account unrealizedProfit."""
    marks: Marks | None
    answer: Sequence[Row]
    """All position rows of the same answer."""

    @property
    def symbol(self) -> str:
        return self.row.text("symbol")

    @property
    def is_isolated(self) -> bool:
        """By its margin type, else by whether it has a wallet of its own."""
        if self.row.has("isolated"):
            return self.row.flag("isolated") is True
        if self.row.has("marginType"):
            return self.row.text("marginType").lower() == "isolated"
        return self.row.figure("isolatedWallet") != 0

    @property
    def rate(self) -> Ratio | None:
        leverage = self.known.leverage_of(self.row)
        return initial_margin_rate(leverage) if leverage else None


def held_in(row: Row, known: Known, answer: Sequence[Row] = ()) -> Held:
    """Read a row; what it leaves out and another answer has is filled in."""
    row = known.completed(row)
    side = row.text("positionSide") or "BOTH"
    if side not in PositionSide.__members__:
        raise Unreadable(f"{row.source}: {row.place('positionSide')}: no side is called {side}")
    profit_name = "unRealizedProfit" if row.has("unRealizedProfit") else "unrealizedProfit"
    if not row.has("positionAmt"):
        raise Unreadable(f"{row.source}: {row.label} has no positionAmt")
    quantity = row.figure("positionAmt")
    marks = marks_of(row, quantity, profit_name)
    return Held(row, known, quantity, PositionSide(side), profit_name, marks, answer)


def at_marks(held: Held, compute: Callable[[Price], Amount]) -> Recomputed:
    """The figure at every mark price that the row allows; each runs one way with the price."""
    if held.quantity == 0:
        return certain(compute(0))
    if held.marks is None:
        raise Missing("a mark price, or a notional to tell it")
    low, high = compute(held.marks.low), compute(held.marks.high)
    if low == high:
        return certain(low)
    return between(low, high, f"{held.marks.source} leaves digits of the mark price open")
