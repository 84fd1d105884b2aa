"""The same for settings, modes and the book: codes from -4046 on."""

from __future__ import annotations

import json
from typing import Final

from perpbox.api.errors import Error
from tests.api.error_stage import (
    BTC,
    Row,
    amended_without_end,
    amendment,
    carried_by_another_asset,
    conditional,
    get,
    holds,
    isolated,
    isolated_and_holds,
    limit,
    log_on,
    market,
    multi_assets,
    of_old,
    owes,
    post,
    quoted,
    rests,
    stop_of_old,
)
from tests.api.exchange import DAY, MINUTE, NOON

OF_SETTINGS: Final = (
    Row(
        Error.NO_NEED_TO_CHANGE_MARGIN_TYPE,
        "cross once more",
        -4046,
        "No need to change margin type.",
        post("marginType", **BTC, marginType="CROSSED"),
    ),
    Row(
        Error.MARGIN_TYPE_WITH_ORDERS,
        "isolated with an open order",
        -4047,
        "Margin type cannot be changed if there exists open orders.",
        post("marginType", **BTC, marginType="ISOLATED"),
        rests,
    ),
    Row(
        Error.MARGIN_TYPE_WITH_POSITION,
        "isolated with a position",
        -4048,
        "Margin type cannot be changed if there exists position.",
        post("marginType", **BTC, marginType="ISOLATED"),
        holds,
    ),
    Row(
        Error.NOT_ISOLATED,
        "margin for a cross position",
        -4049,
        "Add margin only support for isolated position.",
        post("positionMargin", **BTC, amount="1", type=1),
        holds,
    ),
    Row(
        Error.CROSS_BALANCE_NOT_SUFFICIENT,
        "more margin than there is",
        -4050,
        "Cross balance insufficient.",
        post("positionMargin", **BTC, amount="10000", type=1),
        isolated_and_holds,
    ),
    Row(
        Error.ISOLATED_BALANCE_NOT_SUFFICIENT,
        "the margin that the position stands on",
        -4051,
        "Isolated balance insufficient.",
        post("positionMargin", **BTC, amount="100", type=2),
        isolated_and_holds,
    ),
    Row(
        Error.NO_POSITION,
        "margin for no position",
        -4054,
        "Cannot add position margin: position is 0.",
        post("positionMargin", **BTC, amount="1", type=1),
        isolated,
    ),
    Row(
        Error.AMOUNT_NOT_POSITIVE,
        "margin of nothing",
        -4055,
        "Amount must be positive.",
        post("positionMargin", **BTC, amount="0", type=1),
        isolated_and_holds,
    ),
    Row(
        Error.INVALID_KEY_TYPE, "a session with an HMAC key", -4056, "Invalid api key type.", log_on
    ),
    Row(
        Error.NO_NEED_TO_CHANGE_POSITION_MODE,
        "one-way once more",
        -4059,
        "No need to change position side.",
        post("positionSide/dual", dualSidePosition="false"),
    ),
    Row(
        Error.INVALID_POSITION_SIDE,
        "a leg that is none",
        -4060,
        "Invalid position side.",
        limit(positionSide="UP"),
    ),
    Row(
        Error.POSITION_SIDE_MISMATCH,
        "a long leg in one-way mode",
        -4061,
        "Order's position side does not match user's setting.",
        limit(positionSide="LONG"),
    ),
    Row(
        Error.POSITION_MODE_WITH_ORDERS,
        "hedge mode with an open order",
        -4067,
        "Position side cannot be changed if there exists open orders.",
        post("positionSide/dual", dualSidePosition="true"),
        rests,
    ),
    Row(
        Error.POSITION_MODE_WITH_POSITION,
        "hedge mode with a position",
        -4068,
        "Position side cannot be changed if there exists position.",
        post("positionSide/dual", dualSidePosition="true"),
        holds,
    ),
    Row(
        Error.BATCH_SIZE,
        "a batch of six",
        -4082,
        "Invalid number of batch place orders.",
        post("batchOrders", batchOrders=json.dumps([{}] * 6)),
    ),
    Row(
        Error.INVALID_CONTRACT_TYPE,
        "candles of a weekly contract",
        -4104,
        "Invalid contract type",
        get("continuousKlines", pair="BTCUSDT", contractType="WEEKLY", interval="1m"),
    ),
    Row(
        Error.DUPLICATE_CLIENT_ORDER_ID,
        "the id of an open order",
        -4116,
        "clientOrderId is duplicated",
        limit(newClientOrderId="mine"),
        rests,
    ),
    Row(
        Error.USE_ALGO_ENDPOINT,
        "a stop where orders are placed",
        -4120,
        (
            "Order type not supported for this endpoint. Please use the Algo Order API"
            " endpoints instead."
        ),
        limit(type="STOP_MARKET", stopPrice="49000"),
    ),
    Row(
        Error.MARKET_ORDER_REJECTED,
        "the best offer is 6 % away",
        -4131,
        "The counterparty's best price does not meet the PERCENT_PRICE filter limit",
        market(),
        quoted(bids=[("47000", "1")], asks=[("53000", "1")]),
    ),
    Row(
        Error.INVALID_ACTIVATION_PRICE,
        "a trailing stop that never wakes",
        -4135,
        "Invalid activation price",
        conditional(
            kind="TRAILING_STOP_MARKET", trigger=None, callbackRate="1", activatePrice="9000000"
        ),
    ),
    Row(
        Error.QUANTITY_WITH_CLOSE_POSITION,
        "all of the position, and 0.1 BTC",
        -4137,
        "Quantity must be zero with closePosition equals true",
        conditional(closePosition="true"),
    ),
    Row(
        Error.REDUCE_ONLY_WITH_CLOSE_POSITION,
        "closes, and reduces only",
        -4138,
        "Reduce only must be true with closePosition equals true",
        conditional(closePosition="true", reduceOnly="true", quantity=None),
    ),
    Row(
        Error.INVALID_PAIR,
        "index candles of a pair that is none",
        -4144,
        "Invalid pair",
        get("indexPriceKlines", pair="NOPEUSDT", interval="1m"),
    ),
    Row(
        Error.LEVERAGE_REDUCTION_WITH_POSITION,
        "less leverage for an isolated position",
        -4161,
        "Leverage reduction is not supported in Isolated Margin Mode with open positions",
        post("leverage", **BTC, leverage=19),
        isolated_and_holds,
    ),
    Row(
        Error.NOTIONAL_BELOW_MIN,
        "49 USDT of BTC",
        -4164,
        "Order's notional must be no smaller than 100 (unless you choose reduce only)",
        limit(quantity="0.001"),
    ),
    Row(
        Error.TIME_INTERVAL_TOO_LONG,
        "orders of more than a week",
        -4165,
        "Maximum time interval is 7 days",
        get("allOrders", **BTC, startTime=NOON - 7 * DAY - 1, endTime=NOON),
    ),
    Row(
        Error.TIME_INTERVAL_TOO_LONG,
        "margin changes of more than thirty days",
        -4165,
        "Maximum time interval is 30 days",
        get("positionMargin/history", **BTC, startTime=NOON - 30 * DAY - 1, endTime=NOON),
    ),
    Row(
        Error.ASSET_MODE_WITH_ISOLATED,
        "multi-assets with an isolated symbol",
        -4167,
        (
            "Unable to adjust to Multi-Assets mode with symbols of USDⓈ-M Futures under"
            " isolated-margin mode."
        ),
        post("multiAssetsMargin", multiAssetsMargin="true"),
        isolated,
    ),
    Row(
        Error.ISOLATED_UNDER_MULTI_ASSETS,
        "isolated under multi-assets",
        -4168,
        "Unable to adjust to isolated-margin mode under the Multi-Assets mode.",
        post("marginType", **BTC, marginType="ISOLATED"),
        multi_assets,
    ),
    Row(
        Error.ASSET_MODE_MARGIN_NOT_SUFFICIENT,
        "the other asset carries the position",
        -4169,
        "Unable to adjust Multi-Assets Mode with insufficient margin balance in USDⓈ-M Futures.",
        post("multiAssetsMargin", multiAssetsMargin="false"),
        carried_by_another_asset,
    ),
    Row(
        Error.ASSET_MODE_WITH_ORDERS,
        "multi-assets with an open order",
        -4170,
        "Unable to adjust Multi-Assets Mode with open orders in USDⓈ-M Futures.",
        post("multiAssetsMargin", multiAssetsMargin="true"),
        rests,
    ),
    Row(
        Error.NO_NEED_TO_CHANGE_ASSET_MODE,
        "single-asset once more",
        -4171,
        "Adjusted asset mode is currently set and does not need to be adjusted repeatedly.",
        post("multiAssetsMargin", multiAssetsMargin="false"),
    ),
    Row(
        Error.ASSET_MODE_WITH_NEGATIVE_BALANCE,
        "a loss that no fund has paid",
        -4172,
        (
            "Unable to adjust Multi-Assets Mode with a negative wallet balance of margin"
            " available asset in USDⓈ-M Futures account."
        ),
        post("multiAssetsMargin", multiAssetsMargin="true"),
        owes,
    ),
    Row(
        Error.PRICE_ABOVE_STOP_MULTIPLIER,
        "a stop's buy more than 5 % above its trigger price",
        -4183,
        "Limit price can't be higher than 53550.",
        conditional("BUY", "STOP", "51000", price="53550.1"),
    ),
    Row(
        Error.PRICE_BELOW_STOP_MULTIPLIER,
        "a stop's sale more than 5 % below its trigger price",
        -4184,
        "Limit price can't be lower than 46550.",
        conditional("SELL", "STOP", "49000", price="46549.9"),
    ),
    Row(
        Error.FOK_NOT_FILLED,
        "more than the book has, or nothing",
        -5021,
        (
            "Due to the order could not be filled immediately, the FOK order has been rejected."
            " The order will not be recorded in the order history"
        ),
        limit(quantity="2", timeInForce="FOK", price="50000"),
        quoted(bids=[], asks=[("50000", "1")]),
    ),
    Row(
        Error.GTX_WOULD_TAKE,
        "a maker at the price of an offer",
        -5022,
        (
            "Due to the order could not be executed as maker, the Post Only order will be"
            " rejected. The order will not be recorded in the order history"
        ),
        limit(price="50000", timeInForce="GTX"),
        quoted(bids=[], asks=[("50000", "1")]),
    ),
    Row(
        Error.ONLY_LIMIT_ORDERS,
        "a stop is amended where stops are orders",
        -5025,
        "Only limit order is supported.",
        amendment("48000"),
        stop_of_old,
        stage=of_old,
    ),
    Row(
        Error.TOO_MANY_MODIFICATIONS,
        "the 10 001st amendment",
        -5026,
        "Exceed maximum modify order limit.",
        amendment("48001"),
        amended_without_end,
    ),
    Row(
        Error.NO_NEED_TO_MODIFY,
        "price and quantity as they were",
        -5027,
        "No need to modify the order.",
        amendment("48000"),
        rests,
    ),
    Row(
        Error.AMENDED_NOTIONAL_BELOW_MIN,
        "an order is amended to 48 USDT",
        -5029,
        "Order's notional must be no smaller than 100",
        amendment("48000", quantity="0.001"),
        rests,
    ),
    Row(
        Error.INVALID_PRICE_MATCH,
        "the best price there is",
        -5037,
        "Invalid price match",
        limit(priceMatch="BEST"),
    ),
    Row(
        Error.PRICE_MATCH_TYPE,
        "a MARKET order in the queue",
        -5038,
        "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT",
        market(priceMatch="QUEUE"),
    ),
    Row(
        Error.INVALID_SELF_TRADE_PREVENTION,
        "a mode that is none",
        -5039,
        "Invalid self trade prevention mode",
        limit(selfTradePreventionMode="NEVER"),
    ),
    Row(
        Error.INVALID_GOOD_TILL_DATE,
        "good for ten minutes",
        -5040,
        (
            "The goodTillDate timestamp must be greater than the current time plus 600 seconds"
            " and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)"
        ),
        limit(timeInForce="GTD", goodTillDate=NOON + 10 * MINUTE),
    ),
    Row(
        Error.NO_DEPTH,
        "the fifth bid of one",
        -5041,
        "No depth matches this BBO order",
        limit(price=None, priceMatch="QUEUE_5"),
        quoted(bids=[("49900", "1")], asks=[("50000", "1")]),
    ),
)
