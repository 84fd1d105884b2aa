"""What is traded: symbols with their filters and leverage brackets, and the margin assets."""

from __future__ import annotations

from perpbox.instrument.catalogue import Catalogue, builtin, from_json, to_json
from perpbox.instrument.checks import CatalogueError
from perpbox.instrument.exchange_info import from_exchange_info
from perpbox.instrument.symbol import (
    Bracket,
    FeeTier,
    MarginAsset,
    Symbol,
    initial_margin_rate,
    tier_rates,
)

__all__ = [
    "Bracket",
    "Catalogue",
    "CatalogueError",
    "FeeTier",
    "MarginAsset",
    "Symbol",
    "builtin",
    "from_exchange_info",
    "from_json",
    "initial_margin_rate",
    "tier_rates",
    "to_json",
]
