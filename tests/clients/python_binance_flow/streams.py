"""python-binance's socket managers: the threaded one, and the one of its depth cache."""

from __future__ import annotations

import asyncio
from typing import Any

# Lives in this flow's own environment, not in the one that is type-checked.
from binance import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    AsyncClient,
    BinanceSocketManager,
    FuturesDepthCacheManager,
    ThreadedWebsocketManager,
)

from exact import Checks
from listening import Feed
from market_streams import PAIR, PublicRest
from scenario import SYMBOL
from user_stream import USER

MULTIPLEX = [
    f"{PAIR}@depth@100ms",
    f"{PAIR}@depth5@100ms",
    f"{PAIR}@markPrice",
    f"{PAIR}@kline_1m",
    f"{PAIR}@miniTicker",
    "!markPrice@arr",
    "!ticker@arr",
]
CONTINUOUS = f"{PAIR}_perpetual@continuousKline_1m"
STREAMS = [
    *MULTIPLEX,
    CONTINUOUS,
    f"{PAIR}@aggTrade",
    f"{PAIR}@markPrice@1s",
    "!markPrice@arr@1s",
    f"{PAIR}@ticker",
    f"{PAIR}@bookTicker",
    "!bookTicker",
    f"{PAIR}@depth10",
]
"""What is checked; the manager's other methods are of the spot market."""


class ManagerStreams:
    """A connection for each socket, as the manager makes them."""

    def __init__(self, api_key: str, secret: str, feed: Feed) -> None:
        self.feed = feed
        self.errors: list[Any] = []
        # Its sockets take the loop of the thread that makes them for the manager's own.
        asyncio.set_event_loop(asyncio.new_event_loop())
        self.manager: Any = ThreadedWebsocketManager(api_key, secret)
        self.manager.daemon = True
        self.manager.start()

    def subscribe(self) -> bool:
        """Open all sockets that the manager has for futures; whether they stand."""
        try:
            self.start_all()
        finally:
            asyncio.set_event_loop(asyncio.new_event_loop())
        return self.feed.until(self.stand)

    def start_all(self) -> None:
        manager = self.manager
        manager.start_futures_user_socket(self.hear_account)
        manager.start_futures_multiplex_socket(self.hear, MULTIPLEX)
        manager.start_kline_futures_socket(self.hear_candle, SYMBOL)
        manager.start_aggtrade_futures_socket(self.hear, SYMBOL)
        manager.start_symbol_mark_price_socket(self.hear, SYMBOL)
        manager.start_all_mark_price_socket(self.hear)
        manager.start_individual_symbol_ticker_futures_socket(self.hear, SYMBOL)
        manager.start_symbol_ticker_futures_socket(self.hear, SYMBOL)
        manager.start_all_ticker_futures_socket(self.hear)
        manager.start_futures_depth_socket(self.hear, SYMBOL)

    def stand(self) -> bool:
        """Its sockets' states are the only place where the manager tells."""
        sockets = self.manager._bsm._conns.values()
        return all(each.ws is not None for each in sockets)

    def hear(self, message: Any) -> None:
        if "stream" in message:
            self.feed.put(message["stream"], message["data"])
        else:
            self.errors.append(message)

    def hear_candle(self, message: Any) -> None:
        """Of a connection that wraps nothing."""
        self.hear({"stream": CONTINUOUS, "data": message} if "k" in message else message)

    def hear_account(self, message: Any) -> None:
        self.hear({"stream": USER, "data": message} if message["e"] != "error" else message)

    def close(self) -> None:
        """Its sockets end by themselves, each when it looks up from waiting for a message."""
        self.manager.stop()


class DepthCache:
    """The manager of a futures depth cache, whose book is the best ten levels."""

    def __init__(self, rest: PublicRest, checks: Checks) -> None:
        self.rest, self.checks = rest, checks

    def check(self) -> None:
        self.checks.step = "depth cache"
        bids, asks = asyncio.run(self.first())
        row = self.rest.get("depth", symbol=SYMBOL, limit=10)
        for got, wanted, side in ((bids, row["bids"], "bids"), (asks, row["asks"], "asks")):
            self.checks.equal(got, wanted, f"the cache's {side}")

    async def first(self) -> tuple[Any, Any]:
        """The book after the first message."""
        client = await AsyncClient.create()
        sockets = BinanceSocketManager(client)
        manager = FuturesDepthCacheManager(client, SYMBOL, bm=sockets, conv_type=str)
        await manager.__aenter__()
        try:
            cache = await manager.recv()
            return cache.get_bids(), cache.get_asks()
        finally:
            # It is read until something comes, so the end has to come from here too.
            await asyncio.gather(manager.__aexit__(None, None, None), manager._socket.ws.close())
            await client.close_connection()
