"""From settings to a recorded market, and how a venue's clock stands to it."""

from __future__ import annotations

from pathlib import Path

from perpbox.engine.state import State
from perpbox.feed.recorded import (
    Progress,
    RecordedFeed,
    RecordedTerms,
    RecordingError,
    open_recorded,
)
from perpbox.money import Millis
from perpbox.server.settings import RECORDED, Settings, Unusable, moment


def open_recording(
    settings: Settings, state: State, sequence: int, progress: Progress | None = None
) -> RecordedFeed | None:
    """The market that is replayed, if one is; read to its end once. Raises `Unusable`."""
    if settings.feed_kind != "recorded":
        return None
    first, *rest = settings.feed
    paths = [Path(first.removeprefix(RECORDED)), *map(Path, rest)]
    told = settings.recorded
    terms = RecordedTerms(
        start=moment("--recorded.begin", told.begin),
        step=told.step,
        bar_trades=told.bar_trades,
        seed=settings.seed,
    )
    after = _happened(settings, state, sequence)
    try:
        return open_recorded(paths, state.catalogue, terms, progress, after)
    except RecordingError as error:
        raise Unusable(str(error)) from error


def _happened(settings: Settings, state: State, sequence: int) -> Millis:
    """Up to when the recording is not played: a venue goes on where it was.

    [dec] A new one that starts in the middle of a recording has no part in what was before; the
    prices that stand then are its first ones.
    """
    if sequence:
        return state.now
    start = moment("--start", settings.start)
    return 0 if start is None else start - 1
