"""`perpbox clone`: what was built, what is the same, and what could not be known; as tables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from perpbox.clone import Answers, Clone, Compared, Unreadable, clone, from_files, from_live
from perpbox.clone.comparison import differing
from perpbox.console.operator import Operator
from perpbox.server.background import running
from perpbox.server.settings import MEMORY, Settings, Unusable

KEY: Final = "PERPBOX_LIVE_KEY"
SECRET: Final = "PERPBOX_LIVE_SECRET"  # noqa: S105  the name of a variable
TOKEN: Final = "what-if"  # noqa: S105  of a venue that is there for one question
MOST: Final = 40
"""Differences shown; the others are counted."""


def answers_of(files: Sequence[Path], live: str | None) -> Answers:
    """Those of the files, or those that a venue gives to the user's own key."""
    try:
        if live is None:
            return from_files(files)
        key, secret = os.environ.get(KEY, ""), os.environ.get(SECRET, "")
        if not key or not secret:
            raise Unusable(f"--live needs {KEY} and {SECRET} in the environment.")
        return from_live(live, key, secret)
    except Unreadable as error:
        raise Unusable(f"{error}.") from error


def build(answers: Answers, place: str) -> Clone:
    """The clone in a new journal. Raises `Unusable`."""
    try:
        return clone(answers, place)
    except Unreadable as error:
        raise Unusable(f"{error}.") from error


def main(files: Sequence[Path], live: str | None, data: Path | None, console: Console) -> bool:
    """Build, print, and say whether every figure is the same."""
    if bool(files) is (live is not None):
        raise Unusable("clone takes files of answers, or --live URL.")
    made = build(answers_of(files, live), MEMORY if data is None else str(data))
    different = differing(made.compared)
    if different:
        _show(console, different)
    same = len(made.compared) - len(different)
    _say(console, f"{same} of {len(made.compared)} figures are the same.")
    for note in made.notes:
        _say(console, f"not known: {note}")
    if data is not None:
        _say(console, f"perpbox serve --data {data}")
        _say(console, f"account {made.account_id}, apiKey {made.api_key}")
        _say(console, f"secretKey {made.secret_key}, which is shown this once")
    return not different


def _show(console: Console, different: Sequence[Compared]) -> None:
    table = Table("field", "told", "the clone", "why")
    for each in different[:MOST]:
        table.add_row(f"{each.source}: {each.field}", each.theirs, each.ours, each.reason)
    console.print(table, markup=False)
    if len(different) > MOST:
        _say(console, f"and {len(different) - MOST} more")


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def operator_of(files: Sequence[Path], url: str | None, token: str | None) -> Iterator[Operator]:
    """Of a venue that runs, or of a clone that is there until the question is answered."""
    if not files:
        yield Operator(url, token)
        return
    if url is not None:
        raise Unusable("--from makes a venue of its own, and --url names another.")
    with TemporaryDirectory(prefix="perpbox-") as folder:
        place = str(Path(folder) / "clone.perpbox")
        build(answers_of(files, None), place)
        settings = Settings(port=0, data=place, token=TOKEN)
        with running(settings, _Quiet()) as background:
            yield Operator(background.base_url, TOKEN)


class _Quiet:
    """The answer is all that is wanted of such a venue."""

    def info(self, event: str, **facts: object) -> None:
        """Nothing that the user needs to see."""

    def warning(self, event: str, **facts: object) -> None:
        raise Unusable(f"The clone cannot be asked: {event}: {facts}.")

    error = warning
