"""Multi-assets mode: every asset carries every position, at the buffered rates of its index.

Rates of the tests' catalogue, bid and ask: USDT 0.99970002 and 0.99989998, USDC 0.9999 and 1.0001,
BNB 570 and 630, BTC 47 500 and 52 500.
"""

from __future__ import annotations

from tests.engine.table import play

RICH = """
    alice deposits 10000 USDT 1 BNB
    alice assets multi
"""


def test_all_assets_count_in_usd_at_their_bid_rates() -> None:
    """10 000 x 0.99970002 + 570; each asset may use it all, converted at its ask rate."""
    play(RICH).play("""
        check alice totals wallet 10567.0002 available 10567.0002 withdrawable 10567.0002 initial 0
        check alice USDT wallet 10000 available 10568.05721708 withdrawable 10000
        check alice BNB wallet 1 available 16.77301619 withdrawable 1
        check alice USDC wallet 0 available 10565.94360563 withdrawable 0
        check alice BTC available 0.20127619 withdrawable 0
    """)


def test_a_position_in_an_asset_that_is_not_held() -> None:
    """2 x 2 500 at 0.04 % leave -2 USDC, owed at the ask rate; margin is 250 x 1.0001."""
    play(RICH).play("""
        quotes ETHUSDC asks 2@2500
        alice buy 2 ETHUSDC market              -> filled 2 @ 2500 fee 2
        check alice USDC wallet -2 initial 250 maint 32.5 margin-balance -2 withdrawable 0
        check alice totals wallet 10565 margin-balance 10565 initial 250.025 maint 32.50325
        check alice totals available 10314.975
        check alice USDT available 10316.006807 withdrawable 10000
        check alice USDC available 10313.94360563
    """)


def test_a_gain_counts_at_the_bid_rate_and_a_debt_at_the_ask_rate() -> None:
    """18 x 0.9999 after a gain of 20; -22 x 1.0001 after a loss of 20."""
    play(RICH).play("""
        quotes ETHUSDC asks 2@2500
        alice buy 2 ETHUSDC market
        market ETHUSDC mark 2510
        check alice totals margin-balance 10584.9984 profit 19.9984 initial 251.0251
        check alice totals available 10333.9733
        market ETHUSDC mark 2490
        check alice totals margin-balance 10544.998 profit -20.002 initial 249.0249
        check alice totals available 10295.9731 cross-profit -20.002
    """)


def test_the_index_moves_the_whole_account() -> None:
    play(RICH).play("""
        index BNB 700
        check alice totals wallet 10662.0002
        index USDT 1
        check alice totals wallet 10664                 # 10 000 x 0.9999 + 665
    """)


def test_an_order_is_paid_with_the_collateral_of_another_asset() -> None:
    """570 USD; 4.559 x 2 500 / 20 x 1.0001 is 569.93, and 4.56 would need 570.057."""
    play("""
        alice deposits 1 BNB
        alice buy 0.1 ETHUSDC limit 2500        -> rejected MARGIN_NOT_SUFFICIENT
        alice assets multi
        alice buy 4.56 ETHUSDC limit 2500       -> rejected MARGIN_NOT_SUFFICIENT
        alice buy 4.559 ETHUSDC limit 2500      -> resting
        check alice totals order-initial 569.9319875 available 0.0680125
        alice buy 0.02 BTCUSDT limit 49000      -> rejected MARGIN_NOT_SUFFICIENT
    """)


def test_leverage_is_held_against_the_account_in_usd() -> None:
    play("""
        alice deposits 1 BNB
        alice assets multi
        quotes ETHUSDC asks 2@2500
        alice buy 2 ETHUSDC market
        alice leverage ETHUSDC 8                -> rejected LEVERAGE_MARGIN_NOT_SUFFICIENT
        alice leverage ETHUSDC 9
        check alice totals available 12.38864444        # 567.9998 - 5 000 x 0.11111112 x 1.0001
    """)


def test_no_more_leaves_than_is_owned_and_free() -> None:
    play(RICH).play("""
        quotes BTCUSDT asks 1@50000
        alice buy 1 BTCUSDT market
        alice withdraws 1.00000001 BNB          -> rejected BALANCE_NOT_SUFFICIENT
        alice withdraws 0.00000001 USDC         -> rejected BALANCE_NOT_SUFFICIENT
        alice withdraws 1 BNB
        alice withdraws 8000 USDT               -> rejected BALANCE_NOT_SUFFICIENT
        alice withdraws 7400 USDT
        check alice USDT wallet 2575
    """)


def test_a_hedge_counts_both_legs() -> None:
    play(RICH).play("""
        alice mode hedge
        quotes ETHUSDC bids 2@2500 asks 2@2500.01
        alice sell 1 ETHUSDC market short
        alice buy 1 ETHUSDC market long
        check alice USDC initial 250 maint 32.5 wallet -2.000004
        check alice totals initial 250.025
    """)
