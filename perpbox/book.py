"""Who trades with whom: open orders of one symbol by price, then by time. No accounts, no money."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from perpbox.account import BUY, Order, OrderId, Side
from perpbox.money import Price, Quantity


class BookSide:
    """One side of the book. Keys are prices times the side's sign, so the best is the last."""

    __slots__ = ("keys", "levels", "sign")

    def __init__(self, sign: Side) -> None:
        self.sign = sign
        self.keys: list[int] = []
        self.levels: dict[int, dict[OrderId, Order]] = {}

    def add(self, order: Order) -> None:
        """Stand at the end of the price level."""
        key = order.price * self.sign
        level = self.levels.get(key)
        if level is None:
            self.levels[key] = {order.order_id: order}
            insort(self.keys, key)
        else:
            level[order.order_id] = order

    def remove(self, order: Order) -> None:
        """Leave the book; the order stands in it at its price."""
        key = order.price * self.sign
        level = self.levels[key]
        del level[order.order_id]
        if not level:
            del self.levels[key]
            del self.keys[bisect_left(self.keys, key)]

    def best(self) -> Order | None:
        """The order that trades first."""
        if not self.keys:
            return None
        return next(iter(self.levels[self.keys[-1]].values()))

    def best_price(self) -> Price:
        """Price of the first level, 0 if there is none."""
        return self.keys[-1] * self.sign if self.keys else 0

    def orders(self) -> Iterator[Order]:
        """All orders, in the order in which they would trade."""
        for key in reversed(self.keys):
            yield from self.levels[key].values()

    def depth(self) -> Iterator[tuple[Price, Quantity]]:
        """Price levels from the best on, each with what remains of its orders."""
        for key in reversed(self.keys):
            yield key * self.sign, sum(o.remaining for o in self.levels[key].values())


class Book:
    """Both sides of one symbol's open client orders; the house's quotes are not in it."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide(BUY)
        self.asks = BookSide(-BUY)

    @property
    def is_empty(self) -> bool:
        return not (self.bids.keys or self.asks.keys)

    def side(self, side: Side) -> BookSide:
        """Where orders of this side stand."""
        return self.bids if side == BUY else self.asks
