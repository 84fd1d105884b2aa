"""Where candles begin and end, in UTC."""

from __future__ import annotations

import pytest

from perpbox.tape import Interval
from perpbox.tape.intervals import DAY, month_of, month_start
from tests.tape.opinion import bounds
from tests.tape.told import at, moment

EXAMPLES = (
    ("1s", "2026-01-07 09:31:42.500", "2026-01-07 09:31:42", "2026-01-07 09:31:43"),
    ("1m", "2026-01-07 09:31:42.500", "2026-01-07 09:31", "2026-01-07 09:32"),
    ("1m", "2026-01-07 09:31", "2026-01-07 09:31", "2026-01-07 09:32"),
    ("1m", "2026-01-07 09:31:59.999", "2026-01-07 09:31", "2026-01-07 09:32"),
    ("3m", "2026-01-07 09:31:42", "2026-01-07 09:30", "2026-01-07 09:33"),
    ("5m", "2026-01-07 09:31:42", "2026-01-07 09:30", "2026-01-07 09:35"),
    ("15m", "2026-01-07 09:31:42", "2026-01-07 09:30", "2026-01-07 09:45"),
    ("30m", "2026-01-07 09:31:42", "2026-01-07 09:30", "2026-01-07 10:00"),
    ("1h", "2026-01-07 09:31:42", "2026-01-07 09:00", "2026-01-07 10:00"),
    ("2h", "2026-01-07 09:31:42", "2026-01-07 08:00", "2026-01-07 10:00"),
    ("4h", "2026-01-07 09:31:42", "2026-01-07 08:00", "2026-01-07 12:00"),
    ("6h", "2026-01-07 09:31:42", "2026-01-07 06:00", "2026-01-07 12:00"),
    ("8h", "2026-01-07 09:31:42", "2026-01-07 08:00", "2026-01-07 16:00"),
    ("12h", "2026-01-07 09:31:42", "2026-01-07 00:00", "2026-01-07 12:00"),
    ("1d", "2026-01-07 09:31:42", "2026-01-07", "2026-01-08"),
    # As published: of August 2017, over the turn of a year, and of July 2026.
    ("3d", "2017-08-19 23:59", "2017-08-17", "2017-08-20"),
    ("3d", "2018-01-01 12:00", "2017-12-30", "2018-01-02"),
    ("3d", "2026-07-01 00:00", "2026-07-01", "2026-07-04"),
    # A Wednesday; a Sunday; a Monday, and that of the first published week.
    ("1w", "2026-01-07 09:31:42", "2026-01-05", "2026-01-12"),
    ("1w", "2026-01-11 23:59", "2026-01-05", "2026-01-12"),
    ("1w", "2026-01-12 00:00", "2026-01-12", "2026-01-19"),
    ("1w", "2017-08-17 04:00", "2017-08-14", "2017-08-21"),
    ("1w", "1970-01-01", "1969-12-29", "1970-01-05"),
    ("1M", "2026-01-07 09:31:42", "2026-01-01", "2026-02-01"),
    ("1M", "2028-02-29 23:59:59.999", "2028-02-01", "2028-03-01"),
    ("1M", "2026-02-28 23:59:59.999", "2026-02-01", "2026-03-01"),
    ("1M", "2026-12-31", "2026-12-01", "2027-01-01"),
)


@pytest.mark.parametrize(("name", "time", "opens", "next_opens"), EXAMPLES)
def test_a_candle_lasts_from_its_first_to_its_last_millisecond(
    name: str, time: str, opens: str, next_opens: str
) -> None:
    interval = Interval(name)
    opened = interval.open_time(at(time))
    assert opened == at(opens)
    assert interval.close_time(opened) == at(next_opens) - 1
    assert interval.shifted(opened, 1) == at(next_opens)
    assert bounds(name, at(time)) == (opened, at(next_opens) - 1)


def test_these_are_the_intervals_of_the_pages() -> None:
    """Those of continuous candles; the other pages leave out the second."""
    named = "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M"
    assert [interval.value for interval in Interval] == named.split()


@pytest.mark.parametrize("interval", Interval, ids=lambda interval: interval.value)
def test_a_hundred_candles_back_is_a_hundred_candles(interval: Interval) -> None:
    opened = interval.open_time(at("2026-03-07 09:31:42"))
    back = interval.shifted(opened, -100)
    assert interval.open_time(back) == back
    step = back
    for _ in range(100):
        step = interval.close_time(step) + 1
    assert step == opened


def test_months_are_those_of_the_calendar_in_all_centuries() -> None:
    """2000 and 2400 are leap years, 2100, 2200 and 2300 are not."""
    for year in range(1970, 2450):
        for month in range(1, 13):
            begins = at(f"{year:04}-{month:02}-01")
            assert month_start(year * 12 + month - 1) == begins
            assert month_of(begins) == year * 12 + month - 1
            assert month_of(begins - 1) == year * 12 + month - 2


def test_every_day_of_five_centuries_is_in_its_month() -> None:
    for day in range(0, 200_000, 7):
        date = moment(day * DAY)
        assert month_of(day * DAY) == date.year * 12 + date.month - 1


def test_the_calendar_goes_on_where_dates_end() -> None:
    after_9999 = at("9999-12-01") + 31 * DAY
    assert Interval.MONTH.open_time(after_9999) == after_9999
    assert Interval.MONTH.shifted(after_9999, 1) == after_9999 + 31 * DAY
