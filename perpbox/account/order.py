"""Orders: what one is made of, and the words in which it is asked for."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final, TypeAlias

from msgspec import Struct

from perpbox.money import Millis, Price, Product, Quantity

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
    MARKET_REMAINDER = 9
    # The page has no number for these two; 0 is what is printed.
    TOO_OLD = 100
    """A GTC order lives one year."""
    GOOD_TILL_DATE = 101


class Order(Struct):
    """An order as it stands; only `engine.apply` changes it."""

    order_id: OrderId
    account_id: AccountId
    symbol: str
    client_order_id: str
    side: Side
    position_side: PositionSide
    order_type: OrderType
    time_in_force: TimeInForce
    price: Price
    """Limit price; 0 for a MARKET order."""
    quantity: Quantity
    reduce_only: bool
    self_trade_prevention: SelfTradePrevention
    created: Millis
    updated: Millis
    priority: int
    """Rank in its price level: the lower goes first; an amended order gets a new one."""
    status: OrderStatus = OrderStatus.NEW
    executed: Quantity = 0
    quote_executed: Product = 0
    amendments: int = 0
    expiry_reason: ExpiryReason = ExpiryReason.NONE
    # What follows was not yet in the first journals.
    price_match: PriceMatch = PriceMatch.NONE
    good_till: Millis = 0
    """When a GTD order expires, of whole seconds; 0 without such a date."""

    @property
    def remaining(self) -> Quantity:
        return self.quantity - self.executed

    @property
    def ended_unfilled(self) -> bool:
        """Canceled or expired without a fill: what the venue forgets first."""
        ended = self.status in (OrderStatus.CANCELED, OrderStatus.EXPIRED)
        return ended and self.executed == 0

    @property
    def prevents_self_trade(self) -> bool:
        """Whether its mode holds: it does not for FOK and GTX (Binance's page on the modes)."""
        if self.self_trade_prevention is SelfTradePrevention.NONE:
            return False
        return self.time_in_force not in (TimeInForce.FOK, TimeInForce.GTX)

    @property
    def closes(self) -> bool:
        """Whether it can only reduce: reduce-only, or against its leg in hedge mode."""
        if self.reduce_only:
            return True
        if self.position_side is PositionSide.BOTH:
            return False
        return (self.side == BUY) is (self.position_side is PositionSide.SHORT)
