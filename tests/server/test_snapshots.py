"""A venue that is served goes back to a snapshot, and goes on from one beside itself."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.control.errors import Refused
from perpbox.demo import DemoFailed, Trader
from perpbox.engine.snapshot import dump
from perpbox.journal import file
from perpbox.server.background import Background, Failed, running
from perpbox.server.settings import Settings
from perpbox.server.snapshots import SnapshotDesk
from perpbox.server.stage import Stage
from tests.server.shell import Kept
from tests.server.test_streams import buy, farewell, listen_key, open_stream, read

TOKEN: Final = "token"
START: Final = "2026-01-01T00:00:00Z"


@pytest.fixture(params=["memory", "file"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    data = str(tmp_path / "journal") if request.param == "file" else ":memory:"
    return Settings(port=0, token=TOKEN, data=data, clock="manual", start=START)


@pytest.fixture
def server(settings: Settings) -> Iterator[Background]:
    with running(settings, Kept()) as background:
        yield background
        assert background.failures == 0


class Operator:
    """Calls of one venue, a connection each."""

    def __init__(self, base_url: str) -> None:
        self._address = base_url.removeprefix("http://")

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        with closing(http.client.HTTPConnection(self._address, timeout=30)) as connection:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            connection.request(method, f"/box/v1{path}", json.dumps(body or {}), headers)
            told = json.loads(connection.getresponse().read())
        return told.get("error", {}).get("code", told) if "error" in told else told


@pytest.fixture
def operator(server: Background) -> Operator:
    return Operator(server.base_url)


def traded(base_url: str, name: str = "alice") -> Trader:
    trader = Trader(base_url, TOKEN)
    trader.open_account(name, {"USDT": "10000"})
    buy(trader)
    return trader


ANSWERS: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("/fapi/v3/account", {}),
    ("/fapi/v1/allOrders", {"symbol": "BTCUSDT"}),
    ("/fapi/v1/userTrades", {"symbol": "BTCUSDT"}),
    ("/fapi/v1/income", {}),
    ("/fapi/v1/openOrders", {}),
)


def answers(trader: Trader) -> list[Any]:
    return [trader.signed("GET", path, **asked) for path, asked in ANSWERS]


def digest(server: Background) -> bytes:
    return server.call(lambda venue: dump(venue.state))


def test_a_restore_brings_every_answer_back(server: Background, operator: Operator) -> None:
    trader = traded(server.base_url)
    taken = operator("POST", "/snapshots", {"name": "before"})
    was, state = answers(trader), digest(server)
    for _ in range(3):
        buy(trader)
    operator("POST", "/prices", {"BTCUSDT": "40000"})
    operator("POST", "/clock", {"advance": "9h"})
    late = traded(server.base_url, "bob")
    assert answers(trader) != was

    assert operator("POST", "/snapshots/before/restore") == taken
    assert answers(trader) == was
    assert digest(server) == state
    assert operator("GET", "/status")["clock"]["iso"] == taken["iso"] == "2026-01-01T00:00:00.000Z"
    assert operator("GET", "/status")["accounts"] == 1
    with pytest.raises(DemoFailed, match=r"-2015"):
        answers(late)
    buy(trader)
    assert answers(trader) != was
    operator("POST", "/snapshots/before/restore")
    assert answers(trader) == was


def test_streams_are_closed_and_a_listen_key_is_as_it_was(
    server: Background, operator: Operator
) -> None:
    trader = traded(server.base_url)
    key = listen_key(trader)
    operator("POST", "/snapshots", {"name": "before"})
    with open_stream(server, f"/ws/{key}") as stream, open_stream(server, "/ws") as idle:
        buy(trader)
        assert read(stream)["e"]
        operator("POST", "/snapshots/before/restore")
        assert farewell(stream) == farewell(idle) == 1012
    with open_stream(server, f"/ws/{key}") as stream:
        buy(trader)
        assert read(stream)["e"] == "ORDER_TRADE_UPDATE"


def test_a_listen_key_that_came_after_is_gone(server: Background, operator: Operator) -> None:
    trader = traded(server.base_url)
    operator("POST", "/snapshots", {"name": "before"})
    listen_key(trader)
    operator("POST", "/snapshots/before/restore")
    with pytest.raises(DemoFailed, match=r"-1125"):
        trader.signed("PUT", "/fapi/v1/listenKey")


def test_a_fork_is_a_venue_of_its_own(server: Background, operator: Operator) -> None:
    trader = traded(server.base_url)
    operator("POST", "/snapshots", {"name": "before"})
    was = answers(trader)
    buy(trader)
    fork = operator("POST", "/snapshots/before/fork")
    assert (fork["number"], fork["snapshot"]) == (1, "before")
    assert operator("GET", "/forks") == {"forks": [fork]}
    beside = Operator(fork["url"])
    other = Trader(fork["url"], TOKEN)
    other.access = trader.access
    assert answers(other) == was
    for _ in range(2):
        buy(other)
    mine = answers(trader)
    assert len(answers(other)[1]) == 3
    assert len(mine[1]) == 2
    beside("POST", "/snapshots", {"name": "deeper"})
    assert operator("GET", "/snapshots")["snapshots"][0]["name"] == "before"
    assert Operator(beside("POST", "/snapshots/deeper/fork")["url"])("GET", "/forks")["forks"] == []

    assert operator("DELETE", "/forks/1") == fork
    assert operator("GET", "/forks") == {"forks": []}
    assert operator("DELETE", "/forks/1") == "UNKNOWN_FORK"
    gone(fork["url"])
    assert answers(trader) == mine


@pytest.mark.parametrize("name", ["none", "one", "two"])
def test_of_several_snapshots_it_is_the_one_that_is_named(
    server: Background, operator: Operator, name: str
) -> None:
    """Restored and forked: as many accounts as there were by then."""
    names = ("none", "one", "two")
    for each in names:
        operator("POST", "/snapshots", {"name": each})
        Trader(server.base_url, TOKEN).open_account(each, {"USDT": "1"})
    there = [*names[: names.index(name)]]

    def accounts(ask: Operator) -> list[str]:
        return [row["name"] for row in ask("GET", "/accounts")["accounts"]]

    fork = operator("POST", f"/snapshots/{name}/fork")
    assert accounts(Operator(fork["url"])) == there
    assert accounts(operator) == [*names]
    operator("POST", f"/snapshots/{name}/restore")
    assert accounts(operator) == there


def gone(url: str) -> None:
    """Nobody answers there before long."""
    for _ in range(200):
        try:
            Operator(url)("GET", "/status")
        except OSError:
            return
    raise AssertionError(f"{url} is still there")


def test_a_fork_ends_with_its_venue(settings: Settings) -> None:
    with running(settings, Kept()) as server:
        operator = Operator(server.base_url)
        operator("POST", "/snapshots", {"name": "before"})
        url = operator("POST", "/snapshots/before/fork")["url"]
        assert Operator(url)("GET", "/status")["accounts"] == 0
    gone(url)


def test_a_fork_listens_where_it_is_told_to(server: Background, operator: Operator) -> None:
    operator("POST", "/snapshots", {"name": "before"})
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert operator("POST", "/snapshots/before/fork", {"port": port}) == "PORT_TAKEN"
    assert operator("POST", "/snapshots/before/fork", {"port": port})["port"] == port


def test_what_is_not_there_is_refused(server: Background, operator: Operator) -> None:
    operator("POST", "/snapshots", {"name": "before"})
    assert operator("POST", "/snapshots", {"name": "before"}) == "SNAPSHOT_EXISTS"
    for method, path in (
        ("POST", "/snapshots/after/restore"),
        ("POST", "/snapshots/after/fork"),
        ("DELETE", "/snapshots/after"),
    ):
        assert operator(method, path) == "UNKNOWN_SNAPSHOT"
    assert operator("DELETE", "/snapshots/before") == {"name": "before"}
    assert operator("GET", "/snapshots") == {"snapshots": []}


def test_a_real_clock_goes_on_and_a_jumped_one_goes_back() -> None:
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        operator = Operator(server.base_url)
        taken = operator("POST", "/snapshots", {"name": "true"})
        operator("POST", "/clock", {"advance": "8h"})
        jumped = operator("POST", "/snapshots", {"name": "jumped"})["time"]
        operator("POST", "/clock", {"speed": 60})
        operator("POST", "/clock", {"advance": "8h"})
        operator("POST", "/snapshots/jumped/restore")
        clock = operator("GET", "/status")["clock"]
        assert clock["mode"] == "real"
        assert 0 <= clock["time"] - jumped < 60_000
        operator("POST", "/snapshots/true/restore")
        assert 0 <= operator("GET", "/status")["clock"]["time"] - taken["time"] < 60_000


def test_an_invented_market_goes_the_same_way_again() -> None:
    settings = Settings(
        port=0, token=TOKEN, clock="manual", start=START, feed=("synthetic",), seed=7
    )
    with running(settings, Kept()) as lively:
        operator = Operator(lively.base_url)
        operator("POST", "/snapshots", {"name": "before"})
        ways = []
        for _ in range(2):
            operator("POST", "/clock", {"advance": "5m"})
            ways.append(digest(lively))
            operator("POST", "/snapshots/before/restore")
        assert ways[0] == ways[1]


def test_snapshots_of_a_file_are_there_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(port=0, token=TOKEN, data=str(tmp_path / "journal"))
    with running(settings, Kept()) as server:
        trader = traded(server.base_url)
        was = answers(trader)
        Operator(server.base_url)("POST", "/snapshots", {"name": "before"})
        buy(trader)
    with running(settings, Kept()) as server:
        Operator(server.base_url)("POST", "/snapshots/before/restore")
        again = Trader(server.base_url, TOKEN)
        again.access = trader.access
        assert answers(again) == was


def test_a_damaged_snapshot_is_told_and_the_venue_goes_on(tmp_path: Path) -> None:
    settings = Settings(port=0, token=TOKEN, data=str(tmp_path / "journal"))
    with running(settings, Kept()) as server:
        operator = Operator(server.base_url)
        operator("POST", "/snapshots", {"name": "before"})
        copy = tmp_path / "journal.snapshots" / "before.perpbox"
        copy.write_bytes(copy.read_bytes()[:3000])
        for method, path in (
            ("POST", "/snapshots/before/restore"),
            ("POST", "/snapshots/before/fork"),
            ("GET", "/snapshots"),
            ("DELETE", "/snapshots/before"),
        ):
            assert operator(method, path) == "SNAPSHOT_FAILED"
        traded(server.base_url)
        assert server.failures == 0


def test_a_relayed_market_cannot_go_back() -> None:
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        process = server._process

        def ask(_: object) -> None:
            process.settings = Settings(feed=("relay:ws://127.0.0.1:1",))
            desk: SnapshotDesk = process.branches
            for call in (desk.take, desk.restore):
                with pytest.raises(Refused, match=r"happens now"):
                    call("before")
            with pytest.raises(Refused, match=r"happens now"):
                desk.fork("before", 0)

        server.call(ask)
        assert isinstance(process.stage, Stage)


def test_a_fork_knows_a_thousand_accounts(server: Background, operator: Operator) -> None:
    for number in range(1000):
        operator("POST", "/accounts", {"name": f"{number}", "balances": {"USDT": "1000"}})
    operator("POST", "/snapshots", {"name": "many"})
    fork = Operator(operator("POST", "/snapshots/many/fork")["url"])
    assert fork("GET", "/status")["accounts"] == 1000


def test_a_restore_that_fails_ends_the_process_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, copy: Path) -> None:
        raise OSError(f"{path} cannot be written")

    settings = Settings(port=0, token=TOKEN, data=str(tmp_path / "journal"))
    log = Kept()
    with pytest.raises(Failed), running(settings, log) as server:  # noqa: PT012  it ends by itself
        operator = Operator(server.base_url)
        operator("POST", "/snapshots", {"name": "before"})
        trader = traded(server.base_url)
        was = answers(trader)
        monkeypatch.setattr(file, "replace", broken)
        with suppress(OSError, http.client.HTTPException):
            operator("POST", "/snapshots/before/restore")
    assert "restore failed" in [entry["event"] for entry in log.entries]
    monkeypatch.undo()
    with running(settings, Kept()) as server:
        again = Trader(server.base_url, TOKEN)
        again.access = trader.access
        assert answers(again) == was


def test_a_fork_that_fails_fails_alone(server: Background, operator: Operator) -> None:
    operator("POST", "/snapshots", {"name": "before"})
    fork = operator("POST", "/snapshots/before/fork")

    def fail(_: object) -> None:
        process = server._process.branches._forks[fork["number"]][1]
        process.fail("venue failed", RuntimeError("as asked"))

    server.call(fail)
    gone(fork["url"])
    while operator("GET", "/forks")["forks"]:
        pass
    traded(server.base_url)
