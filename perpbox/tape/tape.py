"""The tape: follows the venue's trades, and reads from the history what was before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final, Protocol

from perpbox.engine.events import Traded
from perpbox.engine.line import Line
from perpbox.money import Millis, Price
from perpbox.tape.candles import Candle, Series, begun, joined, traded, unbroken
from perpbox.tape.day import Day, DayStatistics, statistics_of, window_start
from perpbox.tape.intervals import Interval
from perpbox.tape.kept import MADE_OF, Kind
from perpbox.tape.prints import Print, Trade, printed

KEPT_PER_SYMBOL: Final = 1000
"""What `GET /fapi/v1/trades` answers with at most."""
LAST_MOMENT: Final[Millis] = 2**62
"""Later than any time."""
FOLLOWED: Final = 100_000
"""Candles and statistics that nobody has asked for during so many trades are followed no more."""


class Past(Protocol):
    """What the tape asks a history: a symbol's durable trades, oldest first."""

    def recent_trades(self, symbol: str, limit: int = ...) -> Iterable[Trade]:
        """The last ones."""

    def trades_since(
        self,
        symbol: str,
        time: Millis = ...,
        *,
        from_id: int = ...,
        from_aggregate: int = ...,
    ) -> Iterator[Trade]:
        """All from this time, this trade and this aggregate on, read bit by bit."""

    def trade_before(self, symbol: str, time: Millis) -> Trade | None:
        """The last one before this time."""

    def candles(
        self, symbol: str, kind: Kind, interval: Interval, first: Millis = ..., last: Millis = ...
    ) -> list[Candle]:
        """The candles kept of this interval that begin in a span, and what no such one holds yet.

        The latter in shorter candles; together they are one moment.
        """

    def candle_before(self, symbol: str, kind: Kind, time: Millis) -> Candle | None:
        """The last one, of any interval that is kept, that begins before a minute does."""

    def first_candle(self, symbol: str, kind: Kind) -> Candle | None:
        """The first minute that is kept."""


class Journal(Protocol):
    """Where the venue's lines become durable; the history may know of more than it says."""

    @property
    def history(self) -> Past: ...

    @property
    def durable_sequence(self) -> int: ...


