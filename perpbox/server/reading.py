"""Long reads at a start, shown: as a bar on a terminal, else as a line of the log now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from rich.console import Console
from rich.progress import Progress

from perpbox.server.log import Log

PAUSE: Final = 2.0
"""Seconds between two lines."""


class Lines:
    """Told how much is done, it logs so; a short read is not worth a line."""

    def __init__(self, log: Log, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._next = clock() + PAUSE

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if now >= self._next:
            self._next = now + PAUSE
            self._log.info("reading", percent=100 * done // max(total, 1))


class Bar:
    """The same as a bar, which is gone when all is read."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(console=console, transient=True)
        self._task = self._progress.add_task("reading", total=None)

    def __call__(self, done: int, total: int) -> None:
        self._progress.start()
        self._progress.update(self._task, completed=done, total=total)
        if done >= total:
            self.stop()

    def stop(self) -> None:
        self._progress.stop()
