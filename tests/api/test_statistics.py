"""Open interest, longs and shorts, takers and basis: what was at the end of every five minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.api.limits import STATISTICS_REQUESTS, Limits
from perpbox.engine.events import HoldingSampled
from perpbox.instrument import to_json
from perpbox.journal import open_journal
from perpbox.journal.retention import Retention
from tests.api.exchange import CATALOGUE, DAY, HOUR, MINUTE, NOON, SECOND, Exchange
from tests.api.trader import Trader, open_trader

BTC: Final = "symbol=BTCUSDT"
FIVE: Final = f"{BTC}&period=5m"
NOW: Final = "/fapi/v1/openInterest"
PAST: Final = "/futures/data/openInterestHist"
ALL: Final = "/futures/data/globalLongShortAccountRatio"
TOP_ACCOUNTS: Final = "/futures/data/topLongShortAccountRatio"
TOP_POSITIONS: Final = "/futures/data/topLongShortPositionRatio"
TAKERS: Final = "/futures/data/takerlongshortRatio"
BASIS: Final = "/futures/data/basis"
PAIR: Final = "pair=BTCUSDT&contractType=PERPETUAL"


def asked(trader: Trader, path: str, query: str) -> Any:
    """With a key, which some of them need."""
    answer = trader.exchange.ask("GET", path, query, headers=trader.headers)
    assert answer.status == 200, answer.body
    return answer.json


def figures(rows: list[Any], name: str) -> list[Any]:
    return [row[name] for row in rows]


def test_open_interest_is_what_all_are_long(alice: Trader, bob: Trader) -> None:
    exchange = alice.exchange
    assert exchange.get(NOW, BTC)["openInterest"] == "0.000"
    alice.market("BUY", "0.3")
    bob.market("SELL", "0.1")
    exchange.pass_time(SECOND)
    told = exchange.get(NOW, BTC)
    assert told == {"openInterest": "0.300", "symbol": "BTCUSDT", "time": told["time"]}
    assert NOON <= told["time"] <= exchange.now
    bob.market("SELL", "0.4")
    assert exchange.get(NOW, BTC)["openInterest"] == "0.500"
    assert exchange.restarted().get(NOW, BTC)["openInterest"] == "0.500"


def test_what_was_held_at_the_end_of_every_five_minutes(alice: Trader, bob: Trader) -> None:
    """Whatever happens right then comes after, and what no turn has told of is there too."""
    exchange = alice.exchange
    exchange.move(BTCUSDT="50000")
    alice.market("BUY", "0.1")
    exchange.pass_time(5 * MINUTE)
    bob.market("SELL", "0.3")
    exchange.move(BTCUSDT="60000")
    exchange.clock.set(NOON + 11 * MINUTE)
    untold = exchange.get(PAST, FIVE)
    exchange.pass_time(SECOND)
    rows = exchange.get(PAST, FIVE)
    assert rows == untold
    assert rows == [
        {
            "symbol": "BTCUSDT",
            "sumOpenInterest": "0.10000000",
            "sumOpenInterestValue": "5000.00000000",
            "CMCCirculatingSupply": "0.00000000",
            "timestamp": NOON + 5 * MINUTE,
        },
        {
            "symbol": "BTCUSDT",
            "sumOpenInterest": "0.30000000",
            "sumOpenInterestValue": "18000.00000000",
            "CMCCirculatingSupply": "0.00000000",
            "timestamp": NOON + 10 * MINUTE,
        },
    ]
    assert exchange.restarted().get(PAST, FIVE) == rows


def test_a_sample_is_noted_only_where_it_differs(alice: Trader) -> None:
    exchange = alice.exchange
    alice.market("BUY", "0.1")
    for _ in range(50):
        exchange.pass_time(5 * MINUTE)
    noted = [
        event
        for line in exchange.journal.lines()
        for event in line.events
        if isinstance(event, HoldingSampled)
    ]
    assert [event.since for event in noted] == [NOON // (5 * MINUTE) + 1]
    rows = exchange.get(PAST, FIVE)
    assert figures(rows, "sumOpenInterest") == ["0.10000000"] * 30
    assert rows[-1]["timestamp"] == NOON + 250 * MINUTE
    assert len(exchange.get(PAST, f"{FIVE}&limit=500")) == 50
    assert len(exchange.get(PAST, f"{BTC}&period=1h")) == 4


def test_longs_and_shorts(alice: Trader, bob: Trader) -> None:
    exchange = alice.exchange
    rich = open_trader(exchange, "rich", USDT="1000000")
    alice.market("BUY", "0.1")
    bob.market("BUY", "0.1")
    rich.market("SELL", "0.2")
    exchange.pass_time(5 * MINUTE)
    (row,) = asked(alice, ALL, FIVE)
    assert row == {
        "symbol": "BTCUSDT",
        "longAccount": "0.6667",
        "longShortRatio": "2.0000",
        "shortAccount": "0.3333",
        "timestamp": NOON + 5 * MINUTE,
    }
    for path in (TOP_ACCOUNTS, TOP_POSITIONS):
        (row,) = asked(alice, path, FIVE)
        assert (row["longAccount"], row["longShortRatio"], row["shortAccount"]) == (
            "0.0000",
            "0.0000",
            "1.0000",
        )
        assert exchange.ask("GET", path, FIVE).refusal == (401, -2014)
    rich.market("BUY", "0.5")
    exchange.pass_time(5 * MINUTE)
    assert asked(alice, TOP_ACCOUNTS, FIVE)[-1]["longShortRatio"] == "10000.0000"


def test_takers_of_periods_that_are_over(alice: Trader) -> None:
    exchange = alice.exchange
    alice.market("BUY", "0.3")
    alice.market("SELL", "0.2")
    exchange.pass_time(4 * MINUTE)
    assert exchange.get(TAKERS, FIVE) == []
    exchange.pass_time(7 * MINUTE)
    assert exchange.get(TAKERS, FIVE) == [
        {
            "buySellRatio": "1.5000",
            "buyVol": "0.3000",
            "sellVol": "0.2000",
            "timestamp": NOON,
        },
        {
            "buySellRatio": "0.0000",
            "buyVol": "0.0000",
            "sellVol": "0.0000",
            "timestamp": NOON + 5 * MINUTE,
        },
    ]


def test_basis(alice: Trader) -> None:
    exchange = alice.exchange
    exchange.move(BTCUSDT="50000")
    exchange.pass_time(5 * MINUTE)
    alice.market("BUY", "0.3")
    exchange.pass_time(5 * MINUTE)
    first, second = exchange.get(BASIS, f"{PAIR}&period=5m")
    assert (first["futuresPrice"], first["basis"]) == ("50000.00", "0.00000000")
    assert second == {
        "indexPrice": "50000.00000000",
        "contractType": "PERPETUAL",
        "basisRate": "0.0000",
        "futuresPrice": "50000.10",
        "annualizedBasisRate": "",
        "basis": "0.10000000",
        "pair": "BTCUSDT",
        "timestamp": NOON + 10 * MINUTE,
    }


def test_times_and_limits(alice: Trader) -> None:
    exchange = alice.exchange
    alice.market("BUY", "0.1")
    exchange.pass_time(HOUR)

    def ends(query: str, path: str = PAST) -> list[float]:
        rows = exchange.get(path, f"{FIVE}&{query}")
        return [(row["timestamp"] - NOON) / MINUTE for row in rows]

    assert ends("limit=2") == [55, 60]
    assert ends("limit=2", TAKERS) == [50, 55]
    assert ends(f"startTime={NOON - DAY}&limit=2") == []
    assert ends(f"startTime={NOON}&limit=2") == [5]
    assert ends(f"startTime={NOON + 1}&limit=2") == [5, 10]
    assert ends(f"startTime={NOON + 5 * MINUTE}&endTime={NOON + 16 * MINUTE}") == [5, 10, 15]
    assert ends(f"startTime={NOON + 50 * MINUTE}", TAKERS) == [50, 55]
    assert ends(f"endTime={NOON + 16 * MINUTE}&limit=2") == [10, 15]
    exchange.pass_time(30 * DAY)
    assert ends(f"startTime={NOON + HOUR}&limit=1") == [60]


def test_they_are_kept_as_long_as_candles(tmp_path: Path) -> None:
    for name in (":memory:", str(tmp_path / "journal")):
        with open_journal(name, to_json(CATALOGUE)) as journal:
            exchange = Exchange(journal)
            trader = open_trader(exchange, USDT="1000000")
            for _ in range(4):
                trader.market("BUY", "0.1")
                exchange.pass_time(DAY)
            journal.give_up(Retention(candles=2 * DAY - HOUR), exchange.now)
            journal.flush()
            assert len(journal.history.holdings("BTCUSDT", 0, 2**62)) == 2
            rows = exchange.get(PAST, f"{BTC}&period=1d&limit=2")
            assert figures(rows, "sumOpenInterest") == ["0.30000000", "0.40000000"]
            basis = exchange.get(BASIS, f"{PAIR}&period=1d&limit=2")
            assert figures(basis, "timestamp") == figures(rows, "timestamp")


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        (NOW, "", -1102),
        (NOW, "symbol=NONE", -1121),
        (PAST, "period=5m", -1102),
        (PAST, BTC, -1102),
        (PAST, f"{BTC}&period=1m", -1130),
        (PAST, f"{BTC}&period=6d", -1130),
        (PAST, "symbol=NONE&period=5m", -1121),
        (PAST, f"{FIVE}&limit=0", -1130),
        (PAST, f"{FIVE}&startTime=2&endTime=1", -1023),
        (TAKERS, BTC, -1102),
        (BASIS, "contractType=PERPETUAL&period=5m", -1102),
        (BASIS, "pair=BTCUSDT&period=5m", -1102),
        (BASIS, "pair=BTCUSDT&contractType=NONE&period=5m", -4104),
        (BASIS, "pair=NONE&contractType=PERPETUAL&period=5m", -4144),
        (BASIS, "pair=BTCUSDT&contractType=NEXT_QUARTER&period=5m", -1121),
    ],
)
def test_what_is_refused(exchange: Exchange, path: str, query: str, code: int) -> None:
    assert exchange.ask("GET", path, query).refusal == (400, code)


def test_an_address_may_ask_each_a_thousand_times_in_five_minutes() -> None:
    exchange = Exchange(limits=Limits())
    for _ in range(STATISTICS_REQUESTS):
        assert exchange.ask("GET", PAST, FIVE).status == 200
    assert exchange.ask("GET", PAST, FIVE).refusal == (429, -1003)
    assert exchange.ask("GET", TAKERS, FIVE).status == 200
    exchange.pass_time(5 * MINUTE)
    assert exchange.ask("GET", PAST, FIVE).status == 200
