"""A recorded market of a process: where its clock starts, what is played, and how a read shows."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from perpbox.feed.clock import MANUAL, REAL
from perpbox.money import parse
from perpbox.server.background import running
from perpbox.server.compose import Parts, compose
from perpbox.server.reading import PAUSE, Bar, Lines
from perpbox.server.recording import open_recording
from perpbox.server.settings import RecordedSettings, Settings, Unusable
from tests.feed.recorded.dumps import AGG_TRADES, DAY, MINUTE, START, agg_trade, write
from tests.server.programs import ended
from tests.server.shell import Kept
from tests.server.test_feeds import status

PRICES = ("50000", "50010", "50020", "50030")


@pytest.fixture
def dump(tmp_path: Path) -> str:
    """A trade a minute, from the first of the year on."""
    rows = [
        agg_trade(number + 1, number * MINUTE, "buys", "0.1", price)
        for number, price in enumerate(PRICES)
    ]
    return str(write(tmp_path / "dumps" / "BTCUSDT-aggTrades-2024-01.zip", AGG_TRADES, *rows))


def last(parts: Parts) -> int:
    return parts.venue.state.markets["BTCUSDT"].last_price


def traded(parts: Parts) -> int:
    return parts.venue.state.markets["BTCUSDT"].aggregate.aggregate_id


def test_a_venue_starts_at_the_first_moment_and_replays(dump: str) -> None:
    for path in (dump, str(Path(dump).parent)):
        parts = compose(Settings(feed=(f"recorded:{path}",), clock="manual"))
        assert parts.venue.now() == START
        parts.venue.move_clock(START + 2 * MINUTE)
        assert last(parts) == parse("50020")
        assert traded(parts) == 3
        parts.close()


def test_one_that_starts_in_the_middle_has_no_part_in_what_was_before(dump: str) -> None:
    settings = Settings(feed=(f"recorded:{dump}",), clock="manual", start=START + 2 * MINUTE)
    parts = compose(settings)
    parts.venue.do_due()
    assert parts.venue.now() == START + 2 * MINUTE
    assert (last(parts), traded(parts)) == (parse("50020"), 1)
    parts.close()


def test_records_may_happen_on_another_day(dump: str) -> None:
    begin = RecordedSettings(begin="2026-05-01T00:00:00Z")
    parts = compose(Settings(feed=(f"recorded:{dump}",), clock="manual", recorded=begin))
    assert (parts.venue.now() - START) % DAY == 0
    assert parts.venue.now() == 1_777_593_600_000
    parts.close()


@pytest.mark.parametrize("clock", ["manual", "real"])
def test_a_venue_goes_on_in_its_recording(dump: str, tmp_path: Path, clock: str) -> None:
    settings = Settings(
        feed=(f"recorded:{dump}",), data=str(tmp_path / "venue.db"), clock=clock, start=START
    )
    parts = compose(settings)
    parts.venue.move_clock(START + MINUTE)
    parts.close()
    parts = compose(settings)
    assert START + MINUTE <= parts.venue.now() < START + 2 * MINUTE
    parts.venue.do_due()
    assert traded(parts) == 2
    parts.venue.move_clock(START + 2 * MINUTE)
    assert (last(parts), traded(parts)) == (parse("50020"), 3)
    parts.close()


def test_the_time_of_a_recording_does_not_catch_up_with_the_machine(dump: str) -> None:
    parts = compose(Settings(feed=(f"recorded:{dump}",), clock="manual"))
    parts.clock.switch(REAL)
    assert parts.venue.now() < START + MINUTE
    parts.clock.switch(MANUAL)
    parts.close()


def test_a_recording_is_replayed_as_fast_as_it_goes_to_its_end(dump: str) -> None:
    log = Kept()
    with running(Settings(port=0, feed=(f"recorded:{dump}",), clock="fast"), log) as server:
        while (told := status(server))["feed"]["running"]:
            pass
        assert told["feed"]["kind"] == "recorded"
        assert told["clock"] == {
            "mode": "manual",
            "time": START + 3 * MINUTE,
            "iso": "2024-01-01T00:03:00.000Z",
        }
    assert [entry["event"] for entry in log.entries].count("feed is over") == 1


def test_a_recording_that_was_over_is_over_at_the_next_start(dump: str, tmp_path: Path) -> None:
    settings = Settings(
        port=0, feed=(f"recorded:{dump}",), data=str(tmp_path / "venue.db"), clock="fast"
    )
    for _ in range(2):
        log = Kept()
        with running(settings, log) as server:
            while (told := status(server))["feed"]["running"]:
                assert told["clock"]["time"] < START + 3 * MINUTE
            assert told["clock"]["mode"] == "manual"
        assert [entry["event"] for entry in log.entries].count("feed is over") == 1


def test_what_cannot_be_replayed_is_one_line(tmp_path: Path) -> None:
    broken = write(tmp_path / "BTCUSDT-aggTrades-2024-01.csv", AGG_TRADES, "1,NaN,1,1,1,1,true")
    for path, says in ((broken, "line 2"), (tmp_path / "none.csv", "no such file")):
        exit_code, output, errors = ended("serve", "--port", "0", "--feed", f"recorded:{path}")
        assert (exit_code, output, errors.count("\n")) == (2, "", 1)
        assert errors.startswith(f"perpbox: {path}")
        assert says in errors
    parts = compose(Settings())
    with pytest.raises(Unusable, match="A step of 7 ms"):
        open_recording(
            Settings(feed=(f"recorded:{broken}",), recorded=RecordedSettings(step=7)),
            parts.venue.state,
            0,
        )
    parts.close()


def test_a_long_read_is_a_line_now_and_then() -> None:
    log, now = Kept(), 0.0
    lines = Lines(log, lambda: now)
    for done in range(101):
        now = done * PAUSE / 20
        lines(done, 100)
    assert [entry["percent"] for entry in log.entries] == [20, 40, 60, 80, 100]


def test_a_short_read_is_none() -> None:
    log = Kept()
    lines = Lines(log, lambda: 0.0)
    lines(100, 100)
    assert log.entries == []


def test_a_read_on_a_terminal_is_a_bar_that_goes_away() -> None:
    page = io.StringIO()
    bar = Bar(Console(file=page, force_terminal=True, width=80))
    bar.stop()  # nothing was read
    assert page.getvalue() == ""
    bar(50, 100)
    bar(100, 100)
    assert "reading" in page.getvalue()
    bar.stop()
