"""python-binance's futures_* calls as the trader of the story."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

# Lives in this flow's own environment, not in the one that is type-checked.
from binance.client import Client  # type: ignore[import-not-found, import-untyped, unused-ignore]
from binance.exceptions import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    BinanceAPIException,
)

from exact import plain
from futures_calls import FuturesCalls
from scenario import SYMBOL
from waiting import Row


class PythonBinanceTrader(FuturesCalls):
    """The futures_* calls, which hand the JSON through."""

    errors: ClassVar[Mapping[int, type[Exception]]] = dict.fromkeys(
        (-1121, -2019, -2011, -2013, -2022, -4046, -1022, -2015), BinanceAPIException
    )

    def __init__(self, base_url: str, api_key: str, secret: str) -> None:
        self.base_url, self.api_key, self.secret = base_url, api_key, secret
        self.client: Any = Client(api_key, secret)

    def account(self) -> Row:
        return dict(self.client.futures_account(version=3))

    def symbol_config(self, symbol: str) -> Row:
        (config,) = self.client.futures_symbol_config(symbol=symbol)
        return dict(config)

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

    def positions(self, symbol: str) -> list[Row]:
        return list(self.client.futures_position_information(symbol=symbol))

    def income(self, income_type: str | None = None) -> list[Row]:
        return list(self.client.futures_income_history(incomeType=income_type))

    has_stops = True

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

    def fee_burn(self) -> bool:
        return bool(self.client.futures_v1_get_fee_burn()["feeBurn"])

    def set_fee_burn(self, on: bool) -> Row:
        return dict(self.client.futures_v1_post_fee_burn(feeBurn=str(on).lower()))

    def cancel_batch(self, order_ids: list[int]) -> list[Row]:
        answer = self.client.futures_cancel_orders(symbol=SYMBOL, orderidlist=order_ids)
        return list(answer)

    def stranger(
        self, api_key: str | None = None, secret: str | None = None
    ) -> PythonBinanceTrader:
        return type(self)(self.base_url, api_key or self.api_key, secret or self.secret)

    def close(self) -> None:
        self.client.close_connection()
