"""The conditional orders of one symbol, by the prices that they wait for."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from perpbox.account import ConditionalOrder, OrderId, WorkingType
from perpbox.money import Price


class Waiting:
    """What waits for one kind of price to rise, to fall, or to turn."""

    __slots__ = ("_falling", "_rising", "_trailing")

    def __init__(self) -> None:
        # The nearest first: falling prices with the sign turned round.
        self._rising: list[tuple[Price, OrderId]] = []
        self._falling: list[tuple[Price, OrderId]] = []
        self._trailing: dict[OrderId, ConditionalOrder] = {}

    def __bool__(self) -> bool:
        return bool(self._rising or self._falling or self._trailing)

    def add(self, order: ConditionalOrder) -> None:
        if order.terms.trails:
            self._trailing[order.algo_id] = order
        else:
            insort(self._side(order), self._key(order))

    def remove(self, order: ConditionalOrder) -> None:
        if order.terms.trails:
            del self._trailing[order.algo_id]
        else:
            side = self._side(order)
            del side[bisect_left(side, self._key(order))]

    def _side(self, order: ConditionalOrder) -> list[tuple[Price, OrderId]]:
        return self._rising if order.terms.direction > 0 else self._falling

    def _key(self, order: ConditionalOrder) -> tuple[Price, OrderId]:
        return order.terms.trigger_price * order.terms.direction, order.algo_id

    def note(self, price: Price) -> None:
        """Remember a price as the best so far for the trailing orders for which it is."""
        for order in self._trailing.values():
            if (order.extreme - price) * order.terms.side > 0:
                order.extreme = price

    def due(self, price: Price) -> Iterator[OrderId]:
        """Those whose condition holds at this price, in no special order."""
        for side, reached in ((self._rising, price), (self._falling, -price)):
            for nearest, algo_id in side:
                if nearest > reached:
                    break
                yield algo_id
        for order in self._trailing.values():
            if order.holds(price):
                yield order.algo_id


class Triggers:
    """The conditional orders of one symbol by working type; derived from them."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting = {working_type: Waiting() for working_type in WorkingType}

    def __bool__(self) -> bool:
        return any(self._waiting.values())

    def add(self, order: ConditionalOrder) -> None:
        self._waiting[order.terms.working_type].add(order)

    def remove(self, order: ConditionalOrder) -> None:
        self._waiting[order.terms.working_type].remove(order)

    def note(self, working_type: WorkingType, price: Price) -> None:
        """Such a price has been reached."""
        self._waiting[working_type].note(price)

    def due(self, working_type: WorkingType, price: Price) -> Iterator[OrderId]:
        """Those whose condition holds while such a price is this one."""
        return self._waiting[working_type].due(price)
