"""Leverage, margin type, position mode and asset mode: when each may be changed, and what for."""

from __future__ import annotations

from tests.engine.table import play


def test_leverage_is_a_setting_of_the_symbol_and_starts_at_twenty() -> None:
    play("""
        alice deposits 10000 USDT
        check alice settings BTCUSDT leverage 20 margin cross
        alice leverage BTCUSDT 125
        alice leverage DOGEUSDT 1
        check alice settings BTCUSDT leverage 125
        check alice settings DOGEUSDT leverage 1
        check alice settings ETHUSDC leverage 20
        alice buy 0.1 BTCUSDT limit 49000
        check alice USDT initial 39.2
        alice leverage BTCUSDT 125              -> nothing
    """)


def test_leverage_lies_between_one_and_what_the_first_bracket_allows() -> None:
    play("""
        alice deposits 10000 USDT
        alice leverage BTCUSDT 0                -> rejected INVALID_LEVERAGE 0
        alice leverage BTCUSDT -1               -> rejected INVALID_LEVERAGE -1
        alice leverage BTCUSDT 126              -> rejected INVALID_LEVERAGE 126
        alice leverage ETHUSDC 76               -> rejected INVALID_LEVERAGE 76
        alice leverage XRPUSDT 10               -> rejected UNKNOWN_SYMBOL XRPUSDT
        alice leverage ETHUSDC 75
        alice leverage BTCUSDT 1
    """)


def test_a_rate_that_does_not_end_is_rounded_up() -> None:
    """1 / 6 is 0.16666667, and 4 900 x 0.16666667 is 816.666683."""
    play("""
        alice deposits 10000 USDT
        alice leverage BTCUSDT 6
        alice buy 0.1 BTCUSDT limit 49000
        check alice USDT initial 816.666683
    """)


def test_leverage_changes_the_margin_of_what_stands() -> None:
    play("""
        alice deposits 1000 USDT
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.1 BTCUSDT market
        alice buy 0.1 BTCUSDT limit 49000
        check alice BTCUSDT position-initial 250 order-initial 245
        alice leverage BTCUSDT 10
        check alice BTCUSDT position-initial 500 order-initial 490
        check alice USDT available 7.5
        alice leverage BTCUSDT 9                -> rejected LEVERAGE_MARGIN_NOT_SUFFICIENT
        alice leverage BTCUSDT 100
        check alice USDT available 898.5
    """)


def test_leverage_may_use_up_the_available_balance_to_the_last_unit() -> None:
    play("""
        alice deposits 5002.5 USDT
        bob deposits 5002.49999999 USDT
        quotes BTCUSDT asks 1@50000
        alice buy 0.1 BTCUSDT market
        bob buy 0.1 BTCUSDT market
        bob leverage BTCUSDT 1                  -> rejected LEVERAGE_MARGIN_NOT_SUFFICIENT
        alice leverage BTCUSDT 1
        check alice USDT available 0
    """)


