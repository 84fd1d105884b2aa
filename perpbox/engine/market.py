"""One symbol's market: its prices, the clients' book and the house's quotes around the mark."""

from __future__ import annotations

from heapq import merge
from typing import Final

from perpbox.account import Side
from perpbox.book import Book
from perpbox.instrument import Symbol
from perpbox.money import SCALE, SQUARE, Price, Quantity

LADDER_LEVELS: Final = 20
LADDER_STEP: Final = 10_000
"""Distance between two levels, as a ratio of the mark price: 0.01 %."""
LADDER_NOTIONAL: Final = 50_000 * SQUARE
"""Worth of the first level in quote units; level k holds k times as much."""


class Market:
    """Prices, book and quotes of one symbol. The house never trades with itself."""

    __slots__ = (
        "_ladder",
        "_ladder_mark",
        "book",
        "house_quantity",
        "index",
        "last_price",
        "mark",
        "moved",
        "quotes",
        "symbol",
        "traded",
        "update_id",
    )

    def __init__(self, symbol: Symbol, mark: Price, index: Price) -> None:
        self.symbol = symbol
        self.mark = mark
        self.index = index
        self.last_price = mark
        self.book = Book()
        self.house_quantity: Quantity = 0
        """The house's position, signed: minus the sum of all clients'."""
        self.quotes: dict[Side, list[tuple[Price, Quantity]]] | None = None
        """An operator's quotes, best first; None while the ladder stands."""
        self.update_id = 0
        self.moved = 0
        """When the mark price last moved, in ms."""
        self.traded = 0
        """When the last trade was, in ms."""
        self._ladder: dict[Side, list[tuple[Price, Quantity]]] = {}
        self._ladder_mark: Price = 0

    def house_levels(self, side: Side) -> list[tuple[Price, Quantity]]:
        """The house's quotes on a side, best first, whether clients' orders cross them or not."""
        if self.quotes is not None:
            return self.quotes[side]
        if self._ladder_mark != self.mark:
            self._ladder = {}
            self._ladder_mark = self.mark
        levels = self._ladder.get(side)
        if levels is None:
            levels = self._ladder[side] = ladder(self.symbol, self.mark, side)
        return levels

    def house_best(self, side: Side) -> Price:
        """The house's best quote, crossed or not, 0 if there is none; it builds no ladder."""
        if self.quotes is not None:
            return self.quotes[side][0][0] if self.quotes[side] else 0
        price = nearest_quote(self.symbol, self.mark, side)
        return 0 if price < lowest_quote(self.symbol) else price

    def shown_levels(self, side: Side) -> list[tuple[Price, Quantity]]:
        """The house's quotes that the best opposite client order does not cross.

        A quote that would cross has already traded as much as it holds; it is hidden until the
        client's order is gone or the price moves, so that the book is never crossed.
        """
        levels = self.house_levels(side)
        opposite = self.book.side(-side).best_price()
        if not opposite:
            return levels
        # Those that cross stand at the front.
        hidden = 0
        for level in levels:
            if (opposite - level[0]) * side > 0:
                break
            hidden += 1
        return levels[hidden:] if hidden else levels

    def best_price(self, side: Side) -> Price:
        """Best quote of clients and house on a side, 0 if there is none."""
        client = self.book.side(side).best_price()
        levels = self.shown_levels(side)
        if not levels:
            return client
        house = levels[0][0]
        return house if not client or (house - client) * side > 0 else client

    def level_price(self, side: Side, rank: int) -> Price:
        """Price of the level of this rank, 1 for the best, clients and house together; 0: none."""
        levels = self.depth(side, rank)
        return levels[rank - 1][0] if len(levels) >= rank else 0

    def depth(self, side: Side, limit: int) -> list[tuple[Price, Quantity]]:
        """The best price levels of clients and house together."""
        levels: dict[Price, Quantity] = {}
        both = merge(
            self.shown_levels(side),
            self.book.side(side).depth(),
            key=lambda level: -side * level[0],
        )
        for price, quantity in both:
            if price not in levels and len(levels) == limit:
                break
            levels[price] = levels.get(price, 0) + quantity
        return list(levels.items())


def nearest_quote(symbol: Symbol, mark: Price, side: Side) -> Price:
    """The first price of a ladder: one tick beyond the mark price, on the grid."""
    tick = symbol.tick_size
    return side * (side * mark // tick) * tick - side * tick


def lowest_quote(symbol: Symbol) -> Price:
    """Below it the house does not quote."""
    return max(symbol.min_price, symbol.tick_size)


def ladder(symbol: Symbol, mark: Price, side: Side) -> list[tuple[Price, Quantity]]:
    """The house's quotes around a mark price, best first.

    The first level stands one tick beyond the mark, the others 0.01 % (at least a tick) apart;
    a level is worth 50 000 quote units times its rank, and at least the smallest order.
    """
    tick = symbol.tick_size
    gap = max(1, mark * LADDER_STEP // SCALE // tick) * tick
    first = nearest_quote(symbol, mark, side)
    lowest = lowest_quote(symbol)
    levels = []
    for rank in range(LADDER_LEVELS):
        price = first - side * rank * gap
        if price < lowest:
            break
        worth = LADDER_NOTIONAL * (rank + 1)
        quantity = max(worth // price // symbol.step_size, 1) * symbol.step_size
        levels.append((price, max(quantity, symbol.min_quantity)))
    return levels
