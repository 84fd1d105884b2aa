"""Verbs that are one call of a venue: a table for people, the answer for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from perpbox.console.verbs import ACCOUNTS
from perpbox.server.background import Background
from tests.console.stage import Terminal, cells, led, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Background]:
    with serving() as background:
        yield background


@pytest.fixture
def type_in(
    server: Background, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    led(server, monkeypatch)
    return Terminal(capsys)


def test_a_session(type_in: Terminal) -> None:
    made = json.loads(type_in("account", "open", "--name", "alice", "USDT=10000", "--json").output)
    number = str(made["accountId"])
    assert len(made["secretKey"]) == 64
    assert dict(cells(type_in("account", "open", "BNB=0.5").output))["apiKey"] != made["apiKey"]

    assert [number, "alice", "2026-01-01T00:00:00.000Z"] in cells(type_in("accounts").output)
    listed = json.loads(type_in("accounts", "--json").output)["accounts"]
    assert [each["name"] for each in listed] == ["alice", ""]

    paid = type_in("account", "transfer", number, "USDT=-2500")
    assert dict(cells(paid.output))["balance"] == "7500"
    shown = dict(cells(type_in("account", "show", number).output))
    assert (shown["balances"], shown["hedgeMode"]) == ("USDT 7500", "no")
    reset = json.loads(type_in("account", "reset", number, "--json").output)
    assert reset["balances"] == {"USDT": "10000"}
    assert type_in("account", "close", number).code == 0
    left = json.loads(type_in("accounts", "--json").output)["accounts"]
    assert [each["name"] for each in left] == [""]


def test_prices(type_in: Terminal) -> None:
    assert cells(type_in("price", "BTCUSDT=50000", "BNBUSD=600").output) == [
        ["BTCUSDT", "50000", "50000", "50000"],
        ["BNBUSD", "", "600", ""],
    ]
    told = json.loads(type_in("price", "BTCUSDT=40000.5", "--json").output)
    assert told == {"BTCUSDT": dict.fromkeys(("mark", "index", "last"), "40000.5")}


def test_time(type_in: Terminal) -> None:
    before = json.loads(type_in("clock", "--json").output)
    after = json.loads(type_in("clock", "--advance", "8h", "--json").output)
    assert after["time"] - before["time"] == 8 * 3_600_000
    shown = dict(cells(type_in("clock", "--to", "2026-06-01T00:00:00Z").output))
    assert shown == {"time": "2026-06-01T00:00:00.000Z", "clock": "manual"}
    assert dict(cells(type_in("clock", "--speed", "60").output))["clock"] == "x60"
    assert dict(cells(type_in("clock", "--mode", "manual").output))["clock"] == "manual"


def test_how_it_stands(type_in: Terminal, server: Background) -> None:
    shown = dict(cells(type_in("status").output))
    assert shown["feed"] == "quiet, not moving"
    assert shown["failures"] == "0"
    assert json.loads(type_in("status", "--url", server.base_url, "--json").output)["failures"] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("account", "show", "99"), "There is no account 99."),
        (("account", "open", "USDT=-1"), "The balance of USDT is below zero."),
        (("account", "transfer", "1", "DOGE=1"), "no"),
        (("price", "BTCUSDT=dear"), "not a decimal number"),
        (("price", "NOUSDT=1"), "There is no symbol NOUSDT."),
        (("clock", "--advance", "soon"), "soon"),
        (("clock", "--to", "2020-01-01T00:00:00Z"), "back"),
        (("clock", "--speed", "nan"), "speed"),
        (("clock", "--speed", "inf"), ""),
        (("clock", "--mode", "fast"), "Nothing moves this market"),
        (("status", "--token", "another"), "set PERPBOX_TOKEN"),
        (("status", "--token", "zwölf\n"), ""),
    ],
)
def test_what_the_venue_refuses_is_one_line(
    words: tuple[str, ...], says: str, type_in: Terminal
) -> None:
    said = type_in(*words)
    assert (said.code, said.output) == (2, "")
    assert said.errors.startswith("perpbox: ")
    assert said.errors.count("\n") == 1
    assert says in said.errors
    assert ACCOUNTS not in said.errors
