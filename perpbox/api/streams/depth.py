"""Books as streams: the best levels as they stand, and what has changed of the whole book."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from perpbox.account import BUY, SELL, Side
from perpbox.api.shapes import pushes as shapes
from perpbox.api.streams.sources import Quiet, Typed
from perpbox.engine.market import WHOLE_BOOK, Market
from perpbox.money import Millis, Price, Quantity

Level: TypeAlias = tuple[Price, Quantity]
SIDES: Final = (BUY, SELL)


class DiffDepth(Quiet):
    """What has changed of the book since the last message, as absolute quantities.

    What is kept up to date is the thousand best levels a side, all that REST shows: a level
    that falls out of them is told as gone. Message and snapshot number what they tell as
    `shapes.market.told_update` and `snapshot_update` say, so that the published procedure finds
    its first message wherever the snapshot was taken. A snapshot may have shown what was gone
    again when the next message was due: it is told all the same.
    """

    def __init__(self, market: Market, speed: Millis, typed: Typed) -> None:
        super().__init__(speed, market.symbol.name)
        self._market = market
        self._typed = typed
        self._told = self._looked = market.update_id
        self._sides = [BookSide(market, side) for side in SIDES]

    def look(self) -> None:
        if self._looked != self._market.update_id:
            self._looked = self._market.update_id
            for side in self._sides:
                side.look()

    def flush(self, now: Millis, /) -> list[bytes]:
        self.look()
        if not any(side.changed for side in self._sides):
            return []
        before, self._told = self._told, self._looked
        bids, asks = (side.take() for side in self._sides)
        row = shapes.depth_update(self._market, now, before, bids, asks)
        return [msgspec.json.encode(self._typed(row))]


class BookSide:
    """One side of a book when it was last looked at, and where it has changed since it was told.

    While the same ladder stands, as it does in most turns, clients' levels are all that is
    looked at.
    """

    __slots__ = ("_clients", "_house", "_levels", "_market", "_shown", "_side", "changed")

    def __init__(self, market: Market, side: Side) -> None:
        self._market = market
        self._side = side
        self.changed: set[Price] = set()
        """As far as it was looked at."""
        self._clients: dict[Price, Quantity] = {}
        self._shown: list[Level] | None = None
        """The house's levels, if the ladder stands and all of the book is shown."""
        self._house: dict[Price, Quantity] = {}
        """Likewise."""
        self._levels: dict[Price, Quantity] = {}
        self.look()
        self.changed.clear()

    def look(self) -> None:
        market = self._market
        shown = market.shown_levels(self._side)
        before, self._clients = self._clients, dict(market.book.side(self._side).depth())
        whole = len(shown) + len(self._clients) <= WHOLE_BOOK
        if whole and shown is self._shown:
            for price in differing(before, self._clients):
                self._levels[price] = self._house.get(price, 0) + self._clients.get(price, 0)
                self.changed.add(price)
            return
        levels = dict(market.depth(self._side, WHOLE_BOOK))
        self.changed |= differing(self._levels, levels)
        self._levels = levels
        self._shown = shown if whole and market.quotes is None else None
        self._house = dict(shown) if self._shown is not None else {}

    def take(self) -> list[Level]:
        """What has changed, the best first; 0 where nothing is left."""
        levels = self._levels
        taken = sorted(
            ((price, levels.get(price, 0)) for price in self.changed), reverse=self._side == BUY
        )
        for price, quantity in taken:
            if not quantity:
                levels.pop(price, None)
        self.changed.clear()
        return taken


def differing(one: dict[Price, Quantity], other: dict[Price, Quantity]) -> set[Price]:
    """Prices at which there is not the same quantity."""
    return {price for price, _ in one.items() ^ other.items()}


class PartialDepth(Quiet):
    """The best levels, again whenever one of them has changed."""

    def __init__(self, market: Market, speed: Millis, levels: int, typed: Typed) -> None:
        super().__init__(speed, market.symbol.name)
        self._market = market
        self._count = levels
        self._typed = typed
        self._looked = market.update_id
        self._told = max(0, market.update_id - 1)
        self._levels = self._now()
        self._row: shapes.Row = {}
        """The last message."""

    def greeting(self, now: Millis, /) -> list[bytes]:
        """[dec] A quiet market would let a client wait for ever for its first message.

        It is the stream's last message once more, so that the next one follows it for all.
        """
        row = self._row or self._next(now)
        return [msgspec.json.encode({**row, "E": now})]

    def flush(self, now: Millis, /) -> list[bytes]:
        if self._market.update_id == self._looked:
            return []
        self._looked = self._market.update_id
        levels = self._now()
        if levels == self._levels:
            return []
        self._levels = levels
        return [msgspec.json.encode(self._next(now))]

    def _next(self, now: Millis) -> shapes.Row:
        before, self._told = self._told, self._looked
        bids, asks = self._levels
        self._row = self._typed(shapes.depth_update(self._market, now, before, bids, asks))
        return self._row

    def _now(self) -> tuple[list[Level], list[Level]]:
        return best(self._market, self._count)


def best(market: Market, count: int = 1) -> tuple[list[Level], list[Level]]:
    """The first bids and asks."""
    return market.depth(BUY, count), market.depth(SELL, count)
