"""Orders that may only reduce: reduce-only in one-way mode, against the leg in hedge mode."""

from __future__ import annotations

from tests.engine.table import play


def test_reduce_only_needs_a_position_on_the_other_side() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice sell 0.1 BTCUSDT limit 51000 reduce-only  -> rejected REDUCE_ONLY_REJECTED
        alice sell 0.1 BTCUSDT market reduce-only       -> rejected REDUCE_ONLY_REJECTED
        alice buy 0.1 BTCUSDT market
        alice buy 0.1 BTCUSDT limit 49000 reduce-only   -> rejected REDUCE_ONLY_REJECTED
        alice sell 0.1 BTCUSDT limit 51000 reduce-only  -> resting 0.1
    """)


def test_reduce_only_orders_hold_no_margin_and_need_none() -> None:
    """A loss of 500 leaves nothing available; the sell below mark would be an open loss."""
    play("""
        alice deposits 3025 USDT
        quotes BTCUSDT bids 1@49000 asks 1@50000
        alice buy 1 BTCUSDT market
        check alice USDT available 500
        market BTCUSDT mark 49500
        quotes BTCUSDT bids 1@48000
        check alice USDT available 25
        alice sell 1.5 BTCUSDT limit 49400                  -> rejected MARGIN_NOT_SUFFICIENT
        alice sell 1.5 BTCUSDT limit 49400 reduce-only      -> resting 1.5
        check alice BTCUSDT order-initial 0
        check alice USDT available 25
    """)


def test_a_reduce_only_order_trades_no_further_than_the_position() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.1 BTCUSDT market
        alice sell 0.3 BTCUSDT market reduce-only           -> filled 0.1 @ 49990
                                                            -> expired REDUCE_ONLY
        alice buy 0.1 BTCUSDT market
        alice sell 0.3 BTCUSDT limit 49000 ioc reduce-only  -> filled 0.1 @ 49990
                                                            -> expired REDUCE_ONLY
        alice buy 0.1 BTCUSDT market
        alice sell 0.3 BTCUSDT limit 49000 reduce-only      -> filled 0.1 @ 49990
                                                            -> expired REDUCE_ONLY
        alice buy 0.1 BTCUSDT market
        alice sell 0.3 BTCUSDT limit 49000 fok reduce-only  -> rejected FOK_NOT_FILLED
        alice sell 0.1 BTCUSDT limit 49000 fok reduce-only  -> filled 0.1 @ 49990
        check alice BTCUSDT amount 0
        check alice orders none
    """)


def test_a_reduce_only_order_does_not_stand_once_its_trade_has_closed_the_position() -> None:
    """The only bid is as large as the position: nothing is left to meet, and nothing to close."""
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 0.1@49990 asks 1@50000
        alice buy 0.1 BTCUSDT market
        alice sell 0.3 BTCUSDT limit 49990 reduce-only      -> filled 0.1 @ 49990
                                                            -> expired REDUCE_ONLY
        check alice orders none
    """)


def test_a_standing_reduce_only_order_fills_as_far_as_the_position_reaches() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 100000 USDT
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.1 BTCUSDT market
        alice sell 0.3 BTCUSDT limit 50010 reduce-only as r1    -> resting 0.3
        bob buy 0.05 BTCUSDT limit 50010                        -> filled 0.05 @ 50010
                                                                -> alice r1 filled 0.05
        bob buy 0.3 BTCUSDT limit 50010                         -> filled 0.05 @ 50010
                                                                -> resting 0.25
                                                                -> alice r1 filled 0.05
                                                                -> alice r1 expired REDUCE_ONLY
        check alice BTCUSDT amount 0
    """)


def test_a_jump_of_the_price_fills_it_no_further_either() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.1 BTCUSDT market
        alice sell 0.3 BTCUSDT limit 50010 reduce-only as r1
        market BTCUSDT mark 50100                   -> alice r1 filled 0.1 @ 50010 as maker
                                                    -> alice r1 expired REDUCE_ONLY
        check alice BTCUSDT amount 0
    """)


def test_reduce_only_orders_are_knocked_out_when_the_position_closes() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.3 BTCUSDT market
        alice sell 0.2 BTCUSDT limit 51000 reduce-only as r1
        alice sell 0.3 BTCUSDT limit 52000 reduce-only as r2
        alice sell 0.1 BTCUSDT limit 53000 as plain
        alice buy 0.1 BTCUSDT limit 49000 as bid
        alice sell 0.2 BTCUSDT market               -> filled 0.2 @ 49990
        check alice orders r1 r2 plain bid
        alice sell 0.1 BTCUSDT market               -> filled 0.1 @ 49990
                                                    -> r1 expired REDUCE_ONLY
                                                    -> r2 expired REDUCE_ONLY
        check alice orders plain bid
    """)


