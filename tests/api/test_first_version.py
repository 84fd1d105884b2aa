"""The first version of account, balance and positionRisk: its names, the values of the second."""

from __future__ import annotations

from typing import Any, Final

import pytest

from perpbox.api import first_version
from perpbox.api.routes import ROUTES
from tests.api.fields import names
from tests.api.trader import Trader

ACCOUNT: Final = names(
    "assets canDeposit canTrade canWithdraw feeTier maxWithdrawAmount positions totalInitialMargin"
    " totalMaintMargin totalMarginBalance totalOpenOrderInitialMargin totalPositionInitialMargin"
    " totalUnrealizedProfit totalWalletBalance updateTime"
)
ASSET: Final = names(
    "asset initialMargin maintMargin marginBalance maxWithdrawAmount openOrderInitialMargin"
    " positionInitialMargin unrealizedProfit walletBalance"
)
POSITION: Final = names(
    "isolated leverage initialMargin maintMargin openOrderInitialMargin positionInitialMargin"
    " symbol unrealizedProfit entryPrice maxNotional positionSide"
)
BALANCE: Final = names("accountId asset balance withdrawAvailable updateTime")
RISK: Final = names(
    "entryPrice marginType isAutoAddMargin isolatedMargin leverage liquidationPrice markPrice"
    " maxNotionalValue positionAmt symbol unRealizedProfit positionSide"
)


@pytest.fixture
def holder(alice: Trader) -> Trader:
    """Somebody with a cross and an isolated position, and an open order."""
    alice.exchange.transfer(alice.account_id, "USDC", "5000")
    alice.post("/fapi/v1/marginType", symbol="ADAUSDT", marginType="ISOLATED")
    alice.market("BUY", "0.1")
    alice.market("SELL", "1000", symbol="ADAUSDT")
    alice.limit("BUY", "0.1", "48000")
    alice.exchange.move(BTCUSDT="50500", ADAUSDT="0.51")
    return alice


def said_alike(old: dict[str, Any], new: dict[str, Any], *, apart: str = "") -> None:
    """Every field of the first version has the value that the second tells under this name."""
    for name, value in old.items():
        if name not in names(apart):
            assert value == new[name], name


def test_account(holder: Trader) -> None:
    old, new = holder.get("/fapi/v1/account"), holder.get("/fapi/v2/account")
    assert list(old) == ACCOUNT
    said_alike(old, new, apart="assets positions")
    assert all(list(row) == ASSET for row in old["assets"])
    assert all(list(row) == POSITION for row in old["positions"])
    for part in ("assets", "positions"):
        for mine, theirs in zip(old[part], new[part], strict=True):
            said_alike(mine, theirs)


def test_balance(holder: Trader) -> None:
    old, new = holder.get("/fapi/v1/balance"), holder.get("/fapi/v2/balance")
    for mine, theirs in zip(old, new, strict=True):
        assert list(mine) == BALANCE
        assert mine["accountId"] == holder.account_id
        assert mine["withdrawAvailable"] == theirs["maxWithdrawAmount"]
        said_alike(mine, theirs, apart="accountId withdrawAvailable")


def test_position_risk(holder: Trader) -> None:
    old, new = holder.get("/fapi/v1/positionRisk"), holder.get("/fapi/v2/positionRisk")
    for mine, theirs in zip(old, new, strict=True):
        assert list(mine) == RISK
        said_alike(mine, theirs)


def test_it_knows_hedge_mode(alice: Trader) -> None:
    alice.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    rows = alice.get("/fapi/v1/positionRisk")
    assert {row["positionSide"] for row in rows} == {"LONG", "SHORT"}


def test_all_of_it_is_served() -> None:
    served = {route.handler for route in ROUTES}
    assert {first_version.account, first_version.balance, first_version.position_risk} <= served
