"""A published month of one-minute klines comes back from `GET /fapi/v1/klines` as it was."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from perpbox.engine.commands import OpenVenue
from perpbox.feed.clock import ManualClock
from perpbox.feed.recorded import RecordedTerms, open_recorded
from perpbox.instrument import builtin
from perpbox.money import parse
from tests.api.exchange import Exchange
from tests.feed.recorded.dumps import KLINES, MINUTE, kline, write

OFFICIAL = Path(__file__).parents[4] / "shared" / "data" / "klines_dump" / "LTCUSDT-1m-2026-02.csv"
PAGE = 1500
SAME = {0: "open_time", 5: "volume", 6: "close_time", 9: "taker_buy_volume"}


@pytest.mark.slow
def test_a_month_of_minutes() -> None:
    if not OFFICIAL.exists():
        pytest.skip(f"{OFFICIAL} is not here")
    assert replayed(OFFICIAL, "LTCUSDT") == 40_320


def test_minutes_made_by_hand(tmp_path: Path) -> None:
    """Among them one without a trade, one with a single step, and one that stands still."""
    path = write(
        tmp_path / "LTCUSDT-1m-2024-01.csv",
        KLINES,
        kline(0, "59.49 59.49 59.42 59.45", "1554.932", count=442, bought="832.674"),
        kline(MINUTE, "59.45 59.45 59.45 59.45", "0", count=0, bought="0"),
        kline(2 * MINUTE, "59.41 59.41 59.41 59.41", "0.001", count=1, bought="0.001"),
        kline(3 * MINUTE, "59.41 59.61 59.37 59.60", "0.007", count=5, bought="0"),
        kline(4 * MINUTE, "59.60 59.60 59.60 59.60", "81.5", count=40, bought="81.5"),
    )
    assert replayed(path, "LTCUSDT") == 5


def replayed(path: Path, symbol: str) -> int:
    """How many candles came back, each the same as in the file."""
    feed = open_recorded([path], builtin(), RecordedTerms(bar_trades=5))
    exchange = Exchange(opens=False)
    exchange.venue.clock = ManualClock(feed.first_time)
    exchange.submit(OpenVenue())
    exchange.venue.follow(feed)
    exchange.venue.move_clock(feed.last_time)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    count = 0
    for row, told in zip(rows, candles(exchange, symbol, feed.first_time), strict=True):
        assert [parse(text) for text in told[1:5]] == [parse(text) for text in row[1:5]], row
        assert {place: parse(str(told[place])) for place in SAME} == {
            place: parse(row[place]) for place in SAME
        }, row
        count += 1
    return count


def candles(exchange: Exchange, symbol: str, since: int) -> Iterator[list[str]]:
    while since <= exchange.now:
        query = f"symbol={symbol}&interval=1m&startTime={since}&limit={PAGE}"
        page = exchange.get("/fapi/v1/klines", query)
        yield from page
        since = page[-1][0] + MINUTE
