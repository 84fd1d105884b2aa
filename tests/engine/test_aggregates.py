"""Aggregate trades: fills of one price and one taking side within a hundred milliseconds."""

from __future__ import annotations

from perpbox.engine.apply import apply
from perpbox.engine.commands import Command
from perpbox.engine.events import OffBookTraded, Traded
from perpbox.engine.market import Aggregate
from perpbox.engine.snapshot import dump, load
from perpbox.engine.turn import Turn
from perpbox.money import parse, text_short
from tests.engine.rig import START, Rig
from tests.engine.table import Table
from tests.worlds import CATALOGUE


class Watching(Rig):
    """Keeps what the market saw."""

    def __init__(self) -> None:
        self.seen: list[Traded | OffBookTraded] = []
        super().__init__()

    def submit(self, command: Command) -> Turn:
        turn = super().submit(command)
        self.seen += (e for e in turn.events if isinstance(e, Traded | OffBookTraded))
        return turn


class Scene(Table):
    """Two rich traders; time stands at the beginning of a hundred milliseconds."""

    def __init__(self) -> None:
        self.watched = Watching()
        super().__init__(self.watched)
        self.play("""
            alice deposits 10000000 USDT 10000000 USDC
            bob deposits 10000000 USDT 10000000 USDC
            market BTCUSDT mark 50000
            market ETHUSDC mark 2500
            clock +93ms
        """)
        assert self.watched.now % 100 == 99

    @property
    def told(self) -> list[str]:
        """Aggregate, symbol, side and price of each trade, the quantity left out."""
        return [
            f"{e.aggregate_id} {e.symbol} {'buy' if e.taker_side > 0 else 'sell'}"
            f" {text_short(e.price)}"
            for e in self.watched.seen
            if isinstance(e, Traded)
        ]


def test_fills_of_one_price_and_side_are_one_whatever_orders_they_are_of() -> None:
    scene = Scene()
    scene.play("""
        bob sell 0.1 BTCUSDT limit 50000 as b1
        bob sell 0.2 BTCUSDT limit 50000 as b2
        alice buy 0.25 BTCUSDT market
        alice buy 0.05 BTCUSDT market
    """)
    assert scene.told == ["1 BTCUSDT buy 50000"] * 3


def test_a_hundred_milliseconds_of_the_clock_and_no_longer() -> None:
    scene = Scene()
    scene.play("""
        bob sell 1 BTCUSDT limit 50000
        alice buy 0.1 BTCUSDT market           # at 01
        clock +97ms
        alice buy 0.1 BTCUSDT market           # at 99
        alice buy 0.1 BTCUSDT market           # at 100
        clock +99ms
        alice buy 0.1 BTCUSDT market           # at 200, as long after that one as can be
    """)
    assert [told.split()[0] for told in scene.told] == ["1", "1", "2", "3"]


def test_another_price_or_side_begins_the_next() -> None:
    scene = Scene()
    scene.play("""
        quotes BTCUSDT bids 1@49990 asks 0.1@50010 1@50020
        alice buy 0.2 BTCUSDT market
        alice sell 0.1 BTCUSDT market
        alice buy 0.1 BTCUSDT market
    """)
    assert scene.told == [
        "1 BTCUSDT buy 50010",
        "2 BTCUSDT buy 50020",
        "3 BTCUSDT sell 49990",
        "4 BTCUSDT buy 50020",
    ]


def test_every_symbol_counts_for_itself() -> None:
    scene = Scene()
    scene.play("""
        alice buy 0.1 BTCUSDT market
        alice buy 1 ETHUSDC market
        alice buy 0.1 BTCUSDT market
    """)
    assert [told.split()[:2] for told in scene.told] == [
        ["1", "BTCUSDT"],
        ["1", "ETHUSDC"],
        ["1", "BTCUSDT"],
    ]


def test_a_price_that_moves_through_orders_takes_with_the_house() -> None:
    scene = Scene()
    scene.play("""
        alice buy 0.1 BTCUSDT limit 49900
        bob buy 0.2 BTCUSDT limit 49900
        market BTCUSDT mark 49800
    """)
    assert scene.told == ["1 BTCUSDT sell 49900"] * 2


def test_what_the_market_does_not_see_has_no_number() -> None:
    scene = Scene()
    scene.play("""
        alice buy 0.1 BTCUSDT market
        alice closes
        bob buy 0.1 BTCUSDT market
    """)
    assert [told.split()[0] for told in scene.told] == ["1", "1"]


def test_a_snapshot_knows_the_last_one() -> None:
    scene = Scene()
    scene.play("alice buy 0.1 BTCUSDT market")
    scene.rig.state = load(dump(scene.rig.state), CATALOGUE)
    scene.play("alice buy 0.1 BTCUSDT market")
    assert [told.split()[0] for told in scene.told] == ["1", "1"]


def test_a_trade_from_before_they_were_numbered_is_in_none() -> None:
    """A journal of version 0.1.0 has such lines; numbers begin with what comes after."""
    rig = Rig()
    old = Traded("BTCUSDT", 1, parse("50000"), parse("1"), 1, -1)
    apply(rig.state, old, START)
    market = rig.state.markets["BTCUSDT"]
    assert market.aggregate == Aggregate()
    assert market.aggregate.number_with(old.price, 1, START) == 1