class Tape:
    """What the market saw. The venue tells it every turn; it reads only when it is asked.

    The history holds durable trades only, so those in flight are kept here until they are there
    too. What is asked for is made of both once, each trade counted by its id, and then follows
    the turns. Nothing says that a trade told here is durable yet.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._in_flight: deque[tuple[int, str, Print]] = deque()
        """Sequence, symbol and trade; no more of them than the journal has lines to write."""
        self._reels: dict[str, Reel] = {}

    def note(self, line: Line) -> None:
        """Put a turn's trades on the tape."""
        durable = self._journal.durable_sequence
        for event in line.events:
            if type(event) is Traded:
                trade = Print(
                    event.trade_id,
                    event.price,
                    event.quantity,
                    event.taker_side,
                    line.time,
                    event.aggregate_id,
                )
                if line.sequence > durable:
                    self._in_flight.append((line.sequence, event.symbol, trade))
                self._reel(event.symbol).add(trade)
        while self._in_flight and self._in_flight[0][0] <= durable:
            self._in_flight.popleft()

    def version(self, symbol: str) -> int:
        """Rises with every trade of the symbol since the start, and with nothing else."""
        reel = self._reels.get(symbol)
        return reel.version if reel is not None else 0

    def recent(self, symbol: str, limit: int) -> list[Print]:
        """The latest trades, oldest first, as many as a thousand."""
        reel = self._reel(symbol)
        if reel.prints is None:
            past = self._journal.history.recent_trades(symbol, KEPT_PER_SYMBOL)
            both = self._with_those_in_flight(symbol, past)
            reel.prints = deque(map(printed, both), KEPT_PER_SYMBOL)
        return list(reel.prints)[-limit:]

    def candle(self, symbol: str, interval: Interval, time: Millis) -> Candle | None:
        """The candle in which a time lies, as it stands; None if nothing was ever traded by then.

        [dec] Where nothing was traded in it, the candle is flat: the price is that of the last
        trade before, and its trades are 0 and have the id -1. So it is in what the exchange
        publishes and streams.
        """
        return next(self.candles(symbol, interval, time, time), None)

    def candles(
        self, symbol: str, interval: Interval, first: Millis, last: Millis
    ) -> Iterator[Candle]:
        """The candles in which these times and those between them lie, from the first trade on.

        They are made one by one, without a gap, before the venue's next turn. Those that reach to
        the last trade are kept and followed, as many as a series holds; others are made anew.
        """
        newest = self.last_trade(symbol)
        if newest is None:
            return iter(())
        first, last = interval.open_time(first), interval.open_time(last)
        series = self._reel(symbol).series.get(interval)
        if series is None or (first < series.since and not series.is_full):
            current = interval.open_time(newest.time)
            if last >= current:
                series = self._follow(symbol, interval, min(first, current))
        if series is None or first < series.since:
            told = self._told(symbol, interval, first, interval.close_time(last))
            return unbroken(interval, told, first, last, self._price_before(symbol, first))
        series.asked = self.version(symbol)
        return series.between(first, last)

    def statistics(self, symbol: str, now: Millis) -> DayStatistics | None:
        """The figures of the last day; None if nothing was ever traded.

        They change with every trade, and without one whenever the window leaves a minute behind.
        """
        last = self.last_trade(symbol)
        if last is None:
            return None
        reel = self._reel(symbol)
        if reel.day is None:
            start = window_start(now)
            minutes = self._journal.history.candles(symbol, Kind.TRADES, Interval.MINUTE, start)
            reel.day = Day(minutes, self._in_flight_since(symbol, start))
        reel.day.asked = reel.version
        return statistics_of(last, reel.day.at(now), now)

    def last_trade(self, symbol: str) -> Trade | None:
        """The last trade of all."""
        reel = self._reel(symbol)
        if reel.last is None and not reel.is_untraded:
            reel.last = next(iter(self._journal.history.recent_trades(symbol, 1)), None)
            reel.is_untraded = reel.last is None
        return reel.last

    def trades_since(
        self, symbol: str, time: Millis = 0, *, from_id: int = 0, from_aggregate: int = 0
    ) -> Iterator[Trade]:
        """All trades from this time, this trade and this aggregate on, oldest first.

        To be read to its end, or as far as is wanted, before the venue's next turn.
        """
        past = self._journal.history.trades_since(
            symbol, time, from_id=from_id, from_aggregate=from_aggregate
        )
        for trade in self._with_those_in_flight(symbol, past):
            if (
                trade.time >= time
                and trade.trade_id >= from_id
                and trade.aggregate_id >= from_aggregate
            ):
                yield trade

    def first_traded(self, symbol: str) -> Millis | None:
        """When the first minute begins of which something is known; None without a trade."""
        kept = self._journal.history.first_candle(symbol, Kind.TRADES)
        first = next(self._in_flight_since(symbol, 0), None)
        if kept is not None:
            return kept.open_time
        return None if first is None else Interval.MINUTE.open_time(first.time)

    def trade_before(self, symbol: str, time: Millis) -> Trade | None:
        """The last trade before a time."""
        last = self._journal.history.trade_before(symbol, time)
        for _, name, kept in self._in_flight:
            if name == symbol and kept.time < time:
                last = kept
        return last

    def _with_those_in_flight(self, symbol: str, past: Iterable[Trade]) -> Iterator[Trade]:
        """The history's trades, and those that it does not know of yet."""
        last_id = 0
        for trade in past:
            last_id = trade.trade_id
            yield trade
        for _, name, kept in self._in_flight:
            if name == symbol and kept.trade_id > last_id:
                yield kept

    def _in_flight_since(self, symbol: str, time: Millis) -> Iterator[Print]:
        """Those from a time on that the history may not know of yet."""
        return (
            trade for _, name, trade in self._in_flight if name == symbol and trade.time >= time
        )

    def _told(self, symbol: str, interval: Interval, first: Millis, until: Millis) -> list[Candle]:
        """The candles from this one on in which something was traded until then."""
        if interval is Interval.SECOND:
            trades = self.trades_since(symbol, first)
            return list(traded(interval, takewhile(lambda trade: trade.time <= until, trades)))
        past = self._journal.history.candles(symbol, Kind.TRADES, MADE_OF[interval], first, until)
        told = list(joined(interval, past))
        seen = told[-1].last_trade_id if told else 0
        for trade in self._in_flight_since(symbol, first):
            if trade.trade_id <= seen or trade.time > until:
                continue
            if told and trade.time <= told[-1].close_time:
                told[-1].add(trade)
            else:
                told.append(begun(interval, trade))
        return told

    def _follow(self, symbol: str, interval: Interval, since: Millis) -> Series:
        """Make a series that begins with this candle, and keep it."""
        price = self._price_before(symbol, since)
        told = self._told(symbol, interval, since, LAST_MOMENT)
        series = Series(interval, since, price, told)
        self._reel(symbol).series[interval] = series
        return series

    def _price_before(self, symbol: str, time: Millis) -> Price | None:
        """Of the last trade before a time; where trades were given up, of the minute before."""
        flying = [t for _, name, t in self._in_flight if name == symbol and t.time < time]
        if flying:
            return flying[-1].price
        past = self._journal.history
        minute = Interval.MINUTE.open_time(time)
        if minute < time:
            trade = past.trade_before(symbol, time)
            if trade is not None:
                return trade.price
        candle = past.candle_before(symbol, Kind.TRADES, minute)
        return None if candle is None else candle.close

    def _reel(self, symbol: str) -> Reel:
        reel = self._reels.get(symbol)
        if reel is None:
            reel = self._reels[symbol] = Reel()
        return reel


class Reel:
    """What is kept of one symbol: its last trade, and what somebody has asked for."""

    __slots__ = ("day", "is_untraded", "last", "prints", "series", "version")

    def __init__(self) -> None:
        self.version = 0
        self.last: Trade | None = None
        self.is_untraded = False
        """Whether the history has no trade; then there is none before the next turn's."""
        self.prints: deque[Print] | None = None
        self.series: dict[Interval, Series] = {}
        self.day: Day | None = None

    def add(self, trade: Print) -> None:
        self.version += 1
        self.last = trade
        prints = self.prints
        if prints is not None and (not prints or trade.trade_id > prints[-1].trade_id):
            prints.append(trade)
        for series in self.series.values():
            series.add(trade)
        if self.day is not None:
            self.day.add(trade)
        if not self.version % FOLLOWED:
            self._forget_what_nobody_asks_for()

    def _forget_what_nobody_asks_for(self) -> None:
        """It would be made out of the history once more."""
        since = self.version - FOLLOWED
        self.series = {i: series for i, series in self.series.items() if series.asked > since}
        if self.day is not None and self.day.asked <= since:
            self.day = None
