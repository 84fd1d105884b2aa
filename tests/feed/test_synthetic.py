"""The synthetic market is the same every time, goes on from what it finds, and lets bots trade."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from perpbox.account import BUY, SELL, Side
from perpbox.engine.commands import (
    Command,
    FollowMarket,
    MarketMove,
    MarketPrices,
    MovePrices,
    SetLiquidity,
)
from perpbox.engine.events import LadderSet, LiquidationStarted, OrderFilled, PriceMoved, Traded
from perpbox.engine.line import Line
from perpbox.engine.market import Market
from perpbox.feed.synthetic import (
    COUNT_RANGES,
    RATIO_RANGES,
    ImpossibleTerms,
    SyntheticTerms,
    open_synthetic,
)
from perpbox.feed.synthetic.quoted import MOST_PREMIUM
from perpbox.money import SCALE, is_multiple, parse, text_short
from tests.feed.synthetic_stage import (
    BUILTIN,
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    LivelyStage,
)
from tests.worlds import CATALOGUE

STILL = SyntheticTerms(volatility=0, jumps=False, premium=0, trades_per_second=0)


def script(seed: int, terms: SyntheticTerms | None = None) -> str:
    """The digest of a bot's minutes and a jump of the clock."""
    stage = LivelyStage(terms, seed=seed)
    stage.live(3 * MINUTE)
    bot = stage.open_account("100000")
    stage.order(bot, "BTCUSDT", BUY, parse("0.1"))
    stage.order(bot, "ETHUSDT", SELL, parse("1"))
    stage.live(4 * MINUTE)
    market = stage.market("SOLUSDT")
    stage.order(bot, "SOLUSDT", BUY, parse("3"), market.best_price(BUY))
    stage.pass_time(2 * HOUR + 777)
    stage.venue.submit(
        MovePrices({"LTCUSDT": MarketPrices(parse("90"), parse("90"))}, {"BTC": parse("1")})
    )
    stage.live(2 * MINUTE)
    return stage.digest()


def test_the_same_seed_and_script_give_the_same_digest_and_another_seed_does_not() -> None:
    assert script(1) == script(1)
    assert script(2) != script(1)


def test_every_setting_makes_another_market() -> None:
    usual = SyntheticTerms()
    others = [
        replace(usual, volatility=2 * SCALE),
        replace(usual, correlation=SCALE // 5),
        replace(usual, jumps=False),
        replace(usual, premium=0),
        replace(usual, spread=2 * SCALE),
        replace(usual, depth=2 * SCALE),
        replace(usual, trades_per_second=SCALE),
        replace(usual, queued=True),
        replace(usual, step=500),
        replace(usual, steps_per_jump=20),
    ]
    digests = {script(1, terms) for terms in (usual, *others)}
    assert len(digests) == len(others) + 1


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (SyntheticTerms(volatility=-1), "volatility of the synthetic market is -0.00000001"),
        (SyntheticTerms(correlation=2 * SCALE), "lies between 0 and 1."),
        (SyntheticTerms(step=10), "step of the synthetic market is 10, and lies between 100 and"),
        (SyntheticTerms(depth=0), "depth of the synthetic market is 0, and lies between 0.001"),
        (SyntheticTerms(steps_per_jump=0), "steps_per_jump of the synthetic market is 0"),
    ],
)
def test_a_setting_out_of_its_range_is_told(terms: SyntheticTerms, told: str) -> None:
    state = LivelyStage().venue.state
    with pytest.raises(ImpossibleTerms) as error:
        open_synthetic(state, terms, 1)
    assert told in str(error.value)


def test_the_page_lists_every_setting_with_its_default_and_range() -> None:
    page = (Path(__file__).parents[2] / "docs" / "synthetic.md").read_text()
    rows = re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]*)\|", page, re.MULTILINE)
    expected = []
    for name in SyntheticTerms.__struct_fields__:
        told: Callable[[int], str] = text_short if name in RATIO_RANGES else str
        ranges = {**RATIO_RANGES, **COUNT_RANGES}.get(name)
        span = f"{told(ranges[0])} to {told(ranges[1])}" if ranges else ""
        expected.append((name, told(getattr(SyntheticTerms(), name)).lower(), span))
    assert [(name, default, span.strip()) for name, default, span in rows] == expected


# Its steps.


