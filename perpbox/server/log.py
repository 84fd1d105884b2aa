"""The log: one line an event, JSON for machines, key=value on a terminal.

Nothing secret may get here: what is logged is chosen name by name, and no call hands over
headers, queries, bodies, tokens or keys.
"""

from __future__ import annotations

from typing import Protocol, TextIO

import structlog


class Log(Protocol):
    """What the process needs of a logger."""

    def info(self, event: str, **facts: object) -> None: ...

    def warning(self, event: str, **facts: object) -> None: ...

    def error(self, event: str, **facts: object) -> None: ...


def log_to(stream: TextIO) -> Log:
    """A logger of its own, so that a program around this one keeps its own settings."""
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if stream.isatty():
        renderer = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    log: Log = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return log
