"""Aggregate trades: runs of trades that have one number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from perpbox.account import Side
from perpbox.money import Millis, Price, Quantity
from perpbox.tape.prints import Trade


class AggregateTrade(Struct, gc=False):
    """Fills of one price and taking side, told as one."""

    aggregate_id: int
    price: Price
    quantity: Quantity
    taker_side: Side
    time: Millis
    """[dec] Of its first trade, so that it does not change while others join."""
    first_trade_id: int
    last_trade_id: int

    def add(self, trade: Trade) -> None:
        self.quantity += trade.quantity
        self.last_trade_id = trade.trade_id


def begun(trade: Trade) -> AggregateTrade:
    """The aggregate that this trade begins."""
    return AggregateTrade(
        trade.aggregate_id,
        trade.price,
        trade.quantity,
        trade.taker_side,
        trade.time,
        trade.trade_id,
        trade.trade_id,
    )


def aggregated(trades: Iterable[Trade]) -> Iterator[AggregateTrade]:
    """The aggregates of a symbol's trades, which ascend; what has no number is in none."""
    current: AggregateTrade | None = None
    for trade in trades:
        if current is not None and trade.aggregate_id == current.aggregate_id:
            current.add(trade)
            continue
        if current is not None:
            yield current
        current = begun(trade) if trade.aggregate_id else None
    if current is not None:
        yield current
