"""ccxt.pro's *_ws calls: the trader whose orders go over the WebSocket API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

import ccxt  # type: ignore[import-untyped, unused-ignore]  # annotated, but ships no py.typed

from ccxt_flow.streams import Watcher
from ccxt_flow.trader import CcxtTrader, row_of
from exact import Checks
from listening import Feed
from scenario import ASSET
from waiting import Row

CODE = re.compile(r'"code":\s*(-?\d+)')
METHODS = ("account.status", "v2/account.status", "account.balance", "v2/account.balance")


class SocketTrader(CcxtTrader):
    """What ccxt.pro has a call for is done with it; the rest as before."""

    errors: ClassVar[Mapping[int, type[Exception]]] = {
        **CcxtTrader.errors,
        -2011: ccxt.ExchangeError,
        -2013: ccxt.ExchangeError,
    }

    def __init__(self, base_url: str, api_key: str, secret: str, checks: Checks) -> None:
        super().__init__(base_url, api_key, secret, checks)
        self.watcher = Watcher(base_url, api_key, secret, Feed())

    def call(self, name: str, *args: Any, **named: Any) -> Any:
        """A call of ccxt.pro, waited for."""
        return self.watcher.background.run(getattr(self.watcher.exchange, name)(*args, **named))

    def account(self) -> Row:
        account = super().account()
        row = next(each for each in account["assets"] if each["asset"] == ASSET)
        for method in METHODS:
            balance = self.call("fetch_balance_ws", {"method": method})[ASSET]
            self.checks.equal(
                balance["free"], float(row["availableBalance"]), f"ccxt's free, by {method}"
            )
        return account

    def place_limit(self, symbol: str, side: str, quantity: Decimal, price: Decimal) -> Row:
        order = self.call(
            "create_order_ws",
            self.unified(symbol),
            "limit",
            side.lower(),
            float(quantity),
            float(price),
        )
        return self.seen(order, "open")

    def place_market(
        self, symbol: str, side: str, quantity: Decimal, *, reduce_only: bool = False
    ) -> Row:
        order = self.call(
            "create_order_ws",
            self.unified(symbol),
            "market",
            side.lower(),
            float(quantity),
            params={"reduceOnly": True} if reduce_only else {},
        )
        return self.seen(order, "closed")

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        order = self.call(
            "edit_order_ws",
            str(order_id),
            self.unified(symbol),
            "limit",
            side.lower(),
            float(quantity),
            float(price),
        )
        return self.seen(order, "open")

    def cancel(self, symbol: str, order_id: int) -> Row:
        order = self.call("cancel_order_ws", str(order_id), self.unified(symbol))
        return self.seen(order, "canceled")

    def order(self, symbol: str, order_id: int) -> Row:
        return row_of(self.call("fetch_order_ws", str(order_id), self.unified(symbol))["info"])

    def positions(self, symbol: str) -> list[Row]:
        rows = super().positions(symbol)
        held = {float(row["positionAmt"]) for row in rows} - {0.0}
        for method in ("account.position", "v2/account.position"):
            told = self.call("fetch_positions_ws", [self.unified(symbol)], {"method": method})
            amounts = {float(each["info"]["positionAmt"]) for each in told} - {0.0}
            self.checks.equal(amounts, held, f"ccxt's positions, by {method}")
        return rows

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row:
        order = self.call(
            "create_order_ws",
            self.unified(symbol),
            "market",
            side.lower(),
            float(quantity),
            params={"stopLossPrice": float(trigger)},
        )
        return self.seen_stop(order, "open")

    def cancel_stop(self, symbol: str, algo_id: int) -> Row:
        order = self.call("cancel_order_ws", str(algo_id), self.unified(symbol), {"trigger": True})
        return row_of(order["info"])

    def market(self, symbol: str) -> None:
        """Quotes and the book over the WebSocket API."""
        self.checks.step = "the market over the WebSocket API"
        name = self.unified(symbol)
        quotes = self.exchange.fetch_bids_asks([name])[name]
        told = self.call("fetch_ticker_ws", name)
        for field in ("symbol", "bid", "bidVolume", "ask", "askVolume"):
            self.checks.equal(told[field], quotes[field], f"ccxt's {field}")
        last = self.call("fetch_ticker_ws", name, {"method": "ticker.price"})["last"]
        self.checks.equal(last, self.exchange.fetch_ticker(name)["last"], "ccxt's last price")
        book, depth = self.call("fetch_order_book_ws", name), self.exchange.fetch_order_book(name)
        for side in ("bids", "asks"):
            self.checks.equal(book[side], depth[side], f"ccxt's {side}")

    def code_of(self, error: Exception) -> int:
        """Either way it stands in the text."""
        found = CODE.search(str(error))
        assert found is not None, error
        return int(found[1])

    def close(self) -> None:
        self.watcher.close()
        super().close()
