"""How entry and break-even price come about, which are printed as doubles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from perpbox.doubles import break_even_price, entry_price
from perpbox.margin import evidence
from perpbox.margin.explanation import EXACT, Figure, Parts, long_text, said
from perpbox.margin.position_explained import PositionExplained

AVERAGE: Final = (
    "cut13: toward zero at the thirteenth significant digit, but not before the eighth decimal;"
    " double: to the nearest double"
)
DOUBLE: Final = "double: to the nearest double"
OUTLAY_DECIMALS: Final = 24


def printed(row: PositionExplained) -> Parts:
    return {
        "entryPrice": lambda: _entry_price(row),
        "breakEvenPrice": lambda: _break_even_price(row),
    }


def _entry_price(row: PositionExplained) -> Figure:
    field, value = "entryPrice", entry_price(row.position)
    if not row.position.quantity:
        return Figure(field, value, "0", EXACT, evidence.FLAT)

    def inputs() -> Iterable[Figure]:
        return row.entry_cost(), row.amount()

    formula = "double(cut13(entryCost / abs(positionAmt)))"
    return Figure(field, value, formula, AVERAGE, evidence.ENTRY_PRINTED, inputs)


def _break_even_price(row: PositionExplained) -> Figure:
    field, position = "breakEvenPrice", row.position
    value = break_even_price(position)
    if not position.quantity:
        return Figure(field, value, "0", EXACT, evidence.FLAT)

    def inputs() -> Iterable[Figure]:
        origin = "paid less received since it opened, commission inside at its rate, uncut"
        outlay = said(
            "outlay", long_text(position.outlay, OUTLAY_DECIMALS), origin, evidence.OUTLAY
        )
        return _entry_price(row), outlay, row.entry_cost(), row.amount()

    sign = "-" if position.quantity > 0 else "+"
    formula = f"double(double(entryPrice) + double((outlay {sign} entryCost) / positionAmt))"
    return Figure(field, value, formula, DOUBLE, evidence.BREAK_EVEN, inputs)
