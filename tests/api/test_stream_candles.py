"""Candles and the rolling day as streams: what stands, and each candle once when it closes."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.api.streams.candles import MOST_AT_ONCE
from perpbox.api.streams.hub import TICK
from perpbox.tape import Interval
from tests.api.exchange import DAY, HOUR, MINUTE, NOON, SECOND, Exchange
from tests.api.listening import Connection
from tests.api.trader import Trader, open_trader

CANDLE: Final = "btcusdt@kline_1m"
CONTINUOUS: Final = "btcusdt_perpetual@continuousKline_1m"


def figures(message: Any) -> tuple[Any, ...]:
    return tuple(message["k"][name] for name in ("t", "n", "v", "c", "x"))


def test_a_candle_is_told_as_the_page_has_it(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    stream = Connection(exchange, f"/ws/{CANDLE}")
    exchange.at_rest = False
    exchange.quote("BTCUSDT", [("49999", "5")], [("50000.1", "0.1"), ("50001", "5")])
    alice.market("BUY", "0.3")
    bob.market("SELL", "0.1")
    exchange.tick(250)
    told = stream.message()
    assert list(told) == ["e", "E", "s", "k"]
    assert (told["e"], told["E"], told["s"]) == ("kline", NOON + 250, "BTCUSDT")
    assert told["k"] == {
        "t": NOON,
        "T": NOON + MINUTE - 1,
        "s": "BTCUSDT",
        "i": "1m",
        "f": 1,
        "L": 3,
        "o": "50000.10",
        "c": "49999.00",
        "h": "50001.00",
        "l": "49999.00",
        "v": "0.400",
        "n": 3,
        "x": False,
        "q": "20000.11000",
        "V": "0.300",
        "Q": "15000.21000",
        "B": "0",
    }


def test_a_continuous_candle_is_the_symbols_by_other_names(
    exchange: Exchange, alice: Trader
) -> None:
    stream = Connection(exchange, f"/stream?streams={CANDLE}/{CONTINUOUS}")
    alice.market("BUY", "0.3")
    one, other = (message["data"] for message in stream.messages())
    assert list(other) == ["e", "E", "ps", "ct", "k"]
    assert [other[name] for name in ("e", "ps", "ct")] == [
        "continuous_kline",
        "BTCUSDT",
        "PERPETUAL",
    ]
    assert other["k"] == {name: value for name, value in one["k"].items() if name != "s"}


def test_a_candle_closes_with_the_time(exchange: Exchange, alice: Trader) -> None:
    """Once, with all its trades, also those that were not told before."""
    stream = Connection(exchange, f"/ws/{CANDLE}")
    exchange.at_rest = False
    exchange.tick(MINUTE - TICK)
    alice.market("BUY", "0.1")
    assert stream.messages() == []
    exchange.tick(2 * SECOND)
    assert [figures(message) for message in stream.messages()] == [
        (NOON, 1, "0.100", "50000.10", True),
        (NOON + MINUTE, 0, "0.000", "50000.10", False),
    ]
    exchange.tick(MINUTE)
    assert [figures(message) for message in stream.messages()] == [
        (NOON + MINUTE, 0, "0.000", "50000.10", True),
        (NOON + 2 * MINUTE, 0, "0.000", "50000.10", False),
    ]


def test_a_candle_without_a_trade_has_the_ids_of_none(exchange: Exchange, alice: Trader) -> None:
    alice.market("BUY", "0.1")
    stream = Connection(exchange, f"/ws/{CANDLE}")
    exchange.pass_time(MINUTE)
    *_, flat = stream.messages()
    assert (flat["k"]["f"], flat["k"]["L"], flat["k"]["n"]) == (-1, -1, 0)


def test_candles_that_a_moved_clock_passes_over_close_one_by_one(
    exchange: Exchange, alice: Trader
) -> None:
    stream = Connection(exchange, f"/ws/{CANDLE}")
    alice.market("BUY", "0.1")
    stream.messages()
    exchange.pass_time(HOUR)
    told = [figures(message) for message in stream.messages()]
    assert [(t, n, x) for t, n, _, _, x in told] == [
        (NOON, 1, True),
        *((NOON + minute * MINUTE, 0, True) for minute in range(1, 60)),
        (NOON + HOUR, 0, False),
    ]


@pytest.mark.parametrize("names", [[CANDLE], [CANDLE, CONTINUOUS], [CANDLE] * 2])
def test_of_very_many_candles_the_last_thousand_close(
    exchange: Exchange, alice: Trader, names: list[str]
) -> None:
    """All streams together: a client is not cut off because the clock was moved by a month."""
    gone = Connection(exchange, "/ws/btcusdt@kline_3m/ethusdc@kline_1m")
    gone.leave()
    stream = Connection(exchange, f"/ws/{'/'.join(names)}")
    alice.market("BUY", "0.1")
    stream.messages()
    exchange.pass_time(30 * DAY)
    messages = stream.messages()
    most = MOST_AT_ONCE // len(set(names))
    expected = [exchange.now - back * MINUTE for back in range(most, 0, -1)]
    for event in {message["e"] for message in messages}:
        told = [figures(message) for message in messages if message["e"] == event]
        assert [t for t, _, _, _, x in told if x] == expected
        assert told[-1][0] == exchange.now


def test_a_candle_stays_open_while_something_of_its_time_is_still_due(
    exchange: Exchange, alice: Trader
) -> None:
    """What falls due is done a moment later, at its own time: it might have traded."""
    stream = Connection(exchange, f"/ws/{CANDLE}")
    alice.market("BUY", "0.1")
    exchange.at_rest = False
    due = NOON + 11 * MINUTE - 10
    alice.limit("BUY", "0.1", "49000", timeInForce="GTD", goodTillDate=due // SECOND * SECOND)
    exchange.pass_time(11 * MINUTE - SECOND - TICK)
    exchange.tick(250)
    stream.messages()
    exchange.clock.set(NOON + 11 * MINUTE + TICK)
    exchange.tick(250)
    assert stream.messages() == []
    exchange.venue.do_due()
    exchange.tick(250)
    assert [figures(message)[-1] for message in stream.messages()] == [True, False]


def test_a_late_listener_is_told_the_candle_that_the_others_were_told_last(
    exchange: Exchange, alice: Trader
) -> None:
    first = Connection(exchange, f"/ws/{CANDLE}")
    alice.market("BUY", "0.1")
    first.messages()
    exchange.at_rest = False
    exchange.clock.set(NOON + MINUTE)
    late = Connection(exchange, f"/ws/{CANDLE}")
    exchange.tick(250)
    told = [figures(message) for message in late.messages()]
    assert told == [
        (NOON, 1, "0.100", "50000.10", False),
        (NOON, 1, "0.100", "50000.10", True),
        (NOON + MINUTE, 0, "0.000", "50000.10", False),
    ]
    assert [figures(message) for message in first.messages()] == told[1:]


@pytest.mark.parametrize("name", ["1s", *(i.value for i in Interval if i.value != "1s")])
def test_every_interval_closes(exchange: Exchange, alice: Trader, name: str) -> None:
    stream = Connection(exchange, f"/ws/btcusdt_perpetual@continuousKline_{name}")
    alice.market("BUY", "0.1")
    stream.messages()
    interval = Interval(name)
    close_time = interval.close_time(interval.open_time(NOON))
    exchange.pass_time(close_time - NOON)
    assert not any(message["k"]["x"] for message in stream.messages())
    exchange.pass_time(1)
    closed, standing = stream.messages()
    assert (closed["k"]["T"], closed["k"]["x"], closed["k"]["n"]) == (close_time, True, 1)
    assert (standing["k"]["t"], standing["k"]["x"]) == (close_time + 1, False)


STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.sampled_from(("BUY", "SELL")), st.integers(1, 9)),
        st.tuples(st.just("move"), st.integers(49_000, 51_000), st.just(0)),
        st.tuples(st.just("pass"), st.integers(1, 150 * SECOND), st.just(0)),
        st.tuples(st.just("tick"), st.integers(1, 40), st.just(0)),
        st.tuples(st.just("push"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


@given(STEPS, st.booleans())
def test_each_candle_closes_once_as_the_tape_has_it(steps: list[Any], at_rest: bool) -> None:
    """And what stands is told whenever it has changed, never less than was told before."""
    exchange = Exchange()
    trader = open_trader(exchange, USDT="1000000")
    stream = Connection(exchange, f"/ws/{CANDLE}")
    exchange.at_rest = at_rest
    told: list[Any] = []
    for kind, one, other in steps:
        if kind == "trade":
            trader.market(one, f"0.{other}")
        elif kind == "move":
            exchange.move(BTCUSDT=str(one))
        elif kind == "pass":
            exchange.pass_time(one)
        elif kind == "tick" and not at_rest:
            exchange.tick(one * TICK)
        told += stream.messages()
    exchange.pass_time(MINUTE)
    if not at_rest:
        exchange.tick(SECOND)
        # A minute that is over just now is told at the stream's pace.
        while exchange.now % MINUTE < SECOND:
            exchange.tick(SECOND)
    told += stream.messages()
    last = Interval.MINUTE.open_time(exchange.now) - 1
    candles = list(exchange.tape.candles("BTCUSDT", Interval.MINUTE, NOON, last))
    closed = [message for message in told if message["k"]["x"]]
    assert [figures(m)[:2] for m in closed] == [(c.open_time, c.trades) for c in candles]
    places = [(m["k"]["t"], m["k"]["n"], m["k"]["x"]) for m in told]
    assert places == sorted(places)
    standing = [figures(m)[:3] for m in told if not m["k"]["x"]]
    assert len(standing) == len(set(standing))


# The rolling day.


def test_a_ticker_is_told_as_the_page_has_it(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    stream = Connection(exchange, "/stream?streams=btcusdt@ticker/btcusdt@miniTicker")
    exchange.quote("BTCUSDT", [("49000", "5")], [("50000", "5")])
    exchange.pass_time(5)
    alice.market("BUY", "0.3")
    exchange.pass_time(5)
    stream.messages()
    bob.market("SELL", "0.1")
    big, small = (message["data"] for message in stream.messages())
    mini = {"c": "49000.00", "o": "50000.00", "h": "50000.00", "l": "49000.00"}
    mini |= {"v": "0.400", "q": "19900.00000"}
    head = {"E": NOON + 10, "s": "BTCUSDT", "ps": "BTCUSDT", "st": 1}
    assert small == {"e": "24hrMiniTicker", **head, **mini}
    assert big == {
        "e": "24hrTicker",
        **head,
        **mini,
        "p": "-1000.00",
        "P": "-2.000",
        "w": "49750.00",
        "Q": "0.100",
        "O": NOON - DAY,
        "C": NOON + 10,
        "F": 1,
        "L": 2,
        "n": 2,
    }


def test_the_day_leaves_its_trades_behind(exchange: Exchange, alice: Trader) -> None:
    """Without a turn that trades: a ticker changes with the time too."""
    alice.market("BUY", "0.3")
    stream = Connection(exchange, "/ws/btcusdt@miniTicker")
    stream.messages()
    exchange.pass_time(DAY)
    assert stream.messages() == []
    exchange.pass_time(MINUTE)
    told = stream.message()
    assert (told["v"], told["q"], told["c"]) == ("0.000", "0.00000", "50000.10")


def test_only_tickers_that_have_changed_are_in_the_list(exchange: Exchange, alice: Trader) -> None:
    alice.market("BUY", "0.1")
    alice.market("BUY", "1000", symbol="ADAUSDT")
    stream = Connection(exchange, "/stream?streams=!ticker@arr/!miniTicker@arr")
    everything = [[row["s"] for row in message["data"]] for message in stream.messages()]
    assert everything == [list(exchange.state.markets)] * 2
    exchange.at_rest = False
    exchange.tick(SECOND)
    assert stream.messages() == []
    alice.market("BUY", "10", symbol="ADAUSDT")
    exchange.move(ETHUSDC="2501")
    exchange.tick(SECOND)
    changed = [[row["s"] for row in message["data"]] for message in stream.messages()]
    assert changed == [["ADAUSDT"]] * 2
    exchange.pass_time(MINUTE)
    exchange.tick(SECOND)
    changed = [[row["s"] for row in message["data"]] for message in stream.messages()]
    assert changed == [list(exchange.state.markets)]


def test_a_symbol_that_was_never_traded_has_a_ticker(exchange: Exchange) -> None:
    """As REST has; a last price that an operator sets is told."""
    exchange.last(BTCUSDT="50000")
    stream = Connection(exchange, "/stream?streams=btcusdt@ticker/btcusdt@miniTicker")
    for price in ("50000.00", "50123.00"):
        told = [message["data"] for message in stream.messages()]
        assert [(row["c"], row["v"]) for row in told] == [(price, "0.000")] * 2
        assert (told[0]["F"], told[0]["n"]) == (-1, 0)
        exchange.last(BTCUSDT="50123")


def test_streams_tell_what_rest_answers(exchange: Exchange, alice: Trader) -> None:
    alice.market("BUY", "3")
    exchange.pass_time(90 * SECOND)
    alice.market("SELL", "4")
    exchange.pass_time(MINUTE)
    names = "btcusdt@kline_5m/btcusdt@ticker"
    streamed = Connection(exchange, f"/stream?streams={names}")
    candle, day = (message["data"] for message in streamed.messages())
    (kline,) = exchange.get("/fapi/v1/klines", "symbol=BTCUSDT&interval=5m&limit=1")
    assert [candle["k"][name] for name in "tohlcvTqnVQB"] == kline
    ticker = exchange.get("/fapi/v1/ticker/24hr", "symbol=BTCUSDT")
    assert [day[name] for name in "spPwcQohlvqOCFLn"] == list(ticker.values())
