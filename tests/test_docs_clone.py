"""What the page on clones shows is run here, and what it counts is counted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

from perpbox import cli
from perpbox.clone.live import MOMENT, PUBLIC, SETTINGS
from tests.audit.own import ACCOUNTS

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = (ROOT / "docs" / "clone.md").read_text(encoding="utf-8")
WHAT_IF: Final = (ROOT / "docs" / "what-if.md").read_text(encoding="utf-8")
ANSWERS: Final = {
    "account.json": "/fapi/v3/account",
    "positionRisk.json": "/fapi/v3/positionRisk",
    "openOrders.json": "/fapi/v1/openOrders",
    "leverageBracket.json": "/fapi/v1/leverageBracket",
}


def run(command: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(command.split()[1:])
    return int(str(ended.value.code))


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the pages name lie where the commands run."""
    monkeypatch.chdir(tmp_path)
    trader = ACCOUNTS["one-way"]()
    for name, endpoint in ANSWERS.items():
        (tmp_path / name).write_text(json.dumps(trader.get(endpoint)))


def test_the_command_of_the_page_clones(capsys: pytest.CaptureFixture[str]) -> None:
    (command,) = re.findall(r"^(perpbox clone .*)$", PAGE, re.MULTILINE)
    assert run(command) == 0
    output = capsys.readouterr().out
    (serve,) = re.findall(r"^(perpbox serve .*)$", PAGE, re.MULTILINE)
    assert serve in output


def test_both_pages_ask_what_if_of_files(capsys: pytest.CaptureFixture[str]) -> None:
    shown = set(re.findall(r"(perpbox what-if --from [^`\n]*)", PAGE + WHAT_IF))
    assert len(shown) == 1
    assert run(shown.pop()) == 0
    assert "margin balance" in capsys.readouterr().out


def test_the_page_counts_the_endpoints_that_are_asked() -> None:
    (count,) = re.findall(r"It asks (\d+) endpoints", PAGE)
    assert int(count) == 2 + len(PUBLIC) + len(SETTINGS) + len(MOMENT)


def test_the_page_counts_what_the_test_counts() -> None:
    (same, told) = re.findall(r"(\d+) of (\d+) figures", PAGE)[0]
    test = (ROOT / "tests" / "clone" / "test_clone.py").read_text(encoding="utf-8")
    assert f"assert (same, told) == ({same}, {told})" in test
