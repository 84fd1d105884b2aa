"""A position row: which products are cut, which are rounded up, and what is remembered."""

from __future__ import annotations

import pytest

from perpbox.account import Exposure, Position, PositionSide
from perpbox.margin.position import (
    Rounding,
    figures_of,
    maint_margin,
    notional,
    open_order_initial_margin,
    opening_orders_margin,
    orders_margin,
    position_initial_margin,
    unrealized_profit,
)
from perpbox.money import SCALE, SQUARE, parse
from tests.worlds import CATALOGUE

BTC = CATALOGUE.symbols["BTCUSDT"]
RATE = parse("0.05")
UNIT = 1


@pytest.mark.parametrize(
    ("quantity", "mark", "value"),
    [
        ("0.001", "0.00001999", "0.00000001"),
        ("-0.001", "0.00001999", "-0.00000001"),
        ("3", "7", "21"),
    ],
)
def test_notional_is_signed_and_cut(quantity: str, mark: str, value: str) -> None:
    assert notional(parse(quantity), parse(mark)) == parse(value)


def test_profit_is_cut_on_both_sides_of_zero() -> None:
    third = SCALE // 3
    assert unrealized_profit(third, 2 * UNIT, UNIT) == 0
    assert unrealized_profit(-third, 2 * UNIT, UNIT) == 0
    assert unrealized_profit(4 * third, UNIT, 2 * UNIT) == -1
    assert unrealized_profit(parse("-0.1"), parse("49000"), parse("50000")) == parse("100")


def test_initial_margin_is_rounded_up_as_a_whole_or_in_the_old_way_cut_twice() -> None:
    """0.788 x 1 518.74 x 0.08333334 = 99.730601319…, vector A7."""
    quantity, mark, rate = parse("-0.788"), parse("1518.74"), parse("0.08333334")
    assert position_initial_margin(quantity, mark, rate) == parse("99.73060132")
    old = position_initial_margin(quantity, mark, rate, Rounding.R2021)
    assert old == parse("99.73060131")


@pytest.mark.parametrize(
    ("present", "buys", "sells", "margin"),
    [
        ("0", "0", "0", "0"),
        ("0", "100", "150", "7.5"),  # the larger side alone
        ("1000", "100", "0", "5"),
        ("1000", "0", "100", "0"),  # it reduces
        ("1000", "0", "2000", "0"),  # it turns the position over, and no larger
        ("1000", "0", "2100", "5"),
        ("1000", "50", "2100", "5"),
        ("-1000", "0", "100", "5"),
        ("-1000", "2100", "0", "5"),
        ("-1000", "100", "0", "0"),
    ],
)
def test_only_the_side_that_would_grow_the_position_counts(
    present: str, buys: str, sells: str, margin: str
) -> None:
    held, bids, asks = (parse(value) * SCALE for value in (present, buys, sells))
    assert open_order_initial_margin(held, bids, asks, RATE) == parse(margin)


def test_order_margin_is_rounded_up() -> None:
    assert open_order_initial_margin(0, 1, 0, 1) == 1
    assert opening_orders_margin(SQUARE + 1, UNIT) == 2
    assert opening_orders_margin(0, RATE) == 0


def test_a_leg_counts_its_opening_orders_alone() -> None:
    for leg, buys, sells in ((PositionSide.LONG, 7, 0), (PositionSide.SHORT, 0, 3)):
        position = Position(leg)
        position.quantity = SCALE if leg is PositionSide.LONG else -SCALE
        position.buy_notional, position.sell_notional = 7 * SQUARE, 3 * SQUARE
        assert orders_margin(position, 50 * SCALE, SCALE) == (buys or sells) * SCALE


def test_orders_that_do_not_stand_yet_can_be_counted_in() -> None:
    position = Position(PositionSide.BOTH)
    position.buy_notional = 100 * SQUARE
    assert orders_margin(position, SCALE, RATE, more_buys=100 * SQUARE) == 10 * SCALE
    assert orders_margin(position, SCALE, RATE, more_sells=120 * SQUARE) == 6 * SCALE
    assert orders_margin(position, SCALE, RATE, more_buys=-100 * SQUARE) == 0


@pytest.mark.parametrize(
    ("quantity", "mark", "maint"),
    [
        ("0.999", "50000", "199.8"),  # 0.4 % below 50 000
        ("1", "50000", "200"),  # 0.5 % less 50 from there on: the same at the step
        ("-1", "50000.1", "200.0005"),
        ("5", "50000", "1200"),  # 1 % less 1 300
        ("0.00000001", "0.00000001", "0"),
        ("3000", "50000", "65858700"),  # beyond the last cap its bracket still counts
    ],
)
def test_maintenance_follows_the_bracket_that_holds_the_notional(
    quantity: str, mark: str, maint: str
) -> None:
    product = abs(parse(quantity)) * parse(mark)
    bracket = BTC.bracket_of(product // SCALE)
    assert maint_margin(parse(quantity), parse(mark), bracket) == parse(maint)


def test_a_bracket_holds_its_floor_and_not_its_cap() -> None:
    assert BTC.bracket_of(0).number == 1
    assert BTC.bracket_of(parse("49999.99999999")).number == 1
    assert BTC.bracket_of(parse("50000")).number == 2
    assert BTC.bracket_of(parse("100000000")).number == 6
    assert (BTC.max_notional(125), BTC.max_notional(21)) == (parse("50000"), parse("1000000"))


def test_maintenance_is_continuous_from_bracket_to_bracket() -> None:
    for symbol in CATALOGUE.symbols.values():
        for lower, upper in zip(symbol.brackets, symbol.brackets[1:], strict=False):
            assert lower.cap == upper.floor
            at_cap = maint_margin(SCALE, lower.cap, lower)
            assert maint_margin(SCALE, upper.floor, upper) == at_cap


def test_figures_are_remembered_until_mark_or_position_change() -> None:
    exposure, position = Exposure(BTC, 20), Position(PositionSide.BOTH)
    position.quantity, position.entry_cost = SCALE, 50_000 * SQUARE
    first = figures_of(exposure, position, parse("51000"))
    assert figures_of(exposure, position, parse("51000")) is first
    assert (first.unrealized_profit, first.initial_margin) == (parse("1000"), parse("2550"))
    second = figures_of(exposure, position, parse("52000"))
    assert second is not first
    position.figures = None
    assert figures_of(exposure, position, parse("52000")) is not second
