"""What a venue is told to keep, and that it gives up the rest while it runs."""

from __future__ import annotations

import pytest

from perpbox.engine.commands import MoveClock
from perpbox.journal.retention import DAY, Retention
from perpbox.server.compose import compose
from perpbox.server.settings import MEMORY_LINES, KeepSettings, Settings, Unusable

HOUR = DAY // 24


def test_ages_are_spans_or_for_ever() -> None:
    kept = KeepSettings(lines="12h", history="forever", tape="1d12h").retention()
    assert kept == Retention(lines=12 * HOUR, history=None, tape=36 * HOUR)


@pytest.mark.parametrize("name", ["lines", "history", "tape"])
@pytest.mark.parametrize("told", ["", "7", "-1d", "always"])
def test_anything_else_is_told_with_its_option(name: str, told: str) -> None:
    with pytest.raises(Unusable, match=rf"^--keep\.{name}: .*forever"):
        KeepSettings(**{name: told}).retention()


def test_what_is_asked_is_looked_at_before_a_journal_is_made() -> None:
    with pytest.raises(Unusable, match=r"--keep\.tape"):
        compose(Settings(keep=KeepSettings(tape="long")))


def test_in_memory_lines_are_kept_for_an_hour_at_most() -> None:
    for lines, kept in (("7d", MEMORY_LINES), ("forever", MEMORY_LINES), ("1m", 60_000)):
        parts = compose(Settings(keep=KeepSettings(lines=lines)))
        assert parts.retention.lines == kept
        parts.close()


def test_a_running_venue_gives_up_what_is_too_old() -> None:
    parts = compose(Settings(clock="manual"))
    for _ in range(5):
        parts.venue.move_clock(parts.venue.now() + 30 * 60_000)
        parts.venue.submit(MoveClock())
    parts.give_up()
    first = parts.journal.first_sequence
    assert first > 1
    assert next(parts.journal.encoded_lines(first - 1))[0] == first
    parts.close()
