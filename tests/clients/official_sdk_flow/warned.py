"""What the SDK says of messages that do not fit its models: it only warns."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class Warnings(logging.Handler):
    """Keeps what the SDK warns about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """The warnings that reach the root logger, where the SDK sends its own."""
    handler = Warnings()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.texts
    finally:
        logging.getLogger().removeHandler(handler)
