"""Field names in the order in which the live service prints them.

Recorded answers come first, documented ones where none was recorded. Where two kinds of evidence
differ it is said here which is followed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final


def names(text: str) -> list[str]:
    return text.split()


ORDER_TOLD: Final = names(
    "orderId symbol status clientOrderId price avgPrice origQty executedQty cumQty cumQuote"
    " timeInForce type reduceOnly closePosition side positionSide stopPrice workingType"
    " priceProtect origType priceMatch selfTradePreventionMode goodTillDate updateTime"
)
"""Placing, amending, canceling: recorded over the WebSocket API in 2025-12."""

ORDER_ASKED: Final = names(
    "orderId symbol status clientOrderId price avgPrice origQty executedQty cumQuote timeInForce"
    " type reduceOnly closePosition side positionSide stopPrice workingType priceProtect origType"
    " priceMatch selfTradePreventionMode goodTillDate time updateTime"
)
"""Queries: recorded in 2025-05."""

ALGO_TOLD: Final = names(
    "algoId clientAlgoId algoType orderType symbol side positionSide timeInForce quantity"
    " algoStatus triggerPrice price icebergQuantity selfTradePreventionMode workingType priceMatch"
    " closePosition priceProtect reduceOnly activatePrice callbackRate createTime updateTime"
    " triggerTime goodTillDate"
)
ALGO_ASKED: Final = names(
    "algoId clientAlgoId algoType orderType symbol side positionSide timeInForce quantity"
    " algoStatus actualOrderId actualPrice triggerPrice price icebergQuantity tpTriggerPrice"
    " tpPrice slTriggerPrice slPrice tpOrderType selfTradePreventionMode workingType priceMatch"
    " closePosition priceProtect reduceOnly createTime updateTime triggerTime goodTillDate"
)
"""Placing a conditional order, and queries: as documented in 2026-01."""

TOTALS: Final = names(
    "totalInitialMargin totalMaintMargin totalWalletBalance totalUnrealizedProfit"
    " totalMarginBalance totalPositionInitialMargin totalOpenOrderInitialMargin"
    " totalCrossWalletBalance totalCrossUnPnl availableBalance maxWithdrawAmount"
)
ACCOUNT_V3: Final = [*TOTALS, "assets", "positions"]
ASSET_V3: Final = names(
    "asset walletBalance unrealizedProfit marginBalance maintMargin initialMargin"
    " positionInitialMargin openOrderInitialMargin crossWalletBalance crossUnPnl availableBalance"
    " maxWithdrawAmount updateTime"
)
ASSET_V3_MULTI: Final = [*ASSET_V3[:-1], "marginAvailable", "updateTime"]
POSITION_V3: Final = names(
    "symbol positionSide positionAmt unrealizedProfit isolatedMargin notional isolatedWallet"
    " initialMargin maintMargin updateTime"
)
"""The requirement page."""

ACCOUNT_V2: Final = [
    *names("feeTier canTrade canDeposit canWithdraw feeBurn tradeGroupId updateTime"),
    "multiAssetsMargin",
    *ACCOUNT_V3,
]
ASSET_V2: Final = names(
    "asset walletBalance unrealizedProfit marginBalance maintMargin initialMargin"
    " positionInitialMargin openOrderInitialMargin maxWithdrawAmount crossWalletBalance crossUnPnl"
    " availableBalance marginAvailable updateTime"
)
POSITION_V2: Final = names(
    "symbol initialMargin maintMargin unrealizedProfit positionInitialMargin"
    " openOrderInitialMargin leverage isolated entryPrice breakEvenPrice maxNotional positionSide"
    " positionAmt notional isolatedWallet updateTime bidNotional askNotional"
)
BALANCE: Final = names(
    "accountAlias asset balance crossWalletBalance crossUnPnl availableBalance maxWithdrawAmount"
    " marginAvailable updateTime"
)
RISK_V3: Final = names(
    "symbol positionSide positionAmt entryPrice breakEvenPrice markPrice unRealizedProfit"
    " liquidationPrice isolatedMargin notional marginAsset isolatedWallet initialMargin maintMargin"
    " positionInitialMargin openOrderInitialMargin adl bidNotional askNotional updateTime"
)
"""All recorded in 2025-11 and later."""

RISK_V2: Final = names(
    "symbol positionAmt entryPrice breakEvenPrice markPrice unRealizedProfit liquidationPrice"
    " leverage maxNotionalValue marginType isolatedMargin isAutoAddMargin positionSide notional"
    " isolatedWallet updateTime isolated adlQuantile"
)
"""Recorded in 2024-07; the documented example has neither of the last two."""

ACCOUNT_CONFIG: Final = names(
    "feeTier canTrade canDeposit canWithdraw dualSidePosition updateTime multiAssetsMargin"
    " tradeGroupId"
)
SYMBOL_CONFIG: Final = names("symbol marginType isAutoAddMargin leverage maxNotionalValue")
BRACKET: Final = names("bracket initialLeverage notionalCap notionalFloor maintMarginRatio cum")
COMMISSION: Final = names("symbol makerCommissionRate takerCommissionRate rpiCommissionRate")
LEVERAGE: Final = names("symbol leverage maxNotionalValue")
"""As a live answer of 2020-09 has it; the documented example is sorted by name."""

USER_TRADE: Final = names(
    "symbol id orderId side price qty realizedPnl quoteQty commission commissionAsset time"
    " positionSide buyer maker"
)
"""Recorded in production in 2022-09, less the marginAsset that 2025-06 has no more."""

INCOME: Final = names("symbol incomeType income asset time info tranId tradeId")
"""As a live answer of 2021-06 has it; the documented example has info before time."""
MARGIN_CHANGE: Final = names("symbol type deltaType amount asset time positionSide")

LIMIT: Final = names("rateLimitType interval intervalNum limit")
EXCHANGE_INFO: Final = names(
    "timezone serverTime futuresType rateLimits exchangeFilters assets symbols"
)
SYMBOL: Final = names(
    "symbol pair contractType deliveryDate onboardDate status maintMarginPercent"
    " requiredMarginPercent baseAsset quoteAsset marginAsset pricePrecision quantityPrecision"
    " baseAssetPrecision quotePrecision underlyingType underlyingSubType settlePlan triggerProtect"
    " liquidationFee marketTakeBound maxMoveOrderLimit filters orderTypes timeInForce"
)
DEPTH: Final = names("lastUpdateId E T bids asks")
TRADE: Final = names("id price qty quoteQty time isBuyerMaker isRPITrade")
AGGREGATE_TRADE: Final = names("a p q f l T m")
DAY_TICKER: Final = names(
    "symbol priceChange priceChangePercent weightedAvgPrice lastPrice lastQty openPrice highPrice"
    " lowPrice volume quoteVolume openTime closeTime firstId lastId count"
)
PRICE_TICKER: Final = names("symbol price time")
BOOK_TICKER: Final = names("symbol bidPrice bidQty askPrice askQty time")
PREMIUM_INDEX: Final = names(
    "symbol markPrice indexPrice estimatedSettlePrice lastFundingRate interestRate"
    " nextFundingTime time"
)
ASSET_INDEX: Final = names(
    "symbol time index bidBuffer askBuffer bidRate askRate autoExchangeBidBuffer"
    " autoExchangeAskBuffer autoExchangeBidRate autoExchangeAskRate"
)

EIGHT: Final = re.compile(r"-?\d+\.\d{8}")
"""Eight decimals, zero "0.00000000"."""
EIGHT_OR_ZERO: Final = re.compile(r"-?\d+\.\d{8}|0")
"""Eight decimals, but zero is "0"."""
DOUBLE: Final = re.compile(r"-?\d+\.\d+(E-?\d+)?")
"""As a double is printed; zero is "0.0"."""
SHORT: Final = re.compile(r"-?\d+(\.\d*[1-9])?")
"""Without zeros at the end."""


def places(decimals: int) -> re.Pattern[str]:
    """Exactly so many decimals."""
    return re.compile(rf"-?\d+\.\d{{{decimals}}}" if decimals else r"-?\d+")


def wrong_formats(row: Mapping[str, Any], formats: Mapping[str, re.Pattern[str]]) -> list[str]:
    """The fields of a row that are not printed as they should be."""
    return [
        f"{name}: {row[name]!r}"
        for name, pattern in formats.items()
        if not (isinstance(row[name], str) and pattern.fullmatch(row[name]))
    ]
