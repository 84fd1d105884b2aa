"""Every parameter that an endpoint reads, beyond `timestamp`, `recvWindow` and `signature`.

The source is the page of Binance's documentation of each endpoint; `NOTES` has what is on none.
"""

from __future__ import annotations

from typing import Final

from perpbox.account import PositionSide, PriceMatch, SelfTradePrevention, TimeInForce
from perpbox.account.conditional import ConditionalType, WorkingType
from perpbox.api.statistics import PERIODS
from perpbox.tape import Interval

Schema = dict[str, object]

LONG: Final[Schema] = {"type": "integer", "format": "int64"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 1}
MILLIS: Final[Schema] = {"type": "integer", "format": "int64", "minimum": 0}
TEXT: Final[Schema] = {"type": "string", "minLength": 1}
DECIMAL: Final[Schema] = {"type": "string", "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,8})?$"}
CLIENT_ID: Final[Schema] = {"type": "string", "pattern": r"^[\.A-Z\:/a-z0-9_-]{1,36}$"}


def _one_of(text: str) -> Schema:
    return {"type": "string", "enum": text.split()}


def _list_of(item: Schema, most: int) -> Schema:
    return {"type": "array", "items": item, "minItems": 1, "maxItems": most}


FLAG: Final = _one_of("true false")
CONTRACTS: Final = _one_of("PERPETUAL CURRENT_QUARTER NEXT_QUARTER TRADIFI_PERPETUAL")

TYPES: Final[dict[str, Schema]] = {
    "activatePrice": DECIMAL,
    "activationPrice": DECIMAL,
    "algoId": LONG,
    "algoType": _one_of("CONDITIONAL"),
    "amount": DECIMAL,
    "asset": TEXT,
    "autoCloseType": _one_of("LIQUIDATION ADL"),
    "callbackRate": DECIMAL,
    "clientAlgoId": CLIENT_ID,
    "closePosition": FLAG,
    "contractType": CONTRACTS,
    "countdownTime": MILLIS,
    "downloadId": TEXT,
    "dualSidePosition": FLAG,
    "endTime": MILLIS,
    "feeBurn": FLAG,
    "file": TEXT,
    "fromAmount": DECIMAL,
    "fromAsset": TEXT,
    "fromId": LONG,
    "goodTillDate": MILLIS,
    "incomeType": TEXT,
    "interval": {"type": "string", "enum": [each.value for each in Interval]},
    "leverage": {"type": "integer", "minimum": 1, "maximum": 125},
    "limit": COUNT,
    "listenKey": TEXT,
    "marginType": _one_of("ISOLATED CROSSED"),
    "modifyId": LONG,
    "multiAssetsMargin": FLAG,
    "newClientOrderId": CLIENT_ID,
    "newOrderRespType": _one_of("ACK RESULT"),
    "orderId": LONG,
    "orderIdList": _list_of(LONG, 10),
    "origClientOrderId": TEXT,
    "origClientOrderIdList": _list_of(CLIENT_ID, 10),
    "page": COUNT,
    "pair": TEXT,
    "period": {"type": "string", "enum": sorted(each.value for each in PERIODS)},
    "positionSide": {"type": "string", "enum": [each.value for each in PositionSide]},
    "price": DECIMAL,
    "priceMatch": {"type": "string", "enum": [each.value for each in PriceMatch]},
    "priceProtect": FLAG,
    "quantity": DECIMAL,
    "quoteId": TEXT,
    "recvWindow": {"type": "integer", "format": "int64", "minimum": 0, "default": 5000},
    "reduceOnly": FLAG,
    "selfTradePreventionMode": {
        "type": "string",
        "enum": [each.value for each in SelfTradePrevention],
    },
    "side": _one_of("BUY SELL"),
    "startTime": MILLIS,
    "stopPrice": DECIMAL,
    "symbol": TEXT,
    "timeInForce": {"type": "string", "enum": [each.value for each in TimeInForce]},
    "timestamp": MILLIS,
    "toAmount": DECIMAL,
    "toAsset": TEXT,
    "triggerPrice": DECIMAL,
    "type": {"type": "string", "enum": ["LIMIT", "MARKET", *(e.value for e in ConditionalType)]},
    "validTime": _one_of("10s"),
    "workingType": {"type": "string", "enum": [each.value for each in WorkingType]},
}
"""By the parameter's name; `type` alone means something else elsewhere."""

TYPES_ELSEWHERE: Final[dict[tuple[str, str], Schema]] = {
    ("GET /fapi/v1/assetIndex", "symbol"): TEXT,
    ("POST /fapi/v1/positionMargin", "type"): {"type": "integer", "enum": [1, 2]},
    ("GET /fapi/v1/positionMargin/history", "type"): {"type": "integer", "enum": [1, 2]},
    ("POST /fapi/v1/algoOrder", "type"): {
        "type": "string",
        "enum": [each.value for each in ConditionalType],
    },
    ("GET /fapi/v1/depth", "limit"): {
        "type": "integer",
        "enum": [5, 10, 20, 50, 100, 500, 1000],
    },
    ("GET /fapi/v1/rpiDepth", "limit"): {"type": "integer", "enum": [1000]},
    ("GET /fapi/v1/convert/orderStatus", "orderId"): TEXT,
}

