"""hummingbot and cryptofeed: addresses in a module of constants, and in records of a class."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any, Final

from perpbox.clients.place import HERE, NotAnAddress, is_address, nowhere, place

REST: Final = frozenset({"PERPETUAL_BASE_URL", "TESTNET_BASE_URL"})
STREAMS: Final = frozenset({"PERPETUAL_WS_URL", "TESTNET_WS_URL"})


def hummingbot(constants: ModuleType, base_url: str = HERE) -> None:
    """Send hummingbot's binance_perpetual to the venue: `binance_perpetual_constants` is changed.

    Both domains lead there, binance_perpetual and binance_perpetual_testnet.
    """
    venue = place(base_url)
    for name, value in list(vars(constants).items()):
        if name in REST:
            setattr(constants, name, venue.http("/fapi/"))
        elif name in STREAMS:
            setattr(constants, name, venue.socket("/"))
        elif is_address(value):
            setattr(constants, name, nowhere(name, value))


def cryptofeed(feed: type, base_url: str) -> None:
    """Send cryptofeed's BinanceFutures, which is given and changed, to a venue that speaks TLS.

    It takes no ws:// addresses: start the venue with --tls-cert and --tls-key.
    """
    venue = place(base_url)
    if not venue.base_url.startswith("https://"):
        raise NotAnAddress(f"cryptofeed takes TLS alone, so https://, not {base_url!r}")
    there: Any = feed
    for name, address in (
        ("rest_endpoints", venue.http()),
        ("websocket_endpoints", venue.socket()),
    ):
        endpoints = [
            replace(each, address=address, sandbox=address) for each in getattr(there, name)
        ]
        setattr(there, name, endpoints)
