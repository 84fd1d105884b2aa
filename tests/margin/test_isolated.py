"""Margin of an isolated position: taken in, let go, added and taken out."""

from __future__ import annotations

from perpbox.account import Exposure, Position, PositionSide
from perpbox.margin.asset import AssetFigures
from perpbox.margin.isolated import (
    isolated_margin,
    max_addable,
    max_removable,
    opening_margin,
    released_margin,
)
from perpbox.money import SCALE, parse
from tests.worlds import CATALOGUE

BTC = CATALOGUE.symbols["BTCUSDT"]


def test_opening_takes_in_the_initial_margin_less_commission_cut_once() -> None:
    """118 x 0.08423 x (0.2 - 0.0004) is 1.983852344 (recorded: events_isolated_funding)."""
    rates = (parse("0.2"), parse("0.0004"))
    assert opening_margin(parse("118"), parse("0.08423"), *rates) == parse("1.98385234")
    assert opening_margin(parse("0.1"), parse("50000"), parse("0.05")) == parse("250")
    assert opening_margin(-parse("0.1"), parse("50000"), parse("0.05")) == parse("250")
    assert opening_margin(1, 1, 1) == 0


def test_a_reduction_lets_go_of_its_share_cut() -> None:
    assert released_margin(parse("10"), parse("1"), parse("3")) == parse("3.33333333")
    assert released_margin(parse("10"), parse("3"), parse("3")) == parse("10")


def test_the_margin_is_wallet_and_profit() -> None:
    assert isolated_margin(parse("10"), parse("-3")) == parse("7")


def test_addable_is_bounded_by_the_cross_wallet_and_by_what_is_available() -> None:
    row = AssetFigures("USDT", parse("1000"))
    row.cross_maint_margin = parse("10")
    row.cross_initial_margin = parse("50")
    row.isolated_open_order_margin = parse("5")
    row.isolated_wallet = parse("100")
    assert max_addable(row) == parse("845")  # 900 - 50 - 5
    row.cross_unrealized_profit = parse("500")
    assert max_addable(row) == parse("885")  # 900 - 5 - 10, however large the profit
    row.cross_unrealized_profit = parse("-900")
    assert max_addable(row) == 0


def test_removable_leaves_both_margins() -> None:
    exposure, position = Exposure(BTC, 20), Position(PositionSide.BOTH)
    position.quantity, position.entry_cost = parse("0.1"), parse("0.1") * parse("50000")
    position.isolated_wallet = parse("300")
    assert max_removable(exposure, position, parse("50000")) == parse("50")
    assert max_removable(exposure, position, parse("55000")) == parse("278")
    assert max_removable(exposure, position, parse("40000")) == 0


def test_removable_is_cut_once_at_the_end() -> None:
    """A third short: at 1 it holds 10 + 1/3 - 1/60 units, at 3 less than 10 and at least 9."""
    exposure, position = Exposure(BTC, 20), Position(PositionSide.BOTH)
    position.quantity, position.entry_cost = -(SCALE // 3), 2 * (SCALE // 3)
    position.isolated_wallet = 10
    assert max_removable(exposure, position, 1) == 10
    assert max_removable(exposure, position, 3) == 9
