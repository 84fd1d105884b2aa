"""The intervals of candles, and where each of them begins and ends."""

from __future__ import annotations

from enum import Enum
from typing import Final

from perpbox.money import Millis

SECOND: Final[Millis] = 1_000
MINUTE: Final[Millis] = 60 * SECOND
HOUR: Final[Millis] = 60 * MINUTE
DAY: Final[Millis] = 24 * HOUR

MONTHS_OF_YEAR: Final = 12


class Interval(Enum):
    """Named as the API's pages do; all of them count in UTC."""

    SECOND = "1s"
    MINUTE = "1m"
    MINUTES_3 = "3m"
    MINUTES_5 = "5m"
    MINUTES_15 = "15m"
    MINUTES_30 = "30m"
    HOUR = "1h"
    HOURS_2 = "2h"
    HOURS_4 = "4h"
    HOURS_6 = "6h"
    HOURS_8 = "8h"
    HOURS_12 = "12h"
    DAY = "1d"
    DAYS_3 = "3d"
    WEEK = "1w"
    MONTH = "1M"

    def open_time(self, time: Millis) -> Millis:
        """When the candle begins in which a time lies."""
        if self is Interval.MONTH:
            return month_start(month_of(time))
        span, origin = SPANS[self]
        # Rounded down below the origin too, which is what a calendar does.
        return (time - origin) // span * span + origin

    def close_time(self, open_time: Millis) -> Millis:
        """The last millisecond of the candle that begins then."""
        return self.shifted(open_time, 1) - 1

    def shifted(self, open_time: Millis, count: int) -> Millis:
        """When the candle begins that comes so many later, or earlier where it is below zero."""
        if self is Interval.MONTH:
            return month_start(month_of(open_time) + count)
        return open_time + count * SPANS[self][0]


SPANS: Final[dict[Interval, tuple[Millis, Millis]]] = {
    Interval.SECOND: (SECOND, 0),
    Interval.MINUTE: (MINUTE, 0),
    Interval.MINUTES_3: (3 * MINUTE, 0),
    Interval.MINUTES_5: (5 * MINUTE, 0),
    Interval.MINUTES_15: (15 * MINUTE, 0),
    Interval.MINUTES_30: (30 * MINUTE, 0),
    Interval.HOUR: (HOUR, 0),
    Interval.HOURS_2: (2 * HOUR, 0),
    Interval.HOURS_4: (4 * HOUR, 0),
    Interval.HOURS_6: (6 * HOUR, 0),
    Interval.HOURS_8: (8 * HOUR, 0),
    Interval.HOURS_12: (12 * HOUR, 0),
    Interval.DAY: (DAY, 0),
    # [dec] Recorded candles of three days, from 2017-08-17 to 2026-07-01, all begin on days that
    # are one more than a multiple of three since 1970; the pages do not say where they count from.
    Interval.DAYS_3: (3 * DAY, DAY),
    # The first Monday was the fifth of January.
    Interval.WEEK: (7 * DAY, 4 * DAY),
}
"""How long each lasts, and a time at which one begins; months are of the calendar."""


# The calendar, without end: a venue's clock may stand where `datetime` does not reach. It is
# counted in years from March to February, at whose end the leap day is, and in eras of 400 years.
DAYS_OF_ERA: Final = 146_097
MARCH_OF_YEAR_0: Final = -719_468
"""The first day of March in the year 0, counted from 1970."""


def month_of(time: Millis) -> int:
    """The calendar month, counted from January of the year 0."""
    day = time // DAY - MARCH_OF_YEAR_0
    era, day = divmod(day, DAYS_OF_ERA)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day_of_year = day - (365 * year + year // 4 - year // 100)
    # March has 31 days, April 30, and so on: five months of 153 days, over and over.
    month = (5 * day_of_year + 2) // 153
    return (era * 400 + year) * MONTHS_OF_YEAR + month + 2


def month_start(month: int) -> Millis:
    """When a calendar month begins, counted as `month_of` does."""
    year, of_year = divmod(month - 2, MONTHS_OF_YEAR)
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * of_year + 2) // 5
    return (days + MARCH_OF_YEAR_0) * DAY
