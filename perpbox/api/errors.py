"""The venue's refusals: code, message and status of each, and which rule answers with which."""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec

from perpbox.engine.rejects import Reject
from perpbox.message import Response


class Error(Enum):
    """(code, message, HTTP status); the messages are those of Binance's error-code page."""

    UNKNOWN_PATH = (-1000, "Path {} is not supported.", 404)
    METHOD_NOT_ALLOWED = (-1000, "Request method '{}' is not supported.", 405)
    TOO_MANY_REQUESTS = (
        -1003,
        (
            "Too many requests; current limit is {} requests per minute. Please use the websocket"
            " for live updates to avoid polling the API."
        ),
        429,
    )
    IP_BANNED = (
        -1003,
        (
            "Way too many requests; IP banned until {}. Please use the websocket for live updates"
            " to avoid bans."
        ),
        418,
    )
    INVALID_MESSAGE = (-1013, "INVALID_MESSAGE.", 400)
    TOO_MANY_ORDERS = (-1015, "Too many new orders; current limit is {} orders per {}.", 429)
    UNSUPPORTED_OPERATION = (-1020, "This operation is not supported.", 400)
    TIMESTAMP_OUTSIDE_WINDOW = (
        -1021,
        "Timestamp for this request is outside of the recvWindow.",
        400,
    )
    TIMESTAMP_AHEAD = (
        -1021,
        "Timestamp for this request was 1000ms ahead of the server's time.",
        400,
    )
    INVALID_SIGNATURE = (-1022, "Signature for this request is not valid.", 400)
    START_AFTER_END = (-1023, "Start time is greater than end time.", 400)
    ILLEGAL_CHARACTERS = (-1100, "Illegal characters found in a parameter.", 400)
    TOO_MANY_PARAMETERS = (-1101, "Too many parameters sent for this endpoint.", 400)
    DUPLICATE_PARAMETER = (-1101, "Duplicate values for a parameter detected.", 400)
    MANDATORY_MISSING = (
        -1102,
        "Mandatory parameter '{}' was not sent, was empty/null, or malformed.",
        400,
    )
    EITHER_MISSING = (
        -1102,
        "Param '{}' or '{}' must be sent, but both were empty/null!",
        400,
    )
    API_KEY_MISSING = (-1103, "param apikey not found.", 400)
    PARAMETER_EMPTY = (-1105, "Parameter '{}' was empty.", 400)
    NOT_REQUIRED = (-1106, "Parameter '{}' sent when not required.", 400)
    BAD_ASSET = (-1108, "Invalid asset.", 400)
    BAD_PRECISION = (-1111, "Precision is over the maximum defined for this asset.", 400)
    INVALID_TIME_IN_FORCE = (-1115, "Invalid timeInForce.", 400)
    INVALID_ORDER_TYPE = (-1116, "Invalid orderType.", 400)
    INVALID_SIDE = (-1117, "Invalid side.", 400)
    BAD_INTERVAL = (-1120, "Invalid interval.", 400)
    BAD_SYMBOL = (-1121, "Invalid symbol.", 400)
    BAD_SYMBOL_STATUS = (-1122, "Invalid symbol status.", 400)
    NO_SUCH_LISTEN_KEY = (
        -1125,
        (
            "This listenKey does not exist. Please use `POST /fapi/v1/listenKey` to recreate"
            " `listenKey`"
        ),
        400,
    )
    LOOKUP_TOO_LONG = (-1127, "More than {} hours between startTime and endTime.", 400)
    BAD_COMBINATION = (-1128, "Combination of optional parameters invalid.", 400)
    INVALID_PARAMETER = (-1130, "Data sent for parameter '{}' is not valid.", 400)
    INVALID_RESPONSE_TYPE = (-1136, "Invalid newOrderRespType.", 400)
    CANCEL_REJECTED = (-2011, "Unknown order sent.", 400)
    NO_SUCH_ORDER = (-2013, "Order does not exist.", 400)
    BAD_KEY_FORMAT = (-2014, "API-key format invalid.", 401)
    KEY_REJECTED = (-2015, "Invalid API-key, IP, or permissions for action.", 401)
    BALANCE_NOT_SUFFICIENT = (-2018, "Balance is insufficient.", 400)
    MARGIN_NOT_SUFFICIENT = (-2019, "Margin is insufficient.", 400)
    WOULD_TRIGGER_AT_ONCE = (-2021, "Order would immediately trigger.", 400)
    REDUCE_ONLY_REJECTED = (-2022, "ReduceOnly Order is rejected.", 400)
    MAX_OPEN_ORDERS = (-2025, "Reach max open order limit.", 400)
    MAX_LEVERAGE_RATIO = (
        -2027,
        "Exceeded the maximum allowable position at current leverage.",
        400,
    )
    MIN_LEVERAGE_RATIO = (
        -2028,
        "Leverage is smaller than permitted: insufficient margin balance.",
        400,
    )
    PRICE_NOT_POSITIVE = (-4001, "Price less than 0.", 400)
    PRICE_ABOVE_MAX = (-4002, "Price greater than max price.", 400)
    QUANTITY_NOT_POSITIVE = (-4003, "Quantity less than zero.", 400)
    QUANTITY_BELOW_MIN = (-4004, "Quantity less than min quantity.", 400)
    QUANTITY_ABOVE_MAX = (-4005, "Quantity greater than max quantity.", 400)
    TRIGGER_PRICE_NOT_POSITIVE = (-4006, "Stop price less than zero.", 400)
    TRIGGER_PRICE_ABOVE_MAX = (-4007, "Stop price greater than max price.", 400)
    PRICE_BELOW_MIN = (-4013, "Price less than min price.", 400)
    PRICE_OFF_TICK = (-4014, "Price not increased by tick size.", 400)
    BAD_CLIENT_ORDER_ID = (-4015, "Client order id is not valid.", 400)
    PRICE_ABOVE_MULTIPLIER = (-4016, "Price is higher than mark price multiplier cap.", 400)
    INVALID_DEPTH_LIMIT = (-4021, "'{}' is not valid depth limit.", 400)
    QUANTITY_OFF_STEP = (-4023, "Qty not increased by step size.", 400)
    PRICE_BELOW_MULTIPLIER = (-4024, "Price is lower than mark price multiplier floor.", 400)
    INVALID_LEVERAGE = (-4028, "Leverage {} is not valid", 400)
    INVALID_WORKING_TYPE = (-4031, "Invalid parameter working type: {}", 400)
    TOO_MANY_CANCELS = (-4032, "Exceed maximum cancel order size.", 400)
    TOO_MANY_CONDITIONAL_ORDERS = (-4045, "Reach max stop order limit.", 400)
    NO_NEED_TO_CHANGE_MARGIN_TYPE = (-4046, "No need to change margin type.", 400)
    MARGIN_TYPE_WITH_ORDERS = (
        -4047,
        "Margin type cannot be changed if there exists open orders.",
        400,
    )
    MARGIN_TYPE_WITH_POSITION = (
        -4048,
        "Margin type cannot be changed if there exists position.",
        400,
    )
    NOT_ISOLATED = (-4049, "Add margin only support for isolated position.", 400)
    CROSS_BALANCE_NOT_SUFFICIENT = (-4050, "Cross balance insufficient.", 400)
    ISOLATED_BALANCE_NOT_SUFFICIENT = (-4051, "Isolated balance insufficient.", 400)
    NO_POSITION = (-4054, "Cannot add position margin: position is 0.", 400)
    AMOUNT_NOT_POSITIVE = (-4055, "Amount must be positive.", 400)
    INVALID_KEY_TYPE = (-4056, "Invalid api key type.", 400)
    NO_NEED_TO_CHANGE_POSITION_MODE = (-4059, "No need to change position side.", 400)
    INVALID_POSITION_SIDE = (-4060, "Invalid position side.", 400)
    POSITION_SIDE_MISMATCH = (
        -4061,
        "Order's position side does not match user's setting.",
        400,
    )
    POSITION_MODE_WITH_ORDERS = (
        -4067,
        "Position side cannot be changed if there exists open orders.",
        400,
    )
    POSITION_MODE_WITH_POSITION = (
        -4068,
        "Position side cannot be changed if there exists position.",
        400,
    )
    BATCH_SIZE = (-4082, "Invalid number of batch place orders.", 400)
    INVALID_CONTRACT_TYPE = (-4104, "Invalid contract type", 400)
    DUPLICATE_CLIENT_ORDER_ID = (-4116, "clientOrderId is duplicated", 400)
    USE_ALGO_ENDPOINT = (
        -4120,
        (
            "Order type not supported for this endpoint. Please use the Algo Order API endpoints"
            " instead."
        ),
        400,
    )
    MARKET_ORDER_REJECTED = (
        -4131,
        "The counterparty's best price does not meet the PERCENT_PRICE filter limit",
        400,
    )
    INVALID_ACTIVATION_PRICE = (-4135, "Invalid activation price", 400)
    QUANTITY_WITH_CLOSE_POSITION = (
        -4137,
        "Quantity must be zero with closePosition equals true",
        400,
    )
    REDUCE_ONLY_WITH_CLOSE_POSITION = (
        -4138,
        "Reduce only must be true with closePosition equals true",
        400,
    )
    OPENING_POSITION_STATUS = (-4140, "Invalid symbol status for opening position", 400)
    SYMBOL_CLOSED = (-4141, "Symbol is closed", 400)
    INVALID_PAIR = (-4144, "Invalid pair", 400)
    LEVERAGE_REDUCTION_WITH_POSITION = (
        -4161,
        "Leverage reduction is not supported in Isolated Margin Mode with open positions",
        400,
    )
    NOTIONAL_BELOW_MIN = (
        -4164,
        "Order's notional must be no smaller than {} (unless you choose reduce only)",
        400,
    )
    TIME_INTERVAL_TOO_LONG = (-4165, "Maximum time interval is {} days", 400)
    ASSET_MODE_WITH_ISOLATED = (
        -4167,
        (
            "Unable to adjust to Multi-Assets mode with symbols of USDⓈ-M Futures under"
            " isolated-margin mode."
        ),
        400,
    )
    ISOLATED_UNDER_MULTI_ASSETS = (
        -4168,
        "Unable to adjust to isolated-margin mode under the Multi-Assets mode.",
        400,
    )
    ASSET_MODE_MARGIN_NOT_SUFFICIENT = (
        -4169,
        "Unable to adjust Multi-Assets Mode with insufficient margin balance in USDⓈ-M Futures.",
        400,
    )
    ASSET_MODE_WITH_ORDERS = (
        -4170,
        "Unable to adjust Multi-Assets Mode with open orders in USDⓈ-M Futures.",
        400,
    )
    NO_NEED_TO_CHANGE_ASSET_MODE = (
        -4171,
        "Adjusted asset mode is currently set and does not need to be adjusted repeatedly.",
        400,
    )
    ASSET_MODE_WITH_NEGATIVE_BALANCE = (
        -4172,
        (
            "Unable to adjust Multi-Assets Mode with a negative wallet balance of margin available"
            " asset in USDⓈ-M Futures account."
        ),
        400,
    )
    PRICE_ABOVE_STOP_MULTIPLIER = (-4183, "Limit price can't be higher than {}.", 400)
    PRICE_BELOW_STOP_MULTIPLIER = (-4184, "Limit price can't be lower than {}.", 400)
    FOK_NOT_FILLED = (
        -5021,
        (
            "Due to the order could not be filled immediately, the FOK order has been rejected."
            " The order will not be recorded in the order history"
        ),
        400,
    )
    GTX_WOULD_TAKE = (
        -5022,
        (
            "Due to the order could not be executed as maker, the Post Only order will be rejected."
            " The order will not be recorded in the order history"
        ),
        400,
    )
    NOT_TRADING_TO_AMEND = (
        -5024,
        "Symbol is not in trading status. Order amendment is not permitted.",
        400,
    )
    ONLY_LIMIT_ORDERS = (-5025, "Only limit order is supported.", 400)
    TOO_MANY_MODIFICATIONS = (-5026, "Exceed maximum modify order limit.", 400)
    NO_NEED_TO_MODIFY = (-5027, "No need to modify the order.", 400)
    AMENDED_NOTIONAL_BELOW_MIN = (-5029, "Order's notional must be no smaller than {}", 400)
    INVALID_PRICE_MATCH = (-5037, "Invalid price match", 400)
    PRICE_MATCH_TYPE = (
        -5038,
        "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT",
        400,
    )
    INVALID_SELF_TRADE_PREVENTION = (-5039, "Invalid self trade prevention mode", 400)
    INVALID_GOOD_TILL_DATE = (
        -5040,
        (
            "The goodTillDate timestamp must be greater than the current time plus 600 seconds and"
            " smaller than 253402300799000 (UTC 9999-12-31 23:59:59)"
        ),
        400,
    )
    NO_DEPTH = (-5041, "No depth matches this BBO order", 400)

    @property
    def code(self) -> int:
        return self.value[0]

    @property
    def status(self) -> int:
        return self.value[2]


