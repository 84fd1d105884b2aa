"""A venue clones an account of another venue, which it asks by GET alone; and the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from perpbox import cli, demo
from perpbox.audit import Unreadable
from perpbox.clone import clone, from_live
from perpbox.clone.comparison import differing
from perpbox.console import clone as console
from perpbox.server.background import Background, running
from perpbox.server.settings import Settings, Unusable
from tests.server.shell import Kept

TOKEN = "token"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Background, demo.Trader]]:
    settings = Settings(port=0, token=TOKEN, clock="manual", start="2026-01-01T00:00:00Z")
    with running(settings, Kept()) as background:
        trader = demo.Trader(background.base_url, TOKEN)
        trader.open_account("alice", {"USDT": "10000", "USDC": "500"})
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}
        trader.signed("POST", "/fapi/v1/order", **order)
        far = {"symbol": "ETHUSDT", "side": "SELL", "type": "LIMIT", "quantity": "1"}
        far |= {"timeInForce": "GTC"}
        mark = trader.public("/fapi/v1/premiumIndex", symbol="ETHUSDT")["markPrice"]
        price = str(round(float(mark) * 1.03))
        trader.signed("POST", "/fapi/v1/order", price=price, **far)
        yield background, trader


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    return int(str(ended.value.code))


def key_of(monkeypatch: pytest.MonkeyPatch, trader: demo.Trader) -> None:
    monkeypatch.setenv("PERPBOX_LIVE_KEY", trader.access.api_key)
    monkeypatch.setenv("PERPBOX_LIVE_SECRET", trader.access.secret_key)


def test_a_venue_is_asked_and_nothing_happens_there(
    server: tuple[Background, demo.Trader],
) -> None:
    background, trader = server
    before = background.call(lambda venue: venue.sequence)
    answers = from_live(background.base_url, trader.access.api_key, trader.access.secret_key)
    made = clone(answers, ":memory:")
    assert differing(made.compared) == []
    assert len(made.compared) > 100
    assert not [note for note in made.notes if "given" in note]
    assert background.call(lambda venue: venue.sequence) == before


def test_the_clone_is_served_and_answers_the_same(
    server: tuple[Background, demo.Trader], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    background, trader = server
    key_of(monkeypatch, trader)
    place = str(tmp_path / "clone.perpbox")
    made = console.build(console.answers_of([], background.base_url), place)
    settings = Settings(port=0, data=place, token=TOKEN, clock="manual")
    with running(settings, Kept()) as second:
        other = demo.Trader(second.base_url, TOKEN)
        other.access = demo.Access(second.base_url, made.api_key, made.secret_key)
        for path in ("/fapi/v3/account", "/fapi/v3/positionRisk", "/fapi/v3/balance"):
            assert timeless(other.signed("GET", path)) == timeless(trader.signed("GET", path))


def timeless(answer: Any) -> Any:
    """Without times and what is one's own."""
    if isinstance(answer, list):
        return [timeless(each) for each in answer]
    if isinstance(answer, dict):
        own = {"updateTime", "accountAlias"}
        return {name: timeless(value) for name, value in answer.items() if name not in own}
    return answer


def test_the_terminal_says_what_is_the_same(
    server: tuple[Background, demo.Trader],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    background, trader = server
    key_of(monkeypatch, trader)
    place = str(tmp_path / "clone.perpbox")
    assert run("clone", "--live", background.base_url, "--data", place) == 0
    output = capsys.readouterr().out
    assert f"perpbox serve --data {place}" in output
    assert "not known: fills, income" in output
    assert "secretKey" in output


def test_what_if_of_a_files_account(
    server: tuple[Background, demo.Trader], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, trader = server
    words = []
    for name in ("account", "positionRisk"):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(trader.signed("GET", f"/fapi/v3/{name}")))
        words += ["--from", str(path)]
    account = trader.signed("GET", "/fapi/v3/account")
    assert run("what-if", *words, "--price", "BTCUSDT=-10%", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["before"]["totalWalletBalance"] == account["totalWalletBalance"]
    assert (
        answer["before"]["positions"][0]["initialMargin"]
        == (account["positions"][0]["initialMargin"])
    )
    assert float(answer["account"]["totalUnrealizedProfit"]) < -500


def test_differences_are_shown_with_their_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "balance.json"
    row = {"asset": "USDT", "balance": "5", "crossUnPnl": "1", "availableBalance": "3"}
    path.write_text(json.dumps([row]))
    assert run("clone", str(path)) == 1
    output = capsys.readouterr().out
    assert "1 of 3 figures are the same." in output
    assert "the positions were not given" in output


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("clone",), "takes files"),
        (("clone", "no such file"), "No such file"),
        (("clone", "--live", "http://127.0.0.1:9"), "PERPBOX_LIVE_KEY"),
        (("what-if", "--from", "x", "--url", "http://a", "--advance", "8h"), "names another"),
    ],
)
def test_mistakes_are_one_line(
    words: tuple[str, ...],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PERPBOX_LIVE_KEY", raising=False)
    assert run(*words) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_who_is_no_venue_or_refuses_is_told(server: tuple[Background, demo.Trader]) -> None:
    background, _ = server
    for url, complaint in (
        ("ftp://x", r"takes an address"),
        ("http://127.0.0.1:9", r"does not answer"),
        (background.base_url, r"is refused with 401"),
    ):
        with pytest.raises(Unreadable, match=complaint):
            from_live(url, "no key", "no secret")
    with pytest.raises(Unusable):
        console.answers_of([Path("none")], None)
