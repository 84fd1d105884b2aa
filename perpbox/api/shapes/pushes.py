"""Messages of the market streams as Binance prints them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from perpbox.account import BUY, SELL, Order
from perpbox.api.shapes.market import changed, told_update
from perpbox.api.shapes.numbers import average_price, quote_amount
from perpbox.api.shapes.order import side_name
from perpbox.engine.events import Traded
from perpbox.engine.market import Market
from perpbox.instrument import Bracket, MarginAsset, Symbol
from perpbox.margin.multi_assets import Rates
from perpbox.money import DECIMALS, SCALE, Millis, Price, Quantity, Ratio, text, text_at
from perpbox.tape import (
    Candle,
    DayStatistics,
    Interval,
    price_change_percent_rounded,
    weighted_average_rounded,
)

Row = dict[str, object]
Level = tuple[Price, Quantity]

PERPETUAL: Final = "PERPETUAL"
USDS_MARGINED: Final = 1
"""`st`, the symbol type, since both kinds of futures share one service."""


class Aggregate(Struct):
    """Trades of one price and taker, told as one."""

    aggregate_id: int
    price: Price
    quantity: Quantity
    first_trade_id: int
    last_trade_id: int
    time: Millis
    buyer_is_maker: bool


def aggregate_trade(told: Aggregate, symbol: Symbol, now: Millis) -> Row:
    """There are no RPI orders, so `nq` is all of it."""
    quantity = text_at(told.quantity, symbol.quantity_precision)
    return {
        "e": "aggTrade",
        "E": now,
        "a": told.aggregate_id,
        "s": symbol.name,
        "p": text_at(told.price, symbol.price_precision),
        "q": quantity,
        "nq": quantity,
        "f": told.first_trade_id,
        "l": told.last_trade_id,
        "T": told.time,
        "m": told.buyer_is_maker,
    }


def trade(traded: Traded, symbol: Symbol, time: Millis, now: Millis) -> Row:
    """One trade of the book; `X` tells that it was no venue's closing of a position off it."""
    return {
        "e": "trade",
        "E": now,
        "T": time,
        "s": symbol.name,
        "t": traded.trade_id,
        "p": text_at(traded.price, symbol.price_precision),
        "q": text_at(traded.quantity, symbol.quantity_precision),
        "X": "MARKET",
        "m": traded.taker_side == SELL,
    }


def depth_update(
    market: Market, now: Millis, before: int, bids: Iterable[Level], asks: Iterable[Level]
) -> Row:
    """A book's change since update `before`, or its best levels."""
    return {
        "e": "depthUpdate",
        "E": now,
        "T": changed(market),
        "s": market.symbol.name,
        "U": told_update(before) + 1,
        "u": told_update(market.update_id),
        "pu": told_update(before),
        "b": _levels(market.symbol, bids),
        "a": _levels(market.symbol, asks),
    }


def _levels(symbol: Symbol, levels: Iterable[Level]) -> list[list[str]]:
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return [[text_at(p, price), text_at(q, quantity)] for p, q in levels]


def book_ticker(market: Market, now: Millis) -> Row:
    """The best bid and ask; zeros where a side is empty."""
    symbol = market.symbol
    row: Row = {
        "e": "bookTicker",
        "u": told_update(market.update_id),
        "s": symbol.name,
    }
    for side, names in ((BUY, "bB"), (SELL, "aA")):
        price, quantity = next(iter(market.depth(side, 1)), (0, 0))
        row[names[0]] = text_at(price, symbol.price_precision)
        row[names[1]] = text_at(quantity, symbol.quantity_precision)
    return {**row, "T": changed(market), "E": now}


def mark_price(market: Market, rate: Ratio, now: Millis) -> Row:
    """The funding rate is the one to come, as far as it is known now.

    [dec] Without `ap`, a moving average since 2026-03-16: its window is not published.
    """
    return {
        "e": "markPriceUpdate",
        "E": now,
        "s": market.symbol.name,
        "p": text(market.mark),
        "P": text(market.index),
        "i": text(market.index),
        "r": text(rate),
        "T": market.next_funding,
    }


def asset_index(asset: MarginAsset, index_price: Price, rates: Rates, now: Millis) -> Row:
    return {
        "e": "assetIndexUpdate",
        "E": now,
        "s": asset.index_symbol,
        "i": text(index_price),
        "b": text(asset.bid_buffer),
        "a": text(asset.ask_buffer),
        "B": text(rates.bid_rate),
        "A": text(rates.ask_rate),
        "q": text(asset.auto_exchange_bid_buffer),
        "g": text(asset.auto_exchange_ask_buffer),
        "Q": text(rates.auto_exchange_bid_rate),
        "G": text(rates.auto_exchange_ask_rate),
    }