def test_reduce_only_orders_are_knocked_out_when_the_position_flips() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.1 BTCUSDT market
        alice sell 0.1 BTCUSDT limit 51000 reduce-only as r1
        alice sell 0.2 BTCUSDT market               -> filled 0.2 @ 49990
                                                    -> r1 expired REDUCE_ONLY
        check alice BTCUSDT amount -0.1
        alice buy 0.1 BTCUSDT limit 49000 reduce-only as r2     -> resting
        alice buy 0.3 BTCUSDT market                -> filled 0.3 @ 50000
                                                    -> r2 expired REDUCE_ONLY
    """)


def test_a_maker_whose_position_closes_loses_its_reduce_only_orders_in_the_same_turn() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 100000 USDT
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.1 BTCUSDT market
        alice sell 0.1 BTCUSDT limit 50010 as s1
        alice sell 0.1 BTCUSDT limit 50020 reduce-only as r1
        bob buy 0.2 BTCUSDT limit 50020             -> filled 0.1 @ 50010
                                                    -> resting 0.1
                                                    -> alice s1 filled 0.1
                                                    -> alice r1 expired REDUCE_ONLY
    """)


def test_a_small_order_may_close_what_is_smaller_than_the_least_order() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.001 BTCUSDT market
        market BTCUSDT mark 49000
        alice sell 0.001 BTCUSDT market                 -> rejected NOTIONAL_BELOW_MIN 50
        alice sell 0.001 BTCUSDT market reduce-only     -> filled 0.001
    """)


# Hedge mode: an order against its leg closes, and never more than there is.


def test_a_closing_order_in_hedge_mode_never_exceeds_the_leg() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice sell 0.1 BTCUSDT limit 51000 long     -> rejected REDUCE_ONLY_REJECTED
        alice buy 0.2 BTCUSDT market long
        alice sell 0.201 BTCUSDT market long        -> rejected REDUCE_ONLY_REJECTED
        alice sell 0.15 BTCUSDT limit 51000 long as c1      -> resting 0.15
        alice sell 0.051 BTCUSDT limit 51000 long   -> rejected REDUCE_ONLY_REJECTED
        alice sell 0.05 BTCUSDT limit 51000 long as c2      -> resting 0.05
        alice buy 0.1 BTCUSDT market short          -> rejected REDUCE_ONLY_REJECTED
        alice sell 0.05 BTCUSDT market short        -> filled 0.05
        alice buy 0.051 BTCUSDT limit 49000 short   -> rejected REDUCE_ONLY_REJECTED
        alice buy 0.05 BTCUSDT limit 49000 short    -> resting 0.05
    """)


def test_closing_orders_in_hedge_mode_hold_no_margin() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.2 BTCUSDT market long
        check alice USDT initial 500 order-initial 0
        alice sell 0.2 BTCUSDT limit 51000 long
        check alice USDT initial 500 order-initial 0
        alice buy 0.1 BTCUSDT limit 49000 long
        check alice USDT initial 745 order-initial 245
        alice sell 0.1 BTCUSDT limit 51000 short
        check alice USDT initial 1000 order-initial 500
        check alice BTCUSDT short row shown amount 0 order-initial 255
    """)


def test_a_closing_order_cannot_be_amended_beyond_the_leg() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.2 BTCUSDT market long
        alice sell 0.1 BTCUSDT limit 51000 long as c1
        alice sell 0.05 BTCUSDT limit 51000 long as c2
        alice amend c1 of BTCUSDT to sell 0.151 @ 51000     -> rejected REDUCE_ONLY_REJECTED
        alice amend c1 of BTCUSDT to sell 0.15 @ 51500      -> amended 0.15 @ 51500
                                                            -> resting 0.15
        alice amend c1 of BTCUSDT to sell 0.15 @ 49990      -> amended
                                                            -> filled 0.15 @ 49990
        check alice BTCUSDT long amount 0.05
        check alice orders c2
    """)


def test_closing_orders_of_the_other_leg_stay() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.2 BTCUSDT market long
        alice sell 0.1 BTCUSDT market short
        alice sell 0.1 BTCUSDT limit 51000 long as c1
        alice buy 0.1 BTCUSDT limit 49000 short as c2
        alice sell 0.1 BTCUSDT market long      -> filled 0.1 @ 49990
        check alice orders c1 c2
        alice cancel c1 of BTCUSDT
        alice sell 0.1 BTCUSDT market long      -> filled 0.1 @ 49990
        check alice orders c2
        check alice BTCUSDT short amount -0.1
    """)
