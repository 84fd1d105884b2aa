"""The market outside: its prices, its trades, and where clients' orders stand among them."""

from __future__ import annotations

import pytest

from perpbox.engine.ladder import LadderTerms, ladder, nearest_quote
from perpbox.money import parse
from tests.engine.table import play
from tests.worlds import CATALOGUE

BTC = CATALOGUE.symbols["BTCUSDT"]


def test_the_ladder_stands_around_the_middle_and_not_around_the_mark() -> None:
    play("""
        outside BTCUSDT mark 50000 middle 50100
        check BTCUSDT mark 50000 bid 50099.9 ask 50100.1
        outside BTCUSDT mark 50000 middle 0
        check BTCUSDT mark 50000 bid 49999.9 ask 50000.1
    """)


def test_a_mark_price_that_is_set_takes_the_ladder_along() -> None:
    play("""
        outside BTCUSDT mark 50000 middle 50100
        market BTCUSDT index 49990
        check BTCUSDT bid 50099.9
        market BTCUSDT mark 50000
        check BTCUSDT bid 49999.9
    """)


def test_the_spread_lies_around_the_middle_and_levels_follow_by_the_step() -> None:
    terms = LadderTerms(spread=parse("0.0004"), step=parse("0.001"), levels=3, notional=100_000)
    bids, asks = (list(ladder(BTC, parse("50000"), side, terms)) for side in (1, -1))
    assert [price for price, _ in bids] == [parse(p) for p in ("49990", "49940", "49890")]
    assert [price for price, _ in asks] == [parse(p) for p in ("50010", "50060", "50110")]
    assert bids[0][1] == parse("2")


@pytest.mark.parametrize("spread", [0, 1, parse("0.000001"), parse("0.0001"), parse("0.5")])
@pytest.mark.parametrize("middle", ["50000", "50000.05", "50000.1", "0.1"])
def test_a_bid_is_always_below_the_ask(middle: str, spread: int) -> None:
    bid, ask = (nearest_quote(BTC, parse(middle), side, spread) for side in (1, -1))
    assert bid < ask
    assert bid % BTC.tick_size == ask % BTC.tick_size == 0


def test_an_impossible_ladder_is_refused_whole() -> None:
    play("""
        ladder BTCUSDT spread 1.1           -> rejected INVALID_LADDER BTCUSDT
        ladder BTCUSDT step 2               -> rejected INVALID_LADDER
        ladder BTCUSDT levels 501           -> rejected INVALID_LADDER
        ladder BTCUSDT notional -1          -> rejected INVALID_LADDER
        ladder NOCOIN                       -> rejected UNKNOWN_SYMBOL NOCOIN
        outside BTCUSDT mark 0              -> rejected INVALID_PRICE BTCUSDT
        outside BTCUSDT buys 0@50000        -> rejected INVALID_QUOTE_QUANTITY BTCUSDT
        outside BTCUSDT buys 1@-1           -> rejected INVALID_PRICE BTCUSDT
    """)


def test_a_trade_of_others_moves_the_last_price_and_nobody_else() -> None:
    play("""
        alice deposits 10000 USDT
        outside BTCUSDT buys 0.5@50000.1 sells 0.2@49999.9      -> nothing
        check BTCUSDT last 49999.9 house 0
    """)


def test_a_trade_that_prints_through_an_order_fills_it_at_its_own_price() -> None:
    play("""
        alice deposits 100000 USDT
        alice buy 0.3 BTCUSDT limit 49900 as o1     -> resting 0.3
        outside BTCUSDT sells 0.1@49950             -> nothing
        outside BTCUSDT sells 0.1@49899             -> alice o1 filled 0.1 @ 49900 as maker
        outside BTCUSDT sells 1@49850               -> alice o1 filled 0.2 @ 49900 as maker
        check alice BTCUSDT amount 0.3
        check BTCUSDT last 49850 house -0.3
    """)


def test_at_its_very_price_an_order_goes_before_the_house() -> None:
    play("""
        alice deposits 100000 USDT
        alice buy 0.3 BTCUSDT limit 49994.9 as o1
        outside BTCUSDT sells 0.1@49994.9           -> alice o1 filled 0.1 @ 49994.9 as maker
    """)


