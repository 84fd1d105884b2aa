"""Funding: premium index, funding rate, and what a position pays. Source: Binance's funding FAQ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from perpbox.money import SCALE, SQUARE, Amount, Millis, Price, Product, Quantity, Ratio, cut

HOUR: Final[Millis] = 3_600_000
INTEREST_HOURS: Final = 8
"""An interest rate is one of eight hours."""
DAMPER: Final[Ratio] = 50_000
"""The interest moves a rate by no more than 0.05 %."""
IMPACT_MARGIN: Final = 200 * SCALE
"""Impact prices are those of a trade of 200 quote units' margin at the highest leverage."""

SAMPLE_SPAN: Final[Millis] = 5_000
"""The premium index is sampled every five seconds; samples are counted from 1970 on."""


def premium_index(index: Price, impact_bid: Price, impact_ask: Price) -> Ratio:
    """How far the book lies above the index price, or below it, cut."""
    above = max(0, impact_bid - index)
    below = max(0, index - impact_ask)
    return cut((above - below) * SCALE, index)


def weights(first: int, last: int) -> int:
    """The sum of the weights of samples: the k-th of an interval weighs k."""
    return (first + last) * (last - first + 1) // 2 if last >= first else 0


def funding_rate(
    average_premium: Ratio, interest: Ratio, hours: int, floor: Ratio, cap: Ratio
) -> Ratio:
    """P + clamp(I - P, +-0.05 %), as a part of eight hours, cut, within floor and cap."""
    damped = max(-DAMPER, min(DAMPER, interest - average_premium))
    rate = cut((average_premium + damped) * hours, INTEREST_HOURS)
    return max(floor, min(cap, rate))


def interest_of(interest: Ratio, hours: int) -> Ratio:
    """The interest of one interval, cut."""
    return cut(interest * hours, INTEREST_HOURS)


def funding_fee(quantity: Quantity, mark: Price, rate: Ratio) -> Amount:
    """What a position pays, cut; below zero it receives. A long pays at a positive rate."""
    return cut(quantity * mark * rate, SQUARE)


def next_boundary(now: Millis, hours: int) -> Millis:
    """The next funding time after now; they are counted from 00:00 UTC."""
    interval = hours * HOUR
    return (now // interval + 1) * interval


def impact_price(levels: Iterable[tuple[Price, Quantity]], worth: Amount, index: Price) -> Price:
    """Average price of a trade of so much against these levels, best first, cut.

    [dec] Of a book that holds less, the average of all of it; of an empty one, the index price.
    """
    left: Product = worth * SCALE
    spent: Product = 0
    bought: Quantity = 0
    for price, quantity in levels:
        taken = min(quantity, left // price)
        spent += taken * price
        bought += taken
        left -= taken * price
        if taken < quantity:
            break
    return spent // bought if bought else index
