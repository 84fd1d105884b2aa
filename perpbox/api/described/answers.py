"""The shape of every answer, in the words of `notation`; they are held against real answers."""

from __future__ import annotations

from typing import Final

_ORDER_HEAD = "orderId:int symbol:str status:str clientOrderId:str price avgPrice origQty"
_ORDER_KIND = (
    "timeInForce:str type:str reduceOnly:bool closePosition:bool side:str positionSide:str"
    " stopPrice"
)
_ORDER_TAIL = (
    "activatePrice? priceRate? workingType:str priceProtect:bool origType:str priceMatch:str"
    " selfTradePreventionMode:str goodTillDate:int"
)
_ALGO_HEAD = (
    "algoId:int clientAlgoId:str algoType:str orderType:str symbol:str side:str positionSide:str"
    " timeInForce:str quantity algoStatus:str"
)
_ALGO_TAIL = (
    "selfTradePreventionMode:str workingType:str priceMatch:str closePosition:bool"
    " priceProtect:bool reduceOnly:bool activatePrice?:blank callbackRate?:blank createTime:int"
    " updateTime:int triggerTime:int goodTillDate:int"
)
_TOTALS = (
    "totalInitialMargin totalMaintMargin totalWalletBalance totalUnrealizedProfit"
    " totalMarginBalance totalPositionInitialMargin totalOpenOrderInitialMargin"
    " totalCrossWalletBalance totalCrossUnPnl availableBalance maxWithdrawAmount"
)
_ASSET = (
    "asset:str walletBalance unrealizedProfit marginBalance maintMargin initialMargin"
    " positionInitialMargin openOrderInitialMargin maxWithdrawAmount"
)
_CROSS = "crossWalletBalance crossUnPnl availableBalance updateTime:int"
_MARGINS = "initialMargin maintMargin positionInitialMargin openOrderInitialMargin"
_NOTIONALS = "notional isolatedWallet updateTime:int"
_RISK = "symbol:str positionAmt entryPrice markPrice unRealizedProfit liquidationPrice"
_RISK_OLD = "leverage maxNotionalValue:str marginType:str isolatedMargin isAutoAddMargin:str"
_SESSIONS = "{sessions:[{startTime:int endTime:int type:str}]}"

