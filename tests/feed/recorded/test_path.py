"""What is derived inside a bar: plausible, the same each time, and never outside the bar."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from perpbox.feed.recorded.dice import Dice
from perpbox.feed.recorded.path import dice_of, points, trades
from perpbox.feed.recorded.rows import Bar
from perpbox.money import parse
from tests.feed.recorded.dumps import DAY, HOUR, MINUTE, START
from tests.worlds import CATALOGUE

BTC = CATALOGUE.symbols["BTCUSDT"]
TICK, STEP = BTC.tick_size, BTC.step_size


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    """Of a minute or an hour, some without any movement, on the grid and off it."""
    ticks = st.integers(-30, 30)
    grid = draw(st.sampled_from([TICK, TICK * 7 // 10]))
    opened, closed, *more = (500_000 * TICK + grid * draw(ticks) for _ in range(4))
    steps = draw(st.integers(0, 5000) | st.integers(0, 3))
    volume = steps * STEP
    return Bar(
        START,
        START + draw(st.sampled_from([MINUTE, HOUR, 1000])) - 1,
        opened,
        max(opened, closed, *more),
        min(opened, closed, *more),
        closed,
        volume,
        draw(st.integers(0, steps).map(lambda k: k * STEP) | st.none()),
        draw(st.integers(0, 100) | st.none()),
    )


@given(bars(), st.integers(0, 99), st.integers(1, 50))
def test_trades_make_the_bar_again(bar: Bar, seed: int, wanted: int) -> None:
    made = list(trades(bar, BTC, seed, wanted))
    assert made == list(trades(bar, BTC, seed, wanted))
    if not made:
        assert bar.volume == 0
        assert bar.high == bar.low
        return
    times = [time for time, _ in made]
    prices = [price for _, (_, price, _) in made]
    assert times == sorted(times)
    assert bar.open_time <= times[0] <= times[-1] <= bar.close_time
    assert (prices[0], prices[-1]) == (bar.open, bar.close)
    assert (max(prices), min(prices)) == (bar.high, bar.low)
    assert all(quantity > 0 for _, (_, _, quantity) in made)
    if bar.volume >= STEP * len(made):
        assert sum(quantity for _, (_, _, quantity) in made) == bar.volume
        assert all(quantity % STEP == 0 for _, (_, _, quantity) in made)
        bought = sum(quantity for _, (side, _, quantity) in made if side > 0)
        half = bar.volume // 2 // STEP * STEP
        assert bought == (half if bar.taker_buy_volume is None else bar.taker_buy_volume)


@given(bars(), st.integers(1, 50))
def test_moves_of_a_mark_price_touch_both_extremes(bar: Bar, wanted: int) -> None:
    made = points(bar, dice_of(1, BTC, bar), wanted, TICK)
    prices = [price for _, price in made]
    assert (max(prices), min(prices)) == (bar.high, bar.low)
    assert (prices[0], prices[-1]) == (bar.open, bar.close)
    assert len(made) >= wanted


def bar(span: int, prices: str, volume: str = "10", count: int = 100) -> Bar:
    figures = [parse(text) for text in (*prices.split(), volume)]
    return Bar(START, START + span - 1, *figures, parse("4"), count)


def test_a_long_bar_has_a_trade_a_minute() -> None:
    made = list(trades(bar(DAY, "50000 50900 49100 50500", "100000", 10**6), BTC, 0, 12))
    assert 1440 <= len({time for time, _ in made}) <= 1441


def test_no_more_trades_than_the_bar_counts() -> None:
    assert len(list(trades(bar(MINUTE, "50000 50001 50000 50001", count=2), BTC, 0, 12))) <= 3
    flat = bar(MINUTE, "50000 50000 50000 50000", "0.001", 1)
    assert [price for _, (_, price, _) in trades(flat, BTC, 0, 12)] == [parse("50000")]


def test_another_seed_takes_another_path() -> None:
    whole = bar(MINUTE, "50000 50090 49910 50050")
    assert list(trades(whole, BTC, 0, 12)) != list(trades(whole, BTC, 1, 12))


def test_a_bar_that_rises_has_mostly_been_at_its_low_first() -> None:
    whole = bar(MINUTE, "50000 50090 49910 50050")
    first = 0
    for seed in range(400):
        prices = [price for _, (_, price, _) in trades(whole, BTC, seed, 12)]
        first += prices.index(whole.low) < prices.index(whole.high)
    assert 260 < first < 340


def test_the_dice_are_those_that_were_published() -> None:
    dice = Dice(1234567)
    assert [dice.below(2**64) for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]
