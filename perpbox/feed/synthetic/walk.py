"""The price of one base asset, which all its symbols follow."""

from __future__ import annotations

from math import isqrt
from typing import Final

from perpbox.feed.synthetic.dice import BITS, NORMAL_BITS, ONE, Dice
from perpbox.feed.synthetic.liquidity import daily_of, group_of
from perpbox.feed.synthetic.terms import SyntheticTerms
from perpbox.feed.synthetic.weather import DAY, Weather
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Millis, Ratio

JUMP_SPAN: Final[Millis] = 4 * DAY
"""A base asset leaps by itself once in it on the average."""
JUMP: Final = ONE // 2
"""Deviation of such a leap, in those of a day."""
HOME_SPAN: Final[Millis] = 90 * DAY
"""In which a price comes back from far away, but for what it wanders meanwhile."""
GROUP_SHARE: Final[Ratio] = 30_000_000
"""Of the variance that is not the whole market's."""
MARGIN: Final = 20
"""A price keeps a twentieth away from the symbol's bounds."""


class Walk:
    """A price with 32 more bits than prices have, so that small moves of small prices count."""

    __slots__ = (
        "_bounds",
        "_daily",
        "_group",
        "_home",
        "_jumps",
        "_now",
        "_seen_group",
        "_seen_market",
        "_weights",
        "dice",
        "price",
        "weather",
    )

    def __init__(
        self, symbol: Symbol, leader: str, terms: SyntheticTerms, weather: Weather, dice: Dice
    ) -> None:
        self.dice = dice
        self.weather = weather
        self._group = group_of(symbol).value
        self._daily = daily_of(symbol, leader) * terms.volatility // SCALE
        self._weights = weights(terms.correlation, leads=symbol.base_asset == leader)
        self._jumps = terms.jumps
        self._home = symbol.start_price << BITS
        self._bounds = bounds_of(symbol)
        self._now = weather.now
        self._seen_market = weather.market
        self._seen_group = weather.groups[self._group]
        self.price = self._home

    def move_on(self) -> None:
        """To the weather's moment: what the factors did since, its own noise, a pull home."""
        weather = self.weather
        span = weather.now - self._now
        if not span:
            return
        self._now = weather.now
        market, group = weather.market, weather.groups[self._group]
        of_market, of_group, own = self._weights
        moved = of_market * (market - self._seen_market) + of_group * (group - self._seen_group)
        moved += own * weather.noise(span)
        self._seen_market, self._seen_group = market, group
        if self._jumps and self.dice.happens(span, JUMP_SPAN):
            moved += self.dice.normal() * JUMP
        # What the sum is to be multiplied with: e to it, as far as its square.
        power = (moved >> NORMAL_BITS) * self._daily // SCALE
        if self._daily:
            power += self._pull() * span // HOME_SPAN
        price = self.price * (ONE + power + (power * power >> BITS + 1)) >> BITS
        lowest, highest = self._bounds
        self.price = max(lowest, min(price, highest))

    def _pull(self) -> int:
        """How far home is, against the higher price of the two."""
        home, price = self._home, self.price
        return ((home - price) << BITS) // max(home, price)


def weights(correlation: Ratio, *, leads: bool) -> tuple[int, int, int]:
    """Of the market's, the group's and its own noise, at 16 bits; their squares make one."""
    of_market = (correlation + SCALE) // 2 if leads and correlation else correlation
    of_group = (SCALE - of_market) * GROUP_SHARE // SCALE
    own = SCALE - of_market - of_group
    return root(of_market), root(of_group), root(own)


def root(share: Ratio) -> int:
    return isqrt((share << 2 * NORMAL_BITS) // SCALE)


def bounds_of(symbol: Symbol) -> tuple[int, int]:
    """Where its base asset's price stays; a start price beyond them is one of them."""
    home = symbol.start_price
    lowest = max(symbol.min_price, 2 * symbol.tick_size) * (MARGIN + 1) // MARGIN
    highest = (symbol.max_price or home * SCALE) * (MARGIN - 1) // MARGIN
    return min(lowest, home) << BITS, max(highest, home) << BITS