SHAPES: Final[dict[str, str]] = {
    "Error": "{code:int msg:str}",
    "Done": "{code:int msg:str}",
    "Empty": "{}",
    "Time": "{serverTime:int}",
    "RateLimit": "{rateLimitType:str interval:str intervalNum:int limit:int}",
    "Filter": (
        "{filterType:str limit?:int minPrice? maxPrice? tickSize? minQty? maxQty? stepSize?"
        " multiplierUp? multiplierDown? multiplierDecimal? notional?}"
    ),
    "Symbol": (
        "{symbol:str pair:str contractType:str deliveryDate:int onboardDate:int status:str"
        " maintMarginPercent requiredMarginPercent baseAsset:str quoteAsset:str marginAsset:str"
        " pricePrecision:int quantityPrecision:int baseAssetPrecision:int quotePrecision:int"
        " underlyingType:str underlyingSubType:[str] settlePlan:int triggerProtect liquidationFee"
        " marketTakeBound maxMoveOrderLimit:int filters:[Filter] orderTypes:[str]"
        " timeInForce:[str]}"
    ),
    "ExchangeInfo": (
        "{timezone:str serverTime:int futuresType:str rateLimits:[RateLimit] exchangeFilters:[]"
        " assets:[{asset:str marginAvailable:bool autoAssetExchange:null|decimal}]"
        " symbols:[Symbol]}"
    ),
    "ExchangeInfoElsewhere": (
        "{timezone:str serverTime:int rateLimits:[RateLimit] exchangeFilters:[] symbols:[]}"
    ),
    "Depth": "{lastUpdateId:int E:int T:int bids:[[decimal]] asks:[[decimal]]}",
    "Trade": "{id:int price qty quoteQty time:int isBuyerMaker:bool isRPITrade?:bool}",
    "AggregateTrade": "{a:int p q f:int l:int T:int m:bool}",
    "Kline": "[int|decimal]",
    "DayTicker": (
        "{symbol:str priceChange priceChangePercent weightedAvgPrice lastPrice lastQty openPrice"
        " highPrice lowPrice volume quoteVolume openTime:int closeTime:int firstId:int lastId:int"
        " count:int}"
    ),
    "PriceTicker": "{symbol:str price time:int}",
    "BookTicker": "{symbol:str bidPrice bidQty askPrice askQty time:int}",
    "PremiumIndex": (
        "{symbol:str markPrice indexPrice estimatedSettlePrice lastFundingRate interestRate"
        " nextFundingTime:int time:int}"
    ),
    "FundingRate": "{symbol:str fundingTime:int fundingRate markPrice rateType?:str}",
    "FundingInfo": (
        "{symbol:str adjustedFundingRateCap adjustedFundingRateFloor fundingIntervalHours:int"
        " disclaimer:bool}"
    ),
    "AssetIndex": (
        "{symbol:str time:int index bidBuffer askBuffer bidRate askRate autoExchangeBidBuffer"
        " autoExchangeAskBuffer autoExchangeBidRate autoExchangeAskRate}"
    ),
    "Constituents": (
        "{symbol:str time:int constituents:[{exchange:str symbol:str price? weight?}]}"
    ),
    "TradingSchedule": (
        f"{{updateTime:int marketSchedules:{{EQUITY:{_SESSIONS} COMMODITY:{_SESSIONS}}}}}"
    ),
    "InsuranceBalance": ("{symbols:[str] assets:[{asset:str marginBalance updateTime:int}]}"),
    "AdlRisk": "{symbol:str adlRisk:str updateTime:int}",
    "OpenInterest": "{openInterest symbol:str time:int}",
    "PastOpenInterest": (
        "{symbol:str sumOpenInterest sumOpenInterestValue CMCCirculatingSupply?:str timestamp:int}"
    ),
    "LongShortRatio": "{symbol:str longAccount longShortRatio shortAccount timestamp:int}",
    "TakerVolume": "{buySellRatio buyVol sellVol timestamp:int}",
    "Basis": (
        "{indexPrice contractType:str basisRate futuresPrice annualizedBasisRate:str basis"
        " pair:str timestamp:int}"
    ),
    "AccountV3": (
        f"{{{_TOTALS} assets:[{{{_ASSET} marginAvailable?:bool {_CROSS}}}]"
        " positions:[{symbol:str positionSide:str positionAmt unrealizedProfit isolatedMargin"
        f" initialMargin maintMargin {_NOTIONALS}}}]}}"
    ),
    "AccountV2": (
        "{feeTier:int canTrade:bool canDeposit:bool canWithdraw:bool feeBurn?:bool"
        f" tradeGroupId:int updateTime:int multiAssetsMargin:bool {_TOTALS}"
        f" assets:[{{{_ASSET} marginAvailable:bool {_CROSS}}}]"
        f" positions:[{{symbol:str {_MARGINS} unrealizedProfit leverage isolated:bool entryPrice"
        " breakEvenPrice? maxNotional:str positionSide:str positionAmt bidNotional askNotional"
        f" {_NOTIONALS}}}]}}"
    ),
    "AccountV1": (
        "{assets:[{asset:str initialMargin maintMargin marginBalance maxWithdrawAmount"
        " openOrderInitialMargin positionInitialMargin unrealizedProfit walletBalance}]"
        " canDeposit:bool canTrade:bool canWithdraw:bool feeTier:int maxWithdrawAmount"
        f" positions:[{{isolated:bool leverage {_MARGINS} symbol:str unrealizedProfit entryPrice"
        " maxNotional:str positionSide:str}] totalInitialMargin totalMaintMargin"
        " totalMarginBalance totalOpenOrderInitialMargin totalPositionInitialMargin"
        " totalUnrealizedProfit totalWalletBalance updateTime:int}"
    ),
    "Balance": (
        "{accountAlias:str asset:str balance crossWalletBalance crossUnPnl availableBalance"
        " maxWithdrawAmount marginAvailable:bool updateTime:int}"
    ),
    "BalanceV1": "{accountId:int asset:str balance withdrawAvailable updateTime:int}",
    "PositionRiskV3": (
        f"{{{_RISK} positionSide:str breakEvenPrice isolatedMargin {_NOTIONALS} marginAsset:str"
        f" {_MARGINS} adl:int bidNotional askNotional}}"
    ),
    "PositionRiskV2": (
        f"{{{_RISK} breakEvenPrice? {_RISK_OLD} positionSide:str {_NOTIONALS} isolated:bool"
        " adlQuantile:int}"
    ),
    "PositionRiskV1": f"{{{_RISK} {_RISK_OLD} positionSide:str}}",
    "AccountConfig": (
        "{feeTier:int canTrade:bool canDeposit:bool canWithdraw:bool dualSidePosition:bool"
        " updateTime:int multiAssetsMargin:bool tradeGroupId:int}"
    ),
    "SymbolConfig": (
        "{symbol:str marginType:str isAutoAddMargin:bool leverage:int maxNotionalValue:str}"
    ),
    "LeverageBracket": (
        "{symbol:str brackets:[{bracket:int initialLeverage:int notionalCap:int notionalFloor:int"
        " maintMarginRatio:num cum:num}]}"
    ),
    "CommissionRate": ("{symbol:str makerCommissionRate takerCommissionRate rpiCommissionRate?}"),
    "AdlQuantile": "{symbol:str adlQuantile:{LONG:int SHORT:int BOTH?:int HEDGE?:int}}",
    "PositionMode": "{dualSidePosition:bool}",
    "AssetMode": "{multiAssetsMargin:bool}",
    "FeeBurn": "{feeBurn:bool}",
    "TradingStatus": "{indicators:{} updateTime:int}",
    "Leverage": "{symbol:str leverage:int maxNotionalValue:str}",
    "PositionMargin": "{amount:num code:int msg:str type:int}",
    "ConvertPair": (
        "{fromAsset:str toAsset:str fromAssetMinAmount fromAssetMaxAmount toAssetMinAmount"
        " toAssetMaxAmount}"
    ),
    "ConvertQuote": "{quoteId?:str ratio inverseRatio validTimestamp:int toAmount fromAmount}",
    "ConvertAccepted": "{orderId:str createTime:int orderStatus:str}",
    "Conversion": (
        "{orderId:int orderStatus:str fromAsset:str fromAmount toAsset:str toAmount ratio"
        " inverseRatio createTime:int}"
    ),
    "OrderTold": (
        f"{{{_ORDER_HEAD} executedQty cumQty cumQuote {_ORDER_KIND} {_ORDER_TAIL} modifyId?:int"
        " updateTime:int}"
    ),
    "OrderAsked": (
        f"{{{_ORDER_HEAD} executedQty cumQuote {_ORDER_KIND} {_ORDER_TAIL} time:int"
        " updateTime:int}"
    ),
    "ForceOrder": (
        f"{{{_ORDER_HEAD} executedQty cumQuote {_ORDER_KIND} workingType:str origType:str time:int"
        " updateTime:int}"
    ),
    "OrderAmendment": (
        "{amendmentId:int symbol:str pair:str orderId:int clientOrderId:str time:int"
        " amendment:{price:Change origQty:Change count:int modifyId?:int}}"
    ),
    "Change": "{before after}",
    "Countdown": "{symbol:str countdownTime}",
    "AlgoOrderTold": (f"{{{_ALGO_HEAD} triggerPrice price icebergQuantity:null {_ALGO_TAIL}}}"),
    "AlgoOrderAsked": (
        f"{{{_ALGO_HEAD} actualOrderId:str actualPrice triggerPrice price icebergQuantity:null"
        " tpTriggerPrice tpPrice slTriggerPrice slPrice tpOrderType:str rejectReason?:str"
        f" {_ALGO_TAIL}}}"
    ),
    "AlgoOrderCanceled": "{algoId:int clientAlgoId:str code:str msg:str}",
    "ListenKey": "{listenKey:str}",
    "UserTrade": (
        "{symbol:str id:int orderId:int side:str price qty realizedPnl quoteQty commission"
        " marginAsset?:str commissionAsset:str time:int positionSide:str buyer:bool maker:bool}"
    ),
    "Income": (
        "{symbol:str incomeType:str income asset:str time:int info:str tranId:int tradeId:str}"
    ),
    "MarginChange": (
        "{symbol:str type:int deltaType:str amount asset:str time:int positionSide:str}"
    ),
    "DownloadAsked": "{avgCostTimestampOfLast30d:int downloadId:str}",
    "DownloadLink": (
        "{downloadId:str status:str url:str notified:bool expirationTimestamp:int"
        " isExpired:null|str}"
    ),
    "Coin": (
        "{coin:str depositAllEnable:bool free freeze ipoable ipoing isLegalMoney:bool locked"
        " name:str networkList:[] storage trading:bool withdrawAllEnable:bool withdrawing}"
    ),
    "KeyPermissions": (
        "{ipRestrict:bool createTime:int enableReading:bool enableWithdrawals:bool"
        " enableInternalTransfer:bool enableMargin:bool enableFutures:bool"
        " permitsUniversalTransfer:bool enableVanillaOptions:bool enableFixApiTrade:bool"
        " enableFixReadOnly:bool enableSpotAndMarginTrading:bool"
        " enablePortfolioMarginTrading:bool}"
    ),
}

