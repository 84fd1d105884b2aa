"""Journals that released versions wrote still open, and hold what they held."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from perpbox import __version__
from perpbox.journal import open_journal, recover
from tests.journal.make_released import FOLDER, write
from tests.journal.released_facts import Found, find
from tests.journal.story import Story

RELEASED = sorted(FOLDER.glob("*.sqlite"))


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


def test_a_released_journal_holds_what_it_held(released: Path, copy: Path) -> None:
    facts = released.with_suffix(".json").read_bytes()
    assert find(copy) == msgspec.json.decode(facts, type=Found)


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
    assert found.market_trades
