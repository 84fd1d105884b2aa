"""What can be wrong with a recording: which file, which line, and why, in one sentence."""

from __future__ import annotations

from pathlib import Path


class RecordingError(Exception):
    """The recording cannot be replayed; the message says why, in one sentence."""


class BrokenDump(RecordingError):
    """A file is not what it should be."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path = path
        self.line = line
        """From 1; 0 where it is about the file as a whole."""
        self.reason = reason
        place = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{place}: {reason}.")


class BadRow(Exception):
    """A row is not what it should be; whoever reads the file knows where it stands."""
