"""LIMIT and MARKET orders, their times in force, client order ids, and how many may stand."""

from __future__ import annotations

import pytest

from perpbox.account import BUY, OrderType, PositionSide
from perpbox.engine.commands import PlaceOrder
from perpbox.engine.deadlines import GTC_LIFE, first_end
from perpbox.money import parse
from tests.engine.table import play


def test_a_good_till_cancel_order_stands_and_its_margin_is_held() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1             -> resting 0.1
        check alice orders o1
        check alice order o1 status NEW executed 0 price 49000
        check alice BTCUSDT amount 0 row shown order-initial 245         # 4900 / 20
        check alice USDT wallet 10000 available 9755 initial 245
        check BTCUSDT bid 49999.9 ask 50000.1
    """)


def test_a_good_till_cancel_order_takes_what_it_may_and_stands_with_the_rest() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49999 asks 0.1@50001 1@50002
        alice buy 0.3 BTCUSDT limit 50001 as o1             -> filled 0.1 @ 50001 fee 2.50005
                                                            -> resting 0.2
        check alice order o1 status PARTIALLY_FILLED executed 0.1 quantity 0.3
        check alice BTCUSDT amount 0.1 entry 50001
        check BTCUSDT bid 50001 ask 50002 last 50001
    """)


def test_an_immediate_or_cancel_order_never_stands() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49999 asks 0.1@50001
        alice buy 0.3 BTCUSDT limit 50001 ioc               -> filled 0.1 @ 50001
                                                            -> expired IMMEDIATE_OR_CANCEL
        alice buy 0.3 BTCUSDT limit 50001 ioc               -> expired IMMEDIATE_OR_CANCEL
        check alice orders none
        check alice BTCUSDT amount 0.1
        check BTCUSDT bid 49999 ask 0
    """)


def test_a_fill_or_kill_order_trades_whole() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT bids 1@49999 asks 0.1@50001 0.1@50003
        bob sell 0.1 BTCUSDT limit 50002 as b1
        alice buy 0.3 BTCUSDT limit 50003 fok               -> filled 0.1 @ 50001
                                                            -> filled 0.1 @ 50002
                                                            -> filled 0.1 @ 50003
        check alice orders none
    """)


def test_a_fill_or_kill_order_that_cannot_trade_whole_is_refused_and_nothing_trades() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT bids 1@49999 asks 0.1@50001 0.1@50003
        bob sell 0.1 BTCUSDT limit 50002
        alice buy 0.3 BTCUSDT limit 50002 fok               -> rejected FOK_NOT_FILLED
        alice buy 0.301 BTCUSDT limit 50003 fok             -> rejected FOK_NOT_FILLED
        check alice BTCUSDT amount 0
        check BTCUSDT ask 50001
    """)


@pytest.mark.parametrize("mode", ["expire-taker", "expire-maker", "expire-both", "none"])
def test_fill_or_kill_trades_with_its_own_account_whatever_its_mode(mode: str) -> None:
    """Binance's page on self-trade prevention: it has no effect for FOK and GTX."""
    play(f"""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT bids 1@49998 asks 0.1@49999 0.2@50000 0.1@50001
        alice sell 0.1 BTCUSDT limit 50000 as mine
        bob sell 0.1 BTCUSDT limit 50000 as b1
        alice buy 0.601 BTCUSDT limit 50001 fok {mode}      -> rejected FOK_NOT_FILLED
        alice buy 0.3 BTCUSDT limit 50001 fok {mode}        -> filled 0.1 @ 49999
                                                            -> mine filled 0.1 @ 50000
                                                            -> filled 0.1 @ 50000
                                                            -> filled 0.1 @ 50000
                                                            -> bob b1 filled 0.1 @ 50000
        check alice BTCUSDT amount 0.2
    """)


