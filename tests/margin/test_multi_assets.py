"""Rates of the asset index, and what amounts are worth at them."""

from __future__ import annotations

import pytest

from perpbox.instrument import MarginAsset
from perpbox.margin.asset import AssetFigures
from perpbox.margin.multi_assets import (
    Rates,
    charge,
    credit,
    rates_of,
    share_out,
    surplus,
    totals,
)
from perpbox.money import SCALE, parse

ADA = MarginAsset(
    name="ADA",
    start_index_price=parse("1.92957370"),
    bid_buffer=parse("0.10"),
    ask_buffer=parse("0.10"),
    auto_exchange_bid_buffer=parse("0.05"),
    auto_exchange_ask_buffer=parse("0.05"),
    auto_exchange_threshold=None,
    margin_available=True,
    index_symbol="ADAUSD",
)
RATES = Rates(parse("0.9"), parse("1.1"), SCALE, SCALE)
EVEN = Rates(SCALE, SCALE, SCALE, SCALE)


def test_rates_are_cut() -> None:
    """The asset-index page's own example: 1.833095015 and 2.026052385 are printed cut."""
    assert rates_of(ADA, ADA.start_index_price) == Rates(
        parse("1.73661633"), parse("2.12253107"), parse("1.83309501"), parse("2.02605238")
    )


@pytest.mark.parametrize(
    ("amount", "worth"), [("10", "9"), ("-10", "-11"), ("0", "0"), ("0.00000001", "0")]
)
def test_what_is_owned_counts_for_less_and_what_is_owed_for_more(amount: str, worth: str) -> None:
    assert credit(parse(amount), RATES) == parse(worth)


def test_both_are_cut_toward_zero() -> None:
    assert credit(-9, RATES) == -9  # 9.9 units
    assert credit(9, RATES) == 8  # 8.1 units
    assert charge(9, RATES) == 9


def row(asset: str, wallet: str, profit: str = "0", margin: str = "0") -> AssetFigures:
    figures = AssetFigures(asset, parse(wallet))
    figures.unrealized_profit = figures.cross_unrealized_profit = parse(profit)
    figures.position_initial_margin = figures.cross_initial_margin = parse(margin)
    return figures


def test_totals_are_sums_of_rows_each_cut_and_profit_is_a_difference() -> None:
    rows = [row("A", "100", "-20", "10"), row("B", "0", "10"), row("C", "-5")]
    total = totals(rows, {"A": RATES, "B": EVEN, "C": RATES})
    assert total.wallet_balance == parse("84.5")  # 90 - 5.5
    assert total.margin_balance == parse("76.5")  # 80 x 0.9 + 10 - 5.5
    assert total.unrealized_profit == total.cross_unrealized_profit == parse("-8")
    assert total.initial_margin == parse("11")
    assert total.available_balance == total.max_withdraw_amount == parse("65.5")
    assert surplus(rows, {"A": RATES, "B": EVEN, "C": RATES}) == parse("65.5")


def test_a_debt_leaves_nothing_available_but_is_known() -> None:
    rows = [row("A", "100", margin="200")]
    total = totals(rows, {"A": RATES})
    assert total.available_balance == 0
    assert surplus(rows, {"A": RATES}) == parse("-130")


def test_each_asset_may_use_the_whole_and_withdraw_its_own() -> None:
    rows = [row("A", "100"), row("B", "-1"), row("C", "0")]
    rates = {"A": RATES, "B": EVEN, "C": RATES}
    share_out(rows, totals(rows, rates), rates)
    assert [r.available_balance for r in rows] == [
        parse("80.9090909"),
        parse("89"),
        parse("80.9090909"),
    ]
    assert [r.max_withdraw_amount for r in rows] == [parse("80.9090909"), 0, 0]


def test_an_asset_that_nobody_touched_needs_no_rate() -> None:
    assert row("A", "0").is_untouched
    assert surplus([row("A", "0")], {}) == 0
    assert totals([row("A", "0")], {}).wallet_balance == 0
