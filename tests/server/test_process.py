"""A whole server on a thread: composed, restarted on its journal, failed, and stopped."""

from __future__ import annotations

import http.client
import io
import json
import re
import resource
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from perpbox import demo
from perpbox.control.desk import Facts
from perpbox.engine.commands import (
    MarketPrices,
    MoveClock,
    MovePrices,
    OpenAccount,
    SetCountdown,
    Tick,
)
from perpbox.engine.snapshot import dump
from perpbox.feed.clock import machine_time
from perpbox.journal.errors import JournalFailed
from perpbox.message import Answer, Request, Response
from perpbox.server.background import Background, Failed, running
from perpbox.server.catalogue import load_catalogue
from perpbox.server.compose import Parts, compose
from perpbox.server.doors import Doors
from perpbox.server.life import FILES, allow_many_files
from perpbox.server.log import log_to
from perpbox.server.process import WILDCARDS
from perpbox.server.settings import AddressTaken, Settings, Unusable, require_usable
from perpbox.venue import Venue
from tests.control.desk import Shelf
from tests.server.shell import Kept

HOUR = 3_600_000
TOKEN = "let me in"


def fetch(server: Background, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """An answer's JSON over HTTP; anything but 200 fails."""
    status, told = ask(server, method, path, body, **headers)
    assert status == 200, told
    return told


def ask(
    server: Background, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.base_url.removeprefix("http://"), timeout=20)
    try:
        headers = {"Authorization": f"Bearer {server.token}", **headers}
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def state_of(venue: Venue) -> bytes:
    return dump(venue.state)


def test_both_doors_are_open() -> None:
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        assert fetch(server, "GET", "/healthz") == {"status": "ok"}
        assert fetch(server, "GET", "/fapi/v1/ping") == {}
        assert ask(server, "GET", "/elsewhere")[0] == 404
        status = fetch(server, "GET", "/box/v1/status")
        assert (status["journal"], status["sequence"], status["failures"]) == ("memory", 1, 0)
        assert server.failures == 0
        assert server.venue.sequence == 1


def test_a_signed_client_trades() -> None:
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10000"})
        trader.signed(
            "POST", "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01"
        )
        account = trader.signed("GET", "/fapi/v3/account")
        assert [row["positionAmt"] for row in account["positions"]] == ["0.010"]


def test_a_venue_comes_back_as_its_journal_left_it(tmp_path: Path) -> None:
    settings = Settings(port=0, token=TOKEN, data=str(tmp_path / "venue.db"))
    with running(settings, Kept()) as server:
        assert fetch(server, "GET", "/box/v1/status")["journal"] == "sqlite"
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10000"})
        trader.signed(
            "POST", "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01"
        )
        before = server.call(state_of)
        tape = trader.public("/fapi/v1/trades", symbol="BTCUSDT", limit="5")
    with running(settings, Kept()) as server:
        assert server.call(state_of) == before
        again = demo.Trader(server.base_url, TOKEN)
        again.access = demo.Access(server.base_url, trader.access.api_key, trader.access.secret_key)
        account = again.signed("GET", "/fapi/v3/account")
        assert [row["positionAmt"] for row in account["positions"]] == ["0.010"]
        assert again.public("/fapi/v1/trades", symbol="BTCUSDT", limit="5") == tape
        again.signed(
            "POST", "/fapi/v1/order", symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.01"
        )
        assert len(again.public("/fapi/v1/trades", symbol="BTCUSDT", limit="5")) == len(tape) + 1


def test_many_turns_leave_a_snapshot(tmp_path: Path) -> None:
    settings = Settings(port=0, data=str(tmp_path / "venue.db"))
    parts = compose(settings)
    for step in range(1100):
        price = MarketPrices(100_000_000 * (50_000 + step), None)
        parts.venue.submit(MovePrices({"BTCUSDT": price}, {}))
    before = dump(parts.venue.state)
    parts.close()
    parts = compose(settings)
    assert parts.journal.snapshot_sequence == 1101
    assert dump(parts.venue.state) == before
    parts.close()


def test_a_failed_journal_ends_the_process() -> None:
    log = Kept()
    server = Background(Settings(port=0, token=TOKEN), log)

    def fail(venue: Venue) -> None:
        journal = server._process.parts.journal
        assert journal.on_failure is not None
        journal.on_failure(JournalFailed("The disk is full."))

    server.call(fail)
    assert server.stop() == 1
    (failure,) = [entry for entry in log.entries if entry["level"] == "error"]
    assert failure["event"] == "journal failed"
    assert failure["reason"] == "The disk is full."


def test_a_timer_that_fails_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Parts, *, closing: bool = False) -> None:
        if not closing:
            raise ZeroDivisionError

    monkeypatch.setattr(Parts, "keep_snapshot", broken)
    log = Kept()
    server = Background(Settings(port=0, token=TOKEN), log)
    assert server.stop() == 1
    assert [e["error"] for e in log.entries if e["level"] == "error"] == ["ZeroDivisionError"]
    assert not server.alive


