"""Answers of this venue itself, of accounts with about everything in them."""

from __future__ import annotations

import json
from typing import Any, Final

from perpbox.audit import Document, documents_of
from tests.api.exchange import Exchange
from tests.api.trader import Trader, open_trader

ENDPOINTS: Final = (
    "/fapi/v3/account",
    "/fapi/v2/account",
    "/fapi/v2/balance",
    "/fapi/v3/balance",
    "/fapi/v2/positionRisk",
    "/fapi/v3/positionRisk",
)
SIDE_INFORMATION: Final = (
    "/fapi/v1/leverageBracket",
    "/fapi/v1/symbolConfig",
    "/fapi/v1/accountConfig",
)


def answers_of(trader: Trader) -> dict[str, Any]:
    """Everything that the account can be asked for, at one moment."""
    found = {path: trader.get(path) for path in (*ENDPOINTS, *SIDE_INFORMATION)}
    return {**found, "/fapi/v1/assetIndex": trader.exchange.get("/fapi/v1/assetIndex")}


def documents(answers: dict[str, Any]) -> list[Document]:
    """As they are read from a file, which keeps numbers with a point as text."""
    as_read = json.loads(json.dumps(answers), parse_float=str)
    return [each for path, answer in as_read.items() for each in documents_of(path, answer)]


def exchange_with_deep_quotes() -> Exchange:
    """So deep that an order fills at one price, and the entry price has no digits to print off."""
    exchange = Exchange()
    for symbol, bid, ask in (
        ("BTCUSDT", "49999.9", "50000.1"),
        ("ETHUSDC", "2499.99", "2500.01"),
        ("ADAUSDT", "0.4999", "0.5001"),
    ):
        exchange.quote(symbol, [(bid, "1000000")], [(ask, "1000000")])
    return exchange


def one_way() -> Trader:
    """Single-asset mode: cross and isolated positions in two assets, and orders that open."""
    exchange = exchange_with_deep_quotes()
    trader = open_trader(exchange, USDT="20000", USDC="9000")
    trader.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=14)
    trader.post("/fapi/v1/leverage", symbol="ADAUSDT", leverage=6)
    trader.post("/fapi/v1/marginType", symbol="ADAUSDT", marginType="ISOLATED")
    trader.market("BUY", "1.234")
    trader.market("SELL", "12345", symbol="ADAUSDT")
    trader.market("SELL", "3.217", symbol="ETHUSDC")
    trader.limit("BUY", "0.1", "49000")
    trader.limit("SELL", "0.3", "51000")
    trader.limit("BUY", "2", "2400", symbol="ETHUSDC")
    exchange.move(BTCUSDT="50123.45678901", ADAUSDT="0.48765432", ETHUSDC="2498.76543219")
    return trader


def hedged() -> Trader:
    """Hedge mode, both legs and a closing order."""
    exchange = exchange_with_deep_quotes()
    trader = open_trader(exchange, USDT="30000")
    trader.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    trader.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=7)
    trader.market("BUY", "0.517", positionSide="LONG")
    trader.market("SELL", "0.219", positionSide="SHORT")
    trader.limit("BUY", "0.2", "48000", positionSide="LONG")
    trader.limit("BUY", "0.1", "48500", positionSide="SHORT")
    exchange.move(BTCUSDT="49876.54321098")
    return trader


def multi_assets() -> Trader:
    """Multi-assets mode with three assets, one of them without a price of one."""
    exchange = exchange_with_deep_quotes()
    trader = open_trader(exchange, USDT="7000", USDC="3000", BTC="0.25")
    trader.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
    trader.market("BUY", "0.777")
    trader.market("SELL", "2.5", symbol="ETHUSDC")
    trader.limit("BUY", "0.2", "48000")
    exchange.index(BTC="50111.22334455", USDT="0.99987654", USDC="1.00012345")
    exchange.move(BTCUSDT="50123.45678901", ETHUSDC="2511.76543219")
    return trader


ACCOUNTS: Final = {"one-way": one_way, "hedged": hedged, "multi-assets": multi_assets}
