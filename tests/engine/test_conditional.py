"""Conditional orders: when they trigger, what then becomes of them, and what ends them before."""

from __future__ import annotations

import pytest

from perpbox.engine.commands import MarketPrices, MovePrices
from perpbox.engine.events import ConditionalTriggered
from perpbox.engine.snapshot import dump, load
from perpbox.money import parse
from tests.engine.table import play
from tests.worlds import CATALOGUE

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


def test_a_trailing_buy_follows_the_lowest_price() -> None:
    """From 49 000 on; the lowest is 48 000, and half a per cent more is 48 240."""
    play(f"""{LONG}
        alice trail buy 0.1 BTCUSDT by 0.005 from 49000 as t1
        market BTCUSDT last 49000.1                    -> nothing
        market BTCUSDT last 50000                      -> nothing
        market BTCUSDT last 49000                      -> nothing
        market BTCUSDT last 48000                      -> nothing
        market BTCUSDT last 48239.9                    -> nothing
        market BTCUSDT last 48240                      -> alice t1 triggered @ 48240
                                                       -> alice filled 0.1
        check alice BTCUSDT amount 0.2
    """)


def test_a_trailing_stop_may_follow_the_mark_price() -> None:
    """Cut to a dime: at 51 480.19 the price is 51 480.1, and 51 480 is 1 % below the highest."""
    play(f"""{LONG}
        alice trail sell 0.1 BTCUSDT by 0.01 mark as t1 -> waits
        market BTCUSDT last 60000                      -> nothing
        market BTCUSDT last 40000                      -> nothing
        market BTCUSDT mark 52000                      -> nothing
        market BTCUSDT mark 51480.19                   -> nothing
        market BTCUSDT mark 51480.09                   -> alice t1 triggered @ 51480
                                                       -> alice filled 0.1
    """)


def test_a_trailing_stop_without_a_price_is_active_at_once() -> None:
    """The highest price is the one at which it was placed, until there is a higher one."""
    play(f"""{LONG}
        alice trail sell 0.1 BTCUSDT by 0.1 as t1
        market BTCUSDT last 45000.1                    -> nothing
        market BTCUSDT last 45000                      -> alice t1 triggered @ 45000
                                                       -> alice filled 0.1
    """)


def test_in_hedge_mode_each_leg_has_orders_of_its_own() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT bids 9@50000 asks 9@50001
        alice buy 0.1 BTCUSDT market long
        alice sell 0.2 BTCUSDT market short
        market BTCUSDT mark 50000 last 50000
        alice stop sell all BTCUSDT at 49000 long as l1
        alice stop buy 0.05 BTCUSDT at 51000 short as s1
        alice stop buy 0.05 BTCUSDT at 52000 long as l2
        market BTCUSDT last 51000                      -> alice s1 triggered @ 51000
                                                       -> alice filled 0.05
        check alice BTCUSDT short amount -0.15
        check alice BTCUSDT long amount 0.1
        market BTCUSDT last 52000                      -> alice l2 triggered
                                                       -> alice filled 0.05
        market BTCUSDT last 49000                      -> alice l1 triggered
                                                       -> alice filled 0.15
        check alice BTCUSDT long amount 0
        check alice BTCUSDT short amount -0.15
    """)


def test_a_leg_that_holds_nothing_cannot_be_closed() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        market BTCUSDT mark 50000 last 50000
        alice stop sell 0.1 BTCUSDT at 49000 long as l1
        alice stop buy all BTCUSDT at 51000 short gte-gtc as s1 -> waits
                                                       -> expired NO_POSITION
        market BTCUSDT last 49000                      -> alice l1 triggered
                                                       -> alice l1 rejected REDUCE_ONLY_REJECTED
    """)


def test_a_whole_leg_is_closed_over_what_stands_to_close_it() -> None:
    """Both for the same long: the one that stands makes way, however much the other then fills."""
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT bids 9@50000 asks 9@50001
        alice buy 0.1 BTCUSDT market long
        alice sell 0.1 BTCUSDT market short
        market BTCUSDT mark 50000 last 50000
        alice sell 0.1 BTCUSDT limit 52000 long as target
        alice buy 0.05 BTCUSDT limit 48000 long as more
        alice buy 0.1 BTCUSDT limit 48000 short as other
        alice stop sell all BTCUSDT at 49000 long as s1
        market BTCUSDT last 49000                      -> alice s1 triggered
                                                       -> alice target expired REDUCE_ONLY
                                                       -> alice filled 0.1
        check alice BTCUSDT long amount 0
        check alice orders more other
    """)
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT asks 9@50001
        alice buy 0.1 BTCUSDT market long
        alice sell 0.1 BTCUSDT limit 52000 long as target
        alice stop sell all BTCUSDT at 49000 long as s1
        quotes BTCUSDT bids 0.04@48900 0.03@48800
        bob sell 0.04 BTCUSDT market                   -> filled 0.04 @ 48900
                                                       -> alice s1 triggered @ 48900
                                                       -> alice target expired REDUCE_ONLY
                                                       -> alice filled 0.03 @ 48800
                                                       -> alice expired MARKET_REMAINDER
        check alice BTCUSDT long amount 0.07
    """)


