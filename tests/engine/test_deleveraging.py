"""Auto-deleveraging: who must give up a profit when the fund cannot take a loss over."""

from __future__ import annotations

from perpbox.account import AutoClose
from perpbox.engine.commands import MarketPrices, MovePrices
from perpbox.engine.events import OffBookTraded, OrderAccepted, Traded
from perpbox.money import parse
from tests.engine.table import play

BANKRUPT = """
    bob deposits 2000 USDT
    carol deposits 4000 USDT
    dave deposits 4000 USDT
    alice deposits 1025 USDT
    quotes BTCUSDT bids 99@50000 asks 99@50000.1
    bob sell 0.2 BTCUSDT market
    quotes BTCUSDT bids 99@50000 asks 99@50000.1
    carol sell 0.2 BTCUSDT market
    quotes BTCUSDT bids 99@50000 asks 99@50000.1
    dave sell 0.2 BTCUSDT market
    alice leverage BTCUSDT 100
    quotes BTCUSDT asks 99@50000
    alice buy 1 BTCUSDT market                         -> filled 1 @ 50000 fee 25
"""
"""Alice has nothing left at 49 000. The fund is empty."""


def test_the_highest_rank_is_deleveraged_first() -> None:
    """At 45 000 each short has gained 1 000: bob's is more on a smaller wallet.

    Carol and dave have the same rank, and carol the lower id; what is left is the house's.
    """
    play(f"""{BANKRUPT}
        carol buy 0.01 BTCUSDT limit 40000 as c1
        market BTCUSDT mark 45000                      -> alice USDT called
                                                       -> alice USDT liquidated
                                                       -> alice BTCUSDT deleverages 1 @ 49000
                                                       -> alice filled 0.2 @ 49000 fee 0
                                                       -> alice filled 0.2 @ 49000
                                                       -> alice filled 0.2 @ 49000
                                                       -> alice filled 0.4 @ 49000
                                                       -> bob filled 0.2 @ 49000 fee 0
                                                       -> carol c1 canceled
                                                       -> carol filled 0.2 @ 49000 profit 200
        check alice USDT wallet 0
        check bob BTCUSDT amount 0
        check carol BTCUSDT amount 0
        check BTCUSDT house 0 last 50000
        check house USDT insurance 0
    """)


def test_the_market_sees_nothing_of_it_and_the_orders_have_their_names() -> None:
    table = play(BANKRUPT)
    mark = parse("45000")
    events = table.rig.submit(MovePrices({"BTCUSDT": MarketPrices(mark, mark)}, {})).events
    names = {account_id: name for name, account_id in table.ids.items()}
    assert not [e for e in events if isinstance(e, Traded)]
    assert len([e for e in events if isinstance(e, OffBookTraded)]) == 4
    orders = [e for e in events if isinstance(e, OrderAccepted)]
    kinds = [e.auto_close for e in orders]
    assert kinds == [AutoClose.LIQUIDATION, AutoClose.ADL, AutoClose.ADL, AutoClose.ADL]
    assert orders[0].client_order_id == f"autoclose-{orders[0].order_id}"
    assert {e.client_order_id for e in orders[1:]} == {"adl_autoclose"}
    assert [names[e.account_id] for e in orders] == ["alice", "bob", "carol", "dave"]


def test_nobody_is_deleveraged_further_than_needed() -> None:
    play("""
        bob deposits 20000 USDT
        alice deposits 1025 USDT
        quotes BTCUSDT bids 99@50000 asks 99@50000.1
        bob sell 3 BTCUSDT market
        alice leverage BTCUSDT 100
        quotes BTCUSDT asks 99@50000
        alice buy 1 BTCUSDT market
        market BTCUSDT mark 45000                      -> bob filled 1 @ 49000
        check bob BTCUSDT amount -2
        check alice BTCUSDT amount 0
    """)


def test_a_fund_that_is_large_enough_takes_the_loss() -> None:
    """The position is worth 4 000 less than its bankruptcy price."""
    for fund, found in (("4000", "hands-over"), ("3999.99", "deleverages")):
        play(f"""{BANKRUPT}
            fund USDT {fund}
            market BTCUSDT mark 45000                  -> alice USDT called
                                                       -> alice USDT liquidated
                                                       -> alice BTCUSDT {found} 1 @ 49000
                                                       {FILLS[found]}
        """)


FILLS = {
    "hands-over": "-> alice filled 1 @ 49000",
    "deleverages": "\n".join("-> alice filled" for _ in range(4)),
}


def test_the_other_leg_of_the_bankrupt_is_no_candidate() -> None:
    """Both legs are cross; the house takes the long one, and the pool has nothing left after it."""
    play("""
        alice deposits 1040 USDT
        alice mode hedge
        alice leverage BTCUSDT 100
        quotes BTCUSDT bids 99@50000 asks 99@50000.1
        quotes BTCUSDT asks 99@50000
        alice buy 1 BTCUSDT market long
        quotes BTCUSDT bids 99@50000
        alice sell 0.01 BTCUSDT market short
        market BTCUSDT mark 40000                      -> alice USDT called
                                                       -> alice USDT liquidated
                                                       -> alice BTCUSDT deleverages 1
                                                       -> alice filled 1 @ 48885.25
                                                       -> alice BTCUSDT hands-over 0.01 @ 40000
                                                       -> alice filled 0.01
    """)
