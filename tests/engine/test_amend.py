"""Amending an order: a new price and quantity, a new place in the queue, the same checks."""

from __future__ import annotations

from perpbox.engine.standing import MAX_AMENDMENTS
from tests.engine.table import play


def test_an_amended_order_has_a_new_price_and_quantity_and_the_old_name() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
        check alice USDT available 9755
        alice amend o1 of BTCUSDT to buy 0.2 @ 48000    -> amended 0.2 @ 48000
                                                        -> resting 0.2
        check alice order o1 price 48000 quantity 0.2 amendments 0.00000001
        check alice USDT available 9520
        alice amend o1 of BTCUSDT to buy 0.1 @ 48000    -> amended
                                                        -> resting 0.1
        check alice USDT available 9760
    """)


def test_an_amended_order_goes_to_the_end_of_its_level() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        carol deposits 10000 USDT
        quotes BTCUSDT
        bob sell 0.2 BTCUSDT limit 50000 as b1
        carol sell 0.1 BTCUSDT limit 50000 as c1
        bob amend b1 of BTCUSDT to sell 0.1 @ 50000
        alice buy 0.15 BTCUSDT market                   -> filled 0.1 @ 50000
                                                        -> filled 0.05 @ 50000
                                                        -> carol c1 filled 0.1
                                                        -> bob b1 filled 0.05
    """)


def test_an_amendment_must_change_something() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice amend o1 of BTCUSDT to buy 0.1 @ 49000    -> rejected NO_NEED_TO_MODIFY
        check alice order o1 amendments 0
    """)


def test_an_order_is_found_by_symbol_side_and_name_and_only_by_its_owner() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice amend o1 of BTCUSDT to sell 0.1 @ 51000   -> rejected UNKNOWN_ORDER
        alice amend o2 of BTCUSDT to buy 0.1 @ 48000    -> rejected UNKNOWN_ORDER
        alice amend o1 of ETHUSDC to buy 0.1 @ 2400     -> rejected UNKNOWN_ORDER
        bob amend o1 of BTCUSDT to buy 0.1 @ 48000      -> rejected UNKNOWN_ORDER
        alice cancel o1 of BTCUSDT
        alice amend o1 of BTCUSDT to buy 0.1 @ 48000    -> rejected UNKNOWN_ORDER
    """)


def test_an_amended_order_that_crosses_takes() -> None:
    play("""
        alice deposits 100000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice amend o1 of BTCUSDT to buy 1.5 @ 50000.1  -> amended
                                                        -> filled 0.999 @ 50000.1 as taker
                                                        -> resting 0.501
        check BTCUSDT bid 50000.1 ask 50005.1
    """)


def test_what_has_been_executed_stays_executed() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49000 asks 0.1@50000
        alice buy 0.3 BTCUSDT limit 50000 as o1         -> filled 0.1
                                                        -> resting 0.2
        alice amend o1 of BTCUSDT to buy 0.25 @ 49500   -> amended
                                                        -> resting 0.15
        check alice order o1 executed 0.1 quantity 0.25 status PARTIALLY_FILLED
        check alice BTCUSDT order-initial 371.25        # 0.15 x 49 500 / 20
    """)


def test_an_amendment_down_to_what_is_executed_cancels() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49000 asks 0.1@50000
        alice buy 0.3 BTCUSDT limit 50000 as o1         -> filled 0.1
                                                        -> resting 0.2
        alice amend o1 of BTCUSDT to buy 0.1 @ 50000    -> canceled
        alice buy 0.3 BTCUSDT limit 50000 as o2         -> resting
        check alice orders o2
    """)


def test_a_post_only_order_that_would_take_after_the_amendment_is_canceled() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 gtx as o1
        alice amend o1 of BTCUSDT to buy 0.1 @ 50000    -> amended
                                                        -> resting
        alice amend o1 of BTCUSDT to buy 0.1 @ 50000.1  -> canceled
        check alice orders none
        check alice BTCUSDT amount 0
    """)


def test_the_filters_hold_for_an_amendment_too() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice amend o1 of BTCUSDT to buy 0.1 @ 49000.05     -> rejected PRICE_OFF_TICK
        alice amend o1 of BTCUSDT to buy 0.0015 @ 49000     -> rejected QUANTITY_OFF_STEP
        alice amend o1 of BTCUSDT to buy 0.001 @ 49000      -> rejected NOTIONAL_BELOW_MIN
        alice amend o1 of BTCUSDT to buy 0.1 @ 52500.1      -> rejected PRICE_ABOVE_MULTIPLIER
        check alice order o1 price 49000 quantity 0.1 amendments 0
    """)


def test_margin_is_asked_for_the_difference() -> None:
    play("""
        alice deposits 500 USDT
        quotes BTCUSDT bids 1@48000 asks 1@52000
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice amend o1 of BTCUSDT to buy 0.205 @ 49000      -> rejected MARGIN_NOT_SUFFICIENT
        alice amend o1 of BTCUSDT to buy 0.204 @ 49000      -> amended
                                                            -> resting
        check alice USDT available 0.2
        alice amend o1 of BTCUSDT to buy 0.2 @ 50000        -> amended
                                                            -> resting
        check alice USDT available 0
        alice amend o1 of BTCUSDT to buy 0.2 @ 50000.1      -> rejected MARGIN_NOT_SUFFICIENT
    """)


