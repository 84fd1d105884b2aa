"""A local order book, kept as the page on how to do that says, and strict at each of its steps."""

from __future__ import annotations

from typing import Any, TypeAlias

from perpbox.account import BUY, SELL
from perpbox.api.shapes.market import told_update
from perpbox.engine.market import WHOLE_BOOK, Market
from perpbox.money import text_at
from tests.api.exchange import Exchange

Sides: TypeAlias = tuple[dict[str, str], dict[str, str]]
"""Quantity by price, as texts: bids and asks."""


class OutOfStep(AssertionError):
    """The procedure says to begin again with step 3, and nothing was lost."""


class LocalBook:
    """Steps 4 to 9, for a snapshot and the events of one stream from before it on."""

    def __init__(self, snapshot: Any, buffered: list[Any]) -> None:
        self.last_update_id: int = snapshot["lastUpdateId"]
        self.sides: Sides = (dict(snapshot["bids"]), dict(snapshot["asks"]))
        self._previous: int | None = None
        for event in buffered:
            self.take(event)

    def take(self, event: Any) -> None:
        if self._previous is None:
            if event["u"] < self.last_update_id:
                return  # step 4
            if not event["U"] <= self.last_update_id <= event["u"]:
                raise OutOfStep(event["U"], self.last_update_id, event["u"])  # step 5
        elif event["pu"] != self._previous:
            raise OutOfStep(event["pu"], self._previous)  # step 6
        self._previous = event["u"]
        for levels, changes in zip(self.sides, (event["b"], event["a"]), strict=True):
            for price, quantity in changes:
                if float(quantity) == 0:
                    levels.pop(price, None)  # steps 8 and 9
                else:
                    levels[price] = quantity  # step 7


def standing(market: Market) -> tuple[int, Sides]:
    """The book as it stands, and the number of the message that tells it; no snapshot is taken."""
    symbol = market.symbol
    bids, asks = (
        {
            text_at(price, symbol.price_precision): text_at(quantity, symbol.quantity_precision)
            for price, quantity in market.depth(side, WHOLE_BOOK)
        }
        for side in (BUY, SELL)
    )
    return told_update(market.update_id), (bids, asks)


def snapshot(exchange: Exchange, symbol: str, limit: int = WHOLE_BOOK) -> Any:
    return exchange.get("/fapi/v1/depth", f"symbol={symbol}&limit={limit}")


def best(sides: Sides, count: int) -> list[list[list[str]]]:
    """The first levels of both sides, as partial books list them."""
    return [[list(level) for level in list(side.items())[:count]] for side in sides]
