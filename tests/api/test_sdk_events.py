"""The official SDK's models read every message of user data streams, and nothing of it is lost."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.engine.commands import SetFunding
from tests.api import rich_day
from tests.api.exchange import HOUR, Exchange
from tests.api.listening import follow, listen_key_of
from tests.api.sdk_models import Reading
from tests.api.trader import open_trader

SHARED: Final = Path(__file__).parents[3] / "shared"
PACKAGE: Final = "binance_sdk_derivatives_trading_usds_futures.websocket_streams.models"


def model(module: str, name: str) -> Any:
    return getattr(import_module(f"{PACKAGE}.{module}"), name)


MODELS: Final[dict[str, Any]] = {
    "ORDER_TRADE_UPDATE": model("order_trade_update", "OrderTradeUpdate"),
    "TRADE_LITE": model("trade_lite", "TradeLite"),
    "ALGO_UPDATE": model("algo_update", "AlgoUpdate"),
    "ACCOUNT_UPDATE": model("account_update", "AccountUpdate"),
    "ACCOUNT_CONFIG_UPDATE": model("account_config_update", "AccountConfigUpdate"),
    "MARGIN_CALL": model("margin_call", "MarginCall"),
    "listenKeyExpired": model("listen_key_expired", "ListenKeyExpired"),
}
UNKNOWN: Final = {"ACCOUNT_UPDATE": {"a.P.ma"}}
"""Recorded in 2023: recorded/events_account_update_xem_2023.json."""
NEVER: Final = {
    "ORDER_TRADE_UPDATE": {"o.AP", "o.cr"},
    "ALGO_UPDATE": {"o.ia"},
}
"""Of a trailing order, which is an algo order since 2025-12; not told, as docs/dates.md says."""

Messages = dict[str, list[Any]]


@pytest.fixture(scope="module")
def messages() -> Messages:
    """Of the people of the rich day, and of one who is warned, liquidated and lets his key go."""
    exchange = Exchange()
    exchange.index(BNB="650", BTC="50000", USDT="1", USDC="1")
    exchange.last(BTCUSDT="50000", ETHUSDC="2500")
    alice, isolated, hedger, mixed = people = list(rich_day.opened(exchange))
    poor = open_trader(exchange, "poor", USDT="303")
    streams = [follow(trader) for trader in (*people, poor)]
    rich_day.orders_of(alice)
    rich_day.conditionals_of(alice)
    for trader in (isolated, hedger):
        rich_day.legs_of(trader)
    rich_day.margin_of(isolated)
    rich_day.assets_of(mixed)
    alice.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=25)
    poor.market("BUY", "0.1")
    poor.post("/fapi/v1/leverage", symbol="ETHUSDC", leverage=5)
    for mark in ("47500", "47120"):
        exchange.move(BTCUSDT=mark)
        exchange.push()
    poor.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
    exchange.submit(SetFunding({"BTCUSDT": rich_day.at_a_rate("0.0005")}))
    for _ in range(10):
        exchange.pass_time(HOUR // 2)
        for trader in people:
            listen_key_of(trader)
    found: Messages = defaultdict(list)
    for stream in streams:
        for message in stream.messages():
            found[message.pop("e")].append(message)
    return found


@pytest.mark.parametrize("event", MODELS)
def test_nothing_of_a_message_is_lost(messages: Messages, event: str) -> None:
    reading = Reading()
    for message in messages[event]:
        reading.read(MODELS[event], as_modelled(event, message))
    assert reading.told
    assert reading.unknown == UNKNOWN.get(event, set())
    assert reading.never == NEVER.get(event, set())


def as_modelled(event: str, message: dict[str, Any]) -> dict[str, Any]:
    """The message, but for the time of the one event where the page has a text and the SDK not."""
    if event != "listenKeyExpired":
        return message
    assert isinstance(message["E"], str)
    return {**message, "E": int(message["E"])}


def test_there_is_no_other_event(messages: Messages) -> None:
    assert messages.keys() == MODELS.keys()


def test_a_page_has_the_time_of_an_expired_key_as_a_text() -> None:
    page = SHARED / "spec" / "pages" / "user-data-streams.md"
    if not page.exists():
        pytest.skip(f"the page is not here: {page}")
    assert '"e": "listenKeyExpired",    // event type\n        "E": "' in page.read_text("utf-8")
