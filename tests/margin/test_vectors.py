"""Published and recorded worked examples, by the numbers of the collection they come from.

A position rows, B open orders, C accounts, D liquidation prices, E the cost of an order,
F maintenance amounts, G multi-assets mode, H mark price and funding; the break-even prices of H3 to
H6 are a matter of how a double is printed, and stand with the API's numbers. Not usable are A11
(hidden digits of the mark price), G4 (its figures are not known) and G5 (they are invented). Of G6
the rate is proved, at which a debt is bought back; nothing buys one back yet.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import pytest

from perpbox.account import BUY, SELL, Position, PositionSide
from perpbox.instrument import Bracket, MarginAsset, initial_margin_rate
from perpbox.instrument.checks import next_cum
from perpbox.margin.account import single_asset_totals
from perpbox.margin.asset import AssetFigures
from perpbox.margin.funding import HOUR, funding_fee
from perpbox.margin.isolated import isolated_margin
from perpbox.margin.liquidation_price import Leg, solve
from perpbox.margin.mark_price import price_1
from perpbox.margin.multi_assets import Rates, rates_of, share_out, totals
from perpbox.margin.order import needs_margin, open_loss
from perpbox.margin.position import (
    Rounding,
    maint_margin,
    notional,
    open_order_initial_margin,
    opening_orders_margin,
    position_initial_margin,
    unrealized_profit,
)
from perpbox.money import SCALE, parse, round_half_up, text, text_at

OLD, NEW = Rounding.R2021, Rounding.R2025


def bracket(rate: str, cum: str = "0", floor: str = "0") -> Bracket:
    return Bracket(1, 125, parse(floor), parse("1000000000"), parse(rate), parse(cum))


# A: position rows


class Row(NamedTuple):
    """A vector's row; an empty cell is one that it does not have."""

    number: str
    quantity: str
    mark: str
    entry: str
    leverage: int
    maint_rate: str
    cum: str
    notional: str
    profit: str
    margin: str
    maint: str
    rules: tuple[Rounding, ...]
    """The roundings that give its margin; the other one does not."""


ROWS: Final = (
    Row("A1", "30", "0.41047590", "0.385", 20, "0.0065", "0",
        "12.31427700", "0.76427700", "0.61571385", "0.08004280", (OLD, NEW)),
    Row("A2", "-1", "49.72023376", "70.92841", 20, "0.01", "0",
        "-49.72023376", "21.20817624", "2.48601168", "0.49720233", (OLD,)),
    Row("A3", "0.001", "21123.05052574", "22185.2", 4, "", "",
        "21.12305052", "-1.06214947", "", "", ()),
    Row("A4", "0.0425", "84389.9", "", 14, "0.004", "0",
        "3586.57075000", "", "256.18365575", "14.34628300", (NEW,)),
    Row("A5", "0.010", "2674.81", "", 16, "", "",
        "26.74810000", "", "1.67175625", "", (OLD, NEW)),
    Row("A6", "-0.360", "73.51708333", "56.84000000", 8, "0.0065", "0",
        "-26.46614999", "-6.00374999", "3.30826875", "0.17202997", (NEW,)),
    Row("A7", "-0.788", "1518.74", "", 12, "0.015", "0",
        "-1196.76712000", "", "99.73060132", "17.95150680", (NEW,)),
    Row("A8", "-0.06", "779.41", "", 8, "0.005", "0",
        "-46.76460000", "", "5.84557500", "0.23382300", (OLD, NEW)),
    Row("A9", "-15", "0.5056", "", 8, "0.015", "0",
        "-7.58400000", "", "0.94800000", "0.11376000", (OLD, NEW)),
    Row("A10", "0.010", "2492.02649225", "2489.88", 20, "0.005", "0",
        "24.92026492", "0.02146492", "1.24601325", "0.12460132", (NEW,)),
    Row("A12", "852", "0.00589112", "", 10, "0.0065", "0",
        "5.01923424", "", "0.50192343", "0.03262502", (NEW,)),
    Row("A13", "-119", "0.08258732", "", 40, "0.02", "0",
        "-9.82789108", "", "0.24569728", "0.19655782", (NEW,)),
    Row("A14", "1.898", "96165.98456108", "96101.39348709", 25, "0.005", "50",
        "182523.03869692", "122.59385843", "7300.92154787", "862.61519348", (OLD,)),
    Row("A15", "-0.001", "29734.5", "", 6, "0.004", "0",
        "", "", "4.95575009", "0.11893800", (OLD,)),
)  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_position(row: Row) -> None:
    quantity, mark = parse(row.quantity), parse(row.mark)
    if row.notional:
        assert notional(quantity, mark) == parse(row.notional)
    if row.profit:
        assert unrealized_profit(quantity, mark, parse(row.entry)) == parse(row.profit)
    if row.maint:
        found = maint_margin(quantity, mark, bracket(row.maint_rate, row.cum))
        assert found == parse(row.maint)
    if row.margin:
        rate = initial_margin_rate(row.leverage)
        right = tuple(
            rule
            for rule in Rounding
            if position_initial_margin(quantity, mark, rate, rule) == parse(row.margin)
        )
        assert right == row.rules


