"""Klines, aggregate and older trades and the last day, over the whole venue and across restarts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.instrument import to_json
from perpbox.journal import open_journal
from perpbox.message import Request
from tests.api.exchange import CATALOGUE, HOUR, MINUTE, NOON, SECOND, Exchange
from tests.api.fields import AGGREGATE_TRADE, DAY_TICKER, TRADE
from tests.api.trader import Trader, open_trader

BTC: Final = "symbol=BTCUSDT"
KLINES: Final = "/fapi/v1/klines"
CONTINUOUS: Final = "/fapi/v1/continuousKlines"
AGGREGATES: Final = "/fapi/v1/aggTrades"
OLDER: Final = "/fapi/v1/historicalTrades"
DAY: Final = "/fapi/v1/ticker/24hr"

FIRST_MINUTE: Final = [
    NOON,
    "50000.10",
    "50000.10",
    "49999.90",
    "49999.90",
    "0.300",
    NOON + MINUTE - 1,
    "15000.01000",
    2,
    "0.200",
    "10000.02000",
    "0",
]


def flat(opens: int) -> list[Any]:
    zeros = ["0.000", opens + MINUTE - 1, "0.00000", 0, "0.000", "0.00000", "0"]
    return [opens, *["49999.90"] * 4, *zeros]


def trade(alice: Trader) -> None:
    """A buy at noon, a sale a second later, another buy after three minutes."""
    exchange = alice.exchange
    alice.market("BUY", "0.2")
    exchange.pass_time(SECOND)
    alice.market("SELL", "0.1")
    exchange.pass_time(3 * MINUTE - SECOND)
    alice.market("BUY", "0.1")


def opens(exchange: Exchange, query: str, path: str = KLINES) -> list[float]:
    """Minutes after noon at which the klines open."""
    return [(row[0] - NOON) / MINUTE for row in exchange.get(path, query)]


# Klines


def test_klines_have_no_gap_and_begin_with_the_first_trade(alice: Trader) -> None:
    trade(alice)
    exchange = alice.exchange
    exchange.pass_time(30 * SECOND)
    rows = exchange.get(KLINES, f"{BTC}&interval=1m")
    assert rows[:3] == [FIRST_MINUTE, flat(NOON + MINUTE), flat(NOON + 2 * MINUTE)]
    assert len(rows) == 4
    assert rows[3][:6] == [NOON + 3 * MINUTE, *["50000.10"] * 4, "0.100"]
    for again in (exchange, exchange.restarted()):
        assert again.get(KLINES, f"{BTC}&interval=1m") == rows
        asked = "pair=BTCUSDT&contractType=PERPETUAL&interval=1m"
        assert again.get(CONTINUOUS, asked) == rows


def test_klines_from_a_time_to_a_time(alice: Trader) -> None:
    """They open at the start or later and at the end or earlier."""
    trade(alice)
    exchange = alice.exchange
    asked = f"{BTC}&interval=1m"
    assert opens(exchange, f"{asked}&limit=2") == [2, 3]
    assert opens(exchange, f"{asked}&startTime=0") == [0, 1, 2, 3]
    assert opens(exchange, f"{asked}&startTime=0&limit=2") == [0, 1]
    assert opens(exchange, f"{asked}&startTime={NOON + 1}") == [1, 2, 3]
    assert opens(exchange, f"{asked}&startTime={NOON + MINUTE}&limit=1") == [1]
    assert opens(exchange, f"{asked}&endTime={NOON + 2 * MINUTE}&limit=2") == [1, 2]
    assert opens(exchange, f"{asked}&startTime={NOON + 1}&endTime={NOON + MINUTE - 1}") == []
    assert opens(exchange, f"{asked}&startTime={NOON + HOUR}") == []
    assert opens(exchange, f"{asked}&endTime={2**62}") == [0, 1, 2, 3]
    assert opens(exchange, f"{asked}&endTime=0") == []
    exchange.pass_time(2000 * MINUTE)
    assert len(opens(exchange, f"{asked}&limit=9999")) == 1500
    assert len(opens(exchange, asked)) == 500


def test_before_any_trade_there_are_no_klines(exchange: Exchange) -> None:
    for interval in ("1m", "1d", "1M"):
        assert exchange.get(KLINES, f"symbol=ETHUSDC&interval={interval}") == []
        assert exchange.get(KLINES, f"symbol=ETHUSDC&interval={interval}&startTime=0") == []


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        (KLINES, "interval=1m", -1102),
        (KLINES, BTC, -1102),
        (KLINES, f"{BTC}&interval=1s", -1120),
        (KLINES, f"{BTC}&interval=2m", -1120),
        (KLINES, "symbol=NONE&interval=2m", -1121),
        (KLINES, f"{BTC}&interval=1m&limit=0", -1130),
        (KLINES, f"{BTC}&interval=1m&startTime=x", -1130),
        (KLINES, f"{BTC}&interval=1m&startTime=2&endTime=1", -1023),
        (CONTINUOUS, "contractType=PERPETUAL&interval=1m", -1102),
        (CONTINUOUS, "pair=BTCUSDT&interval=1m", -1102),
        (CONTINUOUS, "pair=BTCUSDT&contractType=PERPETUAL", -1102),
        (CONTINUOUS, "pair=BTCUSDT&contractType=WEEKLY&interval=1m", -4104),
        (CONTINUOUS, "pair=BTCUSDT&contractType=NEXT_QUARTER&interval=1m", -1121),
        (CONTINUOUS, "pair=NONE&contractType=PERPETUAL&interval=1m", -4144),
        (AGGREGATES, "limit=5", -1102),
        (AGGREGATES, "symbol=NONE", -1121),
        (AGGREGATES, f"{BTC}&fromId=x", -1130),
        (AGGREGATES, f"{BTC}&startTime=0&endTime=3600001", -1127),
        (AGGREGATES, f"{BTC}&startTime=2&endTime=1", -1023),
        (DAY, "symbol=NONE", -1121),
    ],
)
def test_what_is_refused(exchange: Exchange, path: str, query: str, code: int) -> None:
    assert exchange.ask("GET", path, query).refusal == (400, code)


# Aggregate trades


def test_aggregates_are_fills_of_one_price_and_side(alice: Trader) -> None:
    exchange = alice.exchange
    for _ in range(3):
        alice.market("BUY", "0.1")
    exchange.pass_time(100)
    alice.market("BUY", "0.1")
    alice.market("SELL", "0.1")
    rows = exchange.get(AGGREGATES, BTC)
    assert all(list(row) == AGGREGATE_TRADE for row in rows)
    assert rows[0] == {
        "a": 1,
        "p": "50000.10",
        "q": "0.300",
        "f": 1,
        "l": 3,
        "T": NOON,
        "m": False,
    }
    assert [(row["a"], row["f"], row["l"], row["m"]) for row in rows[1:]] == [
        (2, 4, 4, False),
        (3, 5, 5, True),
    ]
    for query, wanted in (
        ("limit=2", [2, 3]),
        ("fromId=2", [2, 3]),
        ("fromId=1&limit=1", [1]),
        ("fromId=0", [1, 2, 3]),
        ("fromId=4", []),
        ("startTime=0", [1, 2, 3]),
        (f"startTime={NOON + 1}", [2, 3]),
        (f"startTime={NOON + 100}&limit=1", [2]),
        (f"endTime={NOON + 99}", [1]),
        (f"endTime={NOON + 100}&limit=2", [2, 3]),
        (f"startTime={NOON}&endTime={NOON + HOUR}", [1, 2, 3]),
        (f"startTime={NOON + 1}&endTime={NOON + 99}", []),
        (f"fromId=3&startTime={NOON}", [3]),
        (f"endTime={NOON - 1}", []),
    ):
        for again in (exchange, exchange.restarted()):
            told = again.get(AGGREGATES, f"{BTC}&{query}")
            assert [row["a"] for row in told] == wanted, query
    assert exchange.get(AGGREGATES, "symbol=ETHUSDC") == []


def test_aggregates_are_kept_for_a_year(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    exchange = alice.exchange
    exchange.pass_time(365 * 24 * HOUR)
    assert len(exchange.get(AGGREGATES, BTC)) == 1
    exchange.pass_time(1)
    for query in ("", "&fromId=1", "&startTime=0"):
        assert exchange.get(AGGREGATES, BTC + query) == []


# Older trades


def older(alice: Trader, query: str) -> list[int]:
    """With the key alone."""
    answer = alice.exchange.answer(
        Request("GET", OLDER, f"{BTC}{query}".encode(), headers=alice.headers)
    )
    assert answer.status == 200
    assert all(list(row) == TRADE for row in answer.json)
    return [row["id"] for row in answer.json]


def test_older_trades_need_a_key_and_no_signature(alice: Trader) -> None:
    for _ in range(3):
        alice.market("BUY", "0.01")
    assert older(alice, "") == [1, 2, 3]
    assert older(alice, "&limit=2") == [2, 3]
    assert older(alice, "&fromId=2") == [2, 3]
    assert older(alice, "&fromId=1&limit=2") == [1, 2]
    assert older(alice, "&limit=9999") == [1, 2, 3]
    assert alice.exchange.ask("GET", OLDER, BTC).refusal == (401, -2014)
    alice.exchange.pass_time(90 * 24 * HOUR + 1)
    assert older(alice, "") == older(alice, "&fromId=1") == []


# The last day


def test_the_last_day(alice: Trader) -> None:
    trade(alice)
    exchange = alice.exchange
    row = exchange.get(DAY, BTC)
    assert list(row) == DAY_TICKER
    assert row == {
        "symbol": "BTCUSDT",
        "priceChange": "0.00",
        "priceChangePercent": "0.000",
        "weightedAvgPrice": "50000.05",
        "lastPrice": "50000.10",
        "lastQty": "0.100",
        "openPrice": "50000.10",
        "highPrice": "50000.10",
        "lowPrice": "49999.90",
        "volume": "0.400",
        "quoteVolume": "20000.02000",
        "openTime": NOON + 3 * MINUTE - 24 * HOUR,
        "closeTime": NOON + 3 * MINUTE,
        "firstId": 1,
        "lastId": 3,
        "count": 3,
    }
    assert exchange.restarted().get(DAY, BTC) == row
    exchange.pass_time(24 * HOUR - 2 * MINUTE)
    later = exchange.get(DAY, BTC)
    assert (later["count"], later["firstId"], later["closeTime"]) == (1, 3, NOON + 3 * MINUTE)
    exchange.pass_time(24 * HOUR)
    later = exchange.get(DAY, BTC)
    assert (later["count"], later["firstId"], later["lastId"]) == (0, -1, -1)
    assert (later["openPrice"], later["lastPrice"], later["volume"]) == (
        "50000.10",
        "50000.10",
        "0.000",
    )


def test_every_symbol_has_a_last_day(alice: Trader) -> None:
    """Without a trade the price is the last one, as `ticker/price` has it."""
    alice.market("BUY", "0.1")
    exchange = alice.exchange
    rows = exchange.get(DAY)
    assert [row["symbol"] for row in rows] == list(CATALOGUE.symbols)
    prices = exchange.get("/fapi/v1/ticker/price")
    assert [row["lastPrice"] for row in rows] == [row["price"] for row in prices]
    assert [row["count"] for row in rows if row["symbol"] == "ETHUSDC"] == [0]


def test_over_a_journal_in_a_file(tmp_path: Path) -> None:
    """What is not written yet is told as well, each trade once."""
    with open_journal(tmp_path / "journal", to_json(CATALOGUE)) as journal:
        trader = open_trader(Exchange(journal))
        exchange = trader.exchange
        for number in range(1, 30):
            trader.market("BUY", "0.1")
            trader.market("SELL", "0.1")
            exchange.pass_time(SECOND)
            (kline,) = exchange.get(KLINES, f"{BTC}&interval=1h")
            assert kline[8] == exchange.get(DAY, BTC)["count"] == 2 * number
            assert len(exchange.get(AGGREGATES, BTC)) == 2 * number
        (kline,) = exchange.restarted().get(KLINES, f"{BTC}&interval=1h")
        assert kline[8] == 58
