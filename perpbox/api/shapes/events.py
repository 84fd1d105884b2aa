"""Messages of the user data stream as Binance prints them.

Order and form of the fields are those of recorded events; what was added since (`bep`, `V`, `pm`,
`gtd`, `er`) stands at the end, as documented.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from perpbox.account import (
    AutoClose,
    ConditionalTerms,
    Exposure,
    Order,
    OrderId,
    Position,
)
from perpbox.api.shapes.conditional import ACTUAL_DECIMALS, callback
from perpbox.api.shapes.numbers import (
    average_price,
    quote_amount,
    row_amount,
)
from perpbox.api.shapes.order import QUERY_AVERAGE_DECIMALS, side_name
from perpbox.doubles import break_even_price
from perpbox.engine.events import OrderFilled
from perpbox.instrument import Symbol
from perpbox.margin.pool import Holding
from perpbox.margin.position import unrealized_profit
from perpbox.money import Amount, Millis, Price, Product, text, text_at, text_short

Row = dict[str, object]

NONE: Final = "0"
ZERO_ACTUAL: Final = text_at(0, ACTUAL_DECIMALS)
NUMBERED_REASONS: Final = 100
"""From here on the page has no number for an expiry reason."""


def head(name: str, time: Millis) -> Row:
    return {"e": name, "T": time, "E": time}


# Balances and positions.


def account_update(
    time: Millis, reason: str, balances: list[Row], positions: list[Row], symbol: str = ""
) -> Row:
    """`symbol` is that of a funding fee, where it is named."""
    changed: Row = {"B": balances, "P": positions, "m": reason}
    if symbol:
        changed["S"] = symbol
    return {**head("ACCOUNT_UPDATE", time), "a": changed}


def balance(asset: str, wallet: Amount, cross: Amount, change: Amount) -> Row:
    """`change` is without profit and commission."""
    return {
        "a": asset,
        "wb": row_amount(wallet),
        "cw": row_amount(cross),
        "bc": row_amount(change),
    }


def position(exposure: Exposure, held: Position, mark: Price) -> Row:
    """One leg as it now is."""
    profit = unrealized_profit(held.quantity, mark, held.entry_price)
    return {
        "s": exposure.symbol.name,
        "pa": text_short(held.quantity),
        "ep": text(held.entry_price),
        "cr": row_amount(held.realized_profit),
        "up": row_amount(profit),
        "mt": margin_type(exposure),
        "iw": row_amount(held.isolated_wallet),
        "ps": held.position_side.value,
        "ma": exposure.symbol.margin_asset,
        "bep": break_even_price(held) if held.quantity else NONE,
    }


def margin_type(exposure: Exposure) -> str:
    return "isolated" if exposure.isolated else "cross"


# Orders.


def order_update(
    order: Order,
    symbol: Symbol,
    execution: str,
    time: Millis,
    notionals: tuple[Product, Product],
    filled: OrderFilled | None = None,
    *,
    tells_reason: bool = True,
    modify_id: int | None = None,
) -> Row:
    """One ORDER_TRADE_UPDATE; `notionals` are those of the symbol's open bids and asks.

    Only that of a fill has a commission, and only that of an amendment the client's id of it.
    """
    terms = order.trigger.terms if order.trigger else None
    bids, asks = notionals
    row = {
        **_asked(order),
        "ap": _average(order, symbol),
        "sp": text_short(terms.trigger_price) if terms else NONE,
        "x": execution,
        "X": order.status.value,
        "i": order.order_id,
        **({} if modify_id is None else {"M": str(modify_id)}),
        "l": text_short(filled.quantity) if filled else NONE,
        "z": text_short(order.executed),
        "L": text_short(filled.price) if filled else NONE,
        **(_commission(filled) if filled else {}),
        "T": time,
        "t": filled.trade_id if filled else 0,
        "b": _product(bids, symbol),
        "a": _product(asks, symbol),
        "m": filled is not None and filled.is_maker,
        "R": order.reduce_only,
        **_origin(order, terms),
        "rp": row_amount(filled.realized_profit) if filled else NONE,
        **_rest(order, terms),
    }
    if tells_reason:
        reason = int(order.expiry_reason)
        row["er"] = str(reason if reason < NUMBERED_REASONS else 0)
    return {**head("ORDER_TRADE_UPDATE", time), "o": row}


def _asked(order: Order) -> Row:
    return {
        "s": order.symbol,
        "c": order.client_order_id,
        "S": side_name(order.side),
        "o": order_type(order),
        "f": order.time_in_force.value,
        "q": text_short(order.quantity),
        "p": text_short(order.price),
    }


def order_type(order: Order) -> str:
    """LIQUIDATION for the venue's own closing orders, else what stands in the book."""
    if order.auto_close is not AutoClose.NONE:
        return "LIQUIDATION"
    trigger = order.trigger
    return trigger.terms.order_type.value if trigger and trigger.waits else order.order_type.value


def _average(order: Order, symbol: Symbol) -> str:
    if not order.executed:
        return NONE
    decimals = max(symbol.price_precision, QUERY_AVERAGE_DECIMALS)
    return average_price(order.quote_executed, order.executed, decimals)


