"""What the venue does with a recording: its trades, prices, quotes and funding, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from perpbox.account import BUY, SELL, OrderType, PositionSide, Side
from perpbox.engine.commands import FollowMarket, OpenAccount, PlaceOrder
from perpbox.engine.events import FundingSettled, OrderFilled, PriceMoved
from perpbox.engine.ladder import LadderTerms
from perpbox.feed.recorded import RecordedTerms, RecordingError, open_recorded
from perpbox.feed.recorded.feed import RecordedFeed
from perpbox.feed.recorded.streams import Happening, Part, Stream
from perpbox.money import Millis, parse, text_short
from tests.feed.recorded.dumps import (
    AGG_TRADES,
    BOOK_TICKER,
    DAY,
    FUNDING,
    HOUR,
    KLINES,
    MINUTE,
    START,
    TRADES,
    Stage,
    agg_trade,
    kline,
    write,
)
from tests.worlds import CATALOGUE


def place(stage: Stage, side: Side, quantity: str, price: str, symbol: str = "BTCUSDT") -> None:
    account = stage.venue.submit(OpenAccount("trader", {"USDT": parse("1000000")})).account_id
    order = PlaceOrder(
        account,
        symbol,
        side,
        PositionSide.BOTH,
        OrderType.LIMIT,
        parse(quantity),
        parse(price),
    )
    stage.venue.submit(order)


def fills(stage: Stage) -> list[tuple[Millis, str, str]]:
    return [
        (time, text_short(event.quantity), text_short(event.price))
        for time, event in stage.events(OrderFilled)
        if isinstance(event, OrderFilled)
    ]


def aggregates(tmp_path: Path, *rows: tuple[Millis, str, str, str], name: str = "BTCUSDT") -> Path:
    lines = [agg_trade(number, *row) for number, row in enumerate(rows, 1)]
    return write(tmp_path / f"{name}-aggTrades-2024-01.csv", AGG_TRADES, *lines)


def test_trades_happen_in_their_order_at_their_time(tmp_path: Path) -> None:
    path = aggregates(
        tmp_path,
        (0, "buys", "0.5", "50000.1"),
        (250, "sells", "0.1", "50000"),
        (290, "sells", "0.2", "49999.9"),
        (300, "buys", "0.3", "50000"),
    )
    stage = Stage([path])
    assert stage.feed.first_time == START
    stage.run()
    assert stage.trades() == [
        (0, "buys", "0.5", "50000.1"),
        (290, "sells", "0.1", "50000"),
        (290, "sells", "0.2", "49999.9"),
        (300, "buys", "0.3", "50000"),
    ]


def test_a_step_may_be_longer_but_never_leaves_its_minute(tmp_path: Path) -> None:
    rows = [(at, "buys", "1", "50000") for at in (MINUTE - 300, MINUTE - 1, MINUTE, MINUTE + 70)]
    stage = Stage([aggregates(tmp_path, *rows)], RecordedTerms(step=MINUTE))
    stage.run()
    times = [time for time, *_ in stage.trades()]
    assert times == [MINUTE - 1, MINUTE - 1, MINUTE + 70, MINUTE + 70]


def test_symbols_are_merged_by_time_and_move_in_one_command(tmp_path: Path) -> None:
    btc = aggregates(tmp_path, (0, "buys", "1", "50000"), (5000, "buys", "1", "50001"))
    doge = aggregates(
        tmp_path, (30, "buys", "9", "0.1"), (2000, "buys", "9", "0.2"), name="DOGEUSDT"
    )
    stage = Stage([btc, doge])
    stage.run()
    told = [
        (time, [move.symbol for move in command.moves])
        for time, command in stage.commands(FollowMarket)
        if isinstance(command, FollowMarket)
    ]
    assert told == [(30, ["BTCUSDT", "DOGEUSDT"]), (2000, ["DOGEUSDT"]), (5000, ["BTCUSDT"])]


def test_files_of_one_symbol_follow_one_another(tmp_path: Path) -> None:
    january = write(tmp_path / "BTCUSDT-trades-2024-01.zip", TRADES, f"1,50000,1,1,{START},true")
    february = write(tmp_path / "BTCUSDT-trades-2024-02.csv", f"2,50001,1,1,{START + HOUR},false")
    stage = Stage([february, january])
    stage.run()
    assert stage.trades() == [(0, "sells", "1", "50000"), (HOUR, "buys", "1", "50001")]


def test_trades_are_taken_from_what_tells_most(tmp_path: Path) -> None:
    single = write(tmp_path / "BTCUSDT-trades-2024-01.csv", f"1,50000,1,1,{START},true")
    bars = write(tmp_path / "BTCUSDT-1m-2024-01.csv", kline(0, "50000 50010 49990 50000"))
    stage = Stage([bars, aggregates(tmp_path, (0, "buys", "2", "50000")), single])
    stage.run()
    assert stage.trades() == [(0, "sells", "1", "50000")]


def test_the_finest_bars_are_played(tmp_path: Path) -> None:
    minutes = write(tmp_path / "BTCUSDT-1m-2024-01.csv", kline(0, "50000 50010 49990 50000"))
    hour = kline(0, "50000 50900 49000 50000").replace(str(START + MINUTE - 1), str(START + HOUR))
    stage = Stage([write(tmp_path / "BTCUSDT-1h-2024-01.csv", hour), minutes])
    assert stage.feed.last_time == START + MINUTE - 1


def test_without_a_mark_price_it_is_the_last_trades(tmp_path: Path) -> None:
    stage = Stage([aggregates(tmp_path, (0, "buys", "1", "50123.4"))])
    stage.run()
    market = stage.venue.state.markets["BTCUSDT"]
    assert (market.mark, market.index, market.middle) == (parse("50123.4"),) * 3
    bid, ask = market.best_price(BUY), market.best_price(SELL)
    assert (bid, ask) == (parse("50123.3"), parse("50123.5"))


def test_mark_and_index_price_follow_their_own_bars(tmp_path: Path) -> None:
    prices = "50000 50500 49500 50100"
    trade = aggregates(tmp_path, (0, "buys", "1", "50007"), (MINUTE - 1, "buys", "1", "50008"))
    mark = write(tmp_path / "markPriceKlines/BTCUSDT-1m-2024-01.csv", kline(0, prices, "0"))
    mark.write_text(KLINES + "\n" + kline(0, prices, "0", bought="0"))
    index = tmp_path / "indexPriceKlines" / "BTCUSDT-1m-2024-01.csv"
    write(index, kline(0, "50010 50600 49600 50200", "0", bought="0"))
    stage = Stage([trade, mark, index])
    stage.run()
    market = stage.venue.state.markets["BTCUSDT"]
    assert (market.mark, market.index) == (parse("50100"), parse("50200"))
    assert market.middle == parse("50008")
    marks = [e.mark for _, e in stage.events(PriceMoved, "BTCUSDT") if isinstance(e, PriceMoved)]
    assert (max(marks), min(marks)) == (parse("50500"), parse("49500"))


def test_without_trades_the_ladder_follows_the_mark_price(tmp_path: Path) -> None:
    row = kline(0, "50000 50500 49500 50100", "0", bought="0")
    stage = Stage([write(tmp_path / "BTCUSDT-markPriceKlines-1m-2024-01.csv", row)])
    stage.run()
    market = stage.venue.state.markets["BTCUSDT"]
    assert market.best_price(BUY) == parse("50099.9")
    assert stage.trades() == []


def test_resting_orders_meet_the_trades_behind_the_queue(tmp_path: Path) -> None:
    """At 49 994.9 the ladder around 50 000 holds two bitcoin."""
    rows = [
        (0, "buys", "1", "50000"),
        (1000, "sells", "1.9", "49994.9"),
        (2000, "sells", "0.3", "49994.9"),
        (3000, "sells", "0.1", "49994.8"),
    ]
    stage = Stage([aggregates(tmp_path, *rows)], RecordedTerms(ladder=LadderTerms(queued=True)))
    stage.run(500)
    place(stage, BUY, "0.3", "49994.9")
    stage.run()
    assert [(time, quantity) for time, quantity, _ in fills(stage)] == [
        (2000, "0.2"),
        (3000, "0.1"),
    ]


def test_best_quotes_are_quoted_exactly_and_are_the_queue(tmp_path: Path) -> None:
    quotes = [
        f"1,49999.90,0.400,50000.30,2.5,{START},{START}",
        f"5,49999.90,7.000,50000.30,2.5,{START + 900},{START + 900}",
        f"6,49999.80,7.000,49999.85,0.05,{START + 5000},{START + 5000}",
    ]
    book = write(tmp_path / "BTCUSDT-bookTicker-2024-01.csv", BOOK_TICKER, *quotes)
    trade = aggregates(
        tmp_path, (1000, "sells", "0.3", "49999.9"), (2000, "sells", "0.2", "49999.9")
    )
    stage = Stage([book, trade])
    stage.run(500)
    market = stage.venue.state.markets["BTCUSDT"]
    assert market.depth(BUY, 1) == [(parse("49999.9"), parse("0.4"))]
    assert market.depth(SELL, 1) == [(parse("50000.3"), parse("2.5"))]
    place(stage, BUY, "0.3", "49999.9")
    stage.run()
    assert fills(stage) == [(2000, "0.1", "49999.9"), (5000, "0.05", "49999.9")]


def test_best_quotes_alone_fill_what_they_reach(tmp_path: Path) -> None:
    quotes = [
        f"1,50000,1,50000.2,1,{START},{START}",
        f"2,49990,1,49990.2,0.1,{START + 1000},{START + 1000}",
    ]
    stage = Stage([write(tmp_path / "BTCUSDT-bookTicker-2024-01.csv", *quotes)])
    stage.run(500)
    place(stage, BUY, "0.1", "49995")
    stage.run()
    assert fills(stage) == [(1000, "0.1", "49995")]
    assert stage.venue.state.marks["BTCUSDT"] == parse("49990.1")


def test_inside_a_bar_an_order_fills_and_outside_it_does_not(tmp_path: Path) -> None:
    rows = [kline(at * MINUTE, "50000 50040 49960 50000") for at in range(2)]
    path = write(tmp_path / "BTCUSDT-1m-2024-01.csv", KLINES, *rows)
    stage = Stage([path])
    stage.run(MINUTE - 1)
    place(stage, BUY, "0.01", "49960.1")
    place(stage, SELL, "0.01", "50039.9")
    place(stage, BUY, "0.01", "49959.9")
    place(stage, SELL, "0.01", "50040.1")
    stage.run()
    assert sorted(price for _, _, price in fills(stage)) == ["49960.1", "50039.9"]


def test_rates_are_settled_as_recorded_and_the_formulas_where_none_is(tmp_path: Path) -> None:
    rows = [
        f"{START},8,0.00037409",
        f"{START + 8 * HOUR + 5},8,-0.00027213",
        f"{START + 24 * HOUR},8,0.00033601",
    ]
    funding = write(tmp_path / "BTCUSDT-fundingRate-2024-01.csv", FUNDING, *rows)
    trade = aggregates(tmp_path, *((at * HOUR, "buys", "1", "50000") for at in range(0, 34, 2)))
    stage = Stage([funding, trade])
    stage.run()
    settled = [
        (time // HOUR, event.rate)
        for time, event in stage.events(FundingSettled, "BTCUSDT")
        if isinstance(event, FundingSettled)
    ]
    by_formula = parse("0.0001")
    assert settled == [
        (8, parse("-0.00027213")),
        (16, by_formula),
        (24, parse("0.00033601")),
        (32, by_formula),
    ]


def test_an_interval_may_change_with_the_file(tmp_path: Path) -> None:
    rows = [f"{START + at * HOUR},{hours},0.0{at}" for at, hours in ((8, 8), (12, 4), (16, 4))]
    funding = write(tmp_path / "BTCUSDT-fundingRate-2024-01.csv", FUNDING, *rows)
    trade = aggregates(tmp_path, (0, "buys", "1", "50000"), (17 * HOUR, "buys", "1", "50000"))
    stage = Stage([funding, trade])
    stage.run()
    settled = [
        (time // HOUR, text_short(event.rate))
        for time, event in stage.events(FundingSettled, "BTCUSDT")
        if isinstance(event, FundingSettled)
    ]
    assert settled == [(8, "0.08"), (12, "0.012"), (16, "0.016")]


def test_the_same_recording_gives_the_same_lines(tmp_path: Path) -> None:
    rows = [kline(at * MINUTE, "50000 50040 49960 50000") for at in range(9)]
    path = write(tmp_path / "BTCUSDT-1m-2024-01.csv", KLINES, *rows)
    whole, bitwise = Stage([path]), Stage([path])
    whole.run()
    for at in range(0, 9 * MINUTE, 1700):
        bitwise.run(at)
    bitwise.run()
    assert whole.trades() == bitwise.trades()


def test_a_recording_may_be_moved_by_whole_days(tmp_path: Path) -> None:
    path = aggregates(tmp_path, (5 * HOUR, "buys", "1", "50000"), (6 * HOUR, "buys", "1", "50000"))
    for start, moved in ((START + 10 * DAY, 10), (START - 3 * DAY + 6 * HOUR, -2)):
        feed = open_recorded([path], CATALOGUE, RecordedTerms(start=start))
        assert feed.first_time == START + moved * DAY + 5 * HOUR
        assert feed.last_time == START + moved * DAY + 6 * HOUR
        assert feed.next_time == feed.first_time


def test_a_venue_that_was_here_before_goes_on(tmp_path: Path) -> None:
    rows = [(at, "buys", "1", f"5000{at // 1000}") for at in (0, 1000, 2000, 3000)]
    stage = Stage([aggregates(tmp_path, *rows)], after=START + 1500)
    stage.run()
    assert [time for time, *_ in stage.trades()] == [2000, 3000]


def test_a_recording_that_is_over_already_moves_nothing(tmp_path: Path) -> None:
    path = aggregates(tmp_path, (0, "buys", "1", "50000"))
    assert open_recorded([path], CATALOGUE, after=START + 1).next_time is None


def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    rows = [(at, "buys", "1", "50000") for at in range(25_000)]
    path = aggregates(tmp_path, *rows)
    other = aggregates(tmp_path, (0, "buys", "1", "0.1"), name="DOGEUSDT")
    told: list[tuple[int, int]] = []
    open_recorded([path, other], CATALOGUE, progress=lambda *bytes_: told.append(bytes_))
    total = path.stat().st_size + other.stat().st_size
    assert len(told) == 4
    assert told == sorted(told)
    assert told[-1] == (total, total)
    assert {of for _, of in told} == {total}


@pytest.mark.parametrize(
    "terms",
    [
        RecordedTerms(step=0),
        RecordedTerms(step=7000),
        RecordedTerms(bar_trades=0),
        RecordedTerms(ladder=LadderTerms(levels=501)),
    ],
)
def test_settings_that_are_none_are_refused(terms: RecordedTerms) -> None:
    with pytest.raises(RecordingError):
        open_recorded([], CATALOGUE, terms)


def test_a_feed_holds_one_moment_at_a_time() -> None:
    read: list[int] = []

    def happenings() -> Iterator[Happening]:
        for at in range(10**9):
            read.append(at)
            yield START + at * 1000, (BUY, parse("50000"), parse("1"))

    stream = Stream(CATALOGUE.symbols["BTCUSDT"], Part.PRINTS, happenings())
    feed = RecordedFeed([stream], RecordedTerms(), START, START)
    for _ in range(5):
        feed.take(START + DAY)
    assert len(read) <= 8
