"""Funding and mark price as arithmetic: what the published examples leave open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.margin.funding import (
    HOUR,
    funding_rate,
    impact_price,
    interest_of,
    next_boundary,
    premium_index,
    weights,
)
from perpbox.margin.mark_price import basis, median, price_1, price_2
from perpbox.money import SCALE, parse


@pytest.mark.parametrize(
    ("premium", "interest", "hours", "rate"),
    [
        ("0", "0.0001", 8, "0.0001"),
        ("0.0001", "0.0001", 8, "0.0001"),
        ("0.0004", "0.0001", 8, "0.0001"),
        ("0.0006", "0.0001", 8, "0.0001"),
        ("0.001", "0.0001", 8, "0.0005"),
        ("-0.0003", "0.0001", 8, "0.0001"),
        ("-0.001", "0.0001", 8, "-0.0005"),
        ("0.02", "0.0001", 8, "0.003"),
        ("-0.02", "0.0001", 8, "-0.003"),
        ("0", "0.0001", 4, "0.00005"),
        ("0", "0.0001", 1, "0.0000125"),
        ("0.001", "0.0001", 4, "0.00025"),
        ("0", "0", 8, "0"),
    ],
)
def test_the_funding_rate(premium: str, interest: str, hours: int, rate: str) -> None:
    cap = parse("0.003")
    assert funding_rate(parse(premium), parse(interest), hours, -cap, cap) == parse(rate)


@pytest.mark.parametrize(
    ("bid", "ask", "premium"),
    [
        ("10000", "10001", "0"),
        ("9999", "10001", "0"),
        ("10010", "10011", "0.001"),
        ("9989", "9990", "-0.001"),
        ("10010", "9990", "0"),
    ],
)
def test_the_premium_index(bid: str, ask: str, premium: str) -> None:
    assert premium_index(parse("10000"), parse(bid), parse(ask)) == parse(premium)


def test_impact_prices() -> None:
    levels = [(parse("100"), parse("1")), (parse("110"), parse("1"))]
    index = parse("90")
    assert impact_price(levels, parse("50"), index) == parse("100")
    assert impact_price(levels, parse("100"), index) == parse("100")
    assert impact_price(levels, parse("155"), index) == parse("103.33333333")
    assert impact_price(levels, parse("999"), index) == parse("105")
    assert impact_price([], parse("50"), index) == index


@given(st.integers(0, 6000), st.integers(0, 6000))
def test_weights_are_a_sum(first: int, last: int) -> None:
    assert weights(first, last) == sum(range(first, last + 1))


def test_interest_of_an_interval() -> None:
    assert interest_of(parse("0.0001"), 8) == parse("0.0001")
    assert interest_of(parse("0.0001"), 4) == parse("0.00005")


def test_boundaries_are_counted_from_midnight() -> None:
    assert next_boundary(0, 8) == 8 * HOUR
    assert next_boundary(8 * HOUR - 1, 8) == 8 * HOUR
    assert next_boundary(8 * HOUR, 8) == 16 * HOUR
    assert next_boundary(5 * HOUR, 4) == 8 * HOUR


def test_the_middle_of_the_book_and_of_three_prices() -> None:
    assert basis(parse("99"), parse("102"), parse("100")) == parse("0.5")
    assert basis(parse("97"), parse("100"), parse("100")) == parse("-1.5")
    assert price_2(parse("100"), []) == parse("100")
    assert price_2(parse("100"), [1, 2]) == parse("100") + 1
    for prices in ((1, 2, 3), (3, 1, 2), (2, 3, 1), (2, 2, 9), (9, 2, 2)):
        assert median(*prices) == 2


@given(st.integers(1, 10**14), st.integers(-SCALE, SCALE), st.integers(0, 8 * HOUR))
def test_price_1_lies_between_the_index_and_the_whole_rate(
    index: int, rate: int, left: int
) -> None:
    price = price_1(index, rate, left, 8 * HOUR)
    whole = index + index * rate // SCALE
    assert min(index, whole) <= price <= max(index, whole) + 1