def test_a_step_a_second_with_all_that_has_moved_in_one_command() -> None:
    stage = LivelyStage()
    stage.live(2 * MINUTE)
    steps = [line for line in stage.lines if isinstance(line.command, FollowMarket)]
    assert [line.time - NOON for line in steps] == [n * SECOND for n in range(1, 121)]
    moved = {move.symbol for line in steps for move in _moves(line.command)}
    assert moved == set(BUILTIN.symbols)
    often = [
        sum(m.symbol == n for s in steps for m in _moves(s.command)) for n in ("BTCUSDT", "LTCUSDT")
    ]
    assert often[0] > 115
    assert 10 < often[1] < 60


def _moves(command: Command) -> list[MarketMove]:
    return command.moves if isinstance(command, FollowMarket) else []


@pytest.mark.parametrize("span", [8 * HOUR, 30 * DAY, 600 * SECOND + 1, 601 * SECOND])
def test_a_jump_is_made_in_few_long_steps_and_ends_at_the_clock(span: int) -> None:
    stage = LivelyStage()
    stage.pass_time(span)
    times = [line.time for line in stage.lines if isinstance(line.command, FollowMarket)]
    assert len(times) <= 601
    assert times[-1] > stage.venue.now() - 4 * HOUR
    gaps = {after - before for before, after in pairwise(times)}
    assert len(gaps) <= 2
    stage.lines.clear()
    stage.pass_time(10 * SECOND)
    times = [line.time for line in stage.lines if isinstance(line.command, FollowMarket)]
    assert len(times) == 10


def test_volume_does_not_depend_on_the_length_of_steps() -> None:
    def volume(stage: LivelyStage) -> int:
        return sum(t.price * t.quantity for t in stage.events(Traded)) // SCALE**2

    steady, jumping = (LivelyStage(SyntheticTerms(jumps=False), seed=3) for _ in range(2))
    steady.live(2 * HOUR)
    jumping.pass_time(2 * HOUR)
    assert volume(jumping) == pytest.approx(volume(steady), rel=0.5)
    assert len(jumping.events(Traded)) < len(steady.events(Traded)) // 5


# What it goes on from.


def test_opened_again_it_goes_on_from_the_prices_in_the_state() -> None:
    stage = LivelyStage()
    stage.pass_time(3 * DAY)
    before = dict(stage.venue.state.marks)
    stage.open_feed()
    stage.live(MINUTE)
    for name, mark in stage.venue.state.marks.items():
        assert mark == pytest.approx(before[name], rel=0.02), name


def test_an_operators_price_is_gone_on_from_and_all_symbols_of_the_base_follow() -> None:
    stage = LivelyStage()
    stage.live(MINUTE)
    crash = MarketPrices(parse("50000"), parse("50000"))
    stage.venue.submit(MovePrices({"BTCUSDT": crash}, {}))
    stage.live(2 * MINUTE)
    assert stage.market("BTCUSDT").mark == pytest.approx(parse("50000"), rel=0.02)
    stage.live(90 * MINUTE)
    btc, other = stage.market("BTCUSDT"), stage.market("BTCUSDC")
    assert other.index == pytest.approx(btc.index, rel=0.002)
    assert btc.index == pytest.approx(parse("50000"), rel=0.05)
    assert stage.venue.state.asset_indexes["BTC"] == btc.index


def test_an_operators_quotes_give_way_to_the_markets_own() -> None:
    stage = LivelyStage()
    bids = [(parse("100000"), parse("1"))]
    stage.venue.submit(SetLiquidity("BTCUSDT", bids, []))
    stage.pass_time(5 * SECOND)
    assert stage.market("BTCUSDT").quotes is None


@pytest.mark.parametrize("factor", ["0.01", "0.5", "3", "7"])
def test_prices_near_the_bounds_do_not_end_it(factor: str) -> None:
    stage = LivelyStage(SyntheticTerms(volatility=20 * SCALE, premium=5 * SCALE))
    prices = {}
    for name, symbol in BUILTIN.symbols.items():
        price = symbol.start_price * parse(factor) // SCALE
        price = max(symbol.min_price, 1, min(price, symbol.max_price))
        prices[name] = MarketPrices(price, price)
    stage.venue.submit(MovePrices(prices, {}))
    stage.live(5 * MINUTE)
    stage.pass_time(90 * DAY)
    for market in stage.venue.state.markets.values():
        symbol = market.symbol
        assert 0 < market.mark <= symbol.max_price, symbol.name
        assert symbol.min_price <= market.middle <= symbol.max_price, symbol.name


def test_any_catalogue_will_do() -> None:
    stage = LivelyStage(catalogue=CATALOGUE)
    stage.live(10 * MINUTE)
    stage.pass_time(30 * DAY)
    moved = {event.symbol for event in stage.events(PriceMoved)}
    assert moved == set(CATALOGUE.symbols)


