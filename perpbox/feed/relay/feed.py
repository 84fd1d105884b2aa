"""The feed: hears another venue at any time, and gives this one what is new when it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from perpbox.engine.commands import Command
from perpbox.engine.state import State
from perpbox.feed.clock import LATEST
from perpbox.feed.relay.messages import (
    AggregateTrade,
    AssetIndex,
    BookTicker,
    Complaint,
    Malformed,
    MarkPrice,
    read,
)
from perpbox.feed.relay.mirror import LARGEST, Mirror
from perpbox.feed.relay.moment import Moment
from perpbox.feed.relay.survey import Survey
from perpbox.money import Millis, Price, parse

NEVER: Final[Millis] = LATEST
"""Nothing has arrived; the feed is not over."""
MOST_COMPLAINTS: Final = 20
LONGEST_EXAMPLE: Final = 200


class RelayFeed:
    """What arrives waits, the latest prices of each symbol and all its trades, until `ripen`."""

    next_time: Millis | None

    def __init__(self, state: State, names: Iterable[str], *, queued: bool) -> None:
        self.next_time = NEVER
        self.malformed = 0
        """What could not be read, or had figures that this venue cannot have."""
        self.example = ""
        """Why the latest of it could not."""
        self.complaints: list[str] = []
        """What the other venue has refused."""
        self.mirrors = {name: Mirror(state.catalogue.symbols[name]) for name in names}
        self._state = state
        self._queued = queued
        self._fresh: dict[str, Mirror] = {}
        """Those of which something has been heard since the last moment."""
        assets = state.catalogue.assets.values()
        self._assets = {asset.index_symbol: asset.name for asset in assets}
        self._indexes: dict[str, Price] = {}
        """Of assets, as they have been told since."""

    # What arrives.

    def begin(self, survey: Survey) -> None:
        """The first prices, asked for by REST."""
        for told in survey.marks:
            self._note(told)
        for name, price in survey.last_prices.items():
            self._note_last(name, price)

    def hear(self, message: bytes) -> None:
        """Take a message in; what tells nothing possible is counted and passed over."""
        try:
            told = read(message)
        except Malformed as error:
            self._pass_over(error)
            return
        for each in told:
            if isinstance(each, Complaint):
                self._note_complaint(each)
            else:
                self._note(each)

    def _note(self, told: BookTicker | AggregateTrade | MarkPrice | AssetIndex) -> None:
        try:
            if isinstance(told, AssetIndex):
                self._note_index(told)
            elif told.symbol in self.mirrors:
                _show(self.mirrors[told.symbol], told)
                self._fresh[told.symbol] = self.mirrors[told.symbol]
        except ValueError as error:
            self._pass_over(error)

    def _note_last(self, name: str, price: str) -> None:
        mirror = self.mirrors.get(name)
        if mirror is None:
            return
        try:
            mirror.note_last(parse(price))
        except ValueError as error:
            self._pass_over(error)
        else:
            self._fresh[name] = mirror

    def _note_index(self, told: AssetIndex) -> None:
        asset = self._assets.get(told.symbol)
        price = parse(told.price)
        if asset is not None and 0 < price <= LARGEST:
            self._indexes[asset] = price

    def _note_complaint(self, told: Complaint) -> None:
        if len(self.complaints) < MOST_COMPLAINTS:
            self.complaints.append(f"{told.code} {told.msg}"[:LONGEST_EXAMPLE])

    def _pass_over(self, error: ValueError) -> None:
        self.malformed += 1
        self.example = f"{type(error).__name__}: {error}"[:LONGEST_EXAMPLE]

    # What the venue takes.

    @property
    def is_fresh(self) -> bool:
        """Whether something has arrived that the venue has not had."""
        return bool(self._fresh or self._indexes)

    def ripen(self, now: Millis) -> None:
        """What has arrived happens now."""
        if self.is_fresh and self.next_time == NEVER:
            self.next_time = now

    def take(self, until: Millis) -> list[Command]:
        """All that has arrived, as one moment."""
        now = self.next_time or until
        self.next_time = NEVER
        fresh, self._fresh = self._fresh, {}
        indexes, self._indexes = self._indexes, {}
        moment = Moment(self._state, now, queued=self._queued)
        return moment.commands(fresh.values(), indexes)

    # How it goes.

    def beat(self, most: int) -> tuple[list[str], list[str]]:
        """One beat more: the symbols that have fallen silent at it, and those heard again since.

        Silent is one of which nothing has been heard for `most` beats.
        """
        fallen, back = [], []
        for name, mirror in self.mirrors.items():
            if mirror.is_silent and not mirror.silence:
                mirror.is_silent = False
                back.append(name)
            mirror.silence += 1
            if mirror.silence == most:
                mirror.is_silent = True
                fallen.append(name)
        return fallen, back

    def figures(self) -> dict[str, int]:
        """Counts since the start, for the log."""
        mirrors = self.mirrors.values()
        return {
            "malformed": self.malformed,
            "dropped": sum(mirror.dropped for mirror in mirrors),
            "missed": sum(mirror.missed for mirror in mirrors),
        }


def _show(mirror: Mirror, told: BookTicker | AggregateTrade | MarkPrice) -> None:
    if isinstance(told, BookTicker):
        mirror.note_book(told)
    elif isinstance(told, AggregateTrade):
        mirror.note_trade(told)
    else:
        mirror.note_mark(told)
