"""The account answers of the first version, with the fields that its pages had last."""

from __future__ import annotations

from perpbox.account import Account, Exposure, Position, PositionFigures
from perpbox.api.shapes.account import Row, isolated_amounts
from perpbox.api.shapes.numbers import row_amount
from perpbox.doubles import entry_price
from perpbox.margin.asset import AssetFigures, Totals
from perpbox.money import Price, text, text_at, text_short


def account(account: Account, totals: Totals, assets: list[Row], positions: list[Row]) -> Row:
    """`GET /fapi/v1/account`."""
    return {
        "assets": assets,
        "canDeposit": True,
        "canTrade": True,
        "canWithdraw": True,
        "feeTier": account.fee_tier,
        "maxWithdrawAmount": text(totals.max_withdraw_amount),
        "positions": positions,
        "totalInitialMargin": text(totals.initial_margin),
        "totalMaintMargin": text(totals.maint_margin),
        "totalMarginBalance": text(totals.margin_balance),
        "totalOpenOrderInitialMargin": text(totals.open_order_initial_margin),
        "totalPositionInitialMargin": text(totals.position_initial_margin),
        "totalUnrealizedProfit": text(totals.unrealized_profit),
        "totalWalletBalance": text(totals.wallet_balance),
        "updateTime": 0,
    }


def asset(row: AssetFigures) -> Row:
    """One row of `assets`."""
    return {
        "asset": row.asset,
        "initialMargin": text(row.initial_margin),
        "maintMargin": text(row.maint_margin),
        "marginBalance": text(row.margin_balance),
        "maxWithdrawAmount": text(row.max_withdraw_amount),
        "openOrderInitialMargin": text(row.open_order_initial_margin),
        "positionInitialMargin": text(row.position_initial_margin),
        "unrealizedProfit": text(row.unrealized_profit),
        "walletBalance": text(row.wallet_balance),
    }


def position(exposure: Exposure, position: Position, figures: PositionFigures) -> Row:
    """One row of `positions`."""
    return {
        "isolated": exposure.isolated,
        "leverage": str(exposure.leverage),
        "initialMargin": row_amount(figures.initial_margin),
        "maintMargin": row_amount(figures.maint_margin),
        "openOrderInitialMargin": row_amount(figures.open_order_initial_margin),
        "positionInitialMargin": row_amount(figures.position_initial_margin),
        "symbol": exposure.symbol.name,
        "unrealizedProfit": text(figures.unrealized_profit),
        "entryPrice": entry_price(position),
        "maxNotional": text_short(exposure.symbol.max_notional(exposure.leverage)),
        "positionSide": position.position_side.value,
    }


def balance(account_id: int, row: AssetFigures) -> Row:
    """One row of `GET /fapi/v1/balance`."""
    return {
        "accountId": account_id,
        "asset": row.asset,
        "balance": text(row.wallet_balance),
        "withdrawAvailable": text(row.max_withdraw_amount),
        "updateTime": row.updated,
    }


def position_risk(
    exposure: Exposure, position: Position, figures: PositionFigures, liquidation: Price
) -> Row:
    """One row of `GET /fapi/v1/positionRisk`."""
    symbol = exposure.symbol
    margin, _ = isolated_amounts(exposure, position, figures)
    return {
        "entryPrice": entry_price(position),
        "marginType": "isolated" if exposure.isolated else "cross",
        "isAutoAddMargin": "false",
        "isolatedMargin": "0.00000000" if margin == "0" else margin,
        "leverage": str(exposure.leverage),
        "liquidationPrice": row_amount(liquidation),
        "markPrice": text(figures.mark),
        "maxNotionalValue": text_short(symbol.max_notional(exposure.leverage)),
        "positionAmt": text_at(position.quantity, symbol.quantity_precision),
        "symbol": symbol.name,
        "unRealizedProfit": text(figures.unrealized_profit),
        "positionSide": position.position_side.value,
    }