def test_a_sell_that_is_amended_below_the_mark_price_pays_for_its_open_loss() -> None:
    """It is worth less than before, but 0.2 x 1 000 would be lost at once."""
    play("""
        alice deposits 520 USDT
        quotes BTCUSDT bids 1@48000 asks 1@52000
        alice sell 0.2 BTCUSDT limit 50000 as o1
        alice amend o1 of BTCUSDT to sell 0.2 @ 49000       -> rejected MARGIN_NOT_SUFFICIENT
        alice deposits 170 USDT
        alice amend o1 of BTCUSDT to sell 0.2 @ 49000       -> amended
                                                            -> resting
        check alice USDT available 200
    """)


def test_an_order_may_always_shrink() -> None:
    """The price has fallen until nothing is available; a smaller bid needs nothing."""
    play("""
        alice deposits 600 USDT
        quotes BTCUSDT bids 1@48000 asks 0.1@50000
        alice buy 0.1 BTCUSDT market
        quotes BTCUSDT
        alice buy 0.1 BTCUSDT limit 48000 as o1
        market BTCUSDT mark 48860
        check alice USDT available 0
        alice amend o1 of BTCUSDT to buy 0.101 @ 48000      -> rejected MARGIN_NOT_SUFFICIENT
        alice amend o1 of BTCUSDT to buy 0.09 @ 48000       -> amended
                                                            -> resting
        alice amend o1 of BTCUSDT to buy 0.09 @ 47000       -> amended
                                                            -> resting
    """)


def test_the_position_limit_holds_for_an_amendment() -> None:
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 1@48000 asks 1@52000
        alice leverage BTCUSDT 125
        alice buy 0.5 BTCUSDT limit 50000 as o1
        alice buy 0.4 BTCUSDT limit 49000 as o2
        alice amend o2 of BTCUSDT to buy 0.521 @ 49000      -> rejected POSITION_LIMIT_EXCEEDED
        alice amend o2 of BTCUSDT to buy 0.52 @ 49000       -> amended
                                                            -> resting
    """)


def test_an_order_may_shrink_whatever_limit_and_open_loss_would_say_of_a_new_one() -> None:
    """At 50 000 both bids would be above the cap, and 0.19 x 500 more than is available."""
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 1@39000 asks 1@52000
        alice leverage BTCUSDT 125
        alice buy 0.5 BTCUSDT limit 50000 as o1
        alice buy 0.75 BTCUSDT limit 40000 as o2
        alice amend o1 of BTCUSDT to buy 0.4 @ 50000        -> amended
                                                            -> resting
        alice amend o1 of BTCUSDT to buy 0.41 @ 50000       -> rejected POSITION_LIMIT_EXCEEDED
    """)
    play("""
        alice deposits 600 USDT
        quotes BTCUSDT bids 1@48000 asks 1@52000
        alice sell 0.2 BTCUSDT limit 49500 as o1
        alice buy 20000 DOGEUSDT limit 0.099
        check alice USDT available 6
        alice amend o1 of BTCUSDT to sell 0.19 @ 49500      -> amended
                                                            -> resting
        alice amend o1 of BTCUSDT to sell 0.19 @ 49499.9    -> rejected MARGIN_NOT_SUFFICIENT
    """)


def test_an_order_can_be_amended_ten_thousand_times() -> None:
    table = play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
    """)
    [order] = table.rig.state.orders.values()
    [replayed] = table.rig.replayed.orders.values()
    order.amendments = replayed.amendments = MAX_AMENDMENTS - 1
    table.play("""
        alice amend o1 of BTCUSDT to buy 0.1 @ 48000        -> amended
                                                            -> resting
        alice amend o1 of BTCUSDT to buy 0.1 @ 47000        -> rejected TOO_MANY_MODIFICATIONS
        alice cancel o1 of BTCUSDT                          -> canceled
    """)


def test_a_reduce_only_order_stays_reduce_only() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.1 BTCUSDT market
        alice sell 0.1 BTCUSDT limit 51000 reduce-only as r1
        alice amend r1 of BTCUSDT to sell 0.5 @ 49990       -> amended
                                                            -> filled 0.1 @ 49990
                                                            -> expired REDUCE_ONLY
        check alice BTCUSDT amount 0
    """)


def test_a_post_only_order_that_hid_a_quote_does_not_take_it_when_amended() -> None:
    """Its own bid keeps the ladder's 49 990.1 out of sight; leaving the book, it would take it."""
    play("""
        alice deposits 1000000 USDT
        alice buy 3 BTCUSDT limit 49990.1 gtx as g
        market BTCUSDT mark 49990                   -> alice g filled 1
        alice amend g of BTCUSDT to buy 2.9 @ 49990.1   -> amended
                                                    -> canceled
        check alice orders none
    """)