_TIMES = "startTime endTime"
_KLINES = f"interval! {_TIMES} limit=500..1500"
_STATISTIC = f"period! {_TIMES} limit=30..500"
_ORDER_ID = "symbol! orderId origClientOrderId"
_CONDITIONAL = "closePosition callbackRate workingType=CONTRACT_PRICE priceProtect=false"
_ORDER = (
    "symbol! side! positionSide=BOTH type! timeInForce quantity price reduceOnly=false priceMatch"
    " selfTradePreventionMode=EXPIRE_MAKER goodTillDate newOrderRespType=ACK"
)
_NEW_ORDER = f"{_ORDER} newClientOrderId stopPrice activationPrice {_CONDITIONAL}"
_AMENDMENT = f"{_ORDER_ID} side! quantity! price priceMatch modifyId"

PARAMETERS: Final[dict[str, str]] = {
    "GET /fapi/v1/depth": "symbol! limit=500",
    "GET /fapi/v1/rpiDepth": "symbol! limit=1000",
    "GET /fapi/v1/trades": "symbol! limit=500..1000",
    "GET /fapi/v1/historicalTrades": "symbol! limit=100..500 fromId",
    "GET /fapi/v1/aggTrades": f"symbol! fromId {_TIMES} limit=500..1000",
    "GET /fapi/v1/klines": f"symbol! {_KLINES}",
    "GET /fapi/v1/continuousKlines": f"pair! contractType! {_KLINES}",
    "GET /fapi/v1/indexPriceKlines": f"pair! {_KLINES}",
    "GET /fapi/v1/markPriceKlines": f"symbol! {_KLINES}",
    "GET /fapi/v1/premiumIndexKlines": f"symbol! {_KLINES}",
    "GET /fapi/v1/ticker/24hr": "symbol",
    "GET /fapi/v1/ticker/price": "symbol",
    "GET /fapi/v2/ticker/price": "symbol",
    "GET /fapi/v1/ticker/bookTicker": "symbol",
    "GET /fapi/v1/premiumIndex": "symbol",
    "GET /fapi/v1/fundingRate": f"symbol {_TIMES} limit=100..1000",
    "GET /fapi/v1/assetIndex": "symbol",
    "GET /fapi/v1/constituents": "symbol!",
    "GET /fapi/v1/indexInfo": "symbol",
    "GET /fapi/v1/insuranceBalance": "symbol",
    "GET /fapi/v1/symbolAdlRisk": "symbol",
    "GET /fapi/v1/openInterest": "symbol!",
    "GET /futures/data/openInterestHist": f"symbol! {_STATISTIC}",
    "GET /futures/data/topLongShortAccountRatio": f"symbol! {_STATISTIC}",
    "GET /futures/data/topLongShortPositionRatio": f"symbol! {_STATISTIC}",
    "GET /futures/data/globalLongShortAccountRatio": f"symbol! {_STATISTIC}",
    "GET /futures/data/takerlongshortRatio": f"symbol! {_STATISTIC}",
    "GET /futures/data/basis": f"pair! contractType! {_STATISTIC}",
    "GET /fapi/v3/positionRisk": "symbol",
    "GET /fapi/v2/positionRisk": "symbol",
    "GET /fapi/v1/symbolConfig": "symbol",
    "GET /fapi/v1/leverageBracket": "symbol",
    "GET /fapi/v1/commissionRate": "symbol!",
    "GET /fapi/v1/adlQuantile": "symbol",
    "GET /fapi/v1/apiTradingStatus": "symbol",
    "GET /fapi/v1/pmAccountInfo": "asset!",
    "POST /fapi/v1/positionSide/dual": "dualSidePosition!",
    "POST /fapi/v1/multiAssetsMargin": "multiAssetsMargin!",
    "POST /fapi/v1/feeBurn": "feeBurn!",
    "POST /fapi/v1/leverage": "symbol! leverage!",
    "POST /fapi/v1/marginType": "symbol! marginType!",
    "POST /fapi/v1/positionMargin": "symbol! positionSide=BOTH amount! type!",
    "GET /fapi/v1/convert/exchangeInfo": "fromAsset toAsset",
    "POST /fapi/v1/convert/getQuote": ("fromAsset! toAsset! fromAmount toAmount validTime=10s"),
    "POST /fapi/v1/convert/acceptQuote": "quoteId!",
    "GET /fapi/v1/convert/orderStatus": "orderId quoteId",
    "POST /fapi/v1/order": _NEW_ORDER,
    "PUT /fapi/v1/order": _AMENDMENT,
    "DELETE /fapi/v1/order": _ORDER_ID,
    "POST /fapi/v1/order/test": _NEW_ORDER,
    "POST /fapi/v1/batchOrders": "batchOrders!",
    "PUT /fapi/v1/batchOrders": "batchOrders!",
    "DELETE /fapi/v1/batchOrders": "symbol! orderIdList origClientOrderIdList",
    "DELETE /fapi/v1/allOpenOrders": "symbol!",
    "POST /fapi/v1/countdownCancelAll": "symbol! countdownTime!",
    "POST /fapi/v1/algoOrder": (
        f"algoType! {_ORDER} clientAlgoId triggerPrice activatePrice {_CONDITIONAL}"
    ),
    "DELETE /fapi/v1/algoOrder": "algoId clientAlgoId",
    "DELETE /fapi/v1/algoOpenOrders": "symbol!",
    "GET /fapi/v1/algoOrder": "algoId clientAlgoId",
    "GET /fapi/v1/openAlgoOrders": "algoType symbol algoId",
    "GET /fapi/v1/allAlgoOrders": f"symbol! algoId {_TIMES} page limit=500..1000",
    "PUT /fapi/v1/listenKey": "listenKey",
    "DELETE /fapi/v1/listenKey": "listenKey",
    "GET /fapi/v1/order": _ORDER_ID,
    "GET /fapi/v1/openOrder": _ORDER_ID,
    "GET /fapi/v1/openOrders": "symbol",
    "GET /fapi/v1/allOrders": f"symbol orderId {_TIMES} limit=500..1000",
    "GET /fapi/v1/orderAmendment": f"{_ORDER_ID} {_TIMES} limit=50..100",
    "GET /fapi/v1/userTrades": f"symbol! orderId {_TIMES} fromId limit=500..1000",
    "GET /fapi/v1/forceOrders": f"symbol autoCloseType {_TIMES} limit=50..100",
    "GET /fapi/v1/income": f"symbol incomeType {_TIMES} page limit=100..1000",
    "GET /fapi/v1/positionMargin/history": f"symbol! type {_TIMES} limit=500..1000",
    "GET /fapi/v1/order/asyn": "startTime! endTime!",
    "GET /fapi/v1/order/asyn/id": "downloadId!",
    "GET /fapi/v1/trade/asyn": "startTime! endTime!",
    "GET /fapi/v1/trade/asyn/id": "downloadId!",
    "GET /fapi/v1/income/asyn": "startTime! endTime!",
    "GET /fapi/v1/income/asyn/id": "downloadId!",
    "GET /download/futures": "file!",
}
"""`name!` is mandatory; `limit=500..1000` is 500 if not sent, and 1000 at most."""