def test_a_stray_error_is_counted_and_logged() -> None:
    log = Kept()
    with running(Settings(port=0), log) as server:

        def stray() -> None:
            raise ZeroDivisionError

        server.call(lambda _: server._process.loop.call_soon(stray))
        server.call(lambda _: None)
        assert server.failures == 1
    assert [e["error"] for e in log.entries if e["level"] == "error"] == ["ZeroDivisionError"]


def test_what_a_call_raises_reaches_the_caller() -> None:
    with running(Settings(port=0), Kept()) as server:
        with pytest.raises(ZeroDivisionError):
            server.call(lambda venue: venue.sequence // 0)
        assert server.call(lambda venue: venue.sequence) == 1


def test_a_taken_port_is_told() -> None:
    with running(Settings(port=0), Kept()) as server:
        port = int(server.base_url.rpartition(":")[2])
        with pytest.raises(AddressTaken, match=f"port {port} is taken"):
            Background(Settings(port=port), Kept())


def test_a_journal_in_use_is_told(tmp_path: Path) -> None:
    settings = Settings(port=0, data=str(tmp_path / "venue.db"))
    with running(settings, Kept()), pytest.raises(Unusable, match="in use"):
        Background(settings, Kept())


def test_a_file_that_is_no_journal_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam,\n" * 100)
    with pytest.raises(Unusable, match=re.escape(str(path))):
        compose(Settings(data=str(path)))
    assert path.read_text() == "Dear Sir or Madam,\n" * 100


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (Settings(host="0.0.0.0"), "--token"),  # noqa: S104  the very thing to refuse
        (Settings(host="192.168.1.5"), "--token"),
        (Settings(host="example.com"), "--token"),
        (Settings(port=-1), "Port -1"),
        (Settings(port=65536), "Port 65536"),
        (Settings(token="a\nb"), "HTTP header"),
        (Settings(token=" a"), "HTTP header"),
        (Settings(catalogue=("one",)), "two files"),
        (Settings(api_date="yesterday"), "--api-date"),
        (Settings(api_date="2025-13-01"), "--api-date"),
        (Settings(api_date="20251209"), "--api-date"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: Settings, sentence: str) -> None:
    with pytest.raises(Unusable, match=sentence):
        require_usable(settings)


def test_settings_that_can_be_pass() -> None:
    require_usable(Settings())
    require_usable(Settings(host="localhost"))
    require_usable(Settings(host="::1"))
    require_usable(Settings(host="0.0.0.0", token=TOKEN))  # noqa: S104  with a token
    assert set(WILDCARDS) == {"0.0.0.0", "::"}  # noqa: S104  names


def test_an_address_of_someone_else_is_told() -> None:
    with pytest.raises(Unusable, match="cannot be listened on"):
        Background(Settings(host="192.0.2.1", port=0, token=TOKEN), Kept())


def test_files_of_a_catalogue_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "info.json").write_text("{}")
    missing, empty = str(tmp_path / "none.json"), str(tmp_path / "info.json")
    with pytest.raises(Unusable, match=r"none\.json cannot be read"):
        load_catalogue((empty, missing))
    with pytest.raises(Unusable, match="--catalogue"):
        load_catalogue((empty, empty))


