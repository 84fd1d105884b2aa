"""The parameters of a new order, read in the venue's order of precedence."""

from __future__ import annotations

from typing import Final

from perpbox.account import (
    BUY,
    SELL,
    OrderType,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
    WorkingType,
)
from perpbox.api.calendar import DEEP_OPPONENT_REMOVED
from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import Params, member_of, precise
from perpbox.api.settings import position_side
from perpbox.engine.commands import PlaceOrder
from perpbox.instrument import Symbol
from perpbox.money import Millis

SIDES: Final[dict[str, Side]] = {"BUY": BUY, "SELL": SELL}
ALGO_TYPES: Final = frozenset(
    ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
)
RESPONSE_TYPES: Final = ("ACK", "RESULT")
MANDATORY: Final = {
    "LIMIT": ("symbol", "side", "type", "timeInForce", "quantity"),
    "MARKET": ("symbol", "side", "type", "quantity"),
}
OPTIONAL: Final = (
    "positionSide",
    "newClientOrderId",
    "newOrderRespType",
    "priceMatch",
    "selfTradePreventionMode",
    "workingType",
)
UNFIT_FOR_LIMIT: Final = ("stopPrice", "activationPrice", "callbackRate", "goodTillDate")
UNFIT: Final = {
    "LIMIT": UNFIT_FOR_LIMIT,
    "MARKET": ("timeInForce", "price", *UNFIT_FOR_LIMIT),
}
MATCHES: Final = frozenset(m.value for m in PriceMatch if m is not PriceMatch.NONE)
LEAST_LIFE: Final[Millis] = 600_000
LAST_DATE: Final[Millis] = 253_402_300_799_000
"""A good-till date lies between that much later than now and the end of the year 9999."""
SECOND: Final[Millis] = 1000
DEEP_OPPONENT: Final = (PriceMatch.OPPONENT_10, PriceMatch.OPPONENT_20)


def read_new_order(call: Call) -> tuple[Symbol, PlaceOrder, str]:
    """The parameters as a command: their own faults first, then symbol, enums, precision."""
    params = call.params
    price, quantity, reduce_only = _require_well_formed(params, call.account.hedge_mode)
    symbol = call.market_of(params.text("symbol")).symbol
    side = read_side(params)
    position = position_side(params.optional("positionSide"))
    order_type = _order_type(params.text("type"))
    time_in_force = TimeInForce.GTC
    if order_type is OrderType.LIMIT:
        error = ApiError(Error.INVALID_TIME_IN_FORCE)
        time_in_force = params.member("timeInForce", TimeInForce, error)
        if time_in_force is TimeInForce.GTE_GTC:
            raise error
    client_order_id = params.client_order_id()
    response_type = read_response_type(params)
    # It means nothing for an order that waits for no price, and is still one of two.
    read_working_type(params)
    price_match = read_price_match(call, params, limited=order_type is OrderType.LIMIT)
    self_trade_prevention = read_self_trade_prevention(params)
    good_till = read_good_till(call, params) if time_in_force is TimeInForce.GTD else 0
    command = PlaceOrder(
        account_id=call.account.account_id,
        symbol=symbol.name,
        side=side,
        position_side=position,
        order_type=order_type,
        price=precise(price, symbol.price_precision),
        quantity=precise(quantity, symbol.quantity_precision),
        time_in_force=time_in_force,
        reduce_only=reduce_only,
        client_order_id=client_order_id,
        self_trade_prevention=self_trade_prevention,
        price_match=price_match,
        good_till=good_till,
    )
    return symbol, command, response_type


def _require_well_formed(params: Params, hedge_mode: bool) -> tuple[int | None, int | None, bool]:
    """Price, quantity and reduceOnly; -1102, -1105, -1106 or -1130 for what cannot be read.

    What is missing comes first, in documented order. Nothing is unfit for an unknown type.
    """
    kind = params.values.get("type", "")
    for name in MANDATORY.get(kind, ("symbol", "side", "type")):
        params.text(name)
    matched = kind == "LIMIT" and is_matched(params)
    price = params.number("price") if kind == "LIMIT" and not matched else 0
    quantity = params.number("quantity") if kind in MANDATORY else 0
    params.require_filled(*OPTIONAL)
    dated = kind == "LIMIT" and params.values.get("timeInForce") == "GTD"
    if dated:
        params.long("goodTillDate")
    for name in UNFIT.get(kind, ()):
        if params.has(name) and not (dated and name == "goodTillDate"):
            raise ApiError(Error.NOT_REQUIRED, name.lower())
    if matched and params.has("price"):
        raise ApiError(Error.NOT_REQUIRED, "price")
    if hedge_mode and params.has("reduceOnly"):
        raise ApiError(Error.NOT_REQUIRED, "reduceonly")
    if params.optional_flag("closePosition") and kind in MANDATORY:
        raise ApiError(Error.NOT_REQUIRED, "closeposition")
    params.optional_flag("priceProtect")
    return price, quantity, params.optional_flag("reduceOnly")


def read_side(params: Params) -> Side:
    side = SIDES.get(params.text("side"))
    if side is None:
        raise ApiError(Error.INVALID_SIDE)
    return side


def read_response_type(params: Params) -> str:
    """ACK unless another is sent; -1136 if it is none."""
    response_type = params.optional("newOrderRespType") or "ACK"
    if response_type not in RESPONSE_TYPES:
        raise ApiError(Error.INVALID_RESPONSE_TYPE)
    return response_type


def read_working_type(params: Params) -> WorkingType:
    """CONTRACT_PRICE unless another is sent; -4031 if it is none."""
    value = params.optional("workingType") or WorkingType.CONTRACT_PRICE.value
    return member_of(value, WorkingType, ApiError(Error.INVALID_WORKING_TYPE, value))


def _order_type(value: str) -> OrderType:
    if value in ALGO_TYPES:
        raise ApiError(Error.USE_ALGO_ENDPOINT)
    return member_of(value, OrderType, ApiError(Error.INVALID_ORDER_TYPE))


def is_matched(params: Params) -> bool:
    """Whether the price is to come out of the book."""
    return params.values.get("priceMatch") in MATCHES


def read_price_match(call: Call, params: Params, *, limited: bool) -> PriceMatch:
    """What `priceMatch` names; -5037 if it is none, -5038 for a type that has no price."""
    value = params.optional("priceMatch")
    if value is None:
        return PriceMatch.NONE
    price_match = member_of(value, PriceMatch, ApiError(Error.INVALID_PRICE_MATCH))
    if price_match in DEEP_OPPONENT and call.since(DEEP_OPPONENT_REMOVED):
        raise ApiError(Error.INVALID_PRICE_MATCH)
    if price_match is not PriceMatch.NONE and not limited:
        raise ApiError(Error.PRICE_MATCH_TYPE)
    return price_match


def read_good_till(call: Call, params: Params) -> Millis:
    """`goodTillDate` in whole seconds, or -5040."""
    date = params.long("goodTillDate")
    if not call.now + LEAST_LIFE < date < LAST_DATE:
        raise ApiError(Error.INVALID_GOOD_TILL_DATE)
    return date // SECOND * SECOND


def read_self_trade_prevention(params: Params) -> SelfTradePrevention:
    """EXPIRE_MAKER unless another mode is sent; -5039 if it is none."""
    value = params.optional("selfTradePreventionMode")
    if value is None:
        return SelfTradePrevention.EXPIRE_MAKER
    return member_of(value, SelfTradePrevention, ApiError(Error.INVALID_SELF_TRADE_PREVENTION))