OF_BATCH: Final[dict[str, str]] = {
    "POST /fapi/v1/batchOrders": _NEW_ORDER,
    "PUT /fapi/v1/batchOrders": _AMENDMENT,
}
"""What an order of a batch, which is a list of at most five in JSON, consists of."""

_CONDITIONAL_ONLY = "stopPrice activationPrice closePosition callbackRate workingType priceProtect"

NOTES: Final[dict[tuple[str, str], str]] = {
    **{
        ("POST /fapi/v1/order", name): "Of conditional orders, placed elsewhere since 2025-12-09."
        for name in _CONDITIONAL_ONLY.split()
    },
    ("PUT /fapi/v1/order", "modifyId"): "Known from the change log of 2026-07-28.",
    ("POST /fapi/v1/algoOrder", "newOrderRespType"): "On no page; checked if it is sent.",
    ("PUT /fapi/v1/listenKey", "listenKey"): "On no page; if sent, it must be the key.",
    ("DELETE /fapi/v1/listenKey", "listenKey"): "On no page; if sent, it must be the key.",
    ("PUT /fapi/v1/order", "price"): "Mandatory unless priceMatch is sent.",
    ("GET /fapi/v1/allOrders", "symbol"): "Mandatory before 2026-08-25 (change log).",
    ("GET /futures/data/basis", "limit"): "Mandatory on its page, which names a default.",
    ("GET /download/futures", "file"): "The secret part of a link that `asyn/id` has told.",
}
"""Where the page of the endpoint does not name the parameter, or calls it mandatory."""

SPELLINGS: Final = {
    "algoid": "algoId",
    "orderidlist": "orderIdList",
    "origclientorderidlist": "origClientOrderIdList",
}
"""Other spellings that are read too, since clients use them; the document has the first."""


class Parameter:
    """One parameter of an endpoint, out of its words."""

    __slots__ = ("default", "is_mandatory", "maximum", "name")

    def __init__(self, words: str) -> None:
        text, _, rest = words.partition("=")
        self.name = text.removesuffix("!")
        self.is_mandatory = text.endswith("!")
        self.default, _, maximum = rest.partition("..")
        self.maximum = int(maximum) if maximum else None

    def schema(self, endpoint: str) -> Schema:
        schema = dict(TYPES_ELSEWHERE.get((endpoint, self.name)) or TYPES[self.name])
        if self.maximum is not None:
            schema["maximum"] = self.maximum
        if self.default:
            is_whole = schema["type"] == "integer"
            schema["default"] = int(self.default) if is_whole else self.default
        return schema


def parameters_of(words: str) -> list[Parameter]:
    return [Parameter(word) for word in words.split()]
