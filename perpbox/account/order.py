"""An order: what one is made of."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct

from perpbox.account.conditional import ConditionalOrder, Trigger
from perpbox.account.words import (
    BUY,
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
from perpbox.money import Millis, Price, Product, Quantity


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
    trigger: Trigger | None = None
    """The conditional order that placed it."""
    auto_close: AutoClose = AutoClose.NONE
    ahead: Quantity = 0
    """What others have at its price before it, where that counts; it goes with their trades."""

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


OrderT = TypeVar("OrderT", bound=Order)


def as_order(waiting: ConditionalOrder, kind: type[OrderT]) -> OrderT:
    """A conditional order as an order, which it was before 2025-12-09."""
    terms = waiting.terms
    return kind(
        order_id=waiting.algo_id,
        account_id=waiting.account_id,
        symbol=terms.symbol,
        client_order_id=waiting.client_algo_id,
        side=terms.side,
        position_side=terms.position_side,
        order_type=terms.placed_type,
        time_in_force=terms.time_in_force,
        price=terms.price,
        quantity=terms.quantity,
        reduce_only=terms.reduce_only,
        self_trade_prevention=terms.self_trade_prevention,
        created=waiting.created,
        updated=waiting.created,
        priority=0,
        price_match=terms.price_match,
        good_till=terms.good_till,
        trigger=Trigger(waiting.algo_id, terms, waits=True, client_algo_id=waiting.client_algo_id),
    )
