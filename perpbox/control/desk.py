"""Where an operator's calls are dealt with: the venue, its keys, and facts about the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from perpbox.account import AccountId
from perpbox.control.errors import Refused
from perpbox.control.requests import Body, read
from perpbox.faults import Faults
from perpbox.feed.clock import VenueClock
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


class Desk(Struct, frozen=True):
    venue: Venue
    clock: VenueClock
    keys: KeyStore
    history: History
    facts: Facts
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
