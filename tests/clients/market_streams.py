"""What market streams have told against what REST answers, once the market has come to rest."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any, Protocol

from cells import passed
from exact import Checks
from listening import Feed
from scenario import SYMBOL
from waiting import Row, number

PAIR = SYMBOL.lower()
BOOK_TICKER = {"b": "bidPrice", "B": "bidQty", "a": "askPrice", "A": "askQty", "s": "symbol"}
MARK = {
    "p": "markPrice",
    "i": "indexPrice",
    "r": "lastFundingRate",
    "T": "nextFundingTime",
    "s": "symbol",
}
DAY = {
    "c": "lastPrice",
    "o": "openPrice",
    "h": "highPrice",
    "l": "lowPrice",
    "v": "volume",
    "q": "quoteVolume",
    "s": "symbol",
}
FULL_DAY = {
    **DAY,
    "p": "priceChange",
    "P": "priceChangePercent",
    "w": "weightedAvgPrice",
    "Q": "lastQty",
    "O": "openTime",
    "C": "closeTime",
    "F": "firstId",
    "L": "lastId",
    "n": "count",
}
CANDLE = "tohlcvTqnVQB"
"""The fields of a candle in the order of the REST row."""
ASSET_INDEX = {"i": "index", "b": "bidBuffer", "a": "askBuffer", "B": "bidRate", "A": "askRate"}


class PublicRest:
    """The market's endpoints, asked without any client."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        # A proxy named in the environment has no business between us and this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str, **params: object) -> Any:
        address = f"{self.base_url}/fapi/v1/{path}?{urllib.parse.urlencode(params)}"
        with self._opener.open(address, timeout=10) as response:
            return json.load(response)


class MarketCalls(Protocol):
    """What the WebSocket API knows of markets."""

    def book_ticker(self, symbol: str) -> Row: ...
    def price_ticker(self, symbol: str) -> Row: ...
    def depth(self, symbol: str, limit: int) -> Row: ...


