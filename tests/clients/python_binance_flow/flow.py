"""python-binance, unmodified, trading on a local venue.

From tests/clients: `python -m python_binance_flow.flow BASE_URL KEY SECRET KEY SECRET`.
"""

from __future__ import annotations

import sys

import binance  # type: ignore[import-not-found, import-untyped, unused-ignore]  # this flow's own

from batches import check_batches
from cells import passed
from exact import Checks
from listening import Feed
from market_data import check_market_data
from market_streams import MarketHeard
from perpbox import clients
from python_binance_flow.streams import STREAMS, DepthCache, ManagerStreams
from python_binance_flow.trader import PythonBinanceTrader
from python_binance_flow.ws_api import SocketTrader
from scenario import Keys, Story, main
from user_stream import FullStory


def run(base_url: str, account: Keys, other: Keys) -> int:
    """Trade through python-binance, twice; the number of checks that held."""
    checks = Checks()
    clients.python_binance(binance, base_url)
    over_rest(base_url, account, checks)
    over_websocket(base_url, other, checks)
    return checks.count


def over_rest(base_url: str, account: Keys, checks: Checks) -> None:
    """With an ear on the streams."""
    feed = Feed()
    streams = ManagerStreams(*account, feed)
    try:
        checks.that(streams.subscribe(), "all sockets are open")
        trader = PythonBinanceTrader(base_url, *account)
        try:
            story = FullStory(trader, checks, feed)
            story.play()
            check_batches(story, trader.place_batch, trader.cancel_batch)
            check_market_data(base_url, trader.reads(), checks)
            story.stand()
            used = int(trader.client.response.headers["x-mbx-used-weight-1m"])
            checks.that(used > 0, "the last answer tells the weight used in this minute")
        finally:
            trader.close()
        market = MarketHeard(base_url, feed, checks)
        market.agree(STREAMS)
        DepthCache(market.rest, checks).check()
        checks.equal(streams.errors, [], "errors of the sockets")
    finally:
        streams.close()


def over_websocket(base_url: str, account: Keys, checks: Checks) -> None:
    """Orders and the account over the WebSocket API; what it has no method for goes to REST."""
    trader = SocketTrader(base_url, *account)
    try:
        Story(trader, checks).play()
        MarketHeard(base_url, Feed(), checks).agree_on_calls(trader)
        passed("WebSocket API")
    finally:
        trader.close()


if __name__ == "__main__":
    sys.exit(main("python-binance", run))
