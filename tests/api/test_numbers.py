"""Numbers as the live service prints them."""

from __future__ import annotations

import pytest

from perpbox import doubles
from perpbox.account import Position, PositionSide
from perpbox.api.shapes import numbers
from perpbox.money import SCALE, SQUARE, parse


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (-0.0, "0.0"),
        (0.385, "0.385"),
        (56.84000000000001, "56.84000000000001"),
        (1.0, "1.0"),
        (50000.0, "50000.0"),
        (9999999.0, "9999999.0"),
        (10000000.0, "1.0E7"),
        (12345678.5, "1.23456785E7"),
        (0.001, "0.001"),
        (0.00099, "9.9E-4"),
        # Recorded in 2024-08, 1000SATSUSDT.
        (2.8e-4, "2.8E-4"),
        (2.80056e-4, "2.80056E-4"),
        (-2.8e-4, "-2.8E-4"),
        (-1.5e7, "-1.5E7"),
    ],
)
def test_a_double(value: float, text: str) -> None:
    assert doubles.double(value) == text


def held(quantity: str, entry: str, fee_rate: str = "0") -> Position:
    """A fresh position: entry times quantity, and the fee paid on it."""
    position = Position(PositionSide.BOTH)
    position.quantity = parse(quantity)
    position.entry_cost = parse(entry) * abs(position.quantity)
    side = 1 if position.quantity > 0 else -1
    per_unit = (side * SCALE + parse(fee_rate)) * parse(entry)
    position.outlay = per_unit * abs(position.quantity)
    return position


@pytest.mark.parametrize(
    ("quantity", "entry", "fee_rate", "break_even"),
    [
        # vectors.md H3 to H6.
        pytest.param("30", "0.385", "0.0002", "0.385077", id="H3"),
        pytest.param("-1", "70.92841", "0.0004", "70.900038636", id="H4"),
        pytest.param("0.01", "2489.88", "0.0004", "2490.8759520000003", id="H5"),
        pytest.param("-1", "8.616", "0.0005", "8.611692", id="H6"),
        pytest.param("24991", "0.00028", "0.0002", "2.80056E-4", id="1000SATSUSDT"),
    ],
)
def test_the_break_even_price_of_a_fresh_position(
    quantity: str, entry: str, fee_rate: str, break_even: str
) -> None:
    assert doubles.break_even_price(held(quantity, entry, fee_rate)) == break_even


@pytest.mark.parametrize(
    ("cost", "quantity", "text"),
    [
        ("5000", "0.1", "50000.0"),
        ("-0", "0", "0.0"),
        ("100", "0.003", "33333.33333333"),
        ("5126.685333331200", "0.048", "106805.9444444"),
        ("6.99748", "24991", "2.8E-4"),
        ("0.3199637755083", "3", "0.1066545918361"),  # DOGEUSDT of 2024 has as many digits
        ("0.2", "3", "0.06666666666666"),
    ],
)
def test_the_entry_price_is_cost_over_quantity(cost: str, quantity: str, text: str) -> None:
    position = Position(PositionSide.BOTH)
    position.quantity = parse(quantity)
    whole, _, fraction = cost.partition(".")
    position.entry_cost = int(whole) * SQUARE + int(fraction.ljust(16, "0"))
    assert doubles.entry_price(position) == text


def test_an_empty_position_has_no_prices() -> None:
    position = Position(PositionSide.BOTH)
    assert (doubles.entry_price(position), doubles.break_even_price(position)) == ("0.0", "0.0")


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0"), (1, "0.00000001"), (-250_000_000, "-2.50000000")]
)
def test_an_amount_in_a_row(amount: int, text: str) -> None:
    assert numbers.row_amount(amount) == text


@pytest.mark.parametrize(
    ("price", "quantity", "decimals", "text"),
    [
        ("103862.50", "0.001", 5, "103.86250"),
        ("0.2907", "103", 5, "29.94210"),
        ("0", "0", 5, "0.00000"),
        ("1", "1", 0, "1"),
        ("0.0000123", "0.00000456", 16, "0.0000000000560880"),
        ("12345.6789", "0.00012345", 12, "1.524074060205"),
    ],
)
def test_a_quote_amount_has_the_decimals_of_both(
    price: str, quantity: str, decimals: int, text: str
) -> None:
    assert numbers.quote_amount(parse(price) * parse(quantity), decimals) == text


def test_an_average_price_is_cut() -> None:
    quote = 2 * SQUARE
    assert numbers.average_price(quote, 3 * SCALE, 5) == "0.66666"
    assert numbers.average_price(0, 0, 2) == "0.00"


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.50000000", "1.5"), ("50000.00000000", "50000"), ("0.00000000", "0"), ("10", "10")],
)
def test_zeros_at_the_end_are_left_out(value: str, text: str) -> None:
    assert numbers.trimmed(value) == text
