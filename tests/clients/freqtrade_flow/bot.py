"""freqtrade's command line, unmodified, on a machine whose clock is the venue's.

`python -m freqtrade_flow.bot BASE_URL SPEED trade …`. A bot compares candles, orders and locks
with its machine's clock, so beside an accelerated venue that has to be as fast.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

import time_machine
from freqtrade.main import main

SECOND = 1_000_000_000
LONGEST = SECOND // 10
"""Of the machine's time: how long the venue's is guessed before it has to be asked again."""
PAUSE = 0.02


class VenueTime:
    """The venue's time, as a machine would keep it by asking: late by a little, never early."""

    def __init__(self, base_url: str, speed: float, machine: Callable[[], int]) -> None:
        self.speed = speed
        self._machine = machine
        self._connection = HTTPConnection(urlsplit(base_url).netloc, timeout=10)
        self._sleep = time.sleep
        self._heard = (0, 0)
        self._latest = 0
        self.ask()

    def ask(self) -> None:
        """By the time the answer is here the venue's clock has gone on."""
        asked = self._machine()
        self._connection.request("GET", "/fapi/v1/time")
        told = json.load(self._connection.getresponse())
        self._heard = (int(told["serverTime"]) * 1_000_000, asked)

    def time_ns(self) -> int:
        venue, asked = self._heard
        gone = min(self._machine() - asked, LONGEST) - LONGEST
        self._latest = max(self._latest, venue + int(gone * self.speed))
        return self._latest

    def sleep(self, seconds: float) -> None:
        self._sleep(seconds / self.speed)

    def follow(self) -> None:
        """Until the venue is gone."""
        while True:
            try:
                self.ask()
            except OSError:
                return
            self._sleep(PAUSE)


def live_by(base_url: str, speed: float) -> None:
    """Let this process have the venue's time from now on."""
    machine = time.time_ns()
    traveller = time_machine.travel(datetime.fromtimestamp(machine / SECOND, UTC)).start()
    venue_time = VenueTime(base_url, speed, time.perf_counter_ns)
    traveller.time_ns = venue_time.time_ns
    time.sleep = venue_time.sleep  # type: ignore[assignment]
    threading.Thread(target=venue_time.follow, daemon=True).start()


if __name__ == "__main__":
    live_by(sys.argv[1], float(sys.argv[2]))
    main(sys.argv[3:])
