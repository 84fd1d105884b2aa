"""Two months of the synthetic market: prices, funding and volumes as a real one might have them."""

from __future__ import annotations

from itertools import pairwise
from math import log
from statistics import correlation, fmean, pstdev

import pytest

from perpbox.engine.events import FundingSettled, PriceMoved, Traded
from perpbox.engine.line import Line
from perpbox.feed.synthetic import SyntheticTerms
from perpbox.feed.synthetic.liquidity import MEME_DAILY, is_meme, tier_of
from perpbox.feed.synthetic.walk import weights
from perpbox.money import SCALE
from tests.feed.synthetic_stage import BUILTIN, DAY, MINUTE, LivelyStage

DAYS = 60
STEPS = 96
FINE = ("BTCUSDT", "ETHUSDT", "LTCUSDT", "WIFUSDT")


class Past:
    """What has been seen of two months, in steps of a quarter of an hour."""

    def __init__(self) -> None:
        self.daily: dict[str, list[int]] = {name: [] for name in BUILTIN.symbols}
        self.fine: dict[str, list[int]] = {name: [] for name in FINE}
        self.rates: dict[str, list[int]] = {name: [] for name in BUILTIN.symbols}
        self.volume: dict[str, int] = dict.fromkeys(BUILTIN.symbols, 0)
        self.furthest = 0.0
        """Of a mark price from its index price, as a ratio."""
        stage = LivelyStage(SyntheticTerms(steps_per_jump=STEPS), seed=11, keep_lines=False)
        stage.venue.listeners.append(self.note)
        for _ in range(DAYS):
            stage.pass_time(DAY)
            for name, market in stage.venue.state.markets.items():
                self.daily[name].append(market.index)

    def note(self, line: Line) -> None:
        for event in line.events:
            if isinstance(event, PriceMoved):
                self.furthest = max(self.furthest, abs(event.mark / event.index - 1))
                if event.symbol in self.fine:
                    self.fine[event.symbol].append(event.index)
            elif isinstance(event, FundingSettled):
                self.rates[event.symbol].append(event.rate)
            elif isinstance(event, Traded):
                self.volume[event.symbol] += event.price * event.quantity // SCALE**2

    def volatility(self, name: str) -> float:
        """Of a day."""
        return pstdev(returns(self.daily[name]))


def returns(prices: list[int]) -> list[float]:
    return [log(after / before) for before, after in pairwise(prices)]


def kurtosis(values: list[float]) -> float:
    mean, deviation = fmean(values), pstdev(values)
    return fmean(((value - mean) / deviation) ** 4 for value in values)


@pytest.fixture(scope="module")
def past() -> Past:
    return Past()


def test_bitcoin_is_as_volatile_as_bitcoin_and_others_more(past: Past) -> None:
    bitcoin = past.volatility("BTCUSDT")
    assert 0.015 < bitcoin < 0.04
    others = {n: past.volatility(n) for n in BUILTIN.symbols if not n.startswith("BTC")}
    assert all(0.8 * bitcoin < volatility < 0.12 for volatility in others.values()), others
    assert fmean(others.values()) > 1.4 * bitcoin
    memes = [v for n, v in others.items() if is_meme(BUILTIN.symbols[n])]
    assert fmean(memes) > fmean(others.values())
    assert 100 * fmean(memes) == pytest.approx(100 * MEME_DAILY / SCALE, rel=0.3)


def test_all_go_with_bitcoin_and_none_by_itself(past: Past) -> None:
    bitcoin = returns(past.daily["BTCUSDT"])
    for name in BUILTIN.symbols:
        together = correlation(bitcoin, returns(past.daily[name]))
        assert together > (0.99 if name.startswith("BTC") else 0.35), name
        assert together < 0.98 or name.startswith("BTC"), name


def test_returns_have_fat_tails_and_quiet_and_wild_hours(past: Past) -> None:
    for name in ("BTCUSDT", "ETHUSDT"):
        moves = returns(past.fine[name])
        assert kurtosis(moves) > 4, name
        sizes = [abs(move) for move in moves]
        assert correlation(sizes[:-1], sizes[1:]) > 0.08, name
        assert abs(correlation(moves[:-1], moves[1:])) < 0.06, name


def test_prices_wander_and_stay_sane(past: Past) -> None:
    for name, symbol in BUILTIN.symbols.items():
        prices = past.daily[name]
        assert symbol.start_price / 5 < min(prices), name
        assert max(prices) < 5 * symbol.start_price, name
        assert max(prices) > 1.1 * min(prices), name


def test_symbols_of_one_base_asset_stay_together(past: Past) -> None:
    for name, symbol in BUILTIN.symbols.items():
        if symbol.quote_asset == "USDC":
            twins = zip(past.daily[name], past.daily[f"{symbol.base_asset}USDT"], strict=True)
            assert all(abs(one / other - 1) < 0.001 for one, other in twins), name


def test_funding_moves_on_both_sides_of_its_usual_rate(past: Past) -> None:
    for name, symbol in BUILTIN.symbols.items():
        rates = past.rates[name]
        assert len(rates) == DAYS * 24 // symbol.funding_interval_hours
        assert max(map(abs, rates)) <= symbol.funding_rate_cap
        # A book whose tick is wider than any premium has none.
        if symbol.tick_size * 2000 < symbol.start_price:
            usual = symbol.interest_rate * symbol.funding_interval_hours // 8
            assert len(set(rates)) > 5, name
            assert min(rates) < usual < max(rates), name
            assert max(map(abs, rates)) < 400_000, name


def test_mark_prices_stay_within_half_a_percent_of_the_index(past: Past) -> None:
    assert 0.001 < past.furthest < 0.005


def test_volumes_go_with_liquidity(past: Past) -> None:
    daily = {name: volume / DAYS for name, volume in past.volume.items()}
    assert 300e6 < daily["BTCUSDT"] < 5e9
    assert 3e6 < daily["LTCUSDT"] < 100e6
    assert min(daily.values()) > 100_000
    by_tier: dict[int, list[float]] = {}
    for name, symbol in BUILTIN.symbols.items():
        by_tier.setdefault(tier_of(symbol).trades, []).append(daily[name])
    means = [fmean(by_tier[trades]) for trades in sorted(by_tier)]
    assert means == sorted(means)


def test_a_volatility_of_two_is_twice_the_usual_one() -> None:
    calm, lively = (
        LivelyStage(SyntheticTerms(volatility=v * SCALE, jumps=False, premium=0), seed=4)
        for v in (1, 2)
    )
    ranges = []
    for stage in (calm, lively):
        stage.live(30 * MINUTE)
        moved = [e.index for e in stage.events(PriceMoved) if e.symbol == "BTCUSDT"]
        ranges.append(pstdev(returns(moved)))
    assert ranges[1] == pytest.approx(2 * ranges[0], rel=0.01)


@pytest.mark.parametrize("correlation_set", [0, 30_000_000, SCALE])
@pytest.mark.parametrize("leads", [True, False])
def test_the_weights_of_the_noises_make_one(correlation_set: int, leads: bool) -> None:
    of_all = weights(correlation_set, leads=leads)
    assert sum(weight**2 for weight in of_all) == pytest.approx(2**32, rel=1e-4)
