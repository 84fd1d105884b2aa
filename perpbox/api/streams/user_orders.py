"""What is told of orders, conditional ones too: ORDER_TRADE_UPDATE, TRADE_LITE, ALGO_UPDATE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from perpbox.account import ConditionalStatus, ExpiryReason, Order, OrderStatus
from perpbox.account.order import as_order
from perpbox.api import calendar
from perpbox.api.errors import ERROR_OF, ApiError
from perpbox.api.shapes import events as shapes
from perpbox.api.streams.teller import TRIGGERING, Teller
from perpbox.api.streams.updates import ORDER
from perpbox.engine import events as happened
from perpbox.engine.rejects import Reject
from perpbox.money import Millis

OrderEvent: TypeAlias = happened.OrderAmended | happened.OrderCanceled | happened.OrderExpired
ConditionalEvent: TypeAlias = (
    happened.ConditionalCanceled | happened.ConditionalExpired | happened.ConditionalTriggered
)
EXECUTIONS: Final[dict[type, str]] = {
    happened.OrderAmended: "AMENDMENT",
    happened.OrderCanceled: "CANCELED",
    happened.OrderExpired: "EXPIRED",
}
STATUSES: Final[dict[type, str]] = {
    happened.ConditionalCanceled: "CANCELED",
    happened.ConditionalExpired: "EXPIRED",
    happened.ConditionalTriggered: TRIGGERING,
}


def _order_accepted(teller: Teller, event: happened.OrderAccepted, now: Millis) -> None:
    if event.account_id in teller.listened:
        order = teller.entering[event.account_id] = teller.state.orders[event.order_id]
        if order.trigger is not None:
            teller.tell_placed(order, ConditionalStatus.TRIGGERED.value, now)
        teller.tell_order(order, "NEW", now)


def _order_filled(teller: Teller, event: happened.OrderFilled, now: Millis) -> None:
    order = teller.order
    if event.account_id not in teller.listened or order is None:
        return
    if not teller.off_book and teller.api_date >= calendar.TRADE_LITE:
        teller.tell(event.account_id, shapes.trade_lite(order, event, now))
    update = teller.begin(event.account_id, ORDER, now, event.symbol)
    update.add_change(teller.state.catalogue.symbols[event.symbol].margin_asset, 0)
    update.order, update.filled = order, event


def _order_changed(teller: Teller, event: OrderEvent, now: Millis) -> None:
    order = teller.order
    if event.account_id not in teller.listened or order is None:
        return
    modify_id = None
    if isinstance(event, happened.OrderAmended):
        teller.entering[event.account_id] = order
        modify_id = event.modify_id
    teller.tell_order(order, EXECUTIONS[type(event)], now, modify_id=modify_id)


def _traded(teller: Teller, event: happened.Traded, now: Millis) -> None:
    teller.off_book = False


def _traded_off_book(teller: Teller, event: happened.OffBookTraded, now: Millis) -> None:
    teller.off_book = True


def _conditional_placed(teller: Teller, event: happened.ConditionalPlaced, now: Millis) -> None:
    if event.account_id not in teller.listened:
        return
    waiting = teller.state.conditional_orders[event.algo_id]
    if event.terms.legacy:
        teller.tell_order(as_order(waiting, Order), "NEW", now)
    else:
        teller.tell_waiting(waiting, ConditionalStatus.NEW.value, now)


def _conditional_ended(teller: Teller, event: ConditionalEvent, now: Millis) -> None:
    waiting = teller.waiting
    if event.account_id not in teller.listened or waiting is None:
        return
    if not waiting.terms.legacy:
        teller.tell_waiting(waiting, STATUSES[type(event)], now)
        return
    order = as_order(waiting, Order)
    canceled = isinstance(event, happened.ConditionalCanceled)
    order.status = OrderStatus.CANCELED if canceled else OrderStatus.EXPIRED
    if isinstance(event, happened.ConditionalExpired):
        order.expiry_reason = event.reason
    elif isinstance(event, happened.ConditionalTriggered):
        order.expiry_reason = ExpiryReason.TRIGGERED_AND_REFUSED
    teller.tell_order(order, order.status.value, now)


def _conditional_rejected(teller: Teller, event: happened.ConditionalRejected, now: Millis) -> None:
    waiting = teller.waiting
    if event.account_id not in teller.listened or waiting is None:
        return
    error = ApiError(ERROR_OF[Reject[event.reject]], *event.details)
    failure = str(error.body()["msg"])
    terms = waiting.terms
    if teller.api_date < calendar.TRIGGER_REJECT_REMOVED:
        row = shapes.trigger_reject(terms.symbol, event.algo_id, failure, now)
        teller.tell(event.account_id, row)
    if not terms.legacy:
        ids = (waiting.algo_id, waiting.client_algo_id)
        status = ConditionalStatus.REJECTED.value
        row = shapes.algo_update(terms, ids, status, now, triggered=now, failure=failure)
        teller.tell(event.account_id, row)


ORDER_EVENTS: Final[dict[type, Callable[[Teller, Any, Millis], None]]] = {
    happened.OrderAccepted: _order_accepted,
    happened.OrderFilled: _order_filled,
    happened.OrderAmended: _order_changed,
    happened.OrderCanceled: _order_changed,
    happened.OrderExpired: _order_changed,
    happened.Traded: _traded,
    happened.OffBookTraded: _traded_off_book,
    happened.ConditionalPlaced: _conditional_placed,
    happened.ConditionalCanceled: _conditional_ended,
    happened.ConditionalExpired: _conditional_ended,
    happened.ConditionalTriggered: _conditional_ended,
    happened.ConditionalRejected: _conditional_rejected,
}
