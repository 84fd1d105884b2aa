"""Journals that released versions wrote still open, and hold what they held."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import msgspec
import pytest

from perpbox import __version__
from perpbox.engine.commands import Command
from perpbox.engine.events import Event
from perpbox.journal import open_journal, recover, verify
from tests.journal.make_released import FOLDER, write
from tests.journal.released_facts import Released, find
from tests.journal.story import Story

RELEASED = sorted(FOLDER.glob("*.sqlite"))

CHANGED: Final[dict[str, str]] = {
    "0.1.0": "a state holds more since 0.2.0: fees of an account, to begin with",
}
"""Versions whose journals end otherwise by the rules, or in the state, of today: which, and why."""


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest) -> Path:
    path = request.param
    assert isinstance(path, Path)
    return path


@pytest.fixture
def copy(released: Path, path: Path) -> Path:
    """To open a journal may change its file, and a released one is never changed."""
    shutil.copy(released, path)
    return path


def facts(released: Path) -> Released:
    return msgspec.json.decode(released.with_suffix(".json").read_bytes(), type=Released)


def test_a_released_journal_holds_what_it_held(released: Path, copy: Path) -> None:
    assert find(copy) == facts(released).found


def test_a_released_journal_is_verified_with_the_digests_of_its_day(
    released: Path, copy: Path
) -> None:
    """It was written elsewhere: the same commands have the same digests on every machine."""
    report, then = verify(copy), facts(released)
    assert report.journal_digest == then.found.journal_digest
    same = report.holds and report.state_digest == then.state_digest
    assert same is (released.stem not in CHANGED)


def test_a_released_journal_goes_on(copy: Path) -> None:
    with open_journal(copy, b"") as journal:
        recovered = recover(journal)
        Story(journal, recovered.state, recovered.sequence).live(50, seed=3)
    with open_journal(copy, b"") as journal:
        assert recover(journal).sequence == recovered.sequence + 50


def test_there_is_a_journal_of_every_version_from_the_first_on() -> None:
    assert "0.1.0" in {path.stem for path in RELEASED}
    assert __version__ in {path.stem for path in RELEASED}


def test_a_journal_for_later_versions_has_something_of_everything(tmp_path: Path) -> None:
    found = write(tmp_path / "journal")
    accounts = list(found.accounts.values())
    assert any(account.open_orders for account in accounts)
    assert any(account.positions for account in accounts)
    assert any(account.api_keys for account in accounts)
    assert all(account.income for account in accounts)
    assert any(account.margin_changes for account in accounts)
    assert found.market_trades


def test_a_journal_for_later_versions_has_every_command_and_every_event(tmp_path: Path) -> None:
    write(tmp_path / "journal")
    with open_journal(tmp_path / "journal", b"") as journal:
        lines = [msgspec.json.decode(line) for _, line in journal.encoded_lines()]
    assert {command[0] for _, _, command, _ in lines} == set(names(Command))
    assert {event[0] for _, _, _, events in lines for event in events} == set(names(Event))


def names(union: object) -> Iterator[str]:
    return (kind.__name__ for kind in get_args(union))
