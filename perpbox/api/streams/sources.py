"""Where the messages of market streams come from: what has changed, and what stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import msgspec

from perpbox.api.shapes import pushes as shapes
from perpbox.engine.line import Line
from perpbox.money import Millis

Typed: TypeAlias = Callable[[shapes.Row], shapes.Row]
"""Adds what the API date adds to a message."""


class Source(Protocol):
    """One market stream. It is asked in turn with the venue standing still."""

    speed: Millis
    """Between two questions; 0: after every turn."""
    follows: str | None
    """The symbol whose trades it is told of; empty: every turn; None: it looks for itself."""

    def note(self, line: Line, /) -> None:
        """A turn has happened that it follows."""

    def flush(self, now: Millis, /) -> list[bytes]:
        """The messages that are due: what has changed since the last call."""

    def greeting(self, now: Millis, /) -> list[bytes]:
        """What a new listener is told at once: what stands, where the stream shows that."""


class Looking:
    """A source that is told of nothing and looks for itself; `flush` is yet to be said."""

    follows: str | None = None

    def __init__(self, speed: Millis) -> None:
        self.speed = speed

    def note(self, _line: Line, /) -> None:
        """It follows nothing."""

    def greeting(self, _now: Millis, /) -> list[bytes]:
        """Nothing, where nothing stands."""
        return []


class Shown(Looking):
    """A stream that shows how something stands, again whenever that has changed.

    `show` gives the message's fields, None where there is nothing yet; `version` changes with
    what it shows, the event time apart.
    """

    def __init__(
        self,
        speed: Millis,
        version: Callable[[Millis], object],
        show: Callable[[Millis], shapes.Row | list[shapes.Row] | None],
    ) -> None:
        super().__init__(speed)
        self._version = version
        self._show = show
        self._seen: object = None

    def flush(self, now: Millis, /) -> list[bytes]:
        version = self._version(now)
        if version == self._seen:
            return []
        self._seen = version
        return self._told(now)

    def greeting(self, now: Millis, /) -> list[bytes]:
        """[dec] A quiet market would let a client wait for ever for its first message."""
        if self._seen is None:
            self._seen = self._version(now)
        return self._told(now)

    def _told(self, now: Millis) -> list[bytes]:
        row = self._show(now)
        return [] if row is None else [msgspec.json.encode(row)]


class Changed(Looking):
    """A stream of all symbols: of those that have changed, each a row of a list, or by itself."""

    def __init__(
        self,
        speed: Millis,
        names: Callable[[], list[str]],
        version: Callable[[str], object],
        show: Callable[[str, Millis], shapes.Row | None],
        *,
        one_by_one: bool = False,
    ) -> None:
        super().__init__(speed)
        self._names = names
        self._version = version
        self._show = show
        self._one_by_one = one_by_one
        self._seen = {name: version(name) for name in names()}

    def flush(self, now: Millis, /) -> list[bytes]:
        changed = []
        for name in self._names():
            version = self._version(name)
            if self._seen.get(name) != version:
                self._seen[name] = version
                changed.append(name)
        return self._told(changed, now)

    def greeting(self, now: Millis, /) -> list[bytes]:
        """[dec] As for one symbol."""
        return self._told(self._names(), now)

    def _told(self, names: list[str], now: Millis) -> list[bytes]:
        shown = [row for row in (self._show(name, now) for name in names) if row is not None]
        if self._one_by_one:
            return [msgspec.json.encode(row) for row in shown]
        return [msgspec.json.encode(shown)] if shown else []


class Nothing(Looking):
    """A stream that there is, and that has nothing to say here."""

    def flush(self, _now: Millis, /) -> list[bytes]:
        return []
