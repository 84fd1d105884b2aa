"""The account answers: v3 and v2 of account, balance and positionRisk, and the configurations."""

from __future__ import annotations

from collections.abc import Iterable

from perpbox.account import Account, Exposure, Position, PositionFigures
from perpbox.api.shapes.numbers import row_amount
from perpbox.doubles import break_even_price, entry_price
from perpbox.instrument import MarginAsset
from perpbox.margin.account import AccountFigures
from perpbox.margin.asset import AssetFigures, Totals
from perpbox.money import SCALE, Price, cut, text, text_at, text_short

Row = dict[str, object]


def account_v3(account: Account, figures: AccountFigures, assets: Iterable[MarginAsset]) -> bytes:
    """`GET /fapi/v3/account`, field by field in the order of its page.

    Rows are written once and kept with what they show: a position's with its figures, an asset's
    until a sum in it changes.
    """
    write = _shared_asset if account.multi_assets else _asset
    rows = ",".join([write(figures.assets[asset.name], asset) for asset in assets])
    positions = ",".join(
        [
            (position.figures and position.figures.text) or _position(exposure, position)
            for exposure, position in shown_positions(account)
        ]
    )
    head = totals_v3(figures.totals)
    return f'{{{head},"assets":[{rows}],"positions":[{positions}]}}'.encode()


def _asset(row: AssetFigures, asset: MarginAsset) -> str:
    """A row of single-asset mode, which depends on its own sums alone."""
    if row.text is None:
        whole = asset_v3_head(row) + asset_v3_available(row) + asset_v3_tail(row)
        row.text = (whole, "")
    return row.text[0]


def _shared_asset(row: AssetFigures, asset: MarginAsset) -> str:
    """A row of multi-assets mode: its two available amounts are those of the whole account."""
    if row.text is None:
        available = "true" if asset.margin_available else "false"
        tail = f'"marginAvailable":{available},{asset_v3_tail(row)}'
        row.text = (asset_v3_head(row), tail)
    return f"{row.text[0]}{asset_v3_available(row)}{row.text[1]}"


def _position(exposure: Exposure, position: Position) -> str:
    """Write the row and keep it with the figures that the account's sums were just made of."""
    figures = position.figures
    if figures is None:
        raise LookupError("the account's figures come before its text")
    figures.text = position_v3(exposure, position, figures)
    return figures.text


def shown_positions(account: Account) -> list[tuple[Exposure, Position]]:
    """The legs with a position or an open order: by symbol, LONG before SHORT."""
    return [
        (exposure, position)
        for exposure in account.active.values()
        for position in exposure.positions.values()
        if position.is_shown
    ]


def totals_v3(totals: Totals) -> str:
    """The head of the answer, without braces."""
    return (
        f'"totalInitialMargin":"{text(totals.initial_margin)}",'
        f'"totalMaintMargin":"{text(totals.maint_margin)}",'
        f'"totalWalletBalance":"{text(totals.wallet_balance)}",'
        f'"totalUnrealizedProfit":"{text(totals.unrealized_profit)}",'
        f'"totalMarginBalance":"{text(totals.margin_balance)}",'
        f'"totalPositionInitialMargin":"{text(totals.position_initial_margin)}",'
        f'"totalOpenOrderInitialMargin":"{text(totals.open_order_initial_margin)}",'
        f'"totalCrossWalletBalance":"{text(totals.cross_wallet_balance)}",'
        f'"totalCrossUnPnl":"{text(totals.cross_unrealized_profit)}",'
        f'"availableBalance":"{text(totals.available_balance)}",'
        f'"maxWithdrawAmount":"{text(totals.max_withdraw_amount)}"'
    )


def asset_v3_head(row: AssetFigures) -> str:
    """A row of `assets` up to its available balance."""
    return (
        f'{{"asset":"{row.asset}",'
        f'"walletBalance":"{text(row.wallet_balance)}",'
        f'"unrealizedProfit":"{text(row.unrealized_profit)}",'
        f'"marginBalance":"{text(row.margin_balance)}",'
        f'"maintMargin":"{text(row.maint_margin)}",'
        f'"initialMargin":"{text(row.initial_margin)}",'
        f'"positionInitialMargin":"{text(row.position_initial_margin)}",'
        f'"openOrderInitialMargin":"{text(row.open_order_initial_margin)}",'
        f'"crossWalletBalance":"{text(row.cross_wallet_balance)}",'
        f'"crossUnPnl":"{text(row.cross_unrealized_profit)}",'
    )


