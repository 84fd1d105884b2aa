"""When the synthetic market moves: step by step, in longer steps behind a clock far ahead."""

from __future__ import annotations

from typing import Final

from perpbox.feed.synthetic.terms import SyntheticTerms
from perpbox.feed.synthetic.weather import HOUR
from perpbox.money import Millis

LONGEST_STEP: Final[Millis] = 4 * HOUR


class Pace:
    """[dec] A jump is made in steps of one length, the shortest with which so many are enough.

    Where the clock is when the jump begins is where it ends, and the next step of the usual
    length comes right after.
    """

    def __init__(self, terms: SyntheticTerms, now: Millis) -> None:
        self._step = terms.step
        self._most = terms.steps_per_jump
        self._stride = terms.step
        self._jump_ends: Millis = 0
        self._taken = self._before(now)
        self.next_time = self._taken + self._step

    def _before(self, time: Millis) -> Millis:
        """The last moment of a usual step by then."""
        return time - time % self._step

    def take(self, until: Millis) -> tuple[Millis, int]:
        """The moment that is now, and how many usual steps it stands for."""
        now = self.next_time
        if now > self._jump_ends:
            self._set_out(now, until)
        bulk = (now - self._taken) // self._step
        self._taken = now
        after = now + self._stride
        if now <= self._jump_ends < after:
            after = self._before(self._jump_ends) + self._step
        self.next_time = after
        return now, bulk

    def _set_out(self, now: Millis, until: Millis) -> None:
        self._stride = self._step
        steps = (until - now) // self._step
        if steps > self._most:
            times = min(-(-steps // self._most), LONGEST_STEP // self._step)
            self._stride = times * self._step
            self._jump_ends = until
