"""The naive model against the worked examples of vectors.md, by their numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from . import rows as rules
from .model import (
    World,
    account_v3,
    liquidation_price,
    max_addable,
    max_removable,
    position_figures,
)
from .worlds import bracket, order, position, symbol, world

F = Fraction


class RowVector(NamedTuple):
    """One line of table A; an empty expectation is not printed there."""

    quantity: str
    mark: str
    entry: str
    leverage: int
    mmr: str
    notional: str
    profit: str
    margin: str
    maint: str
    rounding: str
    side: str = "BOTH"
    cum: str = "0"
    asset: str = "USDT"


NEW, OLD = "2025", "2021"
ADA = RowVector(
    "30", "0.41047590", "0.385", 20, "0.0065",
    "12.31427700", "0.76427700", "0.61571385", "0.08004280", NEW,
)  # fmt: skip
LTC = RowVector(
    "-0.360", "73.51708333", "56.84000000000001", 8, "0.0065",
    "-26.46614999", "-6.00374999", "3.30826875", "0.17202997", NEW,
)  # fmt: skip
ETH = RowVector(
    "0.010", "2492.02649225", "2489.88", 20, "0.005",
    "24.92026492", "0.02146492", "1.24601325", "0.12460132", NEW,
)  # fmt: skip
BTCUSDC = RowVector(
    "1.898", "96165.98456108", "96101.39348709", 25, "0.005",
    "182523.03869692", "122.59385843", "7300.92154787", "862.61519348", OLD,
    cum="50", asset="USDC",
)  # fmt: skip

# The rows whose printed margin follows only one of the two rules carry that rule.
TABLE_A: list[tuple[str, RowVector]] = [
    ("A1", ADA),
    ("A1-old", ADA._replace(rounding=OLD)),
    ("A2", RowVector("-1.000", "49.72023376", "70.92841", 20, "0.01", "-49.72023376",
                     "21.20817624", "2.48601168", "0.49720233", OLD, side="SHORT")),
    ("A2-new", RowVector("-1.000", "49.72023376", "70.92841", 20, "0.01", "-49.72023376",
                         "21.20817624", "2.48601169", "0.49720233", NEW, side="SHORT")),
    ("A3", RowVector("0.001", "21123.05052574", "22185.2", 4, "0.004", "21.12305052",
                     "-1.06214947", "", "", NEW, side="LONG")),
    ("A4", RowVector("0.0425", "84389.9", "1", 14, "0.004", "3586.57075000", "",
                     "256.18365575", "14.34628300", NEW, side="LONG")),
    ("A4-old", RowVector("0.0425", "84389.9", "1", 14, "0.004", "3586.57075000", "",
                         "256.18365574", "14.34628300", OLD, side="LONG")),
    ("A5", RowVector("0.010", "2674.81", "1", 16, "0.005", "26.74810000", "",
                     "1.67175625", "", NEW)),
    ("A5-old", RowVector("0.010", "2674.81", "1", 16, "0.005", "26.74810000", "",
                         "1.67175625", "", OLD)),
    ("A6", LTC),
    ("A6-old", LTC._replace(margin="3.30826874", rounding=OLD)),
    ("A7", RowVector("-0.788", "1518.74", "1", 12, "0.015", "-1196.76712000", "",
                     "99.73060132", "17.95150680", NEW)),
    ("A7-old", RowVector("-0.788", "1518.74", "1", 12, "0.015", "-1196.76712000", "",
                         "99.73060131", "17.95150680", OLD)),
    ("A8", RowVector("-0.06", "779.41", "1", 8, "0.005", "-46.76460000", "",
                     "5.84557500", "0.23382300", NEW, asset="USDC")),
    ("A9", RowVector("-15", "0.5056", "1", 8, "0.015", "-7.58400000", "",
                     "0.94800000", "0.11376000", NEW)),
    ("A10", ETH),
    ("A10-old", ETH._replace(margin="1.24601324", rounding=OLD)),
    ("A12", RowVector("852", "0.00589112", "1", 10, "0.0065", "5.01923424", "",
                      "0.50192343", "0.03262502", NEW)),
    ("A12-old", RowVector("852", "0.00589112", "1", 10, "0.0065", "5.01923424", "",
                          "0.50192342", "0.03262502", OLD)),
    ("A13", RowVector("-119", "0.08258732", "1", 40, "0.02", "-9.82789108", "",
                      "0.24569728", "0.19655782", NEW)),
    ("A13-old", RowVector("-119", "0.08258732", "1", 40, "0.02", "-9.82789108", "",
                          "0.24569727", "0.19655782", OLD)),
    ("A14", BTCUSDC),
    ("A14-new", BTCUSDC._replace(margin="7300.92154788", rounding=NEW)),
    ("A15", RowVector("-0.001", "29734.5", "1", 6, "0.004", "", "",
                      "4.95575009", "0.11893800", OLD)),
    ("A15-new", RowVector("-0.001", "29734.5", "1", 6, "0.004", "", "",
                          "4.95575010", "0.11893800", NEW)),
]  # fmt: skip


@pytest.mark.parametrize("v", [pytest.param(v, id=name) for name, v in TABLE_A])
def test_position_row(v: RowVector) -> None:
    facts = symbol(v.mark, v.leverage, [bracket(v.mmr, v.cum)], v.asset, precision=4)
    held = [position("S", v.quantity, v.entry, v.side)]
    there = world({"S": facts}, held, hedge=v.side != "BOTH")
    [row] = position_figures(there, v.rounding)
    expected = {
        "notional": v.notional,
        "unRealizedProfit": v.profit,
        "positionInitialMargin": v.margin,
        "initialMargin": v.margin,
        "maintMargin": v.maint,
    }
    for field, text in expected.items():
        assert text in ("", row[field]), field


@pytest.mark.parametrize("maint", [pytest.param("1.614445", id="A16")])
def test_maintenance_at_six_decimals(maint: str) -> None:
    facts = symbol("187.17127", 20, [bracket("0.0065")])
    [row] = position_figures(world({"S": facts}, [position("S", "1.327", "187")]))
    assert row["maintMargin"].startswith(maint)


B1 = world(
    {"S": symbol("100", 11, [bracket("0.004")])},
    [],
    [order("S", "BUY", "100", "1"), order("S", "SELL", "150", "1")],
)
B2 = world(
    {"S": symbol("96165.98456108", 25, [bracket("0.005", "50")])},
    [position("S", "1.898", "96101.39348709")],
    [order("S", "SELL", "17876.55", "1")],
)
B3 = world(
    {"S": symbol("84389.9", 14, [bracket("0.004")], precision=4)},
    [position("S", "0.0425", "84389.9", "LONG")],
    [order("S", "SELL", "87932.7", "0.0425", "LONG")],
    hedge=True,
)
B4 = world(
    {"S": symbol("20000", 2, [bracket("0.004")])},
    [position("S", "0.5", "20000")],
    [order("S", "BUY", "19000", "0.1"), order("S", "SELL", "22000", "0.1")],
)


@pytest.mark.parametrize(
    ("there", "open_part", "whole"),
    [
        pytest.param(B1, "13.63636500", "13.63636500", id="B1"),
        pytest.param(B2, "0", "7300.92154788", id="B2"),
        pytest.param(B3, "0", "256.18365575", id="B3"),
        pytest.param(B4, "950.00000000", "5950.00000000", id="B4"),
    ],
)
def test_open_order_margin(there: World, open_part: str, whole: str) -> None:
    [row] = position_figures(there)
    assert row["openOrderInitialMargin"] == open_part
    assert row["initialMargin"] == whole


def check(answer: dict[str, Any], expected: dict[str, str]) -> None:
    assert {field: answer[field] for field in expected} == expected


C1 = world(  # mark and entry found back from the printed profit, margins and leverage 6
    {"BTCUSDT": symbol("29733.0342", 6, [bracket("0.004")], isolated=True)},
    [position("BTCUSDT", "-0.001", "29670", wallet="4.93323209")],
    wallets={"USDT": "25.45013785"},
)
C2 = world(  # a notional that fits the printed margins at leverage 2 and 0.4 %
    {"S": symbol("3804.63666655", 2, [bracket("0.004")])},
    [position("S", "1", "3969.20967138")],
    wallets={"USDT": "14614.57417048"},
)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        pytest.param(
            C1,
            {
                "totalCrossWalletBalance": "20.51690576",
                "totalUnrealizedProfit": "-0.06303420",
                "totalMarginBalance": "25.38710365",
                "totalInitialMargin": "4.95550579",
                "totalPositionInitialMargin": "4.95550579",
                "totalMaintMargin": "0.11893213",
                "totalCrossUnPnl": "0.00000000",
                "availableBalance": "20.51690576",
                "maxWithdrawAmount": "20.51690576",
            },
            id="C1",
        ),
        pytest.param(
            C2,
            {
                "totalCrossWalletBalance": "14614.57417048",
                "totalCrossUnPnl": "-164.57300483",
                "totalInitialMargin": "1902.31833327",
                "totalMaintMargin": "15.21854666",
                "availableBalance": "12547.68283238",
                "maxWithdrawAmount": "12547.68283238",
            },
            id="C2",
        ),
    ],
)
def test_single_asset_totals(there: World, expected: dict[str, str]) -> None:
    answer = account_v3(there, "2021")
    check(answer, expected)
    usdt = answer["assets"][0]
    assert usdt["availableBalance"] == expected["availableBalance"]
    assert usdt["maxWithdrawAmount"] == expected["maxWithdrawAmount"]


@pytest.mark.parametrize("wallet", [pytest.param("5000.86840920", id="C3")])
def test_flat_account(wallet: str) -> None:
    there = world({}, [], wallets={"USDT": wallet})
    there["balances"]["USDT"]["update_time"] = 1764596409036
    answer = account_v3(there)
    totals = [text for field, text in answer.items() if field not in ("assets", "positions")]
    assert len(totals) == 11
    assert set(totals) == {wallet, "0.00000000"}
    assert answer["positions"] == []
    assert answer["assets"][0]["asset"] == "USDT"
    assert answer["assets"][0]["updateTime"] == 1764596409036
    assert answer["assets"][1]["updateTime"] == 0
    assert "marginAvailable" not in answer["assets"][0]


C4 = world(
    {"GASUSDT": symbol("8.736", 5, [bracket("0.015")], precision=0, isolated=True)},
    [position("GASUSDT", "-1", "8.616", wallet="1.57109202")],
)


@pytest.mark.parametrize("there", [pytest.param(C4, id="C4")])
def test_isolated_row(there: World) -> None:
    expected = {
        "unRealizedProfit": "-0.12000000",
        "isolatedMargin": "1.45109202",
        "isolatedWallet": "1.57109202",
        "liquidationPrice": "10.03654386",
    }
    check(position_figures(there)[0], expected)
    [row] = account_v3(there)["positions"]
    check(row, {"positionAmt": "-1", "isolatedMargin": "1.45109202"})


def d12(isolated: bool) -> World:
    """The FAQ's account; each contract has the one bracket the FAQ names."""
    alone = "1535443.01" if isolated else "0"
    return world(
        {
            "ETHUSDT": symbol("1335.18", 10, [bracket("0.1", "135365")], isolated=isolated),
            "BTCUSDT": symbol("31967.27", 10, [bracket("0.025", "16300")], isolated=isolated),
        },
        [
            position("ETHUSDT", "3683.979", "1456.84", wallet=alone),
            position("BTCUSDT", "109.488", "32481.98", wallet=alone),
        ],
        wallets={"USDT": "1535443.01"},
    )