def test_what_only_reduces_is_cut_to_the_position() -> None:
    play(f"""{LONG}
        alice stop sell 0.3 BTCUSDT at 49000 reduce-only as s1
        alice stop buy 0.1 BTCUSDT at 51000 reduce-only as s2
        market BTCUSDT last 51000                      -> alice s2 triggered
                                                       -> alice s2 rejected REDUCE_ONLY_REJECTED
        market BTCUSDT last 49000                      -> alice s1 triggered
                                                       -> alice filled 0.1
                                                       -> alice expired REDUCE_ONLY
        check alice BTCUSDT amount 0
    """)


def test_a_price_is_matched_at_the_trigger() -> None:
    """The house bids a dime below the mark price, wherever that is then."""
    play(f"""{LONG}
        alice stop buy 0.1 BTCUSDT at 51000 match queue mark as s1
        alice profit buy 0.1 BTCUSDT at 45000 match opponent-5 mark as s2
        market BTCUSDT mark 51000                      -> alice s1 triggered @ 51000
                                                       -> alice resting
        check alice order s1 price 50999.9 price_match QUEUE
        alice cancel s1 of BTCUSDT
        market BTCUSDT mark 45000                      -> alice s2 triggered @ 45000
                                                       -> alice filled 0.1
    """)


def test_a_price_that_nobody_quotes_cannot_be_matched() -> None:
    """A trade sets it off, and takes the last bid with it."""
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        market BTCUSDT mark 50000 last 50000
        quotes BTCUSDT bids 0.1@49000
        alice stop buy 0.1 BTCUSDT at 49500 match queue -> rejected WOULD_TRIGGER_AT_ONCE
        alice profit buy 0.1 BTCUSDT at 49500 match queue as s1
        bob sell 0.1 BTCUSDT market                    -> filled 0.1 @ 49000
                                                       -> alice s1 triggered @ 49000
                                                       -> alice s1 rejected NO_DEPTH
    """)


def test_an_order_good_till_a_date_waits_no_longer() -> None:
    play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 49000 limit 48000 till +1h as s1
        alice stop buy 0.01 BTCUSDT at 51000 limit 48000 till +1h as s2
        market BTCUSDT last 51000                      -> alice s2 triggered
                                                       -> alice resting
        clock +3599s                                   -> nothing
        clock +1s                                      -> alice s1 expired GOOD_TILL_DATE
                                                       -> alice s2 expired GOOD_TILL_DATE
        market BTCUSDT last 49000                      -> nothing
        check alice orders none
    """)


def test_of_several_that_are_due_the_oldest_goes_first() -> None:
    """Whatever they wait for, whose they are, and however near the price came to each."""
    table = play(f"""{LONG}
        bob deposits 10000 USDT
        alice profit buy 0.01 BTCUSDT at 48000 mark as a1
        bob stop sell 0.01 BTCUSDT at 49000 mark as b1
        alice stop sell 0.01 BTCUSDT at 49500 mark as a2
        bob trail sell 0.01 BTCUSDT by 0.01 mark as b2
    """)
    prices = {"BTCUSDT": MarketPrices(parse("47000"), parse("47000"))}
    turn = table.rig.submit(MovePrices(prices, {}))
    told = [event.algo_id for event in turn.events if isinstance(event, ConditionalTriggered)]
    assert told == sorted(told)
    assert len(told) == 4


def test_a_trigger_tells_the_price_that_set_it_off() -> None:
    """Both are reached at 48 900; what the first then buys moves the last price away."""
    play(f"""{LONG}
        bob deposits 10000 USDT
        bob profit buy 0.1 BTCUSDT at 49000 as b1
        alice stop sell 0.1 BTCUSDT at 49000 as s1
        quotes BTCUSDT bids 9@48000 asks 9@50001
        market BTCUSDT last 48900                      -> bob b1 triggered @ 48900
                                                       -> bob filled 0.1
                                                       -> alice s1 triggered @ 48900
                                                       -> alice filled 0.1
    """)


