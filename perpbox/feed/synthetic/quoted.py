"""One symbol of the synthetic market: index price, middle, mark price and the trades of others."""

from __future__ import annotations

from typing import Final

from perpbox.account import BUY, SELL, Side
from perpbox.engine.commands import MarketMove
from perpbox.engine.ladder import LadderTerms, lowest_quote, nearest_quote
from perpbox.engine.market import Market
from perpbox.feed.synthetic.dice import BITS, NORMAL_BITS, ONE, Dice, chance_of_none
from perpbox.feed.synthetic.liquidity import Tier, ladder_of, tier_of
from perpbox.feed.synthetic.terms import SyntheticTerms
from perpbox.feed.synthetic.walk import Walk
from perpbox.feed.synthetic.weather import MINUTE, PREMIUM_SPAN, REGIMES, SECOND, Weather
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Millis, Price, Quantity

BASIS_POINT: Final = ONE // 10_000
MOST_PREMIUM: Final = 40 * BASIS_POINT
"""No middle, and so no mark price, is further away from the index price."""
MEAN_PREMIUM: Final = BASIS_POINT
SHARED: Final = 46_341
"""Root of a half, at 16 bits: half of a premium's variance is all symbols'."""
QUICK: Final = BASIS_POINT // 4
"""Deviation of what a premium is off from one moment to the next."""
SMOOTH_SPAN: Final[Millis] = 150 * SECOND
"""Over which the mark price's premium follows the middle's."""
APART: Final = BASIS_POINT
"""Deviation between two symbols of one base asset."""
APART_SPAN: Final[Millis] = 10 * MINUTE
"""In which they come together again."""
LEAN: Final = 13_000
"""Of 65 536: so much more or less than a half of the trades go with a move."""
DOUBLINGS: Final = 2 << NORMAL_BITS
"""Two trades in three are between a quarter of the median and four times it."""
MOST_TRADES: Final = 16
"""Of a symbol in one step, on the average."""


class Quoted:
    """Takes up what it finds in the market: prices that an operator has set are gone on from."""

    __slots__ = (
        "_apart",
        "_dice",
        "_ladders",
        "_no_trade",
        "_now",
        "_own_deviation",
        "_own_premium",
        "_shared_deviation",
        "_smooth",
        "_told",
        "_weather",
        "leads",
        "symbol",
        "tier",
        "walk",
    )

    def __init__(self, symbol: Symbol, walk: Walk, *, leads: bool, terms: SyntheticTerms) -> None:
        self.symbol = symbol
        self.tier: Tier = tier_of(symbol)
        self.leads = leads
        """Whether it is the first symbol of its base asset, which the others follow."""
        self._ladders = tuple(ladder_of(self.tier, terms, regime) for regime in REGIMES)
        self.walk = walk
        self._weather: Weather = walk.weather
        self._dice: Dice = walk.dice
        self._now = walk.weather.now
        deviation = self.tier.premium * terms.premium * ONE // (SCALE * SCALE)
        self._own_deviation = deviation * SHARED >> NORMAL_BITS
        self._own_premium = self._smooth = self._apart = 0
        self._told: tuple[Price, Price] = (0, 0)
        self._no_trade: tuple[int, ...] = ()

    @property
    def trades(self) -> int:
        """Its share of all trades, against those of the others."""
        return self.tier.trades * (2 if self.leads else 1)

    def trade_so_often(self, rate: int) -> None:
        """So many trades in each step in which it moves, on the average, at 1e-8."""
        self._no_trade = tuple(
            chance_of_none(min(rate * regime.trades, MOST_TRADES * 100 * SCALE), 100 * SCALE)
            for regime in REGIMES
        )

    @property
    def ladder(self) -> LadderTerms:
        """What the house quotes in the regime of now."""
        return self._ladders[self._weather.regime]

    def look(self, market: Market) -> None:
        """Go on from prices that are not those told last."""
        if (market.index, market.middle) == self._told:
            return
        index = market.index
        if self.leads:
            self.walk.price = index << BITS
        else:
            self._apart = (index << 2 * BITS) // self.walk.price - ONE
        premium = within((market.middle or market.mark) * ONE // index - ONE)
        self._own_premium = premium - self._shared_premium()
        self._smooth = within(market.mark * ONE // index - ONE)

    def _shared_premium(self) -> int:
        return MEAN_PREMIUM + (self._weather.premium * self._own_deviation >> BITS)

    def move(self, market: Market, bulk: int) -> MarketMove | None:
        """What happens in it by the weather's moment; None if nothing does."""
        self.look(market)
        symbol = self.symbol
        index, premium = self._wander()
        middle = self._on_grid(index * (ONE + premium) >> BITS)
        mark = index * (ONE + self._smooth) >> BITS
        mark = max(1, min(mark, symbol.max_price or mark))
        before, self._told = self._told, (index, middle)
        prints = self._prints(before[1], middle, bulk)
        if not prints and (mark, index, middle) == (market.mark, market.index, market.middle):
            return None
        return MarketMove(symbol.name, mark, index, middle, prints)

    def _wander(self) -> tuple[Price, int]:
        """The next index price, and how far the middle is from it."""
        dice, now = self._dice, self._weather.now
        span, self._now = now - self._now, now
        self.walk.move_on()
        if not self.leads:
            self._apart = dice.back_home(self._apart, span, APART_SPAN, APART)
        deviation = self._own_deviation
        self._own_premium = dice.back_home(self._own_premium, span, PREMIUM_SPAN, deviation)
        quick = dice.normal() * QUICK >> NORMAL_BITS
        premium = within(self._own_premium + self._shared_premium() + quick)
        self._smooth += (premium - self._smooth) * min(span, SMOOTH_SPAN) // SMOOTH_SPAN
        return max(1, self.walk.price * (ONE + self._apart) >> 2 * BITS), premium

    def _on_grid(self, middle: Price) -> Price:
        """Halfway between two prices of the grid, so that a spread can be a single tick."""
        tick = self.symbol.tick_size
        lowest = lowest_quote(self.symbol) // tick + 1
        highest = (self.symbol.max_price or middle + tick) // tick - 1
        return max(lowest, min(middle // tick, highest)) * tick + tick // 2

    # Trades of others.

    def _prints(
        self, before: Price, middle: Price, bulk: int
    ) -> list[tuple[Side, Price, Quantity]]:
        """At the best quotes around the new middle, more of them in the direction of the move."""
        count = self._dice.count(self._no_trade[self._weather.regime])
        if not count:
            return []
        bits = self._dice.bits
        buys = 0x8000 + (LEAN if middle > before else -LEAN if middle < before else 0)
        sides = (BUY if bits(16) < buys else SELL for _ in range(count))
        return [self._print(side, middle, bulk) for side in sides]

    def _print(self, side: Side, middle: Price, bulk: int) -> tuple[Side, Price, Quantity]:
        """A trade of no more than the best quote holds; a longer step's is so much larger."""
        symbol, ladder = self.symbol, self.ladder
        price = nearest_quote(symbol, middle, -side, ladder.spread)
        price = max(lowest_quote(symbol), min(price, symbol.max_price or price))
        worth = self._dice.spread_out(self.tier.worth * SCALE, DOUBLINGS)
        worth = max(min(worth, ladder.notional * SCALE), symbol.min_notional)
        quantity = (worth * SCALE // price // symbol.step_size + 1) * symbol.step_size
        return side, price, max(quantity, symbol.min_quantity) * bulk


def within(premium: int) -> int:
    return max(-MOST_PREMIUM, min(premium, MOST_PREMIUM))
