"""The days on which Binance changed the API, and which of them are past by the API date.

A venue may answer as the service did on an earlier day, so that a client can be tried before and
after a change. Days are text of ISO 8601, which sorts as the days do. Source: the change-log.
"""

from __future__ import annotations

from datetime import date
from typing import Final, TypeAlias

Day: TypeAlias = str
"""Such as "2025-12-09"."""

MATCHED_AMENDMENT: Final[Day] = "2024-01-11"
"""An amendment may have a `priceMatch`."""
ORDER_LIMITS_TOLD: Final[Day] = "2024-03-11"
"""rateLimit/order is there."""
LISTEN_KEY_TOLD: Final[Day] = "2024-04-25"
"""`PUT /fapi/v1/listenKey` answers with the key."""
FEE_BURN: Final[Day] = "2024-05-22"
"""feeBurn is there."""
MARGIN_ASSET_REMOVED: Final[Day] = "2024-06-25"
"""userTrades names the margin asset no more."""
THIRD_VERSION: Final[Day] = "2024-07-24"
"""v3 of account, balance and positionRisk, accountConfig and symbolConfig are there."""
CONVERT: Final[Day] = "2024-08-26"
"""Assets can be converted."""
TRADE_LITE: Final[Day] = "2024-09-03"
"""The user data stream has TRADE_LITE."""
MARGIN_CHANGES_SHORTER: Final[Day] = "2024-10-16"
"""positionMargin/history goes back 30 days, and not to the beginning."""
AGGREGATES_SHORTER: Final[Day] = "2024-10-17"
"""aggTrades goes back one year, and not to the beginning."""
TRADES_SHORT: Final[Day] = "2024-10-30"
"""userTrades goes back six months, and not to the beginning."""
OLDER_TRADES_LIMITED: Final[Day] = "2025-01-14"
"""historicalTrades answers with 500 trades at most, 100 unless told otherwise, not 1000 and 500."""
CONSTITUENT_PRICES: Final[Day] = "2025-04-23"
"""constituents tells price and weight; insuranceBalance is there."""
CIRCULATING_SUPPLY: Final[Day] = "2025-07-02"
"""openInterestHist has `CMCCirculatingSupply`."""
MORE_STREAMS: Final[Day] = "2025-07-02"
"""A connection may listen to 1024 streams, and not to 200."""
EXPIRY_REASON: Final[Day] = "2025-10-23"
"""ORDER_TRADE_UPDATE has `er`."""
DEEP_OPPONENT_REMOVED: Final[Day] = "2025-10-23"
"""priceMatch OPPONENT_10 and OPPONENT_20 are gone, "temporarily"; nothing says they came back."""

ADL_RISK: Final[Day] = "2025-11-19"
"""symbolAdlRisk is there."""
RPI: Final[Day] = "2025-11-18"
"""Trades say whether they are of an RPI order."""
RPI_DEPTH: Final[Day] = "2025-11-25"
"""rpiDepth is there."""
RPI_COMMISSION: Final[Day] = "2025-11-26"
"""commissionRate tells that of RPI orders."""
ALGO_SERVICE: Final[Day] = "2025-12-09"
"""Conditional orders are placed at endpoints of their own, and at the order ones no more."""
STOCK_PERPETUALS: Final[Day] = "2025-12-11"
"""tradingSchedule and stock/contract are there."""
TRIGGER_REJECT_REMOVED: Final[Day] = "2025-12-15"
"""CONDITIONAL_ORDER_TRIGGER_REJECT is pushed no more; ALGO_UPDATE says why."""
ALGO_FILTER_REMOVED: Final[Day] = "2025-12-29"
"""MAX_NUM_ALGO_ORDERS leaves exchangeInfo."""
NORMAL_QUANTITY: Final[Day] = "2025-12-31"
"""The stream of aggregate trades has `nq`."""
SYMBOL_TYPE: Final[Day] = "2026-06-30"
"""Market streams name the symbol type (`st`) and the pair of a book (`ps`)."""
ALGO_ORDERS_COUNTED: Final[Day] = "2026-06-20"
"""A new conditional order counts in the order limits."""
MODIFY_ID: Final[Day] = "2026-07-28"
"""An amendment may have an id of the client's; fundingRate tells the type of a rate."""
FUNDING_SYMBOL: Final[Day] = "2026-08-01"
"""ACCOUNT_UPDATE of a funding fee names its symbol; [dec] of the day only the month is known."""
ORDERS_OF_ALL: Final[Day] = "2026-08-25"
"""allOrders needs no symbol."""
TRADES_SHORTER: Final[Day] = "2026-08-26"
"""userTrades has three months and not six, historicalTrades one and not three, at weight 200."""
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
