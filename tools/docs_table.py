"""Tables of the pages that are made from the code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; a bar within a cell is written so that it does not end it."""
    lines = [line_of(head), line_of(["---"] * len(head))]
    lines.extend(line_of([cell.replace("|", "\\|") for cell in row]) for row in rows)
    return "\n".join(lines)


def line_of(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")
