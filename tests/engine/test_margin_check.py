"""Margin is checked before an order stands: what it costs, when it is asked, and the limit."""

from __future__ import annotations

import pytest

from tests.engine.table import play


def test_vector_b4_margin_of_a_position_with_orders_on_both_sides() -> None:
    """Long 0.5 at mark 20 000, bid 0.1 at 19 000, ask 0.1 at 22 000, 2x: 5 950."""
    play("""
        alice deposits 100000 USDT
        market BTCUSDT mark 20000
        alice leverage BTCUSDT 2
        alice buy 0.5 BTCUSDT market
        alice buy 0.1 BTCUSDT limit 19000
        alice sell 0.1 BTCUSDT limit 22000
        check alice BTCUSDT initial 5950 position-initial 5000 order-initial 950
    """)


B5 = """
    alice deposits {deposit} USDT
    quotes BTCUSDT bids 5@48000 asks 5@50000
    alice buy {long} BTCUSDT market
    market BTCUSDT mark 49500
    quotes BTCUSDT bids 5@48000
    check alice USDT available 0
    alice sell 0.8 BTCUSDT limit 49400      -> resting
"""
"""All is bound: a sell under the mark price has an open loss, which nothing is left to pay for."""


def test_vector_b5_a_closing_order_that_passes_the_position_is_checked() -> None:
    """Long 1, closing orders of 0.8 stand, another of 0.5: 0.5 > 1 - 0.8."""
    play(B5.format(deposit="3000", long="1")).play("""
        alice sell 0.5 BTCUSDT limit 49400      -> rejected MARGIN_NOT_SUFFICIENT
        alice sell 0.201 BTCUSDT limit 49400    -> rejected MARGIN_NOT_SUFFICIENT
        alice sell 0.2 BTCUSDT limit 49400      -> resting
    """)


def test_vector_b5_a_closing_order_within_the_position_is_not() -> None:
    """Long 1.4, closing orders of 0.8 stand, another of 0.5: 0.5 < 0.6."""
    play(B5.format(deposit="4200", long="1.4")).play("""
        alice sell 0.5 BTCUSDT limit 49400      -> resting
        alice sell 0.101 BTCUSDT limit 49400    -> rejected MARGIN_NOT_SUFFICIENT
        alice sell 0.1 BTCUSDT limit 49400      -> resting
    """)


@pytest.mark.parametrize(
    ("side", "enough", "short"),
    [("buy", "462.665", "462.66499999"), ("sell", "469.205", "469.20499999")],
)
def test_vector_e1_a_limit_order_costs_its_margin_and_its_open_loss(
    side: str, enough: str, short: str
) -> None:
    """1 BTC at 9 253.30, 20x, mark 9 259.84: long 462.665, short 6.54 more for the open loss."""
    play(f"""
        market BTCUSDT mark 9259.84
        quotes BTCUSDT bids 1@9000 asks 1@9500
        alice deposits {enough} USDT
        bob deposits {short} USDT
        bob {side} 1 BTCUSDT limit 9253.3       -> rejected MARGIN_NOT_SUFFICIENT
        alice {side} 1 BTCUSDT limit 9253.3     -> resting 1
        check alice USDT initial 462.665
    """)


def test_the_open_loss_is_checked_but_never_held() -> None:
    play("""
        market BTCUSDT mark 50000
        quotes BTCUSDT bids 1@49000 asks 1@51000
        alice deposits 297.5 USDT
        bob deposits 297.49999999 USDT
        bob sell 0.1 BTCUSDT limit 49500        -> rejected MARGIN_NOT_SUFFICIENT
        alice sell 0.1 BTCUSDT limit 49500      -> resting
        check alice USDT available 50 initial 247.5
    """)


def test_a_market_buy_is_checked_half_a_promille_above_the_best_ask() -> None:
    """0.1 x 50 025 / 20 = 250.125, and 25 above mark on 0.1 = 2.5."""
    play("""
        quotes BTCUSDT bids 1@49999 asks 1@50000
        alice deposits 252.625 USDT
        bob deposits 252.62499999 USDT
        bob buy 0.1 BTCUSDT market              -> rejected MARGIN_NOT_SUFFICIENT
        alice buy 0.1 BTCUSDT market            -> filled 0.1 @ 50000
    """)


def test_a_market_sell_is_checked_at_the_best_bid_or_at_mark_if_that_is_higher() -> None:
    play("""
        quotes BTCUSDT bids 1@49000 asks 1@51000
        alice deposits 250 USDT
        bob deposits 249.99999999 USDT
        bob sell 0.1 BTCUSDT market             -> rejected MARGIN_NOT_SUFFICIENT
        alice sell 0.1 BTCUSDT market           -> filled 0.1 @ 49000
        quotes BTCUSDT bids 1@50500 asks 1@51000
        carol deposits 252.5 USDT
        dave deposits 252.49999999 USDT
        dave sell 0.1 BTCUSDT market            -> rejected MARGIN_NOT_SUFFICIENT
        carol sell 0.1 BTCUSDT market           -> filled 0.1 @ 50500
    """)


def test_without_a_quote_the_mark_price_stands_in() -> None:
    play("""
        quotes BTCUSDT
        alice deposits 252.625 USDT
        bob deposits 252.62499999 USDT
        bob buy 0.1 BTCUSDT market              -> rejected MARGIN_NOT_SUFFICIENT
        alice buy 0.1 BTCUSDT market            -> expired MARKET_REMAINDER
    """)


