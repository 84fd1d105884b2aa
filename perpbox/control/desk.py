"""Where an operator's calls are dealt with: the venue, its keys, and facts about the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from msgspec import Struct

from perpbox.account import AccountId
from perpbox.control.errors import Refused
from perpbox.control.requests import Body, read
from perpbox.faults import Faults
from perpbox.feed.clock import VenueClock
from perpbox.journal.copies import Note
from perpbox.journal.history import History
from perpbox.journal.keys import KeyStore
from perpbox.venue import Venue

MAX_DIGITS: Final = 18
"""Of an account id; a longer number is none."""


class Facts(Struct, frozen=True):
    """What the process knows about itself."""

    version: str
    journal: str
    """Where it is kept: "memory" or "sqlite"."""
    token: str
    """Empty: no token is asked for, which is fit for a loopback address alone."""
    uptime: Callable[[], float]
    """Seconds since the start."""
    failures: Callable[[], int]
    """How many requests have ended in an error of the program."""
    feed: str = "quiet"
    """What the market was given to follow."""


class Fork(Struct, frozen=True):
    """A venue that goes on from a snapshot beside this one."""

    number: int
    snapshot: str
    url: str
    port: int
    data: str
    """File of its journal, or :memory:."""


class Branches(Protocol):
    """Snapshots of the venue and its forks. Each call raises `Refused` where it cannot be done."""

    def take(self, name: str) -> Note: ...

    def notes(self) -> list[Note]: ...

    def delete(self, name: str) -> None: ...

    def restore(self, name: str) -> Note:
        """All is as it was; what stood on the venue until now is good for nothing any more."""

    def fork(self, name: str, port: int) -> Fork:
        """Another venue that goes on from there; port 0: any free one."""

    def forks(self) -> list[Fork]: ...

    def end_fork(self, number: int) -> Fork: ...


class Desk(Struct, frozen=True):
    venue: Venue
    clock: VenueClock
    keys: KeyStore
    history: History
    facts: Facts
    branches: Branches
    faults: Faults
    what_if: Callable[[AccountId, Any], object]
    """Tries commands on a copy of the venue: see `control.what_if`."""


class Call(Struct, frozen=True):
    """One call: what its path names, its body, and its query as sent."""

    names: tuple[str, ...]
    body: bytes
    query: bytes = b""

    @property
    def account_id(self) -> int:
        text = self.names[0]
        if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS:
            raise Refused(404, "UNKNOWN_ACCOUNT", "There is no such account.")
        return int(text)

    @property
    def api_key(self) -> str:
        return self.names[1]

    def read(self, kind: type[Body]) -> Body:
        return read(self.body, kind)