@pytest.mark.parametrize("number", ["A16"])
def test_margin_call_example(number: str) -> None:
    """1.327 ETHUSDT at 187.17127 and 0.65 %; the event prints six decimals: 1.614445."""
    found = maint_margin(parse("1.327"), parse("187.17127"), bracket("0.0065"))
    assert text_at(found, 6) == "1.614445", number


# B: margin of open orders


@pytest.mark.parametrize(
    ("present", "buys", "sells", "leverage", "margin"),
    [
        pytest.param("0", "100", "150", 11, "13.63636500", id="B1"),
        pytest.param("182523.03869692", "0", "17876.55", 25, "0", id="B2"),
        pytest.param("10000", "1900", "2200", 2, "950", id="B4"),
    ],
)
def test_open_orders(present: str, buys: str, sells: str, leverage: int, margin: str) -> None:
    """Of B4 the FAQ prints the whole: the position's 5 000 and the orders' 950."""
    held, bids, asks = (parse(value) * SCALE for value in (present, buys, sells))
    rate = initial_margin_rate(leverage)
    assert open_order_initial_margin(held, bids, asks, rate) == parse(margin)


@pytest.mark.parametrize("number", ["B3"])
def test_closing_orders_of_a_hedge_leg(number: str) -> None:
    """LONG 3586.57 with asks of 3737.13975: nothing opens, so nothing is needed."""
    assert opening_orders_margin(0, initial_margin_rate(14)) == 0, number


@pytest.mark.parametrize(
    ("held", "standing", "needed"),
    [
        pytest.param("1", "0.8", True, id="B5 0.5 > 1 - 0.8"),
        pytest.param("1.4", "0.8", False, id="B5 0.5 < 1.4 - 0.8"),
    ],
)
def test_a_closing_order_is_checked_beyond_the_position(
    held: str, standing: str, needed: bool
) -> None:
    position = Position(PositionSide.BOTH)
    position.quantity, position.sell_quantity = parse(held), parse(standing)
    assert needs_margin(position, SELL, parse("0.5")) is needed


# C: accounts in single-asset mode


@pytest.mark.parametrize("number", ["C1"])
def test_an_isolated_position_does_not_burden_the_cross_wallet(number: str) -> None:
    row = AssetFigures("USDT", parse("25.45013785"))
    row.isolated_wallet = parse("4.93323209")
    row.unrealized_profit = parse("-0.06303420")
    row.position_initial_margin = parse("4.95550579")
    row.maint_margin = parse("0.11893213")
    found = single_asset_totals(row)
    assert text(found.cross_wallet_balance) == "20.51690576", number
    assert text(found.margin_balance) == "25.38710365"
    assert text(found.initial_margin) == text(found.position_initial_margin) == "4.95550579"
    assert text(found.maint_margin) == "0.11893213"
    assert text(found.cross_unrealized_profit) == "0.00000000"
    assert text(found.available_balance) == text(found.max_withdraw_amount) == "20.51690576"


