"""The parameters of a new conditional order, at its own endpoint or, as of old, at the orders'."""

from __future__ import annotations

from typing import Final

from perpbox.account import (
    ConditionalTerms,
    ConditionalType,
    TimeInForce,
)
from perpbox.api.calendar import WIDER_CALLBACK
from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.new_order import (
    is_matched,
    read_good_till,
    read_price_match,
    read_response_type,
    read_self_trade_prevention,
    read_side,
    read_working_type,
)
from perpbox.api.params import Params, member_of, precise
from perpbox.api.settings import position_side
from perpbox.engine.commands import PlaceConditional
from perpbox.instrument import Symbol
from perpbox.money import SCALE, NotANumber, Price, Ratio, TooPrecise, parse

PER_CENT: Final[Ratio] = SCALE // 100
CALLBACK_STEP: Final[Ratio] = SCALE // 1000
LEAST_CALLBACK: Final[Ratio] = PER_CENT // 10
MOST_CALLBACK: Final[Ratio] = 10 * PER_CENT
WIDER_MOST_CALLBACK: Final[Ratio] = 20 * PER_CENT
OPTIONAL: Final = (
    "positionSide",
    "timeInForce",
    "workingType",
    "priceMatch",
    "newOrderRespType",
    "selfTradePreventionMode",
)
LIMITED: Final = frozenset(("STOP", "TAKE_PROFIT"))
TRAILING: Final = "TRAILING_STOP_MARKET"


class Names:
    """How the parameters are called that have two names."""

    __slots__ = ("activation_price", "client_id", "trigger_price")

    def __init__(self, trigger_price: str, activation_price: str, client_id: str) -> None:
        self.trigger_price = trigger_price
        self.activation_price = activation_price
        self.client_id = client_id


ALGO: Final = Names("triggerPrice", "activatePrice", "clientAlgoId")
LEGACY: Final = Names("stopPrice", "activationPrice", "newClientOrderId")


class Figures:
    """The numbers that were sent, None where one has too many decimals."""

    __slots__ = ("activation_price", "callback_rate", "price", "quantity", "trigger_price")

    def __init__(self, params: Params, names: Names, *, close_position: bool) -> None:
        """-1102 for what is missing or no number, the mandatory ones in documented order."""
        kind = params.values.get("type", "")
        trails = kind == TRAILING
        limited = kind in LIMITED and not is_matched(params)
        self.quantity = 0 if close_position else params.number("quantity")
        self.price = params.number("price") if limited else 0
        self.trigger_price = 0 if trails else params.number(names.trigger_price)
        self.activation_price = _activation_price(params, names) if trails else 0
        self.callback_rate = _callback_rate(params) if trails else 0


def _activation_price(params: Params, names: Names) -> Price | None:
    """0 if it was not sent, -1105 if it is empty, -1130 if it is no number."""
    text = params.optional(names.activation_price)
    try:
        return parse(text) if text is not None else 0
    except TooPrecise:
        return None
    except NotANumber:
        raise ApiError(Error.INVALID_PARAMETER, names.activation_price) from None


def _callback_rate(params: Params) -> Ratio:
    """Per cent with one decimal; -1102 if it is missing, -1130 if it is none."""
    text = params.text("callbackRate")
    try:
        rate = parse(text)
    except (NotANumber, TooPrecise):
        raise ApiError(Error.INVALID_PARAMETER, "callbackRate") from None
    if rate % (100 * CALLBACK_STEP):
        raise ApiError(Error.INVALID_PARAMETER, "callbackRate")
    return rate // 100


def read_conditional(call: Call, names: Names) -> tuple[Symbol, PlaceConditional]:
    """The parameters as a command, in the venue's order of precedence."""
    params, legacy = call.params, names is LEGACY
    for name in ("symbol", "side", "type"):
        params.text(name)
    kind = params.text("type")
    order_type = member_of(kind, ConditionalType, ApiError(Error.INVALID_ORDER_TYPE))
    close_position = params.optional_flag("closePosition")
    if close_position and params.has("quantity"):
        raise ApiError(Error.QUANTITY_WITH_CLOSE_POSITION)
    figures = Figures(params, names, close_position=close_position)
    params.require_filled(*OPTIONAL, names.client_id)
    _refuse_unfit(params, names, kind)
    if call.account.hedge_mode and params.has("reduceOnly"):
        raise ApiError(Error.NOT_REQUIRED, "reduceonly")
    reduce_only = params.optional_flag("reduceOnly")
    if close_position and reduce_only:
        raise ApiError(Error.REDUCE_ONLY_WITH_CLOSE_POSITION)
    price_protect = params.optional_flag("priceProtect")
    symbol = call.market_of(params.text("symbol")).symbol
    side = read_side(params)
    leg = position_side(params.optional("positionSide"))
    time_in_force = _time_in_force(params)
    read_response_type(params)
    limited = kind in LIMITED
    _require_callback(call, kind, figures.callback_rate)
    dated = limited and time_in_force is TimeInForce.GTD
    decimals = symbol.price_precision
    terms = ConditionalTerms(
        symbol=symbol.name,
        side=side,
        position_side=leg,
        order_type=order_type,
        time_in_force=time_in_force,
        working_type=read_working_type(params),
        price_match=read_price_match(call, params, limited=limited),
        self_trade_prevention=read_self_trade_prevention(params),
        good_till=read_good_till(call, params) if dated else 0,
        quantity=precise(figures.quantity, symbol.quantity_precision),
        price=precise(figures.price, decimals),
        trigger_price=precise(figures.trigger_price, decimals),
        activation_price=precise(figures.activation_price, decimals),
        callback_rate=figures.callback_rate,
        price_protect=price_protect,
        close_position=close_position,
        reduce_only=reduce_only,
        legacy=legacy,
    )
    client_id = params.client_order_id(names.client_id)
    return symbol, PlaceConditional(call.account.account_id, terms, client_id)


def _refuse_unfit(params: Params, names: Names, kind: str) -> None:
    """-1106 for the first parameter that does not go with the type."""
    unfit = ["closePosition"] if params.optional_flag("closePosition") else []
    if kind in LIMITED:
        unfit += [names.activation_price, "callbackRate"]
        if is_matched(params):
            unfit.append("price")
    elif kind == TRAILING:
        unfit += [names.trigger_price, "price", "goodTillDate"]
    else:
        unfit = ["price", "goodTillDate", names.activation_price, "callbackRate"]
    if kind in LIMITED and params.values.get("timeInForce") != TimeInForce.GTD.value:
        unfit.append("goodTillDate")
    for name in unfit:
        if params.has(name):
            raise ApiError(Error.NOT_REQUIRED, name.lower())


def _time_in_force(params: Params) -> TimeInForce:
    """GTC unless another is sent; a GTD order needs its date."""
    value = params.optional("timeInForce") or TimeInForce.GTC.value
    found = member_of(value, TimeInForce, ApiError(Error.INVALID_TIME_IN_FORCE))
    lasting = (TimeInForce.GTC, TimeInForce.GTE_GTC)
    if found not in lasting and params.text("type") not in LIMITED:
        raise ApiError(Error.INVALID_TIME_IN_FORCE)
    return found


def _require_callback(call: Call, kind: str, rate: Ratio) -> None:
    most = WIDER_MOST_CALLBACK if call.since(WIDER_CALLBACK) else MOST_CALLBACK
    if kind == TRAILING and not LEAST_CALLBACK <= rate <= most:
        raise ApiError(Error.INVALID_PARAMETER, "callbackRate")
