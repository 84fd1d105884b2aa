"""Commands a second in one process, margin checked: the rules alone, and with the journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, cycle
from typing import Final

from msgspec import Struct

from bench.rounds import Figure, figure, interleaved
from bench.size import Size
from bench.world import (
    START,
    amend,
    cancel,
    limit_order,
    market_order,
    open_busy,
    open_flat,
    traded,
)
from perpbox.account import BUY, SELL
from perpbox.engine.commands import Command
from perpbox.engine.handle import handle
from perpbox.server.compose import compose
from perpbox.server.settings import Settings
from perpbox.venue import Venue

Commands = Iterator[Command]

RULES: Final = "rules alone"
JOURNALED: Final = "with the journal in memory"


class CommandRow(Struct):
    """One kind of commands on one account."""

    what: str
    account: str
    path: str
    rate: Figure
    """Commands a second."""


class Trader:
    """A venue with one account, and the endless commands that it gives."""

    def __init__(self, account: str) -> None:
        settings = Settings(port=0, limits="off", clock="manual", start=START, key_seed=1)
        self.venue: Venue = compose(settings).venue
        self.account_id = {"flat": open_flat, "busy": open_busy}[account](self.venue)
        self.markets = traded(self.venue.state)
        self.streams: dict[str, Commands] = {
            "limit + cancel": self._limits(),
            "market": self._markets(),
            "amend": self._amends(),
        }

    def _limits(self) -> Commands:
        """An order that rests, then its cancel."""
        for number, market in zip(count(), cycle(self.markets), strict=False):
            name = f"limit-{number % 100}"
            yield limit_order(self.account_id, market, BUY, name)
            yield cancel(self.account_id, market, name)

    def _markets(self) -> Commands:
        """Bought and sold again; on the busy account a position grows and shrinks."""
        for market in cycle(self.markets):
            yield market_order(self.account_id, market, BUY)
            yield market_order(self.account_id, market, SELL)

    def _amends(self) -> Commands:
        """One order of each symbol, moved to and fro."""
        for market in self.markets:
            yield limit_order(self.account_id, market, BUY, f"amend-{market.symbol.name}")
        for ticks in cycle((1, 0)):
            for market in self.markets:
                name = f"amend-{market.symbol.name}"
                yield amend(self.account_id, market, BUY, name, ticks)

    def rate(self, what: str, path: str, calls: int) -> float:
        """Commands a second of processor time; making the commands is not timed."""
        stream = self.streams[what]
        commands = [next(stream) for _ in range(calls)]
        venue = self.venue
        begun = time.thread_time()
        if path == RULES:
            state = venue.state
            for command in commands:
                handle(state, command, START)
        else:
            submit = venue.submit
            for command in commands:
                submit(command)
        return calls / (time.thread_time() - begun)


def measure_commands(size: Size) -> list[CommandRow]:
    """Each path on a venue of its own: what only the rules have seen no journal knows."""
    traders = {
        (account, path): Trader(account)
        for account in ("flat", "busy")
        for path in (RULES, JOURNALED)
    }
    cases: dict[tuple[str, str, str], Callable[[], float]] = {
        (what, account, path): partial(trader.rate, what, path, 2 * size.calls)
        for (account, path), trader in traders.items()
        for what in trader.streams
    }
    rates = interleaved(size.rounds, cases)
    return [CommandRow(*case, rate=figure(found)) for case, found in rates.items()]
