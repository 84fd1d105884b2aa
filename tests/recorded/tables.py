"""The tables beside this file: read into cells, and what the tests make of a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from perpbox.account import PositionSide
from perpbox.audit import Options
from perpbox.instrument import Bracket
from perpbox.instrument.answers import roughly
from perpbox.instrument.checks import next_cum
from perpbox.money import parse

HERE: Final = Path(__file__).resolve().parent
RECORDINGS: Final = HERE.parents[1].parent / "shared" / "recorded"
"""The recordings themselves, which are not part of the project."""

MISSING: Final = f"the recorded answers are not at {RECORDINGS}"
FAR: Final = parse("1000000000")
"""Cap of a table's last bracket."""


class Line(dict[str, str]):
    """One line of a table, cell by column."""

    def has(self, *columns: str) -> bool:
        return all(self[column] != "-" for column in columns)

    def figure(self, column: str) -> int:
        return roughly(f"{self}: {column}", self[column])

    @property
    def side(self) -> PositionSide:
        return PositionSide(self["side"])

    @property
    def leverage(self) -> int:
        return int(self["leverage"].removeprefix("~"))

    @property
    def brackets(self) -> tuple[Bracket, ...]:
        return brackets_of(self["rates"])

    @property
    def off(self) -> dict[str, int]:
        """Column and by how many units it is known to lie beside the formula."""
        told = [] if self["off"] == "-" else self["off"].split(",")
        return {name: int(ulps) for name, _, ulps in (each.partition(":") for each in told)}

    def __str__(self) -> str:
        """As a test is called by."""
        order = ("file", "row", "event", "asset", "index_symbol", "index")
        return " ".join(self[column] for column in order if column in self)


@cache
def table(name: str) -> tuple[Line, ...]:
    """All lines of `name`.txt."""
    text = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    head, *lines = (line.split() for line in text if not line.startswith("#"))
    return tuple(Line(zip(head, cells, strict=True)) for cells in lines)


@cache
def brackets_of(rates: str) -> tuple[Bracket, ...]:
    """Read "0.004<50000,0.005": 0.4 % below 50000, and 0.5 % from there on."""
    brackets: list[Bracket] = []
    for number, each in enumerate(rates.split(","), 1):
        rate, _, cap = each.partition("<")
        before = brackets[-1] if brackets else None
        floor = before.cap if before else 0
        cum = next_cum(before, floor, parse(rate))
        top = parse(cap) if cap else FAR
        brackets.append(Bracket(number, 126 - number, floor, top, parse(rate), cum))
    return tuple(brackets)


def bracket_of(line: Line, notional: int) -> Bracket:
    return next(bracket for bracket in line.brackets if abs(notional) < bracket.cap)


def options_for(file: str) -> Options:
    """What the recording `file` cannot say itself: its brackets, and leverage where it has none."""
    lines = [line for line in table("positions") if line["file"] == file]
    return Options(
        brackets={line["symbol"]: line.brackets for line in lines if line.has("rates")},
        leverage={
            line["symbol"]: line.leverage for line in lines if line["leverage"].startswith("~")
        },
    )


# The recordings


def recorded(file: str) -> object:
    """The answer in a recording, without note and envelope."""
    document = json.loads((RECORDINGS / f"{file}.json").read_bytes(), parse_float=str)
    data: object = document["data"]
    return data["result"] if isinstance(data, dict) and "result" in data else data


def objects_in(value: object) -> Iterator[Mapping[str, object]]:
    """Every object of an answer, the outer before the inner."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)


def is_zero(text: str) -> bool:
    return not text.strip("-0.")
