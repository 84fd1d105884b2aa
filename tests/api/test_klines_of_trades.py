"""Klines are what the aggregate trades say, over all intervals, also once trades were given up."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from perpbox.instrument import to_json
from perpbox.journal import Journal, open_journal
from perpbox.journal.retention import Retention
from perpbox.money import parse, text_at
from perpbox.tape import Interval
from tests.api.exchange import CATALOGUE, DAY, HOUR, MINUTE, NOON, SECOND, Exchange
from tests.api.trader import open_trader
from tests.tape.opinion import bounds

BTC: Final = "symbol=BTCUSDT"
INTERVALS: Final = [interval.value for interval in Interval if interval is not Interval.SECOND]
GAPS: Final = (0, 90, SECOND, MINUTE - 1, MINUTE, 17 * MINUTE, HOUR, 5 * HOUR, 2 * DAY, 9 * DAY)


def klines(exchange: Exchange, interval: str, wanted: list[Any]) -> list[Any]:
    """Those that begin when the wanted ones do, and of the latest ones what was traded in."""
    path, asked = "/fapi/v1/klines", f"{BTC}&interval={interval}"
    latest = [row for row in exchange.get(path, f"{asked}&limit=1500") if row[8]]
    assert latest == wanted[len(wanted) - len(latest) :]
    pages = [exchange.get(path, f"{asked}&startTime={row[0]}&limit=1") for row in wanted]
    return [row for page in pages for row in page]


def aggregates(exchange: Exchange) -> list[Any]:
    rows: list[Any] = []
    while page := exchange.get(
        "/fapi/v1/aggTrades", f"{BTC}&fromId={rows[-1]['a'] + 1 if rows else 1}&limit=1000"
    ):
        rows += page
    return rows


def of_aggregates(rows: list[Any], interval: str) -> list[Any]:
    """The klines in which something was traded, by plain counting."""
    candles: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        candles.setdefault(bounds(interval, row["T"]), []).append(row)
    return [_kline(*times, inside) for times, inside in candles.items()]


def _kline(opened: int, closed: int, rows: list[Any]) -> list[Any]:
    prices = [parse(row["p"]) for row in rows]
    bought = [row for row in rows if not row["m"]]
    return [
        opened,
        text_at(prices[0], 2),
        text_at(max(prices), 2),
        text_at(min(prices), 2),
        text_at(prices[-1], 2),
        _volume(rows),
        closed,
        _quote_volume(rows),
        sum(row["l"] - row["f"] + 1 for row in rows),
        _volume(bought),
        _quote_volume(bought),
        "0",
    ]


def _volume(rows: list[Any]) -> str:
    return text_at(sum(parse(row["q"]) for row in rows), 3)


def _quote_volume(rows: list[Any]) -> str:
    worth = sum(parse(row["q"]) * parse(row["p"]) for row in rows)
    return text_at(worth // 10**8, 5)


def trade(exchange: Exchange, dice: Random, count: int) -> None:
    trader = open_trader(exchange, USDT="100000000")
    for _ in range(count):
        if not dice.randrange(3):
            exchange.move(BTCUSDT=str(dice.randint(49_000, 51_000)))
        trader.market(dice.choice(("BUY", "SELL")), f"0.{dice.randint(1, 9)}")
        exchange.pass_time(dice.choice(GAPS))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("place", ["memory", "file"])
def test_klines_are_made_of_the_aggregate_trades(place: str, seed: int, tmp_path: Path) -> None:
    name = ":memory:" if place == "memory" else str(tmp_path / "journal")
    with open_journal(name, to_json(CATALOGUE)) as journal:
        exchange = Exchange(journal)
        trade(exchange, Random(seed), 60)
        rows = aggregates(exchange)
        wanted = {interval: of_aggregates(rows, interval) for interval in INTERVALS}
        day = exchange.get("/fapi/v1/ticker/24hr", BTC)
        for interval in INTERVALS:
            assert klines(exchange, interval, wanted[interval]) == wanted[interval]
        _give_up(journal, exchange)
        assert len(aggregates(exchange)) == 1
        for again in (exchange, exchange.restarted()):
            assert again.get("/fapi/v1/ticker/24hr", BTC) == day
            for interval in INTERVALS:
                assert klines(again, interval, wanted[interval]) == wanted[interval]


def _give_up(journal: Journal, exchange: Exchange) -> None:
    """All trades, but for the last, which is kept."""
    journal.give_up(Retention(tape=0), exchange.now + 1)
    journal.flush()


def test_candles_have_an_age_of_their_own(tmp_path: Path) -> None:
    for name in (":memory:", str(tmp_path / "journal")):
        with open_journal(name, to_json(CATALOGUE)) as journal:
            exchange = Exchange(journal)
            trader = open_trader(exchange, USDT="1000000")
            for _ in range(5):
                trader.market("BUY", "0.1")
                exchange.pass_time(DAY)
            journal.give_up(Retention(candles=3 * DAY), exchange.now)
            journal.flush()
            told = exchange.restarted().get("/fapi/v1/klines", f"{BTC}&interval=1d&startTime=0")
            opens = Interval.DAY.open_time(NOON)
            assert [row[0] for row in told] == [opens + n * DAY for n in range(2, 6)]
