"""`perpbox settings-for`: what a client is made with, as data to print."""

from __future__ import annotations

from typing import Any

from perpbox import clients
from perpbox.server.settings import Unusable


def settings_of(client: str, url: str, api_key: str, secret: str) -> dict[str, Any]:
    """Raises `Unusable`."""
    if client not in clients.PRINTED:
        raise Unusable(f"No settings for {client!r}; there are {', '.join(clients.PRINTED)}.")
    try:
        return clients.settings_for(client, url, api_key=api_key, secret=secret)
    except clients.NotAnAddress as error:
        raise Unusable(f"--url: {error}.") from None
