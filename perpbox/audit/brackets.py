"""Leverage tables: out of a leverageBracket answer, and which of their rows holds a notional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from perpbox.audit.figures import Json, Unreadable
from perpbox.instrument import Bracket, CatalogueError
from perpbox.instrument.answers import BracketAnswer, BracketsAnswer, exact, roughly
from perpbox.instrument.checks import bracket_problems, next_cum, require_none
from perpbox.money import SCALE, Amount

Table: TypeAlias = tuple[Bracket, ...]
Tables: TypeAlias = Mapping[str, Table]
"""Leverage tables by symbol."""

DOUBLES: Final[Amount] = SCALE // 1_000_000
"""How far a cum that went through doubles may lie beside the formula's."""


def tables_of(source: str, objects: Sequence[Json]) -> dict[str, Table]:
    """The tables of a leverageBracket answer. Raises `Unreadable`."""
    try:
        answers = msgspec.convert(list(objects), type=tuple[BracketsAnswer, ...])
        return {answer.symbol: _table(source, answer) for answer in answers}
    except (CatalogueError, msgspec.ValidationError) as error:
        where = "" if str(error).startswith(source) else f"{source}: "
        raise Unreadable(f"{where}{error}") from error


def _table(source: str, answer: BracketsAnswer) -> Table:
    where = f"{source}: {answer.symbol}"
    brackets: list[Bracket] = []
    for each in sorted(answer.brackets, key=lambda entry: entry.bracket):
        brackets.append(_bracket(where, each, brackets[-1] if brackets else None))
    require_none(where, bracket_problems(brackets))
    return tuple(brackets)


def _bracket(where: str, answer: BracketAnswer, before: Bracket | None) -> Bracket:
    place = f"{where}, bracket {answer.bracket}"
    floor = exact(f"{place}, notionalFloor", answer.notional_floor)
    rate = exact(f"{place}, maintMarginRatio", answer.maint_margin_ratio)
    cum = next_cum(before, floor, rate)
    if answer.cum is not None:
        stated = roughly(f"{place}, cum", answer.cum)
        cum = cum if abs(stated - cum) <= DOUBLES else stated
    return Bracket(
        number=answer.bracket,
        initial_leverage=answer.initial_leverage,
        floor=floor,
        cap=exact(f"{place}, notionalCap", answer.notional_cap),
        maint_margin_rate=rate,
        cum=cum,
    )


def bracket_of(table: Table, notional: Amount) -> Bracket:
    """The bracket that holds an absolute notional; beyond the last cap, the last one."""
    return next((bracket for bracket in table if notional < bracket.cap), table[-1])
