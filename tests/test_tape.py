"""The tape: the last trades of every market, those from before the start included."""

from __future__ import annotations

from perpbox.account import BUY, SELL
from perpbox.engine.commands import Tick
from perpbox.engine.events import OrderCanceled, Traded
from perpbox.engine.line import Line
from perpbox.tape import KEPT_PER_SYMBOL, Print, Tape

NOON = 1_795_348_800_000


def traded(trade_id: int, symbol: str = "BTCUSDT") -> Traded:
    return Traded(symbol, trade_id, 5_000_000_000_000, 10_000_000, BUY, SELL)


def line(*events: Traded | OrderCanceled) -> Line:
    return Line(1, NOON, Tick(), list(events))


def printed(trade_id: int) -> Print:
    return Print(trade_id, 5_000_000_000_000, 10_000_000, BUY, NOON)


def empty() -> Tape:
    return Tape(lambda _: [])


def ids(prints: list[Print]) -> list[int]:
    return [told.trade_id for told in prints]


def test_a_turns_trades_are_put_on_it() -> None:
    tape = empty()
    tape.note(line(traded(1), OrderCanceled(1, 1), traded(2)))
    assert tape.recent("BTCUSDT", 10) == [printed(1), printed(2)]


def test_every_market_has_its_own() -> None:
    tape = empty()
    tape.note(line(traded(1), traded(2, "ETHUSDC")))
    assert ids(tape.recent("BTCUSDT", 10)) == [1]
    assert ids(tape.recent("ETHUSDC", 10)) == [2]
    assert tape.recent("ADAUSDT", 10) == []


def test_the_latest_come_oldest_first() -> None:
    tape = empty()
    tape.note(line(*(traded(n) for n in range(1, 6))))
    assert ids(tape.recent("BTCUSDT", 2)) == [4, 5]
    assert ids(tape.recent("BTCUSDT", 5)) == [1, 2, 3, 4, 5]


def test_only_so_many_are_kept() -> None:
    tape = empty()
    for number in range(1, KEPT_PER_SYMBOL + 3):
        tape.note(line(traded(number)))
    prints = tape.recent("BTCUSDT", 2 * KEPT_PER_SYMBOL)
    assert ids(prints) == list(range(3, KEPT_PER_SYMBOL + 3))


def test_what_was_before_comes_first_and_is_asked_for_once() -> None:
    asked: list[str] = []

    def before(symbol: str) -> list[Print]:
        asked.append(symbol)
        return [printed(1), printed(2)]

    tape = Tape(before)
    tape.note(line(traded(3)))
    assert ids(tape.recent("BTCUSDT", 10)) == [1, 2, 3]
    tape.note(line(traded(4)))
    assert ids(tape.recent("BTCUSDT", 3)) == [2, 3, 4]
    assert asked == ["BTCUSDT"]


def test_of_what_was_before_only_so_many_are_kept() -> None:
    tape = Tape(lambda _: [printed(n) for n in range(1, KEPT_PER_SYMBOL + 6)])
    assert ids(tape.recent("BTCUSDT", 3)) == [1003, 1004, 1005]
    assert len(tape.recent("BTCUSDT", 2 * KEPT_PER_SYMBOL)) == KEPT_PER_SYMBOL
