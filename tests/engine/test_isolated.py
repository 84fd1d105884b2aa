"""Isolated margin: what a position takes in, keeps apart, gives back, and may be given or lose."""

from __future__ import annotations

from tests.engine.table import play

OPEN = """
    alice deposits 10000 USDT
    alice margin BTCUSDT isolated
    quotes BTCUSDT bids 1@49000 asks 1@50000
    alice buy 0.1 BTCUSDT market            -> filled 0.1 @ 50000 fee 2.5
"""


def test_opening_moves_the_initial_margin_and_the_fee_leaves_it() -> None:
    """5 000 / 20 less 2.5. It is liquidated at (247.5 - 5 000) / (0.0004 - 0.1)."""
    play(OPEN).play("""
        check alice BTCUSDT isolated-wallet 247.5 initial 250 maint 20 liquidation 47715.86345382
        check alice USDT wallet 9997.5 cross-wallet 9750 initial 250 maint 20
        check alice USDT available 9750 withdrawable 9750 cross-profit 0
        market BTCUSDT mark 49900
        check alice USDT profit -10 cross-profit 0 margin-balance 9987.5 available 9750
    """)


def test_growing_takes_in_more() -> None:
    play(OPEN).play("""
        alice buy 0.1 BTCUSDT market            -> filled 0.1 @ 50000
        check alice BTCUSDT amount 0.2 isolated-wallet 495
        check alice USDT cross-wallet 9500
    """)


def test_reducing_lets_go_of_its_share() -> None:
    """0.04 of 0.1 free 99 of 247.5; the loss of 40 and the fee of 0.98 are the cross wallet's."""
    play(OPEN).play("""
        alice sell 0.04 BTCUSDT market          -> filled 0.04 @ 49000 fee 0.98 profit -40
        check alice BTCUSDT amount 0.06 isolated-wallet 148.5
        check alice USDT wallet 9956.52 cross-wallet 9808.02
        alice sell 0.06 BTCUSDT market
        check alice BTCUSDT amount 0 isolated-wallet 0
        check alice USDT wallet 9895.05 cross-wallet 9895.05
    """)


def test_a_share_that_does_not_end_is_cut_and_the_last_reduction_frees_the_rest() -> None:
    """A third of 148.5 + 0.00000001, and what is left of it."""
    play("""
        alice deposits 1000 USDT
        alice margin BTCUSDT isolated
        quotes BTCUSDT bids 1@50000 asks 1@50000.1
        alice sell 0.003 BTCUSDT market
        check alice BTCUSDT isolated-wallet 7.425
        alice adds 0.00000001 to BTCUSDT
        alice buy 0.001 BTCUSDT market
        check alice BTCUSDT isolated-wallet 4.95000001
        alice buy 0.001 BTCUSDT market
        check alice BTCUSDT isolated-wallet 2.47500001
        alice buy 0.001 BTCUSDT market
        check alice BTCUSDT isolated-wallet 0
    """)


def test_a_flip_closes_first_and_then_opens() -> None:
    """Closing costs 2.45, opening 0.2 costs 4.9 of the 490 that it takes in."""
    play(OPEN).play("""
        alice sell 0.3 BTCUSDT market           -> filled 0.3 @ 49000 fee 7.35 profit -100
        check alice BTCUSDT amount -0.2 entry 49000 isolated-wallet 485.1
        check alice USDT wallet 9890.15 cross-wallet 9405.05
    """)


def test_a_maker_takes_in_margin_as_well() -> None:
    play("""
        alice deposits 10000 USDT
        alice margin BTCUSDT isolated
        alice buy 0.1 BTCUSDT limit 49000 as o1
        check alice USDT cross-wallet 10000 available 9755
        market BTCUSDT mark 48999
        check alice BTCUSDT amount 0.1 isolated-wallet 244.02
        check alice USDT cross-wallet 9755 available 9755
    """)


