"""The beat of the market streams: looks at what is due, so often a second of the machine's time."""

from __future__ import annotations

import asyncio
from typing import Final

from perpbox.api.streams.hub import TICK, Hub

SECONDS: Final = TICK / 1000


class Pacer:
    """Ticks while somebody listens to a stream that is pushed from time to time."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        self._hub = hub
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        hub.on_paced = self._start

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _start(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(SECONDS, self._tick, self._loop.time() + SECONDS)

    def _tick(self, due: float) -> None:
        self._timer = None
        if not self._hub.is_paced:
            return  # until the next one listens
        self._hub.tick()
        # What a busy moment has cost is not made up for.
        after = max(due + SECONDS, self._loop.time())
        self._timer = self._loop.call_at(after, self._tick, after)
