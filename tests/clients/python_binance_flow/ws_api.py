"""python-binance's ws_futures_* calls: the trader whose orders go over one WebSocket."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from exact import plain
from python_binance_flow.trader import PythonBinanceTrader
from waiting import Row


class SocketTrader(PythonBinanceTrader):
    """What has a ws_futures_* call is done with it; the rest as before."""

    def account(self) -> Row:
        row = dict(self.client.ws_futures_v2_account_status())
        first = dict(self.client.ws_futures_account_status())
        for field in ("totalWalletBalance", "availableBalance", "totalInitialMargin"):
            assert first[field] == row[field], field
        return row

    def balance(self) -> list[Row]:
        rows = list(self.client.ws_futures_v2_account_balance())
        assert rows == self.client.ws_futures_account_balance()
        return rows

    def place_limit(self, symbol: str, side: str, quantity: Decimal, price: Decimal) -> Row:
        answer = self.client.ws_futures_create_order(
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
        answer = self.client.ws_futures_create_order(
            symbol=symbol,
            side=side,
            type="MARKET",
            quantity=plain(quantity),
            reduceOnly=str(reduce_only).lower(),
            newOrderRespType="RESULT",
        )
        return dict(answer)

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        answer = self.client.ws_futures_edit_order(
            symbol=symbol,
            orderId=order_id,
            side=side,
            quantity=plain(quantity),
            price=plain(price),
        )
        return dict(answer)

    def cancel(self, symbol: str, order_id: int) -> Row:
        return dict(self.client.ws_futures_cancel_order(symbol=symbol, orderId=order_id))

    def order(self, symbol: str, order_id: int) -> Row:
        return dict(self.client.ws_futures_get_order(symbol=symbol, orderId=order_id))

    def positions(self, symbol: str) -> list[Row]:
        rows = list(self.client.ws_futures_v2_account_position(symbol=symbol))
        flat = self.client.ws_futures_account_position(symbol=symbol)
        amounts = {row["positionAmt"] for row in flat if Decimal(row["positionAmt"])}
        assert amounts == {row["positionAmt"] for row in rows if Decimal(row["positionAmt"])}
        return rows

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row:
        answer = self.client.ws_futures_create_order(
            symbol=symbol,
            side=side,
            type="STOP_MARKET",
            quantity=plain(quantity),
            stopPrice=plain(trigger),
        )
        return dict(answer)

    def cancel_stop(self, symbol: str, algo_id: int) -> Row:
        return dict(self.client.ws_futures_cancel_algo_order(symbol=symbol, algoId=algo_id))

    def book_ticker(self, symbol: str) -> Row:
        return dict(self.client.ws_futures_get_order_book_ticker(symbol=symbol))

    def price_ticker(self, symbol: str) -> Row:
        return dict(self.client.ws_futures_get_all_tickers(symbol=symbol))

    def depth(self, symbol: str, limit: int) -> Row:
        return dict(self.client.ws_futures_get_order_book(symbol=symbol, limit=limit))

    def close(self) -> None:
        self.client.loop.run_until_complete(self.end())
        super().close()

    async def end(self) -> None:
        """Its connection is read until something comes, so the end has to come from here too."""
        api = self.client.ws_future
        await asyncio.gather(api.close(), *([api.ws.close()] if api.ws else []))
