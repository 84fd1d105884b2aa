"""python-binance and unicorn: addresses in attributes of classes."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from perpbox.clients.place import HERE, Place, is_address, nowhere, place

SERVED: Final = frozenset(
    {
        *("API_URL", "MARGIN_API_URL", "FUTURES_URL", "FUTURES_DATA_URL", "FUTURES_COIN_URL"),
        *("WS_FUTURES_URL", "FSTREAM_URL"),
    }
)
"""What the venue answers; of spot, margin and coin-margined futures what clients ask there before
they trade here."""
ENVIRONMENTS: Final = ("_TESTNET", "_DEMO")


class Unicorn(NamedTuple):
    """Keyword arguments of unicorn's two managers."""

    rest: dict[str, Any]
    websocket: dict[str, Any]


def python_binance(binance: ModuleType, base_url: str = HERE) -> None:
    """Send all of python-binance to the venue: `binance` is its module.

    The classes themselves are changed, with their addresses for testnet and demo, since socket
    managers and depth caches make their clients by themselves.
    """
    venue = place(base_url)
    for value in vars(binance).values():
        if isinstance(value, type):
            _lead(value, venue)


def unicorn(
    rest_manager: type, base_url: str = HERE, *, api_key: str = "", secret: str = ""
) -> Unicorn:
    """What `BinanceRestApiManager`, which is given, and `BinanceWebSocketApiManager` are made with.

    The given class is changed. The managers must not be told another `exchange`, which has
    addresses of its own, nor `warn_on_update`, which asks GitHub. The WebSocket manager asks for
    listen keys by a client that it makes itself, so it has to be given one that is made with these:
    `manager.restclient.ubra = rest`.
    """
    venue = place(base_url)
    _lead(rest_manager, venue)
    keys = {"api_key": api_key, "api_secret": secret} if api_key else {}
    streams = {
        "exchange": "binance.com-futures",
        "websocket_base_uri": venue.socket("/"),
        "websocket_api_base_uri": venue.socket("/ws-fapi/v1"),
    }
    return Unicorn(
        rest={**keys, "exchange": None, "tld": "com", "warn_on_update": False},
        websocket={**streams, "warn_on_update": False},
    )


def _lead(client: type, venue: Place) -> None:
    for owner, name, url in _addresses(client):
        setattr(owner, name, _led(name, url, venue))


def _addresses(client: type) -> Iterator[tuple[type, str, str]]:
    """Each address with the class that holds it: this one, or one that it is derived from."""
    for owner in client.__mro__:
        for name, value in list(vars(owner).items()):
            if name.endswith("_URL") and is_address(value):
                yield owner, name, value


def _led(name: str, url: str, venue: Place) -> str:
    """The same path at the venue, if the venue serves it."""
    plain = name
    for environment in ENVIRONMENTS:
        plain = plain.replace(environment, "")
    if plain not in SERVED:
        return nowhere(name, url)
    parts = urlsplit(url.strip())
    return (venue.socket if parts.scheme.startswith("ws") else venue.http)(parts.path)
