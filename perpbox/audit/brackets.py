"""Leverage tables out of a leverageBracket answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from perpbox.audit.figures import Json, Unreadable
from perpbox.instrument import Bracket, CatalogueError
from perpbox.instrument.answers import BracketsAnswer
from perpbox.instrument.bracket_table import brackets_of

Table: TypeAlias = tuple[Bracket, ...]
Tables: TypeAlias = Mapping[str, Table]
"""Leverage tables by symbol."""


def tables_of(source: str, objects: Sequence[Json]) -> dict[str, Table]:
    """The tables of a leverageBracket answer. Raises `Unreadable`."""
    try:
        answers = msgspec.convert(list(objects), type=tuple[BracketsAnswer, ...])
        return {
            answer.symbol: brackets_of(f"{source}: {answer.symbol}", answer) for answer in answers
        }
    except (CatalogueError, msgspec.ValidationError) as error:
        where = "" if str(error).startswith(source) else f"{source}: "
        raise Unreadable(f"{where}{error}") from error
