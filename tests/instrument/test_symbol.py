"""A symbol's leverage table, where its borders lie, and the rates that follow from leverage."""

from __future__ import annotations

import pytest

from perpbox.instrument import Bracket, Catalogue, initial_margin_rate
from perpbox.instrument.checks import next_cum
from perpbox.money import parse, text_short


@pytest.mark.parametrize(
    ("leverage", "rate"),
    [
        (1, "1"),
        (2, "0.5"),
        (3, "0.33333334"),
        (6, "0.16666667"),
        (7, "0.14285715"),
        (8, "0.125"),
        (11, "0.0909091"),
        (14, "0.07142858"),
        (20, "0.05"),
        (75, "0.01333334"),
        (125, "0.008"),
        (150, "0.00666667"),
    ],
)
def test_initial_margin_rate_is_rounded_up(leverage: int, rate: str) -> None:
    assert text_short(initial_margin_rate(leverage)) == rate


@pytest.mark.parametrize(
    ("vector", "floor", "rate_before", "cum_before", "rate", "cum"),
    [
        ("F1", "250000", "0.005", "50", "0.01", "1300"),
        ("F2", "5000000", "0.025", "16300", "0.05", "141300"),
        ("F3", "5000", "0.01", "0", "0.025", "75"),
    ],
)
def test_maintenance_amount(
    vector: str, floor: str, rate_before: str, cum_before: str, rate: str, cum: str
) -> None:
    before = Bracket(1, 50, 0, parse(floor), parse(rate_before), parse(cum_before))
    assert text_short(next_cum(before, parse(floor), parse(rate))) == cum, vector


def test_the_first_bracket_has_no_maintenance_amount() -> None:
    assert next_cum(None, 0, parse("0.004")) == 0


@pytest.mark.parametrize(
    ("notional", "number", "leverage", "rate", "cum"),
    [
        ("0", 1, 150, "0.004", "0"),
        ("299999.99999999", 1, 150, "0.004", "0"),
        ("300000", 2, 100, "0.005", "300"),
        ("799999.99999999", 2, 100, "0.005", "300"),
        ("800000", 3, 75, "0.0065", "1500"),
        ("12000000", 5, 25, "0.02", "132000"),
        ("1799999999.99999999", 12, 1, "0.5", "421482000"),
        ("1800000000", 12, 1, "0.5", "421482000"),
        ("99000000000", 12, 1, "0.5", "421482000"),
    ],
)
def test_a_bracket_holds_its_floor_but_not_its_cap(
    catalogue: Catalogue, notional: str, number: int, leverage: int, rate: str, cum: str
) -> None:
    bracket = catalogue.symbols["BTCUSDT"].bracket_of(parse(notional))
    found = (
        bracket.number,
        bracket.initial_leverage,
        text_short(bracket.maint_margin_rate),
        text_short(bracket.cum),
    )
    assert found == (number, leverage, rate, cum)


@pytest.mark.parametrize(
    ("leverage", "cap"),
    [
        (150, "300000"),
        (149, "300000"),
        (101, "300000"),
        (100, "800000"),
        (76, "800000"),
        (75, "3000000"),
        (20, "100000000"),
        (19, "100000000"),
        (10, "230000000"),
        (1, "1800000000"),
    ],
)
def test_leverage_bounds_the_notional(catalogue: Catalogue, leverage: int, cap: str) -> None:
    assert text_short(catalogue.symbols["BTCUSDT"].max_notional(leverage)) == cap


@pytest.mark.parametrize(
    ("name", "leverage"), [("BTCUSDT", 150), ("BTCUSDC", 125), ("SCRUSDT", 10), ("XEMUSDT", 10)]
)
def test_the_first_bracket_allows_the_most_leverage(
    catalogue: Catalogue, name: str, leverage: int
) -> None:
    assert catalogue.symbols[name].max_leverage() == leverage


def test_every_border_of_every_table(catalogue: Catalogue) -> None:
    for symbol in catalogue.symbols.values():
        for bracket in symbol.brackets:
            assert symbol.bracket_of(bracket.floor) is bracket
            assert symbol.bracket_of(bracket.cap - 1) is bracket
            assert symbol.max_notional(bracket.initial_leverage) == bracket.cap
