"""The conditional orders of one symbol, by the prices that they wait for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Final, TypeAlias

from perpbox.account import BUY, SELL, ConditionalOrder, OrderId, Side, WorkingType
from perpbox.money import SCALE, Price, Product

NEVER: Final[Price] = -(2**200)
LAST_ID: Final[OrderId] = 2**200
Seen: TypeAlias = tuple[Price, Price]
"""The highest and the lowest price that has been seen."""
UNSEEN: Final[Seen] = (NEVER, -NEVER)


class Trailing:
    """The trailing orders of one side, oldest first.

    The older an order, the better the best price for it: it has seen all that a younger one has.
    So a new best price is one for the youngest, and for none before one for which it is none.
    """

    __slots__ = ("_nearest", "_orders", "_side")

    def __init__(self, side: Side) -> None:
        self._side = side
        self._orders: dict[OrderId, ConditionalOrder] = {}
        self._nearest: Product = -NEVER
        """No active order turns before this price, with the sign of the side."""

    def add(self, order: ConditionalOrder) -> None:
        self._orders[order.algo_id] = order
        self._come_near(order)

    def remove(self, order: ConditionalOrder) -> None:
        del self._orders[order.algo_id]

    def note(self, price: Price) -> None:
        """Remember a price as the best so far for the orders for which it is."""
        for order in reversed(self._orders.values()):
            if (order.extreme - price) * self._side <= 0:
                return
            order.extreme = price
            self._come_near(order)

    def due(self, price: Price) -> list[OrderId]:
        """Those whose condition holds at this price; none is asked before it is near enough."""
        if price * SCALE * self._side < self._nearest:
            return []
        self._nearest = -NEVER
        for order in self._orders.values():
            self._come_near(order)
        return [algo_id for algo_id, order in self._orders.items() if order.holds(price)]

    def _come_near(self, order: ConditionalOrder) -> None:
        if order.is_active:
            self._nearest = min(self._nearest, order.turning_price * self._side)


class Waiting:
    """What waits for one kind of price to rise, to fall, or to turn."""

    __slots__ = ("_falling", "_rising", "_trailing")

    def __init__(self) -> None:
        # The nearest first: falling prices with the sign turned round.
        self._rising: list[tuple[Price, OrderId]] = []
        self._falling: list[tuple[Price, OrderId]] = []
        self._trailing = {BUY: Trailing(BUY), SELL: Trailing(SELL)}

    def add(self, order: ConditionalOrder) -> None:
        if order.terms.trails:
            self._trailing[order.terms.side].add(order)
        else:
            insort(self._side(order), self._key(order))

    def remove(self, order: ConditionalOrder) -> None:
        if order.terms.trails:
            self._trailing[order.terms.side].remove(order)
        else:
            side = self._side(order)
            del side[bisect_left(side, self._key(order))]

    def _side(self, order: ConditionalOrder) -> list[tuple[Price, OrderId]]:
        return self._rising if order.terms.direction > 0 else self._falling

    def _key(self, order: ConditionalOrder) -> tuple[Price, OrderId]:
        return order.terms.trigger_price * order.terms.direction, order.algo_id

    def note(self, price: Price) -> None:
        """Remember a price as the best so far for the trailing orders for which it is."""
        for trailing in self._trailing.values():
            trailing.note(price)

    def due(self, price: Price, above: Price, below: Price) -> Iterator[OrderId]:
        """Those whose condition holds at this price, in no special order.

        Left out are those that hold at a price between `above` and `below` which was seen before.
        """
        both = ((self._rising, above, price), (self._falling, -below, -price))
        for side, seen, reached in both:
            first = bisect_right(side, (seen, LAST_ID)) if seen > NEVER else 0
            for place in range(first, len(side)):
                nearest, algo_id = side[place]
                if nearest > reached:
                    break
                yield algo_id
        for trailing in self._trailing.values():
            yield from trailing.due(price)


class Triggers:
    """The conditional orders of one symbol by working type; derived from them."""

    __slots__ = ("_count", "_waiting")

    def __init__(self) -> None:
        self._waiting = {working_type: Waiting() for working_type in WorkingType}
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, order: ConditionalOrder) -> None:
        self._count += 1
        self._waiting[order.terms.working_type].add(order)

    def remove(self, order: ConditionalOrder) -> None:
        self._count -= 1
        self._waiting[order.terms.working_type].remove(order)

    def note(self, working_type: WorkingType, price: Price) -> None:
        """Such a price has been reached."""
        self._waiting[working_type].note(price)

    def due(
        self, working_type: WorkingType, price: Price, seen: Seen = UNSEEN
    ) -> Iterator[OrderId]:
        """Those whose condition holds at such a price, and did at none that was seen before."""
        return self._waiting[working_type].due(price, *seen)
