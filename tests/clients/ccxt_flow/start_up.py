"""ccxt's class of all of Binance at its defaults: what it asks before it trades stays here."""

from __future__ import annotations

from typing import Any

import ccxt  # type: ignore[import-untyped, unused-ignore]  # annotated, but ships no py.typed

from exact import Checks
from perpbox import clients
from scenario import ASSET, SYMBOL

DEFAULTS = ("fetchCurrencies", "fetchMarkets")


def check_start_up(base_url: str, api_key: str, secret: str, checks: Checks) -> None:
    """Spot, margin and both kinds of futures are asked for; only this venue's symbols are there."""
    exchange: Any = ccxt.binance(
        {"apiKey": api_key, "secret": secret, "options": {"fetchMargins": True}}
    )
    defaults = {name: exchange.options[name] for name in DEFAULTS}
    clients.ccxt(exchange, base_url).options |= defaults
    markets = exchange.load_markets()
    kinds = {(market["swap"], market["linear"]) for market in markets.values()}
    checks.equal(kinds, {(True, True)}, "kinds of markets")
    checks.that(SYMBOL in {market["id"] for market in markets.values()}, "the symbol is there")
    checks.that(exchange.currencies[ASSET]["active"], "the margin asset is a coin")
    allowed = exchange.sapiGetAccountApiRestrictions()
    checks.equal(allowed["enableFutures"], True, "what the key may do")
