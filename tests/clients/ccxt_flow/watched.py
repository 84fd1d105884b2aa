"""What ccxt.pro makes of the streams against what ccxt makes of REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ccxt_flow.streams import Watcher
from ccxt_flow.trader import CcxtTrader
from cells import passed
from exact import Checks, cut8
from market_streams import PublicRest
from scenario import ASSET, SYMBOL, Story
from user_stream import HeardStory
from waiting import Row, number

ORDER = (
    *("id", "clientOrderId", "symbol", "type", "side", "timeInForce", "status", "reduceOnly"),
    *("price", "amount", "filled", "remaining", "average", "cost"),
)
TRADE = ("id", "order", "symbol", "timestamp", "side", "takerOrMaker", "price", "amount", "cost")
MINI = ("symbol", "last", "open", "high", "low", "baseVolume", "quoteVolume")
DAY = (*MINI, "vwap", "change", "percentage")
MARKET_TRADE = ("id", "symbol", "timestamp", "side", "price", "amount", "cost")
QUOTE = ("symbol", "bid", "bidVolume", "ask", "askVolume")


def picked(row: Any, fields: tuple[str, ...]) -> list[Any]:
    """These of its fields."""
    return [row[field] for field in fields]


class WatchedStory(HeardStory):
    """The events behind ccxt's structures, as far as it hands them over, and the structures."""

    def __init__(self, trader: CcxtTrader, checks: Checks, watcher: Watcher) -> None:
        super().__init__(trader, checks, watcher.feed)
        self.watcher, self.rest_side = watcher, trader.exchange

    def events(self, name: str) -> list[Row]:
        """What the calls handed over, and what ccxt keeps: of two updates at one time a call hands
        over the first, and that another has come shows in what is kept alone.
        """
        return super().events(name) + [row for row in self.watcher.kept() if row["e"] == name]

    def settings(self) -> None:
        """ccxt has no word for settings that have changed."""
        Story.settings(self)

    def position(self) -> None:
        super().position()
        (held,) = self.rest_side.fetch_positions([self.watcher.symbol])
        told = self.watcher.position()
        for field in ("symbol", "side", "contracts", "marginMode", "hedged"):
            self.checks.equal(told[field], held[field], f"ccxt's {field} of the position")
        entry = float(cut8(number(held["info"]["entryPrice"])))
        self.checks.equal(told["entryPrice"], entry, "ccxt's entryPrice of the position")

    def money(self) -> None:
        super().money()
        total = self.rest_side.fetch_balance()["info"]["totalWalletBalance"]

        told = self.watcher.of_futures(self.watcher.exchange.balance)[ASSET]["total"]
        self.checks.equal(told, float(total), "ccxt's balance")

    def play(self) -> None:
        super().play()
        self.checks.step = "ccxt.pro's orders and trades"
        symbol, kept = self.watcher.symbol, self.watcher.exchange
        orders = {row["id"]: row for row in self.watcher.orders() if "aid" not in row["info"]}
        past = self.rest_side.fetch_orders(symbol)
        self.checks.equal(orders.keys(), {row["id"] for row in past}, "ccxt's orders")
        for row in past:
            got, wanted = picked(orders[row["id"]], ORDER), picked(row, ORDER)
            self.checks.equal(got, wanted, f"ccxt's order {row['id']}")
        trades = {row["id"]: row for row in kept.myTrades}
        past = self.rest_side.fetch_my_trades(symbol)
        self.checks.equal(trades.keys(), {row["id"] for row in past}, "ccxt's trades")
        for row in past:
            got, wanted = picked(trades[row["id"]], TRADE), picked(row, TRADE)
            self.checks.equal(got, wanted, f"ccxt's trade {row['id']}")
            self.checks.equal(trades[row["id"]]["fee"]["cost"], row["fee"]["cost"], "ccxt's fee")
        left = self.watcher.position()["contracts"]
        self.checks.equal(left, 0, "ccxt's contracts in the end")
        self.checks.equal(self.watcher.failures(), {}, "watch_* calls that have ended")


class WatchedMarket:
    """Once the market has come to rest."""

    def __init__(self, watcher: Watcher, rest_side: Any, checks: Checks) -> None:
        self.watcher, self.rest_side, self.checks = watcher, rest_side, checks
        self.rest = PublicRest(watcher.base_url)

    def settled(self, name: str, told: Callable[[], Any], wanted: Callable[[], Any]) -> None:
        """Sooner or later what ccxt.pro has is what REST answers."""
        self.checks.step = f"ccxt.pro's {name}"
        got: list[Any] = [None, None]

        def same() -> bool:
            got[:] = [told(), wanted()]
            return bool(got[0] == got[1])

        self.watcher.feed.until(same)
        self.checks.equal(got[0], got[1], name)

    def agree(self) -> None:
        exchange, rest, symbol = self.watcher.exchange, self.rest_side, self.watcher.symbol
        latest = self.watcher.latest

        def last(name: str, fields: tuple[str, ...]) -> Any:
            rows = latest.get(name)
            return picked(rows.get(symbol, rows), fields) if rows else None

        def book() -> Any:
            whole = rest.fetch_order_book(symbol, 1000)
            return [[list(level[:2]) for level in whole[side]] for side in ("bids", "asks")]

        def marks() -> Any:
            row = self.rest.get("premiumIndex", symbol=SYMBOL)
            return [symbol, float(row["markPrice"]), float(row["indexPrice"])]

        def candles() -> Any:
            first = exchange.ohlcvs[symbol]["1m"][0][0]
            return rest.fetch_ohlcv(symbol, "1m", since=first)

        self.settled("order book", lambda: latest["order book"], book)
        self.trades("trades", ("id", "price", "qty", "time", "isBuyerMaker"))
        self.settled(
            "ticker", lambda: last("ticker", DAY), lambda: picked(rest.fetch_ticker(symbol), DAY)
        )
        self.settled(
            "tickers",
            lambda: last("tickers", MINI),
            lambda: picked(rest.fetch_ticker(symbol), MINI),
        )
        self.settled(
            "bids and asks",
            lambda: last("bids and asks", QUOTE),
            lambda: picked(rest.fetch_bids_asks([symbol])[symbol], QUOTE),
        )
        fields = ("symbol", "markPrice", "indexPrice")
        self.settled("mark price", lambda: last("mark price", fields), marks)
        self.settled("candles", lambda: list(exchange.ohlcvs[symbol]["1m"]), candles)
        self.checks.equal(self.watcher.failures(), {}, "watch_* calls that have ended")
        passed("market streams")

    def trades(self, path: str, fields: tuple[str, str, str, str, str]) -> None:
        """All since the venue began, as that endpoint has them, in these fields."""
        symbol = self.watcher.symbol

        def told() -> Any:
            return [
                picked(row, MARKET_TRADE) for row in self.watcher.exchange.trades.get(symbol, [])
            ]

        def wanted() -> Any:
            rows = self.rest.get(path, symbol=SYMBOL, limit=1000)
            return [trade_of(symbol, *(row[field] for field in fields)) for row in rows]

        self.settled(path, told, wanted)


def trade_of(
    symbol: str, trade_id: int, price: str, quantity: str, time: int, buyer_is_maker: bool
) -> list[Any]:
    """A trade of REST as ccxt has to make it of the stream."""
    cost = float(number(price) * number(quantity))
    side = "sell" if buyer_is_maker else "buy"
    return [str(trade_id), symbol, time, side, float(price), float(quantity), cost]