def force_order(order: Order, last: Quantity, symbol: Symbol, now: Millis) -> Row:
    """A liquidation order; `last` is the quantity of its last fill."""
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return {
        "e": "forceOrder",
        "E": now,
        "o": {
            "s": order.symbol,
            "S": side_name(order.side),
            "o": order.order_type.value,
            "f": order.time_in_force.value,
            "q": text_at(order.quantity, quantity),
            "p": text_at(order.price, price),
            "ap": average_price(order.quote_executed, order.executed, price),
            "X": order.status.value,
            "l": text_at(last, quantity),
            "z": text_at(order.executed, quantity),
            "T": order.updated,
        },
    }


def contract_info(symbol: Symbol, now: Millis, *, with_brackets: bool) -> Row:
    """A symbol as it now is; its brackets where they are other ones."""
    row: Row = {
        "e": "contractInfo",
        "E": now,
        "s": symbol.name,
        "ps": symbol.name,
        "ct": PERPETUAL,
        "dt": symbol.delivery_time,
        "ot": symbol.onboard_time,
        "cs": symbol.status.value,
    }
    return {**row, "bks": _brackets(symbol.brackets)} if with_brackets else row


def _brackets(brackets: tuple[Bracket, ...]) -> list[Row]:
    """A bracket's lowest leverage is one above the highest of the next."""
    below = [*(bracket.initial_leverage for bracket in brackets[1:]), 0]
    return [
        {
            "bs": bracket.number,
            "bnf": bracket.floor // SCALE,
            "bnc": bracket.cap // SCALE,
            "mmr": bracket.maint_margin_rate / SCALE,
            "cf": bracket.cum / SCALE,
            "mi": least + 1,
            "ma": bracket.initial_leverage,
        }
        for bracket, least in zip(brackets, below, strict=True)
    ]


# What the tape makes of trades.


def candle(told: Candle, interval: Interval, symbol: Symbol, now: Millis, *, closed: bool) -> Row:
    return {
        "e": "kline",
        "E": now,
        "s": symbol.name,
        "k": {
            "t": told.open_time,
            "T": told.close_time,
            "s": symbol.name,
            **_candle(told, interval, symbol, closed),
        },
    }


def continuous_candle(
    told: Candle, interval: Interval, symbol: Symbol, now: Millis, *, closed: bool
) -> Row:
    """[dec] A perpetual's trades are all of the pair's; what is told as update ids is theirs."""
    return {
        "e": "continuous_kline",
        "E": now,
        "ps": symbol.name,
        "ct": PERPETUAL,
        "k": {
            "t": told.open_time,
            "T": told.close_time,
            **_candle(told, interval, symbol, closed),
        },
    }


def _candle(told: Candle, interval: Interval, symbol: Symbol, closed: bool) -> Row:
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return {
        "i": interval.value,
        "f": told.first_trade_id,
        "L": told.last_trade_id,
        "o": text_at(told.open, price),
        "c": text_at(told.close, price),
        "h": text_at(told.high, price),
        "l": text_at(told.low, price),
        "v": text_at(told.volume, quantity),
        "n": told.trades,
        "x": closed,
        "q": quote_amount(told.quote_volume, price + quantity),
        "V": text_at(told.taker_buy_volume, quantity),
        "Q": quote_amount(told.taker_buy_quote_volume, price + quantity),
        "B": "0",
    }


def mini_ticker(day: DayStatistics, symbol: Symbol, now: Millis) -> Row:
    return {"e": "24hrMiniTicker", "E": now, "s": symbol.name, **_day(day, symbol)}


def ticker(day: DayStatistics, symbol: Symbol, now: Millis) -> Row:
    price, quantity = symbol.price_precision, symbol.quantity_precision
    average = weighted_average_rounded(day, 10 ** (DECIMALS - price))
    return {
        "e": "24hrTicker",
        "E": now,
        "s": symbol.name,
        "p": text_at(day.price_change, price),
        "P": text_at(price_change_percent_rounded(day), 3),
        "w": text_at(average, price),
        "Q": text_at(day.last_quantity, quantity),
        **_day(day, symbol),
        "O": day.open_time,
        "C": day.close_time,
        "F": day.first_trade_id,
        "L": day.last_trade_id,
        "n": day.trades,
    }


def _day(day: DayStatistics, symbol: Symbol) -> Row:
    price, quantity = symbol.price_precision, symbol.quantity_precision
    return {
        "c": text_at(day.last_price, price),
        "o": text_at(day.open, price),
        "h": text_at(day.high, price),
        "l": text_at(day.low, price),
        "v": text_at(day.volume, quantity),
        "q": quote_amount(day.quote_volume, price + quantity),
    }
