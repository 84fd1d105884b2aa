"""Small dumps made by hand, a venue that replays them, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from perpbox.engine.commands import Command, OpenVenue
from perpbox.engine.events import Event, Traded
from perpbox.engine.line import Line
from perpbox.engine.rejects import Rejected
from perpbox.engine.state import State
from perpbox.feed.clock import ManualClock
from perpbox.feed.recorded import RecordedFeed, RecordedTerms, open_recorded
from perpbox.journal.journal import Head
from perpbox.journal.memory import MemoryJournal
from perpbox.money import Millis, text_short
from perpbox.venue import Venue
from tests.worlds import CATALOGUE

START: Final[Millis] = 1_704_067_200_000
"""2024-01-01, midnight."""
MINUTE: Final[Millis] = 60_000
HOUR: Final[Millis] = 60 * MINUTE
DAY: Final[Millis] = 24 * HOUR

AGG_TRADES: Final = (
    "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
)
TRADES: Final = "id,price,qty,quote_qty,time,is_buyer_maker"
BOOK_TICKER: Final = (
    "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time"
)
KLINES: Final = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    "taker_buy_quote_volume,ignore"
)
FUNDING: Final = "calc_time,funding_interval_hours,last_funding_rate"


def write(path: Path, *lines: str) -> Path:
    """A dump of these lines; zipped if its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in lines)
    if path.suffix == ".zip":
        with ZipFile(path, "w", ZIP_DEFLATED) as packed:
            packed.writestr(path.with_suffix(".csv").name, text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def agg_trade(number: int, at: Millis, side: str, quantity: str, price: str) -> str:
    """A row; times count from the start."""
    maker = "true" if side == "sells" else "false"
    return f"{number},{price},{quantity},{number},{number},{START + at},{maker}"


def kline(at: Millis, prices: str, volume: str = "10", *, count: int = 9, bought: str = "4") -> str:
    """A row of one minute; prices are open, high, low and close."""
    opened, high, low, closed = prices.split()
    cells = (START + at, opened, high, low, closed, volume, START + at + MINUTE - 1)
    return ",".join(map(str, (*cells, "0", count, bought, "0", "0")))


class Stage:
    """A venue that opens where the recording begins and follows it."""

    def __init__(
        self, paths: Iterable[Path], terms: RecordedTerms | None = None, after: Millis = 0
    ) -> None:
        self.feed: RecordedFeed = open_recorded(paths, CATALOGUE, terms, after=after)
        self.journal = MemoryJournal(Head(b"", 0, created=0))
        start = max(after, self.feed.first_time)
        self.venue = Venue(State(CATALOGUE), 0, self.journal, ManualClock(start))
        self.venue.submit(OpenVenue())
        self.lines: list[Line] = []
        self.venue.listeners.append(self.lines.append)
        self.ends: list[Rejected | None] = []
        self.venue.on_feed_end = self.ends.append
        self.venue.follow(self.feed)

    def run(self, until: Millis | None = None) -> None:
        """Until so long after the start of 2024, or to the end."""
        self.venue.move_clock(self.feed.last_time if until is None else START + until)
        if until is None:
            assert self.ends == [None]

    def events(self, kind: type[Event], symbol: str = "") -> list[tuple[Millis, Event]]:
        """Such events, each with its time from the start of 2024."""
        return [
            (line.time - START, event)
            for line in self.lines
            for event in line.events
            if type(event) is kind and symbol in {"", getattr(event, "symbol", "")}
        ]

    def commands(self, kind: type[Command]) -> list[tuple[Millis, Command]]:
        return [
            (line.time - START, line.command) for line in self.lines if type(line.command) is kind
        ]

    def trades(self, symbol: str = "BTCUSDT") -> list[tuple[Millis, str, str, str]]:
        """When, which way, how much and at which price."""
        return [
            (time, "buys" if e.taker_side > 0 else "sells", *map(text_short, (e.quantity, e.price)))
            for time, e in self.events(Traded, symbol)
            if isinstance(e, Traded)
        ]
