"""The figures of the last twenty-four hours."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from perpbox.money import Millis, parse, text_at, text_short
from perpbox.tape import (
    NO_TRADE,
    DayStatistics,
    Tape,
    price_change_percent_rounded,
    weighted_average_rounded,
)
from perpbox.tape.day import window_start
from tests.tape.test_candles import tape_of
from tests.tape.told import BTC, Lagging, at

TWO_DAYS = """
    2026-01-06 09:29:59.999 buy  9    @ 90000
    2026-01-06 09:30:00.000 sell 1    @ 50000
    2026-01-06 18:00:00.000 buy  1    @ 40000
    2026-01-07 09:30:10.000 buy  2    @ 55000
"""


def day(tape: Tape, now: Millis) -> DayStatistics:
    told = tape.statistics(BTC, now)
    assert told is not None
    return told


def test_the_day_begins_with_the_minute_of_yesterday() -> None:
    now = at("2026-01-07 09:30:30")
    told = day(tape_of(TWO_DAYS), now)
    assert told.open_time == at("2026-01-06 09:30")
    assert told.close_time == at("2026-01-07 09:30:10")
    assert [text_short(p) for p in (told.open, told.high, told.low, told.last_price)] == [
        "50000",
        "55000",
        "40000",
        "55000",
    ]
    assert (text_short(told.volume), text_short(told.last_quantity)) == ("4", "2")
    assert told.quote_volume == parse("200000") * parse("1")
    assert (told.first_trade_id, told.last_trade_id, told.trades) == (2, 4, 3)
    assert text_short(told.price_change) == "5000"


def test_a_minute_later_the_window_has_left_it_behind() -> None:
    tape = tape_of(TWO_DAYS)
    assert day(tape, at("2026-01-07 09:30:59.999")).first_trade_id == 2
    told = day(tape, at("2026-01-07 09:31"))
    assert (told.first_trade_id, told.trades, text_short(told.open)) == (3, 2, "40000")
    assert text_short(told.volume) == "3"


def test_a_day_without_trades_stands_still() -> None:
    now = at("2026-02-01 12:00:00.500")
    told = day(tape_of(TWO_DAYS), now)
    assert (told.open_time, told.close_time) == (at("2026-01-31 12:00"), now)
    assert {told.open, told.high, told.low, told.last_price} == {parse("55000")}
    assert (told.volume, told.quote_volume, told.trades) == (0, 0, 0)
    assert (told.first_trade_id, told.last_trade_id) == (NO_TRADE, NO_TRADE)
    assert price_change_percent_rounded(told) == 0
    assert weighted_average_rounded(told, parse("0.01")) == 0


def test_without_any_trade_there_are_none() -> None:
    assert Tape(Lagging()).statistics(BTC, at("2026-01-07")) is None


def test_recorded_windows_begin_so() -> None:
    """Open and close time of tickers that the exchange has streamed."""
    for opened, closed in (
        (1_591_181_820_000, 1_591_268_262_442),
        (1_780_122_360_000, 1_780_208_818_272),
        (1_591_170_300_000, 1_591_256_718_418),
    ):
        assert window_start(closed) == opened


def test_a_recorded_ticker_is_rounded_so() -> None:
    """HIVEUSDT as streamed: cut, its figures would be 33.560 and 0.0698740."""
    told = replace(
        day(tape_of(TWO_DAYS), at("2026-01-07 09:30:30")),
        open=parse("0.0586400"),
        last_price=parse("0.0783200"),
        volume=parse("500096749"),
        quote_volume=parse("34943789.3428000") * parse("1"),
    )
    assert text_short(told.price_change) == "0.01968"
    assert text_at(price_change_percent_rounded(told), 3) == "33.561"
    assert text_at(weighted_average_rounded(told, parse("0.0000001")), 7) == "0.0698741"


@pytest.mark.parametrize(
    ("opened", "last", "percent"),
    [
        ("100", "101", "1.000"),
        ("100", "99", "-1.000"),
        ("9591.9", "9548.5", "-0.452"),
        ("100000", "100000.5", "0.001"),
        ("100000", "99999.5", "-0.001"),
        ("100000", "100000.4", "0.000"),
        ("3", "4", "33.333"),
        ("3", "5", "66.667"),
    ],
)
def test_the_change_in_percent_is_rounded_at_the_third_decimal(
    opened: str, last: str, percent: str
) -> None:
    told = day(tape_of(TWO_DAYS), at("2026-01-07 09:30:30"))
    told = replace(told, open=parse(opened), last_price=parse(last))
    assert text_at(price_change_percent_rounded(told), 3) == percent