def test_a_catalogue_of_ones_own_is_served_and_kept_in_the_journal(tmp_path: Path) -> None:
    """Its files are answers: those of a venue here, with one symbol left and that one changed."""
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("alice", {})
        info = trader.public("/fapi/v1/exchangeInfo")
        brackets = trader.signed("GET", "/fapi/v1/leverageBracket")
    info["symbols"] = [row for row in info["symbols"] if row["symbol"] == "ETHUSDT"]
    filters = {row["filterType"]: row for row in info["symbols"][0]["filters"]}
    filters["MIN_NOTIONAL"]["notional"] = "7"
    files = tmp_path / "info.json", tmp_path / "brackets.json"
    for path, told in zip(files, (info, brackets), strict=True):
        path.write_text(json.dumps(told))
    data = str(tmp_path / "venue.db")
    first = Settings(port=0, token=TOKEN, data=data, catalogue=tuple(map(str, files)))
    for settings in (first, Settings(port=0, token=TOKEN, data=data)):
        with running(settings, Kept()) as server:
            (symbol,) = fetch(server, "GET", "/fapi/v1/exchangeInfo")["symbols"]
            assert symbol["filters"] == info["symbols"][0]["filters"]
            trader = demo.Trader(server.base_url, TOKEN)
            trader.open_account("alice", {})
            (kept,) = trader.signed("GET", "/fapi/v1/leverageBracket")
            assert kept in brackets


# Time


def test_a_manual_clock_starts_where_it_is_told() -> None:
    settings = Settings(port=0, token=TOKEN, clock="manual", start=HOUR * 500_000)
    with running(settings, Kept()) as server:
        assert fetch(server, "GET", "/fapi/v1/time") == {"serverTime": HOUR * 500_000}
        fetch(server, "POST", "/box/v1/clock", {"advance": "8h"})
        assert fetch(server, "GET", "/fapi/v1/time") == {"serverTime": HOUR * 500_008}


@pytest.mark.parametrize(("timing", "status"), [("lenient", 200), ("strict", 400)])
def test_timestamps_by_the_machine_are_right_if_timing_is_lenient(timing: Any, status: int) -> None:
    settings = Settings(port=0, token=TOKEN, clock="manual", start=HOUR, timing=timing)
    with running(settings, Kept()) as server:
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("alice", {})
        query = f"timestamp={machine_time()}"
        path = f"/fapi/v3/account?{query}&signature={demo.sign(trader.access.secret_key, query)}"
        told = ask(server, "GET", path, **{"X-MBX-APIKEY": trader.access.api_key})
        assert told[0] == status


def test_a_journal_goes_on_where_it_was_or_at_a_later_start(tmp_path: Path) -> None:
    data = str(tmp_path / "venue.db")
    for start, stands_at in ((10, 10), (9, 10), (None, 10), (11, 11), (10, 11)):
        moment = None if start is None else HOUR * start
        parts = compose(Settings(data=data, clock="manual", start=moment))
        assert parts.venue.now() == HOUR * stands_at
        parts.venue.submit(MoveClock())
        parts.close()


def test_a_clock_ahead_of_the_machine_stays_ahead_after_a_restart(tmp_path: Path) -> None:
    data = str(tmp_path / "venue.db")
    ahead = machine_time() + 1000 * HOUR
    compose(Settings(data=data, start=ahead)).close()
    parts = compose(Settings(data=data))
    assert parts.venue.now() >= ahead
    parts.close()


def test_what_falls_due_is_done_without_being_asked() -> None:
    parts = compose(Settings())
    assert parts.venue.sequence == 1
    parts.venue.do_due()
    parts.venue.submit(Tick())
    assert parts.venue.sequence == 1  # nothing was due
    parts.close()


