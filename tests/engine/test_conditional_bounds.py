"""Bounds of conditional orders: how many may wait, and how far from its trigger a price may be."""

from __future__ import annotations

from tests.engine.table import play
from tests.engine.test_conditional import LONG


def test_a_limit_price_lies_within_the_multipliers_of_its_trigger_price() -> None:
    """5 % either way; a price out of the book is found at the trigger."""
    play(f"""{LONG}
        alice stop buy 0.1 BTCUSDT at 60000 limit 63000.1
                                           -> rejected PRICE_ABOVE_STOP_MULTIPLIER 63000
        alice stop buy 0.1 BTCUSDT at 60000 limit 63000      -> waits
        alice stop buy 0.1 BTCUSDT at 60000 limit 1000       -> waits
        alice profit sell 0.1 BTCUSDT at 60000 limit 56999.9
                                           -> rejected PRICE_BELOW_STOP_MULTIPLIER 57000
        alice profit sell 0.1 BTCUSDT at 60000 limit 57000   -> waits
        alice profit sell 0.1 BTCUSDT at 60000 limit 90000   -> waits
        alice stop buy 0.1 BTCUSDT at 60000 match queue      -> waits
    """)


def test_what_stands_and_what_waits_are_two_hundred_in_a_symbol() -> None:
    """MAX_NUM_ORDERS counts both, whichever comes last."""
    table = play("alice deposits 1000000 USDT")
    table.rig.checked = False
    for _ in range(199):
        table.play("alice buy 0.002 BTCUSDT limit 49000 -> resting")
    table.play("""
        alice stop buy 0.002 BTCUSDT at 51000 limit 48000 as s1   -> waits
        alice stop buy 0.002 BTCUSDT at 51000                     -> rejected TOO_MANY_OPEN_ORDERS
        alice buy 0.002 BTCUSDT limit 49000                       -> rejected TOO_MANY_OPEN_ORDERS
        alice stop buy 100 DOGEUSDT at 0.11                       -> waits
        market BTCUSDT last 51000                                 -> alice s1 triggered
                                                                  -> alice resting
    """)


def test_as_orders_of_their_own_type_a_hundred_wait_in_a_symbol() -> None:
    """MAX_NUM_ALGO_ORDERS, which was there as long as they were such orders."""
    table = play("alice deposits 1000000 USDT")
    table.rig.checked = False
    for _ in range(100):
        table.play("alice stop buy 0.002 BTCUSDT at 51000 legacy -> waits")
    table.play("""
        alice stop buy 0.002 BTCUSDT at 51000 legacy       -> rejected TOO_MANY_CONDITIONAL_ORDERS
        alice stop buy 100 DOGEUSDT at 0.11 legacy         -> waits
    """)


def test_a_whole_position_is_closed_however_large_it_is() -> None:
    """A MARKET order of BTCUSDT is 120 at most, and 150 were bought by two."""
    play("""
        alice deposits 10000000 USDT
        alice leverage BTCUSDT 10
        quotes BTCUSDT asks 999@50000.1
        alice buy 75 BTCUSDT market
        alice buy 75 BTCUSDT market
        alice stop sell all BTCUSDT at 49000 as s1
        alice stop sell 121 BTCUSDT at 49000           -> rejected QUANTITY_ABOVE_MAX
        quotes BTCUSDT bids 999@49000
        bob deposits 100000 USDT
        bob sell 0.1 BTCUSDT market                    -> alice s1 triggered @ 49000
                                                       -> alice filled 150 @ 49000
                                                       -> bob filled 0.1
        check alice BTCUSDT amount 0
    """)


def test_where_nothing_is_left_to_close_the_order_is_rejected_for_that() -> None:
    play(f"""{LONG}
        alice stop sell all BTCUSDT at 49000 as s1
        alice profit sell all BTCUSDT at 51000 as p1
        alice sell 0.1 BTCUSDT market
        market BTCUSDT last 49000                      -> alice s1 triggered
                                                       -> alice s1 rejected REDUCE_ONLY_REJECTED
        alice sell 0.1 BTCUSDT market
        market BTCUSDT last 51000                      -> alice p1 triggered
                                                       -> alice p1 rejected REDUCE_ONLY_REJECTED
    """)
