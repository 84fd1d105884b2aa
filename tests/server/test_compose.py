"""From settings to a venue: what is kept of it, and what must not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from perpbox.server.compose import Parts, compose
from perpbox.server.settings import Settings


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """A venue on a file, with a snapshot due."""
    parts = compose(Settings(data=str(tmp_path / "venue.sqlite")))
    monkeypatch.setattr(parts.journal, "snapshot_due", lambda **_: True)
    return parts


def test_a_snapshot_that_is_due_is_kept(parts: Parts) -> None:
    parts.keep_snapshot()
    parts.journal.flush()
    assert [sequence for sequence, _ in parts.journal.snapshots()] == [1]
    parts.close()


def test_the_state_of_a_venue_that_broke_off_is_not_kept(parts: Parts) -> None:
    """It is ahead of its journal; a start from it would be a start from what never happened."""
    parts.venue.failure = ZeroDivisionError()
    parts.keep_snapshot()
    parts.journal.flush()
    assert list(parts.journal.snapshots()) == []
    parts.close()