def asset_v3_available(row: AssetFigures) -> str:
    """Its two amounts that depend on the whole account."""
    return (
        f'"availableBalance":"{text(row.available_balance)}",'
        f'"maxWithdrawAmount":"{text(row.max_withdraw_amount)}",'
    )


def asset_v3_tail(row: AssetFigures) -> str:
    return f'"updateTime":{row.updated}}}'


def position_v3(exposure: Exposure, position: Position, figures: PositionFigures) -> str:
    """One row of `positions`."""
    symbol = exposure.symbol
    margin, wallet = isolated_amounts(exposure, position, figures)
    return (
        f'{{"symbol":"{symbol.name}",'
        f'"positionSide":"{position.position_side.value}",'
        f'"positionAmt":"{text_at(position.quantity, symbol.quantity_precision)}",'
        f'"unrealizedProfit":"{text(figures.unrealized_profit)}",'
        f'"isolatedMargin":"{margin}",'
        f'"notional":"{row_amount(figures.notional)}",'
        f'"isolatedWallet":"{wallet}",'
        f'"initialMargin":"{row_amount(figures.initial_margin)}",'
        f'"maintMargin":"{row_amount(figures.maint_margin)}",'
        f'"updateTime":{position.updated}}}'
    )


def isolated_amounts(
    exposure: Exposure, position: Position, figures: PositionFigures
) -> tuple[str, str]:
    """(isolatedMargin, isolatedWallet), both "0" when cross."""
    if not exposure.isolated:
        return "0", "0"
    wallet = position.isolated_wallet
    return row_amount(wallet + figures.unrealized_profit), row_amount(wallet)


def asset_v2(row: AssetFigures, asset: MarginAsset) -> Row:
    """One row of `assets` of v2/account: `marginAvailable` in both modes."""
    return {
        "asset": row.asset,
        "walletBalance": text(row.wallet_balance),
        "unrealizedProfit": text(row.unrealized_profit),
        "marginBalance": text(row.margin_balance),
        "maintMargin": text(row.maint_margin),
        "initialMargin": text(row.initial_margin),
        "positionInitialMargin": text(row.position_initial_margin),
        "openOrderInitialMargin": text(row.open_order_initial_margin),
        "maxWithdrawAmount": text(row.max_withdraw_amount),
        "crossWalletBalance": text(row.cross_wallet_balance),
        "crossUnPnl": text(row.cross_unrealized_profit),
        "availableBalance": text(row.available_balance),
        "marginAvailable": asset.margin_available,
        "updateTime": row.updated,
    }


def position_v2(exposure: Exposure, position: Position, figures: PositionFigures) -> Row:
    """One row of `positions` of v2/account, with the fields that live answers carry."""
    symbol = exposure.symbol
    return {
        "symbol": symbol.name,
        "initialMargin": row_amount(figures.initial_margin),
        "maintMargin": row_amount(figures.maint_margin),
        "unrealizedProfit": text(figures.unrealized_profit),
        "positionInitialMargin": row_amount(figures.position_initial_margin),
        "openOrderInitialMargin": row_amount(figures.open_order_initial_margin),
        "leverage": str(exposure.leverage),
        "isolated": exposure.isolated,
        "entryPrice": entry_price(position),
        "breakEvenPrice": break_even_price(position),
        "maxNotional": text_short(symbol.max_notional(exposure.leverage)),
        "positionSide": position.position_side.value,
        "positionAmt": text_at(position.quantity, symbol.quantity_precision),
        "notional": row_amount(figures.notional),
        "isolatedWallet": isolated_amounts(exposure, position, figures)[1],
        "updateTime": position.updated,
        "bidNotional": row_amount(cut(position.buy_notional, SCALE)),
        "askNotional": row_amount(cut(position.sell_notional, SCALE)),
    }


