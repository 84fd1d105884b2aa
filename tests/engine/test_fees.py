"""What a fill costs: by tier, by symbol, by account, and in BNB."""

from __future__ import annotations

from msgspec.structs import replace

from perpbox.instrument import FeeTier
from perpbox.money import parse
from tests.engine.table import Table, play
from tests.worlds import CATALOGUE

TIERS = (
    FeeTier(parse("0.0002"), parse("0.0005")),
    FeeTier(parse("0.00016"), parse("0.0004")),
)


def tiered(text: str) -> Table:
    """A venue whose catalogue has two tiers."""
    return play(text, replace(CATALOGUE, fee_tiers=TIERS))


def test_a_tier_lowers_the_rates_of_every_symbol() -> None:
    """0.0005 x 0.8 of 5 000; of a maker's rate of zero nothing is left to lower."""
    tiered("""
        alice deposits 10000 USDT 10000 USDC
        bob deposits 10000 USDC
        quotes BTCUSDT asks 1@50000
        quotes ETHUSDC
        alice fees tier 1
        alice buy 0.1 BTCUSDT market                -> filled 0.1 @ 50000 fee 2 in USDT
        alice sell 1 ETHUSDC limit 2500 as a1       -> resting 1
        bob buy 1 ETHUSDC limit 2500                -> filled 1 fee 1
                                                    -> alice a1 filled 1 fee 0
        bob fees tier 1
        bob sell 1 ETHUSDC limit 2500               -> resting 1
        alice buy 1 ETHUSDC limit 2500              -> filled 1 fee 0.8
    """)


def test_an_account_may_have_its_own_rate_in_a_symbol() -> None:
    tiered("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@49999 asks 1@50000
        alice fees tier 1 BTCUSDT 0.0001 0.0003
        alice buy 0.1 BTCUSDT market                -> filled 0.1 @ 50000 fee 1.5
        alice fees BTCUSDT none
        alice sell 0.1 BTCUSDT market               -> filled 0.1 @ 49999 fee 1.99996
    """)


def test_fees_that_cannot_be_are_refused() -> None:
    tiered("""
        alice deposits 10000 USDT
        alice fees tier 2                           -> rejected INVALID_FEES
        alice fees tier -1                          -> rejected INVALID_FEES
        alice fees BTCUSDT -0.0001 0.0001           -> rejected INVALID_FEES BTCUSDT
        alice fees BTCUSDT 0.0001 1.00000001        -> rejected INVALID_FEES BTCUSDT
        alice fees NOPE 0 0                         -> rejected UNKNOWN_SYMBOL
    """)
    play("""
        alice deposits 10000 USDT
        alice fees tier 1                           -> rejected INVALID_FEES
    """)


def test_with_fee_burn_the_fee_is_nine_tenths_and_in_bnb() -> None:
    """2.5 USDT less a tenth is 2.25, at 0.9998 and 600 USD: 0.00374925 BNB."""
    play("""
        alice deposits 10000 USDT 1 BNB
        quotes BTCUSDT asks 1@50000
        alice fee-burn on
        alice buy 0.1 BTCUSDT market                -> filled 0.1 @ 50000 fee 0.00374925 in BNB
        check alice USDT wallet 10000
        check alice BNB wallet 0.99625075
        check house BNB fees 0.00374925
        check alice BTCUSDT break-even 50022.5
    """)


def test_without_enough_bnb_the_whole_fee_is_paid_in_the_margin_asset() -> None:
    play("""
        alice deposits 10000 USDT 0.00374924 BNB
        quotes BTCUSDT asks 1@50000
        alice fee-burn on
        alice buy 0.1 BTCUSDT market                -> filled 0.1 @ 50000 fee 2.5 in USDT
        check alice BNB wallet 0.00374924
    """)


def test_fee_burn_can_be_turned_off() -> None:
    play("""
        alice deposits 10000 USDT 1 BNB
        quotes BTCUSDT asks 1@50000
        alice fee-burn on
        alice fee-burn on
        alice fee-burn off
        alice buy 0.1 BTCUSDT market                -> filled 0.1 @ 50000 fee 2.5 in USDT
    """)


def test_an_isolated_position_keeps_its_whole_margin_when_the_fee_is_in_bnb() -> None:
    play("""
        alice deposits 10000 USDT 1 BNB
        alice margin BTCUSDT isolated
        alice fee-burn on
        quotes BTCUSDT bids 1@49000 asks 1@50000
        alice buy 0.1 BTCUSDT market
        check alice BTCUSDT isolated-wallet 250
        alice sell 0.3 BTCUSDT market
        check alice BTCUSDT amount -0.2 isolated-wallet 490
    """)


def test_a_fee_of_nothing_is_not_paid_in_bnb() -> None:
    play("""
        alice deposits 10000 USDC 1 BNB
        bob deposits 10000 USDC
        quotes ETHUSDC
        alice fee-burn on
        alice buy 1 ETHUSDC limit 2500 as a1        -> resting 1
        bob sell 1 ETHUSDC limit 2500               -> filled 1 fee 1
                                                    -> alice a1 filled 1 fee 0 in USDC
    """)


def test_a_reset_gives_back_the_fees_of_the_first_day() -> None:
    tiered("""
        alice deposits 10000 USDT 1 BNB
        quotes BTCUSDT asks 1@50000
        alice fee-burn on
        alice fees tier 1 BTCUSDT 0 0
        alice resets
        alice buy 0.1 BTCUSDT market                -> filled 0.1 @ 50000 fee 2.5 in USDT
    """)
