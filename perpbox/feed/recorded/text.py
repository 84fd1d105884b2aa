"""The lines of a dump: plain or in a zip file, one after another, in bounded memory."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

from perpbox.feed.recorded.errors import BrokenDump

Row = list[str]
Heard = Callable[[int], None]
"""Told now and then how many bytes have been read."""
TOLD_EVERY = 10_000


class Lines:
    """An open file, its header and its rows."""

    def __init__(self, path: Path, raw: IO[bytes]) -> None:
        self.path = path
        self.number = 0
        """Of the last line read, from 1."""
        self._raw = raw
        self._text = io.TextIOWrapper(raw, encoding="utf-8-sig")
        first = next(self._read(), None)
        if first is None:
            raise BrokenDump(path, 0, "it is empty")
        self.header = first if not first[0].strip('"')[:1].isdigit() else None
        self._first = first if self.header is None else None

    def rows(self, heard: Heard | None = None) -> Iterator[Row]:
        """The cells of each line but the header."""
        if self._first is not None:
            yield self._first
        for row in self._read():
            yield row
            if heard is not None and not self.number % TOLD_EVERY:
                heard(self._raw.tell())

    def _read(self) -> Iterator[Row]:
        try:
            for line in self._text:
                self.number += 1
                if line != "\n":
                    yield line.rstrip("\n").split(",")
        except UnicodeDecodeError:
            raise BrokenDump(self.path, self.number + 1, "it is no text") from None
        except (BadZipFile, zlib.error, EOFError) as error:
            reason = f"the zip file is damaged from here on ({error})"
            raise BrokenDump(self.path, self.number + 1, reason) from error
        except OSError as error:
            raise BrokenDump(self.path, self.number, f"it cannot be read: {error}") from error


@contextmanager
def opened(path: Path) -> Iterator[Lines]:
    """The file's lines as long as the `with` lasts."""
    with ExitStack() as stack:
        yield Lines(path, _enter(stack, path))


def _enter(stack: ExitStack, path: Path) -> IO[bytes]:
    try:
        if path.suffix != ".zip":
            return stack.enter_context(path.open("rb"))
        packed = stack.enter_context(ZipFile(path))
        return stack.enter_context(packed.open(_only_member(path, packed)))
    except (BadZipFile, zlib.error) as error:
        raise BrokenDump(
            path, 0, f"it is no whole zip file; was it cut short? ({error})"
        ) from error
    except (OSError, RuntimeError, NotImplementedError) as error:
        raise BrokenDump(path, 0, f"it cannot be opened: {error}") from error


def _only_member(path: Path, packed: ZipFile) -> str:
    names = [name for name in packed.namelist() if not name.endswith("/")]
    if len(names) != 1:
        raise BrokenDump(path, 0, f"it holds {len(names)} files, and a dump is one")
    return names[0]


def size_of(path: Path) -> int:
    """How many bytes there are to read, unpacked."""
    if path.suffix != ".zip":
        return path.stat().st_size
    with ExitStack() as stack:
        try:
            packed = stack.enter_context(ZipFile(path))
        except (BadZipFile, OSError):
            return 0  # reading it says what is wrong
        return sum(each.file_size for each in packed.infolist())