def d56(quantity: str, entry: str, mmr: str, other_mmr: str, other_entry: str) -> World:
    """One contract beside another that is built to have the named TMM1 and UPNL1."""
    return world(
        {
            "S": symbol(entry, 10, [bracket(mmr)]),
            "O": symbol("100", 10, [bracket(other_mmr)]),
        },
        [position("S", quantity, entry), position("O", "1", other_entry)],
        wallets={"USDT": "10.72"},
    )


@pytest.mark.parametrize(
    ("there", "place", "digits"),
    [
        pytest.param(d12(False), 0, "1153.25646", id="D1"),
        pytest.param(d12(False), 1, "26316.89", id="D2"),
        pytest.param(d12(True), 0, "1114.78496", id="D3"),
        pytest.param(d12(True), 1, "18778.72593", id="D4"),
        pytest.param(
            d56("-0.005", "9451.53", "0.004", "0.013", "99.53"), 0, "11383.99402", id="D5"
        ),
        pytest.param(d56("1", "199.53", "0.0065", "0.0019", "100.06"), 0, "190.29693", id="D6"),
        pytest.param(C4, 0, "10.03654386", id="D7"),
    ],
)
def test_liquidation_price(there: World, place: int, digits: str) -> None:
    assert position_figures(there)[place]["liquidationPrice"].startswith(digits)


