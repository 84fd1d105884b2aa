"""Klines of mark price, index price and premium index, by hand and across restarts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.engine.commands import MarketPrices, MovePrices
from perpbox.instrument import to_json
from perpbox.journal import open_journal
from perpbox.money import parse
from tests.api.exchange import CATALOGUE, DAY, HOUR, MINUTE, NOON, SECOND, Exchange
from tests.api.trader import Trader

MARK: Final = "/fapi/v1/markPriceKlines"
INDEX: Final = "/fapi/v1/indexPriceKlines"
PREMIUM: Final = "/fapi/v1/premiumIndexKlines"
BTC: Final = "symbol=BTCUSDT"


def prices(row: list[Any]) -> list[str]:
    return [price.removesuffix("0000000") for price in row[1:5]]


def test_a_mark_price_stands_until_it_moves(exchange: Exchange) -> None:
    exchange.pass_time(HOUR + 30 * SECOND)
    exchange.move(BTCUSDT="50100.5")
    exchange.pass_time(90 * SECOND)
    exchange.move(BTCUSDT="49000")
    exchange.pass_time(10 * SECOND)
    prices_now = {"BTCUSDT": MarketPrices(None, parse("49010"))}
    exchange.submit(MovePrices(prices_now, {}))
    rows = exchange.get(MARK, f"{BTC}&interval=1m&startTime={NOON + HOUR}")
    assert rows[0] == [
        NOON + HOUR,
        "50000.00000000",
        "50100.50000000",
        "50000.00000000",
        "50100.50000000",
        "0",
        NOON + HOUR + MINUTE - 1,
        "0",
        60,
        "0",
        "0",
        "0",
    ]
    assert [prices(row) for row in rows[1:]] == [["50100.5"] * 4, ["49000.0"] * 4]
    assert [row[8] for row in rows] == [60, 60, 11]
    (_, hour) = exchange.get(MARK, f"{BTC}&interval=1h")
    assert prices(hour) == ["50000.0", "50100.5", "49000.0", "49000.0"]
    index = exchange.get(INDEX, "pair=BTCUSDT&interval=1m")
    assert prices(index[-1]) == ["49000.0", "49010.0", "49000.0", "49010.0"]
    for path, asked in ((MARK, BTC), (INDEX, "pair=BTCUSDT"), (PREMIUM, BTC)):
        for interval in ("1m", "5m", "1h", "1d", "1M"):
            query = f"{asked}&interval={interval}"
            assert exchange.restarted().get(path, query) == exchange.get(path, query)


def test_a_longer_one_begins_with_what_stood(exchange: Exchange) -> None:
    exchange.pass_time(HOUR + 90 * MINUTE)
    exchange.move(BTCUSDT="60000")
    exchange.pass_time(3 * HOUR)
    exchange.move(BTCUSDT="70000")
    exchange.pass_time(DAY)
    rows = exchange.get(MARK, f"{BTC}&interval=1h&limit=40")
    assert [prices(row)[::3] for row in rows[1:7]] == [
        ["50000.0", "50000.0"],
        ["50000.0", "60000.0"],
        ["60000.0", "60000.0"],
        ["60000.0", "60000.0"],
        ["60000.0", "70000.0"],
        ["70000.0", "70000.0"],
    ]
    (first, second) = exchange.get(MARK, f"{BTC}&interval=1d")
    assert prices(first)[2:] == ["50000.0", "70000.0"]
    assert prices(second) == ["70000.0"] * 4


def test_times_and_limits_are_as_of_klines(exchange: Exchange) -> None:
    exchange.pass_time(10 * MINUTE)

    def opens(query: str) -> list[float]:
        rows = exchange.get(MARK, f"{BTC}&interval=1m&{query}")
        return [(row[0] - NOON) / MINUTE for row in rows]

    assert opens("limit=2") == [9, 10]
    assert opens("startTime=0&limit=3") == [0, 1, 2]
    assert opens(f"startTime={NOON + 1}&endTime={NOON + 3 * MINUTE}") == [1, 2, 3]
    assert opens(f"startTime={NOON + HOUR}") == []
    assert opens("endTime=0") == []


def test_the_premium_index_is_sampled_every_five_seconds(exchange: Exchange) -> None:
    """From the sample after the move on, whether or not a turn has told of it."""
    (row,) = exchange.get(PREMIUM, f"{BTC}&interval=1m")
    assert prices(row) == ["0.0"] * 4
    assert row[8] == 1
    exchange.pass_time(61 * SECOND)
    exchange.quote("BTCUSDT", bids=[("50999", "100")], asks=[("51001", "100")])
    assert len(exchange.get(PREMIUM, f"{BTC}&interval=1m")) == 2
    exchange.clock.set(NOON + 3 * MINUTE)
    untold = exchange.get(PREMIUM, f"{BTC}&interval=1m")
    exchange.pass_time(SECOND)
    told = exchange.get(PREMIUM, f"{BTC}&interval=1m")
    assert [row[:8] for row in untold] == [row[:8] for row in told]
    assert [row[1:5] for row in told[1:3]] == [
        ["0.00000000", "0.01998000", "0.00000000", "0.01998000"],
        ["0.01998000"] * 4,
    ]
    assert [row[8] for row in told] == [12, 12, 12, 1]


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        (MARK, "interval=1m", -1102),
        (MARK, BTC, -1102),
        (MARK, f"{BTC}&interval=1s", -1120),
        (MARK, "symbol=NONE&interval=1m", -1121),
        (MARK, f"{BTC}&interval=1m&limit=0", -1130),
        (MARK, f"{BTC}&interval=1m&startTime=2&endTime=1", -1023),
        (INDEX, f"{BTC}&interval=1m", -1102),
        (INDEX, "pair=NONE&interval=1m", -4144),
        (PREMIUM, f"{BTC}&interval=7m", -1120),
    ],
)
def test_what_is_refused(exchange: Exchange, path: str, query: str, code: int) -> None:
    assert exchange.ask("GET", path, query).refusal == (400, code)


def test_over_a_journal_in_a_file(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal", to_json(CATALOGUE)) as journal:
        exchange = Exchange(journal)
        for price in ("51000", "52000", "50500"):
            exchange.move(BTCUSDT=price)
            exchange.pass_time(20 * MINUTE)
        rows = exchange.get(MARK, f"{BTC}&interval=15m")
    assert [prices(row)[3] for row in rows] == [
        "51000.0",
        "52000.0",
        "50500.0",
        "50500.0",
        "50500.0",
    ]


def test_nothing_is_traded_at_them(alice: Trader) -> None:
    alice.market("BUY", "1")
    for path, asked in ((MARK, BTC), (INDEX, "pair=BTCUSDT"), (PREMIUM, BTC)):
        (row,) = alice.exchange.get(path, f"{asked}&interval=1h")
        assert row[5] == row[7] == row[9] == row[10] == row[11] == "0"
