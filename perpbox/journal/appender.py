"""The thread that makes lines durable: whatever waits goes into one commit."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Thread
from typing import Final, TypeAlias

from perpbox.engine.line import Line
from perpbox.journal.errors import JournalError, JournalFailed
from perpbox.journal.store import Store, Work

LINES_PER_COMMIT: Final = 4_096
"""At most, so that the first of a flood need not wait for the last."""


class Request:
    """Something to write besides lines, and the wait until that is durable."""

    __slots__ = ("done", "work")

    def __init__(self, work: Work | None) -> None:
        self.work = work
        self.done = Event()


class Stop:
    """The last thing in the queue."""


Item: TypeAlias = Line | Request | Stop


class Appender:
    """Owns the store from its start to its stop. After a failure it writes nothing any more.

    `told` is called after each commit with the last sequence in it, and `failed` once if
    writing fails; both on the appender's thread, which they must not make wait for itself.
    """

    def __init__(
        self,
        store: Store,
        durable_sequence: int,
        told: Callable[[int], None],
        failed: Callable[[JournalError], None],
    ) -> None:
        self.durable_sequence = durable_sequence
        self.failure: JournalError | None = None
        self._store = store
        self._told = told
        self._failed = failed
        self._queue: SimpleQueue[Item] = SimpleQueue()
        # A daemon: a program that ends without closing its journal still ends.
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, line: Line) -> None:
        self._put(line)

    def ask(self, work: Work) -> None:
        """Write something else, sometime soon."""
        self._put(Request(work))

    def wait(self, work: Work | None = None) -> None:
        """Return when this, and everything before, is durable; raise if it will never be."""
        request = Request(work)
        self._put(request)
        request.done.wait()
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """Write what waits, then end the thread."""
        self._queue.put(Stop())
        self._thread.join()
        if self.failure is None:
            self.failure = JournalFailed("The journal is closed.")

    def _put(self, item: Item) -> None:
        if self.failure is not None:
            raise self.failure
        self._queue.put(item)

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            if self.failure is None:
                try:
                    self._commit(batch)
                except Exception as error:  # noqa: BLE001 - no line may pass after it
                    self._fail(error)
            for item in batch:
                if isinstance(item, Request):
                    item.done.set()
            if isinstance(batch[-1], Stop):
                return

    def _next_batch(self) -> list[Item]:
        """Wait for something, then take whatever else is there by then."""
        queue = self._queue
        batch = [queue.get()]
        while len(batch) < LINES_PER_COMMIT and not queue.empty():
            batch.append(queue.get())
        return batch

    def _commit(self, batch: list[Item]) -> None:
        lines = [item for item in batch if isinstance(item, Line)]
        works = [item.work for item in batch if isinstance(item, Request) and item.work]
        self._store.commit(lines, works)
        if lines:
            self.durable_sequence = lines[-1].sequence
            self._told(self.durable_sequence)
        self._store.checkpoint_when_due()

    def _fail(self, error: Exception) -> None:
        self.failure = JournalFailed(f"The journal cannot be written any more: {error}.")
        self.failure.__cause__ = error
        self._failed(self.failure)