def test_leverage_must_allow_position_and_orders_as_they_are() -> None:
    """1.2 BTC are worth 60 000: above the 50 000 of 125x, below the 250 000 of 100x."""
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT asks 1@50000
        alice buy 1.2 BTCUSDT limit 50000 as o1     -> filled 1
                                                    -> resting 0.2
        alice leverage BTCUSDT 125                  -> rejected POSITION_LIMIT_EXCEEDED
        alice cancel o1 of BTCUSDT
        alice leverage BTCUSDT 125
    """)


def test_an_isolated_position_may_have_more_leverage_but_not_less() -> None:
    play("""
        alice deposits 10000 USDT
        alice margin BTCUSDT isolated
        quotes BTCUSDT asks 0.1@50000
        alice leverage BTCUSDT 10
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice leverage BTCUSDT 5
        alice leverage BTCUSDT 10
        alice buy 0.1 BTCUSDT market
        check alice BTCUSDT isolated-wallet 497.5 position-initial 500
        alice leverage BTCUSDT 9                -> rejected LEVERAGE_REDUCTION_WITH_POSITION
        alice leverage BTCUSDT 20
        check alice BTCUSDT isolated-wallet 497.5 position-initial 250 removable 247.5
    """)


def test_more_leverage_for_an_isolated_position_frees_nothing_that_is_short_elsewhere() -> None:
    """DOGEUSDT needs 43 and has lost 140 of 153: available would still be 30 below zero."""
    play("""
        alice deposits 403.5 USDT
        alice margin BTCUSDT isolated
        quotes BTCUSDT asks 0.1@50000
        quotes DOGEUSDT asks 10000@0.1
        alice buy 0.1 BTCUSDT market
        alice buy 10000 DOGEUSDT market
        market DOGEUSDT mark 0.086
        check alice USDT available 0 cross-wallet 153 cross-profit -140
        alice leverage BTCUSDT 50               -> rejected LEVERAGE_MARGIN_NOT_SUFFICIENT
        alice deposits 30 USDT
        alice leverage BTCUSDT 50
    """)


def test_the_margin_type_changes_only_without_position_and_orders() -> None:
    play("""
        alice deposits 10000 USDT
        alice margin BTCUSDT cross              -> rejected NO_NEED_TO_CHANGE_MARGIN_TYPE
        alice margin BTCUSDT isolated
        alice margin BTCUSDT isolated           -> rejected NO_NEED_TO_CHANGE_MARGIN_TYPE
        check alice settings BTCUSDT margin isolated
        check alice settings ETHUSDC margin cross
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice margin BTCUSDT cross              -> rejected MARGIN_TYPE_WITH_ORDERS
        alice cancel o1 of BTCUSDT
        alice buy 0.1 BTCUSDT market
        alice margin BTCUSDT cross              -> rejected MARGIN_TYPE_WITH_POSITION
        alice margin DOGEUSDT isolated
        alice sell 0.1 BTCUSDT market
        alice margin BTCUSDT cross
        check alice settings BTCUSDT margin cross
        alice margin XRPUSDT isolated           -> rejected UNKNOWN_SYMBOL
    """)


def test_there_is_no_isolated_margin_in_multi_assets_mode() -> None:
    play("""
        alice deposits 10000 USDT
        alice assets multi
        alice margin BTCUSDT isolated           -> rejected ISOLATED_UNDER_MULTI_ASSETS
        alice margin BTCUSDT cross              -> rejected NO_NEED_TO_CHANGE_MARGIN_TYPE
    """)


def test_the_position_mode_changes_only_without_any_position_and_order() -> None:
    play("""
        alice deposits 10000 USDT 10000 USDC
        alice mode one-way                      -> rejected NO_NEED_TO_CHANGE_POSITION_MODE
        alice buy 100 DOGEUSDT limit 0.09 as o1
        alice mode hedge                        -> rejected POSITION_MODE_WITH_ORDERS
        alice buy 1 ETHUSDC market
        alice mode hedge                        -> rejected POSITION_MODE_WITH_ORDERS
        alice cancel o1 of DOGEUSDT
        alice mode hedge                        -> rejected POSITION_MODE_WITH_POSITION
        alice sell 1 ETHUSDC market
        alice leverage ETHUSDC 10
        alice mode hedge
        check alice modes position hedge assets single
        check alice settings ETHUSDC leverage 10
        alice mode hedge                        -> rejected NO_NEED_TO_CHANGE_POSITION_MODE
        alice buy 1 ETHUSDC market long
        alice mode one-way                      -> rejected POSITION_MODE_WITH_POSITION
        alice sell 1 ETHUSDC market long
        alice mode one-way
        alice buy 1 ETHUSDC market              -> filled 1
    """)


def test_the_asset_mode_changes_only_without_open_orders() -> None:
    play("""
        alice deposits 10000 USDT
        alice assets single                     -> rejected NO_NEED_TO_CHANGE_ASSET_MODE
        alice buy 0.1 BTCUSDT limit 49000 as o1
        alice assets multi                      -> rejected ASSET_MODE_WITH_ORDERS
        alice cancel o1 of BTCUSDT
        alice buy 0.1 BTCUSDT market
        alice assets multi
        check alice modes position one-way assets multi
        alice assets multi                      -> rejected NO_NEED_TO_CHANGE_ASSET_MODE
        alice sell 0.1 BTCUSDT limit 51000
        alice assets single                     -> rejected ASSET_MODE_WITH_ORDERS
    """)


def test_multi_assets_mode_is_refused_while_a_symbol_is_isolated() -> None:
    play("""
        alice deposits 10000 USDT
        alice margin DOGEUSDT isolated
        alice assets multi                      -> rejected ASSET_MODE_WITH_ISOLATED
        alice margin DOGEUSDT cross
        alice assets multi
    """)


def test_multi_assets_mode_is_refused_with_a_negative_wallet() -> None:
    """A sale far below the mark price loses more than there was, and the fund is empty."""
    play("""
        alice deposits 5000 USDT 100 USDC
        alice leverage ETHUSDC 25
        quotes ETHUSDC bids 1@2400 asks 1@2500
        alice buy 1 ETHUSDC limit 2500          -> filled 1
        quotes ETHUSDC bids 1@2390
        alice sell 1 ETHUSDC market             -> filled 1 @ 2390 profit -110
        check alice USDC wallet -11.956 margin-balance -11.956 available 0
        alice assets multi                      -> rejected ASSET_MODE_WITH_NEGATIVE_BALANCE
        alice deposits 11.956 USDC
        alice assets multi
    """)


def test_multi_assets_mode_is_refused_where_the_buffers_leave_too_little_margin() -> None:
    """250 USDT are worth 249.925005 as collateral, and 249.974995 as a requirement."""
    play("""
        alice deposits 252.5 USDT
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.1 BTCUSDT limit 50000       -> filled 0.1
        check alice USDT wallet 250 available 0
        alice assets multi                      -> rejected ASSET_MODE_MARGIN_NOT_SUFFICIENT
        alice deposits 0.1 USDC
        alice assets multi
    """)


def test_single_asset_mode_is_refused_where_one_asset_carried_another() -> None:
    play("""
        alice deposits 1 BNB
        alice assets multi
        quotes ETHUSDC bids 1@2500 asks 1@2500.01
        alice sell 1 ETHUSDC market             -> filled 1
        alice assets single                     -> rejected ASSET_MODE_MARGIN_NOT_SUFFICIENT
        alice deposits 126 USDC
        alice assets single
        check alice USDC wallet 125 available 0
    """)
