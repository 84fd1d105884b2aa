"""A year of funding on a clock that is moved in one jump."""

from __future__ import annotations

import time
from typing import Final

from msgspec import Struct

from bench.rounds import Figure, figure
from bench.size import Size
from bench.world import market_order, open_flat, traded
from perpbox.account import BUY
from perpbox.money import Millis
from perpbox.server.compose import compose
from perpbox.server.settings import Settings

DAY: Final[Millis] = 24 * 60 * 60 * 1000
YEAR: Final = 365
HOURS: Final = 8
POSITIONS: Final = 3


class Fundings(Struct):
    """So many settlements a position, and the seconds in which all of them were done."""

    settlements: int
    positions: int
    seconds: Figure
    cpu: Figure
    """Of processor time, which others at work do not lengthen."""


def measure_fundings(size: Size) -> Fundings:
    years = [_year() for _ in range(size.rounds)]
    seconds, cpu = (figure(year[place] for year in years) for place in (0, 1))
    return Fundings(YEAR * 24 // HOURS, POSITIONS, seconds, cpu)


def _year() -> tuple[float, float]:
    parts = compose(Settings(clock="manual", limits="off"))
    try:
        venue = parts.venue
        account_id = open_flat(venue)
        every_eight = [m for m in traded(venue.state) if m.funding.interval_hours == HOURS]
        for market in every_eight[:POSITIONS]:
            venue.submit(market_order(account_id, market, BUY))
        begun, cpu = time.perf_counter(), time.process_time()
        venue.move_clock(venue.now() + YEAR * DAY)
        return time.perf_counter() - begun, time.process_time() - cpu
    finally:
        parts.close()
