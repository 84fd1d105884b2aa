"""Processes of the bench's own: each does what it is asked over a pipe, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Self

PATIENCE: Final = 120.0
"""Seconds that a worker may take for one thing."""


class WorkerFailed(Exception):
    """The worker has ended, or answers no more."""


class Worker:
    """A new interpreter running `main(pipe, *args)`; its first message says that it is ready."""

    def __init__(self, main: Callable[..., None], *args: object) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=main, args=(theirs, *args), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self.greeting = self._told()
        except WorkerFailed:
            self.stop()
            raise

    def ask(self, name: str, *args: object, **named: object) -> Any:  # noqa: ANN401  its answer
        self._pipe.send((name, args, named))
        return self._told()

    def _told(self) -> Any:  # noqa: ANN401  as each answers
        try:
            if not self._pipe.poll(PATIENCE):
                raise WorkerFailed(f"no answer within {PATIENCE:.0f} s")
            answer = self._pipe.recv()
        except EOFError:
            raise WorkerFailed("the worker has ended; what it said is above") from None
        if isinstance(answer, WorkerFailed):
            raise answer
        return answer

    def stop(self) -> None:
        """End it in order if it will, by force if it will not."""
        with suppress(OSError):  # it has ended already
            self._pipe.send(("stop", (), {}))
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()
        self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def obey(pipe: Connection, master: object) -> bool:
    """Do the next thing asked, by the method of that name; whether there may be more."""
    name, args, named = pipe.recv()
    try:
        answer = getattr(master, name)(*args, **named)
    except Exception as error:  # noqa: BLE001  raised again in the process that asked
        answer = WorkerFailed(f"{name}: {type(error).__name__}: {error}")
    if name == "stop":
        return False
    pipe.send(answer)
    return True
