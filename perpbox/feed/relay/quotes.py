"""The middle and the spread that make the house quote what another venue quotes best."""

from __future__ import annotations

from msgspec import Struct

from perpbox.account import BUY, SELL
from perpbox.engine.ladder import lowest_quote, nearest_quote
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Price, Ratio, cut, round_up


class Quotes(Struct, frozen=True, gc=False):
    """A best bid and ask on the symbol's own grid of prices."""

    bid: Price
    ask: Price

    @property
    def middle(self) -> Price:
        return cut(self.bid + self.ask, 2)

    @property
    def width(self) -> Price:
        return self.ask - self.bid


def quotes_on_grid(symbol: Symbol, bid: Price, ask: Price) -> Quotes | None:
    """[dec] Where the tick here is coarser, the bid goes down to it and the ask up.

    None where no ladder could have such quotes.
    """
    tick = symbol.tick_size
    quotes = Quotes(cut(bid, tick) * tick, round_up(ask, tick) * tick)
    return quotes if lowest_quote(symbol) <= quotes.bid and bid < ask else None


def quotes_with(symbol: Symbol, middle: Price, spread: Ratio) -> Quotes:
    """What a ladder of that spread quotes best."""
    bid, ask = (nearest_quote(symbol, middle, side, spread) for side in (BUY, SELL))
    return Quotes(bid, ask)


def spread_of(symbol: Symbol, quotes: Quotes, present: Ratio) -> Ratio:
    """The spread with which a ladder around the middle quotes just these; the present one will do
    where it does.
    """
    if present and quotes_with(symbol, quotes.middle, present) == quotes:
        return present
    # Half of it may lie anywhere within a tick: in the middle of that it lasts longest.
    whole = max(0, quotes.width - symbol.tick_size)
    return min(SCALE, max(1, cut(whole * SCALE, quotes.middle)))
