"""What verbs write: tables as wide as they need to be, and JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table

PIPE: Final = 200
"""Columns for a table that goes to a file or through a pipe."""


def console() -> Console:
    there = Console()
    return there if there.is_terminal else Console(width=PIPE)


def write_json(told: object, *, in_one_line: bool = False) -> None:
    data = msgspec.json.encode(told)
    text = data if in_one_line else msgspec.json.format(data)
    sys.stdout.write(f"{text.decode()}\n")
    sys.stdout.flush()


def facts(rows: Iterable[tuple[str, object]]) -> Table:
    """Name and value, a line each."""
    table = Table(show_header=False)
    for name, value in rows:
        table.add_row(name, str(value))
    return table


def grid(columns: Sequence[str], rows: Iterable[Sequence[object]], left: int = 1) -> Table:
    """Names to the left, figures to the right."""
    table = Table()
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number < left else "right")
    for row in rows:
        table.add_row(*map(str, row))
    return table


def nobody_reads() -> None:
    """Whoever reads has read enough; nothing is left to be written when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
