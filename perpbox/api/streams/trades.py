"""Trades as streams: aggregates, and the liquidation orders among the takers."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from perpbox.account import SELL, AutoClose, Order, OrderStatus
from perpbox.api.shapes import pushes as shapes
from perpbox.api.streams.sources import Quiet, Typed
from perpbox.engine import events as happened
from perpbox.engine.apply.orders import new_order
from perpbox.engine.line import Line
from perpbox.engine.market import AGGREGATE_SPAN, Market
from perpbox.engine.state import State
from perpbox.engine.symbol_events import SymbolSet
from perpbox.money import Millis, Quantity


class AggregateTrades(Quiet):
    """Each aggregate once, when no trade can join it any more.

    [dec] While the clock stands its hundred milliseconds never end: then each turn's trades are
    told by themselves, so that several messages may bear the number of one aggregate.
    """

    def __init__(
        self, market: Market, speed: Millis, typed: Typed, at_rest: Callable[[], bool]
    ) -> None:
        super().__init__(speed, market.symbol.name)
        self._typed = typed
        self._symbol = market.symbol
        self._at_rest = at_rest
        self._due: list[shapes.Aggregate] = []

    def note(self, line: Line, _touched: Collection[str], /) -> None:
        name, due = self._symbol.name, self._due
        for event in line.events:
            if type(event) is not happened.Traded or event.symbol != name:
                continue
            if due and due[-1].aggregate_id == event.aggregate_id:
                due[-1].quantity += event.quantity
                due[-1].last_trade_id = event.trade_id
                continue
            due.append(
                shapes.Aggregate(
                    event.aggregate_id,
                    event.price,
                    event.quantity,
                    event.trade_id,
                    event.trade_id,
                    line.time,
                    buyer_is_maker=event.taker_side == SELL,
                )
            )

    def flush(self, now: Millis, /) -> list[bytes]:
        due = self._due
        goes_on = bool(due) and due[-1].time // AGGREGATE_SPAN == now // AGGREGATE_SPAN
        told = len(due) - (goes_on and not self._at_rest())
        rows = (shapes.aggregate_trade(each, self._symbol, now) for each in due[:told])
        messages = [msgspec.json.encode(self._typed(row)) for row in rows]
        del due[:told]
        return messages


class Trades(Quiet):
    """[dec] Each trade of the book by itself, at once."""

    def __init__(self, market: Market, speed: Millis, typed: Typed) -> None:
        super().__init__(speed, market.symbol.name)
        self._typed = typed
        self._symbol = market.symbol
        self._due: list[tuple[happened.Traded, Millis]] = []

    def note(self, line: Line, _touched: Collection[str], /) -> None:
        for event in line.events:
            if type(event) is happened.Traded and event.symbol == self._symbol.name:
                self._due.append((event, line.time))

    def flush(self, now: Millis, /) -> list[bytes]:
        due, self._due = self._due, []
        rows = (shapes.trade(traded, self._symbol, time, now) for traded, time in due)
        return [msgspec.json.encode(self._typed(row)) for row in rows]


class ForceOrders(Quiet):
    """The latest liquidation order of each symbol, once a second."""

    def __init__(self, state: State, speed: Millis, symbol: str, typed: Typed) -> None:
        super().__init__(speed, symbol)
        self._typed = typed
        self._state = state
        self._due: dict[str, tuple[Order, Quantity]] = {}
        """With the quantity of its last fill."""

    def note(self, line: Line, _touched: Collection[str], /) -> None:
        """An order counts as soon as anything of it was filled, on the book or off it."""
        entered: dict[int, Order] = {}
        for event in line.events:
            if type(event) is happened.OrderAccepted:
                if event.auto_close is AutoClose.LIQUIDATION and self.about in {"", event.symbol}:
                    entered[event.order_id] = new_order(event, line.time)
            elif type(event) is happened.OrderFilled and event.order_id in entered:
                order = entered[event.order_id]
                order.executed += event.quantity
                order.quote_executed += event.quantity * event.price
                whole = order.executed == order.quantity
                order.status = OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED
                self._due[order.symbol] = (order, event.quantity)

    def flush(self, now: Millis, /) -> list[bytes]:
        due, self._due = self._due, {}
        symbols = self._state.catalogue.symbols
        rows = (
            shapes.force_order(order, last, symbols[order.symbol], now)
            for order, last in due.values()
        )
        return [msgspec.json.encode(self._typed(row)) for row in rows]


class ContractInfo(Quiet):
    """A symbol is traded from now on, or is another one."""

    def __init__(self, state: State, speed: Millis, typed: Typed) -> None:
        super().__init__(speed)
        self._typed = typed
        self._state = state
        self._known = {name: market.symbol for name, market in state.markets.items()}
        self._due: dict[str, None] = {}

    def note(self, line: Line, _touched: Collection[str], /) -> None:
        for event in line.events:
            if type(event) is SymbolSet:
                self._due[event.symbol.name] = None
            elif type(event) is happened.PriceMoved and event.symbol not in self._known:
                self._due[event.symbol] = None

    def flush(self, now: Millis, /) -> list[bytes]:
        due, self._due = self._due, {}
        return [msgspec.json.encode(self._typed(self._row(name, now))) for name in due]

    def _row(self, name: str, now: Millis) -> shapes.Row:
        symbol = self._state.catalogue.symbols[name]
        before = self._known.get(name)
        self._known[name] = symbol
        changed = before is not None and before.brackets != symbol.brackets
        return shapes.contract_info(symbol, now, with_brackets=changed)
