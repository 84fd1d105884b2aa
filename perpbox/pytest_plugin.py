"""The fixture `perpbox`: a venue in memory for every test, as it was at its start."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from perpbox.testing import Box

TESTING: Final = "perpbox.testing"
"""Imported when the first test asks for a venue: no other session waits for it."""
MARKER: Final = (
    "perpbox(**settings): settings of the venue that the fixture of this name is, as those of "
    'perpbox serve: feed="synthetic", seed=7, start="2026-01-01"'
)
MOST_VENUES: Final = 4
"""So many run at a time, each with settings of its own; the one unused longest ends first."""


class Venues:
    """The venues of one worker, by their settings. A test gets one that is as at its start."""

    def __init__(self) -> None:
        self._running: OrderedDict[str, Box] = OrderedDict()

    def box(self, settings: dict[str, Any]) -> Box:
        known = repr(sorted(settings.items()))
        box = self._running.pop(known, None)
        if box is None:
            while len(self._running) >= MOST_VENUES:
                self._running.popitem(last=False)[1].stop()
            fresh: Box = import_module(TESTING).venue(**settings)
            box = fresh.start()
        else:
            box.reset()
        self._running[known] = box
        return box

    def stop(self) -> None:
        while self._running:
            self._running.popitem()[1].stop()


VENUES: Final = pytest.StashKey["Box"]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def perpbox_venues() -> Iterator[Venues]:
    """The venues of this worker; whoever wants one asks for `perpbox`."""
    venues = Venues()
    yield venues
    venues.stop()


@pytest.fixture
def perpbox(request: pytest.FixtureRequest, perpbox_venues: Venues) -> Box:
    """A venue in memory, in a thread of this process, as it was at its start."""
    marker = request.node.get_closest_marker("perpbox")
    if marker is not None and marker.args:
        raise pytest.UsageError("the marker perpbox takes settings by their names")
    box = perpbox_venues.box({} if marker is None else dict(marker.kwargs))
    request.node.stash[VENUES] = box
    return box


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails shows what happened on its venue."""
    del call
    report = yield
    box = item.stash.get(VENUES, None)
    if box is not None and report.failed:
        report.sections.append(("perpbox journal", box.story()))
        report.sections.append(("perpbox log", box.log))
    return report
