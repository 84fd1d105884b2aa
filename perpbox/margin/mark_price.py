"""The mark price by the formula of Binance's FAQ: the median of three prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from perpbox.money import SCALE, Millis, Price, Ratio, cut

SAMPLES: Final = 30
"""Price 2 averages so many samples: two and a half minutes of them."""


def price_1(index: Price, rate: Ratio, left: Millis, interval: Millis) -> Price:
    """The index price and what of the last funding rate is still to come, cut."""
    return index + cut(index * rate * left, SCALE * interval)


def basis(bid: Price, ask: Price, index: Price) -> Price:
    """How far the middle of the book lies above the index price, cut."""
    return cut(bid + ask - 2 * index, 2)


def price_2(index: Price, samples: Sequence[Price]) -> Price:
    """The index price and the average basis, cut."""
    return index + cut(sum(samples), len(samples)) if samples else index


def median(first: Price, second: Price, last_price: Price) -> Price:
    """The middle one of the three."""
    return sorted((first, second, last_price))[1]