# The FAQ's own inputs, where TMM1 and UPNL1 are rounded more than a row's figures are.
ETH_LEG = ("3683.979", "1456.84", "0.1", "135365")
BTC_LEG = ("109.488", "32481.98", "0.025", "16300")


@pytest.mark.parametrize(
    ("leg", "maint", "profit", "digits"),
    [
        pytest.param(ETH_LEG, "71200.81144", "-56354.57", "1153.25646", id="D1"),
        pytest.param(BTC_LEG, "356512.508", "-448192.89", "26316.8933", id="D2"),
        pytest.param(ETH_LEG, "0", "0", "1114.78496", id="D3"),
        pytest.param(BTC_LEG, "0", "0", "18778.72593", id="D4"),
        pytest.param(("-0.005", "9451.53", "0.004", "0"), "1.3", "0.47", "11383.99402", id="D5"),
        pytest.param(("1", "199.53", "0.0065", "0"), "0.19", "-0.06", "190.29693", id="D6"),
    ],
)
def test_published_formula(
    leg: tuple[str, str, str, str], maint: str, profit: str, digits: str
) -> None:
    amount, entry, mmr, cum = leg
    wallet = "1535443.01" if cum != "0" else "10.72"
    legs = [(F(amount), F(entry))]
    price = liquidation_price(F(wallet), F(maint), F(profit), legs, [bracket(mmr, cum)], F(entry))
    assert rules.fixed(rules.t8(price), 8).startswith(digits)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param(("50", "250000", "0.01", "0.005"), "1300", id="F1"),
        pytest.param(("16300", "5000000", "0.05", "0.025"), "141300", id="F2"),
        pytest.param(("0", "5000", "0.025", "0.01"), "75", id="F3"),
    ],
)
def test_maintenance_amount(inputs: tuple[str, str, str, str], expected: str) -> None:
    cum, floor, mmr, previous = (F(text) for text in inputs)
    assert rules.bracket_cum(cum, floor, mmr, previous) == F(expected)


