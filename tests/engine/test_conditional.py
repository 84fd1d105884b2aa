"""Conditional orders: when they trigger, what then becomes of them, and what ends them before."""

from __future__ import annotations

from tests.engine.table import play

LONG = """
    alice deposits 10000 USDT
    quotes BTCUSDT bids 9@50000 asks 9@50001
    alice buy 0.1 BTCUSDT market
    market BTCUSDT mark 50000 last 50000
"""


def test_a_stop_sells_when_the_last_price_falls_to_it() -> None:
    play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 49000 as s1     -> waits
        market BTCUSDT last 49000.1                    -> nothing
        market BTCUSDT mark 48000                      -> nothing
        market BTCUSDT last 49000                      -> alice s1 triggered @ 49000
                                                       -> alice filled 0.1
        check alice BTCUSDT amount 0
    """)


def test_a_stop_goes_by_the_mark_price_if_it_is_told_to() -> None:
    play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 49000 mark as s1
        market BTCUSDT last 48000                      -> nothing
        market BTCUSDT mark 49000.09                   -> alice s1 triggered @ 49000
                                                       -> alice filled 0.1
    """)


def test_profit_is_taken_on_the_other_side() -> None:
    play(f"""{LONG}
        alice profit sell 0.1 BTCUSDT at 51000 as p1
        market BTCUSDT last 50999                      -> nothing
        market BTCUSDT last 51000                      -> alice p1 triggered
                                                       -> alice filled 0.1
        alice profit buy 0.1 BTCUSDT at 49000 limit 48000 as p2
        market BTCUSDT last 49000                      -> alice p2 triggered
                                                       -> alice resting
        check alice order p2 status NEW price 48000
    """)


def test_what_would_trigger_at_once_is_refused() -> None:
    play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 50000           -> rejected WOULD_TRIGGER_AT_ONCE
        alice stop buy 0.1 BTCUSDT at 50000            -> rejected WOULD_TRIGGER_AT_ONCE
        alice profit buy 0.1 BTCUSDT at 50000          -> rejected WOULD_TRIGGER_AT_ONCE
        alice trail sell 0.1 BTCUSDT by 0.01 from 50000 -> rejected WOULD_TRIGGER_AT_ONCE
        alice trail buy 0.1 BTCUSDT by 0.01 from 50000 -> rejected WOULD_TRIGGER_AT_ONCE
    """)


def test_a_trailing_stop_follows_the_best_price() -> None:
    """From 51 000 on; the highest is 52 000, and 1 % less is 51 480."""
    play(f"""{LONG}
        alice trail sell 0.1 BTCUSDT by 0.01 from 51000 as t1
        market BTCUSDT last 49000                      -> nothing
        market BTCUSDT last 51000                      -> nothing
        market BTCUSDT last 52000                      -> nothing
        market BTCUSDT last 51480.1                    -> nothing
        market BTCUSDT last 51480                      -> alice t1 triggered @ 51480
                                                       -> alice filled 0.1
    """)


def test_a_protected_order_waits_while_mark_and_last_price_are_far_apart() -> None:
    """BTCUSDT's trigger protection is 5 %."""
    play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 49000 protected as s1
        market BTCUSDT last 47000                      -> nothing
        market BTCUSDT mark 49000                      -> alice s1 triggered @ 47000
                                                       -> alice filled 0.1
    """)


def test_a_whole_position_is_closed_whatever_it_has_become() -> None:
    play(f"""{LONG}
        alice stop sell all BTCUSDT at 49000 as s1
        alice buy 0.05 BTCUSDT market
        market BTCUSDT last 49000                      -> alice s1 triggered
                                                       -> alice filled 0.15
    """)


def test_without_margin_the_order_is_rejected_when_it_is_triggered() -> None:
    play("""
        alice deposits 100 USDT
        alice stop buy 1 BTCUSDT at 51000 as s1        -> waits
        market BTCUSDT last 51000                      -> alice s1 triggered
                                                       -> alice s1 rejected MARGIN_NOT_SUFFICIENT
        check alice USDT available 100
    """)


def test_an_order_that_depends_on_a_position_ends_with_it() -> None:
    play(f"""{LONG}
        alice stop sell all BTCUSDT at 49000 gte-gtc as s1
        alice stop sell 0.1 BTCUSDT at 48000 as s2
        alice sell 0.1 BTCUSDT market                  -> filled 0.1
                                                       -> s1 expired NO_POSITION
        alice profit buy all BTCUSDT at 40000 gte-gtc  -> waits
                                                       -> expired NO_POSITION
    """)


def test_one_trigger_sets_off_another() -> None:
    """The first sale trades at 48 399.9, and that is a last price like any other."""
    play(f"""{LONG}
        alice stop sell 0.05 BTCUSDT at 49000 as s1
        alice stop sell 0.05 BTCUSDT at 48500 as s2
        market BTCUSDT mark 48400 last 49000           -> alice s1 triggered @ 49000
                                                       -> alice filled 0.05
                                                       -> alice s2 triggered @ 48399.9
                                                       -> alice filled 0.05
    """)


def test_what_waits_is_dropped() -> None:
    play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 49000 as s1
        alice stop sell 0.1 BTCUSDT at 49000 as s1     -> rejected DUPLICATE_CLIENT_ORDER_ID
        alice drops s1                                 -> canceled
        alice drops s1                                 -> rejected UNKNOWN_ORDER
        alice stop sell 0.1 BTCUSDT at 49000 as s2
        alice stop sell 0.1 ETHUSDC at 1000 as s3
        alice drops-all BTCUSDT                        -> canceled
        alice drops s3                                 -> canceled
    """)


def test_while_an_order_waits_modes_stay_as_they_are() -> None:
    play("""
        alice deposits 10000 USDT
        alice stop buy 0.1 BTCUSDT at 51000 as s1
        alice mode hedge                               -> rejected POSITION_MODE_WITH_ORDERS
        alice assets multi                             -> rejected ASSET_MODE_WITH_ORDERS
        alice margin BTCUSDT isolated                  -> rejected MARGIN_TYPE_WITH_ORDERS
        alice margin ETHUSDC isolated
        alice drops s1
        alice mode hedge
        alice stop buy 0.1 BTCUSDT at 51000            -> rejected POSITION_SIDE_MISMATCH
        alice stop buy all BTCUSDT at 51000 long       -> rejected POSITION_SIDE_MISMATCH
        alice stop buy all BTCUSDT at 51000 short      -> waits
    """)
