"""Text to number and back, and every rounding on both sides of zero."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, trunc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.money import (
    MAX_WHOLE_DIGITS,
    SCALE,
    NotANumber,
    TooPrecise,
    cut,
    decimals_of,
    is_multiple,
    parse,
    round_half_up,
    round_up,
    text,
    text_at,
    text_short,
)

AMOUNTS = st.integers(1 - 10**28, 10**28 - 1) | st.integers(-(10**10), 10**10)
NUMERATORS = st.integers(-(10**40), 10**40) | st.integers(-100, 100)
DENOMINATORS = st.integers(1, 10**24) | st.integers(1, 20)

READ = [
    ("0", 0),
    ("-0", 0),
    ("0.0", 0),
    ("1", SCALE),
    ("-1", -SCALE),
    ("007", 7 * SCALE),
    ("0.00000001", 1),
    ("-0.00000001", -1),
    ("-0.5", -SCALE // 2),
    ("103.12345678", 10_312_345_678),
    ("12.50", 1_250_000_000),
    ("1.123456780000000000", 112_345_678),
    ("1." + "0" * 40, SCALE),
    ("9" * 20, int("9" * 20) * SCALE),
]


@pytest.mark.parametrize(("written", "value"), READ)
def test_a_plain_decimal_is_read_exactly(written: str, value: int) -> None:
    assert parse(written) == value


MALFORMED = [
    "",
    "-",
    "--1",
    "+1",
    ".",
    ".5",
    "-.5",
    "1.",
    "-1.",
    "1..2",
    "1.2.3",
    "1e5",
    "1E5",
    "1.0e-8",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "1e309",
    "0x10",
    "1_000",
    "1,000",
    "1,5",
    " 1",
    "1 ",
    "1 000",
    "1\n",
    "\t1",
    "1.\n5",
    "1\x00",
    "1.-5",
    "-1-",
    "true",
    "one",
    "\u0661\u0662",  # Arabic-Indic digits
    "\uff11",  # full-width digit
    "1.\u0665",
    "\u00b2",  # superscript two, which `isdigit` takes for one
    "1.\u00b2",
    "\u2212" + "1",  # a minus that is not the hyphen
    "1\u00a0",
    "9" * 21,
    "1" * 40,
    "-" + "1" * 40,
    "0" * 41,
    "1." + "0" * 41,
]


@pytest.mark.parametrize("written", MALFORMED, ids=ascii)
def test_what_is_no_plain_decimal_is_refused(written: str) -> None:
    with pytest.raises(NotANumber):
        parse(written)


@pytest.mark.parametrize(
    "written", ["0.000000001", "1.123456789", "-0.0000000010", "5.00000000001"]
)
def test_a_ninth_decimal_is_refused_unless_it_is_zero(written: str) -> None:
    with pytest.raises(TooPrecise):
        parse(written)


def test_both_refusals_are_value_errors() -> None:
    assert issubclass(NotANumber, ValueError)
    assert issubclass(TooPrecise, ValueError)


@given(st.text(alphabet="0123456789.-+eE_ ,\u0663\u00b2", max_size=12))
def test_whatever_is_read_is_the_number_that_is_written(written: str) -> None:
    """Nothing that is accepted means anything else to exact arithmetic."""
    try:
        value = parse(written)
    except (NotANumber, TooPrecise):
        return
    assert Fraction(value, SCALE) == Fraction(Decimal(written))
    assert set(written) <= set("0123456789.-")


@given(st.integers(-(10**MAX_WHOLE_DIGITS) * SCALE + 1, 10**MAX_WHOLE_DIGITS * SCALE - 1))
def test_text_and_number_are_one(value: int) -> None:
    assert parse(text(value)) == value
    assert parse(text_short(value)) == value
    assert text(parse(text(value))) == text(value)


@pytest.mark.parametrize(
    ("value", "long", "short"),
    [
        (0, "0.00000000", "0"),
        (1, "0.00000001", "0.00000001"),
        (-1, "-0.00000001", "-0.00000001"),
        (99_999_999, "0.99999999", "0.99999999"),
        (SCALE, "1.00000000", "1"),
        (-SCALE, "-1.00000000", "-1"),
        (10 * SCALE, "10.00000000", "10"),
        (-1_250_000_000, "-12.50000000", "-12.5"),
        (10_312_345_678, "103.12345678", "103.12345678"),
        (100_000 * SCALE, "100000.00000000", "100000"),
    ],
)
def test_amounts_are_written_whole_or_short(value: int, long: str, short: str) -> None:
    assert text(value) == long
    assert text_short(value) == short


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (parse("1.5"), 3, "1.500"),
        (parse("30"), 0, "30"),
        (parse("-1"), 3, "-1.000"),
        (0, 3, "0.000"),
        (0, 0, "0"),
        (parse("0.001"), 3, "0.001"),
        (parse("12345.678"), 1, "12345.6"),
        (parse("1.23456789"), 8, "1.23456789"),
        (parse("-1.999"), 0, "-1"),
    ],
)
def test_a_quantity_is_written_at_the_precision_of_its_symbol(
    value: int, decimals: int, written: str
) -> None:
    assert text_at(value, decimals) == written


@pytest.mark.parametrize(
    ("written", "decimals"),
    [("1", 0), ("0", 0), ("10", 0), ("0.1", 1), ("0.10", 1), ("-0.001", 3), ("1.00000001", 8)],
)
def test_an_amount_knows_how_many_decimals_it_needs(written: str, decimals: int) -> None:
    assert decimals_of(parse(written)) == decimals


ROUNDED = [
    # Numerator, denominator, toward zero, away from zero, to the nearest.
    (7, 2, 3, 4, 4),
    (-7, 2, -3, -4, -4),
    (5, 2, 2, 3, 3),
    (-5, 2, -2, -3, -3),
    (1, 3, 0, 1, 0),
    (-1, 3, 0, -1, 0),
    (2, 3, 0, 1, 1),
    (-2, 3, 0, -1, -1),
    (6, 3, 2, 2, 2),
    (-6, 3, -2, -2, -2),
    (0, 3, 0, 0, 0),
    (1, 2, 0, 1, 1),
    (-1, 2, 0, -1, -1),
    (10**30 + 1, 10**30, 1, 2, 1),
    (-(10**30) - 1, 10**30, -1, -2, -1),
]


@pytest.mark.parametrize(("numerator", "denominator", "toward", "away", "nearest"), ROUNDED)
def test_each_rounding_goes_where_its_name_says(
    numerator: int, denominator: int, toward: int, away: int, nearest: int
) -> None:
    assert cut(numerator, denominator) == toward
    assert round_up(numerator, denominator) == away
    assert round_half_up(numerator, denominator) == nearest


@given(NUMERATORS, DENOMINATORS)
def test_roundings_are_those_of_exact_fractions(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    sign = -1 if exact < 0 else 1
    assert cut(numerator, denominator) == trunc(exact)
    assert round_up(numerator, denominator) == sign * ceil(abs(exact))
    assert round_half_up(numerator, denominator) == sign * floor(abs(exact) + Fraction(1, 2))


@given(NUMERATORS, DENOMINATORS)
def test_roundings_are_the_same_on_both_sides_of_zero(numerator: int, denominator: int) -> None:
    for rounding in (cut, round_up, round_half_up):
        assert rounding(-numerator, denominator) == -rounding(numerator, denominator)


@given(AMOUNTS, st.integers(0, 8))
def test_text_at_cuts_digits_and_changes_none(value: int, decimals: int) -> None:
    assert text(value).startswith(text_at(value, decimals))
    assert abs(parse(text_at(value, decimals)) - value) < 10 ** (8 - decimals)


def test_a_step_of_zero_is_no_grid() -> None:
    assert is_multiple(12_345, 0)
    assert is_multiple(parse("0.3"), parse("0.1"))
    assert is_multiple(parse("-0.3"), parse("0.1"))
    assert is_multiple(0, parse("0.1"))
    assert not is_multiple(parse("0.35"), parse("0.1"))
