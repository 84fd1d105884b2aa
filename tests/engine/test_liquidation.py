"""Margin calls and liquidation: who, how far, at what price, and what is left.

BTCUSDT: maintenance 0.4 % up to 50 000, 0.5 % less 50 up to 250 000, 1 % less 1 300 up to a
million, 2.5 % less 16 300 up to five; liquidation fee 1.25 %.
"""

from __future__ import annotations

from tests.engine.table import play

LONG = """
    alice deposits 600 USDT
    quotes BTCUSDT bids 9@50000 asks 9@50000.1
    alice leverage BTCUSDT 100
    alice sell 0.001 BTCUSDT limit 60000 as far
    quotes BTCUSDT asks 9@50000
    alice buy 0.5 BTCUSDT market                 -> filled 0.5 @ 50000 fee 12.5
    check alice USDT wallet 587.5
"""
"""0.5 at 50 000: maintenance 100; 1 000 below that, 500 are lost."""


def test_an_account_is_called_at_eighty_per_cent_and_then_liquidated() -> None:
    """At 48 950: balance 62.5 and maintenance 97.9; at 49 060: 117.5 and 98.12, that is 83.5 %.

    At 49 020 the balance is 97.5, the maintenance margin 98.04, and the book has better than the
    48 825 at which nothing is left: 0.5 at 49 000 loses 500, and of the fee of 306.25 the 87.5 that
    are left are paid.
    """
    play(f"""{LONG}
        fund USDT 1000
        market BTCUSDT mark 49080                      -> alice nothing
        market BTCUSDT mark 49060                      -> alice USDT called balance 117.5
        market BTCUSDT mark 49050                      -> alice nothing
        market BTCUSDT mark 49020                      -> alice USDT liquidated balance 97.5
                                                       -> alice far expired LIQUIDATION
                                                       -> alice BTCUSDT reduces 0.5 @ 48825
                                                       -> alice filled 0.5 @ 49019.9 fee 0
        check alice BTCUSDT amount 0
        check alice USDT wallet 0
        check house USDT insurance 1097.45 funding 0
    """)


def test_a_call_comes_once_and_again_only_after_three_quarters() -> None:
    """49 080: 127.5 and 98.16, 77 %; 49 100: 137.5 and 98.2, 71.4 %."""
    play(f"""{LONG}
        market BTCUSDT mark 49060                      -> alice USDT called
        market BTCUSDT mark 49080                      -> nothing
        market BTCUSDT mark 49060                      -> nothing
        market BTCUSDT mark 49100                      -> alice USDT safe
        market BTCUSDT mark 49060                      -> alice USDT called
        alice deposits 100 USDT                        -> alice USDT safe
    """)


NEAR = f"""{LONG}
        fund USDT 1000
        market BTCUSDT mark 49060                      -> alice USDT called
        funding BTCUSDT rate 0.003
"""
"""The next settlement takes 73.59 and leaves 43.91, which is gone at 48 972.18."""


def test_an_empty_book_leaves_the_position_to_the_fund() -> None:
    """The fund owns what the mark price is worth more: 0.5 x 87.82."""
    play(f"""{NEAR}
        quotes BTCUSDT
        clock +6400s                                   -> alice USDT liquidated balance 43.91
                                                       -> alice far expired LIQUIDATION
                                                       -> alice BTCUSDT hands-over 0.5 @ 48972.18
                                                       -> alice filled 0.5 @ 48972.18 fee 0
        check alice USDT wallet 0
        check house USDT insurance 1043.91
        check BTCUSDT house 0 last 50000
    """)


def test_what_the_book_does_not_take_goes_over() -> None:
    """0.2 at 49 000 lose 12, and the fee takes the 31.91 that are left; the rest goes at mark."""
    play(f"""{NEAR}
        quotes BTCUSDT bids 0.2@49000
        clock +6400s                                   -> alice USDT liquidated
                                                       -> alice far expired LIQUIDATION
                                                       -> alice BTCUSDT reduces 0.5 @ 48972.2
                                                       -> alice filled 0.2 @ 49000
                                                       -> alice expired IMMEDIATE_OR_CANCEL
                                                       -> alice BTCUSDT hands-over 0.3 @ 49060
                                                       -> alice filled 0.3 @ 49060
        check alice USDT wallet 0
        check house USDT insurance 1031.91
        check BTCUSDT last 49000
    """)


def test_a_book_below_the_bankruptcy_price_is_not_asked() -> None:
    play(f"""{NEAR}
        quotes BTCUSDT bids 9@48972.1
        clock +6400s                                   -> alice USDT liquidated
                                                       -> alice far expired LIQUIDATION
                                                       -> alice BTCUSDT hands-over 0.5 @ 48972.18
                                                       -> alice filled 0.5
    """)


