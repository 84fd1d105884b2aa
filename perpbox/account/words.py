"""The words in which an order is asked for and told."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final, TypeAlias

AccountId: TypeAlias = int
OrderId: TypeAlias = int
Side: TypeAlias = int
"""+1 to buy, -1 to sell, so that both run on one path."""

BUY: Final[Side] = 1
SELL: Final[Side] = -1


class PositionSide(Enum):
    """BOTH in one-way mode; LONG and SHORT, each a position of its own, in hedge mode."""

    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"


class OrderType(Enum):
    LIMIT = "LIMIT"
    MARKET = "MARKET"


class TimeInForce(Enum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"
    GTD = "GTD"
    GTE_GTC = "GTE_GTC"
    """Of conditional orders: until the position is gone, and then like GTC."""


class PriceMatch(Enum):
    """A price out of the book: so many levels deep, the other side's or the own one's."""

    NONE = "NONE"
    OPPONENT = "OPPONENT"
    OPPONENT_5 = "OPPONENT_5"
    OPPONENT_10 = "OPPONENT_10"
    OPPONENT_20 = "OPPONENT_20"
    QUEUE = "QUEUE"
    QUEUE_5 = "QUEUE_5"
    QUEUE_10 = "QUEUE_10"
    QUEUE_20 = "QUEUE_20"


class SelfTradePrevention(Enum):
    """Which of two orders of one account expires instead of trading; the taker's mode decides."""

    NONE = "NONE"
    """Neither: they trade."""
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"


class AutoClose(Enum):
    """Why the venue placed an order by itself."""

    NONE = "NONE"
    LIQUIDATION = "LIQUIDATION"
    ADL = "ADL"
    SETTLEMENT = "SETTLEMENT"
    """The symbol is settled."""


class OrderStatus(Enum):
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"


class ExpiryReason(IntEnum):
    """`er` of ORDER_TRADE_UPDATE, as the user-data page numbers it."""

    NONE = 0
    SELF_TRADE = 1
    IMMEDIATE_OR_CANCEL = 2
    IMMEDIATE_SELF_TRADE = 3
    """An IOC order that met its own account's."""
    REDUCE_ONLY = 4
    LIQUIDATION = 5
    NO_POSITION = 6
    """Of time in force GTE_GTC, and the symbol is not held any more."""
    DELISTED = 7
    TRIGGERED_AND_REFUSED = 8
    """Of a conditional order that was an order like any other."""
    MARKET_REMAINDER = 9
    # The page has no number for these two; 0 is what is printed.
    TOO_OLD = 100
    """A GTC order lives one year."""
    GOOD_TILL_DATE = 101
