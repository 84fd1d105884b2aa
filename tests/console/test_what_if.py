"""`perpbox what-if` against a venue that runs: tables, JSON, picture, and one line for mistakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from perpbox import cli, demo
from perpbox.console.operator import Operator
from perpbox.console.picture import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw, ratios
from perpbox.console.what_if import steps_of
from perpbox.server.background import Background, running
from perpbox.server.settings import Settings, Unusable
from tests.server.shell import Kept

TOKEN = "token"


@pytest.fixture(scope="module")
def server() -> Iterator[Background]:
    with running(Settings(port=0, token=TOKEN), Kept()) as background:
        trader = demo.Trader(background.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10000"})
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}
        trader.signed("POST", "/fapi/v1/order", **order)
        yield background


def run(server: Background, *words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["what-if", *words, "--url", server.base_url, "--token", TOKEN])
    return int(str(ended.value.code))


def test_a_fall_in_words(server: Background, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--price", "BTCUSDT=-20%", "--order", "symbol=BTCUSDT side=UP type=MARKET quantity=1")
    assert run(server, *words) == 0
    output = capsys.readouterr().out
    assert "margin balance" in output
    assert "BTCUSDT" in output
    assert "refused:" in output
    assert "-1117" in output


def test_a_liquidation_in_words(server: Background, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server, "--price", "BTCUSDT=-99%", "--moves", "50") == 0
    assert "by itself: LIQUIDATION_STARTED" in capsys.readouterr().out


def test_the_answer_as_json(server: Background, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--set-leverage", "BTCUSDT=50", "--transfer", "USDT=100", "--advance", "8h", "--json")
    assert run(server, *words) == 0
    answer = json.loads(capsys.readouterr().out)
    kinds = [next(iter(step["step"])) for step in answer["steps"]]
    assert sorted(kinds) == ["advance", "leverage", "transfer"]
    assert all("answer" in step for step in answer["steps"])


def test_a_picture(server: Background, tmp_path: Path) -> None:
    """Whole on its own: it asks nobody for a script or a font."""
    path = tmp_path / "account.svg"
    assert run(server, "--sweep", "BTCUSDT=-30%:+30%", "--picture", str(path)) == 0
    picture = path.read_text()
    root = ET.fromstring(picture)  # noqa: S314  written by this very test
    assert root.tag.endswith("svg")
    for words in ("margin balance", "maintenance margin", "available balance", "now"):
        assert words in picture
    assert "script" not in {element.tag.rpartition("}")[2] for element in root.iter()}
    for part in ("src=", "@import", "url(http"):
        assert part not in picture


def test_a_picture_shows_the_figures() -> None:
    """From one axis to the other: money from 0 to 200, prices from 100 to 300."""
    rows = [
        {"mark": mark, "marginBalance": balance, "maintMargin": "20", "availableBalance": free}
        for mark, balance, free in (("100", "0", "0"), ("200", "100", "50"), ("300", "200", "80"))
    ]
    assert ratios(rows) == [(200.0, 20.0), (300.0, 10.0)]
    root = ET.fromstring(draw("BTCUSDT", rows, ["200"], "300"))  # noqa: S314  made here
    space = "{http://www.w3.org/2000/svg}"
    lines = [each.attrib["points"] for each in root.iter(f"{space}polyline")]
    start, end = HEIGHT - BOTTOM, TOP
    half = (start + end) / 2
    middle = (LEFT + WIDTH - RIGHT) / 2
    right = WIDTH - RIGHT
    assert lines[0] == f"{float(LEFT)},{float(start)} {middle},{half} {float(right)},{float(end)}"
    tenth = start - (start - end) / 10
    fifth = start - (start - end) / 5
    assert lines[3] == f"{middle},{fifth} {float(right)},{tenth}"
    uprights = [
        each.attrib["x1"]
        for each in root.iter(f"{space}line")
        if each.attrib["x1"] == each.attrib["x2"]
    ]
    assert uprights == [str(middle), str(float(right))]


def test_a_picture_without_positions() -> None:
    row = {"mark": "1", "marginBalance": "0", "maintMargin": "0", "availableBalance": "0"}
    assert draw("BTCUSDT", [row, {**row, "mark": "2"}], [], None).startswith(b"<?xml")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "something to try"),
        (("--price", "BTCUSDT"), "NAME=VALUE"),
        (("--picture", "x.svg"), "--sweep"),
        (("--advance", "8h", "--account", "77"), "no account 77"),
        (("--advance", "8h", "--moves", "x"), "moves"),
        (("--fall", "1"), "--fall"),
        (("--sweep", "NOTHING"), "no symbol NOTHING"),
        (("--sweep", "BTCUSDT", "--picture", "/nowhere/x.svg"), "cannot be written"),
    ],
)
def test_a_mistake_is_one_line(
    server: Background,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    complaint: str,
) -> None:
    assert run(server, *words) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("perpbox: ")
    assert complaint in errors
    assert errors.count("\n") == 1


def test_steps_come_in_an_order_of_their_own() -> None:
    steps = steps_of(("A=1",), 2, ("symbol=A side=BUY",), ("A=5",), ("USDT=1",), "1h")
    assert [next(iter(step)) for step in steps] == [
        "transfer",
        "leverage",
        "order",
        "prices",
        "advance",
    ]


@pytest.mark.parametrize("url", ["ftp://x", "127.0.0.1:8900", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(Unusable, match="--url"):
        Operator(url, None)


def test_nobody_is_there(unused_port: int) -> None:
    with pytest.raises(Unusable, match="does not answer"):
        Operator(f"http://127.0.0.1:{unused_port}", None).ask("GET", "/healthz")


def test_a_word_that_is_wrong(server: Background) -> None:
    with pytest.raises(Unusable, match="--token"):
        Operator(server.base_url, "wrong").ask("GET", "/box/v1/status")


def test_which_account_is_meant(server: Background) -> None:
    operator = Operator(server.base_url, TOKEN)
    assert operator.account_id(None) == 1
    assert operator.account_id(5) == 5


@pytest.fixture
def unused_port(server: Background) -> int:
    with running(Settings(port=0), Kept()) as gone:
        return int(gone.base_url.rpartition(":")[2])
