"""Ready settings for each known client, which let no call of it leave the machine.

Only the standard library is needed, and no client: each function is given the classes or objects of
the client that it changes, or answers with what the client is made of.
"""

from __future__ import annotations

from perpbox.clients.arguments import (
    FuturesConnector,
    Nautilus,
    OfficialSdk,
    futures_connector,
    nautilus,
    official_sdk,
)
from perpbox.clients.classes import Unicorn, python_binance, unicorn
from perpbox.clients.constants import cryptofeed, hummingbot
from perpbox.clients.javascript import node_binance_api, official_js, tiagosiebler
from perpbox.clients.place import HERE, NotAnAddress
from perpbox.clients.printed import PRINTED, settings_for
from perpbox.clients.unified import ccxt, ccxt_config, freqtrade

__all__ = [
    "HERE",
    "PRINTED",
    "FuturesConnector",
    "Nautilus",
    "NotAnAddress",
    "OfficialSdk",
    "Unicorn",
    "ccxt",
    "ccxt_config",
    "cryptofeed",
    "freqtrade",
    "futures_connector",
    "hummingbot",
    "nautilus",
    "node_binance_api",
    "official_js",
    "official_sdk",
    "python_binance",
    "settings_for",
    "tiagosiebler",
    "unicorn",
]
