"""Market answers: exchange information, books, prices, asset index and brackets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from perpbox.account import BUY, SELL
from perpbox.api.limits import ORDERS_PER_MINUTE, ORDERS_PER_TEN_SECONDS, WEIGHT_PER_MINUTE
from perpbox.engine.market import Market
from perpbox.instrument import Bracket, Catalogue, MarginAsset, Symbol
from perpbox.journal.records import FundingRecord
from perpbox.margin.funding import interest_of
from perpbox.margin.multi_assets import Rates
from perpbox.money import DECIMALS, SCALE, Millis, Price, Ratio, text, text_at, text_short

Row = dict[str, object]

ORDER_TYPES: Final = [
    "LIMIT",
    "MARKET",
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
]
TIMES_IN_FORCE: Final = ["GTC", "IOC", "FOK", "GTX", "GTD"]


def rate_limits() -> list[Row]:
    """The limits that the venue keeps, as `exchangeInfo` lists them."""
    return [
        _limit("REQUEST_WEIGHT", "MINUTE", 1, WEIGHT_PER_MINUTE),
        _limit("ORDERS", "MINUTE", 1, ORDERS_PER_MINUTE),
        _limit("ORDERS", "SECOND", 10, ORDERS_PER_TEN_SECONDS),
    ]


def _limit(kind: str, interval: str, number: int, limit: int) -> Row:
    return {
        "rateLimitType": kind,
        "interval": interval,
        "intervalNum": number,
        "limit": limit,
    }


def exchange_info(catalogue: Catalogue, now: Millis, *, algo_filter: bool) -> Row:
    """`GET /fapi/v1/exchangeInfo`."""
    return {
        "timezone": "UTC",
        "serverTime": now,
        "futuresType": "U_MARGINED",
        "rateLimits": rate_limits(),
        "exchangeFilters": [],
        "assets": [_asset(asset) for asset in catalogue.assets.values()],
        "symbols": [_symbol(symbol, algo_filter) for symbol in catalogue.symbols.values()],
    }


def _asset(asset: MarginAsset) -> Row:
    """Null is for what is no margin, as on the page: NautilusTrader reads no other row with it."""
    threshold = asset.auto_exchange_threshold
    if threshold is None and asset.margin_available:
        threshold = 0
    return {
        "asset": asset.name,
        "marginAvailable": asset.margin_available,
        "autoAssetExchange": None if threshold is None else text_short(threshold),
    }


def _symbol(symbol: Symbol, algo_filter: bool) -> Row:
    return {
        "symbol": symbol.name,
        "pair": symbol.name,
        "contractType": "PERPETUAL",
        "deliveryDate": symbol.delivery_time,
        "onboardDate": symbol.onboard_time,
        "status": symbol.status.value,
        "maintMarginPercent": _percent(symbol.brackets[0].maint_margin_rate),
        "requiredMarginPercent": _percent(SCALE // symbol.brackets[0].initial_leverage),
        "baseAsset": symbol.base_asset,
        "quoteAsset": symbol.quote_asset,
        "marginAsset": symbol.margin_asset,
        "pricePrecision": symbol.price_precision,
        "quantityPrecision": symbol.quantity_precision,
        "baseAssetPrecision": DECIMALS,
        "quotePrecision": DECIMALS,
        "underlyingType": symbol.underlying_type,
        "underlyingSubType": list(symbol.underlying_sub_types),
        "settlePlan": 0,
        "triggerProtect": text_at(symbol.trigger_protect, 4),
        "liquidationFee": text_at(symbol.liquidation_fee, 6),
        "marketTakeBound": text_at(symbol.market_take_bound, 2),
        "maxMoveOrderLimit": 10000,
        "filters": _filters(symbol, algo_filter),
        "orderTypes": ORDER_TYPES,
        "timeInForce": TIMES_IN_FORCE,
    }


def _percent(rate: Ratio) -> str:
    return text_at(rate * 100, 4)


def _filters(symbol: Symbol, algo_filter: bool) -> list[Row]:
    """In the order in which the venue checks them; PRICE_FILTER first, as clients expect."""
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": text_short(symbol.min_price),
            "maxPrice": text_short(symbol.max_price),
            "tickSize": text_at(symbol.tick_size, symbol.price_precision),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": text_short(symbol.min_quantity),
            "maxQty": text_short(symbol.max_quantity),
            "stepSize": text_short(symbol.step_size),
        },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": text_short(symbol.market_min_quantity),
            "maxQty": text_short(symbol.market_max_quantity),
            "stepSize": text_short(symbol.market_step_size),
        },
        {"filterType": "MAX_NUM_ORDERS", "limit": symbol.max_num_orders},
        *(
            [{"filterType": "MAX_NUM_ALGO_ORDERS", "limit": symbol.max_num_algo_orders}]
            if algo_filter
            else []
        ),
        {"filterType": "MIN_NOTIONAL", "notional": text_short(symbol.min_notional)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": text_at(symbol.multiplier_up, 4),
            "multiplierDown": text_at(symbol.multiplier_down, 4),
            "multiplierDecimal": "4",
        },
    ]


def depth(market: Market, limit: int, now: Millis) -> Row:
    """`GET /fapi/v1/depth`."""
    symbol = market.symbol
    sides = {
        name: [
            [text_at(p, symbol.price_precision), text_at(q, symbol.quantity_precision)]
            for p, q in market.depth(side, limit)
        ]
        for name, side in (("bids", BUY), ("asks", SELL))
    }
    return {
        "lastUpdateId": snapshot_update(market.update_id),
        "E": now,
        "T": changed(market),
        **sides,
    }


def told_update(update_id: int) -> int:
    """The number by which a stream tells a state of the book."""
    return 2 * update_id


def snapshot_update(update_id: int) -> int:
    """The number of a snapshot: behind the message that led to this state, before the next.

    So a first message that covers it (U <= number <= u) there always is, as the page on local
    order books asks, however quiet the market was between the two.
    """
    return told_update(update_id) + 1


def changed(market: Market) -> Millis:
    """When book, prices or trades last changed."""
    return market.changed


def price_ticker(market: Market) -> Row:
    """One row of `ticker/price`: the last traded price, the start price before any trade."""
    return {
        "symbol": market.symbol.name,
        "price": text_at(market.last_price, market.symbol.price_precision),
        "time": changed(market),
    }


def book_ticker(market: Market) -> Row:
    """One row of `ticker/bookTicker`; zeros where a side is empty."""
    symbol = market.symbol
    row: Row = {"symbol": symbol.name}
    for name, side in (("bid", BUY), ("ask", SELL)):
        price, quantity = next(iter(market.depth(side, 1)), (0, 0))
        row[f"{name}Price"] = text_at(price, symbol.price_precision)
        row[f"{name}Qty"] = text_at(quantity, symbol.quantity_precision)
    row["time"] = changed(market)
    return row


def numbered_book_ticker(market: Market) -> Row:
    """One row of `ticker.book`; the number is that of the stream of best prices."""
    return {"lastUpdateId": told_update(market.update_id), **book_ticker(market)}


def premium_index(market: Market, rate: Ratio, now: Millis) -> Row:
    """One row of `premiumIndex`; the rate is the one to come, as far as it is known now."""
    terms = market.funding
    return {
        "symbol": market.symbol.name,
        "markPrice": text(market.mark),
        "indexPrice": text(market.index),
        "estimatedSettlePrice": text(market.index),
        "lastFundingRate": text(rate),
        "interestRate": text(interest_of(terms.interest_rate, terms.interval_hours)),
        "nextFundingTime": market.next_funding,
        "time": now,
    }


def constituents(market: Market, now: Millis, *, priced: bool) -> Row:
    """`GET /fapi/v1/constituents`: an index price is made of what it is told, and of that alone."""
    only: Row = {"exchange": "binance", "symbol": market.symbol.name}
    if priced:
        only |= {"price": text(market.index), "weight": text(SCALE)}
    return {"symbol": market.symbol.name, "time": now, "constituents": [only]}


def funding_rate(row: FundingRecord, *, typed: bool) -> Row:
    """One row of `fundingRate`; a special rate is one of stock dividends, and there is none."""
    return {
        "symbol": row.symbol,
        "fundingTime": row.time,
        "fundingRate": text(row.rate),
        "markPrice": text(row.mark),
        **({"rateType": "Regular"} if typed else {}),
    }


def funding_info(market: Market) -> Row:
    """One row of `fundingInfo`."""
    terms = market.funding
    return {
        "symbol": market.symbol.name,
        "adjustedFundingRateCap": text(terms.cap),
        "adjustedFundingRateFloor": text(terms.floor),
        "fundingIntervalHours": terms.interval_hours,
        "disclaimer": False,
    }


def asset_index(asset: MarginAsset, index_price: Price, rates: Rates, now: Millis) -> Row:
    """One row of `assetIndex`."""
    return {
        "symbol": asset.index_symbol,
        "time": now,
        "index": text(index_price),
        "bidBuffer": text(asset.bid_buffer),
        "askBuffer": text(asset.ask_buffer),
        "bidRate": text(rates.bid_rate),
        "askRate": text(rates.ask_rate),
        "autoExchangeBidBuffer": text(asset.auto_exchange_bid_buffer),
        "autoExchangeAskBuffer": text(asset.auto_exchange_ask_buffer),
        "autoExchangeBidRate": text(rates.auto_exchange_bid_rate),
        "autoExchangeAskRate": text(rates.auto_exchange_ask_rate),
    }


def leverage_bracket(symbol: Symbol) -> Row:
    """One row of `leverageBracket`; its figures are JSON numbers."""
    return {"symbol": symbol.name, "brackets": _brackets(symbol.brackets)}


def _brackets(brackets: Iterable[Bracket]) -> list[Row]:
    return [
        {
            "bracket": bracket.number,
            "initialLeverage": bracket.initial_leverage,
            "notionalCap": bracket.cap // SCALE,
            "notionalFloor": bracket.floor // SCALE,
            "maintMarginRatio": bracket.maint_margin_rate / SCALE,
            "cum": bracket.cum / SCALE,
        }
        for bracket in brackets
    ]


def commission_rate(symbol: Symbol, rates: tuple[Ratio, Ratio], *, rpi: bool) -> Row:
    """`GET /fapi/v1/commissionRate`; there are no RPI orders, so their rate is the maker's."""
    maker, taker = rates
    return {
        "symbol": symbol.name,
        "makerCommissionRate": text_short(maker),
        "takerCommissionRate": text_short(taker),
        **({"rpiCommissionRate": text_short(maker)} if rpi else {}),
    }