def test_open_orders_of_an_isolated_symbol_are_held_by_the_cross_wallet() -> None:
    """A bid beside the position: (5 000 + 4 900) / 20 - 250."""
    play(OPEN).play("""
        alice buy 0.1 BTCUSDT limit 49000
        check alice BTCUSDT position-initial 250 order-initial 245
        check alice USDT available 9505 withdrawable 9505 initial 495
        alice sell 0.3 BTCUSDT limit 51000
        check alice BTCUSDT order-initial 265           # (15 300 - 5 000) / 20 - 250
        check alice USDT available 9485
    """)


def test_margin_may_be_added_up_to_what_is_free() -> None:
    play(OPEN).play("""
        check alice BTCUSDT addable 9750
        alice adds 9750.00000001 to BTCUSDT     -> rejected CROSS_BALANCE_NOT_SUFFICIENT
        alice adds 100 to BTCUSDT
        check alice BTCUSDT isolated-wallet 347.5 liquidation 46711.84738956
        check alice USDT wallet 9997.5 cross-wallet 9650
        alice buy 0.1 BTCUSDT limit 49000
        check alice BTCUSDT addable 9405
        alice adds 9405 to BTCUSDT
        check alice BTCUSDT isolated-wallet 9752.5 addable 0
    """)


def test_what_cross_positions_need_cannot_be_added() -> None:
    """Cross DOGEUSDT worth 1 000: maintenance 6.5, initial 50; a profit does not count as free."""
    play(OPEN).play("""
        quotes DOGEUSDT asks 10000@0.1
        alice buy 10000 DOGEUSDT market         -> filled 10000 @ 0.1 fee 0.5
        check alice BTCUSDT addable 9699.5      # 9 749.5 - 50
        market DOGEUSDT mark 0.12
        check alice BTCUSDT addable 9741.7      # 9 749.5 - 7.8; available would be 9 889.5
    """)


def test_margin_may_be_taken_out_down_to_both_requirements() -> None:
    play(OPEN).play("""
        alice adds 100 to BTCUSDT
        check alice BTCUSDT removable 97.5              # 347.5 - 250
        market BTCUSDT mark 50500
        check alice BTCUSDT removable 145               # 347.5 + 50 - 252.5
        market BTCUSDT mark 49500
        check alice BTCUSDT removable 50                # 347.5 - 50 - 247.5
        alice removes 50.00000001 from BTCUSDT  -> rejected ISOLATED_BALANCE_NOT_SUFFICIENT
        alice removes 50 from BTCUSDT
        check alice BTCUSDT isolated-wallet 297.5 removable 0
        market BTCUSDT mark 55000
        check alice BTCUSDT removable 275.5             # 297.5 - 22: maintenance binds
        check alice USDT wallet 9997.5 cross-wallet 9700
    """)


def test_isolated_margin_is_for_isolated_positions() -> None:
    play("""
        alice deposits 10000 USDT
        alice adds 10 to BTCUSDT                -> rejected NOT_ISOLATED
        alice buy 0.1 BTCUSDT market
        alice adds 10 to BTCUSDT                -> rejected NOT_ISOLATED
        alice margin ETHUSDC isolated
        alice adds 10 to ETHUSDC                -> rejected NO_POSITION
        alice removes 10 from ETHUSDC           -> rejected NO_POSITION
        alice adds 0 to ETHUSDC                 -> rejected INVALID_AMOUNT
        alice adds 10 to ETHUSDC long           -> rejected POSITION_SIDE_MISMATCH
        alice adds 10 to XRPUSDT                -> rejected UNKNOWN_SYMBOL
    """)


def test_each_leg_of_a_hedge_has_margin_of_its_own() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        alice margin BTCUSDT isolated
        quotes BTCUSDT bids 1@50000 asks 1@50010
        alice sell 0.2 BTCUSDT market short
        alice buy 0.1 BTCUSDT market long
        check alice BTCUSDT short isolated-wallet 495
        check alice BTCUSDT long isolated-wallet 247.5495
        check alice USDT cross-wallet 9249.95
        alice adds 10 to BTCUSDT                -> rejected POSITION_SIDE_MISMATCH
        alice adds 10 to BTCUSDT long
        check alice BTCUSDT long isolated-wallet 257.5495
        check alice BTCUSDT short isolated-wallet 495
        alice buy 0.1 BTCUSDT market short
        check alice BTCUSDT short isolated-wallet 247.5
    """)
