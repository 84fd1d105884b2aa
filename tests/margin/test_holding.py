"""Who holds how much, by hand."""

from __future__ import annotations

from perpbox.account import Account, Balance, Exposure, Position, PositionSide
from perpbox.instrument import builtin
from perpbox.margin.holding import NOTHING_HELD, Holding, holding_of, worth
from perpbox.margin.multi_assets import rates_of
from perpbox.money import SCALE, parse

CATALOGUE = builtin()
BTC = "BTCUSDT"


def exposure(long: str, short: str = "0") -> Exposure:
    """A hedge of both legs."""
    held = Exposure(CATALOGUE.symbols[BTC], 20)
    for side, quantity in ((PositionSide.LONG, parse(long)), (PositionSide.SHORT, -parse(short))):
        held.positions[side] = Position(side)
        held.positions[side].quantity = quantity
    return held


def test_nobody_holds_anything() -> None:
    assert holding_of([], 0) == NOTHING_HELD


def test_an_account_is_long_or_short_on_balance_or_neither() -> None:
    held = [(exposure("3", "1"), 5), (exposure("1", "2"), 4), (exposure("1", "1"), 3)]
    assert holding_of(held, parse("-1")) == Holding(
        open_interest=parse("5"),
        long_accounts=1,
        short_accounts=1,
        top_long_accounts=1,
        top_short_accounts=0,
        top_longs=parse("3"),
        top_shorts=parse("1"),
    )


def test_the_house_is_long_too() -> None:
    assert holding_of([(exposure("0", "2"), 1)], parse("2")).open_interest == parse("2")


def test_a_fifth_is_at_the_top_rounded_up_and_the_first_of_equals() -> None:
    held = [(exposure("0", "1"), 7), (exposure("1"), 7), *[(exposure("1"), 1)] * 3]
    assert (holding_of(held, 0).top_short_accounts, holding_of(held, 0).top_longs) == (1, 0)
    more = holding_of([*held, (exposure("4"), 9)], 0)
    assert (more.top_long_accounts, more.top_short_accounts) == (1, 1)
    assert (more.top_longs, more.top_shorts) == (parse("4"), parse("1"))


def test_an_account_is_worth_all_its_assets_in_dollars() -> None:
    rates = {name: rates_of(CATALOGUE.assets[name], 2 * SCALE) for name in ("USDT", "BTC")}
    account = Account(1, "rich", 0)
    account.balances = {"USDT": Balance(parse("10")), "BTC": Balance(parse("1"))}
    held = exposure("1")
    held.positions[PositionSide.LONG].entry_cost = parse("100") * parse("1")
    account.active[BTC] = held
    marks = {BTC: parse("103")}
    wanted = parse("13") * rates["USDT"].bid_rate // SCALE + rates["BTC"].bid_rate
    assert worth(account, marks, rates) == wanted
