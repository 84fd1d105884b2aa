"""The candles that are kept: what happens is in them once, and a price stands until it moves."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from perpbox.account import BUY, SELL
from perpbox.money import Millis
from perpbox.tape import KEPT, MADE_OF, Candle, Interval, Keeper, Kind, Place, Print, joined
from tests.tape import opinion
from tests.tape.told import BTC, at, trades_of

NOON = at("2026-01-07 12:00")
MINUTE: Millis = 60_000


class Shelf:
    """All that a keeper has handed out."""

    def __init__(self) -> None:
        self.keeper = Keeper()
        self.ended: list[tuple[Place, Candle]] = []
        self.standing: dict[str, Candle] = {}

    def take(self) -> None:
        """As a commit would; then it is started again from what it has written."""
        ended, standing = self.keeper.take()
        self.ended += [(place, replace(candle)) for place, candle in ended]
        self.standing.update((name, replace(candle)) for name, candle in standing.items())
        self.keeper = Keeper((name, replace(candle)) for name, candle in self.standing.items())

    def series(self, kind: Kind, interval: Interval) -> list[Candle]:
        """As a history tells it: what has ended, and what no ended one holds yet."""
        self.take()
        told = [c for place, c in self.ended if place == Place(BTC, kind, interval)]
        places = [Place(BTC, kind, each).name for each in KEPT[: KEPT.index(interval) + 1]]
        told += [self.standing[place] for place in places if place in self.standing]
        return sorted(told, key=lambda candle: candle.open_time)

    def candles(self, kind: Kind, interval: Interval) -> list[Candle]:
        kept = self.series(kind, MADE_OF[interval])
        return list(joined(interval, kept, stands=kind is not Kind.TRADES))


@pytest.mark.parametrize("seed", range(10))
def test_every_interval_is_made_of_what_is_kept(seed: int) -> None:
    dice, shelf = Random(seed), Shelf()
    trades: list[Print] = []
    now = NOON
    for trade_id in range(1, 300):
        now += dice.choice((0, 1, 700, 59_000, 3_600_000, 86_400_000))
        side = dice.choice((BUY, SELL))
        trade = Print(trade_id, dice.randint(1, 99), dice.randint(1, 99), side, now, trade_id)
        trades.append(trade)
        shelf.keeper.trade(BTC, trade)
        if not dice.randrange(5):
            shelf.take()
    for interval in set(Interval) - {Interval.SECOND}:
        told = shelf.candles(Kind.TRADES, interval)
        opens = sorted({interval.open_time(trade.time) for trade in trades})
        assert told == [opinion.candle(trades, interval, opened) for opened in opens]


def prices_of(candle: Candle) -> tuple[int, int, int, int]:
    return candle.open, candle.high, candle.low, candle.close


def plain(moves: list[tuple[Millis, int]], opened: Millis, closed: Millis) -> tuple[int, ...]:
    """Open, high, low, close of a price that stands until it moves."""
    before = [price for time, price in moves if time < opened]
    inside = [price for time, price in moves if opened <= time <= closed]
    if before and not any(time == opened for time, _ in moves):
        inside = [before[-1], *inside]
    return inside[0], max(inside), min(inside), inside[-1]


@pytest.mark.parametrize("seed", range(10))
def test_a_price_stands_until_it_moves(seed: int) -> None:
    dice, shelf = Random(seed), Shelf()
    moves: list[tuple[Millis, int]] = []
    now, last = NOON + 5, 0
    for _ in range(300):
        price = dice.randint(1, 9)
        if price != last:
            moves.append((now, price))
        last = price
        shelf.keeper.move(BTC, Kind.MARK, price, now)
        if not dice.randrange(5):
            shelf.take()
        now += dice.choice((0, 1, 700, 59_000, 3_600_000, 86_400_000))
        if not dice.randrange(3):
            now = Interval.MINUTE.open_time(now) + MINUTE
    for interval in set(Interval) - {Interval.SECOND}:
        told = shelf.candles(Kind.MARK, interval)
        assert [c.open_time for c in told] == sorted({interval.open_time(t) for t, _ in moves})
        for candle in told:
            wanted = plain(moves, candle.open_time, candle.close_time)
            assert prices_of(candle) == wanted, interval


def test_a_price_that_is_told_again_has_not_moved() -> None:
    shelf = Shelf()
    shelf.keeper.move(BTC, Kind.INDEX, 5, NOON)
    shelf.keeper.move(BTC, Kind.INDEX, 5, NOON + 3 * MINUTE)
    assert [c.open_time for c in shelf.candles(Kind.INDEX, Interval.MINUTE)] == [NOON]


def test_what_has_ended_is_handed_out_once() -> None:
    keeper = Keeper()
    first, second = trades_of("""
        2026-01-07 12:00:00 buy 1 @ 50000
        2026-01-07 12:01:00 buy 1 @ 60000
    """)
    keeper.trade(BTC, first)
    assert list(keeper.take()[1]) == ["BTCUSDT TRADES 1m"]
    keeper.trade(BTC, second)
    ended, standing = keeper.take()
    assert [candle.open_time for _, candle in ended] == [NOON]
    assert list(standing) == ["BTCUSDT TRADES 1m", "BTCUSDT TRADES 15m"]
    assert keeper.take() == ([], {})
