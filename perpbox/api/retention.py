"""How far back an account may ask."""

from __future__ import annotations

from typing import Final

from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.money import Millis

HOUR: Final[Millis] = 3600 * 1000
DAY: Final[Millis] = 24 * HOUR
WEEK: Final = 7 * DAY
UNFILLED_KEPT: Final = 3 * DAY
ORDERS_KEPT: Final = 90 * DAY


def week(call: Call) -> tuple[Millis, Millis | None]:
    """The span asked for, at most seven days; the last seven if none was."""
    start, end = call.params.time_range()
    if start is not None and end is not None and end - start > WEEK:
        raise ApiError(Error.TIME_INTERVAL_TOO_LONG, 7)
    if start is None:
        return ((call.now if end is None else end) - WEEK, end)
    return start, min(start + WEEK, call.now) if end is None else end
