"""UNICORN's REST and WebSocket managers, unmodified, trading on a local venue.

From tests/clients: `python -m unicorn_flow.flow BASE_URL KEY SECRET KEY SECRET`.
"""

from __future__ import annotations

import sys

from batches import check_batches
from cells import passed
from exact import Checks, floor_to, raise_to
from listening import Feed
from market_data import check_market_data
from market_streams import MarketHeard
from official_sdk_flow.warned import kept_warnings
from scenario import SYMBOL, Keys, main
from unicorn_flow.streams import STREAMS, SocketTrader, UnicornStreams
from user_stream import FullStory

WANTED = (
    # Said of the one way to its addresses that asks no other exchange first.
    "The parameter BinanceRestApiManager(tld=`com`) is obsolete",
    # Of the machine, not of the venue.
    "BinanceWebSocketApiManager._frequent_checks() - High CPU usage",
)
"""How the warnings begin that are no trouble."""


class UnicornStory(FullStory):
    """It has no calls for fees in BNB."""

    left_out = frozenset({"fees"})

    def __init__(self, trader: SocketTrader, checks: Checks, feed: Feed) -> None:
        super().__init__(trader, checks, feed)
        self.client = trader

    def settings(self) -> None:
        super().settings()
        passed("settings")

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
                check_batches(story, trader.place_batch, trader.cancel_batch)
                check_market_data(base_url, trader.reads(), checks)
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
    checks.equal([text for text in warned if not text.startswith(WANTED)], [], "warnings")
    return checks.count


if __name__ == "__main__":
    sys.exit(main("unicorn-binance-rest-api", run))
