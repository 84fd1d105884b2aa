"""ccxt, and freqtrade, which is made on it: addresses in one nested table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from perpbox.clients.place import HERE, Place, is_address, nowhere, place

ExchangeT = TypeVar("ExchangeT")

SERVED: Final = {
    "fapiPublic": "/fapi/v1",
    "fapiPublicV2": "/fapi/v2",
    "fapiPublicV3": "/fapi/v3",
    "fapiPrivate": "/fapi/v1",
    "fapiPrivateV2": "/fapi/v2",
    "fapiPrivateV3": "/fapi/v3",
    "fapiData": "/futures/data",
    "public": "/api/v3",
    "sapi": "/sapi/v1",
    "dapiPublic": "/dapi/v1",
}
"""What the venue answers. Of spot, margin and coin-margined futures it is what ccxt asks there
before it trades here."""

FUTURES_STREAMS: Final = frozenset({"linear", "future"})
"""What ccxt calls USDS-M futures among its streams: in Python, and in JavaScript."""

OPTIONS: Final[Mapping[str, Any]] = {
    "fetchCurrencies": False,
    "fetchMarkets": {"types": ["linear"]},
    "disableFuturesSandboxWarning": True,
}
"""Only this market is loaded; and `set_sandbox_mode` is let through, since it leads here too."""

PROXIES: Final = ("proxyUrl", "httpProxy", "httpsProxy", "socksProxy")
PROXIES_OF_STREAMS: Final = ("wsProxy", "wssProxy", "wsSocksProxy")
FROM_ENVIRONMENT: Final = ("trust_env", "aiohttp_trust_env", "requests_trust_env")

REST: Final = (
    *SERVED,
    *("sapiV2", "sapiV3", "sapiV4", "dapiPrivate", "dapiPrivateV2", "dapiData"),
    *("eapiPublic", "eapiPrivate", "private", "v1", "papi", "papiV2"),
)
STREAMS: Final = (
    *("spot", "margin", "linear", "inverse", "future", "delivery", "stock"),
    *("option", "optionMarket", "optionPrivate", "papi"),
)
SOCKET_API: Final = ("spot", "linear", "inverse", "future", "delivery")
ENVIRONMENTS: Final = ("api", "test", "demo")


def ccxt(
    exchange: ExchangeT, base_url: str = HERE, *, api_key: str = "", secret: str = ""
) -> ExchangeT:
    """Send an exchange of ccxt, ccxt.async_support or ccxt.pro to the venue; it is changed itself.

    Every address that it knows is led to the venue or to nobody, those of the sandbox, of demo
    trading and of its own pages too, so that no switch leads away again. Proxies are taken out. To
    be called before the exchange is used; `api_key` and `secret` are set if they are given.
    """
    there: Any = exchange
    there.urls = led(there.urls, place(base_url))
    there.options = {**there.options, **OPTIONS}
    for name in (*PROXIES, *PROXIES_OF_STREAMS):
        for spelled in (name, f"{name}Callback", _snake(name), f"{_snake(name)}_callback"):
            if hasattr(there, spelled):
                setattr(there, spelled, None)
    for name in FROM_ENVIRONMENT:
        if hasattr(there, name):
            setattr(there, name, False)
    if hasattr(getattr(there, "session", None), "trust_env"):
        there.session.trust_env = False
    if api_key:
        there.apiKey, there.secret = api_key, secret
    return exchange


def ccxt_config(
    base_url: str = HERE,
    *,
    api_key: str = "",
    secret: str = "",
    urls: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What an exchange of ccxt is made with, in any language; ccxt merges it with its own.

    What it does not name stays the exchange's. It names all that the versions of ccxt know that
    perpbox is tested with; with `urls`, the `urls` of an exchange, all that this one knows.
    """
    keys = {"apiKey": api_key, "secret": secret} if api_key else {}
    known = known_urls() if urls is None else urls
    return {**keys, "urls": led(known, place(base_url)), "options": dict(OPTIONS)}


def freqtrade(
    base_url: str = HERE,
    *,
    api_key: str = "",
    secret: str = "",
    urls: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The section `exchange` of freqtrade's configuration, to be merged with the pairs.

    `only_from_ccxt`: candles of the past are asked of the venue, not of data.binance.vision.
    """
    config = ccxt_config(base_url, urls=urls)
    keys = {"key": api_key, "secret": secret} if api_key else {}
    return {"name": "binance", **keys, "only_from_ccxt": True, "ccxt_config": config}


def known_urls() -> dict[str, Any]:
    """The table of an exchange as far as perpbox knows it, with addresses that only say a kind."""
    api: dict[str, Any] = dict.fromkeys(REST, "https://binance.com")
    streams: dict[str, Any] = dict.fromkeys(STREAMS, "wss://binance.com")
    streams["ws-api"] = dict.fromkeys(SOCKET_API, "wss://binance.com")
    return {environment: {**api, "ws": streams} for environment in ENVIRONMENTS}


def led(urls: Mapping[str, Any], venue: Place) -> dict[str, Any]:
    """A table of addresses, however nested, with every one of them led elsewhere."""
    return {key: _led(value, venue, (key,)) for key, value in urls.items()}


def _led(value: object, venue: Place, keys: tuple[str, ...]) -> object:
    if isinstance(value, Mapping):
        return {key: _led(each, venue, (*keys, str(key))) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_led(each, venue, keys) for each in value]
    if isinstance(value, str) and is_address(value):
        return _address(value, venue, keys)
    return value


def _address(url: str, venue: Place, keys: tuple[str, ...]) -> str:
    *above, name = keys
    if url.strip().startswith("ws") and name in FUTURES_STREAMS:
        return venue.socket("/ws-fapi/v1" if "ws-api" in above else "/ws")
    if url.strip().startswith("http") and name in SERVED:
        return venue.http(SERVED[name])
    return nowhere("-".join(key for key in keys[1:] if key != "ws") or name, url)


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
