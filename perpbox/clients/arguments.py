"""The official connectors and nautilus: addresses among the arguments of what they are made of."""

from __future__ import annotations

from typing import NamedTuple

from perpbox.clients.place import HERE, place


class OfficialSdk(NamedTuple):
    """Keyword arguments of the SDK's three configurations."""

    rest_api: dict[str, str]
    websocket_api: dict[str, str]
    websocket_streams: dict[str, str]


class FuturesConnector(NamedTuple):
    """Keyword arguments of UMFutures and UMFuturesWebsocketClient."""

    rest: dict[str, str]
    websocket: dict[str, str]


class Nautilus(NamedTuple):
    """Keyword arguments of BinanceDataClientConfig and BinanceExecClientConfig."""

    data: dict[str, str]
    execution: dict[str, str]


def official_sdk(base_url: str = HERE, *, api_key: str = "", secret: str = "") -> OfficialSdk:
    """For ConfigurationRestAPI, ConfigurationWebSocketAPI and ConfigurationWebSocketStreams.

    Give all three to DerivativesTradingUsdsFutures: one that it is not given is the exchange's.
    """
    venue = place(base_url)
    keys = {"api_key": api_key, "api_secret": secret} if api_key else {}
    return OfficialSdk(
        rest_api={**keys, "base_path": venue.http()},
        websocket_api={**keys, "stream_url": venue.socket("/ws-fapi/v1")},
        websocket_streams={"stream_url": venue.socket()},
    )


def futures_connector(
    base_url: str = HERE, *, api_key: str = "", secret: str = ""
) -> FuturesConnector:
    """For binance-futures-connector, which knows no other addresses than these two."""
    venue = place(base_url)
    keys = {"key": api_key, "secret": secret} if api_key else {}
    return FuturesConnector({**keys, "base_url": venue.http()}, {"stream_url": venue.socket()})


def nautilus(base_url: str = HERE, *, api_key: str = "", secret: str = "") -> Nautilus:
    """For nautilus_trader's two clients on USDT_FUTURES, which know no other addresses."""
    venue = place(base_url)
    keys = {"api_key": api_key, "api_secret": secret} if api_key else {}
    told = {**keys, "base_url_http": venue.http()}
    execution = {
        "base_url_ws": venue.socket("/ws-fapi/v1"),
        "base_url_ws_stream": venue.socket("/private"),
    }
    return Nautilus({**told, "base_url_ws": venue.socket()}, {**told, **execution})
