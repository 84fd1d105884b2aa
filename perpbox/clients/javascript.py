"""Clients in JavaScript: what they are made with, as JSON. ccxt's is `unified.ccxt_config`."""

from __future__ import annotations

from typing import Any, Final

from perpbox.clients.place import HERE, nowhere, place

SERVED: Final = {
    "base": "/api/",
    "sapi": "/sapi/",
    "fapi": "/fapi/",
    "dapi": "/dapi/",
    "fstream": "/stream?streams=",
    "fstreamSingle": "/ws/",
}
"""What the venue answers of node-binance-api's addresses."""
NOT_SERVED: Final = ("wapi", "stream", "combineStream", "dstream", "dstreamSingle", "wsApi")
ENVIRONMENTS: Final = ("", "Test", "Demo")


def official_js(base_url: str = HERE, *, api_key: str = "", secret: str = "") -> dict[str, Any]:
    """For DerivativesTradingUsdsFutures of @binance/derivatives-trading-usds-futures, as it is."""
    venue = place(base_url)
    keys = {"apiKey": api_key, "apiSecret": secret} if api_key else {}
    return {
        "configurationRestAPI": {**keys, "basePath": venue.http()},
        "configurationWebsocketAPI": {**keys, "wsURL": venue.socket("/ws-fapi/v1")},
        "configurationWebsocketStreams": {"wsURL": venue.socket()},
    }


def tiagosiebler(base_url: str = HERE, *, api_key: str = "", secret: str = "") -> dict[str, Any]:
    """For the classes of that name of the package `binance`."""
    venue = place(base_url)
    keys = {"api_key": api_key, "api_secret": secret} if api_key else {}
    rest = {"baseUrl": venue.http()}
    return {
        "USDMClient": {**keys, **rest},
        "WebsocketClient": {**keys, "wsUrl": venue.socket(), "restOptions": rest},
        "WebsocketAPIClient": {**keys, "wsUrl": venue.socket()},
    }


def node_binance_api(
    base_url: str = HERE, *, api_key: str = "", secret: str = ""
) -> dict[str, Any]:
    """`options` to be made with, `fields` to be set then, `streams` for the methods to override.

    Its options take some addresses alone, and of its routed streams none: docs/clients.md has the
    class that puts the three together.
    """
    venue = place(base_url)
    keys = {"APIKEY": api_key, "APISECRET": secret} if api_key else {}
    fields: dict[str, str] = {}
    for name in (*SERVED, *NOT_SERVED):
        is_stream = "tream" in name or name == "wsApi"
        address = nowhere(name, "wss://" if is_stream else "https://")
        if name in SERVED:
            address = (venue.socket if is_stream else venue.http)(SERVED[name])
        fields |= {f"{name}{environment}": address for environment in ENVIRONMENTS}
    return {"options": {**keys, "urls": fields}, "fields": fields, "streams": venue.socket()}
