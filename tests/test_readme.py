"""What the README shows is run here: its two commands exist, its calls answer, its code trades."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from perpbox.server.background import running
from perpbox.server.settings import Settings
from tools import readme

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SERVE = "perpbox serve --port 8900"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def curls() -> list[str]:
    return [
        command for block in blocks("bash") for command in re.findall(r"curl (?:.*\\\n)*.*", block)
    ]


def run(command: str, base_url: str) -> Any:
    """Run one of the README's calls against a venue at another address."""
    command = command.replace("http://127.0.0.1:8900", base_url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def printed_by(code: str, names: dict[str, Any]) -> list[str]:
    """The words that the README's code prints, with these names and those it adds."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, names)  # noqa: S102  the README's code is what is under test
    return printed.getvalue().split()


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    shown = re.findall(r"^make (\w+)", blocks("bash")[0], re.MULTILINE)
    assert shown == ["run", "test"]
    for target in shown:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_answer_shown_is_the_answer_given() -> None:
    assert readme.with_answer(README) == README, "python -m tools.readme writes it anew"


def test_every_option_shown_exists() -> None:
    shown = next(line for block in blocks("bash") for line in block.splitlines() if SERVE in line)
    asked = [str(ROOT / ".venv/bin/perpbox"), "serve", "--help"]
    known = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    for option in re.findall(r"--[a-z]+", shown):
        assert option in known


def test_every_file_linked_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_calls_answer_and_ccxt_trades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    ccxt = pytest.importorskip("ccxt")
    with running(Settings(port=0, token="secret")) as server:
        account = run(curls()[0], server.base_url)
        code = blocks("python")[0].replace("import ccxt\n", "")
        code = re.sub(
            r"BASE, API_KEY, SECRET_KEY = .*",
            f"BASE, API_KEY, SECRET_KEY = {server.base_url!r}, "
            f"{account['apiKey']!r}, {account['secretKey']!r}",
            code,
        )
        names: dict[str, Any] = {"ccxt": ccxt}
        initial_margin, available = map(float, printed_by(code, names))
        assert initial_margin > 0
        assert 10_000 - initial_margin - 2 < available < 10_000 - initial_margin
        told = printed_by(blocks("python")[1], names)
        assert told == re.findall(r"`([A-Z_]+)`", README.partition("This prints")[2])[:4]
        for command in curls()[1:]:
            assert "error" not in run(command, server.base_url)
