"""Programs that a test starts beside itself: one that writes a journal, and one that opens it."""

from __future__ import annotations

import resource
import signal
import sys
from functools import partial
from pathlib import Path

from perpbox.journal import JournalError, open_journal, recover
from tests.journal.story import Story, catalogue_json


def tell(*words: object) -> None:
    """Print a line in one piece: two threads do."""
    print(" ".join(map(str, words)) + "\n", end="", flush=True)


def write(path: Path, seed: int) -> None:
    """Go on with the journal until killed, and print each sequence once it is durable."""
    with open_journal(path, catalogue_json()) as journal:
        recovered = recover(journal)
        tell("from", recovered.sequence)
        journal.on_durable = tell
        Story(journal, recovered.state, recovered.sequence).live(10**9, seed)


def try_to_open(path: Path) -> None:
    """Open the journal, and print what came of it."""
    try:
        with open_journal(path, catalogue_json()) as journal:
            tell("opened at", journal.last_sequence)
    except JournalError as error:
        tell(type(error).__name__, error)


def write_with_room_for(path: Path, room: int) -> None:
    """Write until no file may grow beyond `room` bytes; print what was durable, then why not."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open_journal(path, catalogue_json()) as journal:
        recovered = recover(journal)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        journal.on_durable = partial(tell, "durable")
        journal.on_failure = partial(tell, "failed")
        try:
            Story(journal, recovered.state, recovered.sequence).live(10**6)
        except JournalError as error:
            tell("stopped", error)


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    if what == "write":
        write(Path(where), int(rest[0]))
    elif what == "open":
        try_to_open(Path(where))
    elif what == "fill":
        write_with_room_for(Path(where), int(rest[0]))
