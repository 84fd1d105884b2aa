"""freqtrade's command line, unmodified, on a machine whose clock is the venue's.

`python -m freqtrade_flow.bot BASE_URL SPEED trade …`. A bot compares candles, orders and locks
with its machine's clock, so beside an accelerated venue that has to be as fast.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from datetime import UTC, datetime

import time_machine
from freqtrade.main import main

from freqtrade_flow.venue_time import VenueTime, server_time


def live_by(base_url: str, speed: float) -> None:
    """Let this process have the venue's time from now on."""
    venue_time = VenueTime(server_time(base_url), speed, time.perf_counter_ns)
    traveller = time_machine.travel(datetime.now(UTC)).start()
    traveller.time_ns = venue_time.time_ns
    time.sleep = venue_time.sleep  # type: ignore[assignment]
    threading.Thread(target=venue_time.follow, daemon=True).start()


if __name__ == "__main__":
    # A shell's background job is started deaf to ctrl-c, and so are all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    live_by(sys.argv[1], float(sys.argv[2]))
    main(sys.argv[3:])
