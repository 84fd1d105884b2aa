"""The futures_* calls that python-binance and UNICORN have in common, as the story wants them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from exact import plain
from waiting import Row


class FuturesCalls:
    """They hand the JSON through."""

    client: Any

    def exchange_info(self) -> Row:
        return dict(self.client.futures_exchange_info())

    def server_time(self) -> int:
        return int(self.client.futures_time()["serverTime"])

    def premium_index(self, symbol: str) -> Row:
        return dict(self.client.futures_mark_price(symbol=symbol))

    def balance(self) -> list[Row]:
        return list(self.client.futures_account_balance())

    def commission_rate(self, symbol: str) -> Row:
        return dict(self.client.futures_commission_rate(symbol=symbol))

    def set_leverage(self, symbol: str, leverage: int) -> Row:
        return dict(self.client.futures_change_leverage(symbol=symbol, leverage=leverage))

    def set_margin_type(self, symbol: str, margin_type: str) -> Row:
        answer = self.client.futures_change_margin_type(symbol=symbol, marginType=margin_type)
        return dict(answer)

    def place_limit(self, symbol: str, side: str, quantity: Decimal, price: Decimal) -> Row:
        answer = self.client.futures_create_order(
            symbol=symbol,
            side=side,
            type="LIMIT",
            timeInForce="GTC",
            quantity=plain(quantity),
            price=plain(price),
        )
        return dict(answer)

    def place_market(
        self, symbol: str, side: str, quantity: Decimal, *, reduce_only: bool = False
    ) -> Row:
        answer = self.client.futures_create_order(
            symbol=symbol,
            side=side,
            type="MARKET",
            quantity=plain(quantity),
            reduceOnly=reduce_only,
            newOrderRespType="RESULT",
        )
        return dict(answer)

    def cancel(self, symbol: str, order_id: int) -> Row:
        return dict(self.client.futures_cancel_order(symbol=symbol, orderId=order_id))

    def order(self, symbol: str, order_id: int) -> Row:
        return dict(self.client.futures_get_order(symbol=symbol, orderId=order_id))

    def open_orders(self, symbol: str) -> list[Row]:
        return list(self.client.futures_get_open_orders(symbol=symbol))

    def all_orders(self, symbol: str) -> list[Row]:
        return list(self.client.futures_get_all_orders(symbol=symbol))

    def trades(self, symbol: str, order_id: int) -> list[Row]:
        return list(self.client.futures_account_trades(symbol=symbol, orderId=order_id))

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row:
        answer = self.client.futures_create_order(
            symbol=symbol,
            side=side,
            type="STOP_MARKET",
            quantity=plain(quantity),
            stopPrice=plain(trigger),
        )
        return dict(answer)

    def funding_rates(self, symbol: str) -> list[Row]:
        return list(self.client.futures_funding_rate(symbol=symbol))

    def place_batch(self, orders: list[Row]) -> list[Row]:
        return list(self.client.futures_place_batch_order(batchOrders=orders))

    def reads(self) -> dict[str, Callable[..., Any]]:
        """The market's calls, by endpoint."""
        return {
            "depth": self.client.futures_order_book,
            "ticker/bookTicker": self.client.futures_orderbook_ticker,
            "trades": self.client.futures_recent_trades,
            "klines": self.client.futures_klines,
        }

    def code_of(self, error: Exception) -> int:
        return int(vars(error)["code"])
