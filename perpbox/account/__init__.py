"""Who holds what: accounts with their balances, positions and open orders, and the house's own."""

from __future__ import annotations

from perpbox.account.account import (
    Account,
    House,
)
from perpbox.account.order import (
    BUY,
    SELL,
    AccountId,
    ExpiryReason,
    Order,
    OrderId,
    OrderStatus,
    OrderType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.account.position import (
    HEDGE,
    ONE_WAY,
    Balance,
    Exposure,
    Position,
    PositionFigures,
)

__all__ = [
    "BUY",
    "HEDGE",
    "ONE_WAY",
    "SELL",
    "Account",
    "AccountId",
    "Balance",
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
]
