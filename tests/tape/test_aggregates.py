"""Trades that have one number are told as one."""

from __future__ import annotations

from msgspec.structs import replace

from perpbox.account import BUY
from perpbox.money import parse
from perpbox.tape import AggregateTrade, aggregated
from tests.tape.told import at, trades_of

FILLS = trades_of("""
    2026-01-07 09:30:00.010 buy  1   @ 50000
    2026-01-07 09:30:00.090 buy  0.5 @ 50000
    2026-01-07 09:30:00.090 buy  2   @ 50010
""")


def test_a_run_of_one_number_is_one_aggregate_of_the_time_of_its_first() -> None:
    numbered = [replace(fill, aggregate_id=n) for fill, n in zip(FILLS, (7, 7, 8), strict=True)]
    first, second = aggregated(numbered)
    assert first == AggregateTrade(
        7, parse("50000"), parse("1.5"), BUY, at("2026-01-07 09:30:00.010"), 1, 2
    )
    assert (second.aggregate_id, second.first_trade_id, second.last_trade_id) == (8, 3, 3)


def test_what_has_no_number_is_in_none() -> None:
    old = [replace(fill, aggregate_id=0) for fill in FILLS]
    assert list(aggregated(old)) == []
    assert [a.first_trade_id for a in aggregated([*old[:2], replace(old[2], aggregate_id=1)])] == [
        3
    ]
    assert list(aggregated([])) == []
