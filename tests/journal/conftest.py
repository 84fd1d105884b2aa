"""Journals of both kinds, and the stories written into them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from perpbox.journal import Journal, open_journal
from tests.journal.story import Story, catalogue_json


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "venue.perpbox"


@pytest.fixture(params=["file", "memory"])
def journal(request: pytest.FixtureRequest, path: Path) -> Iterator[Journal]:
    place = path if request.param == "file" else ":memory:"
    with open_journal(place, catalogue_json()) as journal:
        yield journal


@pytest.fixture
def story(journal: Journal) -> Story:
    return Story(journal)