class MarketHeard:
    """Compares; the feed has the messages under the names of their streams."""

    def __init__(self, base_url: str, feed: Feed, checks: Checks) -> None:
        self.rest = PublicRest(base_url)
        self.feed, self.checks = feed, checks

    def agree(self, streams: list[str]) -> None:
        """All of these say what REST says."""
        for stream in streams:
            self.checks.step = stream
            self.check(stream)
        passed("market streams")

    def check(self, stream: str) -> None:
        _, _, rest = stream.partition("@")
        kind, _, detail = rest.partition("_")
        if (check := CHECKS.get(stream) or CHECKS.get(rest)) is not None:
            check(self, stream)
        elif kind in {"kline", "continuousKline"}:
            self.candles(stream, kind, detail)
        elif rest.startswith("depth") and rest[5:6].isdigit():
            self.partial_depth(stream, int(rest[5:].partition("@")[0]))
        elif rest.startswith(("depth", "rpiDepth")):
            self.depth(stream)
        else:
            self.checks.that(stream in SILENT, f"{stream} is a stream that says nothing here")
            self.checks.equal(self.feed.rows(stream), [], stream)

    def settled(
        self, stream: str, told: Callable[[list[Row]], object], wanted: Callable[[], object]
    ) -> None:
        """Sooner or later what was told is what REST answers."""
        got: list[object] = [None, None]

        def same() -> bool:
            rows = self.feed.rows(stream)
            got[:] = [told(rows) if rows else None, wanted()]
            return bool(got[0] == got[1])

        self.feed.until(same)
        self.checks.equal(got[0], got[1], stream)

    def latest(self, stream: str, fields: dict[str, str], path: str, **params: object) -> None:
        """The last message about the symbol, field by field."""

        def told(rows: list[Row]) -> object:
            mine = [row for row in rows if row["s"] == SYMBOL]
            return {name: mine[-1][name] for name in fields} if mine else None

        def wanted() -> object:
            row = self.rest.get(path, symbol=SYMBOL, **params)
            return {name: row[field] for name, field in fields.items()}

        self.settled(stream, told, wanted)

    def agree_on_calls(self, calls: MarketCalls) -> None:
        """The WebSocket API's methods say it too."""
        self.checks.step = "the market over the WebSocket API"
        book = self.rest.get("ticker/bookTicker", symbol=SYMBOL)
        told = calls.book_ticker(SYMBOL)
        for field in ("symbol", "bidPrice", "bidQty", "askPrice", "askQty", "time"):
            self.checks.equal(told[field], book[field], f"{field} of ticker.book")
        price = self.rest.get("ticker/price", symbol=SYMBOL)
        self.checks.equal(calls.price_ticker(SYMBOL), price, "ticker.price")
        depth, wanted = calls.depth(SYMBOL, 20), self.rest.get("depth", symbol=SYMBOL, limit=20)
        for field in ("bids", "asks", "lastUpdateId", "T"):
            self.checks.equal(depth[field], wanted[field], f"{field} of depth")

    # Trades.

    def aggregate_trades(self, stream: str) -> None:
        """Since the venue began, as clients listen from then on."""
        fields = "apqflTm"

        def picked(rows: list[Row]) -> object:
            return [[row[name] for name in fields] for row in rows]

        self.settled(
            stream, picked, lambda: picked(self.rest.get("aggTrades", symbol=SYMBOL, limit=1000))
        )

    def trades(self, stream: str) -> None:
        def told(rows: list[Row]) -> object:
            return [(row["t"], row["p"], row["q"], row["T"], row["m"]) for row in rows]

        def wanted() -> object:
            return [
                (row["id"], row["price"], row["qty"], row["time"], row["isBuyerMaker"])
                for row in self.rest.get("trades", symbol=SYMBOL, limit=1000)
            ]

        self.settled(stream, told, wanted)

    # Prices.

    def book_ticker(self, stream: str) -> None:
        self.latest(stream, BOOK_TICKER, "ticker/bookTicker")

    def mark_price(self, stream: str) -> None:
        self.latest(stream, MARK, "premiumIndex")

    def asset_indexes(self, stream: str) -> None:
        def told(rows: list[Row]) -> object:
            return {row["s"]: [row[name] for name in ASSET_INDEX] for row in rows}

        def wanted() -> object:
            rows = self.rest.get("assetIndex")
            return {row["symbol"]: [row[name] for name in ASSET_INDEX.values()] for row in rows}

        self.settled(stream, told, wanted)

    # What trades make.

    def ticker(self, stream: str) -> None:
        self.latest(stream, FULL_DAY, "ticker/24hr")

    def mini_ticker(self, stream: str) -> None:
        self.latest(stream, DAY, "ticker/24hr")

    def candles(self, stream: str, kind: str, interval: str) -> None:
        """Each candle that was told of as it was left."""
        asked: dict[str, object] = {"interval": interval, "limit": 1000}
        if kind == "kline":
            path, asked["symbol"] = "klines", SYMBOL
        else:
            path, asked["pair"], asked["contractType"] = "continuousKlines", SYMBOL, "PERPETUAL"

        def told(rows: list[Row]) -> object:
            return {row["k"]["t"]: [row["k"][name] for name in CANDLE] for row in rows}

        def wanted() -> object:
            opened = {row["k"]["t"] for row in self.feed.rows(stream)}
            return {row[0]: row for row in self.rest.get(path, **asked) if row[0] in opened}

        self.settled(stream, told, wanted)

    # Books.

    def partial_depth(self, stream: str, levels: int) -> None:
        def told(rows: list[Row]) -> object:
            return rows[-1]["b"], rows[-1]["a"]

        def wanted() -> object:
            row = self.rest.get("depth", symbol=SYMBOL, limit=levels)
            return row["bids"], row["asks"]

        self.settled(stream, told, wanted)

    def depth(self, stream: str) -> None:
        """No update is missing, and each level that was told of stands as it was told last."""

        def told(rows: list[Row]) -> object:
            return [last_levels(rows, side) for side in "ba"]

        def wanted() -> object:
            row = self.rest.get("depth", symbol=SYMBOL, limit=1000)
            rows, sides = self.feed.rows(stream), ("bids", "asks")
            stands = [levels_of(row[side]) for side in sides]
            asked = [last_levels(rows, side) for side in "ba"]
            return [
                {price: there.get(price, Decimal(0)) for price in prices}
                for there, prices in zip(stands, asked, strict=True)
            ]

        self.settled(stream, told, wanted)
        rows = self.feed.rows(stream)
        for before, after in pairwise(rows):
            self.checks.equal(after["pu"], before["u"], "pu after u")
            self.checks.that(before["u"] < after["U"] <= after["u"], "U and u go up")
        known = self.rest.get("depth", symbol=SYMBOL, limit=5)["lastUpdateId"]
        self.checks.that(rows[-1]["u"] <= known, f"{rows[-1]['u']} is no later than {known}")


def levels_of(levels: list[list[str]]) -> dict[Decimal, Decimal]:
    """Quantities by price."""
    return {number(price): number(quantity) for price, quantity in levels}


def last_levels(rows: list[Row], side: str) -> dict[Decimal, Decimal]:
    """The last word on each level of a side."""
    return {price: left for row in rows for price, left in levels_of(row[side]).items()}


CHECKS: dict[str, Callable[[MarketHeard, str], None]] = {
    "aggTrade": MarketHeard.aggregate_trades,
    "trade": MarketHeard.trades,
    "bookTicker": MarketHeard.book_ticker,
    "markPrice": MarketHeard.mark_price,
    "markPrice@1s": MarketHeard.mark_price,
    "ticker": MarketHeard.ticker,
    "miniTicker": MarketHeard.mini_ticker,
    "!bookTicker": MarketHeard.book_ticker,
    "!markPrice@arr": MarketHeard.mark_price,
    "!markPrice@arr@1s": MarketHeard.mark_price,
    "!ticker@arr": MarketHeard.ticker,
    "!miniTicker@arr": MarketHeard.mini_ticker,
    "!assetIndex@arr": MarketHeard.asset_indexes,
}
"""By what stands behind the symbol, or the whole name."""
SILENT = {
    f"{PAIR}@forceOrder",
    f"{PAIR}@compositeIndex",
    "!forceOrder@arr",
    "!contractInfo",
    "tradingSession",
}
"""Nobody is liquidated, nothing is listed, and there are no composite indexes here."""
