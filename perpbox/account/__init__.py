"""Who holds what: accounts with their balances, positions and open orders, and the house's own."""

from __future__ import annotations

from perpbox.account.account import (
    Account,
    Claims,
    House,
)
from perpbox.account.conditional import (
    ConditionalOrder,
    ConditionalStatus,
    ConditionalTerms,
    ConditionalType,
    Trigger,
    WorkingType,
)
from perpbox.account.order import Order, as_order
from perpbox.account.position import (
    HEDGE,
    ONE_WAY,
    Balance,
    Exposure,
    Position,
    PositionFigures,
)
from perpbox.account.words import (
    BUY,
    SELL,
    AccountId,
    AutoClose,
    ExpiryReason,
    OrderId,
    OrderStatus,
    OrderType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

__all__ = [
    "BUY",
    "HEDGE",
    "ONE_WAY",
    "SELL",
    "Account",
    "AccountId",
    "AutoClose",
    "Balance",
    "Claims",
    "ConditionalOrder",
    "ConditionalStatus",
    "ConditionalTerms",
    "ConditionalType",
    "ExpiryReason",
    "Exposure",
    "House",
    "Order",
    "OrderId",
    "OrderStatus",
    "OrderType",
    "Position",
    "PositionFigures",
    "PositionSide",
    "PriceMatch",
    "SelfTradePrevention",
    "Side",
    "TimeInForce",
    "Trigger",
    "WorkingType",
    "as_order",
]