def test_fill_or_kill_knows_what_its_own_fills_make_closable() -> None:
    """Its first fill gives the reduce-only order something more to close; the second, in which
    that order closes all, ends the one behind it.
    """
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49998 asks 0.1@49999
        alice buy 0.1 BTCUSDT market
        quotes BTCUSDT bids 1@49998 asks 0.1@50000
        alice sell 0.2 BTCUSDT limit 50001 reduce-only as r1
        alice sell 0.1 BTCUSDT limit 50002 reduce-only as r2
        alice buy 0.3 BTCUSDT limit 50001 fok               -> filled 0.1 @ 50000
                                                            -> r1 filled 0.2 @ 50001
                                                            -> r2 expired REDUCE_ONLY
                                                            -> filled 0.2 @ 50001
        quotes BTCUSDT bids 1@49998 asks 0.1@50000
        alice sell 0.3 BTCUSDT limit 50001 reduce-only as r1
        alice sell 0.1 BTCUSDT limit 50002 reduce-only as r2
        alice buy 0.5 BTCUSDT limit 50002 fok               -> rejected FOK_NOT_FILLED
    """)


def test_fill_or_kill_counts_reduce_only_orders_no_further_than_their_position() -> None:
    play("""
        alice deposits 100000 USDT
        bob deposits 100000 USDT
        quotes BTCUSDT bids 1@49999 asks 1@50000
        bob buy 1 BTCUSDT market
        bob sell 1 BTCUSDT limit 50001 reduce-only as r1
        bob sell 1 BTCUSDT limit 50002 reduce-only as r2
        alice buy 2 BTCUSDT limit 50002 fok                 -> rejected FOK_NOT_FILLED
        bob sell 0.4 BTCUSDT limit 50000 as s1
        alice buy 1.4 BTCUSDT limit 50002 fok               -> rejected FOK_NOT_FILLED
        alice buy 1 BTCUSDT limit 50002 fok                 -> filled 0.4 @ 50000
                                                            -> filled 0.6 @ 50001
                                                            -> bob s1 filled 0.4
                                                            -> bob r1 filled 0.6
                                                            -> bob r1 expired REDUCE_ONLY
                                                            -> bob r2 expired REDUCE_ONLY
    """)


def test_a_post_only_order_stands_or_is_refused_without_a_record() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 50000.1 gtx             -> rejected GTX_WOULD_TAKE
        alice buy 0.1 BTCUSDT limit 50000 gtx as o1         -> resting 0.1
        bob sell 0.1 BTCUSDT limit 50000 gtx                -> rejected GTX_WOULD_TAKE
        alice sell 0.1 BTCUSDT limit 50000 gtx              -> rejected GTX_WOULD_TAKE
        bob sell 0.1 BTCUSDT limit 50000.1 gtx              -> resting 0.1
        check alice orders o1
    """)


def test_a_market_order_walks_up_the_house_ladder() -> None:
    """Its first levels: 50 000 / 50 000.1 and 100 000 / 50 005.1, down to the step of 0.001."""
    play("""
        alice deposits 100000 USDT
        alice buy 3 BTCUSDT market                          -> filled 0.999 @ 50000.1
                                                            -> filled 1.999 @ 50005.1
                                                            -> filled 0.002 @ 50010.1
        alice sell 3 BTCUSDT market                         -> filled 1 @ 49999.9
                                                            -> filled 2 @ 49994.9
        alice buy 0.001 BTCUSDT market                      -> filled 0.001 @ 50000.1
        check BTCUSDT last 50000.1 house -0.001
    """)


def test_what_a_market_order_finds_no_quote_for_expires() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 0.1@50001
        alice buy 0.3 BTCUSDT market                        -> filled 0.1 @ 50001
                                                            -> expired MARKET_REMAINDER
        alice buy 0.3 BTCUSDT market                        -> expired MARKET_REMAINDER
        alice sell 0.3 BTCUSDT market                       -> expired MARKET_REMAINDER
        check alice orders none
    """)


def test_a_market_order_stops_five_percent_from_the_mark_price() -> None:
    """`marketTakeBound` of the symbol is 0.05: no buy above 52 500, no sell below 47 500."""
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 0.1@49999 0.1@47500 1@47499.9 asks 0.1@50001 0.1@52500 1@52500.1
        alice buy 0.3 BTCUSDT market                        -> filled 0.1 @ 50001
                                                            -> filled 0.1 @ 52500
                                                            -> expired MARKET_REMAINDER
        alice sell 0.3 BTCUSDT market                       -> filled 0.1 @ 49999
                                                            -> filled 0.1 @ 47500
                                                            -> expired MARKET_REMAINDER
    """)


