"""The page of API dates has every change of the change-log, and every dated one has a test."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from perpbox.api import calendar
from tools.docs_dates import CHANGES

ROOT: Final = Path(__file__).parents[1]
CHANGE_LOG: Final = ROOT.parent / "shared" / "spec" / "pages" / "change-log-usds-m.md"
DAYS: Final = {
    name: day for name, day in vars(calendar).items() if name.isupper() and name != "NEWEST"
}


def test_every_day_of_the_calendar_is_on_the_page() -> None:
    assert {change.day for change in CHANGES if change.day} == set(DAYS.values())
    assert all(bool(change.day) is not bool(change.reason) for change in CHANGES)


def test_every_heading_of_the_change_log_is_on_the_page() -> None:
    if not CHANGE_LOG.exists():
        pytest.skip(f"the change-log is not here: {CHANGE_LOG}")
    text = CHANGE_LOG.read_text(encoding="utf-8")
    headings = {
        day for day in re.findall(r"^## (\d{4}-\d\d-\d\d)", text, re.MULTILINE) if day >= "2024"
    }
    assert headings - {change.told for change in CHANGES} == set()


@pytest.mark.parametrize(("name", "day"), DAYS.items())
def test_every_dated_change_is_tried_on_its_day(name: str, day: str) -> None:
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "api").glob("*.py")]
    eve = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    assert any(day in text or eve in text or f"calendar.{name}" in text for text in tests)


def test_changes_stand_in_the_order_of_their_days() -> None:
    told = [change.told for change in CHANGES]
    assert told == sorted(told)
