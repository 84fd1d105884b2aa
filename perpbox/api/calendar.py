"""The days on which Binance changed the API, and which of them are past by the API date.

A venue may answer as the service did on an earlier day, so that a client can be tried before and
after a change. Days are text of ISO 8601, which sorts as the days do. Source: the change-log.
"""

from __future__ import annotations

from datetime import date
from typing import Final, TypeAlias

Day: TypeAlias = str
"""Such as "2025-12-09"."""

LISTEN_KEY_TOLD: Final[Day] = "2024-04-25"
"""`PUT /fapi/v1/listenKey` answers with the key."""
TRADE_LITE: Final[Day] = "2024-09-03"
"""The user data stream has TRADE_LITE."""
EXPIRY_REASON: Final[Day] = "2025-10-23"
"""ORDER_TRADE_UPDATE has `er`."""
DEEP_OPPONENT_REMOVED: Final[Day] = "2025-10-23"
"""priceMatch OPPONENT_10 and OPPONENT_20 are gone, "temporarily"; nothing says they came back."""

ADL_RISK: Final[Day] = "2025-11-19"
"""symbolAdlRisk is there."""
ALGO_SERVICE: Final[Day] = "2025-12-09"
"""Conditional orders are placed at endpoints of their own, and at the order ones no more."""
ALGO_FILTER_REMOVED: Final[Day] = "2025-12-29"
"""MAX_NUM_ALGO_ORDERS leaves exchangeInfo."""
ALGO_ORDERS_COUNTED: Final[Day] = "2026-06-20"
"""A new conditional order counts in the order limits."""
WIDER_CALLBACK: Final[Day] = "2026-10-23"
"""The callback rate of a trailing stop may be 20 % instead of 10 %."""

NEWEST: Final[Day] = "2026-10-23"
"""With every change that is known here; what a venue answers with unless told otherwise."""


def is_day(text: str) -> bool:
    """Whether the text names a day, written in full."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
