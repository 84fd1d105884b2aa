"""A venue to ask, and verbs asked of it inside the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import pytest

from perpbox import cli
from perpbox.server.background import Background, running
from perpbox.server.settings import Settings
from tests.server.shell import Kept

TOKEN: Final = "token"
START: Final = "2026-01-01T00:00:00Z"


class Said(NamedTuple):
    code: int
    output: str
    errors: str


class Terminal:
    """Types verbs."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Said:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        return Said(int(str(ended.value.code)), *self._capsys.readouterr())


@contextmanager
def serving() -> Iterator[Background]:
    with running(Settings(port=0, token=TOKEN, clock="manual", start=START), Kept()) as server:
        yield server


def led(server: Background, patch: pytest.MonkeyPatch) -> None:
    """Verbs find the venue by themselves."""
    patch.setenv("PERPBOX_URL", server.base_url)
    patch.setenv("PERPBOX_TOKEN", TOKEN)


def cells(output: str) -> list[list[str]]:
    """The rows of a table that is printed."""
    lines = [line for line in output.splitlines() if "│" in line]
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]
