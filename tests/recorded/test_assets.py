"""Every recorded asset, balance and total, from its wallet, profit and margins."""

from __future__ import annotations

from typing import Final

import pytest

from perpbox.account import PositionFigures
from perpbox.audit import Finding, Options, Verdict, audit, documents_of
from perpbox.margin.account import single_asset_totals
from perpbox.margin.asset import AssetFigures, Totals
from perpbox.margin.multi_assets import Rates, share_out, totals
from perpbox.money import SCALE, parse
from tests.recorded.names import ASSET
from tests.recorded.tables import Line, table

LINES: Final = table("assets")
SINGLE: Final = [line for line in LINES if line["mode"] == "single"]
WITH_MARGINS: Final = [line for line in SINGLE if line.has("initial")]
BALANCES: Final = [line for line in SINGLE if not line.has("initial")]
SHARED: Final = [line for line in LINES if line["mode"] == "multi" and line["asset"] != "totals"]


def figures_of(line: Line) -> AssetFigures:
    """The row as the arithmetic sums it up; what is isolated is all of it or nothing."""
    figures = AssetFigures(line["asset"], line.figure("wallet"))
    figures.isolated_wallet = line.figure("wallet") - line.figure("cross_wallet")
    figures.cross_unrealized_profit = line.figure("cross_profit")
    if not line.has("initial"):
        return figures
    figures.unrealized_profit = line.figure("profit")
    figures.position_initial_margin = line.figure("position")
    figures.open_order_initial_margin = line.figure("orders")
    figures.maint_margin = line.figure("maint")
    if figures.isolated_wallet == 0:
        figures.cross_initial_margin = line.figure("initial")
        figures.cross_maint_margin = line.figure("maint")
    return figures


@pytest.mark.parametrize("line", WITH_MARGINS, ids=str)
def test_single_asset_mode_gives_every_figure_of_the_row(line: Line) -> None:
    made: Totals = single_asset_totals(figures_of(line))
    assert made.margin_balance == line.figure("margin_balance")
    assert made.initial_margin == line.figure("initial")
    assert made.cross_wallet_balance == line.figure("cross_wallet")
    assert abs(made.available_balance - line.figure("available")) == line.off.get("available", 0)


@pytest.mark.parametrize("line", SINGLE, ids=str)
def test_what_can_be_withdrawn_follows_from_what_is_available(line: Line) -> None:
    figures = figures_of(line)
    available = figures.shared_available_balance = line.figure("available")
    if line in BALANCES:
        # A balance does not say the maintenance margin: nothing, or all that is in use.
        assert_withdrawable(figures, line)
        held = figures.cross_wallet_balance + figures.cross_unrealized_profit
        figures.cross_maint_margin = held - available
    assert_withdrawable(figures, line)


def assert_withdrawable(figures: AssetFigures, line: Line) -> None:
    apart = abs(figures.max_withdraw_amount - line.figure("withdraw"))
    assert apart == line.off.get("withdraw", 0)


@pytest.mark.parametrize("line", SHARED, ids=str)
def test_multi_assets_mode_lets_go_the_wallet_or_what_is_available(line: Line) -> None:
    figures = AssetFigures(line["asset"], line.figure("wallet"))
    one_to_one = Rates(SCALE, SCALE, SCALE, SCALE)
    total = Totals(*(0,) * 9, line.figure("available"), line.figure("available"))
    share_out([figures], total, {line["asset"]: one_to_one})
    assert figures.max_withdraw_amount == line.figure("withdraw")
    assert line.figure("cross_wallet") == line.figure("wallet")


def test_one_pair_of_rates_gives_all_totals_in_usd() -> None:
    """The multi-assets account of 2023-07-22, whose only asset with anything in it is USDT."""
    lines = [line for line in LINES if line["file"] == "acct_v2_multi_xem_20230722"]
    head, usdt = (
        next(line for line in lines if line["asset"] == name) for name in ("totals", "USDT")
    )
    rates = {"USDT": Rates(parse("0.99992152"), parse("1.00012153"), 0, 0)}
    figures = figures_of(usdt)
    made = totals([figures], rates)
    assert made.wallet_balance == head.figure("wallet")
    assert made.cross_wallet_balance == head.figure("cross_wallet")
    assert made.margin_balance == head.figure("margin_balance")
    assert made.initial_margin == head.figure("initial")
    assert made.position_initial_margin == head.figure("position")
    assert made.maint_margin == head.figure("maint")
    assert made.unrealized_profit == made.cross_unrealized_profit == head.figure("profit")
    assert made.open_order_initial_margin == head.figure("orders")
    assert abs(made.available_balance - head.figure("available")) == head.off["available"]
    recorded = Totals(*(0,) * 9, head.figure("available"), head.figure("available"))
    share_out([figures], recorded, rates)
    assert figures.available_balance == usdt.figure("available")
    assert figures.max_withdraw_amount == usdt.figure("withdraw")


def test_the_profits_of_the_legs_add_up_to_the_total() -> None:
    """account_multi_hedge_dash_stable_totals: four legs, and totalUnrealizedProfit."""
    figures = AssetFigures("USDT")
    for line in table("positions"):
        if line["file"] == "account_multi_hedge_dash_stable_totals":
            profit = line.figure("profit")
            figures.add(PositionFigures(0, 0, profit, 0, 0, 0, isolated=False, isolated_wallet=0))
    assert figures.unrealized_profit == parse("-0.02179999")


def as_answer(line: Line) -> dict[str, object]:
    row: dict[str, object] = {field: line[column] for column, field in ASSET.items()}
    row["asset"] = "USDT" if line["asset"] == "totals" else line["asset"]
    if not line.has("initial"):
        row["balance"] = row.pop("walletBalance")
    return {field: value for field, value in row.items() if value != "-"}


@pytest.mark.parametrize("line", SINGLE + SHARED, ids=str)
def test_the_audit_finds_the_same(line: Line) -> None:
    mode = {"multiAssetsMargin": line["mode"] == "multi"}
    findings = audit(documents_of("table", [as_answer(line), mode]), Options())
    by_field = {field: column for column, field in ASSET.items()} | {"balance": "wallet"}
    by_column = {by_field[each.field.rpartition(".")[2]]: each for each in findings}
    off = {name: each.ulps for name, each in by_column.items() if each.verdict is Verdict.OFF}
    assert off == line.off
    assert confirmed(by_column) >= {"withdraw"} - set(line.off)


def confirmed(findings: dict[str, Finding]) -> set[str]:
    return {name for name, each in findings.items() if each.verdict is Verdict.EXACT}
