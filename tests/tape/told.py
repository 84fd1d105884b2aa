"""Trades as a trader would tell them, a journal whose writing lags, and a plain opinion of both.

    2026-01-05 09:30:00.250 buy 0.1 @ 50000

is a trade whose taker bought; its number is that of the line, counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from perpbox.account import BUY, SELL
from perpbox.engine.commands import Tick
from perpbox.engine.events import Traded
from perpbox.engine.line import Line
from perpbox.journal.journal import Head
from perpbox.journal.memory import MemoryJournal
from perpbox.journal.memory_history import MemoryHistory
from perpbox.money import Millis, parse
from perpbox.tape import Print

BTC = "BTCUSDT"
ETH = "ETHUSDT"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE_MS = timedelta(milliseconds=1)


def at(text: str) -> Millis:
    """Milliseconds of a date and a time, both in UTC; without a time it is midnight."""
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH) // ONE_MS


def moment(time: Millis) -> datetime:
    return EPOCH + time * ONE_MS


def trades_of(text: str) -> list[Print]:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return [
        Print(
            number,
            parse(price),
            parse(quantity),
            BUY if side == "buy" else SELL,
            at(f"{day} {clock}"),
            number,
        )
        for number, (day, clock, side, quantity, _, price) in enumerate(lines, 1)
    ]


def line_of(sequence: int, trades: Iterable[Print], symbol: str = BTC) -> Line:
    """A turn with these trades, which have one time."""
    happened = list(trades)
    events = [
        Traded(symbol, t.trade_id, t.price, t.quantity, t.taker_side, 0, t.aggregate_id)
        for t in happened
    ]
    return Line(sequence, happened[0].time, Tick(), list(events))


class Lagging:
    """A journal that writes when a test says so, and says so when a test says so."""

    def __init__(self) -> None:
        self._written = MemoryJournal(Head(b"", 0, created=0))
        self._waiting: list[Line] = []
        self.durable_sequence = 0

    @property
    def history(self) -> MemoryHistory:
        return self._written.history

    @property
    def last_sequence(self) -> int:
        return self._written.last_sequence + len(self._waiting)

    def append(self, line: Line) -> None:
        self._waiting.append(line)

    def write(self, lines: int = 1_000_000) -> None:
        """So many more lines are in the history; nothing says so yet."""
        for line in self._waiting[:lines]:
            self._written.append(line)
        del self._waiting[:lines]

    def tell(self) -> None:
        self.durable_sequence = self._written.last_sequence

    def flush(self) -> None:
        self.write()
        self.tell()
