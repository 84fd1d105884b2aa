"""The SDK's streams: every method that it has, each message read by the SDK's own models."""

from __future__ import annotations

import asyncio
from typing import Any

from binance_common.configuration import ConfigurationWebSocketStreams
from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
    DerivativesTradingUsdsFutures,
)
from binance_sdk_derivatives_trading_usds_futures.websocket_streams.models import (
    user_data_stream_events_response as user_events,
)
from binance_sdk_derivatives_trading_usds_futures.websocket_streams.models.enums import (
    ContinuousContractKlineCandlestickStreamsContractTypeEnum as Contract,
)
from binance_sdk_derivatives_trading_usds_futures.websocket_streams.models.enums import (
    KlineCandlestickStreamsIntervalEnum as Interval,
)

from exact import Checks
from listening import Background, Feed
from market_streams import PAIR
from official_sdk_flow.trader import as_json
from perpbox import clients
from scenario import SYMBOL
from user_stream import USER

SUBSCRIPTIONS: dict[str, tuple[str, dict[str, object]]] = {
    f"{PAIR}@aggTrade": ("aggregate_trade_streams", {"symbol": SYMBOL}),
    "!forceOrder@arr": ("all_market_liquidation_order_streams", {}),
    "!miniTicker@arr": ("all_market_mini_tickers_stream", {}),
    "!ticker@arr": ("all_market_tickers_streams", {}),
    "!assetIndex@arr": ("asset_index", {}),
    f"{PAIR}@compositeIndex": (
        "composite_index_symbol_information_streams",
        {"symbol": SYMBOL},
    ),
    f"{PAIR}_perpetual@continuousKline_1m": (
        "continuous_contract_kline_candlestick_streams",
        {"pair": PAIR, "contract_type": Contract.perpetual.value, "interval": "1m"},
    ),
    "!contractInfo": ("contract_info_stream", {}),
    f"{PAIR}@miniTicker": ("individual_symbol_mini_ticker_stream", {"symbol": SYMBOL}),
    f"{PAIR}@ticker": ("individual_symbol_ticker_streams", {"symbol": SYMBOL}),
    f"{PAIR}@kline_1m": ("kline_candlestick_streams", {"symbol": SYMBOL, "interval": "1m"}),
    f"{PAIR}@forceOrder": ("liquidation_order_streams", {"symbol": SYMBOL}),
    f"{PAIR}@markPrice@1s": ("mark_price_stream", {"symbol": SYMBOL, "update_speed": "1s"}),
    f"{PAIR}@markPrice": ("mark_price_stream", {"symbol": SYMBOL}),
    "!markPrice@arr@1s": ("mark_price_stream_for_all_market", {"update_speed": "1s"}),
    "!markPrice@arr": ("mark_price_stream_for_all_market", {}),
    "tradingSession": ("trading_session_stream", {}),
    "!bookTicker": ("all_book_tickers_stream", {}),
    f"{PAIR}@depth@100ms": ("diff_book_depth_streams", {"symbol": SYMBOL, "update_speed": "100ms"}),
    f"{PAIR}@depth": ("diff_book_depth_streams", {"symbol": SYMBOL}),
    f"{PAIR}@bookTicker": ("individual_symbol_book_ticker_streams", {"symbol": SYMBOL}),
    f"{PAIR}@depth5": ("partial_book_depth_streams", {"symbol": SYMBOL, "levels": "5"}),
    f"{PAIR}@depth20@500ms": (
        "partial_book_depth_streams",
        {"symbol": SYMBOL, "levels": "20", "update_speed": "500ms"},
    ),
    f"{PAIR}@rpiDepth@500ms": ("rpi_diff_book_depth_streams", {"symbol": SYMBOL}),
}
"""For each stream the method and its arguments; enums are taken apart, for the SDK puts their
names and not their values into the stream's."""
MODELS: dict[str, Any] = user_events.USERDATASTREAMEVENTSRESPONSE_EVENT_SCHEMA_MAP
EVENTS = {model: name for name, model in MODELS.items()}
AT_ONCE = 4
"""The SDK waits half a second before each request, and ten in a second are allowed."""


class SdkStreams:
    """Three connections, as the SDK makes them, in a loop of their own."""

    def __init__(self, base_url: str, feed: Feed, checks: Checks) -> None:
        self.feed, self.checks = feed, checks
        self.background = Background()
        told = clients.official_sdk(base_url).websocket_streams
        configuration = ConfigurationWebSocketStreams(**told)
        client = DerivativesTradingUsdsFutures(config_ws_streams=configuration)
        self.streams: Any = client.websocket_streams
        self.background.run(self.streams.create_connection())

    def subscribe(self, listen_key: str) -> None:
        self.background.run(self.subscribe_all(listen_key))

    def subscribe_account(self, listen_key: str) -> None:
        self.background.run(self.subscribe_user(listen_key))

    async def subscribe_user(self, listen_key: str) -> None:
        handle = await self.streams.user_data(listen_key)
        handle.on("message", self.hear_account)

    async def subscribe_all(self, listen_key: str) -> None:
        await self.subscribe_user(listen_key)
        names = list(SUBSCRIPTIONS)
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            await asyncio.gather(*(self.subscribe_one(name) for name in some))
        # With its own enum the SDK names a stream that there is not, which has to be harmless.
        await self.streams.kline_candlestick_streams(SYMBOL, Interval.INTERVAL_1m)

    async def subscribe_one(self, name: str) -> None:
        method, arguments = SUBSCRIPTIONS[name]
        handle = await getattr(self.streams, method)(**arguments)
        handle.on("message", lambda message: self.hear(name, message))

    def hear(self, stream: str, message: Any) -> None:
        """The model turned back into the JSON that it was read from."""
        self.feed.put(stream, as_json(message))

    def hear_account(self, event: Any) -> None:
        """What kind of event it is stands in the kind of model alone."""
        model = event.actual_instance
        self.feed.put(USER, {"e": EVENTS.get(type(model)), **as_json(model)})

    def leave(self) -> None:
        """What was subscribed to on the first connection is listed, and left."""
        self.checks.step = "subscriptions"
        listed = self.background.run(self.streams.list_subscribe())["result"]
        taken = self.streams.stream_connections.stream_connections_map
        first = [name for name, where in taken.items() if where is self.streams.connections[0]]
        self.checks.equal(sorted(listed), sorted(first), "LIST_SUBSCRIPTIONS")
        self.background.run(self.streams.unsubscribe(first))
        listed = self.background.run(self.streams.list_subscribe())["result"]
        self.checks.equal(listed, [], "LIST_SUBSCRIPTIONS after UNSUBSCRIBE")

    def close(self) -> None:
        self.background.run(self.streams.close_connection())
        self.background.close()
