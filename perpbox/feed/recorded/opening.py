"""From paths to a feed: files are found, read whole once, and put in order."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from perpbox.feed.recorded.dumps import Progress, Scanned, chained, scan_all
from perpbox.feed.recorded.feed import RecordedFeed
from perpbox.feed.recorded.kinds import Kind, expand
from perpbox.feed.recorded.streams import PARTS, Part, stream_of
from perpbox.feed.recorded.terms import RecordedTerms
from perpbox.instrument import Catalogue
from perpbox.money import Millis

DAY: Final[Millis] = 86_400_000

PREFERRED: Final = (Kind.TRADES, Kind.AGG_TRADES, Kind.KLINES)
"""The most exact of what a symbol has makes its trades; the others are not needed."""


def open_recorded(
    paths: Iterable[Path],
    catalogue: Catalogue,
    terms: RecordedTerms | None = None,
    progress: Progress | None = None,
    after: Millis = 0,
) -> RecordedFeed:
    """A feed that replays these files, and those in these folders.

    Every file is read to its end first, so that one that is broken is told of before anything
    has moved: raises `RecordingError`. `after` is for a venue that has been here before: what lies
    until then has happened to it already.
    """
    terms = terms or RecordedTerms()
    terms.require_possible()
    files = scan_all(expand(paths), catalogue, progress)
    chains = [chained(group) for group in _needed(files)]
    first_time, last_time = _span(chains)
    shift = _shift(first_time, terms.start)
    streams = [stream_of([file.dump for file in each], terms) for each in chains]
    return RecordedFeed(streams, terms, first_time, last_time, shift, after)


def _needed(files: Iterable[Scanned]) -> list[list[Scanned]]:
    """Files by kind and symbol, and of bars by interval: those that are played."""
    groups: dict[tuple[str, Part], dict[tuple[int, Millis], list[Scanned]]] = {}
    for file in files:
        dump = file.dump
        rank = PREFERRED.index(dump.kind) if dump.kind in PREFERRED else 0
        group = groups.setdefault((dump.symbol.name, PARTS[dump.kind]), {})
        group.setdefault((rank, dump.interval), []).append(file)
    return [group[min(group)] for _, group in sorted(groups.items(), key=_place)]


def _place(item: tuple[tuple[str, Part], object]) -> tuple[str, str]:
    (name, part), _ = item
    return name, part.value


def _span(chains: list[list[Scanned]]) -> tuple[Millis, Millis]:
    """From the first record to the last one; funding alone has no market to begin with."""
    moving = [chain for chain in chains if chain[0].dump.kind is not Kind.FUNDING] or chains
    return min(c[0].first_time for c in moving), max(c[-1].last_time for c in moving)


def _shift(first_time: Millis, start: Millis | None) -> Millis:
    """By how many whole days the records are moved: the first one not before the start."""
    return 0 if start is None else -((first_time - start) // DAY) * DAY
