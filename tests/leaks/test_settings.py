"""The settings of each client: every address at the venue or at nobody, whatever is switched."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import ccxt  # type: ignore[import-untyped, unused-ignore]  # annotated, but ships no py.typed
import ccxt.async_support  # type: ignore[import-untyped, unused-ignore]
import ccxt.pro  # type: ignore[import-untyped, unused-ignore]
import pytest

from perpbox import clients
from perpbox.clients import arguments, classes, constants, javascript, printed, unified
from perpbox.clients.place import HERE, NotAnAddress, is_address, nowhere, place

BASE = "http://127.0.0.1:8901"
ROOT = Path(__file__).resolve().parents[2]


def addresses(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from addresses(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from addresses(each)
    elif isinstance(value, str) and is_address(value):
        yield value


def hosts(value: object) -> set[str]:
    return {urlsplit(each).netloc for each in addresses(value)}


def leading_away(value: object) -> list[str]:
    return [each for each in hosts(value) if each != "127.0.0.1:8901" and ".invalid" not in each]


EXCHANGES = [
    getattr(library, name)
    for library in (ccxt, ccxt.async_support, ccxt.pro)
    for name in ("binance", "binanceusdm")
]


def made(kind: Any, config: dict[str, Any]) -> Any:
    """Asynchronous ones want a loop around them, and to be closed."""

    async def make() -> Any:
        exchange = kind(config)
        if kind.__module__.startswith(("ccxt.pro", "ccxt.async_support")):
            await exchange.close()
        return exchange

    return asyncio.run(make())


@pytest.mark.parametrize("kind", EXCHANGES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_address_of_ccxt_is_left(kind: Any) -> None:
    exchange = made(kind, {"httpProxy": "http://proxy.example:3128", "aiohttp_trust_env": True})
    before = len(list(addresses(exchange.urls)))
    assert clients.ccxt(exchange, BASE, api_key="k", secret="s") is exchange
    assert before == len(list(addresses(exchange.urls))) > 40
    assert leading_away(exchange.urls) == []
    assert exchange.urls["api"]["fapiPrivateV3"] == f"{BASE}/fapi/v3"
    assert (exchange.apiKey, exchange.secret) == ("k", "s")
    assert (exchange.httpProxy, exchange.http_proxy, exchange.aiohttp_trust_env) == (None,) * 2 + (
        False,
    )
    for switch in (exchange.set_sandbox_mode, exchange.enable_demo_trading):
        switch(True)
        assert exchange.urls["api"]["fapiPrivate"] == f"{BASE}/fapi/v1"
        assert leading_away(exchange.urls) == []
        switch(False)
        assert leading_away(exchange.urls) == []


@pytest.mark.parametrize("kind", EXCHANGES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_the_written_settings_name_all_that_ccxt_knows(kind: Any) -> None:
    """What they left out would stay the exchange's: a newer ccxt may know more."""
    exchange = made(kind, clients.ccxt_config(BASE))
    for environment in unified.ENVIRONMENTS:
        assert leading_away(exchange.urls[environment]) == []
    assert exchange.options["fetchMarkets"]["types"] == ["linear"]


def test_streams_and_socket_api_of_ccxt_are_at_the_venue() -> None:
    streams = clients.ccxt(made(ccxt.pro.binanceusdm, {}), BASE).urls["api"]["ws"]
    (futures,) = unified.FUTURES_STREAMS & streams.keys()  # older versions call them otherwise
    assert streams[futures] == "ws://127.0.0.1:8901/ws"
    assert streams["ws-api"][futures] == "ws://127.0.0.1:8901/ws-fapi/v1"
    assert streams["spot"] == "wss://spot.perpbox.invalid"


def test_freqtrade_merges_what_ccxt_would() -> None:
    section = clients.freqtrade(BASE, api_key="k", secret="s")
    assert (section["key"], section["secret"], section["only_from_ccxt"]) == ("k", "s", True)
    assert section["ccxt_config"] == clients.ccxt_config(BASE)
    own = clients.freqtrade(BASE, urls=ccxt.binance().urls)["ccxt_config"]["urls"]
    assert leading_away(own) == []
    assert own["api"]["papi"] == "https://papi.perpbox.invalid"


class BaseClient:
    API_URL = "https://api{}.binance.{}/api"
    FUTURES_URL = "https://fapi.binance.{}/fapi"
    FUTURES_TESTNET_URL = "https://testnet.binancefuture.com/fapi"
    FUTURES_DEMO_URL = "https://demo-fapi.binance.com/fapi"
    OPTIONS_TESTNET_URL = "https://testnet.binanceops.{}/eapi"
    WS_FUTURES_TESTNET_URL = "wss://testnet.binancefuture.com/ws-fapi/v1"
    WS_API_URL = "wss://ws-api.binance.{}/ws-api/v3"


