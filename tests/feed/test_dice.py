"""Chance is whole numbers, has the moments that it should, and never changes."""

from __future__ import annotations

from fractions import Fraction
from statistics import fmean, median, pstdev
from typing import Final

import pytest

from perpbox.feed.synthetic.dice import NORMAL_BITS, ONE, Dice, chance_of_none

THROWS: Final = 20_000
GOLDEN: Final = (
    [2908, -72546, -11374, -19004, 20661],
    [1, 2, 2, 3, 0, 1, 2, 3],
    [1354255, 76109255, 5907304, 210224],
    3801414783,
)


@pytest.fixture
def dice() -> Dice:
    return Dice(7, 0)


def test_a_seed_gives_these_numbers_on_every_machine() -> None:
    dice = Dice(2026, 1_795_348_800_000)
    normal = [dice.normal() for _ in range(5)]
    counts = [dice.count(chance_of_none(3, 2)) for _ in range(8)]
    spread = [dice.spread_out(1_000_000, 2 << NORMAL_BITS) for _ in range(4)]
    wandered = dice.back_home(ONE, 1000, 60_000, ONE)
    assert (normal, counts, spread, wandered) == GOLDEN


def test_another_seed_or_another_moment_gives_others() -> None:
    first = [Dice(seed, now).bits(64) for seed in (0, 1, -1, 2**64 - 2) for now in (0, 1, 2**41)]
    assert len(set(first)) == len(first)


def test_normal_variates_have_their_moments(dice: Dice) -> None:
    thrown = [dice.normal() / 2**NORMAL_BITS for _ in range(THROWS)]
    assert abs(fmean(thrown)) < 0.02
    assert pstdev(thrown) == pytest.approx(1, abs=0.02)
    assert fmean(value**3 for value in thrown) == pytest.approx(0, abs=0.06)
    assert fmean(value**4 for value in thrown) == pytest.approx(3, abs=0.15)
    assert len(set(thrown)) > THROWS * 0.9


@pytest.mark.parametrize("rate", ["0.1", "1", "5.5", "16"])
def test_counts_have_the_mean_and_variance_of_their_rate(dice: Dice, rate: str) -> None:
    exact = Fraction(rate)
    none = chance_of_none(exact.numerator, exact.denominator)
    counts = [dice.count(none) for _ in range(THROWS)]
    assert fmean(counts) == pytest.approx(float(exact), rel=0.05)
    assert pstdev(counts) ** 2 == pytest.approx(float(exact), rel=0.05)


def test_nothing_comes_at_a_rate_of_zero(dice: Dice) -> None:
    none = chance_of_none(0, 1)
    assert none == ONE
    assert not any(dice.count(none) for _ in range(1000))


def test_log_normal_variates_have_their_median_and_spread(dice: Dice) -> None:
    thrown = [dice.spread_out(1_000_000, 2 << NORMAL_BITS) for _ in range(THROWS)]
    assert median(thrown) == pytest.approx(1_000_000, rel=0.04)
    within = sum(250_000 <= value <= 4_000_000 for value in thrown)
    assert within / THROWS == pytest.approx(0.683, abs=0.02)


def test_what_comes_once_in_a_span_does(dice: Dice) -> None:
    came = sum(dice.happens(1000, 20_000) for _ in range(THROWS))
    assert came == pytest.approx(THROWS / 20, rel=0.1)
    assert all(dice.happens(2000, 1000) for _ in range(100))


@pytest.mark.parametrize("span", [1, 10, 40, 100])
def test_what_wanders_about_zero_keeps_its_deviation(dice: Dice, span: int) -> None:
    value, values = 50 * ONE, []
    for _ in range(THROWS):
        value = dice.back_home(value, span, 40, ONE)
        values.append(value / ONE)
    settled = values[2000:]
    assert abs(fmean(settled)) < 0.3
    assert pstdev(settled) == pytest.approx(1, rel=0.2)
