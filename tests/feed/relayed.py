"""A venue that follows another one, told message by message as that one would send them."""

from __future__ import annotations

import json
from typing import Any, Final

from perpbox.account import AccountId, OrderType, PositionSide
from perpbox.engine.commands import OpenAccount, OpenVenue, PlaceOrder
from perpbox.engine.line import Line
from perpbox.engine.market import Market
from perpbox.engine.rejects import Rejected
from perpbox.engine.state import State
from perpbox.feed.clock import ManualClock
from perpbox.feed.relay.feed import RelayFeed
from perpbox.journal.journal import Head
from perpbox.journal.memory import MemoryJournal
from perpbox.money import Millis, parse, text_short
from perpbox.venue import Venue
from tests.worlds import CATALOGUE

NOON: Final[Millis] = 1_795_348_800_000
SECOND: Final[Millis] = 1000
HOUR: Final[Millis] = 3600 * SECOND


def book(bid: str, ask: str, symbol: str = "BTCUSDT") -> dict[str, Any]:
    return {"e": "bookTicker", "s": symbol, "b": bid, "B": "1", "a": ask, "A": "1", "u": 1}


def trade(
    side: str, quantity: str, price: str, symbol: str = "BTCUSDT", number: int = 1
) -> dict[str, Any]:
    maker_buys = side == "sell"
    return {"e": "aggTrade", "s": symbol, "a": number, "p": price, "q": quantity, "m": maker_buys}


def mark(
    price: str,
    index: str,
    *,
    rate: str = "",
    funding: Millis = 0,
    time: Millis = 0,
    symbol: str = "BTCUSDT",
) -> dict[str, Any]:
    row = {"e": "markPriceUpdate", "E": time, "s": symbol, "p": price, "i": index}
    return {**row, "r": rate, "T": funding}


def wrapped(data: object, stream: str = "stream") -> bytes:
    return json.dumps({"stream": stream, "data": data}).encode()


class Follower:
    """A venue on a clock that is moved by hand, and the lines since it has opened at noon."""

    def __init__(self, *, queued: bool = False) -> None:
        self.lines: list[Line] = []
        self.ends: list[Rejected | None] = []
        self.venue = Venue(
            State(CATALOGUE), 0, MemoryJournal(Head(b"", 0, created=0)), ManualClock(NOON)
        )
        self.venue.submit(OpenVenue())
        self.venue.listeners.append(self.lines.append)
        self.venue.on_feed_end = self.ends.append
        self.feed = RelayFeed(self.venue.state, CATALOGUE.symbols, queued=queued)
        self.venue.follow(self.feed)

    def hear(self, *told: object) -> None:
        """Messages arrive and wait."""
        for each in told:
            self.feed.hear(wrapped(each))

    def follow(self, *told: object) -> None:
        """Messages arrive, and are the market's next moment."""
        self.hear(*told)
        self.feed.ripen(self.venue.now())
        self.venue.do_due()

    def pass_time(self, span: Millis) -> None:
        self.venue.move_clock(self.venue.now() + span)

    def market(self, symbol: str = "BTCUSDT") -> Market:
        return self.venue.state.markets[symbol]

    def best(self, symbol: str = "BTCUSDT") -> tuple[str, str]:
        market = self.market(symbol)
        return text_short(market.best_price(1)), text_short(market.best_price(-1))

    def account(self) -> AccountId:
        opened = OpenAccount("alice", {"USDT": parse("1000000")})
        self.venue.submit(opened)
        return max(self.venue.state.accounts)

    def order(self, account_id: AccountId, side: int, quantity: str, price: str) -> None:
        self.venue.submit(
            PlaceOrder(
                account_id,
                "BTCUSDT",
                side,
                PositionSide.BOTH,
                OrderType.LIMIT,
                parse(quantity),
                parse(price),
            )
        )

    def held(self, account_id: AccountId) -> str:
        exposure = self.venue.state.accounts[account_id].exposures.get("BTCUSDT")
        return text_short(exposure.position(PositionSide.BOTH).quantity) if exposure else "0"

    def commands(self) -> list[str]:
        return [type(line.command).__name__ for line in self.lines]
