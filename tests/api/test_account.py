"""The account's answers: names, order, formats, and what a trader's doings put into them."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from tests.api.exchange import CATALOGUE, NOON, SECOND, Exchange
from tests.api.fields import (
    ACCOUNT_V2,
    ACCOUNT_V3,
    ASSET_V2,
    ASSET_V3,
    ASSET_V3_MULTI,
    BALANCE,
    DOUBLE,
    EIGHT,
    EIGHT_OR_ZERO,
    POSITION_V2,
    POSITION_V3,
    RISK_V2,
    RISK_V3,
    TOTALS,
    places,
    wrong_formats,
)
from tests.api.trader import Trader, open_trader

ASSETS: Final = ["FDUSD", "LDUSDT", "BFUSD", "BNB", "ETH", "BTC", "USDT", "USDC"]
AMOUNTS: Final = {name: EIGHT for name in ASSET_V3 if name not in ("asset", "updateTime")}
OF_POSITION: Final = {
    "unrealizedProfit": EIGHT,
    "isolatedMargin": EIGHT_OR_ZERO,
    "notional": EIGHT_OR_ZERO,
    "isolatedWallet": EIGHT_OR_ZERO,
    "initialMargin": EIGHT_OR_ZERO,
    "maintMargin": EIGHT_OR_ZERO,
    "positionAmt": places(3),
}
OF_RISK: Final = {
    "positionAmt": places(3),
    "entryPrice": DOUBLE,
    "breakEvenPrice": DOUBLE,
    "markPrice": EIGHT,
    "unRealizedProfit": EIGHT,
    "liquidationPrice": EIGHT_OR_ZERO,
    "notional": EIGHT_OR_ZERO,
    "isolatedWallet": EIGHT_OR_ZERO,
}


def row_of(rows: list[dict[str, Any]], name: str, value: str) -> dict[str, Any]:
    [row] = [row for row in rows if row[name] == value]
    return row


@pytest.fixture
def holder(exchange: Exchange) -> Trader:
    """Long 0.1 BTC from 50 000, a bid for 0.1 at 49 000, and the mark price at 51 000."""
    trader = open_trader(exchange, "holder")
    exchange.quote("BTCUSDT", [("49990", "1")], [("50000", "1")])
    trader.market("BUY", "0.1")
    exchange.pass_time(SECOND)
    trader.limit("BUY", "0.1", "49000")
    exchange.move(BTCUSDT="51000")
    return trader


# GET /fapi/v3/account


def test_v3_account_of_a_flat_account(alice: Trader) -> None:
    account = alice.get("/fapi/v3/account")
    assert list(account) == ACCOUNT_V3
    assert account["positions"] == []
    assert [row["asset"] for row in account["assets"]] == ASSETS
    untouched = row_of(account["assets"], "asset", "BTC")
    assert untouched == {**dict.fromkeys(AMOUNTS, "0.00000000"), "asset": "BTC", "updateTime": 0}
    usdt = row_of(account["assets"], "asset", "USDT")
    assert list(usdt) == ASSET_V3
    assert usdt["walletBalance"] == account["availableBalance"] == "10000.00000000"
    assert usdt["updateTime"] == NOON


def test_v3_account_of_a_position_and_an_order(holder: Trader) -> None:
    account = holder.get("/fapi/v3/account")
    assert list(account) == ACCOUNT_V3
    # 5 000 bought: fee 0.0005. At 51 000: 5 100 / 20, and the bid 4 900 / 20.
    assert {name: account[name] for name in TOTALS} == {
        "totalInitialMargin": "500.00000000",
        "totalMaintMargin": "20.40000000",
        "totalWalletBalance": "9997.50000000",
        "totalUnrealizedProfit": "100.00000000",
        "totalMarginBalance": "10097.50000000",
        "totalPositionInitialMargin": "255.00000000",
        "totalOpenOrderInitialMargin": "245.00000000",
        "totalCrossWalletBalance": "9997.50000000",
        "totalCrossUnPnl": "100.00000000",
        "availableBalance": "9597.50000000",
        "maxWithdrawAmount": "9597.50000000",
    }
    assert account["positions"] == [
        {
            "symbol": "BTCUSDT",
            "positionSide": "BOTH",
            "positionAmt": "0.100",
            "unrealizedProfit": "100.00000000",
            "isolatedMargin": "0",
            "notional": "5100.00000000",
            "isolatedWallet": "0",
            "initialMargin": "500.00000000",
            "maintMargin": "20.40000000",
            "updateTime": NOON,
        }
    ]
    assert list(account["positions"][0]) == POSITION_V3
    for asset in account["assets"]:
        assert list(asset) == ASSET_V3
        assert wrong_formats(asset, AMOUNTS) == []


def test_v3_account_shows_what_serves_as_margin_in_multi_assets_mode_alone(alice: Trader) -> None:
    alice.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
    account = alice.get("/fapi/v3/account")
    assert list(account) == ACCOUNT_V3
    for asset in account["assets"]:
        assert list(asset) == ASSET_V3_MULTI
        assert asset["marginAvailable"] is True
    # USDT counts at its bid rate 0.9998 × 0.9999, and is shared out at ask rates.
    assert account["totalWalletBalance"] == "9997.00020000"
    assert row_of(account["assets"], "asset", "USDC")["availableBalance"] == "9996.00059994"


def test_v3_account_of_an_isolated_position_prints_its_margin(alice: Trader) -> None:
    exchange = alice.exchange
    alice.post("/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    exchange.quote("BTCUSDT", [], [("50000", "1")])
    alice.market("BUY", "0.1")
    # 5 000 / 20 less the fee of 2.5 is what the position takes along.
    [row] = alice.get("/fapi/v3/account")["positions"]
    assert (row["isolatedWallet"], row["isolatedMargin"]) == ("247.50000000", "247.50000000")
    exchange.move(BTCUSDT="49900")
    [row] = alice.get("/fapi/v3/account")["positions"]
    assert (row["isolatedWallet"], row["isolatedMargin"]) == ("247.50000000", "237.50000000")
    assert wrong_formats(row, OF_POSITION) == []


def test_v3_account_in_hedge_mode_shows_the_legs_that_hold_something(alice: Trader) -> None:
    alice.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    alice.market("SELL", "0.1", positionSide="SHORT")
    rows = alice.get("/fapi/v3/account")["positions"]
    assert [(r["positionSide"], r["positionAmt"]) for r in rows] == [("SHORT", "-0.100")]
    alice.market("BUY", "0.2", positionSide="LONG")
    rows = alice.get("/fapi/v3/account")["positions"]
    assert [(r["positionSide"], r["positionAmt"]) for r in rows] == [
        ("LONG", "0.200"),
        ("SHORT", "-0.100"),
    ]


def test_v3_account_lists_positions_in_the_catalogues_order(bob: Trader) -> None:
    for symbol, quantity in (("ETHUSDC", "1"), ("ADAUSDT", "100"), ("BTCUSDT", "0.1")):
        bob.market("BUY", quantity, symbol=symbol)
    rows = bob.get("/fapi/v3/account")["positions"]
    assert [(row["symbol"], row["positionAmt"]) for row in rows] == [
        ("BTCUSDT", "0.100"),
        ("ADAUSDT", "100"),
        ("ETHUSDC", "1.000"),
    ]


def test_a_second_read_says_the_same_and_a_change_shows_at_once(holder: Trader) -> None:
    exchange = holder.exchange
    first = holder.ask("GET", "/fapi/v3/account").body
    assert holder.ask("GET", "/fapi/v3/account").body == first
    exchange.move(BTCUSDT="51001")
    second = holder.get("/fapi/v3/account")
    assert second["totalUnrealizedProfit"] == "100.10000000"
    exchange.transfer(holder.account_id, "USDC", "5")
    third = holder.get("/fapi/v3/account")
    assert row_of(third["assets"], "asset", "USDC")["walletBalance"] == "5.00000000"
    holder.delete("/fapi/v1/allOpenOrders", symbol="BTCUSDT")
    assert holder.get("/fapi/v3/account")["totalOpenOrderInitialMargin"] == "0.00000000"


def test_the_answer_does_not_depend_on_what_was_read_before(holder: Trader) -> None:
    """Texts and sums that are kept must not show: a venue that has just started answers alike."""
    exchange = holder.exchange
    for mark in ("51000", "50500.5", "51000"):
        exchange.move(BTCUSDT=mark)
        holder.get("/fapi/v3/account")
    holder.market("SELL", "0.05")
    warm = holder.ask("GET", "/fapi/v3/account").body
    cold = Trader(exchange.restarted(), holder.key)
    assert cold.ask("GET", "/fapi/v3/account").body == warm


def test_prices_that_an_account_does_not_depend_on_change_nothing(holder: Trader) -> None:
    exchange = holder.exchange
    first = holder.ask("GET", "/fapi/v3/account").body
    exchange.move(ETHUSDC="2600", ADAUSDT="0.6")
    exchange.index(BNB="700", USDT="0.99")
    assert holder.ask("GET", "/fapi/v3/account").body == first
    exchange.move(ETHUSDC="2601", BTCUSDT="51010")
    assert holder.get("/fapi/v3/account")["totalUnrealizedProfit"] == "101.00000000"


def test_in_multi_assets_mode_every_index_price_counts(alice: Trader) -> None:
    alice.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
    first = alice.get("/fapi/v3/account")
    alice.exchange.index(BNB="700")
    second = alice.get("/fapi/v3/account")
    # 9997.0002 / (700 x 1.05)
    assert row_of(second["assets"], "asset", "BNB")["availableBalance"] == "13.60136081"
    assert second["availableBalance"] == first["availableBalance"]


def test_a_switch_of_modes_shows_in_the_next_answer(alice: Trader) -> None:
    exchange = alice.exchange
    fresh = [Trader(exchange.restarted(), alice.key).ask("GET", "/fapi/v3/account").body]
    assert alice.ask("GET", "/fapi/v3/account").body == fresh[0]
    for path, name in (
        ("/fapi/v1/multiAssetsMargin", "multiAssetsMargin"),
        ("/fapi/v1/positionSide/dual", "dualSidePosition"),
    ):
        for mode in ("true", "false"):
            alice.post(path, **{name: mode})
            again = Trader(exchange.restarted(), alice.key)
            told = alice.ask("GET", "/fapi/v3/account")
            assert list(told.json) == ACCOUNT_V3
            assert told.body == again.ask("GET", "/fapi/v3/account").body


def test_money_that_came_and_went_leaves_its_time(alice: Trader) -> None:
    exchange = alice.exchange
    alice.get("/fapi/v3/account")
    exchange.pass_time(SECOND)
    exchange.transfer(alice.account_id, "USDT", "5")
    exchange.transfer(alice.account_id, "USDT", "-5")
    row = row_of(alice.get("/fapi/v3/account")["assets"], "asset", "USDT")
    assert (row["walletBalance"], row["updateTime"]) == ("10000.00000000", NOON + SECOND)


def test_margin_that_came_and_went_leaves_its_time(alice: Trader) -> None:
    alice.post("/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    alice.market("BUY", "0.1")
    alice.exchange.move(BTCUSDT="51000")
    [before] = alice.get("/fapi/v3/account")["positions"]
    alice.exchange.pass_time(SECOND)
    for kind in (1, 2):
        alice.post("/fapi/v1/positionMargin", symbol="BTCUSDT", amount="5", type=kind)
    [after] = alice.get("/fapi/v3/account")["positions"]
    assert after == before | {"updateTime": NOON + SECOND}


def test_answers_are_kept_of_so_many_accounts_only(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perpbox.api.account.ANSWERS_KEPT", 2)
    traders = [open_trader(exchange, USDT=str(amount)) for amount in (1, 2, 3, 4, 5)]
    for _ in range(2):
        told = [trader.get("/fapi/v3/account")["availableBalance"] for trader in traders]
        assert told == [f"{amount}.00000000" for amount in (1, 2, 3, 4, 5)]


# GET /fapi/v2/account


def test_v2_account_lists_every_symbol(holder: Trader) -> None:
    account = holder.get("/fapi/v2/account")
    assert list(account) == ACCOUNT_V2
    assert [row["symbol"] for row in account["positions"]] == list(CATALOGUE.symbols)
    assert [row["asset"] for row in account["assets"]] == ASSETS
    assert all(list(row) == POSITION_V2 for row in account["positions"])
    assert all(list(row) == ASSET_V2 for row in account["assets"])
    assert row_of(account["positions"], "symbol", "ADAUSDT") == {
        "symbol": "ADAUSDT",
        "initialMargin": "0",
        "maintMargin": "0",
        "unrealizedProfit": "0.00000000",
        "positionInitialMargin": "0",
        "openOrderInitialMargin": "0",
        "leverage": "20",
        "isolated": False,
        "entryPrice": "0.0",
        "breakEvenPrice": "0.0",
        "maxNotional": "2000000",
        "positionSide": "BOTH",
        "positionAmt": "0",
        "notional": "0",
        "isolatedWallet": "0",
        "updateTime": 0,
        "bidNotional": "0",
        "askNotional": "0",
    }


def test_v2_account_agrees_with_v3(holder: Trader) -> None:
    old, new = holder.get("/fapi/v2/account"), holder.get("/fapi/v3/account")
    assert {name: old[name] for name in TOTALS} == {name: new[name] for name in TOTALS}
    for one, other in zip(old["assets"], new["assets"], strict=True):
        assert one | {"marginAvailable": True} == other | {"marginAvailable": True}
    [held] = new["positions"]
    row = row_of(old["positions"], "symbol", "BTCUSDT")
    common = [name for name in POSITION_V3 if name in row]
    assert {name: row[name] for name in common} == {name: held[name] for name in common}
    assert (row["entryPrice"], row["breakEvenPrice"]) == ("50000.0", "50025.0")
    assert (row["bidNotional"], row["askNotional"]) == ("4900.00000000", "0")


def test_v2_account_tells_the_modes(alice: Trader) -> None:
    account = alice.get("/fapi/v2/account")
    assert account["multiAssetsMargin"] is False
    assert (account["feeTier"], account["tradeGroupId"], account["updateTime"]) == (0, -1, 0)
    alice.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
    alice.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    account = alice.get("/fapi/v2/account")
    assert account["multiAssetsMargin"] is True
    sides = [row["positionSide"] for row in account["positions"]]
    assert sides == ["LONG", "SHORT"] * len(CATALOGUE.symbols)


# Balances


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_balance_rows_repeat_the_accounts(holder: Trader, version: str) -> None:
    rows = holder.get(f"/fapi/{version}/balance")
    assert [row["asset"] for row in rows] == ASSETS
    assert all(list(row) == BALANCE for row in rows)
    asset = row_of(holder.get("/fapi/v3/account")["assets"], "asset", "USDT")
    row = row_of(rows, "asset", "USDT")
    assert row["balance"] == asset["walletBalance"]
    for name in ("crossWalletBalance", "crossUnPnl", "availableBalance", "maxWithdrawAmount"):
        assert row[name] == asset[name]
        assert EIGHT.fullmatch(row[name])
    assert row["marginAvailable"] is True
    assert row["updateTime"] == asset["updateTime"]


def test_every_account_has_an_alias_of_its_own_that_stays(alice: Trader, bob: Trader) -> None:
    aliases = [trader.get("/fapi/v3/balance")[0]["accountAlias"] for trader in (alice, bob, alice)]
    assert aliases[0] == aliases[2] != aliases[1]
    assert all(re.fullmatch("[A-Za-z0-9]{16}", alias) for alias in aliases)
    assert (
        len(
            {
                open_trader(alice.exchange).get("/fapi/v2/balance")[0]["accountAlias"]
                for _ in range(50)
            }
        )
        == 50
    )


# Position information


def test_v3_position_risk_of_a_position_and_an_order(holder: Trader) -> None:
    [row] = holder.get("/fapi/v3/positionRisk")
    assert list(row) == RISK_V3
    assert row == {
        "symbol": "BTCUSDT",
        "positionSide": "BOTH",
        "positionAmt": "0.100",
        "entryPrice": "50000.0",
        "breakEvenPrice": "50025.0",
        "markPrice": "51000.00000000",
        "unRealizedProfit": "100.00000000",
        "liquidationPrice": "0",
        "isolatedMargin": "0",
        "notional": "5100.00000000",
        "marginAsset": "USDT",
        "isolatedWallet": "0",
        "initialMargin": "500.00000000",
        "maintMargin": "20.40000000",
        "positionInitialMargin": "255.00000000",
        "openOrderInitialMargin": "245.00000000",
        "adl": row["adl"],
        "bidNotional": "4900.00000000",
        "askNotional": "0",
        "updateTime": NOON,
    }
    assert isinstance(row["adl"], int)


def test_v3_position_risk_shows_what_is_held_or_ordered(holder: Trader) -> None:
    holder.limit("BUY", "100", "0.49", symbol="ADAUSDT")
    rows = holder.get("/fapi/v3/positionRisk")
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "ADAUSDT"]
    assert holder.get("/fapi/v3/positionRisk", symbol="ADAUSDT") == rows[1:]
    assert holder.get("/fapi/v3/positionRisk", symbol="ETHUSDT") == []
    assert rows[1]["entryPrice"] == rows[1]["breakEvenPrice"] == "0.0"
    assert rows[1]["positionAmt"] == rows[1]["notional"] == rows[1]["liquidationPrice"] == "0"


def test_v3_position_risk_tells_where_a_position_ends(alice: Trader) -> None:
    alice.post("/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    alice.exchange.quote("BTCUSDT", [], [("50000", "1")])
    alice.market("BUY", "0.1")
    [row] = alice.get("/fapi/v3/positionRisk")
    # (247.5 + 0 - 0.1 × 50 000) / (0.1 × 0.004 - 0.1), half up.
    assert row["liquidationPrice"] == "47715.86345382"
    assert wrong_formats(row, OF_RISK) == []


def test_v2_position_risk_lists_every_symbol(holder: Trader) -> None:
    rows = holder.get("/fapi/v2/positionRisk")
    assert [row["symbol"] for row in rows] == list(CATALOGUE.symbols)
    assert all(list(row) == RISK_V2 for row in rows)
    assert all(wrong_formats(row, OF_RISK | {"positionAmt": DOUBLE}) == [] for row in rows[:1])
    [row] = holder.get("/fapi/v2/positionRisk", symbol="BTCUSDT")
    assert row == rows[0]
    assert row["markPrice"] == "51000.00000000"
    assert (row["leverage"], row["maxNotionalValue"]) == ("20", "100000000")
    assert (row["marginType"], row["isolated"], row["isAutoAddMargin"]) == ("cross", False, "false")
    assert row["isolatedMargin"] == "0.00000000"


def test_v2_position_risk_of_a_flat_symbol(alice: Trader) -> None:
    alice.post("/fapi/v1/marginType", symbol="ADAUSDT", marginType="ISOLATED")
    alice.post("/fapi/v1/leverage", symbol="ADAUSDT", leverage=75)
    [row] = alice.get("/fapi/v2/positionRisk", symbol="ADAUSDT")
    assert row == {
        "symbol": "ADAUSDT",
        "positionAmt": "0",
        "entryPrice": "0.0",
        "breakEvenPrice": "0.0",
        "markPrice": "0.50000000",
        "unRealizedProfit": "0.00000000",
        "liquidationPrice": "0",
        "leverage": "75",
        "maxNotionalValue": "10000",
        "marginType": "isolated",
        "isolatedMargin": "0.00000000",
        "isAutoAddMargin": "false",
        "positionSide": "BOTH",
        "notional": "0",
        "isolatedWallet": "0",
        "updateTime": 0,
        "isolated": True,
        "adlQuantile": 0,
    }


def test_hedge_mode_has_two_rows_a_symbol_in_v2(alice: Trader) -> None:
    alice.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    rows = alice.get("/fapi/v2/positionRisk", symbol="BTCUSDT")
    assert [row["positionSide"] for row in rows] == ["LONG", "SHORT"]


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_position_risk_of_an_unknown_symbol(alice: Trader, version: str) -> None:
    assert alice.refused("GET", f"/fapi/{version}/positionRisk", symbol="NOPE") == -1121
