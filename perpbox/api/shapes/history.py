"""Fills, income and margin changes as Binance prints them."""

from __future__ import annotations

from perpbox.account import BUY
from perpbox.api.shapes.numbers import quote_amount, row_amount
from perpbox.api.shapes.order import side_name
from perpbox.instrument import Symbol
from perpbox.journal.records import AmendmentRecord, IncomeRecord, MarginRecord, TradeRecord
from perpbox.money import text, text_at, text_short

Row = dict[str, object]


def user_trade(row: TradeRecord, symbol: Symbol, *, with_asset: bool = False) -> Row:
    """one row of `userTrades`; the margin asset was behind the quote quantity."""
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return {
        "symbol": row.symbol,
        "id": row.trade_id,
        "orderId": row.order_id,
        "side": side_name(row.side),
        "price": text_at(row.price, price),
        "qty": text_at(row.quantity, quantity),
        "realizedPnl": row_amount(row.realized_profit),
        **({"marginAsset": symbol.margin_asset} if with_asset else {}),
        "quoteQty": quote_amount(row.price * row.quantity, price + quantity),
        "commission": row_amount(row.commission),
        "commissionAsset": row.commission_asset,
        "time": row.time,
        "positionSide": row.position_side.value,
        "buyer": row.side == BUY,
        "maker": row.is_maker,
    }


def amendment(row: AmendmentRecord) -> Row:
    """One row of `orderAmendment`."""
    return {
        "amendmentId": row.amendment_id,
        "symbol": row.symbol,
        "pair": row.symbol,
        "orderId": row.order_id,
        "clientOrderId": row.client_order_id,
        "time": row.time,
        "amendment": {
            "price": _change(row.price_before, row.price),
            "origQty": _change(row.quantity_before, row.quantity),
            "count": row.count,
            **({} if row.modify_id is None else {"modifyId": row.modify_id}),
        },
    }


def _change(before: int, after: int) -> Row:
    return {"before": text_short(before), "after": text_short(after)}


def income(row: IncomeRecord) -> Row:
    """One row of `income`."""
    trade_id = str(row.trade_id) if row.trade_id else ""
    return {
        "symbol": row.symbol,
        "incomeType": row.income_type.value,
        "income": text(row.amount),
        "asset": row.asset,
        "time": row.time,
        "info": trade_id or row.income_type.value,
        "tranId": row.transaction_id,
        "tradeId": trade_id,
    }


def margin_change(row: MarginRecord) -> Row:
    """One row of `positionMargin/history`."""
    return {
        "symbol": row.symbol,
        "type": 1 if row.amount > 0 else 2,
        "deltaType": "USER_ADJUST",
        "amount": text(abs(row.amount)),
        "asset": row.asset,
        "time": row.time,
        "positionSide": row.position_side.value,
    }
