"""Auto-exchange in multi-assets mode, and the debts that the insurance fund pays."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State
from perpbox.instrument import Catalogue
from perpbox.money import parse
from tests.engine.table import Table, play
from tests.worlds import CATALOGUE


def with_thresholds(**thresholds: str) -> Catalogue:
    assets = {
        name: replace(asset, auto_exchange_threshold=parse(thresholds[name]))
        if name in thresholds
        else asset
        for name, asset in CATALOGUE.assets.items()
    }
    return replace(CATALOGUE, assets=assets)


ETH: Final = """
    quotes ETHUSDC bids 99@2500 asks 99@2500.01
    quotes ETHUSDC asks 99@2500
"""


def test_a_debt_below_its_threshold_is_bought_back() -> None:
    """The commission of 1 USDC has no USDC to come from; 0.4 of it is a debt that may stand."""
    catalogue = with_thresholds(USDC="-0.5")
    play(
        f"""
        alice deposits 10000 USDT
        alice assets multi
        {ETH}
        alice buy 0.4 ETHUSDC market                   -> filled 0.4 fee 0.4
        check alice USDC wallet -0.4
        alice buy 0.1 ETHUSDC market                   -> filled 0.1 fee 0.1
        check alice USDC wallet -0.5
        alice buy 0.1 ETHUSDC market                   -> filled 0.1 fee 0.1
        check alice USDC wallet 0
    """,
        catalogue,
    )


def test_without_a_threshold_a_debt_may_stand() -> None:
    play(f"""
        alice deposits 10000 USDT
        alice assets multi
        {ETH}
        alice buy 1 ETHUSDC market
        check alice USDC wallet -1
    """)


def test_each_asset_gives_its_share_by_value() -> None:
    """What USDT and BNB are worth at their auto-exchange bid rates, in that proportion."""
    catalogue = with_thresholds(USDC="0")
    table = play(
        f"""
        alice deposits 1000 USDT 1 BNB
        alice assets multi
        {ETH}
        alice buy 1 ETHUSDC market
        check alice USDC wallet 0
    """,
        catalogue,
    )
    state = table.rig.state
    account = state.accounts[table.ids["alice"]]
    rates = state.rates
    usdt = parse("1000") - account.wallet("USDT")
    bnb = parse("1") - account.wallet("BNB")
    assert usdt > 0
    assert bnb > 0
    worth = usdt * rates["USDT"].auto_exchange_bid_rate + bnb * rates["BNB"].auto_exchange_bid_rate
    owed = parse("1") * rates["USDC"].auto_exchange_ask_rate
    assert owed <= worth <= owed + 4 * max(r.auto_exchange_bid_rate for r in rates.values())
    # 1000 x rate of USDT against 1 x rate of BNB, but for what rounding up leaves.
    mine = usdt * rates["BNB"].auto_exchange_bid_rate
    other = bnb * 1000 * rates["BNB"].auto_exchange_bid_rate
    assert abs(mine - other) <= 1000 * rates["BNB"].auto_exchange_bid_rate


def test_the_last_of_an_account_goes_into_its_debt_and_the_fund_pays_the_rest() -> None:
    """A sale far below the mark price costs 110 USDC; alice has some 60 USDT, and the fund 20."""
    table = play("""
        alice deposits 60 USDT
        alice assets multi
        alice leverage ETHUSDC 50
        quotes ETHUSDC bids 99@2500 asks 99@2500.01
        quotes ETHUSDC asks 99@2500
        alice buy 1 ETHUSDC market
        fund USDC 20
        quotes ETHUSDC bids 99@2390
        alice sell 1 ETHUSDC market                    -> filled 1 @ 2390 profit -110
        check alice USDT wallet 0
        check house USDC insurance 0
    """)
    account = table.rig.state.accounts[table.ids["alice"]]
    debt = -account.wallet("USDC")
    assert parse("30") < debt < parse("33")
    table.play("""
        fund USDC 10
        check house USDC insurance 0
        fund USDC 100
        check alice USDC wallet 0
    """)
    assert table.rig.state.house[-4, "USDC"] == parse("110") - debt


RUIN: Final = """
    alice deposits 60 USDC
    alice leverage ETHUSDC 50
    quotes ETHUSDC bids 99@2500 asks 99@2500.01
    quotes ETHUSDC asks 99@2500
    alice buy 1 ETHUSDC market                         -> filled 1 fee 1
    quotes ETHUSDC bids 99@2390
    alice sell 1 ETHUSDC market                        -> filled 1 @ 2390 profit -110 fee 0.956
    check alice USDC cross-wallet -51.956
"""
"""The fund is empty, and what alice owes stands."""


@pytest.mark.parametrize("start", ["by events", "by snapshot"])
def test_a_debt_that_stands_is_paid_also_after_a_start(start: str) -> None:
    table = play(RUIN)
    table.rig.state = _started(table, start)
    table.play("""
        fund USDC 100
        check alice USDC wallet 0
        check house USDC insurance 48.044
    """)


@pytest.mark.parametrize("start", ["by events", "by snapshot"])
def test_a_debt_beside_isolated_margin_is_paid_also_after_a_start(start: str) -> None:
    """The wallet as a whole is above zero, and the cross wallet is not."""
    table = play(f"""
        alice deposits 800 USDC
        alice margin 1000PEPEUSDC isolated
        alice buy 1000000 1000PEPEUSDC market
        alice withdraws 182.715 USDC
        check alice USDC cross-wallet 0
        {RUIN}
    """)
    table.rig.state = _started(table, start)
    table.play("""
        fund USDC 100
        check alice USDC cross-wallet 0
    """)


def _started(table: Table, start: str) -> State:
    """The state as a venue has it that begins with the journal so far."""
    loaded = load(dump(table.rig.state), CATALOGUE)
    if start == "by snapshot":
        return loaded
    replayed, table.rig.replayed = table.rig.replayed, loaded
    return replayed


def test_in_single_asset_mode_the_fund_pays_what_the_cross_wallet_owes() -> None:
    play("""
        fund USDC 1000
        alice deposits 60 USDC
        alice leverage ETHUSDC 50
        quotes ETHUSDC bids 99@2500 asks 99@2500.01
        quotes ETHUSDC asks 99@2500
        alice buy 1 ETHUSDC market                     -> filled 1 fee 1
        quotes ETHUSDC bids 99@2390
        alice sell 1 ETHUSDC market                    -> filled 1 @ 2390 profit -110 fee 0.956
        check alice USDC wallet 0
        check house USDC insurance 948.044
    """)


def test_a_debt_without_positions_stands_until_it_is_as_much_as_there_is() -> None:
    """Some 0.1 USDC are owed, and 10 USDT owned; at an index of 0.02 that is twice as much."""
    play("""
        alice deposits 10 USDT
        alice assets multi
        quotes ETHUSDC bids 99@2500 asks 99@2500.01
        alice buy 0.05 ETHUSDC market
        alice buy 0.01 ETHUSDC limit 2400 as o1
        quotes ETHUSDC bids 99@2500 asks 99@2500.01
        alice sell 0.05 ETHUSDC market
        index USDT 0.02
        check alice USDT wallet 10
        index USDT 0.01
        check alice USDT wallet 10
        alice cancel o1 of ETHUSDC                     -> canceled
        check alice USDT wallet 0
    """)