def test_a_client_order_id_is_unique_among_open_orders() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as mine           -> resting
        alice buy 0.1 BTCUSDT limit 48000 as mine           -> rejected DUPLICATE_CLIENT_ORDER_ID
        bob buy 0.1 BTCUSDT limit 49000 as mine             -> resting
        alice cancel mine of BTCUSDT                        -> canceled
        alice buy 0.1 BTCUSDT limit 48000 as mine           -> resting
        check alice orders mine
        check alice order mine price 48000
    """)


def test_an_order_without_a_client_order_id_gets_one_that_nobody_has() -> None:
    """A client may have chosen the very name that the venue would have made up."""
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000                   -> resting
        check alice orders perpbox-1
        alice buy 0.1 BTCUSDT limit 49000 as perpbox-3      -> resting
        alice buy 0.1 BTCUSDT limit 49000                   -> resting
        alice cancel perpbox-3 of BTCUSDT                   -> canceled
        alice cancel perpbox-1 of BTCUSDT                   -> canceled
        alice cancels-all BTCUSDT                           -> canceled
        check alice orders none
    """)


def test_no_more_than_two_hundred_orders_stand_in_a_symbol() -> None:
    table = play("alice deposits 1000000 USDT")
    rig, alice = table.rig, table.ids["alice"]
    rig.checked = False
    for _ in range(200):
        table.play("alice buy 0.002 BTCUSDT limit 49000 -> resting")
    rig.check()
    table.play("""
        alice buy 0.002 BTCUSDT limit 49000                 -> rejected TOO_MANY_OPEN_ORDERS
        alice buy 0.002 BTCUSDT limit 50001 ioc             -> rejected TOO_MANY_OPEN_ORDERS
        alice buy 0.002 BTCUSDT market                      -> filled 0.002
        alice buy 100 DOGEUSDT limit 0.09                   -> resting
        alice cancel perpbox-1 of BTCUSDT                   -> canceled
        alice buy 0.002 BTCUSDT limit 49000                 -> resting
    """)
    assert len(rig.state.accounts[alice].exposures["BTCUSDT"].orders) == 200


def test_orders_are_canceled_one_by_one_or_all_of_a_symbol() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice sell 0.1 BTCUSDT limit 51000 as o2
        alice buy 0.1 BTCUSDT limit 48000 as o3
        alice buy 100 DOGEUSDT limit 0.09 as o4
        bob buy 0.1 BTCUSDT limit 49000 as b1
        alice cancel o2 of BTCUSDT                          -> canceled
        alice cancel o2 of BTCUSDT                          -> rejected UNKNOWN_ORDER
        alice cancel o1 of DOGEUSDT                         -> rejected UNKNOWN_ORDER
        alice cancel b1 of BTCUSDT                          -> rejected UNKNOWN_ORDER
        alice cancels-all BTCUSDT                           -> canceled
                                                            -> o3 canceled
        alice cancels-all BTCUSDT                           -> nothing
        check alice orders o4
        check bob orders b1
        check alice USDT available 9999.55
    """)


def test_a_good_till_cancel_order_lives_one_year_even_if_it_is_amended() -> None:
    table = play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
        clock +10d                                          -> nothing
        alice buy 0.1 BTCUSDT limit 49000 as o2
        alice amend o1 of BTCUSDT to buy 0.2 @ 49000        -> amended
                                                            -> resting
        clock +354d                                         -> nothing
    """)
    [first, _] = table.rig.state.orders.values()
    assert first_end(table.rig.state) == first.created + GTC_LIFE
    table.play("""
        clock +1d                                           -> alice o1 expired TOO_OLD
        check alice orders o2
        check alice USDT available 9755
        clock +365d                                         -> alice o2 expired TOO_OLD
        check alice orders none
    """)
    assert first_end(table.rig.state) is None


def test_a_year_is_a_year_to_the_millisecond() -> None:
    table = play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
    """)
    [order] = table.rig.state.orders.values()
    table.rig.now = order.created + GTC_LIFE - 2
    table.play("clock +1ms -> nothing")
    table.play("clock +1ms -> alice o1 expired TOO_OLD")


def test_the_turn_names_the_order_it_was_about() -> None:
    table = play("alice deposits 10000 USDT")
    order = PlaceOrder(
        table.ids["alice"],
        "BTCUSDT",
        BUY,
        PositionSide.BOTH,
        OrderType.LIMIT,
        parse("0.1"),
        parse("49000"),
    )
    turn = table.rig.submit(order)
    [placed] = turn.orders
    assert placed is table.rig.state.orders[placed.order_id]
    assert (placed.created, placed.updated) == (turn.now, turn.now)
