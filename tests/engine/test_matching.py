"""Who trades with whom: price, then time, clients before the house; and never with oneself."""

from __future__ import annotations

from tests.engine.table import play


def test_the_better_price_trades_first_then_the_older_order() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        carol deposits 10000 USDT
        dave deposits 10000 USDT
        quotes BTCUSDT
        bob sell 0.1 BTCUSDT limit 50010 as b1
        carol sell 0.1 BTCUSDT limit 50000 as c1
        bob sell 0.1 BTCUSDT limit 50000 as b2
        dave buy 0.25 BTCUSDT limit 50010       -> filled 0.1 @ 50000
                                                -> filled 0.1 @ 50000
                                                -> filled 0.05 @ 50010
                                                -> carol c1 filled 0.1 @ 50000 as maker
                                                -> bob b2 filled 0.1 @ 50000
                                                -> bob b1 filled 0.05 @ 50010
        check bob orders b1
        check BTCUSDT ask 50010 bid 0 last 50010
    """)


def test_bids_are_taken_from_the_highest_down() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT
        bob buy 0.1 BTCUSDT limit 49990 as b1
        bob buy 0.1 BTCUSDT limit 50000 as b2
        alice sell 0.15 BTCUSDT limit 49990     -> filled 0.1 @ 50000
                                                -> filled 0.05 @ 49990
                                                -> bob b2 filled 0.1
                                                -> bob b1 filled 0.05
    """)


def test_a_partly_filled_order_keeps_its_place() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        carol deposits 10000 USDT
        quotes BTCUSDT
        bob sell 0.1 BTCUSDT limit 50000 as b1
        carol sell 0.1 BTCUSDT limit 50000 as c1
        alice buy 0.04 BTCUSDT market           -> filled 0.04 @ 50000
                                                -> bob b1 filled 0.04
                                                -> carol nothing
        check bob order b1 executed 0.04 status PARTIALLY_FILLED
        alice buy 0.1 BTCUSDT market            -> filled 0.06 @ 50000
                                                -> filled 0.04 @ 50000
                                                -> bob b1 filled 0.06
                                                -> carol c1 filled 0.04
        check bob orders none
        check carol order c1 executed 0.04
    """)


def test_clients_come_before_the_house_at_the_same_price() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT bids 1@49999 asks 0.1@50000 1@50002
        bob sell 0.1 BTCUSDT limit 50000 as b1
        bob sell 0.1 BTCUSDT limit 50001 as b2
        alice buy 0.35 BTCUSDT market           -> filled 0.1 @ 50000
                                                -> filled 0.1 @ 50000
                                                -> filled 0.1 @ 50001
                                                -> filled 0.05 @ 50002
                                                -> bob b1 filled 0.1
                                                -> bob b2 filled 0.1
        check BTCUSDT ask 50002 house -0.15
    """)


def test_the_house_comes_first_where_its_price_is_better() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        bob sell 0.1 BTCUSDT limit 50000.2 as b1
        alice buy 0.1 BTCUSDT market            -> filled 0.1 @ 50000.1
        check bob orders b1
        check bob BTCUSDT amount 0
    """)


def test_a_trade_is_at_the_price_of_the_order_that_stood() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT
        bob sell 0.1 BTCUSDT limit 49900
        alice buy 0.1 BTCUSDT limit 50100       -> filled 0.1 @ 49900 as taker
        bob sell 0.1 BTCUSDT limit 49800        -> resting
        alice buy 0.1 BTCUSDT limit 49800       -> filled 0.1 @ 49800
        check BTCUSDT last 49800 house 0
    """)


# Self-trade prevention: the taker's mode decides.


def test_by_default_the_standing_order_expires_and_the_new_one_goes_on() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT
        alice sell 0.1 BTCUSDT limit 50000 as mine
        bob sell 0.1 BTCUSDT limit 50000 as b1
        check alice USDT available 9750
        alice buy 0.1 BTCUSDT limit 50000       -> mine expired SELF_TRADE
                                                -> filled 0.1 @ 50000
                                                -> bob b1 filled 0.1
        check alice BTCUSDT amount 0.1
        check alice orders none
    """)


def test_expire_taker_ends_the_new_order_where_it_meets_its_own() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT
        bob sell 0.1 BTCUSDT limit 50000 as b1
        alice sell 0.1 BTCUSDT limit 50001 as mine
        bob sell 0.1 BTCUSDT limit 50002 as b2
        alice buy 0.3 BTCUSDT limit 50002 expire-taker  -> filled 0.1 @ 50000
                                                        -> expired SELF_TRADE
                                                        -> bob b1 filled 0.1
        check alice orders mine
        check bob orders b2
    """)