def test_a_still_market_stands_still() -> None:
    stage = LivelyStage(STILL)
    stage.live(30 * MINUTE)
    assert not stage.events(Traded)
    market = stage.market("BTCUSDT")
    assert market.index == BUILTIN.symbols["BTCUSDT"].start_price
    assert market.mark == pytest.approx(market.index, rel=0.0003)


# Its book and its trades.


def test_books_are_never_crossed_and_spread_as_they_should_be() -> None:
    stage = LivelyStage(seed=2)
    stage.live(10 * MINUTE)
    for name, market in stage.venue.state.markets.items():
        spread = spread_of(market)
        tick = market.symbol.tick_size
        assert spread >= tick, name
        assert spread <= 2 * tick + 2 * market.mark * market.ladder.spread // SCALE, name
    assert spread_of(stage.market("BTCUSDT")) == stage.market("BTCUSDT").symbol.tick_size
    assert ratio(stage.market("LTCUSDT")) > 3 * ratio(stage.market("SOLUSDT"))


def spread_of(market: Market) -> int:
    return market.best_price(SELL) - market.best_price(BUY)


def ratio(market: Market) -> float:
    return spread_of(market) / market.mark


def test_a_wild_regime_widens_spreads_and_ladders_change_with_regimes_alone() -> None:
    stage = LivelyStage(SyntheticTerms(steps_per_jump=30))
    for _ in range(100):
        stage.pass_time(HOUR)
    told = [event.terms for event in stage.events(LadderSet) if event.symbol == "LTCUSDT"]
    assert {(terms.spread, terms.notional) for terms in told} == {(25_000, 8_000), (75_000, 3_200)}
    assert 4 < len(told) < 40


def test_trades_lie_on_the_grids_at_the_best_quotes() -> None:
    stage = LivelyStage()
    best: dict[tuple[str, Side], set[int]] = {}

    def note(line: Line) -> None:
        del line
        for name, market in stage.venue.state.markets.items():
            for side in (BUY, SELL):
                best.setdefault((name, side), set()).add(market.best_price(-side))

    stage.venue.listeners.append(note)
    stage.live(5 * MINUTE)
    trades = stage.events(Traded)
    assert 2000 < len(trades) < 6000
    for trade in trades:
        symbol = BUILTIN.symbols[trade.symbol]
        assert is_multiple(trade.price, symbol.tick_size), trade
        assert is_multiple(trade.quantity, symbol.step_size), trade
        assert trade.quantity >= symbol.min_quantity, trade
        assert trade.price * trade.quantity >= symbol.min_notional * SCALE, trade
        assert trade.price in best[trade.symbol, trade.taker_side], trade
        assert trade.of_others


def test_trades_go_with_the_move() -> None:
    stage = LivelyStage()
    stage.live(30 * MINUTE)
    middle, together, all_trades = 0, 0, 0
    for line in stage.lines:
        for move in _moves(line.command):
            if move.symbol != "ETHUSDT":
                continue
            for side, _, _ in move.prints:
                all_trades += 1
                together += (move.middle - middle) * side > 0
            middle = move.middle
    assert together / all_trades == pytest.approx(0.7, abs=0.06)


def test_a_limit_order_near_the_middle_fills_within_minutes() -> None:
    stage = LivelyStage()
    stage.live(MINUTE)
    bot = stage.open_account("1000000")
    orders = {
        stage.order(bot, name, side, quantity, stage.market(name).best_price(side)): name
        for name, quantity in (("BTCUSDT", parse("0.01")), ("LTCUSDT", parse("1")))
        for side in (BUY, SELL)
    }
    stage.live(15 * MINUTE)
    filled = {event.order_id for event in stage.events(OrderFilled)}
    assert set(orders) <= filled


def test_an_account_with_too_much_leverage_is_liquidated_within_days() -> None:
    stage = LivelyStage()
    for side in (BUY, SELL):
        bot = stage.open_account("1200")
        stage.order(bot, "LTCUSDT", side, parse("200"))
    stage.pass_time(3 * DAY)
    assert stage.events(LiquidationStarted)


def test_middle_and_mark_stay_near_the_index() -> None:
    stage = LivelyStage(SyntheticTerms(premium=5 * SCALE))
    stage.pass_time(2 * DAY)
    assert stage.events(PriceMoved)
    most = MOST_PREMIUM * 1.001 / 2**32
    for event in stage.events(PriceMoved)[len(BUILTIN.symbols) :]:
        assert abs(event.mark - event.index) <= event.index * most + 1, event
