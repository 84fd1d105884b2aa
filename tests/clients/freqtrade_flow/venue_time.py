"""The venue's time as a machine beside it would keep it: late by a little, never early."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

SECOND = 1_000_000_000
LONGEST = SECOND // 10
"""Of the machine's time: how long the venue's is guessed before it has to be asked again."""
PAUSE = 0.02
CALL_SECONDS = 10.0


def server_time(base_url: str) -> Callable[[], int]:
    """Asks the venue, in milliseconds, over one connection."""
    connection = HTTPConnection(urlsplit(base_url).netloc, timeout=CALL_SECONDS)

    def ask() -> int:
        connection.request("GET", "/fapi/v1/time")
        return int(json.load(connection.getresponse())["serverTime"])

    return ask


class VenueTime:
    """A clock that runs `speed` times as fast as the machine's, from what the venue has told.

    It shows what the venue's did so long ago as it may be guessed at most, and stands when that
    is over. So it is not ahead even of a venue that has stood ever since it was asked.
    """

    def __init__(self, ask: Callable[[], int], speed: float, machine: Callable[[], int]) -> None:
        self.speed = speed
        self._ask = ask
        self._machine = machine
        self._sleep = time.sleep
        self._latest = 0
        self.hear()

    def hear(self) -> None:
        """By the time the answer is here the venue's clock has gone on."""
        asked = self._machine()
        self._heard = (self._ask() * 1_000_000, asked)

    def time_ns(self) -> int:
        venue, asked = self._heard
        gone = min(self._machine() - asked, LONGEST) - LONGEST
        self._latest = max(self._latest, venue + int(gone * self.speed))
        return self._latest

    def sleep(self, seconds: float) -> None:
        """So long by this clock."""
        self._sleep(seconds / self.speed)

    def follow(self) -> None:
        """Until the venue is gone."""
        while True:
            try:
                self.hear()
            except (OSError, HTTPException):
                return
            self._sleep(PAUSE)
