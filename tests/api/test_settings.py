"""Leverage, margin type, modes and isolated margin: what is told, and what stands in the way."""

from __future__ import annotations

from typing import Final

import pytest

from tests.api.exchange import Exchange
from tests.api.fields import LEVERAGE
from tests.api.trader import Trader, open_trader

BTC: Final = {"symbol": "BTCUSDT"}
SET_LEVERAGE: Final = "/fapi/v1/leverage"
MARGIN_TYPE: Final = "/fapi/v1/marginType"
POSITION_MODE: Final = "/fapi/v1/positionSide/dual"
ASSET_MODE: Final = "/fapi/v1/multiAssetsMargin"
MARGIN: Final = "/fapi/v1/positionMargin"
SUCCESS: Final = {"code": 200, "msg": "success"}


# Leverage


def test_leverage_is_set_and_its_limit_told(alice: Trader) -> None:
    told = alice.post(SET_LEVERAGE, **BTC, leverage=150)
    assert list(told) == LEVERAGE
    assert told == {"symbol": "BTCUSDT", "leverage": 150, "maxNotionalValue": "300000"}
    assert alice.post(SET_LEVERAGE, **BTC, leverage="1")["maxNotionalValue"] == "1800000000"
    [row] = alice.get("/fapi/v1/symbolConfig", **BTC)
    assert row["leverage"] == 1


def test_the_same_leverage_once_more_is_no_error(alice: Trader) -> None:
    assert alice.post(SET_LEVERAGE, **BTC, leverage=20) == alice.post(
        SET_LEVERAGE, **BTC, leverage=20
    )


@pytest.mark.parametrize("leverage", ["0", "-1", "151", "9" * 18])
def test_a_leverage_that_the_symbol_does_not_have(alice: Trader, leverage: str) -> None:
    assert alice.refused("POST", SET_LEVERAGE, **BTC, leverage=leverage) == -4028
    message = alice.ask("POST", SET_LEVERAGE, **BTC, leverage=leverage).json["msg"]
    assert message == f"Leverage {leverage} is not valid"


@pytest.mark.parametrize("leverage", [None, "", "many", "1.5", "1e2", "9" * 20])
def test_a_leverage_that_is_no_number(alice: Trader, leverage: str | None) -> None:
    assert alice.refused("POST", SET_LEVERAGE, **BTC, leverage=leverage) == -1102


def test_leverage_within_what_is_held(alice: Trader) -> None:
    alice.exchange.transfer(alice.account_id, "USDT", "40000")
    alice.market("BUY", "10")
    assert alice.refused("POST", SET_LEVERAGE, **BTC, leverage=150) == -2027
    assert alice.refused("POST", SET_LEVERAGE, **BTC, leverage=5) == -2028
    assert alice.post(SET_LEVERAGE, **BTC, leverage=25)["leverage"] == 25


def test_leverage_of_an_isolated_position_only_rises(alice: Trader) -> None:
    alice.post(MARGIN_TYPE, **BTC, marginType="ISOLATED")
    alice.market("BUY", "0.1")
    assert alice.refused("POST", SET_LEVERAGE, **BTC, leverage=19) == -4161
    assert alice.post(SET_LEVERAGE, **BTC, leverage=21)["leverage"] == 21


# Margin type


def test_margin_type_is_set(alice: Trader) -> None:
    assert alice.post(MARGIN_TYPE, **BTC, marginType="ISOLATED") == SUCCESS
    assert alice.refused("POST", MARGIN_TYPE, **BTC, marginType="ISOLATED") == -4046
    assert alice.post(MARGIN_TYPE, **BTC, marginType="CROSSED") == SUCCESS
    assert alice.refused("POST", MARGIN_TYPE, **BTC, marginType="CROSSED") == -4046


