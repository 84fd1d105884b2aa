"""What docs/snapshots.md shows is run: its calls answer, and the log reads as it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox import testing
from perpbox.console import log
from perpbox.demo import Trader
from tests.server.programs import ended

PAGE: Final = (Path(__file__).parent.parent / "docs" / "snapshots.md").read_text()


def run(command: str, base_url: str) -> Any:
    command = command.replace("http://127.0.0.1:8900", base_url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_calls_shown_answer() -> None:
    calls = re.findall(r"^curl .*", PAGE, re.MULTILINE)
    assert len(calls) == 6
    with testing.venue(token="secret") as box:
        told = [run(call, box.base_url) for call in calls]
        assert not any("error" in each for each in told)
        assert told[2]["name"] == "before"
        assert told[5] == told[3]


def test_the_log_reads_as_it_is_shown(tmp_path: Path) -> None:
    data = str(tmp_path / "my.sqlite")
    with testing.venue(data=data) as box:
        account = box.account("alice", USDT=10_000)
        trader = Trader(box.base_url, "")
        trader.access = type(trader.access)(box.base_url, account.api_key, account.secret)
        order = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "newClientOrderId": "mine"}
        trader.signed(
            "POST", "/fapi/v1/order", symbol="BTCUSDT", quantity="0.01", price="90000", **order
        )
        box.advance("8h")
        trader.signed("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId="1")
        last = box.control("GET", "status")["sequence"]
    (command,) = re.findall(r"^perpbox (log .*)", PAGE, re.MULTILINE)
    exit_code, output, errors = ended(*command.replace("my.sqlite", data).split())
    assert (exit_code, errors) == (0, "")
    (shown,) = re.findall(r"<!-- log.*?```\n(.*?)```", PAGE, re.DOTALL)
    # Between the two the premium is sampled and funding settled, each in a turn of its own.
    assert [line for line in output.splitlines() if "order" in line.lower()] == [
        line.replace("4  2026", f"{last}  2026") for line in shown.splitlines()
    ]
    exit_code, output, errors = ended("log", data, "--json", "--to", "2026-01-01T00:00:00Z")
    assert (exit_code, errors) == (0, "")
    turns = [json.loads(line) for line in output.splitlines()]
    assert [turn["command"] for turn in turns[:3]] == ["OpenVenue", "OpenAccount", "PlaceOrder"]


def test_the_log_is_written_a_turn_at_a_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "journal"
    with testing.venue(data=str(data)) as box:
        box.account("alice", USDT=1)
        log.tell(data, 1, None, (None, None), follows=False, as_json=False)
    assert capsys.readouterr().out.startswith("2  2026-01-01T00:00:00.000Z  OpenAccount\n")


def test_a_log_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert ended("log", str(tmp_path / "none"))[0] == 2
    exit_code, _, errors = ended("log", str(tmp_path), "--from", "yesterday")
    assert exit_code == 2
    assert "--from" in errors


def test_a_reader_who_has_read_enough_is_no_error(tmp_path: Path) -> None:
    data = str(tmp_path / "journal")
    with testing.venue(data=data) as box:
        for _ in range(2000):
            box.account(USDT=1)
    command = f"{sys.executable} -m perpbox.cli log {data} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("1  2026")
    assert done.stderr == ""
