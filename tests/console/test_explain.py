"""`perpbox explain` against a venue that runs: the tree, JSON, and one line for mistakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from perpbox import cli, demo
from perpbox.console.explain import tree_of
from perpbox.margin.explanation import Node
from perpbox.server.background import Background, running
from perpbox.server.settings import Settings
from tests.property.test_explanations import check
from tests.server.shell import Kept

TOKEN = "token"


@pytest.fixture(scope="module")
def server() -> Iterator[Background]:
    with running(Settings(port=0, token=TOKEN), Kept()) as background:
        trader = demo.Trader(background.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10000"})
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}
        trader.signed("POST", "/fapi/v1/order", **order)
        resting = {**order, "type": "LIMIT", "price": "40000", "timeInForce": "GTC"}
        trader.signed("POST", "/fapi/v1/order", **resting)
        yield background


def run(server: Background, *words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["explain", *words, "--url", server.base_url, "--token", TOKEN])
    return int(str(ended.value.code))


def test_a_tree(server: Background, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server, "positions.BTCUSDT.maintMargin") == 0
    output = capsys.readouterr().out
    assert "= cut8(abs(positionAmt * markPrice) * maintMarginRate - cum)" in output
    assert "leverage bracket 1 of BTCUSDT" in output
    assert "evidence: recorded: 31 of 31 rows" in output
    page = Path(__file__).parents[2] / "docs" / "explain.md"
    assert f"```text\n{output}```" in page.read_text(encoding="utf-8")


def test_json(server: Background, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a venue that runs, with its own account of fills and orders, each formula holds too."""
    for field in ("availableBalance", "positions.BTCUSDT.liquidationPrice"):
        assert run(server, field, "--json") == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["field"] == field
        nodes = [msgspec.convert(answer, Node)]
        while nodes:
            node = nodes.pop()
            check(node)
            nodes += node.inputs


def test_so_deep_and_no_deeper(server: Background, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server, "availableBalance", "--depth", "1", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["inputs"][0]["inputs"] == []
    assert len(tree_of(answer).children) == 3


def test_a_mistake_is_one_line(server: Background, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server, "positions.BTCUSD.maintMargin") == 2
    errors = capsys.readouterr().err
    assert errors.startswith("perpbox: ")
    assert "positions.BTCUSDT.maintMargin" in errors
    assert errors.count("\n") == 1
