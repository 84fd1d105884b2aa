"""Settings that are plain data, by the client's name: for other languages, and for files."""

from __future__ import annotations

from typing import Any, Final, Protocol

from perpbox.clients.arguments import futures_connector, nautilus, official_sdk
from perpbox.clients.javascript import node_binance_api, official_js, tiagosiebler
from perpbox.clients.place import HERE
from perpbox.clients.unified import ccxt_config, freqtrade


class NamedSettings(Protocol):
    """A named tuple of them."""

    def _asdict(self) -> dict[str, Any]: ...


class Settings(Protocol):
    """One of the functions that need nothing of the client."""

    def __call__(
        self, base_url: str, *, api_key: str, secret: str
    ) -> dict[str, Any] | NamedSettings: ...


PRINTED: Final[dict[str, Settings]] = {
    "ccxt": ccxt_config,
    "freqtrade": freqtrade,
    "official-sdk": official_sdk,
    "futures-connector": futures_connector,
    "nautilus": nautilus,
    "official-js": official_js,
    "tiagosiebler": tiagosiebler,
    "node-binance-api": node_binance_api,
}
"""python-binance, unicorn, cryptofeed and hummingbot take none: their classes are changed."""


def settings_for(
    client: str, base_url: str = HERE, *, api_key: str = "", secret: str = ""
) -> dict[str, Any]:
    """What the client is made with, as it could be written in JSON. KeyError: no such client."""
    told = PRINTED[client](base_url, api_key=api_key, secret=secret)
    return dict(told) if isinstance(told, dict) else dict(told._asdict())
