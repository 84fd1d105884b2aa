"""The filters of a symbol: each refuses what it should, at its very edge, in the listed order."""

from __future__ import annotations

import pytest

from perpbox.account import OrderType
from perpbox.engine.filters import check
from perpbox.engine.market import Market
from perpbox.engine.rejects import Reject, Rejected
from perpbox.money import parse
from tests.engine.table import play
from tests.worlds import CATALOGUE

LIMITS = [
    # Filter PRICE_FILTER: from 100 to 1 000 000 by 0.1, at mark 50 000.
    ("buy", "0", "1", "PRICE_NOT_POSITIVE"),
    ("buy", "-50000", "1", "PRICE_NOT_POSITIVE"),
    ("sell", "1000000.1", "1", "PRICE_ABOVE_MAX"),
    ("sell", "1000000", "1", ""),
    ("buy", "99.9", "1", "PRICE_BELOW_MIN"),
    ("buy", "100", "1", ""),
    ("buy", "49999.95", "1", "PRICE_OFF_TICK"),
    ("buy", "49999.90000001", "1", "PRICE_OFF_TICK"),
    # Filter LOT_SIZE: from 0.001 to 1000 by 0.001.
    ("buy", "49999.9", "0", "QUANTITY_NOT_POSITIVE"),
    ("buy", "49999.9", "-1", "QUANTITY_NOT_POSITIVE"),
    ("buy", "49999.9", "0.0009", "QUANTITY_BELOW_MIN"),
    ("buy", "49999.9", "1000.001", "QUANTITY_ABOVE_MAX"),
    ("buy", "49999.9", "1000", ""),
    ("buy", "49999.9", "0.0025", "QUANTITY_OFF_STEP"),
    # Filter MIN_NOTIONAL: 50.
    ("buy", "49999.9", "0.001", "NOTIONAL_BELOW_MIN"),
    ("buy", "50000", "0.001", ""),
    ("buy", "100", "0.499", "NOTIONAL_BELOW_MIN"),
    ("buy", "100", "0.5", ""),
    # Filter PERCENT_PRICE: no buy above 1.05 of mark, no sell below 0.95.
    ("buy", "52500", "1", ""),
    ("buy", "52500.1", "1", "PRICE_ABOVE_MULTIPLIER"),
    ("sell", "47500", "1", ""),
    ("sell", "47499.9", "1", "PRICE_BELOW_MULTIPLIER"),
    ("sell", "60000", "1", ""),
    ("buy", "40000", "1", ""),
    # The first that does not let it through is the one that is told.
    ("buy", "0", "0", "PRICE_NOT_POSITIVE"),
    ("buy", "60000.05", "0.0001", "PRICE_OFF_TICK"),
    ("buy", "60000", "0.0001", "QUANTITY_BELOW_MIN"),
    ("buy", "60000", "0.0015", "QUANTITY_OFF_STEP"),
    ("sell", "100", "0.001", "NOTIONAL_BELOW_MIN"),
]
SIDES = {"buy": 1, "sell": -1}


def reject_of(
    order_type: OrderType, side: str, price: str, quantity: str, *, closes: bool = False
) -> str:
    market = Market(CATALOGUE.symbols["BTCUSDT"], parse("50000"), parse("50000"))
    try:
        check(market, order_type, SIDES[side], parse(price), parse(quantity), closes)
    except Rejected as refused:
        return refused.reject.name
    return ""


@pytest.mark.parametrize(("side", "price", "quantity", "reject"), LIMITS)
def test_a_limit_order_passes_the_filters(
    side: str, price: str, quantity: str, reject: str
) -> None:
    assert reject_of(OrderType.LIMIT, side, price, quantity) == reject


@pytest.mark.parametrize(
    ("quantity", "reject"),
    [
        ("0", "QUANTITY_NOT_POSITIVE"),
        ("0.0001", "QUANTITY_BELOW_MIN"),
        ("120.001", "QUANTITY_ABOVE_MAX"),
        ("120", ""),
        ("0.0015", "QUANTITY_OFF_STEP"),
        ("0.001", ""),
    ],
)
def test_a_market_order_has_a_lot_size_of_its_own(quantity: str, reject: str) -> None:
    assert reject_of(OrderType.MARKET, "buy", "0", quantity) == reject


def test_a_market_order_is_worth_its_quantity_at_the_mark_price() -> None:
    play("""
        alice deposits 10000 USDT
        market BTCUSDT mark 49999.9
        alice buy 0.001 BTCUSDT market                  -> rejected NOTIONAL_BELOW_MIN 50
        market BTCUSDT mark 50000
        alice buy 0.001 BTCUSDT market                  -> filled 0.001
    """)


