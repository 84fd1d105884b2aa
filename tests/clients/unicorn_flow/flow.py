"""UNICORN's REST and WebSocket managers, unmodified, trading on a local venue.

From tests/clients: `python -m unicorn_flow.flow BASE_URL KEY SECRET KEY SECRET`.
"""

from __future__ import annotations

import sys

from cells import passed
from exact import Checks, floor_to, raise_to
from listening import Feed
from market_streams import MarketHeard, PublicRest
from official_sdk_flow.warned import kept_warnings
from scenario import SYMBOL, Keys, main
from unicorn_flow.streams import STREAMS, SocketTrader, UnicornStreams
from user_stream import FullStory
from waiting import number

OBSOLETE = "The parameter BinanceRestApiManager(tld=`com`) is obsolete"
"""Said of the one way to its addresses that asks no other exchange first."""


class UnicornStory(FullStory):
    """It has no calls for fees in BNB, and some for lists of orders."""

    left_out = frozenset({"fees"})

    def __init__(self, trader: SocketTrader, checks: Checks, feed: Feed) -> None:
        super().__init__(trader, checks, feed)
        self.client = trader

    def market(self) -> None:
        """The client's own market calls hand over what the venue answers to anybody."""
        super().market()
        calls, rest = self.client.client, PublicRest(self.client.base_url)
        for call, path, params in (
            ("futures_order_book", "depth", {"symbol": SYMBOL, "limit": 5}),
            ("futures_recent_trades", "trades", {"symbol": SYMBOL}),
            ("futures_aggregate_trades", "aggTrades", {"symbol": SYMBOL}),
            ("futures_klines", "klines", {"symbol": SYMBOL, "interval": "1m"}),
            ("futures_ticker", "ticker/24hr", {"symbol": SYMBOL}),
            ("futures_symbol_ticker", "ticker/price", {"symbol": SYMBOL}),
            ("futures_orderbook_ticker", "ticker/bookTicker", {"symbol": SYMBOL}),
        ):
            told, wanted = getattr(calls, call)(**params), rest.get(path, **params)
            if isinstance(told, dict):
                for moment in ("E", "T", "time", "closeTime", "openTime"):
                    told.pop(moment, None), wanted.pop(moment, None)
            self.checks.equal(told, wanted, call)
        passed("market data")

    def settings(self) -> None:
        super().settings()
        passed("settings")

    def batches(self) -> None:
        """Two bids in one request, gone in another."""
        self.checks.step, trader = "batches", self.client
        price = floor_to(self.mark() / 2, self.tick)
        quantity = str(raise_to(4 * self.least_notional / price, self.step))
        bid = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
        prices = [str(price), str(price - self.tick)]
        placed = trader.place_batch([{**bid, "quantity": quantity, "price": p} for p in prices])
        ids = [int(row["orderId"]) for row in placed]
        standing = {int(row["orderId"]): number(row["price"]) for row in trader.open_orders(SYMBOL)}
        told = {int(row["orderId"]): number(row["price"]) for row in placed}
        self.checks.equal(standing, told, "openOrders")
        self.checks.equal(list(told.values()), [price, price - self.tick], "prices")
        gone = trader.cancel_batch(SYMBOL, ids)
        self.checks.equal([row["status"] for row in gone], ["CANCELED"] * 2, "status")
        self.checks.equal(trader.open_orders(SYMBOL), [], "openOrders")
        self.checks.equal(trader.account()["totalInitialMargin"], "0.00000000", "margin")
        passed("batches")

    def by_socket(self, streams: UnicornStreams) -> None:
        """An order's life and the account over the WebSocket API."""
        ask, equal, trader = streams.ask, self.checks.equal, self.client
        self.checks.step = "WebSocket API"
        price = floor_to(self.mark() / 2, self.tick)
        quantity = raise_to(4 * self.least_notional / price, self.step)
        placed = ask(
            "create_order",
            symbol=SYMBOL,
            side="BUY",
            order_type="LIMIT",
            time_in_force="GTC",
            quantity=float(quantity),
            price=float(price),
        )
        order = ask("get_order", symbol=SYMBOL, order_id=placed["orderId"])
        equal(order, trader.order(SYMBOL, placed["orderId"]), "order.status")
        status = ask("get_account_status", version="v2")
        account = trader.account()
        equal(status, account, "v2/account.status")
        equal(ask("get_account_balance", version="v2"), trader.balance_of_3(), "balance")
        canceled = ask("cancel_order", symbol=SYMBOL, order_id=placed["orderId"])
        equal(canceled["status"], "CANCELED", "status")
        equal(trader.open_orders(SYMBOL), [], "openOrders")


def run(base_url: str, account: Keys, _other: Keys) -> int:
    """Trade with an ear on the streams; the number of checks that held."""
    checks, feed = Checks(), Feed()
    with kept_warnings() as warned:
        trader = SocketTrader(base_url, *account)
        try:
            streams = trader.streams = UnicornStreams(trader, feed, checks)
            try:
                streams.subscribe()
                story = UnicornStory(trader, checks, feed)
                story.play()
                story.batches()
                story.by_socket(streams)
                story.stand()
                market = MarketHeard(base_url, feed, checks)
                market.agree(STREAMS)
                market.agree_on_calls(streams)
                passed("WebSocket API")
            finally:
                streams.close()
        finally:
            trader.close()
    checks.equal([text for text in warned if not text.startswith(OBSOLETE)], [], "warnings")
    return checks.count


if __name__ == "__main__":
    sys.exit(main("unicorn-binance-websocket-api", run))
