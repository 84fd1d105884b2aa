"""The relayed live market: asks another venue, listens to it, and lets this one follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Final

from perpbox.feed.relay import BadRelay, RelayFeed, RelayTerms, Survey, rest_base, routes, survey
from perpbox.server.log import Log
from perpbox.server.relay_link import Link
from perpbox.server.rest import NoAnswer, get
from perpbox.server.settings import Unusable
from perpbox.venue import Venue

BEAT: Final = 1.0
BEATS_OF_FIGURES: Final = 60
"""Counts that have grown are logged so often."""


class Relay:
    """Everything here happens on the venue's thread, the questions by REST excepted."""

    def __init__(
        self,
        terms: RelayTerms,
        venue: Venue,
        log: Log,
        fail: Callable[[str, BaseException], None],
    ) -> None:
        self.terms = terms
        self._venue = venue
        self._log = log
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._feed = RelayFeed(venue.state, (), queued=terms.queued)
        self._links: list[Link] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._may_move_at = 0.0
        self._figures: dict[str, int] = {}

    async def start(self) -> None:
        """Take the first prices and listen. Raises `Unusable` where that cannot be.

        [dec] A venue whose market cannot be asked at its start does not start; later it goes on
        with the last prices, and tries again and again.
        """
        found = await self._survey()
        self._tell(found)
        self._feed = RelayFeed(self._venue.state, found.names, queued=self.terms.queued)
        self._feed.begin(found)
        self._venue.follow(self._feed)
        self._move()
        for route in routes(self.terms, found.names):
            link = Link(route, self.terms, self._hear, self._log)
            self._links.append(link)
            self._keep(link.keep())
        self._keep(self._watch())

    async def stop(self) -> None:
        """Hear no more; the venue keeps its last prices."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # The start.

    async def _survey(self) -> Survey:
        try:
            routes(self.terms, ())
            ask = partial(get, rest_base(self.terms), patience=self.terms.patience)
            catalogue = self._venue.state.catalogue
            return await asyncio.to_thread(survey, self.terms, catalogue, ask)
        except (BadRelay, NoAnswer) as error:
            raise Unusable(str(error)) from error

    def _tell(self, found: Survey) -> None:
        self._log.info(
            "relaying", url=self.terms.url, symbols=len(found.names), absent=", ".join(found.absent)
        )
        for name, differences in found.differences.items():
            self._log.warning("filters differ", symbol=name, differences="; ".join(differences))

    # What arrives.

    def _hear(self, message: bytes) -> None:
        self._feed.hear(message)
        if self._timer is None and self._feed.is_fresh:
            pause = max(0.0, self._may_move_at - self._loop.time())
            self._timer = self._loop.call_later(pause, self._move)

    def _move(self) -> None:
        """One moment of the market; the next one leaves time for others in between."""
        self._timer = None
        if self._venue.failure is None:
            self._feed.ripen(self._venue.now())
            self._venue.do_due()
        self._may_move_at = self._loop.time() + self.terms.pace

    # How it goes.

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        task.add_done_callback(self._note_done)
        self._tasks.append(task)

    def _note_done(self, task: asyncio.Task[None]) -> None:
        """None of them ends by itself."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._fail("relay failed", error)

    async def _watch(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(BEAT)
            beats += 1
            for link in self._links:
                link.check()
            self._tell_silence()
            if beats % BEATS_OF_FIGURES == 0:
                self._tell_figures()

    def _tell_silence(self) -> None:
        fallen, back = self._feed.beat(self.terms.silent)
        if fallen:
            self._log.warning("relay silent, last prices stay", symbols=", ".join(fallen))
        if back:
            self._log.info("relay heard again", symbols=", ".join(back))
        while self._feed.complaints:
            self._log.warning("relay refused", reason=self._feed.complaints.pop(0))

    def _tell_figures(self) -> None:
        figures = self._feed.figures()
        if figures != self._figures and any(figures.values()):
            self._log.warning("relay passed over", **figures, example=self._feed.example)
        self._figures = figures
