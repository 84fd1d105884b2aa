"""A venue is killed while it goes back to a snapshot: it is all of the one or all of the other."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from random import Random
from typing import Final

import pytest

from perpbox.engine.snapshot import dump
from perpbox.journal import open_journal, recover, verify
from tests.server.programs import Program, started

KILLS: Final = 5
FEW: Final = 3
MANY: Final = 50


def digest(path: Path) -> bytes:
    with open_journal(path, b"") as journal:
        return dump(recover(journal).state)


def opened(server: Program, count: int) -> None:
    for number in range(count):
        balances = {"USDT": f"{number + 1}"}
        assert server.ask("POST", "/box/v1/accounts", {"balances": balances})[0] == 200


@pytest.mark.slow
def test_a_kill_in_the_middle_of_a_restore_tears_nothing(tmp_path: Path) -> None:
    path, dice = tmp_path / "venue.perpbox", Random(7)
    arguments = ("serve", "--port", "0", "--data", str(path), "--clock", "manual")
    with started(*arguments) as server:
        server.ready()
        opened(server, FEW)
        assert server.ask("POST", "/box/v1/snapshots", {"name": "few"})[0] == 200
    few = digest(path)

    for _ in range(KILLS):
        with started(*arguments) as server:
            server.ready()
            opened(server, MANY)
            asking = threading.Thread(target=restore, args=(server,))
            asking.start()
            time.sleep(dice.random() / 20)
            server.process.kill()
            server.process.wait()
            asking.join()
        found = digest(path)

        with open_journal(path, b"") as journal:
            accounts = len(recover(journal).state.accounts)
        assert accounts == FEW or (accounts - FEW) % MANY == 0
        assert (accounts == FEW) == (found == few)
        assert verify(path).holds


def restore(server: Program) -> None:
    """Ask for it; the answer may never come."""
    with suppress(OSError, HTTPException):
        server.ask("POST", "/box/v1/snapshots/few/restore", {})