def test_an_order_of_another_client_takes_what_is_liquidated() -> None:
    play(f"""{NEAR}
        bob deposits 10000 USDT
        quotes BTCUSDT
        bob buy 0.5 BTCUSDT limit 49000 as b1
        clock +6400s                                   -> bob b1 filled 0.5 @ 49000
        check bob BTCUSDT amount 0.5
        check alice BTCUSDT amount 0
    """)


def test_a_large_position_is_reduced_to_just_below_the_floor_of_its_bracket() -> None:
    """30 at 48 000 need 19 700, and 19 250 are left; 20.833 stay, and need 8 699.84."""
    play("""
        alice deposits 80000 USDT
        quotes BTCUSDT bids 99@50000 asks 99@50000.1
        quotes BTCUSDT asks 99@50000
        alice buy 30 BTCUSDT market                    -> filled 30 @ 50000 fee 750
        market BTCUSDT mark 48000                      -> alice USDT called balance 19250
                                                       -> alice USDT liquidated maint 19700
                                                       -> alice BTCUSDT reduces 9.167 @ 47358.4
                                                       -> alice filled 1.041 @ 47999.9
                                                       -> alice filled 2.083 @ 47995.1
                                                       -> alice filled 3.125 @ 47990.3
                                                       -> alice filled 2.918 @ 47985.5
                                                       -> alice USDT safe
        check alice BTCUSDT amount 20.833
        check alice USDT maint 8699.84
    """)


def test_an_isolated_position_stands_alone() -> None:
    """Margin 250 less the fee of 2.5; at 47 700 it has 17.5, and 19.08 are needed.

    0.1 at 47 699.9 lose 0.01 more, and of the fee of 59.62 the 17.49 that are left are paid.
    """
    play("""
        alice deposits 1000 USDT
        alice margin BTCUSDT isolated
        quotes BTCUSDT asks 99@50000
        alice buy 0.1 BTCUSDT market                   -> filled 0.1 @ 50000 fee 2.5
        check alice USDT cross-wallet 750
        market BTCUSDT mark 47700                      -> alice BTCUSDT:BOTH called balance 17.5
                                                       -> alice BTCUSDT:BOTH liquidated maint 19.08
                                                       -> alice BTCUSDT reduces 0.1 @ 47525
                                                       -> alice filled 0.1 @ 47699.9
        check alice USDT wallet 750 cross-wallet 750
        check house USDT insurance 17.49
    """)


def test_the_legs_of_an_isolated_hedge_are_two_pools() -> None:
    play("""
        alice deposits 1000 USDT
        alice mode hedge
        alice margin BTCUSDT isolated
        quotes BTCUSDT bids 99@50000 asks 99@50000.1
        quotes BTCUSDT asks 99@50000
        alice buy 0.1 BTCUSDT market long
        quotes BTCUSDT bids 99@50000
        alice sell 0.1 BTCUSDT market short
        market BTCUSDT mark 47700                      -> alice BTCUSDT:LONG called
                                                       -> alice BTCUSDT:LONG liquidated
                                                       -> alice BTCUSDT reduces 0.1 @ 47525
                                                       -> alice filled 0.1
        check alice BTCUSDT long amount 0
        check alice BTCUSDT short amount -0.1
    """)


def test_conditional_orders_expire_after_the_others() -> None:
    play(f"""{LONG}
        alice stop sell all BTCUSDT at 40000 as s1
        market BTCUSDT mark 49000                      -> alice USDT called
                                                       -> alice USDT liquidated
                                                       -> alice far expired LIQUIDATION
                                                       -> alice s1 expired LIQUIDATION
                                                       -> alice BTCUSDT reduces 0.5
                                                       -> alice filled 0.5
    """)


def test_in_multi_assets_mode_all_assets_carry_all_positions() -> None:
    """100 USDT and 1 BNB at 600, worth 570 at the bid rate, carry 0.2 BTC down to about 46 800."""
    play("""
        alice deposits 110 USDT 1 BNB
        alice assets multi
        quotes BTCUSDT asks 99@50000
        alice buy 0.2 BTCUSDT market
        market BTCUSDT mark 46850                      -> alice called
        check alice BTCUSDT amount 0.2
        market BTCUSDT mark 46800                      -> alice liquidated
                                                       -> alice BTCUSDT reduces 0.2
                                                       -> alice filled 0.2
        check alice BTCUSDT amount 0
    """)


def test_each_margin_asset_is_a_pool_of_its_own() -> None:
    """The USDC that alice has do not help her USDT."""
    play(f"""{LONG}
        alice deposits 5000 USDC
        market BTCUSDT mark 49000                      -> alice USDT called
                                                       -> alice USDT liquidated
                                                       -> alice far expired LIQUIDATION
                                                       -> alice BTCUSDT reduces 0.5
                                                       -> alice filled 0.5
        check alice USDC wallet 5000
    """)
