"""Books as streams: the best levels as they stand, and what has changed of the whole book."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from perpbox.account import BUY, SELL, Side
from perpbox.api.shapes import pushes as shapes
from perpbox.api.streams.sources import Looking, Typed
from perpbox.engine.market import WHOLE_BOOK, Market
from perpbox.money import Millis, Price, Quantity

Levels: TypeAlias = dict[Price, Quantity]
SIDES: Final = (BUY, SELL)


class DiffDepth(Looking):
    """What has changed of the book since the last message, as absolute quantities.

    What is kept up to date is the thousand best levels a side, all that REST shows: a level
    that falls out of them is told as gone. Message and snapshot number what they tell as
    `shapes.market.told_update` and `snapshot_update` say, so that the published procedure finds
    its first message wherever the snapshot was taken.
    """

    def __init__(self, market: Market, speed: Millis, typed: Typed) -> None:
        super().__init__(speed)
        self._market = market
        self._typed = typed
        self._update_id = market.update_id
        self._levels = self._now()

    def flush(self, now: Millis, /) -> list[bytes]:
        market = self._market
        if market.update_id == self._update_id:
            return []
        levels = self._now()
        bids, asks = (changes(self._levels[side], levels[side], side) for side in SIDES)
        if not bids and not asks:
            return []
        before, self._update_id, self._levels = self._update_id, market.update_id, levels
        row = shapes.depth_update(market, now, before, bids, asks)
        return [msgspec.json.encode(self._typed(row))]

    def _now(self) -> dict[Side, Levels]:
        return {side: dict(self._market.depth(side, WHOLE_BOOK)) for side in SIDES}


def changes(before: Levels, after: Levels, side: Side) -> list[tuple[Price, Quantity]]:
    """Levels that are new, other or gone (with a quantity of 0), the best first."""
    changed = {price: q for price, q in after.items() if before.get(price) != q}
    changed.update(dict.fromkeys(before.keys() - after.keys(), 0))
    return sorted(changed.items(), key=lambda level: -side * level[0])


class PartialDepth(Looking):
    """The best levels, again whenever one of them has changed."""

    def __init__(self, market: Market, speed: Millis, levels: int, typed: Typed) -> None:
        super().__init__(speed)
        self._market = market
        self._count = levels
        self._typed = typed
        self._update_id = market.update_id
        self._before = max(0, market.update_id - 1)
        self._levels: object = self._now()

    def greeting(self, now: Millis, /) -> list[bytes]:
        """[dec] A quiet market would let a client wait for ever for its first message."""
        bids, asks = self._now()
        row = shapes.depth_update(self._market, now, self._before, bids, asks)
        return [msgspec.json.encode(self._typed(row))]

    def flush(self, now: Millis, /) -> list[bytes]:
        if self._market.update_id == self._update_id:
            return []
        before, self._update_id = self._update_id, self._market.update_id
        levels = self._now()
        if levels == self._levels:
            return []
        self._levels, self._before = levels, before
        bids, asks = levels
        row = shapes.depth_update(self._market, now, before, bids, asks)
        return [msgspec.json.encode(self._typed(row))]

    def _now(self) -> tuple[list[tuple[Price, Quantity]], list[tuple[Price, Quantity]]]:
        market, count = self._market, self._count
        return market.depth(BUY, count), market.depth(SELL, count)