@pytest.mark.parametrize("number", ["C2"])
def test_a_cross_position_takes_its_margin_and_its_loss(number: str) -> None:
    row = AssetFigures("USDT", parse("14614.57417048"))
    row.unrealized_profit = row.cross_unrealized_profit = parse("-164.57300483")
    row.position_initial_margin = row.cross_initial_margin = parse("1902.31833327")
    row.maint_margin = row.cross_maint_margin = parse("15.21854666")
    found = single_asset_totals(row)
    assert text(found.available_balance) == "12547.68283238", number
    assert text(found.max_withdraw_amount) == "12547.68283238"


@pytest.mark.parametrize("number", ["C3"])
def test_a_flat_account_is_its_wallet(number: str) -> None:
    found = single_asset_totals(AssetFigures("USDT", parse("5000.86840920")))
    balances = {
        found.wallet_balance,
        found.margin_balance,
        found.cross_wallet_balance,
        found.available_balance,
        found.max_withdraw_amount,
    }
    assert balances == {parse("5000.86840920")}, number
    assert (found.initial_margin, found.maint_margin, found.unrealized_profit) == (0, 0, 0)


@pytest.mark.parametrize("number", ["C4", "D7"])
def test_an_isolated_short(number: str) -> None:
    """GASUSDT: (1.57109202 + 8.616) / 1.015 = 10.036543862..."""
    quantity, entry, wallet = parse("-1"), parse("8.616"), parse("1.57109202")
    profit = unrealized_profit(quantity, parse("8.736"), entry)
    assert text(profit) == "-0.12000000", number
    assert text(isolated_margin(wallet, profit)) == "1.45109202"
    rates = bracket("0.015")
    assert text(solve(wallet, [Leg(quantity, entry, (rates,))], [rates])) == "10.03654386"


# D: liquidation prices of the FAQ


@pytest.mark.parametrize(
    ("wallet", "maint", "profit", "quantity", "entry", "rates", "printed", "exact"),
    [
        pytest.param("1535443.01", "71200.81144", "-56354.57", "3683.979", "1456.84",
                     ("0.1", "135365"), "1153.26", "1153.25646", id="D1"),
        pytest.param("1535443.01", "356512.508", "-448192.89", "109.488", "32481.98",
                     ("0.025", "16300"), "26316.89", "26316.8933", id="D2"),
        pytest.param("1535443.01", "0", "0", "3683.979", "1456.84",
                     ("0.1", "135365"), "1114.78", "1114.78496", id="D3"),
        pytest.param("1535443.01", "0", "0", "109.488", "32481.98",
                     ("0.025", "16300"), "18778.73", "18778.72593", id="D4"),
        pytest.param("10.72", "1.3", "0.47", "-0.005", "9451.53",
                     ("0.004", "0"), "11383.99", "11383.99402", id="D5"),
        pytest.param("10.72", "0.19", "-0.06", "1", "199.53",
                     ("0.0065", "0"), "190.29", "190.29693", id="D6"),
    ],
)  # fmt: skip
def test_liquidation_price(
    wallet: str,
    maint: str,
    profit: str,
    quantity: str,
    entry: str,
    rates: tuple[str, str],
    printed: str,
    exact: str,
) -> None:
    """The page prints two decimals, cut in some examples and rounded in others."""
    held = bracket(*rates)
    base = parse(wallet) - parse(maint) + parse(profit)
    found = solve(base, [Leg(parse(quantity), parse(entry), (held,))], [held])
    assert text(found).startswith(exact)
    cent = SCALE // 100
    rounded = text_at(round_half_up(found, cent) * cent, 2)
    assert printed in {text_at(found, 2), rounded}


