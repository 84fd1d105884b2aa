"""The tape itself: what it prints, what it reads, what it keeps and what it lets go."""

from __future__ import annotations

from msgspec.structs import replace

from perpbox.engine.commands import Tick
from perpbox.engine.events import OffBookTraded, OrderCanceled
from perpbox.engine.line import Line
from perpbox.journal.memory_history import MemoryHistory
from perpbox.money import Millis
from perpbox.tape import KEPT_PER_SYMBOL, Interval, Print, Tape
from perpbox.tape.tape import FOLLOWED
from tests.tape.told import BTC, ETH, Lagging, at, line_of

NOON = at("2026-01-07 12:00")
MINUTE = Interval.MINUTE


def printed(trade_id: int, time: Millis = NOON) -> Print:
    return Print(trade_id, 5_000_000_000_000, 10_000_000, 1, time, 1)


class Market:
    """A tape over a journal of which a test decides what it has written."""

    def __init__(self) -> None:
        self.journal = Lagging()
        self.tape = Tape(self.journal)

    def trade(self, *trade_ids: int, symbol: str = BTC, time: Millis = NOON) -> None:
        trades = [printed(trade_id, time) for trade_id in trade_ids]
        line = line_of(self.journal.last_sequence + 1, trades, symbol)
        self.journal.append(line)
        self.tape.note(line)

    def ids(self, limit: int = KEPT_PER_SYMBOL, symbol: str = BTC) -> list[int]:
        return [told.trade_id for told in self.tape.recent(symbol, limit)]


def test_a_turns_trades_are_put_on_it() -> None:
    market = Market()
    line = line_of(1, [printed(1), printed(2)])
    line.events[1:1] = [OrderCanceled(1, 1), OffBookTraded(BTC, 3, 1, 1, 1)]
    market.tape.note(line)
    assert market.tape.recent(BTC, 10) == [printed(1), printed(2)]


def test_every_market_has_its_own() -> None:
    market = Market()
    market.trade(1)
    market.trade(2, symbol=ETH)
    assert (market.ids(), market.ids(symbol=ETH), market.ids(symbol="ADAUSDT")) == ([1], [2], [])


def test_the_latest_come_oldest_first() -> None:
    market = Market()
    market.trade(*range(1, 6))
    assert market.ids(2) == [4, 5]
    assert market.ids(5) == [1, 2, 3, 4, 5]


def test_only_so_many_are_printed() -> None:
    market = Market()
    market.trade(*range(1, KEPT_PER_SYMBOL + 3))
    assert market.ids() == list(range(3, KEPT_PER_SYMBOL + 3))
    market.trade(KEPT_PER_SYMBOL + 3)
    assert market.ids() == list(range(4, KEPT_PER_SYMBOL + 4))


def test_what_was_before_the_start_comes_first() -> None:
    market = Market()
    market.trade(1, 2)
    market.journal.flush()
    market.tape = Tape(market.journal)
    market.trade(3)
    assert market.ids() == [1, 2, 3]
    market.trade(4)
    assert market.ids(3) == [2, 3, 4]


def test_its_version_rises_with_every_trade_of_the_symbol() -> None:
    market = Market()
    assert market.tape.version(BTC) == 0
    market.trade(1, 2)
    assert market.tape.version(BTC) == 2
    market.trade(3, symbol=ETH)
    market.tape.note(Line(3, NOON, Tick(), [OrderCanceled(1, 1)]))
    assert (market.tape.version(BTC), market.tape.version(ETH)) == (2, 1)


def test_trades_in_flight_are_kept_until_they_are_written_and_no_longer() -> None:
    market = Market()
    for trade_id in range(1, 11):
        market.trade(trade_id)
    assert len(market.tape._in_flight) == 10
    market.journal.write(4)
    market.journal.tell()
    market.trade(11)
    assert len(market.tape._in_flight) == 7
    assert market.ids() == list(range(1, 12))
    market.journal.flush()
    market.tape.note(Line(12, NOON, Tick(), [OrderCanceled(1, 1)]))
    assert len(market.tape._in_flight) == 0


def test_what_is_written_but_not_told_yet_is_counted_once() -> None:
    market = Market()
    market.trade(1, 2)
    market.trade(3)
    market.journal.write()
    candle = market.tape.candle(BTC, MINUTE, NOON)
    assert candle is not None
    assert candle.trades == 3
    assert market.ids() == [1, 2, 3]


class Counting(MemoryHistory):
    """Counts how often it is asked."""

    def __init__(self, whole: MemoryHistory) -> None:
        super().__init__(whole._refresh)
        self.asked = 0

    def catch_up(self) -> None:
        self.asked += 1
        super().catch_up()


class Counted(Lagging):
    def __init__(self) -> None:
        super().__init__()
        self.counting = Counting(super().history)

    @property
    def history(self) -> MemoryHistory:
        return self.counting


def counted() -> tuple[Market, Counting]:
    market = Market()
    journal = Counted()
    market.journal = journal
    market.tape = Tape(journal)
    return market, journal.counting


def test_nothing_is_read_that_nobody_asks_for() -> None:
    market, history = counted()
    for trade_id in range(1, 100):
        market.trade(trade_id)
        market.journal.flush()
    assert market.tape._reels[BTC].series == {}
    assert history.asked == 0


def test_what_is_asked_for_is_read_once() -> None:
    market, history = counted()
    market.trade(1)
    market.journal.flush()

    def ask(now: Millis) -> None:
        market.tape.candle(BTC, MINUTE, now)
        market.tape.statistics(BTC, now)
        market.tape.recent(BTC, 5)
        market.tape.candle(ETH, MINUTE, now)
        market.tape.statistics(ETH, now)

    ask(NOON)
    read = history.asked
    for trade_id in range(2, 100):
        now = NOON + 7_000 * trade_id
        market.trade(trade_id, time=now)
        market.journal.flush()
        ask(now)
    assert history.asked == read


def test_what_nobody_asks_for_any_more_is_let_go() -> None:
    market = Market()
    market.trade(1)
    market.tape.candle(BTC, MINUTE, NOON)
    market.tape.statistics(BTC, NOON)
    reel = market.tape._reels[BTC]
    for trade_id in range(2, FOLLOWED):
        reel.add(printed(trade_id))
    assert list(reel.series) == [MINUTE]
    market.tape.candle(BTC, Interval.HOUR, NOON)
    for trade_id in range(FOLLOWED, 2 * FOLLOWED + 1):
        reel.add(printed(trade_id))
    assert list(reel.series) == []
    assert reel.day is None


def test_an_aggregate_is_asked_for_by_its_number_or_its_trades() -> None:
    market = Market()
    trades = [replace(printed(n), aggregate_id=1 + n // 3) for n in range(1, 10)]
    line = line_of(1, trades)
    market.journal.append(line)
    market.tape.note(line)
    for _ in range(2):
        assert [t.trade_id for t in market.tape.trades_since(BTC, from_aggregate=3)] == [6, 7, 8, 9]
        assert [t.trade_id for t in market.tape.trades_since(BTC, from_id=8)] == [8, 9]
        assert list(market.tape.trades_since(BTC, NOON + 1)) == []
        assert len(list(market.tape.trades_since(BTC, NOON))) == 9
        market.journal.flush()
