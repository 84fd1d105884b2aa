"""Hand-computed scenarios: fills, commissions, funding, margin figures, calls, and settings."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.second.model import Model
from tests.second.observed import (
    AccountEnded,
    AccountReset,
    AssetFacts,
    AssetIndexMoved,
    BracketFacts,
    Deposited,
    FeeBurnSet,
    FeeRatesSet,
    FundingSettled,
    HedgeModeSet,
    IsolatedMarginAdjusted,
    MarginCall,
    MarginCallEnded,
    MultiAssetsSet,
    PositionFacts,
    SymbolFacts,
)
from tests.second.scenarios import (
    ASSETS,
    after_calls,
    isolate,
    mark,
    no_book,
    trade,
    u,
    venue,
    wallets,
)


def test_taker_and_maker_commission() -> None:
    model = venue(1, usdt="1000", free=False)
    trade(model, 1, "BTCUSDT", "1", "10000")
    assert model.wallet(1, "USDT") == u("995")
    trade(model, 1, "BTCUSDT", "0.5", "10000", maker=True)
    assert model.wallet(1, "USDT") == u("994")


def test_commission_is_cut() -> None:
    model = venue(1, usdt="1", free=False)
    trade(model, 1, "BTCUSDT", "0.001", "0.33337")
    # 0.00033337 x 0.0005 = 0.000000166685
    assert model.wallet(1, "USDT") == u("1") - 16


def test_own_rates() -> None:
    model = venue(1, usdt="1000", free=False)
    model.see(FeeRatesSet(1, "BTCUSDT", u("0.0001"), u("0.0003")))
    trade(model, 1, "BTCUSDT", "1", "10000")
    assert model.wallet(1, "USDT") == u("997")


def test_average_entry_and_realized_profit() -> None:
    model = venue(1, usdt="100")
    trade(model, 1, "BTCUSDT", "1", "100")
    trade(model, 1, "BTCUSDT", "2", "101")
    assert model.position(1, "BTCUSDT", "BOTH") == PositionFacts(u("3"), u("302") * 10**8, 0)
    trade(model, 1, "BTCUSDT", "-1", "110")
    # entry 100.66666666 cut; 110 - 100.66666666
    assert model.wallet(1, "USDT") == u("109.33333334")
    held = model.position(1, "BTCUSDT", "BOTH")
    assert (held.quantity, held.entry_cost // held.quantity) == (u("2"), u("100.66666666"))
    trade(model, 1, "BTCUSDT", "-2", "90")
    # 2 x (90 - 100.66666666) = -21.33333332
    assert model.wallet(1, "USDT") == u("88.00000002")
    assert model.position(1, "BTCUSDT", "BOTH") == PositionFacts(0, 0, 0)


def test_flip_closes_first_then_opens_afresh() -> None:
    model = venue(1, usdt="100")
    trade(model, 1, "BTCUSDT", "1", "100")
    trade(model, 1, "BTCUSDT", "-3", "90")
    assert model.wallet(1, "USDT") == u("90")
    assert model.position(1, "BTCUSDT", "BOTH") == PositionFacts(u("-2"), u("180") * 10**8, 0)


def test_hedge_legs_stand_apart() -> None:
    model = venue(1, usdt="100")
    model.see(HedgeModeSet(1, on=True))
    trade(model, 1, "BTCUSDT", "1", "100", "LONG")
    trade(model, 1, "BTCUSDT", "-2", "110", "SHORT")
    trade(model, 1, "BTCUSDT", "1", "105", "SHORT")
    assert model.wallet(1, "USDT") == u("105")
    assert model.position(1, "BTCUSDT", "LONG").quantity == u("1")
    assert model.position(1, "BTCUSDT", "SHORT") == PositionFacts(u("-1"), u("110") * 10**8, 0)


def test_isolated_opening_takes_margin_less_commission() -> None:
    model = venue(1, usdt="100", free=False)
    isolate(model, 1, "BTCUSDT", 6)
    trade(model, 1, "BTCUSDT", "-0.001", "29734.5")
    # 29.7345 x (0.16666667 - 0.0005) = 4.940882849..., cut; commission 0.01486725
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == u("4.94088284")
    assert model.wallet(1, "USDT") == u("99.98513275")
    # the cross pool holds the rest
    assert model.pool(1, "USDT").margin_balance == u("99.98513275") - u("4.94088284")


def test_isolated_reduction_releases_in_proportion() -> None:
    model = venue(1, usdt="1000", free=False)
    isolate(model, 1, "BTCUSDT", 10)
    trade(model, 1, "BTCUSDT", "0.3", "1000")
    # margin 30 - 0.15; a third of it, 9.95, is released; profit 10, commission 0.055
    trade(model, 1, "BTCUSDT", "-0.1", "1100")
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == u("19.9")
    assert model.wallet(1, "USDT") == u("1009.795")
    trade(model, 1, "BTCUSDT", "-0.2", "1000")
    assert model.position(1, "BTCUSDT", "BOTH") == PositionFacts(0, 0, 0)
    assert model.pool(1, "USDT").margin_balance == u("1009.695")


def test_isolated_flip() -> None:
    model = venue(1, usdt="1000", free=False)
    isolate(model, 1, "BTCUSDT", 10)
    trade(model, 1, "BTCUSDT", "0.1", "1000")
    trade(model, 1, "BTCUSDT", "-0.3", "1000")
    # the opening 0.2 x 1000 puts 20 in and pays its own 0.1 of the 0.15
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == u("19.9")
    assert model.wallet(1, "USDT") == u("999.8")


def test_margin_put_in_by_hand() -> None:
    model = venue(1, usdt="1000")
    isolate(model, 1, "BTCUSDT", 10)
    trade(model, 1, "BTCUSDT", "0.1", "1000")
    model.see(IsolatedMarginAdjusted(1, "BTCUSDT", "BOTH", u("5")))
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == u("15")
    assert model.wallet(1, "USDT") == u("1000")


def test_commission_in_bnb() -> None:
    model = venue(1, usdt="1000", free=False)
    model.see(Deposited(1, "BNB", u("0.008")))
    model.see(FeeBurnSet(1, on=True))
    trade(model, 1, "BTCUSDT", "1", "10000")
    # 10000 x 0.0005 x 0.9 = 4.5; x 0.99 / 600 = 0.007425
    assert wallets(model, 1) == {"BNB": Decimal("0.000575"), "USDT": Decimal(1000)}
    trade(model, 1, "BTCUSDT", "1", "10000")
    assert wallets(model, 1) == {"BNB": Decimal("0.000575"), "USDT": Decimal(995)}


def test_isolated_position_keeps_whole_margin_when_bnb_pays() -> None:
    model = venue(1, usdt="1000", free=False)
    model.see(Deposited(1, "BNB", u("1")))
    model.see(FeeBurnSet(1, on=True))
    isolate(model, 1, "BTCUSDT", 10)
    trade(model, 1, "BTCUSDT", "0.1", "10000")
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == u("100")
    assert model.wallet(1, "USDT") == u("1000")


def test_funding_long_pays_short_receives() -> None:
    model = venue(1, 2, usdt="1000")
    trade(model, 1, "BTCUSDT", "0.3", "10000")
    trade(model, 2, "BTCUSDT", "-0.3", "10000")
    model.see(FundingSettled("BTCUSDT", u("0.0001"), u("10000.33333333")))
    # 0.3 x 10000.33333333 x 0.0001 = 0.3000099999999, cut
    assert model.wallet(1, "USDT") == u("1000") - u("0.30000999") - 0
    assert model.wallet(2, "USDT") == u("1000") + u("0.30000999")


def test_funding_of_an_isolated_position() -> None:
    model = venue(1, usdt="1000")
    isolate(model, 1, "BTCUSDT", 10)
    trade(model, 1, "BTCUSDT", "0.1", "10000")
    model.see(FundingSettled("BTCUSDT", u("-0.001"), u("10000")))
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == u("101")
    assert model.wallet(1, "USDT") == u("1001")


@pytest.mark.parametrize(
    ("quantity", "entry", "price", "rate", "profit", "maintenance"),
    [
        ("30", "0.385", "0.41047590", "0.0065", "0.76427700", "0.08004280"),
        ("-1", "70.92841", "49.72023376", "0.01", "21.20817624", "0.49720233"),
        ("0.001", "22185.2", "21123.05052574", "0.004", "-1.06214947", "0.08449220"),
        ("-0.36", "56.84", "73.51708333", "0.0065", "-6.00374999", "0.17202997"),
        ("0.01", "2489.88", "2492.02649225", "0.005", "0.02146492", "0.12460132"),
    ],
)
def test_published_vectors(
    quantity: str, entry: str, price: str, rate: str, profit: str, maintenance: str
) -> None:
    brackets = (BracketFacts(0, u("1000000"), u(rate), 0),)
    symbol = SymbolFacts("X", "USDT", 1, 1, 0, brackets, 0, 0)
    model = Model([symbol], ASSETS)
    model.see(AccountReset(1, {"USDT": 0}))
    trade(model, 1, "X", quantity, entry)
    mark(model, "X", price)
    pool = model.pool(1, "USDT")
    assert (pool.margin_balance, pool.maintenance_margin) == (u(profit), u(maintenance))


def test_maintenance_of_higher_brackets() -> None:
    model = venue(1, usdt="100000")
    trade(model, 1, "BTCUSDT", "4.999", "10000")
    assert model.pool(1, "USDT").maintenance_margin == u("199.96")
    trade(model, 1, "BTCUSDT", "0.001", "10000")
    # 50000 is in bracket 2: 250 - 50
    assert model.pool(1, "USDT").maintenance_margin == u("200")
    trade(model, 1, "BTCUSDT", "495", "10000")
    # 5000000 is above the last cap, in the last bracket: 50000 - 3050
    assert model.pool(1, "USDT").maintenance_margin == u("46950")


def test_multi_assets_totals_of_the_published_example() -> None:
    """G2: margin balance 416.02, maintenance margin 80 x 0.99495 + 120 = 199.596."""
    brackets = (BracketFacts(0, u("99999999"), u("0.008"), 0),)
    others = (BracketFacts(0, u("99999999"), u("0.01"), 0),)
    symbols = (
        SymbolFacts("BTCUSDT", "USDT", 1, 1, 0, brackets, 0, 0),
        SymbolFacts("ETHUSDC", "USDC", 1, 1, 0, others, 0, 0),
    )
    assets = (AssetFacts("USDT", u("0.01"), u("0.005")), AssetFacts("USDC"))
    model = Model(symbols, assets)
    model.see(AccountReset(1, {"USDT": u("200"), "USDC": u("220")}))
    model.see(MultiAssetsSet(1, on=True))
    model.see(AssetIndexMoved("USDT", u("0.99")))
    model.see(AssetIndexMoved("USDC", u("1")))
    trade(model, 1, "BTCUSDT", "0.5", "20000")
    trade(model, 1, "ETHUSDC", "20", "600")
    mark(model, "BTCUSDT", "20000")
    mark(model, "ETHUSDC", "600")
    pool = model.pool(1, "")
    assert (pool.margin_balance, pool.maintenance_margin) == (u("416.02"), u("199.596"))


def test_margin_call_at_80_percent_once_and_again_only_below_75() -> None:
    model = venue(1, usdt="50")
    trade(model, 1, "BTCUSDT", "1", "10000")
    # MM 40 of 50 is 80 %
    assert model.next_step(no_book) == MarginCall(1, "USDT")
    assert model.next_step(no_book) == MarginCall(1, "USDT")
    model.perform(MarginCall(1, "USDT"))
    assert model.next_step(no_book) is None
    model.see(Deposited(1, "USDT", u("3.33333333")))
    # 40 is still a bit more than 75 % of 53.33333333
    assert model.next_step(no_book) is None
    model.see(Deposited(1, "USDT", 1))
    assert model.next_step(no_book) == MarginCallEnded(1, "USDT")
    model.perform(MarginCallEnded(1, "USDT"))
    assert model.next_step(no_book) is None
    model.see(Deposited(1, "USDT", u("-3.33333333")))
    # 50.00000001: 40 is a bit less than 80 %
    assert model.next_step(no_book) is None
    model.see(Deposited(1, "USDT", -1))
    assert model.next_step(no_book) == MarginCall(1, "USDT")


def test_margin_call_ends_with_the_position() -> None:
    model = venue(1, usdt="50")
    trade(model, 1, "BTCUSDT", "1", "10000")
    model.perform(MarginCall(1, "USDT"))
    trade(model, 1, "BTCUSDT", "-1", "10000")
    assert model.next_step(no_book) == MarginCallEnded(1, "USDT")


def test_calls_come_in_the_order_of_pools() -> None:
    model = venue(1, usdt="40")
    model.see(Deposited(1, "USDC", u("50")))
    model.see(HedgeModeSet(1, on=True))
    isolate(model, 1, "ETHUSDT", 200)
    trade(model, 1, "BTCUSDC", "1", "10000", "LONG")
    trade(model, 1, "ETHUSDT", "-1", "1000", "SHORT")
    trade(model, 1, "ETHUSDT", "1", "1000", "LONG")
    trade(model, 1, "BTCUSDT", "0.6", "10000", "LONG")
    found = []
    for _ in range(4):
        step = model.next_step(no_book)
        assert isinstance(step, MarginCall)
        found.append(step.pool)
        model.perform(step)
    # isolated by symbol, LONG first; then assets in the catalogue's order, USDC before USDT
    assert found == ["ETHUSDT:LONG", "ETHUSDT:SHORT", "USDC", "USDT"]
    assert model.next_step(no_book) is None


def test_mode_changes_and_reset_end_calls_silently() -> None:
    model = venue(1, usdt="50")
    trade(model, 1, "BTCUSDT", "1", "10000")
    model.perform(MarginCall(1, "USDT"))
    model.see(MultiAssetsSet(1, on=True))
    # 50 x 0.9801 against 40 x 0.99495: the new pool is called by itself
    assert model.next_step(no_book) == MarginCall(1, "")
    model.perform(MarginCall(1, ""))
    model.see(AccountReset(1, {"USDT": u("7")}))
    assert model.next_step(no_book) is None
    assert model.called(1) == frozenset()
    assert wallets(model, 1) == {"USDT": Decimal(7)}


def test_reset_takes_own_rates_and_settings_away() -> None:
    model = venue(1, free=False)
    isolate(model, 1, "BTCUSDT", 10)
    model.see(FeeRatesSet(1, "BTCUSDT", 0, 0))
    model.see(AccountReset(1, {"USDT": u("100")}))
    trade(model, 1, "BTCUSDT", "1", "100")
    assert model.wallet(1, "USDT") == u("99.95")
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == 0


def test_ended_account_is_forgotten() -> None:
    model = venue(1, 2, usdt="50")
    trade(model, 1, "BTCUSDT", "1", "10000")
    model.see(AccountEnded(1))
    assert model.next_step(no_book) is None


def test_lowest_account_first() -> None:
    model = venue(7, 3, usdt="50")
    for account in (7, 3):
        trade(model, account, "BTCUSDT", "1", "10000")
    assert model.next_step(no_book) == MarginCall(3, "USDT")
    model.perform(MarginCall(3, "USDT"))
    assert model.next_step(no_book) == MarginCall(7, "USDT")
    model.perform(MarginCall(7, "USDT"))
    assert after_calls(model) is None