@pytest.mark.parametrize(
    ("quantity", "entry", "mark", "rates", "maint", "profit"),
    [
        pytest.param("109.488", "32481.98", "31967.27", ("0.025", "16300"),
                     "71200.811444", "-56354.56848", id="D1"),
        pytest.param("3683.979", "1456.84", "1335.18", ("0.1", "135365"),
                     "356512.508122", "-448192.88514", id="D2"),
    ],
)  # fmt: skip
def test_what_the_other_contract_adds_to_it(
    quantity: str, entry: str, mark: str, rates: tuple[str, str], maint: str, profit: str
) -> None:
    amount, price = parse(quantity), parse(mark)
    assert maint_margin(amount, price, bracket(*rates)) == parse(maint)
    assert unrealized_profit(amount, price, parse(entry)) == parse(profit)


# E: what an order costs


@pytest.mark.parametrize(
    ("side", "loss", "cost"),
    [
        pytest.param(BUY, "0", "462.66", id="E1 long"),
        pytest.param(SELL, "6.54", "469.20", id="E1 short"),
    ],
)
def test_order_cost(side: int, loss: str, cost: str) -> None:
    """1 BTC limit 9 253.30 at 20x, mark 9 259.84; the page cuts 462.665 and 469.205."""
    quantity, price, mark = parse("1"), parse("9253.30"), parse("9259.84")
    margin = position_initial_margin(quantity, price, initial_margin_rate(20))
    assert margin == parse("462.665")
    assert open_loss(side, quantity, price, mark) == parse(loss)
    assert text_at(margin + parse(loss), 2) == cost


# F: maintenance amounts


@pytest.mark.parametrize(
    ("floor", "rate", "rate_before", "cum_before", "cum"),
    [
        pytest.param("250000", "0.01", "0.005", "50", "1300", id="F1"),
        pytest.param("5000000", "0.05", "0.025", "16300", "141300", id="F2"),
        pytest.param("5000", "0.025", "0.01", "0", "75", id="F3"),
    ],
)
def test_maintenance_amount(
    floor: str, rate: str, rate_before: str, cum_before: str, cum: str
) -> None:
    before = bracket(rate_before, cum_before)
    assert next_cum(before, parse(floor), parse(rate)) == parse(cum)


# G: multi-assets mode


def index(price: str, bid: str, ask: str, auto_bid: str = "0", auto_ask: str = "0") -> Rates:
    asset = MarginAsset(
        name="X",
        start_index_price=parse(price),
        bid_buffer=parse(bid),
        ask_buffer=parse(ask),
        auto_exchange_bid_buffer=parse(auto_bid),
        auto_exchange_ask_buffer=parse(auto_ask),
        auto_exchange_threshold=None,
        margin_available=True,
        index_symbol="XUSD",
    )
    return rates_of(asset, parse(price))


RATES: Final = {"USDT": index("0.99", "0.01", "0.005"), "USDC": index("1", "0", "0")}


def rows_of_the_faq() -> list[AssetFigures]:
    return [AssetFigures("USDT", parse("200")), AssetFigures("USDC", parse("220"))]


@pytest.mark.parametrize("number", ["G1"])
def test_balances_count_at_the_bid_rate_and_are_spent_at_the_ask_rate(number: str) -> None:
    assert (RATES["USDT"].bid_rate, RATES["USDT"].ask_rate) == (parse("0.9801"), parse("0.99495"))
    usdt, usdc = rows = rows_of_the_faq()
    made = totals(rows, RATES)
    assert text(made.margin_balance) == "416.02000000", number
    share_out(rows, made, RATES)
    assert text(usdt.available_balance).startswith("418.1315")
    assert text(usdc.available_balance) == "416.02000000"


