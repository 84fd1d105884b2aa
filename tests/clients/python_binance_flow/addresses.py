"""Where python-binance keeps its addresses: in attributes of its classes."""

from __future__ import annotations

from typing import Any

# Lives in this flow's own environment, not in the one that is type-checked.
from binance import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    AsyncClient,
    BinanceSocketManager,
)
from binance.client import Client  # type: ignore[import-not-found, import-untyped, unused-ignore]


def addresses(base_url: str) -> dict[str, str]:
    """Every address that the clients know, led to the venue."""
    elsewhere = {name: f"{base_url}/not-served" for name in dir(Client) if name.endswith("_URL")}
    return elsewhere | {
        "API_URL": f"{base_url}/api",
        "FUTURES_URL": f"{base_url}/fapi",
        "FUTURES_DATA_URL": f"{base_url}/futures/data",
        "WS_FUTURES_URL": f"{base_url.replace('http', 'ws', 1)}/ws-fapi/v1",
    }


def local_client(base_url: str) -> Any:
    """The client class with these."""
    return type("LocalClient", (Client,), addresses(base_url))


def lead_here(base_url: str) -> None:
    """The managers make their clients by themselves, so the classes are told.

    A client that is made asks the spot market for a ping and the time; the venue answers.
    """
    for name, value in addresses(base_url).items():
        setattr(AsyncClient, name, value)
    for name in dir(BinanceSocketManager):
        if name.endswith("STREAM_URL"):
            setattr(BinanceSocketManager, name, f"{base_url}/not-served/")
    BinanceSocketManager.FSTREAM_URL = f"{base_url.replace('http', 'ws', 1)}/"
