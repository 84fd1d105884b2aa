"""Liquidation prices: the bracket at the price itself, and what stands in for it."""

from __future__ import annotations

import pytest

from perpbox.account import Account, Balance, Exposure, Position, PositionSide
from perpbox.margin.liquidation_price import Leg, liquidation_price, of_cross, of_isolated, solve
from perpbox.margin.multi_assets import rates_of
from perpbox.money import parse
from tests.worlds import CATALOGUE

BTC = CATALOGUE.symbols["BTCUSDT"]


def leg(quantity: str, entry: str) -> Leg:
    return Leg(parse(quantity), parse(entry), BTC.brackets)


@pytest.mark.parametrize(
    ("base", "quantity", "entry", "price"),
    [
        ("247.5", "0.1", "50000", "47715.86345382"),
        ("250", "-0.1", "50000", "52290.83665339"),
        ("5000", "0.1", "50000", "0"),  # the wallet bears the price of nothing
        ("6000", "0.1", "50000", "0"),
        ("0", "0.1", "50000", "50200.80321285"),
    ],
)
def test_a_single_leg(base: str, quantity: str, entry: str, price: str) -> None:
    """(base - quantity x entry) / (|quantity| x 0.4 % - quantity), half up at 8 decimals."""
    assert liquidation_price(parse(base), [leg(quantity, entry)], parse("50000")) == parse(price)


def test_the_bracket_is_that_of_the_liquidation_price() -> None:
    """Short 0.98: 49 000 at mark is in the first bracket, the price lies in the second.

    (5 000 + 49 000 + 50) / (0.98 x 1.005) = 54 878.66…, worth 53 781.
    """
    found = liquidation_price(parse("5000"), [leg("-0.98", "50000")], parse("50000"))
    assert found == parse("54878.66788506")
    first = solve(parse("5000"), [leg("-0.98", "50000")], BTC.brackets[:1])
    assert first != found


def test_beyond_the_last_bracket_the_last_one_counts() -> None:
    """(100 000 000 + 50 000 000 + 9 141 300) / (1 000 x 1.5) is worth more than any cap."""
    short = [leg("-1000", "50000")]
    last = solve(parse("100000000"), short, BTC.brackets[-1:])
    assert liquidation_price(parse("100000000"), short, parse("50000")) == last
    assert last == parse("106094.2")


def test_of_two_prices_of_a_hedge_the_nearer_one_counts() -> None:
    """Long 2, short 1: lost when the price falls, and when it rises until upkeep takes all.

    (20 000 + 50 - 50 000) / (2 x 0.005 + 0.004 - 1), and in the last bracket
    (20 000 + 2 x 9 141 300 - 50 000) / (2 x 0.5 + 0.5 - 1).
    """
    legs = [leg("2", "50000"), leg("-1", "50000")]
    near = liquidation_price(parse("20000"), legs, parse("50000"))
    far = liquidation_price(parse("20000"), legs, parse("36000000"))
    assert (near, far) == (parse("30375.2535497"), parse("36505200"))


def test_nothing_held_has_no_price() -> None:
    assert liquidation_price(parse("100"), [], parse("50000")) == 0
    assert solve(0, [], []) == 0


def account_with(*held: tuple[str, str, str]) -> Account:
    """Cross positions: symbol, quantity, entry price."""
    account = Account(1, "alice", 0)
    for name, quantity, entry in held:
        symbol = CATALOGUE.symbols[name]
        exposure = account.exposures[name] = account.active[name] = Exposure(symbol, 20)
        position = exposure.positions[PositionSide.BOTH] = Position(PositionSide.BOTH)
        position.quantity = parse(quantity)
        position.entry_cost = abs(parse(quantity)) * parse(entry)
    return account


def test_other_contracts_of_the_asset_count_with_maintenance_and_profit() -> None:
    """DOGEUSDT, 10 000 at 0.1 with mark 0.11: profit 100, maintenance 7.15; ETHUSDC is another's.

    (0 - 7.15 + 100 - 5 000) / (0.0004 - 0.1)
    """
    account = account_with(
        ("BTCUSDT", "0.1", "50000"), ("DOGEUSDT", "10000", "0.1"), ("ETHUSDC", "1", "2500")
    )
    marks = {"BTCUSDT": parse("50000"), "DOGEUSDT": parse("0.11"), "ETHUSDC": parse("2000")}
    found = of_cross(account, account.exposures["BTCUSDT"], marks, {})
    assert found == parse("49268.57429719")


def test_an_isolated_position_stands_alone() -> None:
    account = account_with(("BTCUSDT", "0.1", "50000"), ("DOGEUSDT", "10000", "0.1"))
    exposure = account.exposures["BTCUSDT"]
    exposure.isolated = True
    position = exposure.positions[PositionSide.BOTH]
    position.isolated_wallet = parse("247.5")
    assert of_isolated(exposure, position, parse("50000")) == parse("47715.86345382")


def test_in_multi_assets_mode_all_assets_stand_behind_it() -> None:
    """[dec] 10 000 USDC at 0.9999, in USDT at 0.99989998: more than the position could lose."""
    account = account_with(("BTCUSDT", "0.5", "50000"))
    account.multi_assets = True
    account.balances["USDC"] = Balance(parse("10000"))
    rates = {
        asset.name: rates_of(asset, asset.start_index_price) for asset in CATALOGUE.assets.values()
    }
    marks = {"BTCUSDT": parse("50000")}
    found = of_cross(account, account.exposures["BTCUSDT"], marks, rates)
    assert found == parse("30120.48152606")