def test_the_timer_looks_when_something_falls_due() -> None:
    """A countdown of a minute is looked for in a second, one of 30 ms in 30 ms, and it is done."""
    with running() as server:
        server.call(lambda venue: venue.submit(OpenAccount("alice", {})))
        beat = server._process.beat
        for span in (60_000, 30):
            server.call(partial(Venue.submit, command=SetCountdown(1, "BTCUSDT", span)))
            looks_in = server.call(lambda venue: beat.looks_at - venue.now())
            assert looks_in <= min(span, 1000)
        while server.call(lambda venue: venue.state.countdowns):
            pass


def test_the_timer_of_a_manual_clock_waits_for_nothing() -> None:
    with running(Settings(port=0, clock="manual")) as server:
        server.call(lambda venue: venue.submit(OpenAccount("alice", {})))
        server.call(lambda venue: venue.submit(SetCountdown(1, "BTCUSDT", 30)))
        beat = server._process.beat
        assert server.call(lambda venue: beat.looks_at - venue.now()) == 0
        server.call(lambda venue: venue.move_clock(venue.now() + 30))
        assert not server.call(lambda venue: venue.state.countdowns)


# Keys and logs


def test_a_seed_makes_the_same_keys_again() -> None:
    made = []
    for _ in range(2):
        with running(Settings(port=0, token=TOKEN, key_seed=7), Kept()) as server:
            made.append(fetch(server, "POST", "/box/v1/accounts", {"name": "alice"}))
    assert made[0] == made[1]
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        assert fetch(server, "POST", "/box/v1/accounts")["apiKey"] != made[0]["apiKey"]


def broken(_request: Request) -> Answer:
    raise ZeroDivisionError


def test_no_secret_reaches_the_log() -> None:
    stream = io.StringIO()
    with running(Settings(port=0, token=TOKEN), log_to(stream)) as server:
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10"})
        server._process.http.application = broken
        with pytest.raises(demo.DemoFailed, match="500"):
            trader.signed("GET", "/fapi/v3/account", symbol="BTCUSDT")
        with pytest.raises(demo.DemoFailed, match="500"):
            trader.control("POST", "/box/v1/prices", {"BTCUSDT": "12345.6"})
        with pytest.raises(demo.DemoFailed, match="500"):
            trader.control("DELETE", f"/box/v1/accounts/1/keys/{trader.access.api_key}", {})
        assert server.failures == 3
    entries = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [entry["event"] for entry in entries] == [
        "started",
        "request failed",
        "request failed",
        "request failed",
        "stopping",
        "stopped",
    ]
    for secret in (TOKEN, trader.access.api_key, trader.access.secret_key, "signature", "12345.6"):
        assert secret not in stream.getvalue()


def test_a_log_on_a_terminal_is_key_and_value() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    log_to(stream).warning("low water", metres=3)
    assert re.fullmatch(
        r'timestamp=\S+Z level=warning event="low water" metres=3\n', stream.getvalue()
    )


def test_the_doors_are_told_apart_by_path() -> None:
    settings = Settings()
    parts = compose(settings)
    facts = Facts(version="1", journal="memory", token="", uptime=lambda: 0.0, failures=lambda: 0)
    doors = Doors(
        parts, facts, settings, Shelf(), soon=lambda act: act(), later=lambda _seconds, act: act()
    )
    told = {
        path: doors.answer(Request("GET", path)) for path in ("/box/v1/x", "/fapi/v1/x", "/healthz")
    }
    bodies = [json.loads(each.body) for each in told.values() if isinstance(each, Response)]
    assert bodies[0]["error"]["code"] == "UNKNOWN_PATH"
    assert bodies[1]["code"] == -1000
    assert bodies[2] == {"status": "ok"}
    parts.close()


def test_a_server_that_does_not_end_well_is_noticed() -> None:
    with pytest.raises(Failed, match="exit code 1"), running(Settings(port=0), Kept()) as server:
        server.call(lambda _: server._process.fail("it is over", ZeroDivisionError()))


def test_as_many_files_are_allowed_as_there_may_be_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = 512
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
    try:
        allow_many_files()
        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        assert allowed == max(few, most)
        allow_many_files()  # nothing more to do
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (allowed, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