def test_expire_both_ends_both() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT
        alice sell 0.1 BTCUSDT limit 50001 as mine
        bob sell 0.1 BTCUSDT limit 50002 as b2
        alice buy 0.3 BTCUSDT limit 50002 expire-both   -> mine expired SELF_TRADE
                                                        -> expired SELF_TRADE
        check alice orders none
        check alice USDT wallet 10000 available 10000
        check bob orders b2
    """)


def test_the_mode_of_the_standing_order_does_not_matter() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT
        alice sell 0.1 BTCUSDT limit 50000 expire-taker as mine
        alice buy 0.1 BTCUSDT limit 50000 as new        -> mine expired SELF_TRADE
                                                        -> resting 0.1
        alice sell 0.1 BTCUSDT limit 50000 expire-taker -> expired SELF_TRADE
        check alice orders new
    """)


def test_an_amended_order_that_meets_its_own_follows_its_own_mode() -> None:
    """A recorded amendment of 2025-12 keeps its mode, whatever the page on the modes says."""
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT
        alice sell 0.1 BTCUSDT limit 50000 as high
        alice buy 0.1 BTCUSDT limit 49000 expire-taker as low
        alice amend low of BTCUSDT to buy 0.1 @ 50000   -> amended
                                                        -> expired SELF_TRADE
        check alice orders high
    """)


def test_without_prevention_an_account_trades_with_itself() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT
        alice sell 0.1 BTCUSDT limit 50000 as mine
        alice buy 0.1 BTCUSDT market none               -> mine filled 0.1 @ 50000
                                                        -> filled 0.1 @ 50000
        check alice BTCUSDT amount 0
        check BTCUSDT last 50000 house 0
    """)


def test_an_immediate_order_that_meets_its_own_expires_for_a_reason_of_its_own() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 0.1@49990
        alice sell 0.1 BTCUSDT limit 50000 as mine
        alice buy 0.2 BTCUSDT limit 50000 ioc expire-taker  -> filled 0.1 @ 49990
                                                            -> expired IMMEDIATE_SELF_TRADE
        alice buy 0.2 BTCUSDT market expire-both            -> mine expired SELF_TRADE
                                                            -> expired SELF_TRADE
    """)


def test_both_legs_of_a_hedge_are_one_account() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT
        alice sell 0.1 BTCUSDT limit 50000 short as s1
        alice buy 0.1 BTCUSDT limit 50000 long          -> s1 expired SELF_TRADE
                                                        -> resting 0.1
    """)


# The house's ladder and the operator's quotes.


def test_the_ladder_refills_after_every_order() -> None:
    play("""
        alice deposits 100000 USDT
        alice buy 0.999 BTCUSDT market          -> filled 0.999 @ 50000.1
        alice buy 0.999 BTCUSDT market          -> filled 0.999 @ 50000.1
        check BTCUSDT bid 49999.9 ask 50000.1 house -1.998
    """)


def test_a_client_order_that_outlasts_the_ladder_hides_the_quotes_it_crosses() -> None:
    """Only 0.999 are quoted at 50 000.1: the rest stands there, and the next ask is above it."""
    play("""
        alice deposits 100000 USDT
        bob deposits 100000 USDT
        alice buy 1.2 BTCUSDT limit 50000.1 as o1   -> filled 0.999 @ 50000.1
                                                    -> resting 0.201
        check BTCUSDT bid 50000.1 ask 50005.1
        bob sell 0.1 BTCUSDT market                 -> filled 0.1 @ 50000.1
                                                    -> alice o1 filled 0.1 @ 50000.1 as maker
        bob buy 0.1 BTCUSDT market                  -> filled 0.1 @ 50005.1
        alice cancel o1 of BTCUSDT
        check BTCUSDT bid 49999.9 ask 50000.1
    """)


def test_a_price_that_moves_through_an_order_fills_it_at_its_own_price_as_maker() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as o1
        market BTCUSDT mark 49000                   -> nothing
        market BTCUSDT mark 48999.8                 -> alice o1 filled 0.1 @ 49000 fee 0.98 as maker
        check alice BTCUSDT amount 0.1 entry 49000
        check BTCUSDT mark 48999.8 index 48999.8 last 49000 house -0.1
    """)


def test_a_price_jump_fills_no_more_than_the_ladder_holds() -> None:
    """Around 49 000 the two asks at 49 000.1 and 49 005 hold 1.020 and 2.040 (4.9 apart)."""
    play("""
        alice deposits 1000000 USDT
        alice buy 5 BTCUSDT limit 49006 as o1
        market BTCUSDT mark 49000                   -> alice o1 filled 1.02 @ 49006
                                                    -> alice o1 filled 2.04 @ 49006
        check alice order o1 executed 3.06 status PARTIALLY_FILLED
        check BTCUSDT bid 49006 ask 49009.9
        market BTCUSDT mark 49000                   -> nothing
        market BTCUSDT mark 49000 index 48990       -> nothing
        market BTCUSDT mark 48999                   -> alice o1 filled 1.02
                                                    -> alice o1 filled 0.92
        check alice orders none
        check BTCUSDT bid 48998.9 ask 48999.1
    """)


def test_a_jump_fills_the_best_orders_first() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 100000 USDT
        alice sell 0.1 BTCUSDT limit 50200 as a1
        bob sell 0.1 BTCUSDT limit 50100 as b1
        bob sell 0.1 BTCUSDT limit 50200 as b2
        market BTCUSDT mark 50300                   -> bob b1 filled 0.1 @ 50100 as maker
                                                    -> bob b2 filled 0.1 @ 50200
                                                    -> alice a1 filled 0.1 @ 50200
        check BTCUSDT house 0.3
    """)


