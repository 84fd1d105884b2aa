"""What trades do to a position and to the wallets: commission, averages, profit, flips."""

from __future__ import annotations

from perpbox.account import Position, PositionSide
from perpbox.engine.fees import commission_of
from perpbox.engine.fills import realized_profit
from perpbox.money import SCALE, parse
from tests.engine.table import play


def test_maker_and_taker_pay_their_own_rates_to_the_house() -> None:
    """0.1 x 50 000 at 0.02 % and at 0.05 %; a USDC symbol takes nothing of the maker."""
    play("""
        alice deposits 10000 USDT 10000 USDC
        bob deposits 10000 USDT 10000 USDC
        quotes BTCUSDT
        bob sell 0.1 BTCUSDT limit 50000 as b1
        alice buy 0.1 BTCUSDT market            -> filled 0.1 @ 50000 fee 2.5 as taker
                                                -> bob b1 filled 0.1 @ 50000 fee 1 as maker
        check alice USDT wallet 9997.5
        check bob USDT wallet 9999
        check house USDT fees 3.5 clearing 0 world -20000
        quotes ETHUSDC
        bob sell 2 ETHUSDC limit 2500 as b2
        alice buy 2 ETHUSDC market              -> filled 2 @ 2500 fee 2
                                                -> bob b2 filled 2 @ 2500 fee 0
        check alice USDC wallet 9998
        check bob USDC wallet 10000
        check house USDC fees 2
    """)


def test_commission_is_cut_at_the_eighth_decimal() -> None:
    """1 x 0.0123457 x 0.0004 is 0.00000493828."""
    assert commission_of(parse("0.0123457"), SCALE, parse("0.0004")) == parse("0.00000493")
    assert commission_of(parse("0.0123457"), SCALE, 0) == 0


def test_adding_averages_the_entry_price_by_quantity() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49000 asks 0.1@50000 0.2@50300
        alice buy 0.3 BTCUSDT market            -> filled 0.1 @ 50000 fee 2.5
                                                -> filled 0.2 @ 50300 fee 5.03
        check alice BTCUSDT amount 0.3 entry 50200 break-even 50225.1 profit -60
        check alice USDT wallet 9992.47 margin-balance 9932.47
    """)


def test_an_entry_price_that_does_not_end_is_cut_where_it_meets_money() -> None:
    """150.0002 over 0.003 is 50 000.0666…; the profit on 0.001 at 50 001 is 0.00093333."""
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 0.001@50000 0.002@50000.1
        alice buy 0.003 BTCUSDT market
        check alice BTCUSDT amount 0.003 entry 50000.06666666
        quotes BTCUSDT bids 0.003@50001
        alice sell 0.001 BTCUSDT market         -> filled 0.001 @ 50001 profit 0.00093333
        check alice BTCUSDT amount 0.002 entry 50000.06666666 realized 0.00093333
        alice sell 0.002 BTCUSDT market         -> filled 0.002 @ 50001 profit 0.00186666
        check alice BTCUSDT amount 0 entry 0 realized 0.00279999
        check house USDT clearing -0.00279999
    """)


def test_nothing_is_lost_on_averaging() -> None:
    """What is left of an endless price is averaged whole: (2 x 50 000.0666… + 50 000.2) / 3."""
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 0.001@50000 0.002@50000.1
        alice buy 0.003 BTCUSDT market
        quotes BTCUSDT bids 0.001@50000.1 asks 0.001@50000.2
        alice sell 0.001 BTCUSDT market
        alice buy 0.001 BTCUSDT market
        check alice BTCUSDT amount 0.003 entry 50000.11111111
    """)


def test_reducing_realizes_profit_and_leaves_the_entry_price() -> None:
    """Break-even: (0.3 x 50 000 x 1.0005 - 0.1 x 50 100 x 0.9995) / 0.2."""
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 0.3@50000
        alice buy 0.3 BTCUSDT market            -> filled 0.3 @ 50000 fee 7.5 profit 0
        quotes BTCUSDT bids 0.1@50100
        alice sell 0.1 BTCUSDT market           -> filled 0.1 @ 50100 fee 2.505 profit 10
        check alice BTCUSDT amount 0.2 entry 50000 break-even 50000.025 realized 10
        check alice USDT wallet 9999.995
        check house USDT clearing -10 fees 10.005
    """)


