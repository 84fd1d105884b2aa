"""`perpbox verify`: what handling a journal once more has shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from perpbox.console.output import facts
from perpbox.journal import Report, verify


def verified(path: Path) -> Report:
    """With a bar where somebody looks. Raises a `JournalError`."""
    with _progress() as progress:
        task = progress.add_task("turns", total=None)
        return verify(path, lambda done, total: progress.update(task, completed=done, total=total))


def json_of(report: Report) -> dict[str, Any]:
    difference = report.difference
    return {
        "holds": report.holds,
        "verdict": _verdict(report),
        "turns": report.turns,
        "journalDigest": report.journal_digest,
        "stateDigest": report.state_digest,
        "difference": None
        if difference is None
        else {
            "turn": difference.sequence,
            "command": repr(difference.command),
            "journaled": [repr(event) for event in difference.expected],
            "today": [repr(event) for event in difference.got],
            "refusal": difference.refusal,
        },
    }


def table_of(report: Report) -> Table:
    rows: list[tuple[str, object]] = [
        ("turns", report.turns),
        ("journal digest", report.journal_digest),
        ("state digest", report.state_digest),
        ("verdict", _verdict(report)),
    ]
    difference = report.difference
    if difference is not None:
        rows += [
            ("first difference", f"turn {difference.sequence}: {difference.command!r}"),
            ("as journaled", _each(difference.expected)),
            ("today", _each(difference.got) or f"refused: {difference.refusal}"),
        ]
    return facts(rows)


@contextmanager
def _progress() -> Iterator[Progress]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


def _verdict(report: Report) -> str:
    if report.difference is not None:
        return "a turn would end otherwise today"
    return "the events lead to another state" if report.state_differs else "the same would happen"


def _each(values: Sequence[object]) -> str:
    return "\n".join(map(repr, values))
