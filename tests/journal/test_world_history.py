"""The past of a whole world, out of memory and out of a file that was opened again and again."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from perpbox.instrument import to_json
from perpbox.journal import open_journal
from perpbox.journal.history import History
from perpbox.journal.records import Step, Window
from perpbox.tape import KEPT, Interval, Kind
from tests.simulation.world import SYMBOLS, World

STEPS: Final = 1_500
QUESTIONS: Final = 1_000
EVERYTHING: Final = Window(start=0, limit=1_000_000)


def test_both_kinds_of_journal_tell_the_same_of_a_world(path: Path) -> None:
    """With what waits, what is triggered and liquidated, and what is settled."""
    world, dice = World(5), Random(5)
    world.open()
    for _ in range(STEPS):
        world.step()
    kept = open_journal(path, to_json(world.catalogue))
    for line in world.journal.lines():
        kept.append(line)
        if dice.random() < 0.003:
            kept.close()
            kept = open_journal(path, b"")
    with kept:
        kept.flush()
        accounts = range(1, world.state.next_account_id)
        for account_id in accounts:
            assert whole(kept.history, account_id) == whole(world.journal.history, account_id)
        for _ in range(QUESTIONS):
            account_id, symbol = dice.choice(accounts), dice.choice(SYMBOLS)
            window = a_window(dice, world)
            since, from_id = a_time(dice, world), dice.randint(1, world.state.next_order_id)
            step = dice.choice((None, *Step))
            one, other = (
                (
                    history.conditionals(account_id, symbol, window, unfilled_since=since),
                    history.conditionals(account_id, symbol, window, from_id=from_id),
                    history.conditional(account_id, algo_id=from_id),
                    history.conditional(account_id, client_algo_id=f"perpbox-{from_id}"),
                    history.steps(account_id, window, symbol=symbol),
                    history.steps(account_id, window, step=step),
                    history.funding_rates(symbol, window),
                )
                for history in (kept.history, world.journal.history)
            )
            assert one == other
        for symbol in SYMBOLS:
            for kind in Kind:
                time = a_time(dice, world)
                assert candles(kept.history, symbol, kind, time) == candles(
                    world.journal.history, symbol, kind, time
                )


def candles(history: History, symbol: str, kind: Kind, time: int) -> list[object]:
    """All that may be asked about a series, and what of it lies after a time."""
    series: list[object] = [
        history.candles(symbol, kind, interval, first)
        for interval in KEPT
        for first in (0, Interval.HOURS_2.open_time(time))
    ]
    series.append(history.holdings(symbol, time, time + 10_000_000))
    first, before = history.first_candle(symbol, kind), history.candle_before(symbol, kind, time)
    return [series, first, before]


def whole(history: History, account_id: int) -> list[object]:
    """All that an account may ever ask about."""
    of_symbols = [
        (
            history.conditionals(account_id, symbol, EVERYTHING),
            history.trades(account_id, symbol, EVERYTHING),
        )
        for symbol in SYMBOLS
    ]
    return [
        history.orders(account_id, None, EVERYTHING),
        history.income(account_id, EVERYTHING),
        history.steps(account_id, EVERYTHING),
        history.funding_rates(None, EVERYTHING),
        of_symbols,
    ]


def a_time(dice: Random, world: World) -> int:
    return world.clock.now() - dice.randint(0, 20_000_000)


def a_window(dice: Random, world: World) -> Window:
    return Window(
        start=dice.choice((None, a_time(dice, world))),
        end=dice.choice((None, a_time(dice, world))),
        limit=dice.randint(1, 6),
        page=dice.randint(1, 3),
    )