def g(multi: bool, held: bool) -> World:
    symbols = {
        "BTCUSDT": symbol("20000", 100, [bracket("0.008")]),
        "ETHUSDC": symbol("600", 50, [bracket("0.01")], "USDC"),
    }
    positions = [position("BTCUSDT", "0.5", "20000"), position("ETHUSDC", "20", "600")]
    wallets = {"USDT": "200", "USDC": "220"}
    return world(symbols, positions if held else [], wallets=wallets, multi=multi)


@pytest.mark.parametrize(
    ("there", "account", "usdt", "usdc"),
    [
        pytest.param(g(True, False), "416.02000000", "418.1315", "416.02000000", id="G1"),
        pytest.param(g(True, True), "76.52500000", "76.91", "76.52500000", id="G2"),
        pytest.param(g(False, False), "200.00000000", "200.0000", "220.00000000", id="G3"),
    ],
)
def test_multi_assets(there: World, account: str, usdt: str, usdc: str) -> None:
    answer = account_v3(there)
    assert answer["availableBalance"] == account
    assert answer["assets"][0]["availableBalance"].startswith(usdt)
    assert answer["assets"][1]["availableBalance"] == usdc
    assert ("marginAvailable" in answer["assets"][0]) == there["multi_assets"]
    if there["multi_assets"]:
        assert answer["totalMarginBalance"] == "416.02000000"
    if there["multi_assets"] and there["positions"]:
        assert answer["totalMaintMargin"] == "199.59600000"
        assert answer["assets"][0]["initialMargin"] == "100.00000000"
        assert answer["assets"][1]["initialMargin"] == "240.00000000"
        ratio = F(answer["totalMaintMargin"]) / F(answer["totalMarginBalance"])
        assert F("0.47975") <= ratio < F("0.47985")  # 47.98 %
        assert position_figures(there)[0]["liquidationPrice"] is None


@pytest.mark.parametrize(
    ("buffer", "bid", "ask"),
    [
        pytest.param("0.10", "1.73661633", "2.12253107", id="asset-index"),
        pytest.param("0.05", "1.83309501", "2.02605238", id="asset-index-auto"),
    ],
)
def test_asset_index(buffer: str, bid: str, ask: str) -> None:
    index: rules.IndexIn = {"index": "1.92957370", "bid_buffer": buffer, "ask_buffer": buffer}
    assert rules.bid_rate(index) == F(bid)
    assert rules.ask_rate(index) == F(ask)


# ------------------------------------------------- the model against itself, no published number

TABLE = [  # 5000 and 100000 with continuous maintenance amounts
    bracket("0.01", "0", "0", "5000"),
    bracket("0.025", "75", "5000", "100000"),
    bracket("0.05", "2575", "100000", "1000000"),
]


