"""The house's ladder around a mark price, and what a market shows of it beside its clients."""

from __future__ import annotations

import pytest
from msgspec import structs

from perpbox.engine.commands import MarketPrices, MovePrices, OpenVenue, SetLiquidity
from perpbox.engine.handle import handle
from perpbox.engine.ladder import LADDER_LEVELS, LadderTerms, ladder
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.money import SCALE, parse
from tests.engine.table import play
from tests.worlds import CATALOGUE

BTC = CATALOGUE.symbols["BTCUSDT"]
DEFAULT = LadderTerms()


def prices(side: int, mark: str, name: str = "BTCUSDT") -> list[int]:
    return [price for price, _ in ladder(CATALOGUE.symbols[name], parse(mark), side, DEFAULT)]


def test_the_ladder_starts_a_tick_from_the_mark_and_goes_on_by_a_hundredth_of_a_percent() -> None:
    bids, asks = prices(1, "50000"), prices(-1, "50000")
    assert bids[:3] == [parse("49999.9"), parse("49994.9"), parse("49989.9")]
    assert asks[:3] == [parse("50000.1"), parse("50005.1"), parse("50010.1")]
    assert len(bids) == len(asks) == LADDER_LEVELS


def test_a_mark_off_the_grid_lies_between_bid_and_ask() -> None:
    assert (prices(1, "50000.05")[0], prices(-1, "50000.05")[0]) == (
        parse("49999.9"),
        parse("50000.2"),
    )


@pytest.mark.parametrize("name", CATALOGUE.symbols)
@pytest.mark.parametrize("side", [1, -1])
def test_every_level_is_a_price_and_a_quantity_that_the_symbol_allows(name: str, side: int) -> None:
    symbol = CATALOGUE.symbols[name]
    for factor in (1, 3, 50, 101):
        mark = symbol.start_price * factor // 100 + 1
        levels = list(ladder(symbol, mark, side, DEFAULT))
        for price, quantity in levels:
            assert (price - mark) * side < 0
            assert (price - symbol.min_price) % symbol.tick_size == 0
            assert quantity >= symbol.min_quantity
            assert quantity % symbol.step_size == 0
        keys = [price * side for price, _ in levels]
        assert keys == sorted(set(keys), reverse=True)


def test_a_level_is_worth_fifty_thousand_times_its_rank() -> None:
    for rank, (price, quantity) in enumerate(ladder(BTC, parse("50000"), -1, DEFAULT), 1):
        worth = 50_000 * rank * SCALE * SCALE
        assert worth - price * BTC.step_size < price * quantity <= worth


def test_no_bid_is_below_the_lowest_price() -> None:
    assert prices(1, "0.0000002", "1000PEPEUSDC") == [parse("0.0000001")]
    assert prices(1, "0.0000001", "1000PEPEUSDC") == []
    assert prices(1, "100") == []


def test_the_ladder_is_made_anew_when_the_mark_has_moved() -> None:
    market = Market(BTC, parse("50000"), parse("50000"))
    first = market.house_levels(1)
    assert market.house_levels(1) is first
    market.mark = parse("40000")
    assert market.house_levels(1)[0][0] == parse("39999.9")
    assert market.house_levels(-1)[0][0] == parse("40000.1")


@pytest.mark.parametrize("name", CATALOGUE.symbols)
def test_the_best_quote_is_known_without_the_ladder(name: str) -> None:
    symbol = CATALOGUE.symbols[name]
    for mark in (1, symbol.min_price, symbol.min_price + 1, symbol.start_price, 10**13 + 7):
        for side in (1, -1):
            levels = list(ladder(symbol, mark, side, DEFAULT))
            best = Market(symbol, mark, mark).house_best(side)
            assert best == (levels[0][0] if levels else 0)


def test_an_operator_quotes_what_the_best_quote_is() -> None:
    market = Market(BTC, parse("50000"), parse("50000"))
    market.quotes = {1: [(parse("49990"), 1), (parse("49980"), 1)], -1: []}
    assert (market.house_best(1), market.house_best(-1)) == (parse("49990"), 0)


def test_depth_shows_clients_and_house_together_from_the_best_on() -> None:
    market = play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 1@49990 2@49980 asks 1@50010
        alice buy 0.5 BTCUSDT limit 49990
        alice buy 0.2 BTCUSDT limit 49985
        alice buy 0.3 BTCUSDT limit 49985
        alice sell 0.1 BTCUSDT limit 50020
    """).rig.state.markets["BTCUSDT"]
    bids = [(parse("49990"), parse("1.5")), (parse("49985"), parse("0.5"))]
    assert market.depth(1, 2) == bids
    assert market.depth(1, 10) == [*bids, (parse("49980"), parse("2"))]
    assert market.depth(-1, 10) == [(parse("50010"), SCALE), (parse("50020"), parse("0.1"))]
    assert market.depth(1, 0) == []
    assert (market.best_price(1), market.best_price(-1)) == (parse("49990"), parse("50010"))


def test_a_max_price_of_zero_is_no_bound() -> None:
    """PRICE_FILTER: zero disables a bound (common-definition page)."""
    unbounded = structs.replace(CATALOGUE.symbols["BTCUSDT"], max_price=0)
    state = State(structs.replace(CATALOGUE, symbols={"BTCUSDT": unbounded}))
    handle(state, OpenVenue(), 1)
    far = parse("2000000")
    handle(state, MovePrices({"BTCUSDT": MarketPrices(far, far)}, {}), 2)
    handle(state, SetLiquidity("BTCUSDT", [(far, parse("1"))], []), 3)
    assert state.markets["BTCUSDT"].best_price(1) == far