@pytest.mark.parametrize("number", ["G2"])
def test_margins_count_at_the_ask_rate(number: str) -> None:
    """BTCUSDT 0.5 at 20 000 and 100x, ETHUSDC 20 at 600 and 50x."""
    usdt, usdc = rows = rows_of_the_faq()
    for row, quantity, mark, leverage, rate in (
        (usdt, "0.5", "20000", 100, "0.008"),
        (usdc, "20", "600", 50, "0.01"),
    ):
        amount, price = parse(quantity), parse(mark)
        row.position_initial_margin = position_initial_margin(
            amount, price, initial_margin_rate(leverage)
        )
        row.maint_margin = maint_margin(amount, price, bracket(rate))
    assert [text(row.initial_margin) for row in rows] == ["100.00000000", "240.00000000"]
    made = totals(rows, RATES)
    assert text(made.available_balance) == "76.52500000", number
    assert text(made.maint_margin) == "199.59600000"
    assert round_half_up(made.maint_margin * 10_000, made.margin_balance) == 4798  # 47.98 %
    share_out(rows, made, RATES)
    assert text_at(usdt.available_balance, 2) == "76.91"
    assert text(usdc.available_balance) == "76.52500000"


@pytest.mark.parametrize("number", ["G3"])
def test_single_asset_mode_keeps_the_assets_apart(number: str) -> None:
    available = [text(row.available_balance) for row in rows_of_the_faq()]
    assert available == ["200.00000000", "220.00000000"], number


@pytest.mark.parametrize(
    ("debt", "printed", "exact"),
    [
        pytest.param("20000", "20513", "20512.82", id="G6"),
        pytest.param("5000", "5128.20", "5128.20", id="G6 a smaller debt"),
    ],
)
def test_a_debt_is_bought_back_at_the_collateral_ratio(debt: str, printed: str, exact: str) -> None:
    """A collateral ratio of 97.5 % is the auto-exchange bid rate of an asset worth 1 USD."""
    rate = index("1", "0.05", "0.05", "0.025", "0.025").auto_exchange_bid_rate
    assert text_at(rate, 3) == "0.975"
    sold = round_half_up(parse(debt) * SCALE, rate)
    assert text_at(sold, 2) == exact
    assert printed in {exact, str(round_half_up(sold, SCALE))}


@pytest.mark.parametrize("number", ["G asset index"])
def test_asset_index_rounding(number: str) -> None:
    """The page's ADAUSD: 1.833095015 and 2.026052385 are printed cut."""
    assert index("1.92957370", "0.10", "0.10", "0.05", "0.05") == Rates(
        parse("1.73661633"), parse("2.12253107"), parse("1.83309501"), parse("2.02605238")
    ), number


# H: mark price and funding


@pytest.mark.parametrize("number", ["H1"])
def test_price_1_of_the_mark_price(number: str) -> None:
    """0.03 % at the last funding, and half of the eight hours to the next are left."""
    price = price_1(parse("10000"), parse("0.0003"), 4 * HOUR, 8 * HOUR)
    assert price == parse("10001.5"), number


@pytest.mark.parametrize(
    ("quantity", "mark", "rate", "fee"),
    [
        pytest.param("1", "10000", "0.0001", "1", id="H2 a long pays"),
        pytest.param("-1", "10000", "0.0001", "-1", id="H2 a short receives"),
        pytest.param("1", "10000", "-0.0001", "-1", id="H2 a long receives"),
        pytest.param("-1", "10000", "-0.0001", "1", id="H2 a short pays"),
        pytest.param("-0.015", "27262.659762", "0.0001", "-0.04089398", id="H2 cut"),
        pytest.param("0.001", "0.00001", "0.0001", "0", id="H2 cut to nothing"),
    ],
)
def test_funding_fee(quantity: str, mark: str, rate: str, fee: str) -> None:
    """Notional at the mark price times the rate; a long pays at a positive rate."""
    assert funding_fee(parse(quantity), parse(mark), parse(rate)) == parse(fee)
