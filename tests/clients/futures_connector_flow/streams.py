"""The connector's WebSocket client: one connection, everything by SUBSCRIBE."""

from __future__ import annotations

import json
from typing import Any

# Lives in this flow's own environment, not in the one that is type-checked.
from binance.websocket.um_futures import (  # type: ignore[import-not-found, unused-ignore]
    websocket_client,
)

from exact import Checks
from listening import Feed
from market_streams import PAIR
from perpbox import clients
from scenario import SYMBOL
from user_stream import USER

STREAMS = [
    f"{PAIR}@aggTrade",
    f"{PAIR}@markPrice@1s",
    f"{PAIR}@bookTicker",
    f"{PAIR}@depth@100ms",
    f"{PAIR}@depth5@100ms",
    "!markPrice@arr@1s",
    "!bookTicker",
    f"{PAIR}@forceOrder",
    f"{PAIR}@kline_1m",
    f"{PAIR}_perpetual@continuousKline_1m",
    f"{PAIR}@ticker",
    f"{PAIR}@miniTicker",
    "!miniTicker@arr",
    "!ticker@arr",
    f"{PAIR}@compositeIndex",
]


class ConnectorStreams:
    """Two connections, as the connector makes them: /stream for markets, /ws for the account."""

    def __init__(self, base_url: str, listen_key: str, feed: Feed, checks: Checks) -> None:
        told = clients.futures_connector(base_url).websocket
        self.feed, self.checks, self.listen_key = feed, checks, listen_key
        self.answers = Feed()
        self.market: Any = websocket_client.UMFuturesWebsocketClient(
            **told, on_message=self.hear, on_error=self.fail, is_combined=True
        )
        self.account: Any = websocket_client.UMFuturesWebsocketClient(
            **told, on_message=self.hear, on_error=self.fail, on_pong=self.pong
        )

    def hear(self, _manager: object, text: str) -> None:
        message = json.loads(text)
        if "stream" in message:
            self.feed.put(message["stream"], message["data"])
        elif "e" in message:
            self.feed.put(USER, message)
        else:
            self.answers.put("answers", message)

    def fail(self, _manager: object, error: Exception) -> None:
        self.answers.put("errors", {"error": repr(error)})

    def pong(self, _manager: object) -> None:
        self.answers.put("pongs", {})

    def subscribe(self) -> None:
        """By the connector's own methods, and the rest in one request."""
        self.account.user_data(self.listen_key, id=1)
        self.market.agg_trade(SYMBOL, id=2)
        self.market.mark_price(SYMBOL, 1, id=3)
        self.market.book_ticker(SYMBOL, id=4)
        self.market.diff_book_depth(SYMBOL, 100, id=5)
        self.market.partial_book_depth(SYMBOL, 5, 100, id=6)
        self.market.subscribe(STREAMS[5:], id=7)
        self.answered(7)

    def answered(self, last: int) -> list[Any]:
        """All requests up to that one were answered; the results."""

        def got() -> dict[int, Any]:
            return {int(row["id"]): row["result"] for row in self.answers.rows("answers")}

        self.answers.until(lambda: len(got()) == last)
        self.checks.equal(sorted(got()), list(range(1, last + 1)), "requests that were answered")
        return [got()[number] for number in range(1, last + 1)]

    def leave(self) -> None:
        """What was subscribed to is listed, left, and no more listed."""
        self.checks.step = "subscriptions"
        self.market.list_subscribe(id=8)
        *_, listed = self.answered(8)
        self.checks.equal(sorted(listed), sorted(STREAMS), "LIST_SUBSCRIPTIONS")
        self.market.unsubscribe(STREAMS, id=9)
        self.market.list_subscribe(id=10)
        *_, listed = self.answered(10)
        self.checks.equal(listed, [], "LIST_SUBSCRIPTIONS after UNSUBSCRIBE")
        self.account.ping()
        self.checks.that(
            self.answers.until(lambda: bool(self.answers.rows("pongs"))), "a ping has its pong"
        )
        self.checks.equal(self.answers.rows("errors"), [], "errors of the connections")

    def close(self) -> None:
        self.market.stop()
        self.account.stop()
