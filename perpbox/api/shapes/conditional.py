"""Conditional orders as the algo order pages print them."""

from __future__ import annotations

from typing import Final

from perpbox.account import (
    ConditionalOrder,
    ConditionalStatus,
    ConditionalTerms,
    Order,
    OrderStatus,
)
from perpbox.api.shapes.numbers import average_price, trimmed
from perpbox.api.shapes.order import side_name
from perpbox.instrument import Symbol
from perpbox.journal.records import ConditionalRecord
from perpbox.money import SCALE, Ratio, text, text_at

Row = dict[str, object]

OPEN: Final = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)
ACTUAL_DECIMALS: Final = 5
PER_CENT: Final = SCALE // 100


def placed(order: ConditionalOrder, symbol: Symbol) -> Row:
    """The answer to placing one."""
    terms = order.terms
    decimals = symbol.price_precision
    activation = text_at(terms.activation_price, decimals) if terms.trails else ""
    return {
        **_head(order.algo_id, order.client_algo_id, terms, symbol),
        "algoStatus": ConditionalStatus.NEW.value,
        "triggerPrice": text_at(terms.trigger_price, decimals),
        "price": text_at(terms.price, decimals),
        "icebergQuantity": None,
        **_tail(terms),
        "activatePrice": activation,
        "callbackRate": callback(terms.callback_rate) if terms.trails else "",
        "createTime": order.created,
        "updateTime": order.created,
        "triggerTime": 0,
        "goodTillDate": terms.good_till,
    }


def asked(record: ConditionalRecord, symbol: Symbol, order: Order | None) -> Row:
    """The answer to a query; `order` is what it has placed, while that is remembered."""
    terms = record.terms
    decimals = symbol.price_precision
    zero = text_at(0, decimals)
    status, updated = record.status, record.updated
    if status is ConditionalStatus.TRIGGERED and (order is None or order.status not in OPEN):
        status = ConditionalStatus.FINISHED
    average = text_at(0, ACTUAL_DECIMALS)
    if order is not None:
        updated = max(updated, order.updated)
        if order.executed:
            places = max(decimals, ACTUAL_DECIMALS)
            average = average_price(order.quote_executed, order.executed, places)
    row = {
        **_head(record.algo_id, record.client_algo_id, terms, symbol),
        "algoStatus": status.value,
        "actualOrderId": str(record.order_id) if record.order_id else "",
        "actualPrice": average,
        "triggerPrice": text_at(terms.trigger_price, decimals),
        "price": text_at(terms.price, decimals),
        "icebergQuantity": None,
        "tpTriggerPrice": zero,
        "tpPrice": zero,
        "slTriggerPrice": zero,
        "slPrice": zero,
        "tpOrderType": "",
        **_tail(terms),
        "createTime": record.created,
        "updateTime": updated,
        "triggerTime": record.triggered,
        "goodTillDate": terms.good_till,
    }
    if terms.trails:
        row["activatePrice"] = text_at(terms.activation_price, decimals)
        row["callbackRate"] = callback(terms.callback_rate)
    return row


def waiting(order: ConditionalOrder, symbol: Symbol) -> Row:
    """One of the open ones."""
    record = ConditionalRecord(
        order.algo_id,
        order.account_id,
        order.client_algo_id,
        order.terms,
        order.created,
        order.created,
    )
    return asked(record, symbol, None)


def callback(rate: Ratio) -> str:
    """A callback rate in per cent: "1", "0.5"."""
    return trimmed(text(rate * SCALE // PER_CENT))


def _head(algo_id: int, client_algo_id: str, terms: ConditionalTerms, symbol: Symbol) -> Row:
    return {
        "algoId": algo_id,
        "clientAlgoId": client_algo_id,
        "algoType": "CONDITIONAL",
        "orderType": terms.order_type.value,
        "symbol": terms.symbol,
        "side": side_name(terms.side),
        "positionSide": terms.position_side.value,
        "timeInForce": terms.time_in_force.value,
        "quantity": text_at(terms.quantity, symbol.quantity_precision),
    }


def _tail(terms: ConditionalTerms) -> Row:
    return {
        "selfTradePreventionMode": terms.self_trade_prevention.value,
        "workingType": terms.working_type.value,
        "priceMatch": terms.price_match.value,
        "closePosition": terms.close_position,
        "priceProtect": terms.price_protect,
        "reduceOnly": terms.reduce_only,
    }