def test_a_flip_closes_the_old_position_and_opens_a_fresh_one() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 0.2@50000
        alice buy 0.2 BTCUSDT market
        quotes BTCUSDT bids 0.5@49900
        alice sell 0.5 BTCUSDT market           -> filled 0.5 @ 49900 fee 12.475 profit -20
        check alice BTCUSDT amount -0.3 entry 49900 break-even 49875.05 realized -20
        check alice USDT wallet 9962.525
        check BTCUSDT house 0.3
        quotes BTCUSDT asks 0.4@49800
        alice buy 0.4 BTCUSDT market            -> filled 0.4 @ 49800 fee 9.96 profit 30
        check alice BTCUSDT amount 0.1 entry 49800 break-even 49824.9 realized 10
        check alice USDT wallet 9982.565
        check house USDT clearing -10 fees 27.435
    """)


def test_a_short_gains_when_the_price_falls() -> None:
    """Break-even of the rest: (0.2 x 50 000 x 0.9995 - 0.1 x 49 500 x 1.0005) / 0.1."""
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 0.2@50000
        alice sell 0.2 BTCUSDT market           -> filled 0.2 @ 50000 fee 5
        market BTCUSDT mark 49500
        check alice BTCUSDT amount -0.2 notional -9900 profit 100 break-even 49975
        quotes BTCUSDT asks 0.1@49500
        alice buy 0.1 BTCUSDT market            -> filled 0.1 @ 49500 fee 2.475 profit 50
        check alice BTCUSDT amount -0.1 entry 50000 profit 50 break-even 50425.25
        check alice USDT wallet 10042.525
    """)


def test_a_position_that_closes_leaves_no_row_and_break_even_starts_anew() -> None:
    """The third trade is made as a maker: 0.385 x 1.0002, vector H3."""
    play("""
        alice deposits 1000 USDT
        market DOGEUSDT mark 0.385
        alice buy 100 DOGEUSDT market           -> filled 100 @ 0.38501
        alice sell 100 DOGEUSDT market          -> filled 100 @ 0.38499 profit -0.002
        check alice DOGEUSDT amount 0 entry 0 break-even 0 row hidden
        alice buy 30 DOGEUSDT limit 0.385       -> resting 30
        market DOGEUSDT mark 0.384              -> alice perpbox-3 filled 30 @ 0.385 as maker
        check alice DOGEUSDT amount 30 entry 0.385 break-even 0.385077
    """)


def test_two_clients_trade_and_one_gains_what_the_other_loses() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT
        bob sell 0.1 BTCUSDT limit 50000
        alice buy 0.1 BTCUSDT market
        check BTCUSDT house 0
        market BTCUSDT mark 51000
        quotes BTCUSDT
        check alice BTCUSDT profit 100
        check bob BTCUSDT profit -100
        bob buy 0.1 BTCUSDT limit 51000 as b1
        alice sell 0.1 BTCUSDT market           -> filled 0.1 @ 51000 profit 100 fee 2.55
                                                -> bob b1 filled 0.1 @ 51000 profit -100 fee 1.02
        check house USDT clearing 0 fees 7.07
        check alice USDT wallet 10094.95
        check bob USDT wallet 9897.98
    """)


def test_the_legs_of_a_hedge_are_two_positions() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT bids 1@49990 asks 1@50010
        alice buy 0.2 BTCUSDT market long           -> filled 0.2 @ 50010
        alice sell 0.1 BTCUSDT market short         -> filled 0.1 @ 49990
        check alice BTCUSDT long amount 0.2 entry 50010 profit -2 position-initial 500
        check alice BTCUSDT short amount -0.1 entry 49990 profit -1 position-initial 250
        check alice USDT initial 750 profit -3
        check BTCUSDT house -0.1
        alice buy 0.1 BTCUSDT market short          -> filled 0.1 @ 50010 profit -2
        check alice BTCUSDT long amount 0.2
        check alice BTCUSDT short amount 0 row hidden
        alice sell 0.2 BTCUSDT market long          -> filled 0.2 @ 49990 profit -4
        check alice BTCUSDT long amount 0 row hidden
    """)


def test_an_order_names_a_leg_in_hedge_mode_and_none_otherwise() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT market long           -> rejected POSITION_SIDE_MISMATCH
        alice sell 0.1 BTCUSDT limit 50000 short    -> rejected POSITION_SIDE_MISMATCH
        alice mode hedge
        alice buy 0.1 BTCUSDT market                -> rejected POSITION_SIDE_MISMATCH
        alice buy 0.1 BTCUSDT market long           -> filled 0.1
    """)


def test_margin_assets_do_not_mix() -> None:
    play("""
        alice deposits 10000 USDT 10000 USDC
        quotes BTCUSDT asks 0.1@50000
        quotes ETHUSDC bids 2@2500
        alice buy 0.1 BTCUSDT market
        alice sell 2 ETHUSDC market
        market BTCUSDT mark 50100
        market ETHUSDC mark 2490
        check alice USDT wallet 9997.5 profit 10 initial 250.5
        check alice USDC wallet 9998 profit 20 initial 249
        check alice totals wallet 9997.5 profit 10 initial 250.5
    """)


def test_profit_of_a_long_and_of_a_short_are_cut_toward_zero() -> None:
    position = Position(PositionSide.BOTH)
    position.quantity, position.entry_cost = 3 * SCALE, 1_000_000_000 * SCALE
    assert position.entry_price == 333_333_333
    assert realized_profit(position, 1, 333_333_332) == 0
    assert realized_profit(position, SCALE, 333_333_334) == 1
    position.quantity = -position.quantity
    assert realized_profit(position, SCALE, 333_333_334) == -1
    assert realized_profit(position, SCALE // 2, 333_333_334) == 0
