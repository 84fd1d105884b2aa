"""python-binance's futures_* calls as the trader of the story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

# Lives in this flow's own environment, not in the one that is type-checked.
from binance.client import Client  # type: ignore[import-not-found, import-untyped, unused-ignore]
from binance.exceptions import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    BinanceAPIException,
)

from exact import plain
from scenario import SYMBOL
from waiting import Row


class PythonBinanceTrader:
    """The futures_* calls, which hand the JSON through."""

    errors: ClassVar[Mapping[int, type[Exception]]] = dict.fromkeys(
        (-1121, -2019, -2011, -2013, -2022, -4046, -1022, -2015), BinanceAPIException
    )

    def __init__(self, base_url: str, api_key: str, secret: str) -> None:
        self.base_url, self.api_key, self.secret = base_url, api_key, secret
        self.client: Any = Client(api_key, secret)

    def exchange_info(self) -> Row:
        return dict(self.client.futures_exchange_info())

    def server_time(self) -> int:
        return int(self.client.futures_time()["serverTime"])

    def premium_index(self, symbol: str) -> Row:
        return dict(self.client.futures_mark_price(symbol=symbol))

    def account(self) -> Row:
        return dict(self.client.futures_account(version=3))

    def balance(self) -> list[Row]:
        return list(self.client.futures_account_balance())

    def commission_rate(self, symbol: str) -> Row:
        return dict(self.client.futures_commission_rate(symbol=symbol))

    def symbol_config(self, symbol: str) -> Row:
        (config,) = self.client.futures_symbol_config(symbol=symbol)
        return dict(config)

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

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        answer = self.client.futures_modify_order(
            symbol=symbol,
            orderId=order_id,
            side=side,
            quantity=plain(quantity),
            price=plain(price),
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

    def positions(self, symbol: str) -> list[Row]:
        return list(self.client.futures_position_information(symbol=symbol))

    def trades(self, symbol: str, order_id: int) -> list[Row]:
        return list(self.client.futures_account_trades(symbol=symbol, orderId=order_id))

    def income(self, income_type: str | None = None) -> list[Row]:
        return list(self.client.futures_income_history(incomeType=income_type))

    has_stops = True

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row:
        answer = self.client.futures_create_order(
            symbol=symbol,
            side=side,
            type="STOP_MARKET",
            quantity=plain(quantity),
            stopPrice=plain(trigger),
        )
        return dict(answer)

    def stop(self, symbol: str, algo_id: int) -> Row:
        return dict(self.client.futures_get_order(symbol=symbol, algoId=algo_id))

    def open_stops(self, symbol: str) -> list[Row]:
        rows = list(self.client.futures_get_open_orders(symbol=symbol, conditional=True))
        assert rows == self.client.futures_get_open_algo_orders(symbol=symbol)
        return rows

    def all_stops(self, symbol: str) -> list[Row]:
        return list(self.client.futures_get_all_algo_orders(symbol=symbol))

    def cancel_stop(self, symbol: str, algo_id: int) -> Row:
        return dict(self.client.futures_cancel_algo_order(symbol=symbol, algoId=algo_id))

    def count_down(self, symbol: str, milliseconds: int) -> Row:
        answer = self.client.futures_countdown_cancel_all(symbol=symbol, countdownTime=milliseconds)
        return dict(answer)

    def funding_rates(self, symbol: str) -> list[Row]:
        return list(self.client.futures_funding_rate(symbol=symbol))

    def fee_burn(self) -> bool:
        return bool(self.client.futures_v1_get_fee_burn()["feeBurn"])

    def set_fee_burn(self, on: bool) -> Row:
        return dict(self.client.futures_v1_post_fee_burn(feeBurn=str(on).lower()))

    def place_batch(self, orders: list[Row]) -> list[Row]:
        return list(self.client.futures_place_batch_order(batchOrders=orders))

    def cancel_batch(self, order_ids: list[int]) -> list[Row]:
        answer = self.client.futures_cancel_orders(symbol=SYMBOL, orderidlist=order_ids)
        return list(answer)

    def reads(self) -> dict[str, Callable[..., Any]]:
        """The market's calls, by endpoint."""
        return {
            "depth": self.client.futures_order_book,
            "ticker/bookTicker": self.client.futures_orderbook_ticker,
            "trades": self.client.futures_recent_trades,
            "klines": self.client.futures_klines,
        }

    def stranger(
        self, api_key: str | None = None, secret: str | None = None
    ) -> PythonBinanceTrader:
        return type(self)(self.base_url, api_key or self.api_key, secret or self.secret)

    def code_of(self, error: Exception) -> int:
        return int(vars(error)["code"])

    def close(self) -> None:
        self.client.close_connection()
