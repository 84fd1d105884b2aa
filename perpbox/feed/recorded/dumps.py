"""Dump files: each is known by its kind and symbol, read whole once, and then again bit by bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from perpbox.feed.clock import iso
from perpbox.feed.recorded.errors import BadRow, BrokenDump, RecordingError
from perpbox.feed.recorded.kinds import (
    BARS,
    Kind,
    interval_span,
    is_unused,
    kind_of,
    parts_of,
    symbol_of,
)
from perpbox.feed.recorded.rows import Record, reader_of
from perpbox.feed.recorded.text import Heard, opened, size_of
from perpbox.instrument import Catalogue, Symbol
from perpbox.money import Millis

Progress = Callable[[int, int], None]
"""Told how many bytes have been read, and of how many."""


class Dump(Struct, frozen=True):
    """A file as its name and header tell."""

    path: Path
    kind: Kind
    symbol: Symbol
    interval: Millis = 0
    """Of bars; 0 where the name has none."""


class Scanned(Struct, frozen=True):
    """A file that has been read whole, and is in order."""

    dump: Dump
    rows: int
    first_time: Millis
    last_time: Millis
    """Of its last record, and the end of its last bar."""
    first_number: int
    last_number: int


def identify(path: Path, catalogue: Catalogue) -> Dump:
    """What the file is of. Raises `BrokenDump`."""
    with opened(path) as lines:
        header = lines.header
    name, kind = symbol_of(path), kind_of(path, header)
    symbol = catalogue.symbols.get(name)
    if symbol is None:
        raise BrokenDump(
            path,
            0,
            f"this venue has no symbol {name}; choose a catalogue that lists it, or leave it out",
        )
    spans = (interval_span(part) for part in parts_of(path)[1:])
    interval = next(filter(None, spans), 0) if kind in BARS else 0
    return Dump(path, kind, symbol, interval)


def records(dump: Dump, heard: Heard | None = None) -> Iterator[Record]:
    """What the file holds, checked row by row. Raises `BrokenDump`."""
    with opened(dump.path) as lines:
        last_time, last_number = 0, -1
        try:
            read = reader_of(dump.kind, lines.header, dump.symbol)
            for row in lines.rows(heard):
                record = read(row)
                time, number, _ = record
                if number <= last_number:
                    raise BadRow(_not_rising(number, last_number))
                if time < last_time:
                    raise BadRow(f"time goes back, from {last_time} to {time}")
                last_time, last_number = time, number
                yield record
        except BadRow as error:
            raise BrokenDump(dump.path, lines.number, str(error)) from error


def _not_rising(number: int, last: int) -> str:
    if number == last:
        return f"{number} is there twice"
    return f"{number} comes after {last}: numbers and times must rise"


def scan(dump: Dump, heard: Heard | None = None) -> Scanned:
    """Read the file to its end. Raises `BrokenDump`."""
    first: Record | None = None
    last: Record | None = None
    rows = 0
    for last in records(dump, heard):
        first = first or last
        rows += 1
    if first is None or last is None:
        raise BrokenDump(dump.path, 0, "there is nothing but a header in it")
    ends = last[2].close_time if dump.kind in BARS else last[0]
    return Scanned(dump, rows, first[0], ends, first[1], last[1])


def scan_all(
    paths: Iterable[Path], catalogue: Catalogue, progress: Progress | None = None
) -> list[Scanned]:
    """Read all of them; nothing is played before every file was found in order."""
    dumps = [identify(path, catalogue) for path in paths if not is_unused(path)]
    if not dumps:
        raise RecordingError("None of the files holds what can be replayed.")
    sizes = [size_of(dump.path) for dump in dumps]
    total, done = sum(sizes), 0
    found = []
    for dump, size in zip(dumps, sizes, strict=True):

        def heard(read: int, before: int = done) -> None:
            if progress is not None:
                progress(before + read, total)

        found.append(scan(dump, heard))
        done += size
        heard(0, done)
    return found


def chained(files: Iterable[Scanned]) -> list[Scanned]:
    """Files of one kind and symbol, one after another. Raises `BrokenDump` where they overlap."""
    ordered = sorted(files, key=lambda file: (file.first_time, file.first_number))
    for before, after in pairwise(ordered):
        if after.first_time < before.last_time or after.first_number <= before.last_number:
            raise BrokenDump(
                after.dump.path,
                0,
                f"it begins at {iso(after.first_time)}, before {before.dump.path} is over; "
                "leave one of them out",
            )
    return ordered
