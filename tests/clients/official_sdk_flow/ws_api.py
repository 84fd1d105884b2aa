"""The SDK's WebSocket API as a trader: every method that it has."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from binance_common.configuration import ConfigurationWebSocketAPI
from binance_common.errors import BadRequestError
from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
    DerivativesTradingUsdsFutures,
)
from binance_sdk_derivatives_trading_usds_futures.websocket_api.models.enums import (
    ModifyOrderSideEnum,
    NewAlgoOrderAlgoTypeEnum,
    NewAlgoOrderSideEnum,
    NewAlgoOrderTypeEnum,
    NewOrderNewOrderRespTypeEnum,
    NewOrderReduceOnlyEnum,
    NewOrderSideEnum,
    NewOrderTimeInForceEnum,
    NewOrderTypeEnum,
)

from listening import Background
from official_sdk_flow.trader import SdkTrader, as_json
from perpbox import clients
from waiting import Row


class Refusal(Exception):
    """The SDK raises nothing: the answer's data is the error, which is raised here."""

    def __init__(self, error: Any) -> None:
        super().__init__(str(error))
        self.error = error


class SocketTrader(SdkTrader):
    """What the WebSocket API has a method for goes there; the rest to REST as before."""

    errors: ClassVar[Mapping[int, type[Exception]]] = {
        **dict.fromkeys((-2019, -2011, -2013, -2022, -1022, -2015), Refusal),
        **dict.fromkeys((-1121, -4046), BadRequestError),
    }

    def __init__(self, base_url: str, api_key: str, secret: str) -> None:
        super().__init__(base_url, api_key, secret)
        self.background = Background()
        told = clients.official_sdk(base_url, api_key=api_key, secret=secret).websocket_api
        configuration = ConfigurationWebSocketAPI(**told)
        client = DerivativesTradingUsdsFutures(config_ws_api=configuration)
        self.api: Any = client.websocket_api
        self.background.run(self.api.create_connection())

    def result(self, call: Coroutine[Any, Any, Any]) -> Any:
        """What the answer holds, as JSON again."""
        response = self.background.run(call)
        data = response.data()
        if isinstance(data, dict) and "error" in data:
            raise Refusal(data["error"])
        for limit in response.rate_limits:
            if limit.count > 0:
                self.limits.add((limit.rateLimitType, f"{limit.intervalNum} {limit.interval}"))
        answer = as_json(getattr(data, "actual_instance", None) or data)
        assert answer["status"] == 200, answer
        return answer["result"]

    def account(self) -> Row:
        row = dict(self.result(self.api.account_information_v2()))
        first = self.result(self.api.account_information())
        for field in ("totalWalletBalance", "availableBalance", "totalInitialMargin"):
            assert first[field] == row[field], field
        return row

    def balance(self) -> list[Row]:
        rows = list(self.result(self.api.futures_account_balance_v2()))
        assert rows == self.result(self.api.futures_account_balance())
        return rows

    def place_limit(self, symbol: str, side: str, quantity: Decimal, price: Decimal) -> Row:
        return dict(
            self.result(
                self.api.new_order(
                    symbol=symbol,
                    side=NewOrderSideEnum(side).value,
                    type=NewOrderTypeEnum.LIMIT.value,
                    time_in_force=NewOrderTimeInForceEnum.GTC.value,
                    quantity=float(quantity),
                    price=float(price),
                )
            )
        )

    def place_market(
        self, symbol: str, side: str, quantity: Decimal, *, reduce_only: bool = False
    ) -> Row:
        return dict(
            self.result(
                self.api.new_order(
                    symbol=symbol,
                    side=NewOrderSideEnum(side).value,
                    type=NewOrderTypeEnum.MARKET.value,
                    quantity=float(quantity),
                    reduce_only=NewOrderReduceOnlyEnum.TRUE.value if reduce_only else None,
                    new_order_resp_type=NewOrderNewOrderRespTypeEnum.RESULT.value,
                )
            )
        )

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        return dict(
            self.result(
                self.api.modify_order(
                    symbol=symbol,
                    side=ModifyOrderSideEnum(side).value,
                    quantity=float(quantity),
                    price=float(price),
                    order_id=order_id,
                )
            )
        )

    def cancel(self, symbol: str, order_id: int) -> Row:
        return dict(self.result(self.api.cancel_order(symbol=symbol, order_id=order_id)))

    def order(self, symbol: str, order_id: int) -> Row:
        return dict(self.result(self.api.query_order(symbol=symbol, order_id=order_id)))

    def positions(self, symbol: str) -> list[Row]:
        rows = list(self.result(self.api.position_information_v2(symbol=symbol)))
        every = self.result(self.api.position_information(symbol=symbol))
        amounts = {row["positionAmt"] for row in every if Decimal(row["positionAmt"])}
        assert amounts == {row["positionAmt"] for row in rows if Decimal(row["positionAmt"])}
        return rows

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row:
        return dict(
            self.result(
                self.api.new_algo_order(
                    algo_type=NewAlgoOrderAlgoTypeEnum.CONDITIONAL.value,
                    symbol=symbol,
                    side=NewAlgoOrderSideEnum(side).value,
                    type=NewAlgoOrderTypeEnum.STOP_MARKET.value,
                    quantity=float(quantity),
                    trigger_price=float(trigger),
                )
            )
        )

    def cancel_stop(self, symbol: str, algo_id: int) -> Row:
        del symbol
        return dict(self.result(self.api.cancel_algo_order(algo_id=algo_id)))

    def book_ticker(self, symbol: str) -> Row:
        return dict(self.result(self.api.symbol_order_book_ticker(symbol=symbol)))

    def price_ticker(self, symbol: str) -> Row:
        return dict(self.result(self.api.symbol_price_ticker(symbol=symbol)))

    def depth(self, symbol: str, limit: int) -> Row:
        return dict(self.result(self.api.order_book(symbol=symbol, limit=limit)))

    def listen_key(self) -> str:
        """A new key, kept alive once."""
        key = str(self.result(self.api.start_user_data_stream())["listenKey"])
        assert self.result(self.api.keepalive_user_data_stream())["listenKey"] == key
        return key

    def drop_listen_key(self) -> None:
        self.result(self.api.close_user_data_stream())

    def code_of(self, error: Exception) -> int:
        if isinstance(error, Refusal):
            return int(error.error["code"])
        return super().code_of(error)

    def close(self) -> None:
        self.background.run(self.api.close_connection())
        self.background.close()
        super().close()