FILE: Final = "file"
"""No JSON, but bytes."""
NEVER: Final = ""
"""Always refused."""

ANSWERS: Final[dict[str, str]] = {
    "GET /fapi/v1/ping": "Empty",
    "GET /fapi/v1/time": "Time",
    "GET /fapi/v1/exchangeInfo": "ExchangeInfo",
    "GET /fapi/v1/depth": "Depth",
    "GET /fapi/v1/rpiDepth": "Depth",
    "GET /fapi/v1/trades": "[Trade]",
    "GET /fapi/v1/historicalTrades": "[Trade]",
    "GET /fapi/v1/aggTrades": "[AggregateTrade]",
    "GET /fapi/v1/klines": "[Kline]",
    "GET /fapi/v1/continuousKlines": "[Kline]",
    "GET /fapi/v1/indexPriceKlines": "[Kline]",
    "GET /fapi/v1/markPriceKlines": "[Kline]",
    "GET /fapi/v1/premiumIndexKlines": "[Kline]",
    "GET /fapi/v1/ticker/24hr": "DayTicker|[DayTicker]",
    "GET /fapi/v1/ticker/price": "PriceTicker|[PriceTicker]",
    "GET /fapi/v2/ticker/price": "PriceTicker|[PriceTicker]",
    "GET /fapi/v1/ticker/bookTicker": "BookTicker|[BookTicker]",
    "GET /fapi/v1/premiumIndex": "PremiumIndex|[PremiumIndex]",
    "GET /fapi/v1/fundingRate": "[FundingRate]",
    "GET /fapi/v1/fundingInfo": "[FundingInfo]",
    "GET /fapi/v1/assetIndex": "AssetIndex|[AssetIndex]",
    "GET /fapi/v1/constituents": "Constituents",
    "GET /fapi/v1/indexInfo": "[]",
    "GET /fapi/v1/tradingSchedule": "TradingSchedule",
    "GET /fapi/v1/insuranceBalance": "InsuranceBalance|[InsuranceBalance]",
    "GET /fapi/v1/symbolAdlRisk": "AdlRisk|[AdlRisk]",
    "GET /fapi/v1/openInterest": "OpenInterest",
    "GET /futures/data/openInterestHist": "[PastOpenInterest]",
    "GET /futures/data/topLongShortAccountRatio": "[LongShortRatio]",
    "GET /futures/data/topLongShortPositionRatio": "[LongShortRatio]",
    "GET /futures/data/globalLongShortAccountRatio": "[LongShortRatio]",
    "GET /futures/data/takerlongshortRatio": "[TakerVolume]",
    "GET /futures/data/basis": "[Basis]",
    "GET /fapi/v3/account": "AccountV3",
    "GET /fapi/v2/account": "AccountV2",
    "GET /fapi/v3/balance": "[Balance]",
    "GET /fapi/v2/balance": "[Balance]",
    "GET /fapi/v3/positionRisk": "[PositionRiskV3]",
    "GET /fapi/v2/positionRisk": "[PositionRiskV2]",
    "GET /fapi/v1/accountConfig": "AccountConfig",
    "GET /fapi/v1/symbolConfig": "[SymbolConfig]",
    "GET /fapi/v1/leverageBracket": "LeverageBracket|[LeverageBracket]",
    "GET /fapi/v1/commissionRate": "CommissionRate",
    "GET /fapi/v1/adlQuantile": "[AdlQuantile]",
    "GET /fapi/v1/rateLimit/order": "[RateLimit]",
    "GET /fapi/v1/positionSide/dual": "PositionMode",
    "GET /fapi/v1/multiAssetsMargin": "AssetMode",
    "GET /fapi/v1/feeBurn": "FeeBurn",
    "GET /fapi/v1/apiTradingStatus": "TradingStatus",
    "GET /fapi/v1/pmAccountInfo": NEVER,
    "GET /fapi/v1/account": "AccountV1",
    "GET /fapi/v1/balance": "[BalanceV1]",
    "GET /fapi/v1/positionRisk": "[PositionRiskV1]",
    "POST /fapi/v1/positionSide/dual": "Done",
    "POST /fapi/v1/multiAssetsMargin": "Done",
    "POST /fapi/v1/feeBurn": "Done",
    "POST /fapi/v1/leverage": "Leverage",
    "POST /fapi/v1/marginType": "Done",
    "POST /fapi/v1/positionMargin": "PositionMargin",
    "POST /fapi/v1/stock/contract": "Done",
    "GET /fapi/v1/convert/exchangeInfo": "[ConvertPair]",
    "POST /fapi/v1/convert/getQuote": "ConvertQuote",
    "POST /fapi/v1/convert/acceptQuote": "ConvertAccepted",
    "GET /fapi/v1/convert/orderStatus": "Conversion",
    "POST /fapi/v1/order": "OrderTold",
    "PUT /fapi/v1/order": "OrderTold",
    "DELETE /fapi/v1/order": "OrderTold",
    "POST /fapi/v1/order/test": "OrderTold",
    "POST /fapi/v1/batchOrders": "[OrderTold|Error]",
    "PUT /fapi/v1/batchOrders": "[OrderTold|Error]",
    "DELETE /fapi/v1/batchOrders": "[OrderTold|Error]",
    "DELETE /fapi/v1/allOpenOrders": "Done",
    "POST /fapi/v1/countdownCancelAll": "Countdown",
    "POST /fapi/v1/algoOrder": "AlgoOrderTold",
    "DELETE /fapi/v1/algoOrder": "AlgoOrderCanceled",
    "DELETE /fapi/v1/algoOpenOrders": "Done",
    "GET /fapi/v1/algoOrder": "AlgoOrderAsked",
    "GET /fapi/v1/openAlgoOrders": "[AlgoOrderAsked]",
    "GET /fapi/v1/allAlgoOrders": "[AlgoOrderAsked]",
    "POST /fapi/v1/listenKey": "ListenKey",
    "PUT /fapi/v1/listenKey": "ListenKey|Empty",
    "DELETE /fapi/v1/listenKey": "Empty",
    "GET /fapi/v1/order": "OrderAsked",
    "GET /fapi/v1/openOrder": "OrderAsked",
    "GET /fapi/v1/openOrders": "[OrderAsked]",
    "GET /fapi/v1/allOrders": "[OrderAsked]",
    "GET /fapi/v1/orderAmendment": "[OrderAmendment]",
    "GET /fapi/v1/userTrades": "[UserTrade]",
    "GET /fapi/v1/forceOrders": "[ForceOrder]",
    "GET /fapi/v1/income": "[Income]",
    "GET /fapi/v1/positionMargin/history": "[MarginChange]",
    "GET /fapi/v1/order/asyn": "DownloadAsked",
    "GET /fapi/v1/order/asyn/id": "DownloadLink",
    "GET /fapi/v1/trade/asyn": "DownloadAsked",
    "GET /fapi/v1/trade/asyn/id": "DownloadLink",
    "GET /fapi/v1/income/asyn": "DownloadAsked",
    "GET /fapi/v1/income/asyn/id": "DownloadLink",
    "GET /download/futures": FILE,
    "GET /api/v3/ping": "Empty",
    "GET /api/v3/time": "Time",
    "GET /api/v3/exchangeInfo": "ExchangeInfoElsewhere",
    "GET /dapi/v1/ping": "Empty",
    "GET /dapi/v1/time": "Time",
    "GET /dapi/v1/exchangeInfo": "ExchangeInfoElsewhere",
    "GET /sapi/v1/margin/allPairs": "[]",
    "GET /sapi/v1/margin/isolated/allPairs": "[]",
    "GET /sapi/v1/capital/config/getall": "[Coin]",
    "GET /sapi/v1/account/apiRestrictions": "KeyPermissions",
}
