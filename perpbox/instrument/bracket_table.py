"""A leverage table out of one symbol's leverageBracket answer."""

from __future__ import annotations

from typing import Final

from perpbox.instrument.answers import BracketAnswer, BracketsAnswer, exact, roughly
from perpbox.instrument.checks import bracket_problems, next_cum, require_none
from perpbox.instrument.symbol import Bracket
from perpbox.money import SCALE, Amount

CUM_TOLERANCE: Final[Amount] = SCALE // 100
"""How far a stated cum may be off the formula: doubles lose the last digits of large ones."""


def brackets_of(where: str, table: BracketsAnswer) -> tuple[Bracket, ...]:
    """The brackets in the order of their numbers, each cum by the formula where it is near.

    Raises `CatalogueError`, beginning with `where`, for a table at odds with itself.
    """
    brackets: list[Bracket] = []
    for answer in sorted(table.brackets, key=lambda entry: entry.bracket):
        brackets.append(_bracket(where, answer, brackets[-1] if brackets else None))
    require_none(where, bracket_problems(brackets))
    return tuple(brackets)


def _bracket(where: str, answer: BracketAnswer, before: Bracket | None) -> Bracket:
    place = f"{where}, bracket {answer.bracket}"
    floor = exact(f"{place}, notionalFloor", answer.notional_floor)
    rate = exact(f"{place}, maintMarginRatio", answer.maint_margin_ratio)
    cum = next_cum(before, floor, rate)
    if answer.cum is not None:
        stated = roughly(f"{place}, cum", answer.cum)
        cum = cum if abs(stated - cum) <= CUM_TOLERANCE else stated
    return Bracket(
        number=answer.bracket,
        initial_leverage=answer.initial_leverage,
        floor=floor,
        cap=exact(f"{place}, notionalCap", answer.notional_cap),
        maint_margin_rate=rate,
        cum=cum,
    )
