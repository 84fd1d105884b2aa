"""What every handler may use: the venue, its past, and the answers that are kept between reads."""

from __future__ import annotations

from perpbox.api.shapes.account import AccountText
from perpbox.journal.history import History
from perpbox.tape import Tape
from perpbox.venue import Venue


class Desk:
    """What every handler may use: the venue, its history and tape, and texts kept between reads."""

    __slots__ = ("history", "tape", "texts", "venue", "written")

    def __init__(self, venue: Venue, history: History, tape: Tape) -> None:
        self.venue = venue
        self.history = history
        self.tape = tape
        self.texts: dict[int, AccountText] = {}
        self.written: dict[int, tuple[int, int, bytes]] = {}
        """Per account: its version, the prices' version, and the whole v3 answer at those."""
