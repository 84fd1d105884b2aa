"""A process's life: composed, served, stopped."""

from __future__ import annotations

import asyncio
import resource
import signal
from collections.abc import Callable
from typing import Final

import uvloop

from perpbox.feed.recorded import Progress
from perpbox.server.compose import Parts, compose
from perpbox.server.log import Log
from perpbox.server.process import Process
from perpbox.server.reading import Lines
from perpbox.server.settings import Settings
from perpbox.server.wire import Bounds

FILES: Final = Bounds().connections + 240
"""What the process may have open at once: the connections, the journal, and the rest.

It is as much as macOS allows without more ado.
"""
STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


async def serve(settings: Settings, log: Log, on_ready: Callable[[Process], None]) -> int:
    """A whole life: compose, listen, tell that it is ready, serve, stop. The exit code."""
    return await live(settings, log, compose(settings, Lines(log)), on_ready)


async def live(
    settings: Settings, log: Log, parts: Parts, on_ready: Callable[[Process], None]
) -> int:
    """The same for what is composed already."""
    try:
        process = Process(settings, log, parts)
        await process.start()
    except BaseException:
        parts.close()
        raise
    on_ready(process)
    return await process.until_stopped()


def allow_many_files() -> None:
    """Connections are files to the system, which begins with as few as 256 of them.

    Where it allows no more, connections beyond that are reset, and the others go on.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def run(
    settings: Settings,
    log: Log,
    on_ready: Callable[[Process], None],
    progress: Progress | None = None,
) -> int:
    """`serve` on this thread, the main one, until SIGTERM or SIGINT."""
    allow_many_files()

    def ready(process: Process) -> None:
        for number in STOP_SIGNALS:
            process.loop.add_signal_handler(number, process.stop)
        on_ready(process)

    # Outside of the loop, where Ctrl-C ends a long read.
    parts = compose(settings, progress or Lines(log))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(live(settings, log, parts, ready))
