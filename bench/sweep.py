"""A mark price moves: what the watch over many accounts' limits costs."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final

from msgspec import Struct

from bench.rounds import Figure, figure, interleaved
from bench.size import Size
from bench.world import START
from perpbox.account import House, PositionSide
from perpbox.engine.commands import Command, MarketPrices, MovePrices, OpenVenue
from perpbox.engine.events import (
    AccountOpened,
    MoneyReason,
    PositionChanged,
)
from perpbox.engine.handle import handle
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.instrument import builtin
from perpbox.money import SCALE

POSITIONS: Final = 5
MOVES: Final = 20
"""Timed in one run."""
STEPS: Final = {"0.01 %": 1, "1 %": 100, "0.01 %, first after a start": 1}
"""By so many hundredths of a per cent the mark price goes up, and down again."""
FIRST: Final = "0.01 %, first after a start"
"""Every account is looked at."""


class SweepRow(Struct):
    """Moves of one symbol's mark price; every account holds it."""

    accounts: int
    move: str
    cost: Figure
    """Seconds of a move."""
    longest: Figure
    """The longest of a run."""


class Holders:
    """A venue on which so many accounts hold five symbols each, at leverages of 2 to 60."""

    def __init__(self, accounts: int) -> None:
        self.state = State(builtin())
        handle(self.state, OpenVenue(), START)
        random = Random(1)
        symbols = [s for s in self.state.catalogue.symbols.values() if s.margin_asset == "USDT"]
        self.symbol = symbols[0]
        turn = Turn(self.state, START)
        for account_id in range(1, accounts + 1):
            turn.emit(AccountOpened(account_id, "", {}))
            # Worth 2 000 each, against a wallet of a half to a sixtieth of them all.
            wallet = 10_000 * SCALE // random.randint(2, 60)
            turn.move(House.WORLD, account_id, "USDT", wallet, MoneyReason.TRANSFER)
            for symbol in symbols[:POSITIONS]:
                mark = self.state.marks[symbol.name]
                size = 2_000 * SCALE * SCALE // mark * random.choice((1, -1))
                turn.emit(
                    PositionChanged(
                        account_id,
                        symbol.name,
                        PositionSide.BOTH,
                        size,
                        abs(size) * mark,
                        0,
                        0,
                        0,
                    )
                )
            turn.events.clear()
        # The first move after a start looks at every account once.
        for symbol in symbols[:POSITIONS]:
            self._move(symbol.name, self.state.marks[symbol.name] + symbol.tick_size)

    def _move(self, name: str, mark: int) -> float:
        command: Command = MovePrices({name: MarketPrices(mark, None)}, {})
        begun = time.perf_counter()
        handle(self.state, command, START)
        return time.perf_counter() - begun

    def times(self, move: str) -> list[float]:
        """Seconds of each move, up and down again."""
        start = self.state.marks[self.symbol.name]
        there = start * (10_000 + STEPS[move]) // 10_000
        gc.collect()
        gc.freeze()
        times = []
        for _ in range(1 if move == FIRST else MOVES // 2):
            if move == FIRST:
                self.state.watch = None
            times += [self._move(self.symbol.name, there), self._move(self.symbol.name, start)]
        return times[:1] if move == FIRST else times


def measure_sweep(size: Size) -> list[SweepRow]:
    venues = {accounts: Holders(accounts) for accounts in size.holders}
    cases: dict[tuple[int, str], Callable[[], list[float]]] = {
        (accounts, move): partial(holders.times, move)
        for accounts, holders in venues.items()
        for move in STEPS
    }
    found = interleaved(size.rounds, cases)
    return [
        SweepRow(
            accounts,
            move,
            figure(sum(times) / len(times) for times in runs),
            figure(max(times) for times in runs),
        )
        for (accounts, move), runs in found.items()
    ]
