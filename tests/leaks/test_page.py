"""The page of clients: nothing public is missing, and what it shows is taken by the language."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from perpbox import clients
from perpbox.clients.printed import PRINTED

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "clients.md").read_text(encoding="utf-8")
HERE = ("import ccxt", "from binance_common")
"""How the blocks begin whose client the project's own environment has."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_every_function_is_on_the_page() -> None:
    functions = {name for name in clients.__all__ if name[0].islower()}
    printed = {function.__name__ for function in PRINTED.values() if hasattr(function, "__name__")}
    shown = {name for name in functions if f"clients.{name}(" in PAGE}
    assert functions - shown <= printed | {"settings_for"}


def test_every_client_that_is_printed_is_on_the_page() -> None:
    shown = set(re.findall(r"settings-for ([a-z-]+)", PAGE))
    assert shown | {"official-sdk", "futures-connector", "nautilus"} == set(PRINTED)


@pytest.mark.parametrize("code", blocks("python"))
def test_a_block_asks_for_what_there_is(code: str) -> None:
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Attribute) and ast.unparse(call.value) == "clients":
            assert call.attr in clients.__all__


@pytest.mark.parametrize("code", [each for each in blocks("python") if each.startswith(HERE)])
def test_a_block_makes_its_client(code: str) -> None:
    names: dict[str, Any] = {"BASE": "http://127.0.0.1:8900", "KEY": "k", "SECRET": "s"}
    exec(code, names)  # noqa: S102  the page's code is what is under test
    assert "exchange" in names or names["client"].websocket_streams is not None


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("code", blocks("js"))
def test_a_block_of_javascript_is_some(code: str, tmp_path: Path) -> None:
    file = tmp_path / "block.mjs"
    file.write_text(code)
    subprocess.run(["node", "--check", str(file)], check=True)
