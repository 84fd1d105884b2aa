"""The fixture, in test runs of their own: fresh for each test, told on failure, in every worker."""

from __future__ import annotations

import pytest

from perpbox.pytest_plugin import MOST_VENUES, Venues

pytest_plugins = ["pytester"]

TWO: str = """
def test_one(perpbox):
    assert perpbox.account(USDT=10_000).id == 1
    perpbox.price("BTCUSDT", "50000")
    perpbox.advance("8h")

def test_two(perpbox):
    assert perpbox.account(USDT=10_000).id == 1
    assert perpbox.control("GET", "status")["clock"]["iso"] == "2026-01-01T00:00:00.000Z"
"""


def ran(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error", *options)


def test_each_test_has_a_venue_that_is_new(pytester: pytest.Pytester) -> None:
    ran(pytester, TWO).assert_outcomes(passed=2)


def test_each_worker_has_venues_of_its_own(pytester: pytest.Pytester) -> None:
    ran(pytester, TWO, "-n", "2").assert_outcomes(passed=2)


def test_a_failure_shows_what_has_happened(pytester: pytest.Pytester) -> None:
    told = ran(
        pytester,
        """
        def test_before(perpbox):
            perpbox.account("earlier", USDT=10_000)

        def test_bot(perpbox):
            perpbox.account("alice", USDT=10_000)
            assert False
        """,
    )
    told.assert_outcomes(passed=1, failed=1)
    told.stdout.fnmatch_lines(
        [
            "*perpbox journal*",
            "*2026-01-01T00:00:00.000Z  OpenAccount",
            "    account 1 (alice) is opened with 10000 USDT.",
            "*perpbox log*",
            "*restored*",
        ]
    )
    told.stdout.no_fnmatch_line("*earlier*is opened*")


def test_the_marker_says_what_the_venue_is(pytester: pytest.Pytester) -> None:
    ran(
        pytester,
        """
        import pytest

        @pytest.mark.perpbox(feed="synthetic", seed=7, start="2026-02-01")
        def test_lively(perpbox):
            status = perpbox.control("GET", "status")
            assert status["feed"] == {"kind": "synthetic", "running": True}
            assert status["clock"]["iso"] == "2026-02-01T00:00:00.000Z"

        def test_quiet(perpbox):
            assert perpbox.control("GET", "status")["feed"]["kind"] == "quiet"

        async def scenario(box):
            return box.account(USDT=1).id

        def test_in_a_coroutine(perpbox):
            import asyncio
            assert asyncio.run(scenario(perpbox)) == 1
        """,
        "--strict-markers",
    ).assert_outcomes(passed=3)


def test_a_marker_that_says_nonsense_is_told(pytester: pytest.Pytester) -> None:
    told = ran(
        pytester,
        """
        import pytest

        @pytest.mark.perpbox(sead=7)
        def test_misspelt(perpbox):
            pass

        @pytest.mark.perpbox("synthetic")
        def test_unnamed(perpbox):
            pass
        """,
    )
    told.assert_outcomes(errors=2)
    told.stdout.fnmatch_lines(["*a venue has no setting 'sead'*", "*settings by their names*"])


def test_a_session_that_asks_for_no_venue_does_not_wait_for_one(pytester: pytest.Pytester) -> None:
    ran(
        pytester,
        """
        import sys

        def test_plain():
            assert "perpbox.pytest_plugin" in sys.modules
            assert "perpbox.testing" not in sys.modules
            assert "perpbox.server" not in sys.modules
        """,
    ).assert_outcomes(passed=1)


def test_only_so_many_venues_run_at_a_time() -> None:
    venues = Venues()
    first = venues.box({"seed": 0})
    again = venues.box({"seed": 0})
    assert first is again
    for seed in range(1, MOST_VENUES + 1):
        venues.box({"seed": seed})
    assert venues.box({"seed": 0}) is not first
    venues.stop()
