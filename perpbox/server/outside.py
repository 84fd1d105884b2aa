"""The market outside while the process runs: a relayed one is connected, and its end is told."""

from __future__ import annotations

from collections.abc import Callable

from perpbox.engine.rejects import Rejected
from perpbox.feed.clock import MANUAL, ClockMode, iso
from perpbox.server.compose import Parts
from perpbox.server.feeds import relay_terms
from perpbox.server.log import Log
from perpbox.server.relay import Relay
from perpbox.server.settings import Settings


class Outside:
    """What a feed needs beside the venue that follows it."""

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        log: Log,
        fail: Callable[[str, BaseException], None],
    ) -> None:
        self._kind = settings.feed_kind
        self._parts = parts
        self._log = log
        terms = relay_terms(settings)
        self._relay = None if terms is None else Relay(terms, parts.venue, log, fail)

    async def start(self) -> None:
        """Raises `Unusable` where a market cannot be relayed."""
        self.listen()
        if self._relay is not None:
            await self._relay.start()

    def listen(self) -> None:
        """Be told when the feed is over."""
        self._parts.venue.on_feed_end = self._note_end
        self._parts.venue.end_spent_feed()

    async def stop(self) -> None:
        if self._relay is not None:
            await self._relay.stop()

    def _note_end(self, rejected: Rejected | None) -> None:
        """The venue serves on; a clock that went by the feed stands."""
        time = iso(self._parts.venue.now())
        if rejected is None:
            self._log.info("feed is over", feed=self._kind, time=time)
        else:
            reason = " ".join((rejected.reject.name, *rejected.details))
            self._log.error("feed refused", feed=self._kind, time=time, reason=reason)
        if self._parts.clock.mode is ClockMode.FAST:
            self._parts.clock.switch(MANUAL)