class ApiError(Exception):
    """A request is refused with one of the venue's errors; `details` fill its message."""

    def __init__(self, error: Error, *details: object) -> None:
        super().__init__(error.name, *details)
        self.error = error
        self.details = details

    def body(self) -> dict[str, object]:
        """`{"code": …, "msg": …}` with the details in their places."""
        return {"code": self.error.code, "msg": self.error.value[1].format(*self.details)}

    def response(self, headers: tuple[tuple[str, str], ...] = ()) -> Response:
        return Response(self.error.status, msgspec.json.encode(self.body()), headers)


ERROR_OF: Final[dict[Reject, Error]] = {
    Reject.UNKNOWN_ACCOUNT: Error.KEY_REJECTED,
    Reject.UNKNOWN_SYMBOL: Error.BAD_SYMBOL,
    Reject.SYMBOL_CLOSED: Error.SYMBOL_CLOSED,
    Reject.SYMBOL_NOT_TRADING: Error.BAD_SYMBOL_STATUS,
    Reject.OPENS_BEFORE_SETTLEMENT: Error.OPENING_POSITION_STATUS,
    Reject.NOT_TRADING_TO_AMEND: Error.NOT_TRADING_TO_AMEND,
    Reject.UNKNOWN_ASSET: Error.BAD_ASSET,
    Reject.INVALID_AMOUNT: Error.AMOUNT_NOT_POSITIVE,
    Reject.NO_DEPTH: Error.NO_DEPTH,
    Reject.PRICE_NOT_POSITIVE: Error.PRICE_NOT_POSITIVE,
    Reject.PRICE_ABOVE_MAX: Error.PRICE_ABOVE_MAX,
    Reject.PRICE_BELOW_MIN: Error.PRICE_BELOW_MIN,
    Reject.PRICE_OFF_TICK: Error.PRICE_OFF_TICK,
    Reject.TRIGGER_PRICE_NOT_POSITIVE: Error.TRIGGER_PRICE_NOT_POSITIVE,
    Reject.TRIGGER_PRICE_ABOVE_MAX: Error.TRIGGER_PRICE_ABOVE_MAX,
    Reject.INVALID_ACTIVATION_PRICE: Error.INVALID_ACTIVATION_PRICE,
    Reject.QUANTITY_NOT_POSITIVE: Error.QUANTITY_NOT_POSITIVE,
    Reject.QUANTITY_BELOW_MIN: Error.QUANTITY_BELOW_MIN,
    Reject.QUANTITY_ABOVE_MAX: Error.QUANTITY_ABOVE_MAX,
    Reject.QUANTITY_OFF_STEP: Error.QUANTITY_OFF_STEP,
    Reject.NOTIONAL_BELOW_MIN: Error.NOTIONAL_BELOW_MIN,
    Reject.PRICE_ABOVE_MULTIPLIER: Error.PRICE_ABOVE_MULTIPLIER,
    Reject.PRICE_BELOW_MULTIPLIER: Error.PRICE_BELOW_MULTIPLIER,
    Reject.PRICE_ABOVE_STOP_MULTIPLIER: Error.PRICE_ABOVE_STOP_MULTIPLIER,
    Reject.PRICE_BELOW_STOP_MULTIPLIER: Error.PRICE_BELOW_STOP_MULTIPLIER,
    Reject.MARKET_PRICE_OUT_OF_BOUNDS: Error.MARKET_ORDER_REJECTED,
    Reject.POSITION_SIDE_MISMATCH: Error.POSITION_SIDE_MISMATCH,
    Reject.REDUCE_ONLY_REJECTED: Error.REDUCE_ONLY_REJECTED,
    Reject.DUPLICATE_CLIENT_ORDER_ID: Error.DUPLICATE_CLIENT_ORDER_ID,
    Reject.TOO_MANY_OPEN_ORDERS: Error.MAX_OPEN_ORDERS,
    Reject.TOO_MANY_CONDITIONAL_ORDERS: Error.TOO_MANY_CONDITIONAL_ORDERS,
    Reject.WOULD_TRIGGER_AT_ONCE: Error.WOULD_TRIGGER_AT_ONCE,
    Reject.POSITION_LIMIT_EXCEEDED: Error.MAX_LEVERAGE_RATIO,
    Reject.MARGIN_NOT_SUFFICIENT: Error.MARGIN_NOT_SUFFICIENT,
    Reject.FOK_NOT_FILLED: Error.FOK_NOT_FILLED,
    Reject.GTX_WOULD_TAKE: Error.GTX_WOULD_TAKE,
    Reject.UNKNOWN_ORDER: Error.NO_SUCH_ORDER,
    Reject.NO_NEED_TO_MODIFY: Error.NO_NEED_TO_MODIFY,
    Reject.TOO_MANY_MODIFICATIONS: Error.TOO_MANY_MODIFICATIONS,
    Reject.INVALID_LEVERAGE: Error.INVALID_LEVERAGE,
    Reject.LEVERAGE_REDUCTION_WITH_POSITION: Error.LEVERAGE_REDUCTION_WITH_POSITION,
    Reject.LEVERAGE_MARGIN_NOT_SUFFICIENT: Error.MIN_LEVERAGE_RATIO,
    Reject.ISOLATED_UNDER_MULTI_ASSETS: Error.ISOLATED_UNDER_MULTI_ASSETS,
    Reject.NO_NEED_TO_CHANGE_MARGIN_TYPE: Error.NO_NEED_TO_CHANGE_MARGIN_TYPE,
    Reject.MARGIN_TYPE_WITH_ORDERS: Error.MARGIN_TYPE_WITH_ORDERS,
    Reject.MARGIN_TYPE_WITH_POSITION: Error.MARGIN_TYPE_WITH_POSITION,
    Reject.NO_NEED_TO_CHANGE_POSITION_MODE: Error.NO_NEED_TO_CHANGE_POSITION_MODE,
    Reject.POSITION_MODE_WITH_ORDERS: Error.POSITION_MODE_WITH_ORDERS,
    Reject.POSITION_MODE_WITH_POSITION: Error.POSITION_MODE_WITH_POSITION,
    Reject.NO_NEED_TO_CHANGE_ASSET_MODE: Error.NO_NEED_TO_CHANGE_ASSET_MODE,
    Reject.ASSET_MODE_WITH_ORDERS: Error.ASSET_MODE_WITH_ORDERS,
    Reject.ASSET_MODE_WITH_ISOLATED: Error.ASSET_MODE_WITH_ISOLATED,
    Reject.ASSET_MODE_WITH_NEGATIVE_BALANCE: Error.ASSET_MODE_WITH_NEGATIVE_BALANCE,
    Reject.ASSET_MODE_MARGIN_NOT_SUFFICIENT: Error.ASSET_MODE_MARGIN_NOT_SUFFICIENT,
    Reject.NOT_ISOLATED: Error.NOT_ISOLATED,
    Reject.NO_POSITION: Error.NO_POSITION,
    Reject.CROSS_BALANCE_NOT_SUFFICIENT: Error.CROSS_BALANCE_NOT_SUFFICIENT,
    Reject.ISOLATED_BALANCE_NOT_SUFFICIENT: Error.ISOLATED_BALANCE_NOT_SUFFICIENT,
    Reject.BALANCE_NOT_SUFFICIENT: Error.BALANCE_NOT_SUFFICIENT,
}
"""What a client's command can be refused with; the operator's own refusals are not in it."""
