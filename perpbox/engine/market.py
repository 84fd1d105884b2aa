"""One symbol's market: its prices, the clients' book and the house's quotes around the mark."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import dropwhile, groupby, islice
from typing import Final

from msgspec import Struct

from perpbox.account import BUY, SELL, AccountId, Exposure, Side, WorkingType
from perpbox.book import Book
from perpbox.engine.ladder import BestQuotes, LadderTerms, ladder, lowest_quote, nearest_quote
from perpbox.engine.triggers import Triggers
from perpbox.instrument import Symbol
from perpbox.margin.funding import (
    HOUR,
    IMPACT_MARGIN,
    SAMPLE_SPAN,
    impact_price,
    next_boundary,
    premium_index,
    weights,
)
from perpbox.margin.holding import NOTHING_HELD
from perpbox.money import DECIMALS, Millis, Price, Quantity, Ratio, cut

WHOLE_BOOK: Final = 1_000
"""Levels of the deepest book that is told."""
AGGREGATE_SPAN: Final[Millis] = 100
"""Fills of one price and taking side within it are one aggregate trade."""


class FundingTerms(Struct, frozen=True, array_like=True):
    """How funding is made."""

    interval_hours: int
    interest_rate: Ratio
    """Of eight hours."""
    floor: Ratio
    cap: Ratio
    fixed_rate: Ratio | None = None
    """What is settled whatever the premium; None: the formula's rate."""


def terms_of(symbol: Symbol) -> FundingTerms:
    """As the catalogue has them."""
    cap = symbol.funding_rate_cap
    return FundingTerms(symbol.funding_interval_hours, symbol.interest_rate, -cap, cap)


class Premium(Struct, frozen=True, array_like=True):
    """The premium index over one funding interval, as the sum of its weighted samples.

    Samples are numbered by their time; what has not changed is not noted again.
    """

    origin: int
    """Number of the sample at which the interval began; its own are those after."""
    first: int
    """Number of the first sample that was taken."""
    since: int
    """The samples have been `value` from this one on."""
    value: Ratio = 0
    weighted: int = 0
    """Sum of the samples before, each times its place in the interval."""

    def moved(self, value: Ratio, since: int) -> Premium:
        """With another value from that sample on."""
        return Premium(self.origin, self.first, since, value, self._weighted(since - 1))

    def average(self, last: int) -> Ratio:
        """The average up to that sample, the k-th of the interval weighing k, cut."""
        whole = weights(self.first - self.origin, last - self.origin)
        return cut(self._weighted(last), whole) if whole else self.value

    def _weighted(self, last: int) -> int:
        run = weights(self.since - self.origin, last - self.origin)
        return self.weighted + self.value * run


class Aggregate(Struct, frozen=True, array_like=True):
    """The aggregate trade that a symbol's last trade is part of."""

    aggregate_id: int = 0
    """Counted from 1 in each symbol."""
    price: Price = 0
    taker_side: Side = 0
    span: int = 0
    """Which hundred milliseconds since 1970 it fills."""

    def number_with(self, price: Price, taker_side: Side, now: Millis) -> int:
        """Number of the aggregate that a trade of now is part of.

        [dec] It joins the last one if price and taking side are the same and its time lies in
        the same hundred milliseconds of the venue's clock, whatever turns they come from.
        """
        joins = (
            price == self.price
            and taker_side == self.taker_side
            and now // AGGREGATE_SPAN == self.span
        )
        return self.aggregate_id if joins else self.aggregate_id + 1


NO_AGGREGATE: Final = Aggregate()
"""Before the first trade; no trade joins it, since none has the price 0."""


