"""Candles of a few trades, told as a trader would."""

from __future__ import annotations

from typing import Any

from perpbox.money import parse, text_short
from perpbox.tape import NO_TRADE, Candle, Interval, Tape
from tests.tape.told import BTC, Lagging, at, line_of, moment, trades_of

MORNING = """
    2026-01-07 09:29:59.999 buy  1    @ 50000
    2026-01-07 09:30:00.000 buy  0.5  @ 50010
    2026-01-07 09:30:00.000 sell 0.25 @ 49990
    2026-01-07 09:30:59.999 buy  2    @ 50005.5
    2026-01-07 09:33:10.000 sell 0.1  @ 49000
"""


def tape_of(text: str) -> Tape:
    """A tape that has seen these trades, a turn each, and a journal that has written none."""
    journal = Lagging()
    tape = Tape(journal)
    for sequence, trade in enumerate(trades_of(text), 1):
        line = line_of(sequence, [trade])
        journal.append(line)
        tape.note(line)
    return tape


def row(candle: Candle | None) -> dict[str, Any]:
    """What can be read; of the times the minute in which it opens."""
    assert candle is not None
    return {
        "opens": f"{moment(candle.open_time):%d %H:%M}",
        "prices": " ".join(
            text_short(p) for p in (candle.open, candle.high, candle.low, candle.close)
        ),
        "volume": text_short(candle.volume),
        "bought": text_short(candle.taker_buy_volume),
        "ids": (candle.first_trade_id, candle.last_trade_id, candle.trades),
    }


def test_a_minute_holds_its_first_and_its_last_millisecond() -> None:
    candle = tape_of(MORNING).candle(BTC, Interval.MINUTE, at("2026-01-07 09:30:59.999"))
    assert row(candle) == {
        "opens": "07 09:30",
        "prices": "50010 50010 49990 50005.5",
        "volume": "2.75",
        "bought": "2.5",
        "ids": (2, 4, 3),
    }
    assert candle is not None
    assert candle.close_time == at("2026-01-07 09:31") - 1
    bought = parse("0.5") * parse("50010") + parse("2") * parse("50005.5")
    assert candle.taker_buy_quote_volume == bought
    assert candle.quote_volume == bought + parse("0.25") * parse("49990")


def test_a_minute_without_trades_is_flat_at_the_price_before() -> None:
    candle = tape_of(MORNING).candle(BTC, Interval.MINUTE, at("2026-01-07 09:32"))
    assert row(candle) == {
        "opens": "07 09:32",
        "prices": "50005.5 50005.5 50005.5 50005.5",
        "volume": "0",
        "bought": "0",
        "ids": (NO_TRADE, NO_TRADE, 0),
    }


def test_a_minute_that_is_yet_to_come_is_flat_at_the_last_price() -> None:
    told = row(tape_of(MORNING).candle(BTC, Interval.MINUTE, at("2026-01-08")))
    assert (told["opens"], told["prices"]) == ("08 00:00", "49000 49000 49000 49000")


def test_before_the_first_trade_there_is_no_candle() -> None:
    tape = tape_of(MORNING)
    assert tape.candle(BTC, Interval.MINUTE, at("2026-01-07 09:28:59.999")) is None
    assert tape.candle("ETHUSDT", Interval.MINUTE, at("2026-01-07 09:30")) is None


def test_a_candle_that_was_told_does_not_change_afterwards() -> None:
    journal = Lagging()
    tape = Tape(journal)
    first, second = trades_of("""
        2026-01-07 09:30:00 buy 1 @ 50000
        2026-01-07 09:30:01 buy 1 @ 60000
    """)
    tape.note(line_of(1, [first]))
    told = tape.candle(BTC, Interval.MINUTE, first.time)
    tape.note(line_of(2, [second]))
    assert row(told)["prices"] == "50000 50000 50000 50000"
    assert row(tape.candle(BTC, Interval.MINUTE, first.time))["prices"] == "50000 60000 50000 60000"


def test_the_candle_that_has_just_closed_is_still_told_whole() -> None:
    """A stream that comes a little late tells how it ended."""
    journal = Lagging()
    tape = Tape(journal)
    trades = trades_of(MORNING)
    for sequence, trade in enumerate(trades, 1):
        tape.candle(BTC, Interval.MINUTE, trade.time)
        tape.note(line_of(sequence, [trade]))
    assert row(tape.candle(BTC, Interval.MINUTE, trades[1].time))["ids"] == (2, 4, 3)


def test_candles_in_a_row_have_no_gap() -> None:
    tape = tape_of(MORNING)
    told = tape.candles(BTC, Interval.MINUTE, at("2026-01-07 09:20"), at("2026-01-07 09:34:30"))
    assert [(row(c)["opens"][3:], row(c)["prices"], c.trades) for c in told] == [
        ("09:29", "50000 50000 50000 50000", 1),
        ("09:30", "50010 50010 49990 50005.5", 3),
        ("09:31", "50005.5 50005.5 50005.5 50005.5", 0),
        ("09:32", "50005.5 50005.5 50005.5 50005.5", 0),
        ("09:33", "49000 49000 49000 49000", 1),
        ("09:34", "49000 49000 49000 49000", 0),
    ]


def test_candles_that_reach_to_the_present_are_kept_and_others_are_not() -> None:
    tape = tape_of(MORNING)
    kept = tape._reel(BTC).series
    list(tape.candles(BTC, Interval.MINUTE, at("2026-01-07 09:29"), at("2026-01-07 09:30")))
    assert kept == {}
    tape.candle(BTC, Interval.MINUTE, at("2026-01-07 09:40"))
    assert kept[Interval.MINUTE].since == at("2026-01-07 09:33")
    list(tape.candles(BTC, Interval.MINUTE, at("2026-01-07 09:30"), at("2026-01-07 09:40")))
    assert kept[Interval.MINUTE].since == at("2026-01-07 09:30")
    tape.candle(BTC, Interval.MINUTE, at("2026-01-07 09:29"))
    assert kept[Interval.MINUTE].since == at("2026-01-07 09:30")


def test_candles_in_a_row_begin_and_end_where_they_are_asked_to() -> None:
    tape = tape_of(MORNING)

    def opens(first: str, last: str) -> list[str]:
        told = tape.candles(BTC, Interval.MINUTE, at(first), at(last))
        return [row(candle)["opens"][3:] for candle in told]

    assert opens("2026-01-07 09:31", "2026-01-07 09:31") == ["09:31"]
    assert opens("2026-01-07 09:00", "2026-01-07 09:29") == ["09:29"]
    assert opens("2026-01-07 09:00", "2026-01-07 09:28") == []
    assert opens("2026-01-07 09:33", "2026-01-07 09:32") == []
    assert opens("2026-01-07 10:00", "2026-01-07 10:01") == ["10:00", "10:01"]
