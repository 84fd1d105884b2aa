"""UNICORN's WebSocket manager: streams by route, the account's stream, the WebSocket API."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

# Lives in this flow's own environment, not in the one that is type-checked.
from unicorn_binance_rest_api import (  # type: ignore[import-not-found, unused-ignore]
    BinanceRestApiManager,
)
from unicorn_binance_websocket_api import (  # type: ignore[import-not-found, unused-ignore]
    BinanceWebSocketApiManager,
)

from exact import Checks
from listening import Feed
from market_streams import PAIR
from perpbox import clients
from unicorn_flow.trader import UnicornTrader
from user_stream import USER
from waiting import Row

PUBLIC = ["bookTicker", "depth5", "depth@100ms"]
MARKET = ["aggTrade", "markPrice@1s", "kline_1m", "miniTicker", "ticker"]
EVERYTHING = ["!miniTicker", "!ticker"]
WHOLE = ["!markPrice@arr@1s", "!miniTicker@arr", "!ticker@arr"]
STREAMS = [*(f"{PAIR}@{name}" for name in (*PUBLIC, *MARKET)), *WHOLE]
API = "api"
START_SECONDS = 10


class UnicornStreams:
    """One manager; a connection for each route, one for the account, one for requests."""

    def __init__(self, trader: UnicornTrader, feed: Feed, checks: Checks) -> None:
        self.feed, self.checks = feed, checks
        self.keys = {"api_key": trader.api_key, "api_secret": trader.secret}
        told = clients.unicorn(BinanceRestApiManager, trader.base_url).websocket
        self.answers = Feed()
        self.manager: Any = BinanceWebSocketApiManager(
            **told, ubra_manager=trader.client, disable_colorama=True
        )
        self.manager.restclient.ubra = trader.client  # `ubra_manager` is not forwarded to it

    def hear(self, text: str) -> None:
        message = json.loads(text)
        if "stream" in message:
            self.feed.put(message["stream"], message["data"])
        else:
            self.answers.put("answers", message)

    def hear_account(self, text: str) -> None:
        self.feed.put(USER, json.loads(text))

    def hear_answer(self, text: str) -> None:
        self.answers.put(API, json.loads(text))

    def subscribe(self) -> None:
        """All of them stand before anything is traded."""
        account = {**self.keys, "process_stream_data": self.hear_account}
        asked: list[dict[str, Any]] = [
            {"channels": PUBLIC, "markets": PAIR, "process_stream_data": self.hear},
            {"channels": MARKET, "markets": PAIR, "process_stream_data": self.hear},
            {"channels": "arr@1s", "markets": "!markPrice", "process_stream_data": self.hear},
            {"channels": "arr", "markets": EVERYTHING, "process_stream_data": self.hear},
            {"channels": "arr", "markets": "!userData", **account},
            {"api": True, "process_stream_data": self.hear_answer, **self.keys},
        ]
        # Each of several streams takes five seconds, as it is subscribed to before it is connected.
        with ThreadPoolExecutor(len(asked)) as pool:
            streams = list(pool.map(lambda words: self.manager.create_stream(**words), asked))
        for each in streams:
            self.manager.wait_till_stream_has_started(each, timeout=START_SECONDS)
        started = [self.manager.get_stream_info(each)["status"] for each in streams]
        self.checks.equal(started, ["running"] * len(streams), "status of the streams")

    def ask(self, method: str, **params: Any) -> Any:
        """The answer to a call of the WebSocket API.

        It comes to the stream's listener: the manager's own waiting for it begins after it is
        sent, and an answer that is quicker would be waited for in vain.
        """
        name = str(uuid.uuid4())
        getattr(self.manager.api.futures, method)(request_id=name, **params)

        def found() -> list[Row]:
            return [row for row in self.answers.rows(API) if row.get("id") == name]

        self.checks.that(self.answers.until(lambda: bool(found())), f"{method} is answered")
        (answer,) = found()
        self.checks.equal(answer["status"], 200, f"status of {method}: {answer}")
        return answer["result"]

    def book_ticker(self, symbol: str) -> Row:
        return dict(self.ask("get_ticker_order_book", symbol=symbol))

    def price_ticker(self, symbol: str) -> Row:
        return dict(self.ask("get_ticker_price", symbol=symbol))

    def depth(self, symbol: str, limit: int) -> Row:
        return dict(self.ask("get_order_book", symbol=symbol, limit=limit))

    def close(self) -> None:
        self.manager.stop_manager()


class SocketTrader(UnicornTrader):
    """What the WebSocket API has a call for goes over it."""

    streams: UnicornStreams

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        answer = self.streams.ask(
            "modify_order",
            symbol=symbol,
            order_id=order_id,
            side=side,
            quantity=float(quantity),
            price=float(price),
        )
        return dict(answer)
