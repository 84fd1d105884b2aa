"""Hand-computed scenarios: liquidation orders, take-overs, the fund, and deleveraging."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.second.model import Model
from tests.second.observed import (
    AccountReset,
    Deleverage,
    Deposited,
    Exchanged,
    FundMoved,
    HedgeModeSet,
    MarginCall,
    MarginCallEnded,
    MultiAssetsSet,
    OrdersExpired,
    PositionFacts,
    Reduce,
    TakeOver,
)
from tests.second.scenarios import (
    after_calls,
    book,
    isolate,
    mark,
    no_book,
    trade,
    u,
    venue,
    wallets,
)


def begun(model: Model, *symbols: str) -> None:
    """Perform calls and the expiry that must come before the liquidation of account 1."""
    step = after_calls(model)
    assert step == OrdersExpired(1, symbols)
    model.perform(step)


def long_one(wallet: str, price: str) -> Model:
    """Account 1, long 1 BTC from 10000, and the mark price."""
    model = venue(1, usdt=wallet)
    trade(model, 1, "BTCUSDT", "1", "10000")
    mark(model, "BTCUSDT", price)
    return model


def test_liquidation_at_exactly_the_limit() -> None:
    model = long_one("538.00000001", "9500")
    assert after_calls(model) is None
    model.see(Deposited(1, "USDT", -1))
    assert after_calls(model) == OrdersExpired(1, ("BTCUSDT", "ETHUSDT"))


def test_call_comes_before_the_liquidation() -> None:
    model = long_one("537", "9500")
    assert model.next_step(no_book) == MarginCall(1, "USDT")


def test_reduced_whole_in_the_first_bracket_fee_capped() -> None:
    model = long_one("537", "9500")
    begun(model, "BTCUSDT", "ETHUSDT")
    # 37 are left: nothing is left at 9463
    step = model.next_step(book(("BTCUSDT", 1, "9463")))
    assert step == Reduce(1, "BTCUSDT", "BOTH", -1, u("1"), u("9463"))
    assert isinstance(step, Reduce)
    model.reduced(step, [(u("9495"), u("0.5")), (u("9485"), u("0.5"))])
    # 537 - 510 = 27; the fee, 9490 x 1.25 % = 118.625, takes no more than that
    assert wallets(model, 1) == {}
    assert model.fund("USDT") == u("27")
    assert model.next_step(no_book) is None
    # the call has ended with the liquidation, silently
    assert model.called(1) == frozenset()


def test_taken_over_where_the_book_offers_too_little() -> None:
    model = long_one("537", "9500")
    begun(model, "BTCUSDT", "ETHUSDT")
    step = model.next_step(book(("BTCUSDT", 1, "9462.9")))
    # the mark price is better than 9463: the fund receives the difference
    assert step == TakeOver(1, "BTCUSDT", "BOTH", u("1"), u("9463"), u("37"))
    assert step is not None
    model.perform(step)
    assert (wallets(model, 1), model.fund("USDT")) == ({}, u("37"))
    assert model.next_step(no_book) is None


def test_limit_price_on_the_tick_grid_in_favour_of_the_account() -> None:
    model = long_one("537.05", "9500")
    begun(model, "BTCUSDT", "ETHUSDT")
    assert model.bankruptcy(1, "BTCUSDT", "BOTH") == u("9462.95")
    step = model.next_step(book(("BTCUSDT", 1, "9500")))
    assert isinstance(step, Reduce)
    assert step.limit_price == u("9463")
    short = venue(1, usdt="500.05")
    trade(short, 1, "BTCUSDT", "-1", "10000")
    mark(short, "BTCUSDT", "10470")
    begun(short, "BTCUSDT", "ETHUSDT")
    step = short.next_step(book(("BTCUSDT", -1, "10500")))
    assert step == Reduce(1, "BTCUSDT", "BOTH", 1, u("1"), u("10500"))
    assert isinstance(short.next_step(book(("BTCUSDT", -1, "10500.1"))), TakeOver)


def test_higher_bracket_is_reduced_to_just_below_its_floor() -> None:
    model = venue(1, usdt="1000")
    trade(model, 1, "BTCUSDT", "6", "10000")
    mark(model, "BTCUSDT", "9860")
    begun(model, "BTCUSDT", "ETHUSDT")
    # 5.070 x 9860 = 49990.2; 9860 - 160 / 6 = 9833.33333334, on the grid 9833.4
    best = book(("BTCUSDT", 1, "9860"))
    step = model.next_step(best)
    assert step == Reduce(1, "BTCUSDT", "BOTH", -1, u("0.93"), u("9833.4"))
    assert isinstance(step, Reduce)
    model.reduced(step, [(u("9860"), u("0.93"))])
    # loss 130.2, fee 9860 x 0.93 x 1.25 % = 114.6225
    assert wallets(model, 1) == {"USDT": Decimal("755.1775")}
    assert model.fund("USDT") == u("114.6225")
    # 45.3775 is still under 199.9608; 9860 - 45.3775 / 5.07 = 9851.0498027...
    second = model.next_step(best)
    assert second == Reduce(1, "BTCUSDT", "BOTH", -1, u("5.07"), u("9851.1"))


def test_kept_is_strictly_below_the_floor() -> None:
    model = venue(1, usdt="100")
    trade(model, 1, "BTCUSDT", "5", "10000")
    begun(model, "BTCUSDT", "ETHUSDT")
    step = model.next_step(book(("BTCUSDT", 1, "10000")))
    assert step == Reduce(1, "BTCUSDT", "BOTH", -1, u("0.001"), u("9980"))


def test_what_is_left_when_safe_stays_and_stays_called() -> None:
    model = venue(1, usdt="1062")
    trade(model, 1, "BTCUSDT", "6", "10000")
    mark(model, "BTCUSDT", "9860")
    begun(model, "BTCUSDT", "ETHUSDT")
    step = model.next_step(book(("BTCUSDT", 1, "9860")))
    assert isinstance(step, Reduce)
    model.reduced(step, [(u("10000"), u("0.93"))])
    # 1062 - 116.25 - 709.8 = 235.95 > 199.9608, a ratio of 84.7 %
    assert model.next_step(no_book) is None
    assert model.position(1, "BTCUSDT", "BOTH").quantity == u("5.07")
    assert model.called(1) == {"USDT"}
    model.see(Deposited(1, "USDT", u("100")))
    assert model.next_step(no_book) == MarginCallEnded(1, "USDT")


def test_order_not_filled_whole_what_is_left_is_taken_over() -> None:
    model = long_one("537", "9500")
    begun(model, "BTCUSDT", "ETHUSDT")
    best = book(("BTCUSDT", 1, "9500"))
    step = model.next_step(best)
    assert isinstance(step, Reduce)
    model.reduced(step, [(u("9500"), u("0.4"))])
    # 37 are still there, and the fee of 47.5 takes them: the rest goes at the mark price
    assert model.fund("USDT") == u("37")
    over = model.next_step(best)
    assert over == TakeOver(1, "BTCUSDT", "BOTH", u("0.6"), u("9500"), 0)
    assert over is not None
    model.perform(over)
    assert wallets(model, 1) == {}
    assert model.next_step(best) is None


def test_order_that_finds_nothing_is_taken_over_without_another_order() -> None:
    model = long_one("537", "9500")
    begun(model, "BTCUSDT", "ETHUSDT")
    best = book(("BTCUSDT", 1, "9500"))
    step = model.next_step(best)
    assert isinstance(step, Reduce)
    model.reduced(step, [])
    assert model.next_step(best) == TakeOver(1, "BTCUSDT", "BOTH", u("1"), u("9463"), u("37"))


def test_left_over_of_a_higher_bracket_is_taken_over_even_when_safe() -> None:
    model = venue(1, usdt="1062")
    trade(model, 1, "BTCUSDT", "6", "10000")
    mark(model, "BTCUSDT", "9860")
    begun(model, "BTCUSDT", "ETHUSDT")
    best = book(("BTCUSDT", 1, "9860"))
    step = model.next_step(best)
    assert isinstance(step, Reduce)
    model.reduced(step, [(u("10000"), u("0.929"))])
    over = model.next_step(best)
    assert isinstance(over, TakeOver)
    assert over.quantity == u("5.071")


def test_fund_pays_rounded_up_and_receives_cut() -> None:
    model = venue(1, usdt="100")
    trade(model, 1, "BTCUSDT", "-0.3", "10000")
    mark(model, "BTCUSDT", "10300")
    begun(model, "BTCUSDT", "ETHUSDT")
    price = u("10333.33333333")
    step = model.next_step(no_book)
    assert step == TakeOver(1, "BTCUSDT", "BOTH", u("-0.3"), price, u("9.99999999"))
    mark(model, "BTCUSDT", "10400")
    model.see(FundMoved("USDT", u("20.00000001")))
    step = model.next_step(no_book)
    # 0.3 x 66.66666667 = 20.000000001
    assert step == TakeOver(1, "BTCUSDT", "BOTH", u("-0.3"), price, u("-20.00000001"))
    assert step is not None
    model.perform(step)
    assert wallets(model, 1) == {"USDT": Decimal("0.00000001")}
    assert model.fund("USDT") == 0


def test_bankruptcy_price_never_below_a_tick() -> None:
    model = venue(1, usdt="-200")
    trade(model, 1, "BTCUSDT", "-1", "100")
    assert model.bankruptcy(1, "BTCUSDT", "BOTH") == u("0.1")


def test_deleveraging_by_rank_and_the_house_takes_the_rest() -> None:
    model = long_one("537", "9400")
    for account, wallet in ((2, "10000"), (3, "100"), (4, "2000"), (5, "2000")):
        model.see(AccountReset(account, {"USDT": u(wallet)}))
    trade(model, 2, "BTCUSDT", "-0.5", "10000")
    trade(model, 3, "BTCUSDT", "-0.3", "9900")
    trade(model, 5, "BTCUSDT", "-0.05", "9000")
    trade(model, 4, "BTCUSDT", "-0.05", "9000")
    model.see(FundMoved("USDT", u("62.99999999")))
    begun(model, "BTCUSDT", "ETHUSDT")
    step = model.next_step(no_book)
    # account 3: 150 / 100 x 11.28 / 250; account 2: 300 / 10000 x 18.8 / 10300; 4 and 5: zero
    shares = (
        (3, "BOTH", u("0.3")),
        (2, "BOTH", u("0.5")),
        (4, "BOTH", u("0.05")),
        (5, "BOTH", u("0.05")),
    )
    assert step == Deleverage(1, "BTCUSDT", "BOTH", u("1"), u("9463"), shares, u("0.1"))
    assert step is not None
    model.perform(step)
    assert wallets(model, 1) == {}
    assert wallets(model, 3) == {"USDT": Decimal("231.1")}
    assert wallets(model, 2) == {"USDT": Decimal("10268.5")}
    assert wallets(model, 4) == {"USDT": Decimal("1976.85")}
    assert model.fund("USDT") == u("62.99999999")
    assert model.position(3, "BTCUSDT", "BOTH") == PositionFacts(0, 0, 0)


def test_fund_that_can_just_bear_it() -> None:
    model = long_one("537", "9400")
    model.see(FundMoved("USDT", u("63")))
    begun(model, "BTCUSDT", "ETHUSDT")
    assert model.next_step(no_book) == TakeOver(1, "BTCUSDT", "BOTH", u("1"), u("9463"), u("-63"))


def test_deleveraged_isolated_position_releases_its_share() -> None:
    model = venue(1, usdt="250")
    trade(model, 1, "BTCUSDT", "0.5", "10000")
    model.see(AccountReset(2, {"USDT": u("1000")}))
    isolate(model, 2, "BTCUSDT", 20)
    trade(model, 2, "BTCUSDT", "-1", "10000")
    mark(model, "BTCUSDT", "9400")
    begun(model, "BTCUSDT", "ETHUSDT")
    step = model.next_step(no_book)
    assert step == Deleverage(
        1, "BTCUSDT", "BOTH", u("0.5"), u("9500"), ((2, "BOTH", u("0.5")),), 0
    )
    assert step is not None
    model.perform(step)
    assert model.position(2, "BTCUSDT", "BOTH") == PositionFacts(
        u("-0.5"), u("5000") * 10**8, u("250")
    )
    assert model.wallet(2, "USDT") == u("1250")


def test_rank_sums_both_legs_of_a_cross_hedge() -> None:
    model = venue(1, 2, usdt="1000")
    model.see(HedgeModeSet(1, on=True))
    trade(model, 1, "BTCUSDT", "-1", "10000", "SHORT")
    trade(model, 1, "BTCUSDT", "0.9", "10000", "LONG")
    trade(model, 2, "BTCUSDT", "-0.5", "10000")
    mark(model, "BTCUSDT", "9900")
    # account 1: profit 10 of the legs together, MM 75.24; account 2: 50 and 19.8
    # 10 x 75.24 / 1010 = 0.745; 50 x 19.8 / 1050 = 0.943
    assert model.ranking("BTCUSDT", -1) == [(2, "BOTH"), (1, "SHORT")]
    assert model.quantile(2, "BTCUSDT", "BOTH") == 4
    assert model.quantile(1, "BTCUSDT", "SHORT") == 2
    assert model.quantile(1, "BTCUSDT", "LONG") == 0


def test_isolated_liquidation_pays_from_its_own_wallet() -> None:
    model = venue(1, usdt="1000")
    isolate(model, 1, "BTCUSDT", 20)
    trade(model, 1, "BTCUSDT", "1", "10000")
    mark(model, "BTCUSDT", "9530")
    begun(model, "BTCUSDT")
    step = model.next_step(book(("BTCUSDT", 1, "9530")))
    assert step == Reduce(1, "BTCUSDT", "BOTH", -1, u("1"), u("9500"))
    assert isinstance(step, Reduce)
    model.reduced(step, [(u("9640"), u("1"))])
    # 500 - 360 = 140, fee 120.5: the 19.5 that are left are cross again
    assert model.wallet(1, "USDT") == u("519.5")
    assert model.pool(1, "USDT").margin_balance == u("519.5")
    assert model.fund("USDT") == u("120.5")


def test_isolated_partial_liquidation_releases_nothing() -> None:
    model = venue(1, usdt="5000")
    isolate(model, 1, "BTCUSDT", 20)
    trade(model, 1, "BTCUSDT", "6", "10000")
    mark(model, "BTCUSDT", "9539")
    begun(model, "BTCUSDT")
    step = model.next_step(book(("BTCUSDT", 1, "9600")))
    assert step == Reduce(1, "BTCUSDT", "BOTH", -1, u("0.759"), u("9500"))
    assert isinstance(step, Reduce)
    model.reduced(step, [(u("9600"), u("0.759"))])
    # loss 303.6 and fee 91.08
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == u("2605.32")
    assert model.wallet(1, "USDT") == u("4605.32")


def test_isolated_gap_leaves_the_cross_wallet_alone() -> None:
    model = venue(1, usdt="1000")
    isolate(model, 1, "BTCUSDT", 20)
    trade(model, 1, "BTCUSDT", "1", "10000")
    mark(model, "BTCUSDT", "9000")
    model.see(FundMoved("USDT", u("500")))
    begun(model, "BTCUSDT")
    step = model.next_step(no_book)
    assert step == TakeOver(1, "BTCUSDT", "BOTH", u("1"), u("9500"), u("-500"))
    assert step is not None
    model.perform(step)
    assert wallets(model, 1) == {"USDT": Decimal(500)}


def test_isolated_pools_before_cross_ones_and_each_its_own_liquidation() -> None:
    model = venue(1, usdt="540")
    isolate(model, 1, "ETHUSDT", 20)
    trade(model, 1, "ETHUSDT", "0.1", "1000")
    trade(model, 1, "BTCUSDT", "1", "10000")
    mark(model, "ETHUSDT", "950")
    mark(model, "BTCUSDT", "9500")
    begun(model, "ETHUSDT")
    step = model.next_step(no_book)
    assert step == TakeOver(1, "ETHUSDT", "BOTH", u("0.1"), u("950"), 0)
    assert step is not None
    model.perform(step)
    begun(model, "BTCUSDT")


def test_largest_maintenance_first_then_the_catalogue_order() -> None:
    model = venue(1, usdt="50")
    trade(model, 1, "ETHUSDT", "20", "1000")
    trade(model, 1, "BTCUSDT", "1", "10000")
    begun(model, "BTCUSDT", "ETHUSDT")
    step = model.next_step(no_book)
    assert isinstance(step, TakeOver)
    assert step.symbol == "ETHUSDT"
    equal = venue(1, usdt="50")
    trade(equal, 1, "ETHUSDT", "10", "1000")
    trade(equal, 1, "BTCUSDT", "1", "10000")
    begun(equal, "BTCUSDT", "ETHUSDT")
    step = equal.next_step(no_book)
    assert isinstance(step, TakeOver)
    assert step.symbol == "BTCUSDT"


def test_liquidation_that_has_begun_is_finished_before_a_lower_account() -> None:
    model = long_one("537", "9500")
    model.see(AccountReset(0, {"USDT": u("1000")}))
    trade(model, 0, "BTCUSDT", "1", "9500")
    begun(model, "BTCUSDT", "ETHUSDT")
    model.see(Deposited(0, "USDT", u("-970")))
    step = model.next_step(no_book)
    assert isinstance(step, TakeOver)
    model.perform(step)
    assert model.next_step(no_book) == MarginCall(0, "USDT")


@pytest.mark.parametrize(
    ("usdt", "usdc", "price"),
    [
        # others worth 100: own may fall to -100 / 0.99495 = -100.507563...
        ("400", "100", "9499.49243681"),
        # others owe 100: own must rise to 100 / 0.9801 = 102.0304050607...
        ("600", "-100", "9502.03040507"),
        ("510", "0", "9490"),
    ],
)
def test_bankruptcy_price_in_multi_assets_mode(usdt: str, usdc: str, price: str) -> None:
    model = venue(1)
    model.see(AccountReset(1, {"USDT": u(usdt), "USDC": u(usdc)}))
    model.see(MultiAssetsSet(1, on=True))
    trade(model, 1, "BTCUSDT", "1", "10000")
    mark(model, "BTCUSDT", "9500")
    assert model.bankruptcy(1, "BTCUSDT", "BOTH") == u(price)


def test_multi_assets_liquidation_fee_and_its_auto_exchange() -> None:
    model = venue(1)
    model.see(AccountReset(1, {"USDT": u("400"), "USDC": u("100")}))
    model.see(MultiAssetsSet(1, on=True))
    trade(model, 1, "BTCUSDT", "1", "10000")
    mark(model, "BTCUSDT", "9500")
    begun(model, "BTCUSDT", "ETHUSDT", "BTCUSDC")
    step = model.next_step(book(("BTCUSDT", 1, "9500")))
    assert step == Reduce(1, "BTCUSDT", "BOTH", -1, u("1"), u("9499.5"))
    assert isinstance(step, Reduce)
    model.reduced(step, [(u("9500"), u("1"))])
    # 100 - 100 x 0.99495 = 0.505 USD, in USDT at the ask rate 0.50756319
    assert model.fund("USDT") == u("0.50756319")
    assert model.next_step(no_book) == Exchanged(
        1, (("USDC", u("-100")), ("USDT", u("100.50756319")))
    )


def test_multi_assets_largest_in_usd() -> None:
    model = venue(1)
    model.see(AccountReset(1, {"USDT": u("10"), "USDC": u("10")}))
    model.see(MultiAssetsSet(1, on=True))
    trade(model, 1, "BTCUSDT", "1", "10000")
    trade(model, 1, "BTCUSDC", "0.998", "10000")
    # 40 x 0.99495 = 39.798 against 39.92
    begun(model, "BTCUSDT", "ETHUSDT", "BTCUSDC")
    step = model.next_step(no_book)
    assert isinstance(step, TakeOver)
    assert step.symbol == "BTCUSDC"
