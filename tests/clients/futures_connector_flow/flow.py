"""binance-futures-connector, unmodified, trading on a local venue.

From tests/clients: `python -m futures_connector_flow.flow BASE_URL KEY SECRET KEY SECRET`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

# Lives in this flow's own environment, not in the one that is type-checked.
from binance.error import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    ClientError,
)
from binance.um_futures import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    UMFutures,
)

from batches import check_batches
from exact import Checks
from futures_connector_flow.streams import STREAMS, ConnectorStreams
from listening import Feed
from market_data import check_market_data
from market_streams import MarketHeard
from perpbox import clients
from scenario import SYMBOL, Keys, main
from user_stream import FullStory
from waiting import Row


class ConnectorTrader:
    """UMFutures with its limit usage shown, so that the venue's headers are read as well."""

    errors: ClassVar[Mapping[int, type[Exception]]] = dict.fromkeys(
        (-1121, -2019, -2011, -2013, -2022, -4046, -1022, -2015, -4120), ClientError
    )

    def __init__(self, base_url: str, api_key: str, secret: str) -> None:
        self.base_url, self.api_key, self.secret = base_url, api_key, secret
        told = clients.futures_connector(base_url, api_key=api_key, secret=secret).rest
        self.client: Any = UMFutures(**told, show_limit_usage=True)
        self.usage: dict[str, str] = {}

    def data(self, answer: Any) -> Any:
        """What the venue said; the limits it named are kept aside."""
        self.usage.update(answer["limit_usage"])
        return answer["data"]

    def row(self, answer: Any) -> Row:
        return dict(self.data(answer))

    def rows(self, answer: Any) -> list[Row]:
        return list(self.data(answer))

    def exchange_info(self) -> Row:
        return self.row(self.client.exchange_info())

    def server_time(self) -> int:
        return int(self.row(self.client.time())["serverTime"])

    def premium_index(self, symbol: str) -> Row:
        return self.row(self.client.mark_price(symbol))

    def account(self) -> Row:
        return self.row(self.client.account())

    def balance(self) -> list[Row]:
        return self.rows(self.client.balance())

    def commission_rate(self, symbol: str) -> Row:
        return self.row(self.client.commission_rate(symbol))

    def symbol_config(self, symbol: str) -> Row:
        (config,) = self.rows(self.client.symbol_configuration(symbol=symbol))
        return config

    def set_leverage(self, symbol: str, leverage: int) -> Row:
        return self.row(self.client.change_leverage(symbol, leverage))

    def set_margin_type(self, symbol: str, margin_type: str) -> Row:
        return self.row(self.client.change_margin_type(symbol, margin_type))

    def place_limit(self, symbol: str, side: str, quantity: Decimal, price: Decimal) -> Row:
        return self.row(
            self.client.new_order(
                symbol,
                side,
                "LIMIT",
                timeInForce="GTC",
                quantity=float(quantity),
                price=float(price),
            )
        )

    def place_market(
        self, symbol: str, side: str, quantity: Decimal, *, reduce_only: bool = False
    ) -> Row:
        return self.row(
            self.client.new_order(
                symbol,
                side,
                "MARKET",
                quantity=float(quantity),
                reduceOnly="true" if reduce_only else "false",
                newOrderRespType="RESULT",
            )
        )

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        return self.row(
            self.client.modify_order(symbol, side, float(quantity), float(price), order_id)
        )

    def cancel(self, symbol: str, order_id: int) -> Row:
        return self.row(self.client.cancel_order(symbol, order_id))

    def order(self, symbol: str, order_id: int) -> Row:
        return self.row(self.client.query_order(symbol, order_id))

    def open_orders(self, symbol: str) -> list[Row]:
        return self.rows(self.client.get_orders(symbol=symbol))

    def all_orders(self, symbol: str) -> list[Row]:
        return self.rows(self.client.get_all_orders(symbol))

    def positions(self, symbol: str) -> list[Row]:
        return self.rows(self.client.get_position_risk(symbol=symbol))

    def trades(self, symbol: str, order_id: int) -> list[Row]:
        return self.rows(self.client.get_account_trades(symbol, orderId=order_id))

    def income(self, income_type: str | None = None) -> list[Row]:
        return self.rows(self.client.get_income_history(incomeType=income_type))

    has_stops = False  # it knows POST /fapi/v1/order alone

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row:
        return self.row(
            self.client.new_order(
                symbol, side, "STOP_MARKET", quantity=float(quantity), stopPrice=float(trigger)
            )
        )

    def stop(self, symbol: str, algo_id: int) -> Row:
        raise NotImplementedError

    def open_stops(self, symbol: str) -> list[Row]:
        raise NotImplementedError

    def all_stops(self, symbol: str) -> list[Row]:
        raise NotImplementedError

    def cancel_stop(self, symbol: str, algo_id: int) -> Row:
        raise NotImplementedError

    def count_down(self, symbol: str, milliseconds: int) -> Row:
        return self.row(self.client.countdown_cancel_order(symbol, milliseconds))

    def funding_rates(self, symbol: str) -> list[Row]:
        return self.rows(self.client.funding_rate(symbol))

    def fee_burn(self) -> bool:
        return bool(self.row(self.client.get_bnb_burn())["feeBurn"])

    def set_fee_burn(self, on: bool) -> Row:
        return self.row(self.client.toggle_bnb_burn(str(on).lower()))

    def place_batch(self, orders: list[Row]) -> list[Row]:
        return self.rows(self.client.new_batch_order(orders))

    def cancel_batch(self, order_ids: list[int]) -> list[Row]:
        return self.rows(self.client.cancel_batch_order(SYMBOL, order_ids, []))

    def reads(self) -> dict[str, Callable[..., Any]]:
        """The market's calls, by endpoint."""
        calls = {
            "depth": self.client.depth,
            "ticker/bookTicker": self.client.book_ticker,
            "trades": self.client.trades,
            "klines": self.client.klines,
        }
        return {
            path: lambda call=call, **params: self.data(call(**params))
            for path, call in calls.items()
        }

    def stranger(self, api_key: str | None = None, secret: str | None = None) -> ConnectorTrader:
        return ConnectorTrader(self.base_url, api_key or self.api_key, secret or self.secret)

    def code_of(self, error: Exception) -> int:
        return int(vars(error)["error_code"])

    def close(self) -> None:
        self.client.session.close()


def run(base_url: str, account: Keys, _other: Keys) -> int:
    """Trade through the connector with an ear on the streams; the number of checks that held."""
    checks, feed = Checks(), Feed()
    trader = ConnectorTrader(base_url, *account)
    try:
        key = trader.row(trader.client.new_listen_key())["listenKey"]
        streams = ConnectorStreams(base_url, key, feed, checks)
        try:
            streams.subscribe()
            story = FullStory(trader, checks, feed)
            story.play()
            check_batches(story, trader.place_batch, trader.cancel_batch)
            check_market_data(base_url, trader.reads(), checks)
            story.stand()
            MarketHeard(base_url, feed, checks).agree(STREAMS)
            streams.leave()
        finally:
            streams.close()
        for header in ("x-mbx-used-weight-1m", "x-mbx-order-count-10s", "x-mbx-order-count-1m"):
            used = int(trader.usage.get(header, "0"))
            checks.that(used > 0, f"{header} was among the headers and counted")
    finally:
        trader.close()
    return checks.count


if __name__ == "__main__":
    sys.exit(main("binance-futures-connector", run))
