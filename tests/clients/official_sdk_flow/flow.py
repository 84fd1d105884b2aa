"""Binance's official SDK for USDS-M futures, unmodified, trading on a local venue.

From tests/clients: `python -m official_sdk_flow.flow BASE_URL KEY SECRET KEY SECRET`.
The SDK reads each answer and each message into a strictly typed model and only warns when one
does not fit; here such a warning is a failure.
"""

from __future__ import annotations

import sys

from batches import check_batches
from cells import passed
from exact import Checks
from listening import Feed
from market_data import check_market_data
from market_streams import MarketHeard
from official_sdk_flow.further import Further
from official_sdk_flow.streams import SUBSCRIPTIONS, SdkStreams
from official_sdk_flow.trader import SdkTrader
from official_sdk_flow.warned import kept_warnings
from official_sdk_flow.ws_api import SocketTrader
from scenario import Keys, main
from user_stream import FullStory

PACKAGE = "binance-sdk-derivatives-trading-usds-futures"
LIMITS = {("REQUEST_WEIGHT", "1 MINUTE"), ("ORDERS", "10 SECOND"), ("ORDERS", "1 MINUTE")}


def run(base_url: str, account: Keys, other: Keys) -> int:
    """Trade through the SDK, twice; the number of checks that held."""
    checks = Checks()
    over_rest(base_url, account, checks)
    over_websocket(base_url, other, checks)
    return checks.count


def over_rest(base_url: str, account: Keys, checks: Checks) -> None:
    """With an ear on every stream that there is."""
    feed = Feed()
    trader = SdkTrader(base_url, *account)
    streams = SdkStreams(base_url, feed, checks)
    try:
        with kept_warnings() as warnings:
            streams.subscribe(trader.row(trader.rest.start_user_data_stream())["listenKey"])
            story = FullStory(trader, checks, feed)
            story.play()
            further = Further(trader, checks)
            check_batches(story, further.place_batch, further.cancel_batch)
            check_market_data(base_url, further.reads(), checks)
            story.stand()
            MarketHeard(base_url, feed, checks).agree(list(SUBSCRIPTIONS))
            streams.leave()
            further.ask()
        check_warnings(checks, warnings)
        checks.equal(trader.limits, LIMITS, "limits that the headers name")
    finally:
        streams.close()
        trader.close()


def over_websocket(base_url: str, account: Keys, checks: Checks) -> None:
    """Orders and the account over the WebSocket API, which gives the key of the stream too."""
    feed = Feed()
    trader = SocketTrader(base_url, *account)
    streams = SdkStreams(base_url, feed, checks)
    try:
        with kept_warnings() as warnings:
            streams.subscribe_account(trader.listen_key())
            FullStory(trader, checks, feed).play()
            MarketHeard(base_url, feed, checks).agree_on_calls(trader)
            trader.drop_listen_key()
        check_warnings(checks, warnings)
        checks.equal(trader.limits, LIMITS, "limits that the answers name")
        passed("WebSocket API")
    finally:
        streams.close()
        trader.close()


def check_warnings(checks: Checks, warnings: list[str]) -> None:
    """The SDK also warns of each refusal, which the story asks for."""
    unexpected = [text for text in warnings if "'code': -" not in text]
    checks.equal(unexpected, [], "warnings of the SDK")


if __name__ == "__main__":
    sys.exit(main(PACKAGE, run))