@pytest.mark.parametrize(
    ("wallet", "legs"),
    [
        ("4000", [("100", "1000")]),
        ("4000", [("-100", "1000")]),
        ("96000", [("100", "1000")]),
        ("100000", [("-4", "1000")]),
        ("5000", [("100", "1000"), ("-30", "900")]),
        ("5000", [("100", "1000"), ("-100", "990")]),
        ("5000", [("20", "1000"), ("-100", "990")]),
    ],
)
def test_equity_meets_maintenance_at_the_liquidation_price(
    wallet: str, legs: list[tuple[str, str]]
) -> None:
    numbers = [(F(amount), F(entry)) for amount, entry in legs]
    price = liquidation_price(F(wallet), F(0), F(0), numbers, TABLE, F(1000))
    assert price > 0
    equity = F(wallet) + sum(amount * (price - entry) for amount, entry in numbers)
    maint = F(0)
    for amount, _ in numbers:
        at = rules.bracket_at(TABLE, abs(amount) * price)
        maint += abs(amount) * price * F(at["mmr"]) - F(at["cum"])
    assert equity == maint


def test_hedge_legs_share_a_price_and_an_empty_leg_has_none() -> None:
    there = world(
        {"S": symbol("1000", 10, TABLE), "O": symbol("1", 10, TABLE), "E": symbol("1", 1, TABLE)},
        [position("S", "-30", "900", "SHORT"), position("S", "100", "1000", "LONG")],
        [order("O", "BUY", "3", "1", "LONG", True), order("O", "SELL", "3", "1", "SHORT")],
        wallets={"USDT": "50000"},
        hedge=True,
    )
    rows = position_figures(there)
    assert [(row["symbol"], row["positionSide"]) for row in rows] == [
        ("S", "LONG"), ("S", "SHORT"), ("O", "LONG"), ("O", "SHORT"),
    ]  # fmt: skip
    assert rows[0]["liquidationPrice"] == rows[1]["liquidationPrice"] != "0"
    assert rows[2]["liquidationPrice"] == rows[3]["liquidationPrice"] == "0"
    assert rows[2]["openOrderInitialMargin"] == "0"
    assert rows[3]["openOrderInitialMargin"] == "0.30000000"
    assert [row["updateTime"] for row in account_v3(there)["positions"]] == [7, 7, 0, 0]


def test_isolated_limits_and_open_orders() -> None:
    there = world(
        {
            "I": symbol("1000", 10, [bracket("0.01")], isolated=True),
            "C": symbol("100", 10, [bracket("0.01")]),
        },
        [position("I", "1", "2990/3", wallet="150"), position("C", "10", "90")],
        [order("I", "BUY", "900", "1")],
        wallets={"USDT": "1000"},
    )
    assert max_addable(there, "I", "BOTH") == F(750)  # 850 - 90 - 10; available: 760
    assert max_removable(there, "I", "BOTH") == 150 + 1000 - F("996.66666666") - 100
    assert max_removable(there, "C", "BOTH") == 0
    usdt = account_v3(there)["assets"][0]
    expected = {
        "walletBalance": "1000.00000000",
        "marginBalance": "1103.33333334",
        "initialMargin": "290.00000000",
        "crossWalletBalance": "850.00000000",
        "crossUnPnl": "100.00000000",
        "availableBalance": "760.00000000",
        "maxWithdrawAmount": "750.00000000",
    }
    check(usdt, expected)


def test_debt_counts_at_the_ask_rate() -> None:
    there = world({}, [], wallets={"USDT": "-100", "USDC": "220"}, multi=True)
    answer = account_v3(there)
    check(answer, {"totalWalletBalance": "120.50500000", "availableBalance": "120.50500000"})
    assert [row["maxWithdrawAmount"] for row in answer["assets"]] == ["0.00000000", "120.50500000"]


def test_position_row_prints_zero_and_order_of_fields() -> None:
    there = world(
        {"S": symbol("1000", 20, TABLE, precision=0)},
        [],
        [order("S", "SELL", "9", "1", "BOTH", True)],
    )
    [row] = account_v3(there)["positions"]
    assert list(row.items()) == [
        ("symbol", "S"),
        ("positionSide", "BOTH"),
        ("positionAmt", "0"),
        ("unrealizedProfit", "0.00000000"),
        ("isolatedMargin", "0"),
        ("notional", "0"),
        ("isolatedWallet", "0"),
        ("initialMargin", "0"),
        ("maintMargin", "0"),
        ("updateTime", 0),
    ]
