"""A leverage table out of one symbol's answer: the order, the cum, and what is refused."""

from __future__ import annotations

import pytest

from perpbox.instrument import CatalogueError
from perpbox.instrument.answers import read_leverage_brackets
from perpbox.instrument.bracket_table import brackets_of
from perpbox.money import parse

HEAD = '[{"symbol": "BTCUSDT", "brackets": ['


def table(*rows: str) -> str:
    """An answer with one row a bracket: number, leverage, cap, floor, rate, cum."""
    written = []
    for row in rows:
        number, leverage, cap, floor, rate, cum = row.split()
        written.append(
            f'{{"bracket": {number}, "initialLeverage": {leverage}, "notionalCap": {cap}, '
            f'"notionalFloor": {floor}, "maintMarginRatio": {rate}, "cum": {cum}}}'
        )
    return HEAD + ", ".join(written) + "]}]"


def read(*rows: str) -> list[tuple[int, int]]:
    (answer,) = read_leverage_brackets(table(*rows))
    return [(bracket.number, bracket.cum) for bracket in brackets_of("here", answer)]


def test_brackets_stand_by_their_numbers_with_the_cum_of_the_formula() -> None:
    """Vector F1: 250 000 x (1 % - 0.5 %) + 50 = 1 300, and 50 000 x 0.1 % = 50 before it."""
    found = read(
        "3 50 1000000 250000 0.01 1300.0",
        "1 125 50000 0 0.004 0.0",
        "2 100 250000 50000 0.005 50.001",
    )
    assert found == [(1, 0), (2, parse("50")), (3, parse("1300"))]


def test_a_stated_cum_that_is_far_off_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"^here"):
        read("1 125 50000 0 0.004 0.0", "2 100 250000 50000 0.005 51.0")


def test_a_table_with_a_gap_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"^here"):
        read("1 125 50000 0 0.004 0.0", "2 100 250000 60000 0.005 60.0")
