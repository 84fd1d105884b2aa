"""ccxt and ccxt.pro, unmodified, trading on a local venue.

From tests/clients: `python -m ccxt_flow.flow BASE_URL KEY SECRET KEY SECRET`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from batches import check_batches
from ccxt_flow.start_up import check_start_up
from ccxt_flow.streams import Watcher
from ccxt_flow.trader import CcxtTrader
from ccxt_flow.watched import WatchedMarket, WatchedStory
from ccxt_flow.ws_api import SocketTrader
from cells import passed
from exact import Checks
from listening import Feed
from market_data import check_market_data
from scenario import SYMBOL, Keys, main


def run(base_url: str, account: Keys, other: Keys) -> int:
    """Trade through ccxt, twice; the number of checks that held."""
    checks = Checks()
    check_start_up(base_url, *account, checks)
    over_rest(base_url, account, checks)
    over_websocket(base_url, other, checks)
    return checks.count


def over_rest(base_url: str, account: Keys, checks: Checks) -> None:
    """While ccxt.pro listens to everything."""
    trader = CcxtTrader(base_url, *account, checks)
    watcher = Watcher(base_url, *account, Feed())
    aggregates = Watcher(base_url, *account, Feed())
    try:
        for exchange in (trader.exchange, watcher.exchange):
            check_addresses(exchange, base_url, checks)
        checks.that(watcher.watch_account(), "the account's stream is open")
        checks.that(watcher.watch_market(), "the market's streams are open")
        checks.that(aggregates.watch_aggregates(), "the stream of aggregates is open")
        story = WatchedStory(trader, checks, watcher)
        story.play()
        check_batches(story, trader.place_batch, trader.cancel_batch)
        check_market_data(base_url, trader.reads(), checks)
        story.stand()
        WatchedMarket(watcher, trader.exchange, checks).agree()
        market_of_aggregates = WatchedMarket(aggregates, trader.exchange, checks)
        market_of_aggregates.trades("aggTrades", ("a", "p", "q", "T", "m"))
        market = trader.exchange.market(trader.unified(SYMBOL))
        checks.equal((market["swap"], market["linear"]), (True, True), "ccxt's kind of market")
        statistics(trader, checks)
    finally:
        aggregates.close()
        watcher.close()
        trader.close()


def statistics(trader: CcxtTrader, checks: Checks) -> None:
    """What ccxt makes of open interest, of who is long and short, and of klines of prices."""
    exchange, symbol = trader.exchange, trader.unified(SYMBOL)
    held = exchange.fetch_open_interest(symbol)
    checks.equal(held["openInterestAmount"], float(held["info"]["openInterest"]), "open interest")
    for rows in (
        exchange.fetch_open_interest_history(symbol, "5m"),
        exchange.fetch_long_short_ratio_history(symbol, "5m"),
    ):
        checks.that(all(row["timestamp"] % 300_000 == 0 for row in rows), "every five minutes")
    for fetch in (
        exchange.fetch_mark_ohlcv,
        exchange.fetch_index_ohlcv,
        exchange.fetch_premium_index_ohlcv,
    ):
        last = fetch(symbol, "1m")[-1]
        checks.that(last[3] <= last[1] <= last[2] and last[5] == 0, "a kline of a price")


def over_websocket(base_url: str, account: Keys, checks: Checks) -> None:
    """Orders and the account over the WebSocket API, of the same ccxt.pro that listens."""
    trader = SocketTrader(base_url, *account, checks)
    try:
        checks.that(trader.watcher.watch_account(), "the account's stream is open")
        WatchedStory(trader, checks, trader.watcher).play()
        trader.market(SYMBOL)
        passed("WebSocket API")
    finally:
        trader.close()


def check_addresses(exchange: Any, base_url: str, checks: Checks) -> None:
    """Wherever ccxt's switches lead, it is the venue or nobody."""
    here = base_url.partition("://")[2]
    environments = [exchange.urls["api"]]
    for switch in (exchange.set_sandbox_mode, exchange.enable_demo_trading):
        switch(True)
        environments.append(exchange.urls["api"])
        switch(False)
    addresses = [address for each in environments for address in texts(each)]
    checks.that(len(addresses) > 40, "the addresses of all three environments")
    hosts = {address.split("/")[2] for address in addresses}
    elsewhere = [host for host in hosts if host != here and not host.endswith(".invalid")]
    checks.equal(elsewhere, [], "hosts that lead elsewhere")
    checks.that(here in hosts, "the venue is among them")


def texts(addresses: Any) -> Iterator[str]:
    """The addresses of a nested table."""
    for value in addresses.values():
        if isinstance(value, str):
            yield value
        else:
            yield from texts(value)


if __name__ == "__main__":
    sys.exit(main("ccxt", run))
