"""What every handler may use: the venue, its past, and the answers that are kept between reads."""

from __future__ import annotations

from collections.abc import Callable

from perpbox.api.bent import bent
from perpbox.api.calendar import NEWEST, Day
from perpbox.api.downloads import Downloads
from perpbox.api.queue import Quantiles, Risks
from perpbox.api.quotes import Quotes
from perpbox.api.streams.listen_keys import ListenKeys
from perpbox.engine.commands import Command
from perpbox.engine.turn import Turn
from perpbox.faults import Faults
from perpbox.journal.history import History
from perpbox.tape import Tape
from perpbox.venue import Venue


class Written:
    """A whole v3 answer, and the versions that it was made of."""

    __slots__ = ("body", "counts", "prices_version", "version")

    def __init__(self, version: int, prices_version: int, counts: int, body: bytes) -> None:
        self.version = version
        self.prices_version = prices_version
        self.counts = counts
        self.body = body


class Desk:
    """What every handler may use: the venue, its history and tape, and texts kept between reads."""

    __slots__ = (
        "api_date",
        "downloads",
        "faults",
        "history",
        "listen_keys",
        "on_snapshot",
        "quantiles",
        "quotes",
        "risks",
        "scheme",
        "tape",
        "venue",
        "written",
    )

    def __init__(
        self,
        venue: Venue,
        history: History,
        tape: Tape,
        api_date: Day = NEWEST,
        listen_keys: ListenKeys | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.venue = venue
        self.api_date = api_date
        """The day of the API's calendar."""
        self.history = history
        self.tape = tape
        self.listen_keys = listen_keys or ListenKeys()
        self.faults = faults or Faults(venue.now, lambda _seconds, then: then())
        self.on_snapshot: Callable[[str], None] | None = None
        """Told of a symbol whose book is read: streams go on from what a client has seen."""
        self.quantiles = Quantiles()
        self.quotes = Quotes()
        self.downloads = Downloads()
        self.scheme = "http"
        """By which clients reach the venue."""
        self.risks = Risks()
        self.written: dict[int, Written] = {}
        """The last v3 answer of every account that asked."""

    def submit(self, command: Command) -> Turn:
        """Let a client's command happen, as the faults want it. Raises `Rejected`."""
        if self.faults.rules:
            command = bent(self.faults, self.venue.state, command)
        return self.venue.submit(command)
