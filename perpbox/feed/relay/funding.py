"""Funding as another venue tells it: its rate, at its times, settled by this one."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from perpbox.engine.market import FundingTerms, Market
from perpbox.margin.funding import next_boundary
from perpbox.money import SCALE, Millis, Ratio

INTERVALS: Final = (8, 4, 1, 2, 6, 3, 12, 24)
"""Hours between two settlements; the first ones are those that there are."""
PACE: Final[Millis] = 60_000
"""A rate is taken once in it, and each of the last such span before a settlement."""


class ToldFunding(Struct, frozen=True, gc=False):
    """The rate of a settlement to come, and when by the other venue's clock it was told."""

    rate: Ratio
    next_funding: Millis
    time: Millis


def terms_told(
    market: Market, told: ToldFunding, now: Millis, taken: Millis
) -> FundingTerms | None:
    """The terms that make this venue settle what is told; None: they stay as they are.

    `taken` is when a rate was taken the last time. [dec] A rate is that of one settlement: while
    the other venue is a moment ahead or behind, and tells the one before or after, it waits. An
    interval is changed only where it leads to the very time that is told.
    """
    terms = market.funding
    if told.next_funding != market.next_funding:
        hours = _interval(market, told, now)
        if hours is None:
            return None
        return replace(terms, interval_hours=hours, fixed_rate=told.rate)
    due = now - taken >= PACE or market.next_funding - now <= PACE
    if told.rate == terms.fixed_rate or not due:
        return None
    return replace(terms, fixed_rate=told.rate)


def _interval(market: Market, told: ToldFunding, now: Millis) -> int | None:
    # Over there the next settlement of ours has happened: it will happen here at once.
    if told.time >= market.next_funding:
        return None
    fitting = (hours for hours in INTERVALS if next_boundary(now, hours) == told.next_funding)
    return next(fitting, None)


def is_rate(rate: Ratio) -> bool:
    return abs(rate) <= SCALE
