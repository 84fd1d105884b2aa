"""Trades as streams: aggregates, and the liquidation orders among the takers."""

from __future__ import annotations

import msgspec

from perpbox.account import SELL, AutoClose, Order, OrderStatus
from perpbox.api.shapes import pushes as shapes
from perpbox.api.streams.sources import Typed
from perpbox.engine import events as happened
from perpbox.engine.line import Line
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.money import Millis, Quantity


class AggregateTrades:
    """Each aggregate once, whole: none goes on after the turn that it began in."""

    def __init__(self, market: Market, speed: Millis, typed: Typed) -> None:
        self.speed = speed
        self._typed = typed
        self.follows: str | None = market.symbol.name
        self._symbol = market.symbol
        self._due: list[shapes.Aggregate] = []

    def note(self, line: Line, /) -> None:
        name = self._symbol.name
        last: shapes.Aggregate | None = None
        for event in line.events:
            if type(event) is not happened.Traded or event.symbol != name:
                continue
            if last is not None and event.aggregate_id == last.aggregate_id:
                last.quantity += event.quantity
                last.last_trade_id = event.trade_id
                continue
            last = shapes.Aggregate(
                event.aggregate_id,
                event.price,
                event.quantity,
                event.trade_id,
                event.trade_id,
                line.time,
                buyer_is_maker=event.taker_side == SELL,
            )
            self._due.append(last)

    def flush(self, now: Millis, /) -> list[bytes]:
        due, self._due = self._due, []
        rows = (shapes.aggregate_trade(aggregate, self._symbol, now) for aggregate in due)
        return [msgspec.json.encode(self._typed(row)) for row in rows]

    def greeting(self, _now: Millis, /) -> list[bytes]:
        """What was before is asked by REST."""
        return []


class ForceOrders:
    """The latest liquidation order of each symbol, once a second."""

    def __init__(self, state: State, speed: Millis, symbol: str, typed: Typed) -> None:
        self.speed = speed
        self._typed = typed
        self.follows: str | None = symbol
        """Empty: those of all."""
        self._state = state
        self._due: dict[str, tuple[Order, Quantity]] = {}
        """With the quantity of its last fill."""

    def note(self, line: Line, /) -> None:
        """An order counts as soon as anything of it was filled, on the book or off it."""
        entered: dict[int, Order] = {}
        for event in line.events:
            if type(event) is happened.OrderAccepted:
                if event.auto_close is AutoClose.LIQUIDATION and self.follows in {"", event.symbol}:
                    entered[event.order_id] = _order_of(event, line.time)
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

    def greeting(self, _now: Millis, /) -> list[bytes]:
        """What was before is asked by REST."""
        return []


def _order_of(event: happened.OrderAccepted, now: Millis) -> Order:
    return Order(
        order_id=event.order_id,
        account_id=event.account_id,
        symbol=event.symbol,
        client_order_id=event.client_order_id,
        side=event.side,
        position_side=event.position_side,
        order_type=event.order_type,
        time_in_force=event.time_in_force,
        price=event.price,
        quantity=event.quantity,
        reduce_only=event.reduce_only,
        self_trade_prevention=event.self_trade_prevention,
        created=now,
        updated=now,
        priority=0,
    )


class ContractInfo:
    """A symbol is traded from now on."""

    def __init__(self, state: State, speed: Millis, typed: Typed) -> None:
        self.speed = speed
        self._typed = typed
        self.follows: str | None = ""
        self._state = state
        self._known = set(state.markets)
        self._due: list[str] = []

    def note(self, line: Line, /) -> None:
        for event in line.events:
            if type(event) is happened.PriceMoved and event.symbol not in self._known:
                self._known.add(event.symbol)
                self._due.append(event.symbol)

    def flush(self, now: Millis, /) -> list[bytes]:
        due, self._due = self._due, []
        symbols = self._state.catalogue.symbols
        rows = (shapes.contract_info(symbols[name], now) for name in due)
        return [msgspec.json.encode(self._typed(row)) for row in rows]

    def greeting(self, _now: Millis, /) -> list[bytes]:
        """What was before is asked by REST."""
        return []