def test_quotes_of_an_operator_neither_refill_nor_move_until_the_next_prices() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 0.2@49990 0.2@49980 asks 0.1@50010 0.1@50020
        check BTCUSDT bid 49990 ask 50010
        alice buy 0.15 BTCUSDT market               -> filled 0.1 @ 50010
                                                    -> filled 0.05 @ 50020
        check BTCUSDT bid 49990 ask 50020
        alice buy 0.15 BTCUSDT market               -> filled 0.05 @ 50020
                                                    -> expired MARKET_REMAINDER
        alice sell 0.1 BTCUSDT market               -> filled 0.1 @ 49990
        check BTCUSDT bid 49990 ask 0
        market ETHUSDC mark 2600
        check BTCUSDT bid 49990 ask 0
        market BTCUSDT index 50100
        check BTCUSDT bid 49999.9 ask 50000.1 mark 50000 index 50100
    """)


def test_new_quotes_fill_the_orders_that_they_cross() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49995 as o1
        alice buy 0.1 BTCUSDT limit 49990 as o2
        quotes BTCUSDT bids 1@49980 asks 0.15@49990 1@50000
                                                    -> alice o1 filled 0.1 @ 49995 as maker
                                                    -> alice o2 filled 0.05 @ 49990
        check BTCUSDT bid 49990 ask 50000
        alice buy 0.1 BTCUSDT market                -> filled 0.1 @ 50000
    """)


def test_quotes_that_make_no_market_are_refused() -> None:
    play("""
        quotes BTCUSDT bids 1@50000 asks 1@50000    -> rejected CROSSED_QUOTES BTCUSDT
        quotes BTCUSDT bids 1@49999.95              -> rejected INVALID_PRICE BTCUSDT
        quotes BTCUSDT bids 1@99.9                  -> rejected INVALID_PRICE BTCUSDT
        quotes BTCUSDT asks 1@1000000.1             -> rejected INVALID_PRICE BTCUSDT
        quotes BTCUSDT bids 0@49999                 -> rejected INVALID_QUOTE_QUANTITY
        quotes BTCUSDT bids 0.0005@49999            -> rejected INVALID_QUOTE_QUANTITY
        quotes XRPUSDT bids 1@1                     -> rejected UNKNOWN_SYMBOL XRPUSDT
        check BTCUSDT bid 49999.9 ask 50000.1
    """)


def test_a_cheap_symbol_is_quoted_on_its_own_grid() -> None:
    """0.01 % of 0.0123456 is 12.3 ticks: levels stand 12 apart, the first of 50 000 / 0.0123457."""
    play("""
        alice deposits 100000 USDC
        check 1000PEPEUSDC bid 0.0123455 ask 0.0123457
        alice buy 5000000 1000PEPEUSDC market       -> filled 4049993 @ 0.0123457
                                                    -> filled 950007 @ 0.0123469
    """)


def test_prices_that_cannot_be_are_refused() -> None:
    play("""
        market BTCUSDT mark 0                       -> rejected INVALID_PRICE BTCUSDT
        market BTCUSDT mark -1                      -> rejected INVALID_PRICE BTCUSDT
        market BTCUSDT mark 50000 index 0           -> rejected INVALID_PRICE BTCUSDT
        market BTCUSDT mark 1000000.1               -> rejected INVALID_PRICE BTCUSDT
        market XRPUSDT mark 1                       -> rejected UNKNOWN_SYMBOL XRPUSDT
        index USDT 0                                -> rejected INVALID_PRICE USDT
        index DOGE 1                                -> rejected UNKNOWN_ASSET DOGE
        check BTCUSDT mark 50000
        market BTCUSDT mark 1000000
    """)


def test_markets_open_once() -> None:
    play("""
        check BTCUSDT mark 50000 index 50000
        check ETHUSDC mark 2500 index 2500
        venue open                                  -> rejected ALREADY_OPEN
    """)
