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
        self._levels = self._now()
        """When it was last looked at."""
        self._changed: dict[Side, set[Price]] = {side: set() for side in SIDES}
        """Where something has changed since the last message, as far as it was looked at."""

    def look(self) -> None:
        if self._looked == self._market.update_id:
            return
        self._looked = self._market.update_id
        before, self._levels = self._levels, self._now()
        for side in SIDES:
            self._changed[side].update(differing(before[side], self._levels[side]))

    def flush(self, now: Millis, /) -> list[bytes]:
        self.look()
        if not any(self._changed.values()):
            return []
        before, self._told = self._told, self._looked
        bids, asks = (self._take(side) for side in SIDES)
        row = shapes.depth_update(self._market, now, before, bids, asks)
        return [msgspec.json.encode(self._typed(row))]

    def _take(self, side: Side) -> list[Level]:
        """What has changed, the best first; 0 where nothing is left."""
        changed, levels = self._changed[side], self._levels[side]
        taken = sorted(((price, levels.get(price, 0)) for price in changed), reverse=side == BUY)
        changed.clear()
        return taken

    def _now(self) -> dict[Side, dict[Price, Quantity]]:
        return {side: dict(self._market.depth(side, WHOLE_BOOK)) for side in SIDES}


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
