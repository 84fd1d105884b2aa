"""The public market: names, order and formats, and that it shows what happens on the venue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from perpbox.money import parse, text
from tests.api.exchange import CATALOGUE, HOUR, NOON, SECOND, Exchange
from tests.api.fields import (
    ASSET_INDEX,
    BOOK_TICKER,
    DEPTH,
    EIGHT,
    EXCHANGE_INFO,
    LIMIT,
    PREMIUM_INDEX,
    PRICE_TICKER,
    SHORT,
    SYMBOL,
    TRADE,
    places,
    wrong_formats,
)
from tests.api.trader import Trader

BTC: Final = "symbol=BTCUSDT"
DEPTH_OF: Final = "/fapi/v1/depth"
TRADES: Final = "/fapi/v1/trades"
BOOK: Final = "/fapi/v1/ticker/bookTicker"
PREMIUM: Final = "/fapi/v1/premiumIndex"
INDEX: Final = "/fapi/v1/assetIndex"
PRICES: Final = ("/fapi/v1/ticker/price", "/fapi/v2/ticker/price")


def test_ping(exchange: Exchange) -> None:
    assert exchange.ask("GET", "/fapi/v1/ping").body == b"{}"


def test_time_is_the_venues(exchange: Exchange) -> None:
    exchange.pass_time(HOUR)
    assert exchange.get("/fapi/v1/time") == {"serverTime": NOON + HOUR}


# exchangeInfo


@pytest.fixture
def info(exchange: Exchange) -> Any:
    return exchange.get("/fapi/v1/exchangeInfo")


def symbol_of(info: Any, name: str) -> Any:
    [row] = [row for row in info["symbols"] if row["symbol"] == name]
    return row


def test_exchange_info(info: Any) -> None:
    assert list(info) == EXCHANGE_INFO
    assert (info["timezone"], info["futuresType"]) == ("UTC", "U_MARGINED")
    assert info["serverTime"] == NOON
    assert all(list(limit) == LIMIT for limit in info["rateLimits"])
    assert [tuple(limit.values()) for limit in info["rateLimits"]] == [
        ("REQUEST_WEIGHT", "MINUTE", 1, 2400),
        ("ORDERS", "MINUTE", 1, 1200),
        ("ORDERS", "SECOND", 10, 300),
    ]
    assert info["exchangeFilters"] == []
    assert len(info["symbols"]) >= 30
    assert [row["symbol"] for row in info["symbols"]] == list(CATALOGUE.symbols)


def test_exchange_info_of_assets(info: Any) -> None:
    assert len(info["assets"]) == 8
    assert all(
        list(row) == ["asset", "marginAvailable", "autoAssetExchange"] for row in info["assets"]
    )
    told = {row["asset"]: row["autoAssetExchange"] for row in info["assets"]}
    assert (told["USDT"], told["LDUSDT"], told["BNB"]) == ("-100", "0", "-0.001")


def test_exchange_info_of_a_symbol(info: Any) -> None:
    row = symbol_of(info, "BTCUSDT")
    assert list(row) == SYMBOL
    filters = row.pop("filters")
    assert row == {
        "symbol": "BTCUSDT",
        "pair": "BTCUSDT",
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": row["onboardDate"],
        "status": "TRADING",
        "maintMarginPercent": "0.4000",
        "requiredMarginPercent": "0.6666",
        "baseAsset": "BTC",
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
        "pricePrecision": 2,
        "quantityPrecision": 3,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": row["underlyingSubType"],
        "settlePlan": 0,
        "triggerProtect": row["triggerProtect"],
        "liquidationFee": row["liquidationFee"],
        "marketTakeBound": row["marketTakeBound"],
        "maxMoveOrderLimit": 10000,
        "orderTypes": [
            "LIMIT",
            "MARKET",
            "STOP",
            "STOP_MARKET",
            "TAKE_PROFIT",
            "TAKE_PROFIT_MARKET",
            "TRAILING_STOP_MARKET",
        ],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }
    assert filters == [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": "261.1",
            "maxPrice": "809484",
            "tickSize": "0.10",
        },
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0.001", "maxQty": "120", "stepSize": "0.001"},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        {"filterType": "MIN_NOTIONAL", "notional": "100"},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": "1.0500",
            "multiplierDown": "0.9500",
            "multiplierDecimal": "4",
        },
    ]


def test_every_symbol_has_what_clients_read(info: Any) -> None:
    """The price filter first, and every limit of an order, for cheap and for dear symbols."""
    for row in info["symbols"]:
        assert list(row) == SYMBOL
        kinds = [each["filterType"] for each in row["filters"]]
        assert kinds[0] == "PRICE_FILTER"
        assert {"LOT_SIZE", "MARKET_LOT_SIZE", "MIN_NOTIONAL", "PERCENT_PRICE"} <= set(kinds)
        tick = Decimal(row["filters"][0]["tickSize"])
        assert tick >= Decimal(1).scaleb(-row["pricePrecision"])
        assert (
            wrong_formats(
                row,
                {
                    "triggerProtect": places(4),
                    "liquidationFee": places(6),
                    "marketTakeBound": places(2),
                },
            )
            == []
        )


# depth


def test_the_book(exchange: Exchange) -> None:
    exchange.pass_time(SECOND)
    exchange.quote("BTCUSDT", [("49990", "1.5"), ("49980", "2")], [("50000.1", "0.001")])
    book = exchange.get(DEPTH_OF, BTC)
    assert list(book) == DEPTH
    assert book["bids"] == [["49990.00", "1.500"], ["49980.00", "2.000"]]
    assert book["asks"] == [["50000.10", "0.001"]]
    assert (book["E"], book["T"]) == (NOON + SECOND, NOON + SECOND)


def test_clients_orders_are_in_the_book(exchange: Exchange, alice: Trader) -> None:
    exchange.quote("BTCUSDT", [("49990", "1")], [])
    before = exchange.get(DEPTH_OF, BTC)["lastUpdateId"]
    alice.limit("BUY", "0.1", "49990")
    alice.limit("BUY", "0.1", "49000")
    book = exchange.get(DEPTH_OF, BTC)
    assert book["bids"] == [["49990.00", "1.100"], ["49000.00", "0.100"]]
    assert book["asks"] == []
    assert book["lastUpdateId"] > before


@pytest.mark.parametrize("limit", [5, 10, 20, 50, 100, 500, 1000])
def test_a_book_is_as_deep_as_asked_for(exchange: Exchange, limit: int) -> None:
    bids = [(str(49990 - n), "1") for n in range(30)]
    exchange.quote("BTCUSDT", bids, [])
    assert len(exchange.get(DEPTH_OF, f"{BTC}&limit={limit}")["bids"]) == min(limit, 30)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", -1102),
        ("symbol=", -1102),
        ("symbol=NOPE", -1121),
        (f"{BTC}&limit=6", -4021),
        (f"{BTC}&limit=0", -4021),
        (f"{BTC}&limit=-5", -4021),
        (f"{BTC}&limit=", -1105),
        (f"{BTC}&limit=five", -1130),
        (f"{BTC}&limit={'9' * 5000}", -1130),
        (f"{BTC}&limit=%D9%A5", -1130),
    ],
)
def test_a_book_that_cannot_be_had(exchange: Exchange, query: str, code: int) -> None:
    assert exchange.ask("GET", DEPTH_OF, query).refusal == (400, code)


def test_a_depth_that_does_not_exist_is_named(exchange: Exchange) -> None:
    answer = exchange.ask("GET", DEPTH_OF, f"{BTC}&limit=7")
    assert answer.json["msg"] == "'7' is not valid depth limit."


# trades


def test_the_tape(exchange: Exchange, alice: Trader) -> None:
    exchange.quote("BTCUSDT", [("49990", "1")], [("50000", "1")])
    alice.market("BUY", "0.1")
    exchange.pass_time(SECOND)
    alice.market("SELL", "0.05")
    rows = exchange.get(TRADES, BTC)
    assert all(list(row) == TRADE for row in rows)
    assert rows == [
        {
            "id": 1,
            "price": "50000.00",
            "qty": "0.100",
            "quoteQty": "5000.00000",
            "time": NOON,
            "isBuyerMaker": False,
            "isRPITrade": False,
        },
        {
            "id": 2,
            "price": "49990.00",
            "qty": "0.050",
            "quoteQty": "2499.50000",
            "time": NOON + SECOND,
            "isBuyerMaker": True,
            "isRPITrade": False,
        },
    ]
    assert exchange.get(TRADES, f"{BTC}&limit=1") == rows[1:]
    assert exchange.get(TRADES, "symbol=ETHUSDT") == []
    assert exchange.restarted().get(TRADES, BTC) == rows


def test_the_tape_holds_the_last_thousand(exchange: Exchange, alice: Trader) -> None:
    for _ in range(505):
        alice.market("BUY", "0.002")
        alice.market("SELL", "0.002", reduceOnly="true")
    assert len(exchange.get(TRADES, BTC)) == 500
    for query in (f"{BTC}&limit=1000", f"{BTC}&limit=5000"):
        assert [row["id"] for row in exchange.get(TRADES, query)] == list(range(11, 1011))
    assert exchange.ask("GET", TRADES, f"{BTC}&limit=0").refusal == (400, -1130)
    assert exchange.ask("GET", TRADES, "limit=5").refusal == (400, -1102)


# tickers


@pytest.mark.parametrize("path", PRICES)
def test_the_last_price(exchange: Exchange, alice: Trader, path: str) -> None:
    assert exchange.get(path, "symbol=BTCUSDC")["price"] == "106645.9"
    exchange.pass_time(SECOND)
    alice.market("BUY", "0.1")
    one = exchange.get(path, BTC)
    assert list(one) == PRICE_TICKER
    assert one == {"symbol": "BTCUSDT", "price": "50000.10", "time": NOON + SECOND}
    rows = exchange.get(path)
    assert [row["symbol"] for row in rows] == list(CATALOGUE.symbols)
    assert one in rows


def test_the_best_quotes(exchange: Exchange) -> None:
    exchange.quote("BTCUSDT", [("49990", "1.5")], [])
    one = exchange.get(BOOK, BTC)
    assert list(one) == BOOK_TICKER
    assert one == {
        "symbol": "BTCUSDT",
        "bidPrice": "49990.00",
        "bidQty": "1.500",
        "askPrice": "0.00",
        "askQty": "0.000",
        "time": NOON,
    }
    rows = exchange.get(BOOK)
    assert [row["symbol"] for row in rows] == list(CATALOGUE.symbols)
    assert rows[0] == one
    assert all(Decimal(row["bidPrice"]) < Decimal(row["askPrice"]) for row in rows[1:])


def test_mark_and_index_price(exchange: Exchange) -> None:
    one = exchange.get(PREMIUM, BTC)
    assert list(one) == PREMIUM_INDEX
    assert one == {
        "symbol": "BTCUSDT",
        "markPrice": "50000.00000000",
        "indexPrice": "50000.00000000",
        "estimatedSettlePrice": "50000.00000000",
        "lastFundingRate": one["lastFundingRate"],
        "interestRate": one["interestRate"],
        "nextFundingTime": NOON + 4 * HOUR,
        "time": NOON,
    }
    formats = dict.fromkeys(("lastFundingRate", "interestRate", "markPrice"), EIGHT)
    assert wrong_formats(one, formats) == []
    assert [row["symbol"] for row in exchange.get(PREMIUM)] == list(CATALOGUE.symbols)
    exchange.pass_time(4 * HOUR)
    assert exchange.get(PREMIUM, BTC)["nextFundingTime"] == NOON + 12 * HOUR


def test_the_asset_index(exchange: Exchange) -> None:
    exchange.index(BTC="61475.02720330")
    one = exchange.get(INDEX, "symbol=BTCUSD")
    assert list(one) == ASSET_INDEX
    # The index times one minus or plus each buffer, cut.
    assert one == {
        "symbol": "BTCUSD",
        "time": NOON,
        "index": "61475.02720330",
        "bidBuffer": "0.05000000",
        "askBuffer": "0.05000000",
        "bidRate": "58401.27584313",
        "askRate": "64548.77856346",
        "autoExchangeBidBuffer": "0.02500000",
        "autoExchangeAskBuffer": "0.02500000",
        "autoExchangeBidRate": "59938.15152321",
        "autoExchangeAskRate": "63011.90288338",
    }
    rows = exchange.get(INDEX)
    assert [row["symbol"] for row in rows] == [f"{name}USD" for name in CATALOGUE.assets]
    assert one in rows
    assert exchange.ask("GET", INDEX, "symbol=BTC").refusal == (400, -1121)


@pytest.mark.parametrize("path", [*PRICES, BOOK, PREMIUM, INDEX])
def test_a_ticker_of_an_unknown_symbol(exchange: Exchange, path: str) -> None:
    assert exchange.ask("GET", path, "symbol=NOPE").refusal == (400, -1121)
    assert exchange.ask("GET", path, "symbol=btcusdt").refusal == (400, -1121)
    assert exchange.ask("GET", path, "symbol=").refusal == (400, -1105)


def test_what_is_told_of_filters_is_what_is_kept(exchange: Exchange, info: Any) -> None:
    row = symbol_of(info, "ADAUSDT")
    symbol = CATALOGUE.symbols["ADAUSDT"]
    by_kind = {each["filterType"]: each for each in row["filters"]}
    assert parse(by_kind["PRICE_FILTER"]["tickSize"]) == symbol.tick_size
    assert parse(by_kind["LOT_SIZE"]["stepSize"]) == symbol.step_size
    assert parse(by_kind["MIN_NOTIONAL"]["notional"]) == symbol.min_notional
    assert SHORT.fullmatch(by_kind["LOT_SIZE"]["maxQty"])
    assert text(parse(by_kind["PERCENT_PRICE"]["multiplierUp"])) == text(symbol.multiplier_up)


# What is Binance's alone in this market: RPI orders, and an index of many exchanges.


def test_the_book_with_rpi_orders_is_the_book(exchange: Exchange) -> None:
    for query in (BTC, f"{BTC}&limit=1000"):
        assert exchange.get("/fapi/v1/rpiDepth", query) == exchange.get(
            DEPTH_OF, f"{BTC}&limit=1000"
        )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", -1102),
        ("symbol=NOUSDT", -1121),
        (f"{BTC}&limit=500", -4021),
        (f"{BTC}&limit=", -1105),
        (f"{BTC}&limit=many", -1130),
    ],
)
def test_what_rpi_depth_refuses(exchange: Exchange, query: str, code: int) -> None:
    assert exchange.ask("GET", "/fapi/v1/rpiDepth", query).refusal == (400, code)


def test_an_index_price_is_made_of_what_the_venue_is_told(exchange: Exchange) -> None:
    told = exchange.get("/fapi/v1/constituents", BTC)
    assert list(told) == ["symbol", "time", "constituents"]
    assert (told["symbol"], told["time"]) == ("BTCUSDT", NOON)
    [only] = told["constituents"]
    assert list(only.items()) == [
        ("exchange", "binance"),
        ("symbol", "BTCUSDT"),
        ("price", "50000.00000000"),
        ("weight", "1.00000000"),
    ]
    assert exchange.ask("GET", "/fapi/v1/constituents").refusal == (400, -1102)
    assert exchange.ask("GET", "/fapi/v1/constituents", "symbol=A").refusal == (400, -1121)


def test_constituents_had_no_price_once() -> None:
    [only] = Exchange(api_date="2025-04-22").get("/fapi/v1/constituents", BTC)["constituents"]
    assert list(only) == ["exchange", "symbol"]


def test_there_was_no_book_with_rpi_orders_before() -> None:
    assert Exchange(api_date="2025-11-24").ask("GET", "/fapi/v1/rpiDepth", BTC).status == 404
