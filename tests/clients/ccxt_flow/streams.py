"""ccxt.pro: its watch_* calls in a loop of their own, each told again and again what is new."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import ccxt.pro  # type: ignore[import-untyped, unused-ignore]  # annotated, but no py.typed

from ccxt_flow.trader import settings
from listening import Background, Feed
from perpbox import clients
from scenario import SYMBOL
from user_stream import USER
from waiting import Row

STREAMS = ("linear", "future")
"""What the addresses of USDS-M futures are filed under; the second in older ccxt."""
PRIVATE, MARKET = "?listenKey=", "/ws/"
"""What the addresses of either kind have in them."""
MINI = {"name": "miniTicker"}


class Watcher:
    """An exchange of ccxt.pro that listens.

    What a call handed over last is kept by the call's name; the events behind those of the
    account go to the feed.
    """

    def __init__(self, base_url: str, api_key: str, secret: str, feed: Feed) -> None:
        self.base_url, self.feed = base_url, feed
        self.background = Background()
        self.latest: dict[str, Any] = {}
        self.watching: dict[str, Future[None]] = {}
        self.exchange: Any = self.background.run(self.made(api_key, secret))
        self.symbol = str(self.exchange.safe_symbol(SYMBOL, None, None, "swap"))

    async def made(self, api_key: str, secret: str) -> Any:
        exchange = clients.ccxt(ccxt.pro.binanceusdm(settings(api_key, secret)), self.base_url)
        await exchange.load_markets()
        return exchange

    def follow(
        self, name: str, call: Callable[..., Any], *args: Any, take: Callable[[Any], Any] = list
    ) -> None:
        """Call it for ever; `take` is done in the loop, where what it is given stands still."""

        async def go() -> None:
            while True:
                told = await call(*args)
                self.latest[name] = take(told)
                self.feed.put(name, {})

        self.watching[name] = self.background.start(go())

    def watch_account(self) -> bool:
        """Whether the account's stream is open."""
        exchange, symbol = self.exchange, self.symbol
        self.follow("positions", exchange.watch_positions, [symbol])
        self.follow("balance", exchange.watch_balance, take=self.take_balance)
        self.follow("orders", exchange.watch_orders, symbol, take=self.take_orders)
        self.follow("my trades", exchange.watch_my_trades, symbol, take=self.take_trades)
        return self.feed.until(lambda: self.connected(1, PRIVATE))

    def watch_market(self) -> bool:
        """Whether all its connections are open: ccxt makes one for each kind of stream."""
        exchange, symbol = self.exchange, self.symbol
        self.follow("order book", exchange.watch_order_book, symbol, take=book_of)
        self.follow("trades", exchange.watch_trades, symbol)
        self.follow("ticker", exchange.watch_ticker, symbol, {"name": "ticker"}, take=dict)
        self.follow("tickers", exchange.watch_tickers, [symbol], MINI, take=dict)
        self.follow("bids and asks", exchange.watch_bids_asks, [symbol], take=dict)
        self.follow("mark price", exchange.watch_mark_price, symbol, take=dict)
        self.follow("candles", exchange.watch_ohlcv, symbol, "1m")
        shown = {"order book", "bids and asks", "mark price"}
        return self.feed.until(lambda: self.connected(7, MARKET) and shown <= self.latest.keys())

    def watch_aggregates(self) -> bool:
        """Instead of trades, which ccxt would keep in the same place."""
        options = (self.symbol, None, None, {"name": "aggTrade"})
        self.follow("trades", self.exchange.watch_trades, *options)
        return self.feed.until(lambda: self.connected(1, MARKET))

    def connected(self, count: int, part: str) -> bool:
        """At least as many connections stand whose address has that part."""
        clients = [each for url, each in self.exchange.clients.items() if part in url]
        return len(clients) >= count and all(each.connectionEstablished for each in clients)

    # The account.

    @staticmethod
    def of_futures(kept: Any) -> Any:
        """What ccxt keeps by kind of account."""
        return next(kept[kind] for kind in STREAMS if kind in kept)

    def position(self) -> Any:
        """The last that it was told."""
        return self.of_futures(self.exchange.positions)[-1]

    def kept(self) -> list[Row]:
        """The events behind what ccxt keeps: the last of each order, and all trades."""
        infos = [each["info"] for each in (*(self.exchange.myTrades or ()), *self.orders())]
        rows: list[Row] = [event_of(info) for info in infos]
        last = self.of_futures(self.exchange.balance).get("info")
        return [*rows, last] if last else rows

    def orders(self) -> list[Any]:
        return list(self.exchange.orders or ())

    def take_balance(self, balance: Any) -> None:
        self.feed.put(USER, balance["info"])

    def take_orders(self, orders: Any) -> None:
        """Of several updates of an order at one time ccxt keeps the last."""
        self.feed.put(USER, [event_of(order["info"]) for order in orders])

    def take_trades(self, trades: Any) -> None:
        self.feed.put(USER, [event_of(trade["info"]) for trade in trades])

    def failures(self) -> dict[str, BaseException | None]:
        """Calls that have ended, which none should."""
        return {name: each.exception() for name, each in self.watching.items() if each.done()}

    def close(self) -> None:
        for each in self.watching.values():
            each.cancel()
        self.background.run(self.exchange.close())
        self.background.close()


def event_of(info: Row) -> Row:
    """The event that ccxt has taken this out of."""
    return {"e": "ALGO_UPDATE" if "aid" in info else "ORDER_TRADE_UPDATE", "o": info}


def book_of(book: Any) -> Any:
    """A copy of its levels."""
    return [[list(level[:2]) for level in book[side]] for side in ("bids", "asks")]