def balance(row: AssetFigures, asset: MarginAsset, alias: str) -> Row:
    """One row of v2 and v3 balance."""
    return {
        "accountAlias": alias,
        "asset": row.asset,
        "balance": text(row.wallet_balance),
        "crossWalletBalance": text(row.cross_wallet_balance),
        "crossUnPnl": text(row.cross_unrealized_profit),
        "availableBalance": text(row.available_balance),
        "maxWithdrawAmount": text(row.max_withdraw_amount),
        "marginAvailable": asset.margin_available,
        "updateTime": row.updated,
    }


def risk_v3(
    exposure: Exposure,
    position: Position,
    figures: PositionFigures,
    liquidation: Price,
    quantile: int,
) -> Row:
    """One row of v3/positionRisk."""
    symbol = exposure.symbol
    margin, wallet = isolated_amounts(exposure, position, figures)
    return {
        "symbol": symbol.name,
        "positionSide": position.position_side.value,
        "positionAmt": text_at(position.quantity, symbol.quantity_precision),
        "entryPrice": entry_price(position),
        "breakEvenPrice": break_even_price(position),
        "markPrice": text(figures.mark),
        "unRealizedProfit": text(figures.unrealized_profit),
        "liquidationPrice": row_amount(liquidation),
        "isolatedMargin": margin,
        "notional": row_amount(figures.notional),
        "marginAsset": symbol.margin_asset,
        "isolatedWallet": wallet,
        "initialMargin": row_amount(figures.initial_margin),
        "maintMargin": row_amount(figures.maint_margin),
        "positionInitialMargin": row_amount(figures.position_initial_margin),
        "openOrderInitialMargin": row_amount(figures.open_order_initial_margin),
        "adl": quantile,
        "bidNotional": row_amount(cut(position.buy_notional, SCALE)),
        "askNotional": row_amount(cut(position.sell_notional, SCALE)),
        "updateTime": position.updated,
    }


def risk_v2(
    exposure: Exposure,
    position: Position,
    figures: PositionFigures,
    liquidation: Price,
    quantile: int,
) -> Row:
    """One row of v2/positionRisk."""
    symbol = exposure.symbol
    margin, wallet = isolated_amounts(exposure, position, figures)
    return {
        "symbol": symbol.name,
        "positionAmt": text_at(position.quantity, symbol.quantity_precision),
        "entryPrice": entry_price(position),
        "breakEvenPrice": break_even_price(position),
        "markPrice": text(figures.mark),
        "unRealizedProfit": text(figures.unrealized_profit),
        "liquidationPrice": row_amount(liquidation),
        "leverage": str(exposure.leverage),
        "maxNotionalValue": text_short(symbol.max_notional(exposure.leverage)),
        "marginType": "isolated" if exposure.isolated else "cross",
        "isolatedMargin": "0.00000000" if margin == "0" else margin,
        "isAutoAddMargin": "false",
        "positionSide": position.position_side.value,
        "notional": row_amount(figures.notional),
        "isolatedWallet": wallet,
        "updateTime": position.updated,
        "isolated": exposure.isolated,
        "adlQuantile": quantile,
    }


def account_config(account: Account) -> Row:
    """`GET /fapi/v1/accountConfig`."""
    return {
        "feeTier": account.fee_tier,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "dualSidePosition": account.hedge_mode,
        "updateTime": 0,
        "multiAssetsMargin": account.multi_assets,
        "tradeGroupId": -1,
    }


def account_v2_head(account: Account) -> Row:
    """What v2/account begins with, in the order of the recorded answers."""
    return {
        "feeTier": account.fee_tier,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "feeBurn": account.fee_burn,
        "tradeGroupId": -1,
        "updateTime": 0,
        "multiAssetsMargin": account.multi_assets,
    }


def symbol_config(exposure: Exposure) -> Row:
    """One row of `GET /fapi/v1/symbolConfig`."""
    return {
        "symbol": exposure.symbol.name,
        "marginType": "ISOLATED" if exposure.isolated else "CROSSED",
        "isAutoAddMargin": False,
        "leverage": exposure.leverage,
        "maxNotionalValue": text_short(exposure.symbol.max_notional(exposure.leverage)),
    }