def test_in_a_queued_ladder_it_waits_until_what_stood_there_has_traded() -> None:
    """Two bitcoin stand at 49 994.9 when the order comes."""
    play("""
        alice deposits 100000 USDT
        ladder BTCUSDT queued
        alice buy 0.3 BTCUSDT limit 49994.9 as o1
        outside BTCUSDT sells 1.5@49994.9           -> nothing
        outside BTCUSDT sells 0.6@49994.9           -> alice o1 filled 0.1 @ 49994.9 as maker
        outside BTCUSDT sells 0.1@49994.9           -> alice o1 filled 0.1 @ 49994.9 as maker
    """)


def test_in_a_queued_ladder_a_price_that_goes_through_fills_it_all_the_same() -> None:
    play("""
        alice deposits 100000 USDT
        ladder BTCUSDT queued
        alice buy 0.3 BTCUSDT limit 49994.9 as o1
        outside BTCUSDT sells 0.1@49994.8           -> alice o1 filled 0.1 @ 49994.9 as maker
        outside BTCUSDT mark 49990                  -> alice o1 filled 0.2 @ 49994.9 as maker
    """)


def test_two_orders_of_a_level_are_filled_in_their_order() -> None:
    play("""
        alice deposits 100000 USDT
        bob deposits 100000 USDT
        ladder BTCUSDT queued
        alice sell 0.3 BTCUSDT limit 50002 as a1    # between two levels: nothing is ahead
        bob sell 0.3 BTCUSDT limit 50002 as b1
        outside BTCUSDT buys 0.4@50002              -> alice a1 filled 0.3 @ 50002 as maker
                                                    -> bob b1 filled 0.1 @ 50002 as maker
    """)


def test_an_order_that_can_close_nothing_any_more_expires_instead() -> None:
    play("""
        alice deposits 100000 USDT
        alice buy 0.3 BTCUSDT market
        alice sell 0.3 BTCUSDT limit 50002 reduce-only as r1
        alice sell 0.2 BTCUSDT limit 50001 as s1
        outside BTCUSDT buys 1@50003                -> alice s1 filled 0.2 @ 50001 as maker
                                                    -> alice r1 filled 0.1 @ 50002 as maker
                                                    -> alice r1 expired REDUCE_ONLY
        check alice BTCUSDT amount 0
    """)


def test_an_operators_quotes_give_way_to_the_ladder_of_the_next_move() -> None:
    play("""
        quotes BTCUSDT bids 1@49990 asks 1@50010
        outside BTCUSDT mark 50000
        check BTCUSDT bid 49999.9 ask 50000.1
    """)


def test_a_move_liquidates_whom_it_reaches_and_sets_off_what_waits() -> None:
    play("""
        alice deposits 3000 USDT
        alice buy 1 BTCUSDT market as b1
        outside BTCUSDT mark 47000
        check alice BTCUSDT amount 0
    """)


def test_best_quotes_that_are_known_are_where_the_ladder_begins() -> None:
    play("""
        outside BTCUSDT mark 50000 middle 50001 best 1.5@50000.7 0.2@50001.2
        check BTCUSDT mark 50000 bid 50000.7 ask 50001.2
        alice deposits 100000 USDT
        alice buy 0.3 BTCUSDT market    -> filled 0.2 @ 50001.2 as taker
                                        -> filled 0.1 @ 50006.2 as taker
        outside BTCUSDT middle 50001
        check BTCUSDT bid 50000.9 ask 50001.1
    """)


def test_a_mark_price_that_is_set_takes_the_ladder_away_from_them() -> None:
    play("""
        outside BTCUSDT mark 50000 best 1.5@50000.7 0.2@50001.2
        market BTCUSDT index 49990
        check BTCUSDT bid 50000.7
        market BTCUSDT mark 50000
        check BTCUSDT bid 49999.9
    """)


def test_in_a_queued_ladder_an_order_waits_behind_the_best_quote_that_is_known() -> None:
    play("""
        alice deposits 100000 USDT
        ladder BTCUSDT queued
        outside BTCUSDT best 0.4@49999.9 7@50000
        alice buy 0.3 BTCUSDT limit 49999.9 as o1
        outside BTCUSDT best 0.1@49999.9 7@50000 sells 0.3@49999.9  -> nothing
        outside BTCUSDT best 9@49999.9 7@50000 sells 0.2@49999.9
                                        -> alice o1 filled 0.1 @ 49999.9 as maker
    """)


@pytest.mark.parametrize(
    "best", ["1@50000 1@50000", "0@50000 1@50001", "1@50000.05 1@50001", "1.0005@50000 1@50001"]
)
def test_best_quotes_that_are_none_are_refused(best: str) -> None:
    play(f"""
        outside BTCUSDT best {best} -> rejected INVALID_PRICE BTCUSDT
    """)
