"""197 recorded fills of one account through the engine: commission, profit and wallet of each."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Final, NamedTuple

from perpbox.engine.events import OrderFilled
from perpbox.money import parse
from tests.recorded.replay import SIDES, Replay
from tests.recorded.tables import Line, table

FILLS: Final = table("trades")
WALLET: Final = parse("10000")


class Trades(NamedTuple):
    """The account after the last fill, and each fill as recorded and as made."""

    account: Replay
    made: list[tuple[Line, OrderFilled]]

    def recorded(self, column: str) -> int:
        return sum(fill.figure(column) for fill, _ in self.made)


@cache
def trades() -> Trades:
    """The account had no position before; all its profits follow from that."""
    replay = Replay({"BTCUSDT": parse("103862.5")}, WALLET)
    made = []
    for fill in FILLS:
        side, quantity, price = SIDES[fill["side"]], fill.figure("qty"), fill.figure("price")
        made.append((fill, replay.fill("BTCUSDT", side, quantity, price)[1]))
    return Trades(replay, made)


def test_commissions_are_price_times_quantity_times_rate_cut() -> None:
    """Fourteen are one unit lower: binary arithmetic of the service, which nothing shows."""
    apart = Counter(fill.figure("commission") - made.commission for fill, made in trades().made)
    assert apart == {0: 183, -1: 14}


def test_profits_follow_from_the_average_entry_price() -> None:
    """One is a unit lower, for the same reason."""
    apart = Counter(fill.figure("profit") - made.realized_profit for fill, made in trades().made)
    assert apart == {0: 196, -1: 1}


def test_the_wallet_gains_the_profits_and_pays_the_commissions() -> None:
    """The engine's is higher by the unit of the profit and lower by the fourteen of commissions."""
    told = trades()
    wallet = told.account.account.wallet("USDT")
    assert wallet == WALLET + told.recorded("profit") + 1 - (told.recorded("commission") + 14)
    realized = told.account.position("BTCUSDT").realized_profit
    assert realized == told.recorded("profit") + 1