def test_only_the_increase_over_what_is_held_already_is_asked() -> None:
    """A bid of 0.1 holds 250; an ask of 0.1 beside it needs nothing more, one of 0.2 does."""
    play("""
        quotes BTCUSDT bids 1@49000 asks 1@51000
        alice deposits 250 USDT
        alice buy 0.1 BTCUSDT limit 50000       -> resting
        check alice USDT available 0
        alice sell 0.1 BTCUSDT limit 50000.1    -> rejected MARGIN_NOT_SUFFICIENT
        alice deposits 0.0005 USDT
        alice sell 0.1 BTCUSDT limit 50000.1    -> resting
        check alice USDT available 0 initial 250.0005
    """)


def test_orders_that_reduce_the_position_hold_nothing() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49000 asks 1@50000
        alice buy 0.2 BTCUSDT market
        alice sell 0.2 BTCUSDT limit 51000
        check alice BTCUSDT position-initial 500 order-initial 0
        alice sell 0.2 BTCUSDT limit 51000
        check alice BTCUSDT order-initial 20            # |10 000 - 20 400| - 10 000, over 20
    """)


def test_margin_follows_the_mark_price_and_the_fills() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.2 BTCUSDT limit 50000               -> filled 0.1 @ 50000
                                                        -> resting 0.1
        check alice BTCUSDT position-initial 250 order-initial 250 maint 20
        market BTCUSDT mark 51000
        check alice BTCUSDT position-initial 255 order-initial 250 maint 20.4 profit 100
        check alice USDT wallet 9997.5 available 9592.5
    """)


def test_a_loss_can_use_up_what_is_available_but_not_more() -> None:
    play("""
        alice deposits 300 USDT
        quotes BTCUSDT bids 1@49000 asks 1@50000
        alice buy 0.1 BTCUSDT market
        market BTCUSDT mark 49000
        check alice USDT available 0 profit -100 margin-balance 197.5 withdrawable 0
        alice buy 0.002 BTCUSDT limit 48000             -> rejected MARGIN_NOT_SUFFICIENT
    """)


def test_profit_can_be_spent_on_margin() -> None:
    play("""
        alice deposits 300 USDT
        quotes BTCUSDT bids 1@49000 asks 1@50000
        alice buy 0.1 BTCUSDT market
        market BTCUSDT mark 52000
        check alice USDT available 237.5                # 297.5 + 200 - 260
        alice buy 0.09 BTCUSDT limit 52000              -> resting
        check alice USDT available 3.5
    """)


def test_another_margin_asset_does_not_help_in_single_asset_mode() -> None:
    play("""
        alice deposits 10000 USDC
        alice buy 0.1 BTCUSDT market            -> rejected MARGIN_NOT_SUFFICIENT
        alice buy 2 ETHUSDC market              -> filled 2
    """)


# The position limit.


def test_position_and_orders_stay_under_the_cap_of_the_leverage() -> None:
    """At 125x BTCUSDT may hold 50 000, at 100x 250 000; the new order's price counts."""
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 1@49000 asks 1@50000
        alice leverage BTCUSDT 125
        alice buy 1.001 BTCUSDT limit 49999             -> rejected POSITION_LIMIT_EXCEEDED
        alice buy 1 BTCUSDT limit 49999 as o1           -> resting
        alice buy 0.001 BTCUSDT limit 50000             -> rejected POSITION_LIMIT_EXCEEDED
        alice buy 0.2 BTCUSDT limit 40000               -> resting
        alice sell 0.8 BTCUSDT limit 51000              -> rejected POSITION_LIMIT_EXCEEDED
        alice leverage BTCUSDT 100
        alice sell 0.8 BTCUSDT limit 51000              -> resting
    """)


def test_an_order_may_flip_the_position_as_far_as_the_cap() -> None:
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 5@49999.9 asks 0.5@50000
        alice leverage BTCUSDT 125
        alice buy 0.5 BTCUSDT market
        alice sell 1.501 BTCUSDT limit 50000            -> rejected POSITION_LIMIT_EXCEEDED
        alice sell 1.5 BTCUSDT limit 50000              -> resting 1.5
    """)


def test_each_leg_of_a_hedge_has_the_cap_for_itself() -> None:
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 5@49999.9 asks 5@50000
        alice mode hedge
        alice leverage BTCUSDT 125
        alice buy 1 BTCUSDT limit 49999 long            -> resting
        alice sell 0.9 BTCUSDT limit 50001 short        -> resting
        alice buy 0.1 BTCUSDT limit 49000 long          -> rejected POSITION_LIMIT_EXCEEDED
    """)


def test_closing_is_not_limited() -> None:
    """The price has risen until the position alone is above the cap."""
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT asks 0.9@50000
        alice leverage BTCUSDT 125
        alice buy 0.9 BTCUSDT market
        market BTCUSDT mark 60000
        alice sell 0.5 BTCUSDT limit 61000 as c1        -> resting
        alice sell 0.4 BTCUSDT limit 62000 as c2        -> resting
        alice amend c2 of BTCUSDT to sell 0.4 @ 61500   -> amended
                                                        -> resting
        alice sell 0.001 BTCUSDT limit 61000            -> rejected POSITION_LIMIT_EXCEEDED
        alice buy 0.001 BTCUSDT limit 59000             -> rejected POSITION_LIMIT_EXCEEDED
        alice sell 0.9 BTCUSDT market reduce-only       -> filled 0.833 @ 59999.9
                                                        -> filled 0.067 @ 59993.9
    """)
