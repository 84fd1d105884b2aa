"""One symbol as another venue tells it, put into this venue's own terms."""

from __future__ import annotations

from collections import deque
from typing import Final, TypeAlias

from perpbox.account import BUY, SELL, Side
from perpbox.feed.relay.funding import ToldFunding, is_rate
from perpbox.feed.relay.messages import AggregateTrade, BookTicker, MarkPrice
from perpbox.feed.relay.quotes import Quotes, quotes_on_grid
from perpbox.instrument import Symbol
from perpbox.money import Millis, Price, Quantity, cut, parse, round_up

MOST_PRINTS: Final = 2_000
"""Trades of a symbol that wait for the venue."""
LARGEST: Final = 2**62
"""No price and no quantity is beyond it; the journal writes what a machine word holds."""

Print: TypeAlias = tuple[Side, Price, Quantity]


class Impossible(ValueError):
    """A figure that this venue cannot have."""


class Mirror:
    """What has been told of a symbol: the latest quotes and prices, and the trades that wait."""

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol
        self.quotes: Quotes | None = None
        self.mark: Price = 0
        self.index: Price = 0
        """0, as the mark price: not told yet."""
        self.funding: ToldFunding | None = None
        self.funding_taken: Millis = 0
        self.last: Price = 0
        """A last price without a trade; 0: none waits."""
        self.prints: deque[Print] = deque()
        self.dropped = 0
        """Trades that the venue has not had the time for."""
        self.missed = 0
        """Aggregates whose numbers were passed over."""
        self.silence = 0
        """Beats since something was heard of it."""
        self.is_silent = False
        self._aggregate_id = 0

    def note_book(self, told: BookTicker) -> None:
        """Only the latest quotes count. Where a side is empty the last ones stay."""
        self.silence = 0
        bid, ask = parse(told.bid), parse(told.ask)
        if not bid or not ask:
            return
        quotes = quotes_on_grid(self.symbol, self._price(bid), self._price(ask))
        if quotes is None:
            raise Impossible(self.symbol.name)
        self._price(quotes.ask)
        self.quotes = quotes

    def note_mark(self, told: MarkPrice) -> None:
        self.silence = 0
        mark, index = self._price(parse(told.mark)), parse(told.index)
        if not 0 < index <= LARGEST:
            raise Impossible(self.symbol.name)
        funding = None
        if told.rate:
            funding = ToldFunding(parse(told.rate), told.next_funding, told.time)
            if not is_rate(funding.rate):
                raise Impossible(self.symbol.name)
        self.mark, self.index, self.funding = mark, index, funding

    def note_last(self, price: Price) -> None:
        """The last price, before there is a trade."""
        self.last = self._price(price)

    def note_trade(self, told: AggregateTrade) -> None:
        """A trade waits to be printed; at the same price and side as the one before, with it.

        [dec] What does not lie on the grids here reaches less far: a buy goes down to the tick, a
        sell up, and a quantity is cut to whole steps. Of trades that the venue has no time for
        the oldest are dropped, and counted.
        """
        self.silence = 0
        side: Side = SELL if told.buyer_is_maker else BUY
        tick, step = self.symbol.tick_size, self.symbol.step_size
        exact = self._price(parse(told.price))
        price = (cut(exact, tick) if side == BUY else round_up(exact, tick)) * tick
        quantity = cut(parse(told.quantity), step) * step
        self._number(told.aggregate_id)
        if not 0 < quantity <= LARGEST:
            raise Impossible(self.symbol.name)
        self._print(side, self._price(price), quantity)
        self.last = 0

    def _print(self, side: Side, price: Price, quantity: Quantity) -> None:
        prints = self.prints
        if prints and prints[-1][:2] == (side, price):
            quantity += prints.pop()[2]
        elif len(prints) == MOST_PRINTS:
            prints.popleft()
            self.dropped += 1
        prints.append((side, price, min(quantity, LARGEST)))

    def _number(self, aggregate_id: int) -> None:
        """A venue that has begun anew counts from one again."""
        if 0 < self._aggregate_id < aggregate_id:
            self.missed += aggregate_id - self._aggregate_id - 1
        self._aggregate_id = aggregate_id

    def _price(self, price: Price) -> Price:
        """No higher than PRICE_FILTER's maxPrice; zero is no bound."""
        if not 0 < price <= (self.symbol.max_price or LARGEST):
            raise Impossible(self.symbol.name)
        return price