class Market:
    """Prices, book and quotes of one symbol. The house never trades with itself."""

    __slots__ = (
        "_ladder",
        "_ladder_key",
        "aggregate",
        "basis",
        "best",
        "book",
        "by_formula",
        "changed",
        "funding",
        "holders",
        "holding",
        "holding_since",
        "house_quantity",
        "index",
        "ladder",
        "last_funding_rate",
        "last_price",
        "mark",
        "middle",
        "moved",
        "next_funding",
        "next_sample",
        "premium",
        "premium_seen",
        "price_unit",
        "quotes",
        "symbol",
        "traded",
        "triggers",
        "update_id",
    )

    def __init__(self, symbol: Symbol, mark: Price, index: Price, now: Millis = 0) -> None:
        self.symbol = symbol
        self.price_unit: Price = 10 ** (DECIMALS - symbol.price_precision)
        """The smallest step of a price at the symbol's precision."""
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
        self.changed = 0
        """When book, price or trades last changed, in ms."""
        self.aggregate = NO_AGGREGATE
        self.holders: dict[AccountId, Exposure] = {}
        """The accounts with a position; derived from their positions, in no special order."""
        self.holding = NOTHING_HELD
        """As it was last sampled."""
        self.holding_since = 0
        """Number of the sample from which on it was so."""
        self.triggers = Triggers()
        """The conditional orders that wait for its prices; derived."""
        self.by_formula = False
        """Whether the mark price follows the formula; else it is set."""
        self.basis: list[Price] = []
        """The latest samples of the basis, oldest first, while the formula holds."""
        self.next_sample: Millis = 0
        self.funding = terms_of(symbol)
        self.last_funding_rate: Ratio = 0
        """As settled."""
        self.next_funding: Millis = 0
        self.premium = Premium(0, 0, 0)
        self.premium_seen = -1
        """The `update_id` of the book that the premium was last taken of; derived."""
        self.begin_interval(now, 0)
        self.middle: Price = 0
        """Around which the ladder stands; 0: around the mark price."""
        self.best: BestQuotes | None = None
        """At which the ladder begins, where a feed knows them."""
        self.ladder = LadderTerms()
        self._ladder: dict[Side, list[tuple[Price, Quantity]]] = {}
        self._ladder_key: tuple[Price, LadderTerms, BestQuotes | None] = (0, self.ladder, None)

    def become(self, symbol: Symbol) -> None:
        """Other filters, brackets or another status; the precisions are the same."""
        self.symbol = symbol
        self._ladder_key = (0, self.ladder, None)

    def working_price(self, working_type: WorkingType) -> Price:
        """The price that a conditional order goes by: a mark price has the symbol's precision."""
        if working_type is WorkingType.CONTRACT_PRICE:
            return self.last_price
        return self.mark // self.price_unit * self.price_unit

    def begin_interval(self, now: Millis, premium: Ratio) -> None:
        """Count funding from now on; the premium is what it was."""
        hours = self.funding.interval_hours
        self.next_funding = next_boundary(now, hours)
        origin = (self.next_funding - hours * HOUR) // SAMPLE_SPAN
        first = now // SAMPLE_SPAN + 1
        self.premium = Premium(origin, first, first, premium)

    def impact_premium(self) -> Ratio:
        """The premium index of the book as it stands."""
        bid, ask = self.best_price(BUY), self.best_price(SELL)
        # Impact prices are no better than the best ones.
        if bid <= self.index <= (ask or self.index):
            return 0
        worth = IMPACT_MARGIN * self.symbol.max_leverage()
        bid, ask = (impact_price(self.offers(side), worth, self.index) for side in (BUY, SELL))
        return premium_index(self.index, bid, ask)

    def house_levels(self, side: Side) -> list[tuple[Price, Quantity]]:
        """The house's quotes on a side, best first, whether clients' orders cross them or not."""
        if self.quotes is not None:
            return self.quotes[side]
        key = (self.middle or self.mark, self.ladder, self.best)
        if self._ladder_key != key:
            self._ladder = {}
            self._ladder_key = key
        levels = self._ladder.get(side)
        if levels is None:
            levels = self._ladder[side] = list(ladder(self.symbol, key[0], side, *key[1:]))
        return levels

    def _house_offers(self, side: Side) -> Iterator[tuple[Price, Quantity]]:
        """The same one by one: a ladder is made only as far as somebody looks."""
        if self.quotes is not None:
            return iter(self.quotes[side])
        return ladder(self.symbol, self.middle or self.mark, side, self.ladder, self.best)

    def house_at(self, side: Side, price: Price) -> Quantity:
        """What the house quotes at exactly this price."""
        return next((q for level, q in self.house_levels(side) if level == price), 0)

    def house_best(self, side: Side) -> Price:
        """The house's best quote, crossed or not, 0 if there is none; it builds no ladder."""
        if self.quotes is not None:
            return self.quotes[side][0][0] if self.quotes[side] else 0
        if self.best is not None:
            return self.best.price(side)
        if not self.ladder.levels:
            return 0
        middle = self.middle or self.mark
        price = nearest_quote(self.symbol, middle, side, self.ladder.spread)
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
        if self.book.side(-side).keys:
            levels = self.shown_levels(side)
            house = levels[0][0] if levels else 0
        else:
            house = self.house_best(side)
        if not house:
            return client
        return house if not client or (house - client) * side > 0 else client

    def level_price(self, side: Side, rank: int) -> Price:
        """Price of the level of this rank, 1 for the best, clients and house together; 0: none."""
        levels = self.depth(side, rank)
        return levels[rank - 1][0] if len(levels) >= rank else 0

    def offers(self, side: Side) -> Iterator[tuple[Price, Quantity]]:
        """All of a side one by one, best first; clients and house at one price are two."""
        house, clients = self._house_offers(side), self.book.side(side)
        opposite = self.book.side(-side).best_price()
        if opposite:
            house = dropwhile(lambda level: (opposite - level[0]) * side <= 0, house)
        if not clients.keys:
            return house
        return merge(clients.depth(), house, key=lambda level: -side * level[0])

    def depth(self, side: Side, limit: int) -> list[tuple[Price, Quantity]]:
        """The best price levels of clients and house together."""
        if self.quotes is None and not self.book.side(side).keys:
            return self.shown_levels(side)[:limit]
        return list(islice(self.levels(side), limit))

    def levels(self, side: Side) -> Iterator[tuple[Price, Quantity]]:
        """All of them, best first, each made when it is asked for."""
        both = merge(
            self.shown_levels(side),
            self.book.side(side).depth(),
            key=lambda level: -side * level[0],
        )
        for price, same in groupby(both, key=lambda level: level[0]):
            yield price, sum(quantity for _, quantity in same)
