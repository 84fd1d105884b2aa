"""A journal of which nothing is kept: for what is only tried, on a copy of a state."""

from __future__ import annotations

from typing import Final

from perpbox.account import OrderId
from perpbox.engine.line import Line
from perpbox.engine.state import State
from perpbox.journal.memory_history import MemoryHistory
from perpbox.journal.projection import Projection
from perpbox.journal.records import ConditionalRecord, OrderRecord

FIELDS: Final = OrderRecord.__struct_fields__


class Sketch:
    """Durable at once. Its history begins with the state that it is given, as it then stands."""

    def __init__(self, state: State) -> None:
        self._orders = {
            order_id: OrderRecord(**{name: getattr(order, name) for name in FIELDS})
            for order_id, order in state.orders.items()
        }
        self._waiting = {
            algo_id: ConditionalRecord(
                algo_id,
                each.account_id,
                each.client_algo_id,
                each.terms,
                each.created,
                each.created,
            )
            for algo_id, each in state.conditional_orders.items()
            if not each.terms.legacy
        }
        self._projection = Projection(self._find, self._waiting.get)
        self.history = MemoryHistory(self._projection.take)
        self.durable_sequence = 0

    def append(self, line: Line) -> None:
        self._projection.add(line)
        self.durable_sequence = line.sequence

    def _find(self, order_id: OrderId) -> OrderRecord:
        return self._orders[order_id]
