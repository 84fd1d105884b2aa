"""A trade as the tape needs it, and as the tape prints it."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from perpbox.account import Side
from perpbox.money import Millis, Price, Quantity


class Trade(Protocol):
    """What a print and a row of the history have in common."""

    @property
    def trade_id(self) -> int: ...

    @property
    def price(self) -> Price: ...

    @property
    def quantity(self) -> Quantity: ...

    @property
    def taker_side(self) -> Side: ...

    @property
    def time(self) -> Millis: ...

    @property
    def aggregate_id(self) -> int: ...


class Print(Struct, frozen=True, gc=False):
    """One trade on the tape."""

    trade_id: int
    price: Price
    quantity: Quantity
    taker_side: Side
    time: Millis
    aggregate_id: int = 0
    """0 in a trade from before aggregates were numbered."""


def printed(trade: Trade) -> Print:
    return Print(
        trade.trade_id,
        trade.price,
        trade.quantity,
        trade.taker_side,
        trade.time,
        trade.aggregate_id,
    )
