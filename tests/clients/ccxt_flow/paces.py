"""ccxt and ccxt.pro on a venue whose clock is accelerated, slowed down, and sent ahead."""

from __future__ import annotations

import time
from typing import Any

from ccxt_flow.streams import Watcher
from ccxt_flow.trader import CcxtTrader
from exact import Checks
from harness import Venue
from listening import Feed
from scenario import SYMBOL

SECONDS = 20.0
HOUR = 3_600_000


def run(venue: Venue) -> int:
    """Trade at every pace and after a jump; the number of checks that held."""
    checks = Checks()
    account = venue.open_account(USDT="10000")
    trader = CcxtTrader(venue.base_url, account.api_key, account.secret, checks)
    try:
        trader.exchange.load_markets()
        for body in ({"speed": 60}, {"speed": 0.5}, {"mode": "manual"}, {"mode": "real"}):
            venue.control("clock", body)
            trades(trader.exchange, trader.unified(SYMBOL), checks, str(body))
        jumps(venue, trader, checks)
        listens(venue, account.api_key, account.secret, trader, checks)
    finally:
        trader.close()
    return checks.count


def trades(exchange: Any, symbol: str, checks: Checks, when: str) -> None:
    """An order that fills, one that stands and goes, and the account, each of them signed."""
    bought = exchange.create_order(symbol, "market", "buy", 0.01)
    checks.equal(exchange.fetch_order(bought["id"], symbol)["status"], "closed", f"filled, {when}")
    bid = exchange.create_order(symbol, "limit", "buy", 0.01, bought["average"] * 0.9)
    standing = [order["id"] for order in exchange.fetch_open_orders(symbol)]
    checks.equal(standing, [bid["id"]], f"the order that stands, {when}")
    exchange.cancel_order(bid["id"], symbol)
    checks.that(exchange.fetch_balance()["USDT"]["total"] > 9000, f"the balance, {when}")


def jumps(venue: Venue, trader: CcxtTrader, checks: Checks) -> None:
    """Eight hours on: the position has paid or been paid, and ccxt trades as before."""
    symbol, exchange = trader.unified(SYMBOL), trader.exchange
    venue.control("funding", {SYMBOL: {"rate": "0.0003"}})
    before = exchange.fetch_time()
    venue.control("clock", {"advance": "8h"})
    gone = exchange.fetch_time() - before
    checks.that(gone >= 8 * HOUR, "the venue's time is eight hours on")
    trades(exchange, symbol, checks, "after a jump")
    paid = [each["amount"] for each in exchange.fetch_funding_history(symbol)]
    checks.that(bool(paid) and max(paid) < 0, "funding was paid on the way")
    candles = exchange.fetch_ohlcv(symbol, "1h", limit=20)
    checks.that(candles[-1][0] > before, "the newest candle is of the new hour")


def listens(venue: Venue, api_key: str, secret: str, trader: CcxtTrader, checks: Checks) -> None:
    """At sixty times the speed: prices by the venue's time, and fills of the account.

    A listen key lasts an hour of the venue's, so it is kept alive sixty times as often.
    """
    venue.control("clock", {"speed": 60})
    watcher = Watcher(venue.base_url, api_key, secret, Feed())
    try:
        watcher.exchange.options["listenKeyRefreshRate"] = 20_000
        checks.that(watcher.watch_account(), "the account's stream is open at x60")
        watcher.follow("price", watcher.exchange.watch_mark_price, watcher.symbol, take=dict)
        until(lambda: "price" in watcher.latest)
        first = watcher.latest["price"]["timestamp"]
        until(lambda: watcher.latest["price"]["timestamp"] >= first + 60_000)
        checks.that(True, "a minute of mark prices is over at x60")
        trades(trader.exchange, trader.unified(SYMBOL), checks, "while ccxt.pro listens at x60")
        held = trader.exchange.fetch_positions([watcher.symbol])[0]["contracts"]
        until(lambda: held in [each["contracts"] for each in watcher.latest.get("positions", [])])
        checks.that(True, "the position is told at x60")
    finally:
        watcher.close()
        venue.control("clock", {"mode": "real"})


def until(holds: Any) -> None:
    """Wait for it, but not for ever."""
    end = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)
