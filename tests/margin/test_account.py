"""An account's rows and totals, and the sums that are kept from one read to the next."""

from __future__ import annotations

from perpbox.account import Account, Balance, Exposure, Position, PositionSide
from perpbox.margin.account import (
    account_figures,
    asset_figures,
    available_balance,
    single_asset_totals,
)
from perpbox.margin.asset import AssetFigures
from perpbox.money import SCALE, SQUARE, parse
from tests.worlds import CATALOGUE

MARKS = {"BTCUSDT": parse("50000"), "ETHUSDC": parse("2500"), "DOGEUSDT": parse("0.1")}


def account() -> Account:
    """10 000 USDT; cross long 0.1 BTC at 49 000, isolated short 1 ETH at 2 600 with 130 in it."""
    made = Account(1, "alice", 0)
    made.balances["USDT"] = Balance(parse("10000"), 7)
    made.balances["USDC"] = Balance(parse("1000"), 8)
    hold(made, "BTCUSDT", "0.1", "49000")
    position = hold(made, "ETHUSDC", "-1", "2600")
    made.exposures["ETHUSDC"].isolated = True
    position.isolated_wallet = parse("130")
    return made


def hold(made: Account, name: str, quantity: str, entry: str) -> Position:
    exposure = Exposure(CATALOGUE.symbols[name], 20)
    made.exposures[name] = made.active[name] = exposure
    position = exposure.positions[PositionSide.BOTH] = Position(PositionSide.BOTH)
    position.quantity = parse(quantity)
    position.entry_cost = abs(parse(quantity)) * parse(entry)
    return position


def test_a_row_sums_wallet_and_positions_of_its_asset() -> None:
    rows = asset_figures(account(), MARKS)
    usdt, usdc = rows["USDT"], rows["USDC"]
    assert (usdt.wallet_balance, usdt.updated) == (parse("10000"), 7)
    assert usdt.unrealized_profit == usdt.cross_unrealized_profit == parse("100")
    assert usdt.margin_balance == parse("10100")
    assert usdt.initial_margin == usdt.cross_initial_margin == parse("250")
    assert usdt.maint_margin == parse("20")
    assert usdt.available_balance == parse("9850")
    assert usdt.max_withdraw_amount == parse("9850")
    assert usdc.unrealized_profit == parse("100")
    assert (usdc.cross_unrealized_profit, usdc.cross_initial_margin) == (0, 0)
    assert usdc.cross_wallet_balance == usdc.available_balance == parse("870")
    assert (usdc.initial_margin, usdc.maint_margin) == (parse("125"), parse("16.25"))


def test_open_orders_of_an_isolated_symbol_are_not_available() -> None:
    made = account()
    position = made.exposures["ETHUSDC"].positions[PositionSide.BOTH]
    position.sell_quantity, position.sell_notional = SCALE, 2_600 * SQUARE
    row = asset_figures(made, MARKS)["USDC"]
    assert row.isolated_open_order_margin == row.open_order_initial_margin == parse("130")
    assert row.available_balance == row.max_transferable == parse("740")


def test_totals_of_single_asset_mode_are_the_usdt_row() -> None:
    figures = account_figures(account(), CATALOGUE.assets.values(), MARKS, {})
    row, total = figures.assets["USDT"], figures.totals
    assert total.wallet_balance == row.wallet_balance
    assert total.initial_margin == row.initial_margin
    assert total.available_balance == row.available_balance
    assert set(figures.assets) == set(CATALOGUE.assets)
    assert single_asset_totals(None).wallet_balance == 0


def test_what_an_asset_leaves_may_be_below_zero_before_it_is_shown() -> None:
    made = account()
    made.balances["USDT"].wallet = parse("100")
    assert available_balance(made, "USDT", MARKS, {}) == parse("-50")
    assert asset_figures(made, MARKS)["USDT"].available_balance == 0
    assert available_balance(made, "BNB", MARKS, {}) == 0


def test_kept_sums_follow_prices_balances_and_positions() -> None:
    made = account()
    assert asset_figures(made, MARKS)["USDT"].unrealized_profit == parse("100")
    moved = MARKS | {"BTCUSDT": parse("51000")}
    assert asset_figures(made, moved)["USDT"].unrealized_profit == parse("200")
    made.balances["USDT"].wallet = parse("1")
    assert asset_figures(made, moved)["USDT"].margin_balance == parse("201")
    hold(made, "DOGEUSDT", "1000", "0.05")
    assert asset_figures(made, moved)["USDT"].unrealized_profit == parse("250")
    assert asset_figures(made, MARKS)["USDT"].unrealized_profit == parse("150")


def test_a_position_counts_out_as_it_was_counted_in() -> None:
    row = AssetFigures("USDT")
    made = account()
    for name in ("BTCUSDT", "ETHUSDC"):
        position = made.exposures[name].positions[PositionSide.BOTH]
        asset_figures(made, MARKS)
        assert position.figures is not None
        row.add(position.figures)
        row.take_out(position.figures)
    assert row.is_untouched
    assert (row.isolated_wallet, row.cross_maint_margin, row.maint_margin) == (0, 0, 0)
