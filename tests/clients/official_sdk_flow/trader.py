"""The REST half of the SDK as the trader of the story."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from binance_common.configuration import ConfigurationRestAPI
from binance_common.errors import BadRequestError, UnauthorizedError
from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
    DerivativesTradingUsdsFutures,
)
from binance_sdk_derivatives_trading_usds_futures.rest_api.models.enums import (
    ChangeMarginTypeMarginTypeEnum,
    GetIncomeHistoryIncomeTypeEnum,
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

from perpbox import clients
from waiting import Row


class SdkTrader:
    """The REST half of the SDK; its models are turned back into the JSON they were read from."""

    errors: ClassVar[Mapping[int, type[Exception]]] = {
        **dict.fromkeys((-1121, -2019, -2011, -2013, -2022, -4046, -1022), BadRequestError),
        -2015: UnauthorizedError,
    }

    def __init__(self, base_url: str, api_key: str, secret: str) -> None:
        self.base_url, self.api_key, self.secret = base_url, api_key, secret
        told: dict[str, Any] = {
            **clients.official_sdk(base_url, api_key=api_key, secret=secret).rest_api
        }
        configuration = ConfigurationRestAPI(**told, timeout=10_000, retries=0)
        self.rest: Any = DerivativesTradingUsdsFutures(config_rest_api=configuration).rest_api
        self.limits: set[tuple[str, str]] = set()

    def data(self, response: Any) -> Any:
        """The answer as plain JSON; the limits that its headers name are kept aside."""
        for limit in response.rate_limits:
            if limit.count > 0:
                self.limits.add((limit.rateLimitType, f"{limit.intervalNum} {limit.interval}"))
        return as_json(response.data())

    def row(self, response: Any) -> Row:
        return dict(self.data(response))

    def rows(self, response: Any) -> list[Row]:
        return list(self.data(response))

    def exchange_info(self) -> Row:
        return self.row(self.rest.exchange_information())

    def server_time(self) -> int:
        return int(self.row(self.rest.check_server_time())["serverTime"])

    def premium_index(self, symbol: str) -> Row:
        return self.row(self.rest.mark_price(symbol=symbol))

    def account(self) -> Row:
        return self.row(self.rest.account_information_v3())

    def balance(self) -> list[Row]:
        return self.rows(self.rest.futures_account_balance_v3())

    def commission_rate(self, symbol: str) -> Row:
        return self.row(self.rest.user_commission_rate(symbol=symbol))

    def symbol_config(self, symbol: str) -> Row:
        (config,) = self.rows(self.rest.symbol_configuration(symbol=symbol))
        return config

    def set_leverage(self, symbol: str, leverage: int) -> Row:
        return self.row(self.rest.change_initial_leverage(symbol=symbol, leverage=leverage))

    def set_margin_type(self, symbol: str, margin_type: str) -> Row:
        wanted = ChangeMarginTypeMarginTypeEnum(margin_type)
        return self.row(self.rest.change_margin_type(symbol=symbol, margin_type=wanted))

    def place_limit(self, symbol: str, side: str, quantity: Decimal, price: Decimal) -> Row:
        return self.row(
            self.rest.new_order(
                symbol=symbol,
                side=NewOrderSideEnum(side),
                type=NewOrderTypeEnum.LIMIT,
                time_in_force=NewOrderTimeInForceEnum.GTC,
                quantity=float(quantity),
                price=float(price),
            )
        )

    def place_market(
        self, symbol: str, side: str, quantity: Decimal, *, reduce_only: bool = False
    ) -> Row:
        return self.row(
            self.rest.new_order(
                symbol=symbol,
                side=NewOrderSideEnum(side),
                type=NewOrderTypeEnum.MARKET,
                quantity=float(quantity),
                reduce_only=NewOrderReduceOnlyEnum.TRUE if reduce_only else None,
                new_order_resp_type=NewOrderNewOrderRespTypeEnum.RESULT,
            )
        )

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        return self.row(
            self.rest.modify_order(
                symbol=symbol,
                side=ModifyOrderSideEnum(side),
                quantity=float(quantity),
                price=float(price),
                order_id=order_id,
            )
        )

    def cancel(self, symbol: str, order_id: int) -> Row:
        return self.row(self.rest.cancel_order(symbol=symbol, order_id=order_id))

    def order(self, symbol: str, order_id: int) -> Row:
        return self.row(self.rest.query_order(symbol=symbol, order_id=order_id))

    def open_orders(self, symbol: str) -> list[Row]:
        return self.rows(self.rest.current_all_open_orders(symbol=symbol))

    def all_orders(self, symbol: str) -> list[Row]:
        return self.rows(self.rest.all_orders(symbol=symbol))

    def positions(self, symbol: str) -> list[Row]:
        return self.rows(self.rest.position_information_v3(symbol=symbol))

    def trades(self, symbol: str, order_id: int) -> list[Row]:
        return self.rows(self.rest.account_trade_list(symbol=symbol, order_id=order_id))

    def income(self, income_type: str | None = None) -> list[Row]:
        wanted = GetIncomeHistoryIncomeTypeEnum(income_type) if income_type else None
        return self.rows(self.rest.get_income_history(income_type=wanted))

    has_stops = True

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row:
        return self.row(
            self.rest.new_algo_order(
                algo_type=NewAlgoOrderAlgoTypeEnum.CONDITIONAL,
                symbol=symbol,
                side=NewAlgoOrderSideEnum(side),
                type=NewAlgoOrderTypeEnum.STOP_MARKET,
                quantity=float(quantity),
                trigger_price=float(trigger),
            )
        )

    def stop(self, symbol: str, algo_id: int) -> Row:
        del symbol
        return self.row(self.rest.query_algo_order(algo_id=algo_id))

    def open_stops(self, symbol: str) -> list[Row]:
        return self.rows(self.rest.current_all_algo_open_orders(symbol=symbol))

    def all_stops(self, symbol: str) -> list[Row]:
        return self.rows(self.rest.query_all_algo_orders(symbol=symbol))

    def cancel_stop(self, symbol: str, algo_id: int) -> Row:
        del symbol
        return self.row(self.rest.cancel_algo_order(algo_id=algo_id))

    def count_down(self, symbol: str, milliseconds: int) -> Row:
        return self.row(
            self.rest.auto_cancel_all_open_orders(symbol=symbol, countdown_time=milliseconds)
        )

    def funding_rates(self, symbol: str) -> list[Row]:
        return self.rows(self.rest.get_funding_rate_history(symbol=symbol))

    def fee_burn(self) -> bool:
        return bool(self.row(self.rest.get_bnb_burn_status())["feeBurn"])

    def set_fee_burn(self, on: bool) -> Row:
        return self.row(self.rest.toggle_bnb_burn_on_futures_trade(fee_burn=str(on).lower()))

    def stranger(self, api_key: str | None = None, secret: str | None = None) -> SdkTrader:
        return type(self)(self.base_url, api_key or self.api_key, secret or self.secret)

    def code_of(self, error: Exception) -> int:
        return int(vars(error)["status_code"])  # where the SDK keeps the venue's code

    def close(self) -> None:
        self.rest._session.close()  # the SDK has no public way to end its connections


def as_json(model: Any) -> Any:
    """The JSON a model was read from; an answer that the SDK could not read is JSON already."""
    if isinstance(model, list):
        return [as_json(each) for each in model]
    return model.to_dict() if hasattr(model, "to_dict") else model
