"""cryptofeed's feed of one symbol, while an account trades it, against what REST answers."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

# Lives in this flow's own environment, not in the one that is type-checked.
from cryptofeed import FeedHandler  # type: ignore[import-not-found]
from cryptofeed.defines import (  # type: ignore[import-not-found]
    CANDLES,
    FUNDING,
    L2_BOOK,
    OPEN_INTEREST,
    TICKER,
    TRADES,
)
from cryptofeed.exchanges import BinanceFutures  # type: ignore[import-not-found]

from cells import passed
from exact import Checks, floor_to, raise_to
from market_streams import PublicRest, levels_of
from official_sdk_flow.warned import kept_warnings
from perpbox import clients
from scenario import SYMBOL, Keys, main
from signed import SignedRest
from waiting import PATIENCE, number

NAME = "BTC-USDT-PERP"
CHANNELS = (L2_BOOK, TRADES, TICKER, CANDLES, FUNDING, OPEN_INTEREST)


class Listener:
    """Keeps what the feed hands over, by channel."""

    def __init__(self, base_url: str, account: Keys, checks: Checks) -> None:
        self.rest, self.own = PublicRest(base_url), SignedRest(base_url, *account)
        self.checks = checks
        self.heard: dict[str, list[Any]] = {channel: [] for channel in CHANNELS}
        clients.cryptofeed(BinanceFutures, base_url)
        self.exchange = BinanceFutures

    def keep(self, channel: str) -> Any:
        """A callback, which the handler wants to await."""

        async def hear(message: Any, _received: float) -> None:
            self.heard[channel].append(message)

        return hear

    async def listen(self, warned: list[str]) -> None:
        """From the feed's start to its end, of whose broken reads it complains itself."""
        handler = FeedHandler(config={"log": {"disabled": True}})
        await self.exchange.load_symbols()
        handler.add_feed(
            self.exchange(
                symbols=[NAME],
                channels=list(CHANNELS),
                callbacks={channel: self.keep(channel) for channel in CHANNELS},
                candle_interval="1m",
                candle_closed_only=False,
                depth_interval="100ms",
                open_interest_interval=0.2,
            )
        )
        running = asyncio.create_task(handler.run_async(install_signal_handlers=False))
        try:
            self.checks.step = "start"
            await self.until(lambda: bool(self.heard[TICKER] and self.heard[FUNDING]), "the feed")
            passed("start-up")
            await self.trade()
            await self.agree()
            self.checks.equal(warned, [], "what the client warns of")
        finally:
            handler.request_stop()
            await running

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """It comes true before patience ends."""
        deadline = time.monotonic() + PATIENCE
        while not await asyncio.to_thread(holds):
            if time.monotonic() > deadline:
                told = {channel: rows[-1:] for channel, rows in self.heard.items()}
                self.checks.fail(f"{what} did not agree: {told}")
            await asyncio.sleep(0.05)
        self.checks.that(True, what)

    async def trade(self) -> None:
        """Bought, half sold, and a bid that stands."""
        tick, step = Decimal("0.1"), Decimal("0.001")
        mark = number(self.rest.get("premiumIndex", symbol=SYMBOL)["markPrice"])
        await self.place(type="MARKET", side="BUY", quantity="0.02")
        await self.place(type="MARKET", side="SELL", quantity="0.01")
        price = floor_to(mark / 2, tick)
        quantity = raise_to(400 / price, step)
        await self.place(
            type="LIMIT", side="BUY", timeInForce="GTC", price=price, quantity=quantity
        )

    async def place(self, **words: object) -> None:
        await asyncio.to_thread(lambda: self.own.send("POST", "v1/order", symbol=SYMBOL, **words))

    async def agree(self) -> None:
        for channel, holds in (
            (TRADES, self.trades),
            (TICKER, self.ticker),
            (L2_BOOK, self.book),
            (CANDLES, self.candles),
            (FUNDING, self.funding),
        ):
            self.checks.step = channel
            await self.until(holds, channel)
        passed("market streams")
        self.checks.step = OPEN_INTEREST
        await self.until(self.open_interest, OPEN_INTEREST)
        self.instruments()
        passed("market data")

    def trades(self) -> bool:
        rows = self.rest.get("aggTrades", symbol=SYMBOL, limit=1000)
        told = [
            (each.id, each.price, each.amount, each.side, round(each.timestamp * 1000))
            for each in self.heard[TRADES]
        ]
        return bool(rows) and told == [
            (
                str(row["a"]),
                number(row["p"]),
                number(row["q"]),
                "sell" if row["m"] else "buy",
                row["T"],
            )
            for row in rows
        ]

    def ticker(self) -> bool:
        row, last = self.rest.get("ticker/bookTicker", symbol=SYMBOL), self.heard[TICKER][-1]
        return bool((last.bid, last.ask) == (number(row["bidPrice"]), number(row["askPrice"])))

    def book(self) -> bool:
        """All levels of its own book, which it has pieced together from a snapshot and changes."""
        if not self.heard[L2_BOOK]:
            return False
        row, last = self.rest.get("depth", symbol=SYMBOL, limit=1000), self.heard[L2_BOOK][-1]
        told = [side.to_dict() for side in (last.book.bids, last.book.asks)]
        return told == [levels_of(row["bids"]), levels_of(row["asks"])]

    def candles(self) -> bool:
        if not self.heard[CANDLES]:
            return False
        last = self.heard[CANDLES][-1]
        begun = round(last.start * 1000)
        rows = self.rest.get("klines", symbol=SYMBOL, interval="1m", startTime=begun, limit=1)
        told = [last.open, last.high, last.low, last.close, last.volume]
        return bool(told == [number(text) for text in rows[0][1:6]])

    def funding(self) -> bool:
        row, last = self.rest.get("premiumIndex", symbol=SYMBOL), self.heard[FUNDING][-1]
        told = (last.mark_price, last.rate, round(last.next_funding_time * 1000))
        wanted = (number(row["markPrice"]), number(row["lastFundingRate"]), row["nextFundingTime"])
        return bool(told == wanted)

    def open_interest(self) -> bool:
        row = self.rest.get("openInterest", symbol=SYMBOL)
        rows = self.heard[OPEN_INTEREST]
        return bool(rows) and bool(rows[-1].open_interest == number(row["openInterest"]))

    def instruments(self) -> None:
        """It knows each perpetual and its tick."""
        symbols = self.rest.get("exchangeInfo")["symbols"]
        mapping, info = self.exchange.symbol_mapping(), self.exchange.info()
        known = {name: own for name, own in mapping.items() if name.endswith("PERP")}
        trading = {row["symbol"]: row for row in symbols if row["status"] == "TRADING"}
        self.checks.equal(set(known.values()), set(trading), "symbols")
        for name, symbol in known.items():
            tick = trading[symbol]["filters"][0]["tickSize"]
            self.checks.equal(info["tick_size"][name], tick, f"tick of {symbol}")


def run(base_url: str, account: Keys, _other: Keys) -> int:
    """Listen; the number of checks that held, without a warning."""
    checks = Checks()
    with kept_warnings() as warned:
        asyncio.run(Listener(base_url, account, checks).listen(warned))
    return checks.count


if __name__ == "__main__":
    sys.exit(main("cryptofeed", run))
