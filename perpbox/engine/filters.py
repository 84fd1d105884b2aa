"""The filters of exchangeInfo, checked in the order in which it lists them."""

from __future__ import annotations

from perpbox.account import BUY, ConditionalTerms, OrderType, PriceMatch, Side
from perpbox.engine.market import Market
from perpbox.engine.rejects import Reject, Rejected
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Price, Quantity, is_multiple, round_up, text_short


def check_limit(market: Market, side: Side, price: Price, quantity: Quantity, closes: bool) -> None:
    """PRICE_FILTER, LOT_SIZE, MIN_NOTIONAL and PERCENT_PRICE for a LIMIT order.

    Source: the common-definition page. What only closes is free of MIN_NOTIONAL.
    """
    symbol = market.symbol
    _check_price(market, price)
    _check_quantity(quantity, symbol.min_quantity, symbol.max_quantity, symbol.step_size)
    if not closes and price * quantity < symbol.min_notional * SCALE:
        raise Rejected(Reject.NOTIONAL_BELOW_MIN, text_short(symbol.min_notional))
    if side == BUY:
        if price * SCALE > market.mark * symbol.multiplier_up:
            raise Rejected(Reject.PRICE_ABOVE_MULTIPLIER)
    elif price * SCALE < market.mark * symbol.multiplier_down:
        raise Rejected(Reject.PRICE_BELOW_MULTIPLIER)


def check_market(market: Market, side: Side, quantity: Quantity, closes: bool) -> None:
    """MARKET_LOT_SIZE, MIN_NOTIONAL at the mark price, and PERCENT_PRICE of the best quote."""
    symbol = market.symbol
    _check_quantity(
        quantity, symbol.market_min_quantity, symbol.market_max_quantity, symbol.market_step_size
    )
    if not closes and market.mark * quantity < symbol.min_notional * SCALE:
        raise Rejected(Reject.NOTIONAL_BELOW_MIN, text_short(symbol.min_notional))
    check_best_price(market, side)


def check_best_price(market: Market, side: Side) -> None:
    """PERCENT_PRICE of the best quote, which is all that closing a whole position is held to."""
    symbol = market.symbol
    best = market.best_price(-side)
    multiplier = symbol.multiplier_up if side == BUY else symbol.multiplier_down
    if best and (best * SCALE - market.mark * multiplier) * side > 0:
        raise Rejected(Reject.MARKET_PRICE_OUT_OF_BOUNDS)


def check(
    market: Market,
    order_type: OrderType,
    side: Side,
    price: Price,
    quantity: Quantity,
    closes: bool,
) -> None:
    """Refuse an order that a filter of its symbol does not let through."""
    if order_type is OrderType.LIMIT:
        check_limit(market, side, price, quantity, closes)
    else:
        check_market(market, side, quantity, closes)


def check_conditional(market: Market, terms: ConditionalTerms) -> None:
    """What is known before a trigger: prices and quantity, and of a LIMIT order its worth.

    [dec] What goes by the prices of the day, PERCENT_PRICE for one, is left to the trigger.
    """
    symbol = market.symbol
    limited = terms.placed_type is OrderType.LIMIT
    if limited and terms.price_match is PriceMatch.NONE:
        _check_price(market, terms.price)
    if not terms.trails:
        _check_trigger_price(market, terms.trigger_price)
    elif terms.activation_price:
        _check_activation_price(market, terms.activation_price)
    if limited:
        limits = (symbol.min_quantity, symbol.max_quantity, symbol.step_size)
    else:
        limits = (symbol.market_min_quantity, symbol.market_max_quantity, symbol.market_step_size)
    if not terms.close_position:
        _check_quantity(terms.quantity, *limits)
    worth = terms.price * terms.quantity
    if worth and not terms.closes and worth < symbol.min_notional * SCALE:
        raise Rejected(Reject.NOTIONAL_BELOW_MIN, text_short(symbol.min_notional))
    if terms.price:
        _check_distance(symbol, terms)


def _check_distance(symbol: Symbol, terms: ConditionalTerms) -> None:
    """A price no further beyond its trigger price than one may be beyond the mark price.

    Source: the texts of -4183 and -4184. [dec] By side, as in PERCENT_PRICE.
    """
    if terms.side == BUY:
        highest = terms.trigger_price * symbol.multiplier_up // SCALE
        if terms.price > highest:
            raise Rejected(Reject.PRICE_ABOVE_STOP_MULTIPLIER, text_short(highest))
    else:
        lowest = round_up(terms.trigger_price * symbol.multiplier_down, SCALE)
        if terms.price < lowest:
            raise Rejected(Reject.PRICE_BELOW_STOP_MULTIPLIER, text_short(lowest))


def _check_trigger_price(market: Market, price: Price) -> None:
    symbol = market.symbol
    if price <= 0:
        raise Rejected(Reject.TRIGGER_PRICE_NOT_POSITIVE)
    if symbol.max_price and price > symbol.max_price:
        raise Rejected(Reject.TRIGGER_PRICE_ABOVE_MAX)
    _check_grid(symbol, price)


def _check_activation_price(market: Market, price: Price) -> None:
    symbol = market.symbol
    if price <= 0 or (symbol.max_price and price > symbol.max_price):
        raise Rejected(Reject.INVALID_ACTIVATION_PRICE)
    _check_grid(symbol, price)


def _check_price(market: Market, price: Price) -> None:
    symbol = market.symbol
    if price <= 0:
        raise Rejected(Reject.PRICE_NOT_POSITIVE)
    if symbol.max_price and price > symbol.max_price:
        raise Rejected(Reject.PRICE_ABOVE_MAX)
    _check_grid(symbol, price)


def _check_grid(symbol: Symbol, price: Price) -> None:
    """Of PRICE_FILTER what holds for a trigger price too."""
    if price < symbol.min_price:
        raise Rejected(Reject.PRICE_BELOW_MIN)
    if not is_multiple(price - symbol.min_price, symbol.tick_size):
        raise Rejected(Reject.PRICE_OFF_TICK)


def _check_quantity(
    quantity: Quantity, minimum: Quantity, maximum: Quantity, step: Quantity
) -> None:
    if quantity <= 0:
        raise Rejected(Reject.QUANTITY_NOT_POSITIVE)
    if quantity < minimum:
        raise Rejected(Reject.QUANTITY_BELOW_MIN)
    if quantity > maximum:
        raise Rejected(Reject.QUANTITY_ABOVE_MAX)
    if not is_multiple(quantity, step):
        raise Rejected(Reject.QUANTITY_OFF_STEP)