def _product(value: Product, symbol: Symbol) -> str:
    return (
        quote_amount(value, symbol.price_precision + symbol.quantity_precision) if value else NONE
    )


def _commission(filled: OrderFilled) -> Row:
    return {"n": row_amount(filled.commission), "N": filled.commission_asset}


def _origin(order: Order, terms: ConditionalTerms | None) -> Row:
    trailing: Row = {}
    if terms is not None and terms.trails:
        trailing["AP"] = text_short(terms.activation_price)
        trailing["cr"] = callback(terms.callback_rate)
    return {
        "wt": terms.working_type.value if terms else "CONTRACT_PRICE",
        "ot": terms.order_type.value if terms else order_type(order),
        "ps": order.position_side.value,
        "cp": terms is not None and terms.close_position,
        **trailing,
    }


def _rest(order: Order, terms: ConditionalTerms | None) -> Row:
    return {
        "pP": terms is not None and terms.price_protect,
        "si": 0,
        "ss": 0,
        "V": order.self_trade_prevention.value,
        "pm": order.price_match.value,
        "gtd": order.good_till,
    }


def trade_lite(order: Order, filled: OrderFilled, time: Millis) -> Row:
    """The fill in short."""
    return {
        "e": "TRADE_LITE",
        "E": time,
        "T": time,
        "s": order.symbol,
        "q": text_short(order.quantity),
        "p": text_short(order.price),
        "m": filled.is_maker,
        "c": order.client_order_id,
        "S": side_name(order.side),
        "L": text_short(filled.price),
        "l": text_short(filled.quantity),
        "t": filled.trade_id,
        "i": order.order_id,
    }


# Conditional orders.


def algo_update(
    terms: ConditionalTerms,
    ids: tuple[OrderId, str],
    status: str,
    time: Millis,
    *,
    triggered: Millis = 0,
    order: Order | None = None,
    failure: str = "",
) -> Row:
    """One ALGO_UPDATE; `ids` are the venue's and the client's, `order` what it has placed."""
    placed = order is not None and order.executed
    row: Row = {
        "caid": ids[1],
        "aid": ids[0],
        "at": "CONDITIONAL",
        "o": terms.order_type.value,
        "s": terms.symbol,
        "S": side_name(terms.side),
        "ps": terms.position_side.value,
        "f": terms.time_in_force.value,
        "q": text_short(terms.quantity),
        "X": status,
        "ai": str(order.order_id) if order else "",
        "ap": average_price(order.quote_executed, order.executed, ACTUAL_DECIMALS)
        if order and placed
        else ZERO_ACTUAL,
        "aq": text_at(order.executed, ACTUAL_DECIMALS) if order else ZERO_ACTUAL,
        "act": order.order_type.value if order else NONE,
        "tp": text_short(terms.trigger_price),
        "p": text_short(terms.price),
        "V": terms.self_trade_prevention.value,
        "wt": terms.working_type.value,
        "pm": terms.price_match.value,
        "cp": terms.close_position,
        "pP": terms.price_protect,
        "R": terms.reduce_only,
        "tt": triggered,
        "gtd": terms.good_till,
        "rm": failure,
    }
    return {**head("ALGO_UPDATE", time), "o": row}


def trigger_reject(symbol: str, order_id: OrderId, failure: str, time: Millis) -> Row:
    return {
        "e": "CONDITIONAL_ORDER_TRIGGER_REJECT",
        "E": time,
        "T": time,
        "or": {"s": symbol, "i": order_id, "r": failure},
    }


# The account.


def leverage_update(symbol: str, leverage: int, time: Millis) -> Row:
    return {**config_head(time), "ac": {"s": symbol, "l": leverage}}


def asset_mode_update(*, multi_assets: bool, time: Millis) -> Row:
    return {**config_head(time), "ai": {"j": multi_assets}}


def config_head(time: Millis) -> Row:
    return {"e": "ACCOUNT_CONFIG_UPDATE", "E": time, "T": time}


def margin_call(holdings: Iterable[Holding], cross_wallet: Amount | None, time: Millis) -> Row:
    """MARGIN_CALL of one pool; an isolated one's has no cross wallet."""
    row: Row = {"e": "MARGIN_CALL", "E": time}
    if cross_wallet is not None:
        row["cw"] = text_short(cross_wallet)
    row["p"] = [_called(holding) for holding in holdings]
    return row


def _called(holding: Holding) -> Row:
    exposure, held = holding.exposure, holding.position
    return {
        "s": exposure.symbol.name,
        "ps": held.position_side.value,
        "pa": text_short(held.quantity),
        "mt": "ISOLATED" if exposure.isolated else "CROSSED",
        "iw": text_short(held.isolated_wallet),
        "mp": text_short(holding.mark),
        "up": text_short(holding.unrealized_profit),
        "mm": text_short(holding.maint_margin),
    }


def listen_key_expired(key: str, time: Millis) -> Row:
    """Its time is text, unlike any other's."""
    return {"e": "listenKeyExpired", "E": str(time), "listenKey": key}