def test_another_clients_trade_sets_an_order_off() -> None:
    play(f"""{LONG}
        bob deposits 10000 USDT
        alice stop sell 0.1 BTCUSDT at 49000 as s1
        quotes BTCUSDT bids 0.1@49500 9@48900 asks 9@50001
        bob sell 0.1 BTCUSDT market                    -> filled 0.1 @ 49500
                                                       -> alice nothing
        bob sell 0.1 BTCUSDT market                    -> filled 0.1 @ 48900
                                                       -> alice s1 triggered @ 48900
                                                       -> alice filled 0.1 @ 48900
    """)


def test_a_client_id_that_is_taken_is_not_used_again() -> None:
    play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 49000 limit 52000 as mine
        alice sell 0.05 BTCUSDT limit 51000 as mine
        market BTCUSDT last 49000                      -> alice mine triggered
                                                       -> alice resting
        check alice orders mine perpbox-4
        alice cancel mine of BTCUSDT
        check alice order perpbox-4 price 52000
    """)


@pytest.mark.parametrize("end", ["resets", "closes"])
def test_an_account_that_ends_takes_what_waits_with_it(end: str) -> None:
    play(f"""{LONG}
        bob deposits 10000 USDT
        alice stop sell 0.1 BTCUSDT at 49000 as s1
        alice trail sell 0.1 ETHUSDC by 0.01 as t1
        bob stop sell 0.1 BTCUSDT at 49000 as b1
        alice {end}
        market BTCUSDT last 49000                      -> bob b1 triggered
                                                       -> bob filled 0.1
        market ETHUSDC last 1
    """)


def test_what_waits_is_read_back_out_of_a_snapshot() -> None:
    """With the highest price that a trailing stop has seen, and in its order."""
    table = play(f"""{LONG}
        alice stop sell 0.01 BTCUSDT at 49000 as s1
        alice profit sell 0.01 BTCUSDT at 53000 mark protected as p1
        alice trail sell 0.01 BTCUSDT by 0.01 from 51000 as t1
        alice stop buy 0.01 BTCUSDT at 54000 limit 48000 till +1h as s2
        market BTCUSDT last 52000
    """)
    written = dump(table.rig.state)
    table.rig.state = load(written, CATALOGUE)
    assert dump(table.rig.state) == written
    table.play("""
        market BTCUSDT last 51480                      -> alice t1 triggered @ 51480
                                                       -> alice filled 0.01
        market BTCUSDT mark 53000 last 52000           -> alice p1 triggered @ 53000
                                                       -> alice filled 0.01
        clock +1h                                      -> alice s2 expired GOOD_TILL_DATE
        market BTCUSDT last 49000                      -> alice s1 triggered @ 49000
                                                       -> alice filled 0.01
    """)


def test_an_order_of_old_is_triggered_under_its_own_number() -> None:
    """And the numbers of those that come after it go on where they were."""
    table = play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 49000 limit 52000 legacy as s1
        alice sell 0.05 BTCUSDT limit 51000 as o1
        alice sell 0.05 BTCUSDT limit 51000 as s1      -> rejected DUPLICATE_CLIENT_ORDER_ID
        alice stop sell 0.1 BTCUSDT at 49000 legacy as o1 -> rejected DUPLICATE_CLIENT_ORDER_ID
        market BTCUSDT last 49000                      -> alice s1 triggered
                                                       -> alice s1 resting
        alice sell 0.05 BTCUSDT limit 51000 as o2
    """)
    numbers = {order.client_order_id: order.order_id for order in table.rig.state.orders.values()}
    assert sorted(numbers, key=numbers.__getitem__) == ["s1", "o1", "o2"]


def test_canceling_orders_and_a_countdown_end_what_waits_as_of_old_alone() -> None:
    play(f"""{LONG}
        alice stop sell 0.1 BTCUSDT at 49000 as s1
        alice stop sell 0.1 BTCUSDT at 49000 legacy as s2
        alice stop sell 0.1 BTCUSDT at 49000 legacy as s3
        alice cancel s1 of BTCUSDT                     -> rejected UNKNOWN_ORDER
        alice cancel s2 of BTCUSDT                     -> canceled
        alice cancels-all BTCUSDT                      -> s3 canceled
        alice stop sell 0.1 BTCUSDT at 49000 legacy as s4
        alice drops-all BTCUSDT                        -> canceled
        alice countdown BTCUSDT 1s
        clock +2s                                      -> alice s4 canceled
    """)


def test_all_that_a_price_has_reached_trigger_though_the_first_moves_it_away() -> None:
    """The first purchase is made at 50 001, and the second order's price has been all the same."""
    play(f"""{LONG}
        alice stop buy 0.01 BTCUSDT at 51000 as s1
        alice stop buy 0.01 BTCUSDT at 51500 as s2
        market BTCUSDT last 52000                      -> alice s1 triggered @ 52000
                                                       -> alice filled 0.01
                                                       -> alice s2 triggered
                                                       -> alice filled 0.01
    """)
