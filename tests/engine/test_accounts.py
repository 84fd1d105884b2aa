"""Accounts open, are paid in and out, go back to their first day, and close."""

from __future__ import annotations

import pytest

from perpbox.account import BUY, OrderType, PositionSide
from perpbox.engine import commands as ask
from perpbox.engine.rejects import Reject, Rejected
from perpbox.money import parse
from tests.engine.rig import Rig
from tests.engine.table import play


def test_an_account_opens_with_money_from_the_world() -> None:
    table = play("""
        alice deposits 10000 USDT 2 BNB 0 USDC
        bob opens
        check alice USDT wallet 10000 available 10000
        check alice BNB wallet 2 available 2 withdrawable 2
        check alice USDC wallet 0
        check bob USDT wallet 0
        check house USDT world -10000
        check house BNB world -2
        check alice modes position one-way assets single
    """)
    assert table.ids == {"alice": 1, "bob": 2}


def test_an_account_opens_only_with_what_the_venue_knows() -> None:
    play("""
        alice deposits 10 DOGE                  -> rejected UNKNOWN_ASSET DOGE
        alice deposits 10 USDT -1 USDC          -> rejected INVALID_AMOUNT USDC
        alice deposits 10 USDT                  -> nothing
        check alice USDT wallet 10
    """)


def test_money_goes_in_without_limit_and_out_within_what_is_withdrawable() -> None:
    play("""
        alice deposits 100 USDT
        alice deposits 900 USDT
        alice deposits 0 USDT                   -> rejected INVALID_AMOUNT USDT
        alice deposits 1 DOGE                   -> rejected UNKNOWN_ASSET DOGE
        alice withdraws 1000.00000001 USDT      -> rejected BALANCE_NOT_SUFFICIENT
        alice withdraws 0.00000001 USDC         -> rejected BALANCE_NOT_SUFFICIENT
        alice withdraws 1000 USDT
        check alice USDT wallet 0
        check house USDT world 0
    """)


def test_margin_that_is_held_cannot_leave() -> None:
    play("""
        alice deposits 1000 USDT
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.1 BTCUSDT market
        alice buy 0.1 BTCUSDT limit 49000
        check alice USDT wallet 997.5 withdrawable 502.5
        alice withdraws 502.50000001 USDT       -> rejected BALANCE_NOT_SUFFICIENT
        alice withdraws 502.5 USDT
        check alice USDT available 0
    """)


def test_a_profit_that_is_not_realized_cannot_leave() -> None:
    """Available is 997.5 + 800 - 290; the wallet less 23.2 of maintenance margin is less."""
    play("""
        alice deposits 1000 USDT
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.1 BTCUSDT market
        market BTCUSDT mark 58000
        check alice USDT available 1507.5 withdrawable 974.3
        alice withdraws 974.30000001 USDT       -> rejected BALANCE_NOT_SUFFICIENT
        alice withdraws 974.3 USDT
        check alice USDT wallet 23.2 withdrawable 0 available 533.2
    """)


def test_a_reset_brings_back_the_first_day() -> None:
    """The house takes the position over, so that longs are still shorts."""
    play("""
        alice deposits 10000 USDT 5 BNB
        bob deposits 10000 USDT
        alice deposits 100 USDC
        alice mode hedge
        alice leverage BTCUSDT 50
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.3 BTCUSDT market long
        alice sell 0.1 BTCUSDT market short
        alice sell 0.1 BTCUSDT limit 51000 long as o1
        alice margin ETHUSDC isolated
        alice withdraws 1 BNB
        bob sell 0.1 BTCUSDT limit 52000 as b1
        check BTCUSDT house -0.2
        alice resets                            -> o1 canceled
        check alice USDT wallet 10000 available 10000
        check alice BNB wallet 5
        check alice USDC wallet 0
        check alice orders none
        check alice BTCUSDT amount 0 row hidden
        check alice modes position one-way assets single
        check alice settings BTCUSDT leverage 20
        check alice settings ETHUSDC margin cross
        check BTCUSDT house 0
        check bob orders b1
        alice buy 0.1 BTCUSDT limit 49000 as o1 -> resting
    """)


def test_a_reset_settles_what_was_won_and_lost() -> None:
    play("""
        alice deposits 1000 USDT
        alice margin BTCUSDT isolated
        quotes BTCUSDT asks 0.1@50000
        alice buy 0.1 BTCUSDT market
        market BTCUSDT mark 51000
        alice sell 0.05 BTCUSDT market          -> filled 0.05 @ 50999.9 profit 49.995
        alice resets
        check alice USDT wallet 1000 cross-wallet 1000 available 1000 initial 0
        check house USDT world -953.7799975 clearing -49.995 fees 3.7749975
    """)


def test_a_closed_account_is_gone_and_its_money_and_positions_are_the_houses() -> None:
    play("""
        alice deposits 10000 USDT 1 BNB
        quotes BTCUSDT bids 1@49990 asks 1@50000
        alice buy 0.1 BTCUSDT market
        alice buy 0.1 BTCUSDT limit 49000 as o1
        check BTCUSDT house -0.1 bid 49990
        alice closes                            -> o1 canceled
        check alice gone
        check BTCUSDT house 0
        check house USDT world -2.5 fees 2.5
        check house BNB world 0
        alice deposits 1 USDT                   -> rejected UNKNOWN_ACCOUNT 1
        alice buy 0.1 BTCUSDT market            -> rejected UNKNOWN_ACCOUNT 1
        bob opens
    """)


COMMANDS = [
    ask.ResetAccount(7),
    ask.CloseAccount(7),
    ask.Transfer(7, "USDT", 1),
    ask.PlaceOrder(7, "BTCUSDT", BUY, PositionSide.BOTH, OrderType.MARKET, parse("1")),
    ask.AmendOrder(7, "BTCUSDT", BUY, parse("1"), parse("50000"), 1),
    ask.CancelOrder(7, "BTCUSDT", 1),
    ask.CancelAllOrders(7, "BTCUSDT"),
    ask.SetLeverage(7, "BTCUSDT", 10),
    ask.SetMarginType(7, "BTCUSDT", True),
    ask.SetPositionMode(7, True),
    ask.SetAssetMode(7, True),
    ask.AdjustIsolatedMargin(7, "BTCUSDT", PositionSide.BOTH, 1),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_a_stranger_may_do_nothing(command: ask.Command) -> None:
    with pytest.raises(Rejected) as refused:
        Rig().submit(command)
    assert (refused.value.reject, refused.value.details) == (Reject.UNKNOWN_ACCOUNT, ("7",))


def test_looking_at_an_account_opens_nothing() -> None:
    table = play("alice deposits 1000 USDT")
    account = table.rig.state.accounts[1]
    exposure = account.exposure(table.rig.state.catalogue.symbols["BTCUSDT"])
    assert exposure.position(PositionSide.LONG).quantity == 0
    assert (account.exposures, exposure.positions, account.wallet("BTC")) == ({}, {}, 0)
    assert "BTC" not in account.balances
