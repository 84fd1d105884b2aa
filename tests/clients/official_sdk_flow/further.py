"""What the story of all clients leaves out: conversions, amendments, and empty places.

Not the files of the past: asking for one costs nearly half of a minute's weight.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from binance_sdk_derivatives_trading_usds_futures.rest_api.models import (
    PlaceMultipleOrdersBatchOrdersParameterInner as OrderOfBatch,
)
from binance_sdk_derivatives_trading_usds_futures.rest_api.models.enums import (
    KlineCandlestickDataIntervalEnum,
)

from exact import Checks
from official_sdk_flow.trader import SdkTrader
from scenario import SYMBOL
from waiting import Row

DAY = 24 * 3600 * 1000


class Further:
    """Each endpoint once; that its answer fits the SDK's model is seen by the lack of a warning."""

    def __init__(self, trader: SdkTrader, checks: Checks) -> None:
        self.trader = trader
        self.rest: Any = trader.rest
        self.checks = checks

    def ask(self) -> None:
        self.conversion()
        self.amendments()
        self.market()
        self.without_it()

    def place_batch(self, orders: list[Row]) -> list[Row]:
        """With numbers, as its model wants them, and what that refuses of its own defaults."""
        models = [
            OrderOfBatch.from_dict(
                {
                    **row,
                    "quantity": float(row["quantity"]),
                    "price": float(row["price"]),
                    "reduceOnly": "false",
                }
            )
            for row in orders
        ]
        return self.trader.rows(self.rest.place_multiple_orders(batch_orders=models))

    def cancel_batch(self, order_ids: list[int]) -> list[Row]:
        answer = self.rest.cancel_multiple_orders(symbol=SYMBOL, order_id_list=order_ids)
        return self.trader.rows(answer)

    def reads(self) -> dict[str, Callable[..., Any]]:
        """The market's calls, by endpoint."""

        def klines(symbol: str, interval: str, limit: int) -> Any:
            wanted = KlineCandlestickDataIntervalEnum(interval)
            return self.rest.kline_candlestick_data(symbol=symbol, interval=wanted, limit=limit)

        calls = {
            "depth": self.rest.order_book,
            "ticker/bookTicker": self.rest.symbol_order_book_ticker,
            "trades": self.rest.recent_trades_list,
            "klines": klines,
        }
        return {
            path: lambda call=call, **params: self.trader.data(call(**params))
            for path, call in calls.items()
        }

    def conversion(self) -> None:
        """20 USDT and more into BNB, at the quote."""
        row, rows, equal = self.trader.row, self.trader.rows, self.checks.equal
        [pair] = rows(self.rest.list_all_convert_pairs(from_asset="USDT", to_asset="BNB"))
        amount = 2 * Decimal(str(pair["fromAssetMinAmount"]))
        before = self.wallets()
        quote = row(self.rest.send_quote_request("USDT", "BNB", from_amount=float(amount)))
        equal(Decimal(quote["fromAmount"]), amount, "amount of the quote")
        accepted = row(self.rest.accept_the_offered_quote(quote_id=quote["quoteId"]))
        equal(accepted["orderStatus"], "SUCCESS", "status of the conversion")
        done = row(self.rest.order_status(order_id=accepted["orderId"]))
        equal(str(done["orderId"]), accepted["orderId"], "id of the conversion")
        equal((done["fromAmount"], done["toAmount"]), told_amounts(quote), "amounts converted")
        after = self.wallets()
        equal(before["USDT"] - after["USDT"], amount, "USDT given")
        equal(after["BNB"] - before["BNB"], Decimal(quote["toAmount"]), "BNB got")

    def wallets(self) -> dict[str, Decimal]:
        return {row["asset"]: Decimal(row["balance"]) for row in self.trader.balance()}

    def amendments(self) -> None:
        """Of the story's amended orders the last: each change follows from the one before it."""
        orders = self.trader.all_orders(SYMBOL)
        found = [self.changes_of(order["orderId"]) for order in orders]
        changes = [each for each in found if each]
        self.checks.that(bool(changes), "an order was amended")
        for latest_first in changes:
            counts = [each["amendment"]["count"] for each in latest_first]
            self.checks.equal(counts, sorted(counts, reverse=True), "counts of amendments")

    def changes_of(self, order_id: int) -> list[Row]:
        asked = self.rest.get_order_modify_history(symbol=SYMBOL, order_id=order_id)
        return self.trader.rows(asked)

    def market(self) -> None:
        row = self.trader.row
        book = row(self.rest.rpi_order_book(symbol=SYMBOL))
        self.checks.that(bool(book["bids"]) and bool(book["asks"]), "the book has both sides")
        made_of = row(self.rest.query_index_price_constituents(symbol=SYMBOL))["constituents"]
        weights = sum(Decimal(each["weight"]) for each in made_of)
        self.checks.equal(weights, Decimal(1), "weights of the constituents")
        schedule = row(self.rest.trading_schedule())["marketSchedules"]
        self.checks.that("EQUITY" in schedule, "stocks have a schedule")

    def without_it(self) -> None:
        """What an account has none of."""
        row, rows = self.trader.row, self.trader.rows
        self.checks.equal(rows(self.rest.composite_index_symbol_information()), [], "indexes")
        status = row(self.rest.futures_trading_quantitative_rules_indicators())
        self.checks.that(status["updateTime"] <= time.time() * 1000 + DAY, "time of the status")
        self.checks.equal(row(self.rest.futures_tradfi_perps_contract())["code"], 200, "contract")


def told_amounts(quote: Row) -> tuple[object, object]:
    return quote["fromAmount"], quote["toAmount"]
