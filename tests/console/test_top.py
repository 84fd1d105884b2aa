"""`perpbox top`: the table, what it is sorted by, and how it ends."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from rich.console import Console

from perpbox import demo
from perpbox.console import output
from perpbox.console.top import ordered, table_of
from perpbox.server.background import Background
from tests.console.stage import TOKEN, Terminal, cells, led, serving

PERPBOX: Final = Path(__file__).parents[2] / ".venv/bin/perpbox"


@pytest.fixture(scope="module")
def server() -> Iterator[Background]:
    with serving() as background:
        for name, funds in (("alice", "10000"), ("bob", "500"), ("carol", "20000")):
            trader = demo.Trader(background.base_url, TOKEN)
            trader.open_account(name, {"USDT": funds})
            if name != "carol":
                order = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.05"}
                trader.signed("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage="125")
                trader.signed("POST", "/fapi/v1/order", type="MARKET", **order)
        yield background


@pytest.fixture
def type_in(
    server: Background, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    led(server, monkeypatch)
    return Terminal(capsys)


def test_a_table_for_people(type_in: Terminal) -> None:
    said = type_in("top")
    assert said.code == 0
    head, *_ = said.output.splitlines()
    assert "2026-01-01T00:00:00.000Z  clock manual  feed quiet" in head
    assert head.endswith("accounts 3")
    rows = cells(said.output)
    assert [row[:2] for row in rows] == [["1", "alice"], ["2", "bob"], ["3", "carol"]]
    assert rows[2][2:] == ["20,000.00", "0.00", "20,000.00", "0.00 %", "0", "0"]
    assert rows[1][6] == "1"
    assert float(rows[1][5].removesuffix(" %")) > float(rows[0][5].removesuffix(" %")) > 0


def test_json_for_programs(type_in: Terminal) -> None:
    said = type_in("top", "--once", "--json", "--sort", "ratio")
    told = json.loads(said.output)
    assert said.output.count("\n") == 1
    assert [row["name"] for row in told["rows"]] == ["bob", "alice", "carol"]
    assert (told["accounts"], told["next"], told["feed"]["kind"]) == (3, None, "quiet")


def test_a_page(type_in: Terminal) -> None:
    said = type_in("top", "--first", "2", "--limit", "1")
    assert [row[1] for row in cells(said.output)] == ["bob"]
    assert "more: --first 3" in said.output


def row(ratio: str | None, equity: str = "1", profit: str = "0") -> dict[str, Any]:
    return {
        "accountId": 1,
        "name": "[red]x",
        "totalMarginBalance": equity,
        "totalUnrealizedProfit": profit,
        "availableBalance": "0",
        "marginRatio": ratio,
        "positions": 1,
        "openOrders": 2,
        "conditionalOrders": 3,
    }


def test_orders() -> None:
    rows = [row("0.1", "3", "-1"), row(None, "-1", "5"), row("0.9", "2", "1")]
    assert ordered(rows, "account") == rows
    assert [rows.index(each) for each in ordered(rows, "ratio")] == [1, 2, 0]
    assert [rows.index(each) for each in ordered(rows, "equity")] == [0, 2, 1]
    assert [rows.index(each) for each in ordered(rows, "profit")] == [1, 2, 0]


def test_names_are_not_markup_and_nothing_left_is_a_dash() -> None:
    console = Console(width=output.PIPE, file=io.StringIO())
    with console.capture() as captured:
        console.print(table_of([row(None, "-5", "-1")]))
    (told,) = cells(captured.get())
    assert told == ["1", "[red]x", "-5.00", "-1.00", "0.00", "-", "1", "5"]


def test_on_a_terminal_it_goes_on_until_control_c(server: Background) -> None:
    """And shows what has changed meanwhile."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "30"}
    words = ["top", "--every", "0.1", "--url", server.base_url, "--token", TOKEN]
    started = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a job of the background is
    try:
        shown = subprocess.Popen(
            [PERPBOX, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=env
        )
    finally:
        signal.signal(signal.SIGINT, started)
    os.close(theirs)
    try:
        read_until(ours, b"carol")
        trader = demo.Trader(server.base_url, TOKEN)
        trader.open_account("dave", {"USDT": "1"})
        read_until(ours, b"dave")
        shown.send_signal(signal.SIGINT)
        assert shown.wait(10) == 0
    finally:
        shown.kill()
        shown.wait()
        os.close(ours)


def read_until(file: int, wanted: bytes) -> None:
    deadline = time.monotonic() + 20
    seen = b""
    while wanted not in seen:
        assert time.monotonic() < deadline, seen
        seen += os.read(file, 65536)


def test_who_reads_no_more_ends_it(server: Background) -> None:
    words = ["top", "--every", "0.1", "--json", "--url", server.base_url, "--token", TOKEN]
    with subprocess.Popen(
        [PERPBOX, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as shown:
        assert shown.stdout is not None
        assert shown.stderr is not None
        shown.stdout.readline()
        shown.stdout.close()
        assert shown.wait(20) == 0
        assert shown.stderr.read() == b""
