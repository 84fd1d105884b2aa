"""What the market saw: trades, aggregate trades, klines and the last day."""

from __future__ import annotations

from typing import Final

from perpbox.account import SELL
from perpbox.api.shapes.numbers import quote_amount
from perpbox.engine.market import Market
from perpbox.instrument import Symbol
from perpbox.money import text, text_at
from perpbox.tape import (
    AggregateTrade,
    Candle,
    DayStatistics,
    Trade,
    price_change_percent_rounded,
    weighted_average_rounded,
)

Row = dict[str, object]
Cells = list[object]

PERCENT_DECIMALS: Final = 3


def trade(told: Trade, symbol: Symbol, *, rpi: bool) -> Row:
    """One row of `GET /fapi/v1/trades`; no trade is of an RPI order."""
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return {
        "id": told.trade_id,
        "price": text_at(told.price, price),
        "qty": text_at(told.quantity, quantity),
        "quoteQty": quote_amount(told.price * told.quantity, price + quantity),
        "time": told.time,
        "isBuyerMaker": told.taker_side == SELL,
        **({"isRPITrade": False} if rpi else {}),
    }


def aggregate_trade(told: AggregateTrade, symbol: Symbol) -> Row:
    """One row of `GET /fapi/v1/aggTrades`."""
    return {
        "a": told.aggregate_id,
        "p": text_at(told.price, symbol.price_precision),
        "q": text_at(told.quantity, symbol.quantity_precision),
        "f": told.first_trade_id,
        "l": told.last_trade_id,
        "T": told.time,
        "m": told.taker_side == SELL,
    }


def kline(candle: Candle, symbol: Symbol) -> Cells:
    """One row of `GET /fapi/v1/klines`, decimals as in the published files."""
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return [
        candle.open_time,
        text_at(candle.open, price),
        text_at(candle.high, price),
        text_at(candle.low, price),
        text_at(candle.close, price),
        text_at(candle.volume, quantity),
        candle.close_time,
        quote_amount(candle.quote_volume, price + quantity),
        candle.trades,
        text_at(candle.taker_buy_volume, quantity),
        quote_amount(candle.taker_buy_quote_volume, price + quantity),
        "0",
    ]


def price_kline(candle: Candle, times: int) -> Cells:
    """One row of `GET /fapi/v1/markPriceKlines` and its likes: nothing is traded at it."""
    prices = (candle.open, candle.high, candle.low, candle.close)
    opened, closed = candle.open_time, candle.close_time
    return [opened, *map(text, prices), "0", closed, "0", times, "0", "0", "0"]


def day_ticker(day: DayStatistics, market: Market) -> Row:
    """One row of `GET /fapi/v1/ticker/24hr`."""
    symbol = market.symbol
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return {
        "symbol": symbol.name,
        "priceChange": text_at(day.price_change, price),
        "priceChangePercent": text_at(price_change_percent_rounded(day), PERCENT_DECIMALS),
        "weightedAvgPrice": text_at(weighted_average_rounded(day, market.price_unit), price),
        "lastPrice": text_at(day.last_price, price),
        "lastQty": text_at(day.last_quantity, quantity),
        "openPrice": text_at(day.open, price),
        "highPrice": text_at(day.high, price),
        "lowPrice": text_at(day.low, price),
        "volume": text_at(day.volume, quantity),
        "quoteVolume": quote_amount(day.quote_volume, price + quantity),
        "openTime": day.open_time,
        "closeTime": day.close_time,
        "firstId": day.first_trade_id,
        "lastId": day.last_trade_id,
        "count": day.trades,
    }