def test_what_only_closes_may_be_small() -> None:
    for order_type in OrderType:
        assert reject_of(order_type, "sell", "49999.9", "0.001", closes=True) == ""
    assert reject_of(OrderType.LIMIT, "sell", "99.9", "0.001", closes=True) == "PRICE_BELOW_MIN"


def test_a_market_order_is_refused_where_the_best_quote_is_too_far_away() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@47500 asks 1@52500.1
        alice buy 0.1 BTCUSDT market                    -> rejected MARKET_PRICE_OUT_OF_BOUNDS
        alice sell 0.1 BTCUSDT market                   -> filled 0.1 @ 47500
        quotes BTCUSDT bids 1@47499.9 asks 1@52500
        alice sell 0.1 BTCUSDT market                   -> rejected MARKET_PRICE_OUT_OF_BOUNDS
        alice buy 0.1 BTCUSDT market                    -> filled 0.1 @ 52500
    """)


def test_a_bound_of_zero_is_no_bound() -> None:
    symbol = CATALOGUE.symbols["BTCUSDT"]
    free = type(symbol)(
        **{name: getattr(symbol, name) for name in symbol.__struct_fields__}
        | {"max_price": 0, "min_price": 0, "tick_size": 0}
    )
    market = Market(free, parse("50000"), parse("50000"))
    check(market, OrderType.LIMIT, -1, parse("2000000.00000001"), parse("1"), False)
    check(market, OrderType.LIMIT, 1, parse("0.00000001"), parse("1000"), True)


def test_the_filters_of_a_cheap_symbol_count_in_its_own_digits() -> None:
    play("""
        alice deposits 10000 USDC
        alice buy 100000 1000PEPEUSDC limit 0.01234565  -> rejected PRICE_OFF_TICK
        alice buy 100000.5 1000PEPEUSDC limit 0.0123456 -> rejected QUANTITY_OFF_STEP
        alice buy 405 1000PEPEUSDC limit 0.0123456      -> rejected NOTIONAL_BELOW_MIN 5
        alice buy 406 1000PEPEUSDC limit 0.0123456      -> resting
    """)


def test_the_venue_tells_the_first_reason_of_its_order_of_precedence() -> None:
    play("""
        alice deposits 1 USDT
        alice buy 0.0015 BTCUSDT limit 49999.9 long     -> rejected QUANTITY_OFF_STEP
        alice buy 200 BTCUSDT limit 40000 long reduce-only  -> rejected POSITION_SIDE_MISMATCH
        alice buy 200 BTCUSDT limit 40000 reduce-only   -> rejected REDUCE_ONLY_REJECTED
        alice buy 0.002 BTCUSDT limit 40000             -> rejected MARGIN_NOT_SUFFICIENT
    """)
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 40000 as mine
        alice buy 200 BTCUSDT limit 40000 as mine       -> rejected DUPLICATE_CLIENT_ORDER_ID
        alice buy 200 BTCUSDT limit 40000               -> rejected POSITION_LIMIT_EXCEEDED
        alice buy 50 BTCUSDT limit 50000.1 fok          -> rejected MARGIN_NOT_SUFFICIENT
        alice buy 2 BTCUSDT limit 50000.1 fok           -> rejected FOK_NOT_FILLED
        alice buy 50 BTCUSDT limit 50000.1 gtx          -> rejected MARGIN_NOT_SUFFICIENT
        alice buy 2 BTCUSDT limit 50000.1 gtx           -> rejected GTX_WOULD_TAKE
        alice buy 1 XRPUSDT limit 1                     -> rejected UNKNOWN_SYMBOL XRPUSDT
    """)


def test_the_reasons_stand_in_the_order_in_which_they_are_told() -> None:
    told = [
        Reject.UNKNOWN_SYMBOL,
        Reject.PRICE_OFF_TICK,
        Reject.QUANTITY_OFF_STEP,
        Reject.NOTIONAL_BELOW_MIN,
        Reject.PRICE_ABOVE_MULTIPLIER,
        Reject.POSITION_SIDE_MISMATCH,
        Reject.REDUCE_ONLY_REJECTED,
        Reject.TOO_MANY_OPEN_ORDERS,
        Reject.POSITION_LIMIT_EXCEEDED,
        Reject.MARGIN_NOT_SUFFICIENT,
        Reject.FOK_NOT_FILLED,
        Reject.GTX_WOULD_TAKE,
    ]
    assert told == sorted(told, key=lambda reject: reject.value)
