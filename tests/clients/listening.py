"""What clients hear from streams, kept for the checks, and a loop for clients that live in one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from waiting import PATIENCE, Row

LOOKS = (0.05, 1.0)
"""Seconds between two looks at what has to become true, if nothing is heard meanwhile: at first,
and at most."""
CALL_SECONDS = 30.0
Answer = TypeVar("Answer")


class Feed:
    """The messages of all streams in the order they came, put in by any thread."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, Row]] = []
        self._more = threading.Condition()

    def put(self, stream: str, message: Any) -> None:
        """A message of the stream; each row of a list is one."""
        rows = message if isinstance(message, list) else [message]
        with self._more:
            self._rows += [(stream, dict(row)) for row in rows]
            self._more.notify_all()

    def rows(self, stream: str) -> list[Row]:
        with self._more:
            return [row for name, row in self._rows if name == stream]

    def until(self, holds: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Whether it holds; while it does not, it is looked at again as messages come."""
        deadline = time.monotonic() + patience
        pause, longest = LOOKS
        while True:
            with self._more:
                count = len(self._rows)
            if holds():
                return True
            if time.monotonic() > deadline:
                return False
            with self._more:
                if len(self._rows) == count:
                    self._more.wait(pause)
            pause = min(2 * pause, longest)


class Background:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def _go(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def start(self, work: Coroutine[Any, Any, Answer]) -> Future[Answer]:
        """Let it be done while the caller goes on."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Let it be done, and wait."""
        return self.start(work).result(CALL_SECONDS)

    def close(self) -> None:
        self.run(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(CALL_SECONDS)
        self.loop.close()

    async def _cancel_all(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
