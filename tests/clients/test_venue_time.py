"""The clock of a bot beside an accelerated venue."""

from __future__ import annotations

from freqtrade_flow.venue_time import LONGEST, VenueTime

MILLISECOND = 1_000_000
START = 1_772_434_800_000
SPEED = 60


class Machines:
    """A machine's clock, and a venue's that runs beside it until it is held up."""

    def __init__(self) -> None:
        self.machine = 5_000_000_000
        self.venue = START * MILLISECOND
        self.kept = VenueTime(lambda: self.venue // MILLISECOND, SPEED, lambda: self.machine)

    def go_on(self, machine: int, *, venue: bool = True) -> None:
        self.machine += machine
        self.venue += machine * SPEED * venue

    @property
    def late(self) -> int:
        """Nanoseconds of the venue's time."""
        return self.venue - self.kept.time_ns()


def test_it_is_late_by_what_it_may_guess() -> None:
    """It runs as fast as the venue's clock, always so far behind it."""
    both = Machines()
    for _ in range(50):
        assert both.late == LONGEST * SPEED
        both.go_on(LONGEST // 5)
        both.kept.hear()
    both.go_on(LONGEST)
    assert both.late == LONGEST * SPEED


def test_it_is_never_ahead_of_a_venue_that_stands() -> None:
    """Held up right after it was asked, the venue's clock is reached and not passed."""
    both = Machines()
    for _ in range(20):
        both.go_on(LONGEST // 3, venue=False)
        assert both.late >= 0
    assert both.late == 0


def test_it_stands_when_it_hears_nothing() -> None:
    """Rather than guess on and on."""
    both = Machines()
    both.go_on(100 * LONGEST)
    assert both.kept.time_ns() == START * MILLISECOND


def test_it_never_goes_back() -> None:
    """Not even when the venue turns out to be where it was."""
    both = Machines()
    seen = []
    for _ in range(10):
        both.go_on(LONGEST // 2, venue=False)
        seen.append(both.kept.time_ns())
        both.kept.hear()
        seen.append(both.kept.time_ns())
    assert seen == sorted(seen)