def test_classes_are_led_with_those_that_they_are_derived_from() -> None:
    base = type("Base", (), {**vars(BaseClient), "__dict__": None, "__weakref__": None})
    client = type("Client", (base,), {"FUTURES_URL": "https://other.example/fapi"})
    manager = type("Manager", (), {"FSTREAM_URL": "wss://fstream.binance.{}/", "TEXT_URL": "v1"})
    module = ModuleType("binance")
    vars(module).update(Client=client, Manager=manager, sentence="https://x.example and more")
    clients.python_binance(module, BASE)
    led: Any = SimpleNamespace(client=client, base=base, manager=manager)
    assert led.client.FUTURES_URL == led.base.FUTURES_URL == f"{BASE}/fapi"
    assert led.base.FUTURES_TESTNET_URL == led.base.FUTURES_DEMO_URL == f"{BASE}/fapi"
    assert f"{BASE}/api" == led.base.API_URL
    assert led.base.WS_FUTURES_TESTNET_URL == "ws://127.0.0.1:8901/ws-fapi/v1"
    assert led.base.WS_API_URL == "wss://ws-api-url.perpbox.invalid"
    assert led.base.OPTIONS_TESTNET_URL == "https://options-testnet-url.perpbox.invalid"
    assert (led.manager.FSTREAM_URL, led.manager.TEXT_URL) == ("ws://127.0.0.1:8901/", "v1")


def test_unicorn_is_made_without_an_exchange_and_without_github() -> None:
    manager = type("BinanceRestApiManager", (), {"PAPI_URL": "https://papi.binance.com/papi"})
    told: classes.Unicorn = clients.unicorn(manager, BASE, api_key="k", secret="s")
    assert vars(manager)["PAPI_URL"] == "https://papi-url.perpbox.invalid"
    assert told.rest["exchange"] is None
    assert told.rest["warn_on_update"] is told.websocket["warn_on_update"] is False
    assert (told.rest["api_key"], told.rest["api_secret"]) == ("k", "s")
    assert leading_away(told.websocket) == []


def test_hummingbot_has_two_domains_and_both_lead_here() -> None:
    module = ModuleType("binance_perpetual_constants")
    vars(module).update(
        PERPETUAL_BASE_URL="https://fapi.binance.com/fapi/",
        TESTNET_BASE_URL="https://testnet.binancefuture.com/fapi/",
        PERPETUAL_WS_URL="wss://fstream.binance.com/",
        TESTNET_WS_URL="wss://stream.binancefuture.com/",
        SOME_LATER_URL="https://elsewhere.example/",
        PING_URL="v1/ping",
    )
    constants.hummingbot(module, BASE)
    for name in ("PERPETUAL_BASE_URL", "TESTNET_BASE_URL"):
        assert vars(module)[name] == f"{BASE}/fapi/"
    assert vars(module)["TESTNET_WS_URL"] == "ws://127.0.0.1:8901/"
    assert vars(module)["SOME_LATER_URL"] == "https://some-later-url.perpbox.invalid"
    assert vars(module)["PING_URL"] == "v1/ping"


@dataclass
class Endpoint:
    """As cryptofeed has them."""

    address: str
    sandbox: str = ""
    limit: int = 0


def test_cryptofeed_takes_tls_alone() -> None:
    feed = type(
        "BinanceFutures",
        (),
        {
            "rest_endpoints": [Endpoint("https://fapi.binance.com", limit=7)],
            "websocket_endpoints": [Endpoint("wss://fstream.binance.com")],
        },
    )
    clients.cryptofeed(feed, "https://127.0.0.1:8901")
    here, there = "https://127.0.0.1:8901", "wss://127.0.0.1:8901"
    assert vars(feed)["rest_endpoints"] == [Endpoint(here, here, 7)]
    assert vars(feed)["websocket_endpoints"] == [Endpoint(there, there)]
    with pytest.raises(NotAnAddress, match="TLS alone"):
        clients.cryptofeed(feed, BASE)


@pytest.mark.parametrize("client", printed.PRINTED)
def test_what_is_printed_is_json_and_leads_here(client: str) -> None:
    told = printed.settings_for(client, BASE, api_key="the key", secret="the secret")
    text = json.dumps(told)
    assert "the key" in text
    assert "the secret" in text
    assert leading_away(told) == []
    assert "127.0.0.1:8901" in hosts(told)
    without = json.dumps(printed.settings_for(client, BASE))
    assert not re.search(r"key|secret", without, re.IGNORECASE), "no key that is none"


def test_arguments_are_those_of_the_clients() -> None:
    nautilus = arguments.nautilus(BASE)
    assert nautilus.data["base_url_ws"] == "ws://127.0.0.1:8901"
    assert nautilus.execution["base_url_ws_stream"] == "ws://127.0.0.1:8901/private"
    assert arguments.official_sdk(BASE).websocket_api["stream_url"].endswith(":8901/ws-fapi/v1")
    fields = javascript.node_binance_api(BASE)["fields"]
    assert fields["fapiTest"] == f"{BASE}/fapi/"
    assert fields["fstreamDemo"] == "ws://127.0.0.1:8901/stream?streams="
    assert fields["wsApi"] == "wss://wsapi.perpbox.invalid"


@pytest.mark.parametrize("text", ["", "127.0.0.1:8900", "ftp://x", "http://", f"{HERE}/fapi"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NotAnAddress, match="a venue's address"):
        place(text)


def test_an_address_may_end_with_a_slash_and_be_tls() -> None:
    assert place("https://venue.example/").socket("/ws") == "wss://venue.example/ws"
    assert nowhere("ws.api_v3", "wss://x.example") == "wss://ws-api-v3.perpbox.invalid"


def test_nothing_but_the_standard_library_is_needed() -> None:
    """A client's own environment has no perpbox in it, and need not."""
    code = f"import sys; sys.path.append({str(ROOT)!r}); import perpbox.clients.guard"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
