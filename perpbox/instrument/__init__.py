"""What is traded: symbols with their filters and leverage brackets, and the margin assets."""

from __future__ import annotations

from perpbox.instrument.catalogue import Catalogue, builtin, from_json, to_json
from perpbox.instrument.checks import CatalogueError, symbol_problems
from perpbox.instrument.exchange_info import from_exchange_info
from perpbox.instrument.symbol import (
    DELIVERY_OF_PERPETUAL,
    Bracket,
    FeeTier,
    MarginAsset,
    Symbol,
    SymbolStatus,
    initial_margin_rate,
    tier_rates,
)

__all__ = [
    "DELIVERY_OF_PERPETUAL",
    "Bracket",
    "Catalogue",
    "CatalogueError",
    "FeeTier",
    "MarginAsset",
    "Symbol",
    "SymbolStatus",
    "builtin",
    "from_exchange_info",
    "from_json",
    "initial_margin_rate",
    "symbol_problems",
    "tier_rates",
    "to_json",
]
