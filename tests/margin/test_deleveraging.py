"""Ranks and quantiles of auto-deleveraging, by hand."""

from __future__ import annotations

import pytest

from perpbox.account import BUY, SELL, PositionSide
from perpbox.engine.deleveraging import ranking
from perpbox.margin.deleveraging import PRECISION, quantile, ranked
from tests.engine.table import Table, play

SHORT = """
    alice deposits 1000 USDT
    quotes BTCUSDT bids 9@50000 asks 9@50000.1
    alice sell 0.1 BTCUSDT market
"""


def rank(table: Table, leg: PositionSide = PositionSide.BOTH) -> float:
    state = table.rig.state
    account = state.accounts[table.ids["alice"]]
    exposure = account.exposures["BTCUSDT"]
    place = ranked(account, exposure, exposure.positions[leg], state.marks, state.rates)
    return float(-place.negative_rank / 2**PRECISION)


def test_profit_over_wallet_times_maintenance_over_balance() -> None:
    """Wallet 997.5, profit 500, maintenance margin 18: 500 / 997.5 x 18 / 1497.5."""
    table = play(f"{SHORT}\n market BTCUSDT mark 45000")
    assert rank(table) == pytest.approx(500 / 997.5 * 18 / 1497.5)


def test_a_loss_ranks_last() -> None:
    assert rank(play(f"{SHORT}\n market BTCUSDT mark 51000")) == 0


def test_an_isolated_position_counts_its_own_wallet() -> None:
    """250 less 2.5 of commission, and the same profit."""
    table = play(SHORT.replace("quotes", "alice margin BTCUSDT isolated\n quotes", 1))
    table.play("market BTCUSDT mark 45000")
    assert rank(table) == pytest.approx(500 / 247.5 * 18 / 747.5)


def test_both_legs_of_a_cross_hedge_rank_alike() -> None:
    """The long leg of 0.05 has lost half of what the short one of 0.1 has gained."""
    table = play("""
        alice deposits 1000 USDT
        alice mode hedge
        quotes BTCUSDT bids 9@50000 asks 9@50000.1
        alice sell 0.1 BTCUSDT market short
        quotes BTCUSDT bids 9@50000 asks 9@50000.1
        quotes BTCUSDT asks 9@50000
        alice buy 0.05 BTCUSDT market long
        market BTCUSDT mark 45000
    """)
    wallet = 1000 - 2.5 - 1.25
    expected = 250 / wallet * 27 / (wallet + 250)
    assert rank(table, PositionSide.SHORT) == pytest.approx(expected)
    assert rank(table, PositionSide.LONG) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("place", "count", "found"),
    [(1, 1, 4), (1, 5, 0), (5, 5, 4), (3, 5, 2), (1, 2, 2), (2, 2, 4), (1, 100, 0), (21, 100, 1)],
)
def test_quantiles_are_fifths(place: int, count: int, found: int) -> None:
    assert quantile(place, count) == found


def test_in_multi_assets_mode_all_cross_wallets_count() -> None:
    """997.5 USDT at 0.9998 and 1 BNB at 600, each at its bid rate."""
    table = play(SHORT.replace("1000 USDT", "1000 USDT 1 BNB\n alice assets multi", 1))
    table.play("market BTCUSDT mark 45000")
    wallet = 997.5 * 0.9998 * 0.9999 + 600 * 0.95
    assert rank(table) == pytest.approx(500 / wallet * 18 / (wallet + 500))


def test_of_equal_ranks_the_older_account_is_first_and_losers_are_last() -> None:
    table = play("""
        late deposits 500 USDT
        alice deposits 1000 USDT
        bob deposits 1000 USDT
        rich deposits 9000 USDT
        quotes BTCUSDT bids 9@48000
        market BTCUSDT mark 48000
        late sell 0.1 BTCUSDT market
        market BTCUSDT mark 50000
        quotes BTCUSDT bids 9@50000
        rich sell 0.1 BTCUSDT market
        bob sell 0.1 BTCUSDT market
        alice sell 0.1 BTCUSDT market
        market BTCUSDT mark 49000
    """)
    names = {account_id: name for name, account_id in table.ids.items()}
    places = ranking(table.rig.state, "BTCUSDT", SELL)
    assert [names[place.account_id] for place in places] == ["alice", "bob", "rich", "late"]
    assert ranking(table.rig.state, "BTCUSDT", BUY) == []
