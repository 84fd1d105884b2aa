"""The settings of a recorded market."""

from __future__ import annotations

from msgspec import Struct

from perpbox.engine.ladder import LadderTerms
from perpbox.feed.recorded.errors import RecordingError
from perpbox.money import Millis

MOST_STEP: Millis = 60_000
MOST_TRADES: int = 1_000


class RecordedTerms(Struct, frozen=True):
    """How dumps are replayed."""

    start: Millis | None = None
    """When the first record happens, or less than a day later; None: when it did happen.

    [dec] Dumps are moved by whole days, so that minutes, funding times and days stay what they are.
    """
    step: Millis = 100
    """What lies in the same so many milliseconds happens in one turn, at the time of its last
    record; a whole part of a minute. [dec] 100, within which trades are one aggregate."""
    bar_trades: int = 12
    """Trades inside a bar, and moves of a mark or index price; in a longer bar one a minute."""
    seed: int = 0
    """Of the paths inside bars."""
    ladder: LadderTerms = LadderTerms(queued=True)
    """What the house quotes around the last trade, and behind best quotes that are known."""

    def require_possible(self) -> None:
        if not 1 <= self.step <= MOST_STEP or MOST_STEP % self.step:
            raise RecordingError(
                f"A step of {self.step} ms is none: it is a whole part of a minute, such as 100."
            )
        if not 1 <= self.bar_trades <= MOST_TRADES:
            raise RecordingError(f"A bar has from 1 to {MOST_TRADES} trades.")
        if not self.ladder.is_possible:
            raise RecordingError("The ladder of the recorded market is not possible.")
