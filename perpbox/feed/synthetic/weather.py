"""What moves all symbols at once: the regime of the day, the market's and the groups' factors."""

from __future__ import annotations

from enum import Enum
from math import isqrt
from typing import Final, NamedTuple

from perpbox.feed.synthetic.dice import NORMAL_BITS, ONE, Dice
from perpbox.money import Millis

SECOND: Final[Millis] = 1000
MINUTE: Final[Millis] = 60 * SECOND
HOUR: Final[Millis] = 60 * MINUTE
DAY: Final[Millis] = 24 * HOUR

JUMP_SPAN: Final[Millis] = 16 * HOUR
"""The whole market leaps once in it on the average."""
JUMP: Final = ONE // 3
"""Deviation of such a leap, in those of a day."""
PREMIUM_SPAN: Final[Millis] = 6 * HOUR
"""In which premiums forget where they were."""


class Group(Enum):
    """Symbols that have something in common beside the market."""

    MAJORS = 0
    ALTS = 1
    MEMES = 2


class Regime(NamedTuple):
    """How the market is for a while."""

    volatility: int
    """In percent of the usual, as the others."""
    spread: int
    depth: int
    trades: int
    mean_span: Millis
    next_regimes: tuple[int, ...]
    """Which may follow, each as likely as the others."""


REGIMES: Final = (
    Regime(50, 100, 100, 60, 3 * HOUR, (1,)),
    Regime(100, 100, 100, 100, 4 * HOUR, (0, 0, 0, 2, 2)),
    Regime(250, 300, 40, 250, HOUR, (1, 1, 1, 1, 0)),
)
"""Calm, normal and wild."""
NORMAL: Final = 1


def root_of_days(span: Millis) -> int:
    """The square root of the span in days, at 24 bits."""
    return isqrt((span << 48) // DAY)


class Weather:
    """Factors as sums of all they have done, in deviations of a usual day at 32 bits.

    Whoever looks seldom takes the difference to what was there the last time.
    """

    __slots__ = ("_dice", "_jumps", "groups", "market", "now", "premium", "regime")

    def __init__(self, dice: Dice, now: Millis, *, jumps: bool) -> None:
        self._dice = dice
        self._jumps = jumps
        self.now = now
        self.regime = NORMAL
        """Place in `REGIMES`."""
        self.market = 0
        self.groups = [0 for _ in Group]
        self.premium = dice.normal() << 16
        """What all premiums have in common, of variance one."""

    def move_on(self, now: Millis) -> None:
        """The next regime, perhaps, then the factors of the span since."""
        dice, span = self._dice, now - self.now
        self.now = now
        regime = REGIMES[self.regime]
        if dice.happens(span, regime.mean_span):
            choice = dice.bits(16) * len(regime.next_regimes) >> 16
            self.regime = regime.next_regimes[choice]
        self.market += self.noise(span)
        if self._jumps and dice.happens(span, JUMP_SPAN):
            self.market += dice.normal() * JUMP >> NORMAL_BITS
        for place in range(len(self.groups)):
            self.groups[place] += self.noise(span)
        self.premium = dice.back_home(self.premium, span, PREMIUM_SPAN, ONE)

    def noise(self, span: Millis) -> int:
        """A normal variate of the span's variance in this regime."""
        volatility = REGIMES[self.regime].volatility
        return self._dice.normal() * root_of_days(span) * volatility // 25_600
