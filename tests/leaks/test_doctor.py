"""The doctor: against a venue that is there, and bots that are led well, half and not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from perpbox import cli, clients
from perpbox.clients import probe
from perpbox.clients.reach import NOT_SET, addresses_of
from perpbox.console import doctor, printing
from perpbox.console.doctor import configurations, findings, venue
from perpbox.console.doctor.findings import Verdict
from perpbox.server.background import running
from perpbox.server.settings import Settings, Unusable

BOT = """
import ccxt
import socket

BASE = {base!r}

def half():
    exchange = ccxt.binanceusdm({{"httpProxy": "http://me:secret@proxy.corp:3128"}})
    exchange.urls["api"]["fapiPublic"] = BASE + "/fapi/v1"
    return exchange

async def whole():
    import ccxt.pro
    from perpbox import clients
    exchange = clients.ccxt(ccxt.pro.binanceusdm(), BASE)
    await exchange.close()
    return exchange

def curious():
    try:
        socket.create_connection(("api.binance.com", 443))
    except OSError:
        return {{"url": BASE}}

def broken():
    raise ValueError("no such key")

def fatal():
    import os
    os._exit(3)

nothing = {{"pairs": ["BTCUSDT"]}}
"""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running(Settings(port=0, token="word")) as server:
        yield server.base_url


@pytest.fixture
def bot(base: str, tmp_path: Path) -> str:
    path = tmp_path / "bot.py"
    path.write_text(BOT.format(base=base))
    return str(path)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def found_in(configuration: str, base: str) -> list[findings.Finding]:
    return configurations.findings_of(configuration, base, sys.executable)


def verdicts(found: list[findings.Finding]) -> set[Verdict]:
    return {each.verdict for each in found}


def written(tmp_path: Path, config: object) -> str:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    return str(path)


def test_a_bot_that_is_led_is_well(bot: str, base: str) -> None:
    found = found_in(f"{bot}:whole", base)
    assert verdicts(found) == {Verdict.VENUE, Verdict.NOWHERE}
    assert len(found) > 40


def test_what_half_is_led_leaves_is_told_one_by_one(bot: str, base: str) -> None:
    leaving = {
        each.where: each.what
        for each in found_in(f"{bot}:half", base)
        if each.verdict is Verdict.LEAVES
    }
    assert leaving["urls.api.papi"] == "https://papi.binance.com/papi/v1"
    assert leaving["httpProxy"] == "http://proxy.corp:3128", "without its password"
    assert "urls.api.fapiPublic" not in leaving
    assert not any("doc" in where for where in leaving)


def test_a_bot_that_calls_while_it_is_made_is_stopped_and_told(bot: str, base: str) -> None:
    found = found_in(f"{bot}:curious", base)
    assert [each.what for each in found if each.verdict is Verdict.LEAVES] == [
        "tried to resolve api.binance.com"
    ]
    assert verdicts(found) == {Verdict.VENUE, Verdict.LEAVES}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("broken", "ValueError: no such key"),
        ("missing", "has no missing"),
        ("nothing", "no address is found"),
    ],
)
def test_a_bot_that_cannot_be_made_is_wrong(name: str, says: str, bot: str, base: str) -> None:
    (found,) = found_in(f"{bot}:{name}", base)
    assert found.verdict is Verdict.WRONG
    assert says in found.what


@pytest.mark.parametrize("target", ["nowhere.py", "no_such_module:client"])
def test_a_bot_that_is_not_there_is_wrong(target: str, base: str) -> None:
    (found,) = found_in(target, base)
    assert found.verdict is Verdict.WRONG


def test_a_python_that_dies_or_is_not_there_is_misuse(bot: str, base: str) -> None:
    with pytest.raises(Unusable, match=r"ended .* with 3"):
        found_in(f"{bot}:fatal", base)
    with pytest.raises(Unusable, match="cannot be run"):
        configurations.findings_of(f"{bot}:whole", base, "/no/python")


def test_freqtrade_as_it_is_printed_is_well(tmp_path: Path, base: str) -> None:
    section = printing.settings_of("freqtrade", base, "k", "s")
    path = written(tmp_path, {"dry_run": False, "exchange": section})
    assert verdicts(found_in(path, base)) == {Verdict.VENUE, Verdict.NOWHERE}


def test_freqtrade_calls_more_than_its_exchange(tmp_path: Path, base: str) -> None:
    config = {
        "fiat_display_currency": "USD",
        "telegram": {"enabled": True},
        "webhook": {"url": "https://hooks.example.com/x"},
        "exchange": {"ccxt_config": {"urls": {"api": {"fapiPublic": f"{base}/fapi/v1"}}}},
    }
    told = {each.where: each for each in found_in(written(tmp_path, config), base)}
    assert told["dry_run"].verdict is Verdict.NOTE
    left_out = told["exchange.ccxt_config.urls.api"]
    assert "fapiPrivateV3, " in left_out.what
    assert " fapiPublic," not in left_out.what
    leaving = {where for where, each in told.items() if each.verdict is Verdict.LEAVES}
    assert leaving == {
        "fiat_display_currency",
        "telegram.enabled",
        "webhook.url",
        "exchange.only_from_ccxt",
        "exchange.ccxt_config.urls.api",
    }


def test_a_configuration_of_ccxt_has_to_name_all(tmp_path: Path, base: str) -> None:
    whole = clients.ccxt_config(base)
    assert verdicts(found_in(written(tmp_path, whole), base)) == {Verdict.VENUE, Verdict.NOWHERE}
    del whole["urls"]["api"]["papi"], whole["urls"]["api"]["ws"]["future"]
    found = found_in(written(tmp_path, whole), base)
    assert [each.what for each in found if each.verdict is Verdict.LEAVES] == [
        "does not name papi: ccxt's own"
    ]


@pytest.mark.parametrize(("text", "says"), [("{", "no JSON"), ("[]", "no object")])
def test_a_file_that_is_no_configuration(text: str, says: str, tmp_path: Path, base: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(Unusable, match=says):
        found_in(str(path), base)


class Slotted:
    __slots__ = ("stream_url",)

    def __init__(self) -> None:
        self.stream_url = None


class Client:
    """As clients keep them: in the class, in the instance, in what it is made of."""

    API_URL = "https://api{}.binance.{}/api"
    endpoints = ("https://not-looked-at.example",)

    def __init__(self) -> None:
        self.API_URL = "http://127.0.0.1:1/api"
        self.config = Slotted()
        self.inner: Any = SimpleNamespace(more=["wss://a.example/ws", "a sentence of https://b"])
        self.inner.itself = self
        self.proxies = {"https": "http://proxy:1"}
        self.socks_proxy = "10.0.0.1:9050"


def test_addresses_are_reached_wherever_they_are() -> None:
    assert set(addresses_of(Client())) == {
        ("API_URL", "http://127.0.0.1:1/api"),
        ("config.stream_url", NOT_SET),
        ("inner.more.0", "wss://a.example/ws"),
        ("proxies.https", "http://proxy:1"),
        ("socks_proxy", "10.0.0.1:9050"),
    }
    assert addresses_of(Client) == [("API_URL", "https://api{}.binance.{}/api")]


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("http://localhost:8900/fapi", Verdict.VENUE),
        ("ws://[::1]:8900/ws", Verdict.VENUE),
        ("http://127.0.0.1:8901", Verdict.MACHINE),
        ("127.0.0.1:9050", Verdict.MACHINE),
        ("https://papi.perpbox.invalid", Verdict.NOWHERE),
        ("https://perpbox.invalid.example.com", Verdict.LEAVES),
        ("https://127.0.0.1.example.com:8900", Verdict.LEAVES),
        ("http://127.0.0.1:8900@fapi.binance.com", Verdict.LEAVES),
        ("https://api{}.binance.{}/api", Verdict.LEAVES),
        ("http://10.0.0.7:8900", Verdict.LEAVES),
    ],
)
def test_where_an_address_leads(address: str, verdict: Verdict) -> None:
    assert findings.verdict_of(address, "http://127.0.0.1:8900") is verdict


def test_a_venue_elsewhere_is_the_venue() -> None:
    assert findings.verdict_of("wss://venue.example.com/ws", "https://venue.example.com") is (
        Verdict.VENUE
    )


def test_the_venue_is_well(base: str) -> None:
    found = venue.venue_findings(base, "word", "", "")
    assert verdicts(found) == {Verdict.WELL}
    assert "feed quiet, real clock" in " ".join(each.what for each in found)


def test_the_venue_without_its_word_and_with_a_key_that_is_none(base: str) -> None:
    found = {each.where: each for each in venue.venue_findings(base, "other", "k", "s")}
    assert found["version and feed"].verdict is Verdict.WRONG
    assert found["key"].verdict is Verdict.WRONG
    assert "-2014" in found["key"].what
    (note,) = (
        each for each in venue.venue_findings(base, "", "", "") if each.verdict is Verdict.NOTE
    )
    assert note.where == "version and feed"


def test_nobody_is_sent_a_key_who_is_no_venue() -> None:
    (found,) = venue.venue_findings("http://127.0.0.1:1", "", "k", "s")
    assert (found.where, found.verdict) == ("address", Verdict.WRONG)


def test_a_proxy_of_the_shell_would_carry_calls_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://me:secret@proxy.corp:3128")
    (found,) = venue.environment_findings("http://127.0.0.1:8900")
    assert found.verdict is Verdict.LEAVES
    assert "secret" not in found.what
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert venue.environment_findings("http://127.0.0.1:8900") == []


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    told = capsys.readouterr()
    return int(str(ended.value.code)), told.out + told.err


def test_the_command_says_how_it_ended(
    capsys: pytest.CaptureFixture[str], bot: str, base: str
) -> None:
    code, text = ran(capsys, "doctor", f"{bot}:whole", "--url", base, "--token", "word")
    assert code == 0
    assert "addresses" in text
    assert "urls.api.papi" not in text
    every = ran(capsys, "doctor", f"{bot}:whole", "--url", base, "--every")[1]
    assert "urls.api.papi" in every
    code, text = ran(capsys, "doctor", f"{bot}:half", "--url", base, "--json")
    assert code == 1
    rows = json.loads(text)
    assert {"urls.api.papi"} <= {
        row["where"] for row in rows if row["verdict"] == "would leave the machine"
    }
    assert ran(capsys, "doctor", "--url", "ftp://x")[0] == 2


def test_the_settings_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = ran(
        capsys, "settings-for", "ccxt", "--url", "http://127.0.0.1:9", "--api-key", "k"
    )
    assert (code, json.loads(text)["apiKey"]) == (0, "k")
    code, text = ran(capsys, "settings-for", "bitmex")
    assert code == 2
    assert "there are ccxt, freqtrade" in text
    code, text = ran(capsys, "settings-for", "ccxt", "--url", "http://127.0.0.1:9/fapi")
    assert (code, "a venue's address" in text) == (2, True)


def test_the_probe_needs_the_package_alone(tmp_path: Path) -> None:
    """Its code names the folder of perpbox, not the libraries beside it."""
    code = probe.starting(tmp_path)
    assert str(tmp_path / "__init__.py") in code
    assert "sys.path" not in code
    assert not doctor.is_bad([findings.Finding("", "", "", Verdict.NOTE)])
