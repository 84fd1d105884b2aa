"""Orders, trades and income as Binance prints them."""

from __future__ import annotations

from perpbox.account import BUY, Order, Side, TimeInForce
from perpbox.api.shapes.numbers import average_price, quote_amount, trimmed
from perpbox.instrument import Symbol
from perpbox.money import Price, text, text_at

Row = dict[str, object]

QUERY_AVERAGE_DECIMALS = 5


def side_name(side: Side) -> str:
    return "BUY" if side == BUY else "SELL"


def _tail(order: Order) -> Row:
    terms = order.trigger.terms if order.trigger else None
    trailing: Row = {}
    if terms is not None and terms.trails:
        trailing["activatePrice"] = trimmed(text(terms.activation_price))
        trailing["priceRate"] = trimmed(text(terms.callback_rate * 100))
    return {
        **trailing,
        "workingType": terms.working_type.value if terms else "CONTRACT_PRICE",
        "priceProtect": terms is not None and terms.price_protect,
        "origType": terms.order_type.value if terms else order.order_type.value,
        "priceMatch": order.price_match.value,
        "selfTradePreventionMode": order.self_trade_prevention.value,
        "goodTillDate": order.good_till,
    }


def _type(order: Order) -> str:
    """Its type: of a conditional order among the others, that one's while it waits."""
    trigger = order.trigger
    return trigger.terms.order_type.value if trigger and trigger.waits else order.order_type.value


def _stop_price(order: Order) -> Price:
    return order.trigger.terms.trigger_price if order.trigger else 0


def _closes_position(order: Order) -> bool:
    return order.trigger is not None and order.trigger.terms.close_position


def told_order(
    order: Order, symbol: Symbol, status: str | None = None, *, modify_id: int | None = None
) -> Row:
    """The answer to placing, amending or canceling: numbers at the symbol's precision."""
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return {
        "orderId": order.order_id,
        "symbol": order.symbol,
        "status": status or order.status.value,
        "clientOrderId": order.client_order_id,
        **({} if modify_id is None else {"modifyId": modify_id}),
        "price": text_at(order.price, price),
        "avgPrice": average_price(order.quote_executed, order.executed, price),
        "origQty": text_at(order.quantity, quantity),
        "executedQty": text_at(order.executed, quantity),
        "cumQty": text_at(order.executed, quantity),
        "cumQuote": quote_amount(order.quote_executed, price + quantity),
        "timeInForce": order.time_in_force.value,
        "type": _type(order),
        "reduceOnly": order.reduce_only,
        "closePosition": _closes_position(order),
        "side": side_name(order.side),
        "positionSide": order.position_side.value,
        "stopPrice": text_at(_stop_price(order), price),
        **_tail(order),
        "updateTime": order.updated,
    }


def acknowledged_order(order: Order, symbol: Symbol) -> Row:
    """The answer to a new order of response type ACK: as it was when it was accepted."""
    row = told_order(order, symbol, "NEW")
    price, quantity = symbol.price_precision, symbol.quantity_precision
    row["avgPrice"] = text_at(0, price)
    row["executedQty"] = row["cumQty"] = text_at(0, quantity)
    row["cumQuote"] = quote_amount(0, price + quantity)
    row["updateTime"] = order.created
    return row


def asked_order(order: Order, symbol: Symbol) -> Row:
    """The answer to a query: prices and quantities without zeros at the end."""
    price, quantity = symbol.price_precision, symbol.quantity_precision
    average = "0"
    if order.executed:
        average = average_price(
            order.quote_executed, order.executed, max(price, QUERY_AVERAGE_DECIMALS)
        )
    return {
        "orderId": order.order_id,
        "symbol": order.symbol,
        "status": order.status.value,
        "clientOrderId": order.client_order_id,
        "price": trimmed(text(order.price)),
        "avgPrice": average,
        "origQty": trimmed(text(order.quantity)),
        "executedQty": trimmed(text(order.executed)),
        "cumQuote": quote_amount(order.quote_executed, price + quantity),
        "timeInForce": order.time_in_force.value,
        "type": _type(order),
        "reduceOnly": order.reduce_only,
        "closePosition": _closes_position(order),
        "side": side_name(order.side),
        "positionSide": order.position_side.value,
        "stopPrice": trimmed(text(_stop_price(order))),
        **_tail(order),
        "time": (order.trigger and order.trigger.placed) or order.created,
        "updateTime": order.updated,
    }


IMMEDIATE = (TimeInForce.IOC, TimeInForce.FOK)
"""With these, and for MARKET orders, response type RESULT tells the end of the order."""
