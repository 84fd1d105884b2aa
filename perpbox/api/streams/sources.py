"""Where the messages of market streams come from: what has changed, and what stands."""

from __future__ import annotations

from collections.abc import Callable, Collection
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
    about: str
    """The symbol whose market it shows; empty: all of them, or something else."""

    def note(self, line: Line, touched: Collection[str], /) -> None:
        """A turn has happened that has touched these markets, what this is about among them."""

    def look(self) -> None:
        """A snapshot of the market is told now, and counts on the stream from here on."""

    def flush(self, now: Millis, /) -> list[bytes]:
        """The messages that are due: what has changed since the last call."""

    def greeting(self, now: Millis, /) -> list[bytes]:
        """What a new listener is told at once: what stands, where the stream shows that."""


class Quiet:
    """A source to which turns, snapshots and listeners are all the same; `flush` is to be said."""

    def __init__(self, speed: Millis, about: str = "") -> None:
        self.speed = speed
        self.about = about

    def note(self, _line: Line, _touched: Collection[str], /) -> None:
        """It looks for itself when it is asked."""

    def look(self) -> None:
        """It shows each time how all stands."""

    def greeting(self, _now: Millis, /) -> list[bytes]:
        """What was before is asked by REST."""
        return []


class Shown(Quiet):
    """A stream that shows how something stands, again whenever that has changed.

    `show` gives the message's fields, None where there is nothing yet; `version` changes with
    what it shows, the event time apart.
    """

    def __init__(
        self,
        speed: Millis,
        about: str,
        version: Callable[[Millis], object],
        show: Callable[[Millis], shapes.Row | list[shapes.Row] | None],
    ) -> None:
        super().__init__(speed, about)
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


class Changed(Quiet):
    """A stream of all symbols: of those that have changed, each a row of a list, or by itself.

    Without a turn they change only where `moment` does, which goes by the time.
    """

    def __init__(
        self,
        speed: Millis,
        names: Callable[[], list[str]],
        version: Callable[[str, Millis], object],
        show: Callable[[str, Millis], shapes.Row | None],
        *,
        moment: Callable[[Millis], object] = lambda _now: None,
        one_by_one: bool = False,
    ) -> None:
        super().__init__(speed)
        self._names = names
        self._version = version
        self._show = show
        self._moment = moment
        self._one_by_one = one_by_one
        self._seen: dict[str, object] = {}
        self._touched: set[str] = set()
        """Since the last call; no others have changed within a moment."""
        self._seen_at: object = None

    def note(self, _line: Line, touched: Collection[str], /) -> None:
        self._touched.update(touched)

    def flush(self, now: Millis, /) -> list[bytes]:
        moment = self._moment(now)
        same = moment == self._seen_at
        names = sorted(self._touched) if same else self._names()
        self._seen_at = moment
        self._touched.clear()
        return self._told([name for name in names if self._is_new(name, now)], now)

    def greeting(self, now: Millis, /) -> list[bytes]:
        """[dec] As for one symbol."""
        if not self._seen:
            self._seen_at = self._moment(now)
            self._seen = {name: self._version(name, now) for name in self._names()}
        return self._told(self._names(), now)

    def _is_new(self, name: str, now: Millis) -> bool:
        version = self._version(name, now)
        known, self._seen[name] = self._seen.get(name), version
        return known != version

    def _told(self, names: list[str], now: Millis) -> list[bytes]:
        shown = [row for row in (self._show(name, now) for name in names) if row is not None]
        if self._one_by_one:
            return [msgspec.json.encode(row) for row in shown]
        return [msgspec.json.encode(shown)] if shown else []


class Nothing(Quiet):
    """A stream that there is, and that has nothing to say here, or nothing any more."""

    def flush(self, _now: Millis, /) -> list[bytes]:
        return []
