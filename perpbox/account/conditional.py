"""Conditional orders: what a client asks for, to be placed once a price has been reached."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from perpbox.account.words import (
    BUY,
    AccountId,
    OrderId,
    OrderType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.money import SCALE, Millis, Price, Product, Quantity, Ratio


class ConditionalType(Enum):
    STOP = "STOP"
    STOP_MARKET = "STOP_MARKET"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_MARKET = "TAKE_PROFIT_MARKET"
    TRAILING_STOP_MARKET = "TRAILING_STOP_MARKET"


STOPS: Final = (ConditionalType.STOP, ConditionalType.STOP_MARKET)
LIMITED: Final = (ConditionalType.STOP, ConditionalType.TAKE_PROFIT)
"""The types that are placed as LIMIT orders; the others are MARKET orders."""


class WorkingType(Enum):
    """Which price has to reach the trigger price."""

    CONTRACT_PRICE = "CONTRACT_PRICE"
    """The last price."""
    MARK_PRICE = "MARK_PRICE"


class ConditionalStatus(Enum):
    """As the algo order pages name it; FINISHED follows from the order that was placed."""

    NEW = "NEW"
    TRIGGERED = "TRIGGERED"
    FINISHED = "FINISHED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


class ConditionalTerms(Struct, frozen=True, array_like=True):
    """What was asked for. Prices that do not go with the type are 0."""

    symbol: str
    side: Side
    position_side: PositionSide
    order_type: ConditionalType
    time_in_force: TimeInForce
    quantity: Quantity
    """0 with `close_position`."""
    price: Price
    trigger_price: Price
    working_type: WorkingType
    price_protect: bool
    close_position: bool
    """Close the whole position, whatever it then is."""
    reduce_only: bool
    self_trade_prevention: SelfTradePrevention
    price_match: PriceMatch
    activation_price: Price
    callback_rate: Ratio
    good_till: Millis
    legacy: bool = False
    """Placed as an order of its own type, as before 2025-12-09: it is shown among the orders."""
    refused_as: str = ""
    """A refusal's name, where a fault refuses what is triggered."""

    @property
    def placed_type(self) -> OrderType:
        return OrderType.LIMIT if self.order_type in LIMITED else OrderType.MARKET

    @property
    def trails(self) -> bool:
        return self.order_type is ConditionalType.TRAILING_STOP_MARKET

    @property
    def direction(self) -> int:
        """+1 if the price has to rise to the trigger price, -1 if it has to fall."""
        return self.side if self.order_type in STOPS else -self.side

    @property
    def closes(self) -> bool:
        """Whether it can only reduce a position."""
        if self.reduce_only or self.close_position:
            return True
        if self.position_side is PositionSide.BOTH:
            return False
        return (self.side == BUY) is (self.position_side is PositionSide.SHORT)


class Trigger(Struct, frozen=True, array_like=True):
    """Where an order comes from that a condition has placed."""

    algo_id: OrderId
    terms: ConditionalTerms
    waits: bool = False
    """In the history alone: the order is the conditional one itself, which still waits."""
    placed: Millis = 0
    """When it was placed, if it has been an order all the time."""
    client_algo_id: str = ""
    """The client's id of it, which the order has as well unless that was taken."""


class ConditionalOrder(Struct, array_like=True):
    """A conditional order that waits; only `engine.apply` changes it."""

    algo_id: OrderId
    account_id: AccountId
    client_algo_id: str
    terms: ConditionalTerms
    created: Millis
    extreme: Price
    """Of a trailing order: the best price for it since it was placed, the highest for a sell."""

    @property
    def is_active(self) -> bool:
        """Of a trailing order: whether the price has reached its activation price."""
        return (self.extreme - self.terms.activation_price) * self.terms.side <= 0

    @property
    def turning_price(self) -> Product:
        """Of a trailing order: so far the price has to turn, exact."""
        return self.extreme * (SCALE + self.terms.side * self.terms.callback_rate)

    def holds(self, price: Price) -> bool:
        """Whether the condition holds at this price (New Algo Order page)."""
        terms = self.terms
        if not terms.trails:
            return (price - terms.trigger_price) * terms.direction >= 0
        return self.is_active and (price * SCALE - self.turning_price) * terms.side >= 0