def test_what_stands_in_the_way_of_a_margin_type(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    assert alice.refused("POST", MARGIN_TYPE, **BTC, marginType="ISOLATED") == -4047
    alice.delete("/fapi/v1/allOpenOrders", **BTC)
    alice.market("BUY", "0.1")
    assert alice.refused("POST", MARGIN_TYPE, **BTC, marginType="ISOLATED") == -4048
    assert alice.post(MARGIN_TYPE, symbol="ADAUSDT", marginType="ISOLATED") == SUCCESS


@pytest.mark.parametrize(
    ("kind", "code"), [(None, -1102), ("", -1102), ("isolated", -1130), ("BOTH", -1130)]
)
def test_a_margin_type_that_is_none(alice: Trader, kind: str | None, code: int) -> None:
    assert alice.refused("POST", MARGIN_TYPE, **BTC, marginType=kind) == code


# Position mode


@pytest.mark.parametrize("sent", ["true", "True", "TRUE"])
def test_position_mode_is_set(alice: Trader, sent: str) -> None:
    assert alice.get(POSITION_MODE) == {"dualSidePosition": False}
    assert alice.post(POSITION_MODE, dualSidePosition=sent) == SUCCESS
    assert alice.get(POSITION_MODE) == {"dualSidePosition": True}
    assert alice.refused("POST", POSITION_MODE, dualSidePosition="true") == -4059
    assert alice.post(POSITION_MODE, dualSidePosition="False") == SUCCESS


def test_what_stands_in_the_way_of_a_position_mode(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    assert alice.refused("POST", POSITION_MODE, dualSidePosition="true") == -4067
    alice.delete("/fapi/v1/allOpenOrders", **BTC)
    alice.market("BUY", "0.1")
    assert alice.refused("POST", POSITION_MODE, dualSidePosition="true") == -4068


@pytest.mark.parametrize("path", [POSITION_MODE, ASSET_MODE])
@pytest.mark.parametrize("sent", [None, "", "yes", "1"])
def test_a_mode_that_is_none(alice: Trader, path: str, sent: str | None) -> None:
    name = "dualSidePosition" if path == POSITION_MODE else "multiAssetsMargin"
    assert alice.refused("POST", path, **{name: sent}) == -1102


# Asset mode


def test_asset_mode_is_set(alice: Trader) -> None:
    assert alice.get(ASSET_MODE) == {"multiAssetsMargin": False}
    assert alice.post(ASSET_MODE, multiAssetsMargin="true") == SUCCESS
    assert alice.get(ASSET_MODE) == {"multiAssetsMargin": True}
    assert alice.refused("POST", ASSET_MODE, multiAssetsMargin="true") == -4171
    assert alice.refused("POST", MARGIN_TYPE, **BTC, marginType="ISOLATED") == -4168
    assert alice.post(ASSET_MODE, multiAssetsMargin="FALSE") == SUCCESS


def test_what_stands_in_the_way_of_an_asset_mode(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000")
    assert alice.refused("POST", ASSET_MODE, multiAssetsMargin="true") == -4170
    alice.delete("/fapi/v1/allOpenOrders", **BTC)
    alice.post(MARGIN_TYPE, symbol="ADAUSDT", marginType="ISOLATED")
    assert alice.refused("POST", ASSET_MODE, multiAssetsMargin="true") == -4167


def test_a_wallet_below_zero_stands_in_the_way_of_multi_assets(exchange: Exchange) -> None:
    exchange.empty_the_fund("USDC")
    trader = open_trader(exchange, USDC="60", USDT="10000")
    trader.post("/fapi/v1/leverage", symbol="ETHUSDC", leverage="50")
    trader.market("BUY", "1", symbol="ETHUSDC")
    exchange.quote("ETHUSDC", [("2390", "1")], [])
    trader.market("SELL", "1", symbol="ETHUSDC")
    assert trader.refused("POST", ASSET_MODE, multiAssetsMargin="true") == -4172


def test_a_debt_stands_in_the_way_of_single_asset_mode(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="10000")
    trader.post(ASSET_MODE, multiAssetsMargin="true")
    trader.market("BUY", "0.01", symbol="ETHUSDC")
    trader.limit("BUY", "0.01", "2400", symbol="ETHUSDC")
    trader.market("SELL", "0.01", symbol="ETHUSDC")
    trader.delete("/fapi/v1/allOpenOrders", symbol="ETHUSDC")
    # Fees and the spread were paid in USDC, of which there was none; it is too little for an
    # auto-exchange.
    assert trader.refused("POST", ASSET_MODE, multiAssetsMargin="false") == -4169


def test_a_position_that_other_assets_carry_does_too(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDC="10000")
    trader.post(ASSET_MODE, multiAssetsMargin="true")
    trader.market("BUY", "0.1")
    assert trader.refused("POST", ASSET_MODE, multiAssetsMargin="false") == -4169


# Isolated margin


@pytest.fixture
def isolated(alice: Trader) -> Trader:
    """Alice, long 0.1 BTC from 50 000 on isolated margin: 250 less the fee of 2.5."""
    alice.post(MARGIN_TYPE, **BTC, marginType="ISOLATED")
    alice.exchange.quote("BTCUSDT", [], [("50000", "1")])
    alice.market("BUY", "0.1")
    return alice


def wallet(trader: Trader) -> str:
    [row] = trader.get("/fapi/v3/positionRisk", **BTC)
    return str(row["isolatedWallet"])


def test_margin_is_put_in_and_taken_out(isolated: Trader) -> None:
    told = isolated.post(MARGIN, **BTC, amount="100.5", type=1)
    assert list(told) == ["amount", "code", "msg", "type"]
    assert told == {
        "amount": 100.5,
        "code": 200,
        "msg": "Successfully modify position margin.",
        "type": 1,
    }
    assert isinstance(told["amount"], float)
    assert wallet(isolated) == "348.00000000"
    assert isolated.post(MARGIN, **BTC, amount="50", type="2")["type"] == 2
    assert wallet(isolated) == "298.00000000"


def test_more_margin_than_there_is(isolated: Trader) -> None:
    assert isolated.refused("POST", MARGIN, **BTC, amount="9750.00000001", type=1) == -4050
    assert isolated.refused("POST", MARGIN, **BTC, amount="100", type=2) == -4051
    assert isolated.post(MARGIN, **BTC, amount="9750", type=1)["code"] == 200
    assert isolated.get("/fapi/v3/account")["availableBalance"] == "0.00000000"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"symbol": "ADAUSDT"}, -4049),
        ({"amount": "0"}, -4055),
        ({"amount": "-1"}, -4055),
        ({"amount": "1e2"}, -1102),
        ({"amount": "0.000000001"}, -1111),
        ({"amount": None}, -1102),
        ({"type": None}, -1102),
        ({"type": "0"}, -1130),
        ({"type": "add"}, -1102),
        ({"positionSide": "LONG"}, -4061),
        ({"positionSide": ""}, -1105),
        ({"positionSide": "UP"}, -4060),
    ],
)
def test_what_is_wrong_with_a_change_of_margin(
    isolated: Trader, change: dict[str, object], code: int
) -> None:
    wanted = {**BTC, "amount": "1", "type": "1"}
    assert isolated.refused("POST", MARGIN, **{**wanted, **change}) == code


def test_margin_of_an_empty_position(alice: Trader) -> None:
    alice.post(MARGIN_TYPE, **BTC, marginType="ISOLATED")
    assert alice.refused("POST", MARGIN, **BTC, amount="1", type=1) == -4054


def test_margin_of_one_leg_in_hedge_mode(alice: Trader) -> None:
    alice.post(POSITION_MODE, dualSidePosition="true")
    alice.post(MARGIN_TYPE, **BTC, marginType="ISOLATED")
    alice.market("BUY", "0.1", positionSide="LONG")
    assert alice.refused("POST", MARGIN, **BTC, amount="1", type=1) == -4061
    before = wallet(alice)
    alice.post(MARGIN, **BTC, amount="1", type=1, positionSide="LONG")
    assert float(wallet(alice)) == pytest.approx(float(before) + 1)
