"""Answers recorded from the live service: the same doings here give the same text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.api.errors import ApiError, Error
from tests.api import fields
from tests.api.exchange import Exchange
from tests.api.trader import ORDER, Trader, open_trader

pytestmark = pytest.mark.recorded

RECORDED: Final = Path(__file__).parents[3] / "shared" / "recorded"
OWN: Final = ("orderId", "clientOrderId", "time", "updateTime")
"""What is another venue's own: numbers and times."""


def recorded(name: str) -> Any:
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recorded answer is not here: {path}")
    data = json.loads(path.read_bytes())["data"]
    return data.get("result", data) if isinstance(data, dict) else data


def text_of(row: dict[str, Any], *left_out: str) -> str:
    """The row as JSON text, in its own order, without what is left out."""
    return json.dumps({name: value for name, value in row.items() if name not in left_out})


@pytest.fixture
def rich(exchange: Exchange) -> Trader:
    return open_trader(exchange, USDT="1000000", USDC="1000000")


# Orders, over the WebSocket API in 2025-12


def test_a_placed_order(rich: Trader) -> None:
    told = rich.limit("BUY", "1", "32000")
    assert text_of(told, *OWN) == text_of(recorded("roq_ws_order_place"), *OWN)


def test_an_amended_and_a_canceled_order(rich: Trader) -> None:
    rich.limit("BUY", "1", "32000")
    amended = rich.put(ORDER, symbol="BTCUSDT", orderId=1, side="BUY", quantity=1, price="32323.0")
    assert text_of(amended, *OWN) == text_of(recorded("roq_ws_order_modify"), *OWN)
    canceled = rich.delete(ORDER, symbol="BTCUSDT", orderId=1)
    assert text_of(canceled, *OWN) == text_of(recorded("roq_ws_order_cancel"), *OWN)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("place", Error.MAX_LEVERAGE_RATIO),
        ("modify", Error.NO_SUCH_ORDER),
        ("cancel", Error.CANCEL_REJECTED),
    ],
)
def test_a_refused_order(name: str, error: Error) -> None:
    assert ApiError(error).body() == recorded(f"roq_ws_order_{name}_fail")["error"]


def test_an_open_order(rich: Trader) -> None:
    [row] = recorded("openOrder_btcusdc_20250504")
    rich.exchange.move(BTCUSDC="86000")
    rich.market("BUY", "0.002", symbol="BTCUSDC")
    rich.limit("SELL", "0.001", "86550", symbol="BTCUSDC", reduceOnly="true")
    [told] = rich.get("/fapi/v1/openOrders", symbol="BTCUSDC")
    assert text_of(told, *OWN) == text_of(row, *OWN)


# Fills and positions


def test_a_fill(rich: Trader) -> None:
    """All but the marginAsset, which was gone by 2025, and the fee: that account paid 0.0004."""
    row, _ = recorded("userTrades_eth_20220922")
    exchange = rich.exchange
    exchange.move(ETHUSDT="1251.92")
    exchange.quote("ETHUSDT", [("1251.92", "1")], [])
    rich.market("SELL", "0.020", symbol="ETHUSDT")
    [told] = rich.get("/fapi/v1/userTrades", symbol="ETHUSDT")
    assert list(told) == [name for name in row if name != "marginAsset"]
    for name in ("price", "realizedPnl", "commissionAsset", "positionSide", "buyer", "maker"):
        assert told[name] == row[name]
    assert (told["qty"], told["quoteQty"], told["commission"]) == (
        "0.020",
        "25.03840",
        "0.01251920",
    )


def test_a_position(rich: Trader) -> None:
    """But for the break-even price, with a fee of 0.0004 in it, and the testnet's bracket."""
    [row] = recorded("positionRisk_v3_eth_testnet_20260909")
    exchange = rich.exchange
    exchange.move(ETHUSDT="2489.88")
    exchange.quote("ETHUSDT", [], [("2489.88", "1")])
    rich.market("BUY", "0.010", symbol="ETHUSDT")
    exchange.move(ETHUSDT="2492.02649225")
    [told] = rich.get("/fapi/v3/positionRisk")
    others = ("breakEvenPrice", "maintMargin", "adl", "updateTime")
    assert text_of(told, *others) == text_of(row, *others)
    assert list(told) == list(row)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("positionRisk_v3_btcusdc_20250504", fields.RISK_V3),
        ("positionRisk_v3_gobinance_openorder_8x", fields.RISK_V3),
        ("positionRisk_v2_isolated_btc_20240720", fields.RISK_V2),
        ("positionRisk_v2_isolated_doge_20240922", fields.RISK_V2),
        ("assetIndex_gobinance_20240628", fields.ASSET_INDEX),
        ("roq_ws_account_balance_20251125", fields.BALANCE),
        ("position_v2_isolated_btc10x_20250625", fields.POSITION_V2),
    ],
)
def test_names_and_their_order(name: str, wanted: list[str]) -> None:
    assert all(list(row) == wanted for row in recorded(name))


def test_names_of_the_v2_account() -> None:
    account = recorded("roq_ws_account_status_single_20251125")
    assert list(account) == fields.ACCOUNT_V2
    assert all(list(row) == fields.ASSET_V2 for row in account["assets"])
    assert all(list(row) == fields.POSITION_V2 for row in account["positions"])


def test_a_flat_row_of_the_v2_account(rich: Trader) -> None:
    wanted = recorded("roq_ws_account_status_single_20251125")
    told = rich.get("/fapi/v2/account")
    [flat] = [row for row in told["positions"] if row["symbol"] == "ADAUSDT"]
    assert text_of(flat, "symbol", "maxNotional") == text_of(
        wanted["positions"][0], "symbol", "maxNotional"
    )
    [untouched] = [row for row in told["assets"] if row["asset"] == "FDUSD"]
    assert text_of(untouched) == text_of(wanted["assets"][0])


def test_limits_and_the_head_of_the_exchange_info() -> None:
    """Recorded while each symbol had its MAX_NUM_ALGO_ORDERS."""
    wanted = recorded("roq_exchangeInfo_usdm_trunc")
    told = Exchange(api_date="2025-12-01").get("/fapi/v1/exchangeInfo")
    assert list(told) == list(wanted)
    assert told["rateLimits"] == wanted["rateLimits"]
    assert set(wanted["symbols"][0]) <= set(told["symbols"][0])
    kinds = [each["filterType"] for each in wanted["symbols"][0]["filters"]]
    assert [each["filterType"] for each in told["symbols"][0]["filters"]] == kinds
