"""What the market saw: the latest trades of every symbol."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from perpbox.account import Side
from perpbox.engine.events import Traded
from perpbox.engine.line import Line
from perpbox.money import Millis, Price, Quantity

KEPT_PER_SYMBOL: Final = 1000
"""What `GET /fapi/v1/trades` answers with at most."""


class Print(Struct, frozen=True):
    """One trade on the tape."""

    trade_id: int
    price: Price
    quantity: Quantity
    taker_side: Side
    time: Millis


class Tape:
    """The last thousand trades a symbol; those from before the start come from the history."""

    def __init__(self, before: Callable[[str], Iterable[Print]]) -> None:
        self._before = before
        self._prints: dict[str, deque[Print]] = {}

    def note(self, line: Line) -> None:
        """Put a turn's trades on the tape."""
        for event in line.events:
            if type(event) is Traded:
                self._of(event.symbol).append(
                    Print(
                        event.trade_id,
                        event.price,
                        event.quantity,
                        event.taker_side,
                        line.time,
                    )
                )

    def recent(self, symbol: str, limit: int) -> list[Print]:
        """The latest trades, oldest first."""
        prints = self._of(symbol)
        return list(prints)[-limit:]

    def _of(self, symbol: str) -> deque[Print]:
        prints = self._prints.get(symbol)
        if prints is None:
            prints = self._prints[symbol] = deque(self._before(symbol), KEPT_PER_SYMBOL)
        return prints
