"""Hand-computed scenarios: auto-exchange, and the debts that the insurance fund pays."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.second.model import Model
from tests.second.observed import (
    AccountReset,
    AssetFacts,
    AssetIndexMoved,
    DebtPaid,
    Deposited,
    Exchanged,
    FundMoved,
    FundOpened,
    MultiAssetsSet,
    OpenOrders,
    Step,
)
from tests.second.scenarios import SYMBOLS, isolate, mark, no_book, trade, u, venue, wallets


def multi(**amounts: str) -> Model:
    """Account 1 in multi-assets mode with these wallets, and an open order."""
    model = venue(1)
    model.see(AccountReset(1, {asset: u(amount) for asset, amount in amounts.items()}))
    model.see(MultiAssetsSet(1, on=True))
    model.see(OpenOrders(1, 1))
    return model


def performed(model: Model) -> Step:
    """The next step, performed."""
    step = model.next_step(no_book)
    assert step is not None
    model.perform(step)
    return step


def test_threshold_must_be_passed() -> None:
    model = multi(USDT="-100", USDC="1000")
    assert model.next_step(no_book) is None
    model.see(Deposited(1, "USDT", -1))
    # 100.00000001 x 0.99495 = 99.4950000099495, rounded up
    assert performed(model) == Exchanged(
        1, (("USDC", u("-99.49500001")), ("USDT", u("100.00000001")))
    )
    assert wallets(model, 1) == {"USDC": Decimal("900.50499999")}
    assert model.next_step(no_book) is None


def test_each_asset_below_its_threshold_by_itself() -> None:
    model = multi(USDT="-50", USDC="-11", BNB="1")
    # 11 at ask 1 is 11 USD; 11 / 585 = 0.0188034188..., rounded up; USDT stays
    assert performed(model) == Exchanged(1, (("USDC", u("11")), ("BNB", u("-0.01880342"))))
    assert model.next_step(no_book) is None


def test_shares_in_proportion_to_value() -> None:
    model = multi(USDT="-150", USDC="200", BNB="0.5")
    # 149.2425 USD of 200 + 292.5
    assert performed(model) == Exchanged(
        1,
        (("USDC", u("-60.60609138")), ("BNB", u("-0.15151523")), ("USDT", u("150"))),
    )


def test_published_collateral_ratio() -> None:
    """G6: a debt of 20 000 at a ratio of 97.5 % sells 20 512.82."""
    assets = (AssetFacts("USDT", 0, 0, u("0.025")), AssetFacts("OTHER"))
    model = type(venue())(SYMBOLS[:2], assets)
    model.see(AccountReset(1, {"USDT": u("30000"), "OTHER": u("-20000")}))
    model.see(MultiAssetsSet(1, on=True))
    model.see(AssetIndexMoved("USDT", u("1")))
    model.see(AssetIndexMoved("OTHER", u("1")))
    step = model.next_step(no_book)
    assert step == Exchanged(1, (("USDT", u("-20512.82051283")), ("OTHER", u("20000"))))


def test_all_is_sold_where_it_is_not_enough_and_the_fund_pays_the_rest() -> None:
    model = multi(USDT="-150", USDC="50")
    model.see(FundOpened("USDT", u("60")))
    # 50 / 0.99495 = 50.253781597...
    assert performed(model) == Exchanged(1, (("USDC", u("-50")), ("USDT", u("50.25378159"))))
    assert performed(model) == DebtPaid(1, "USDT", u("60"))
    assert wallets(model, 1) == {"USDT": Decimal("-39.74621841")}
    assert model.next_step(no_book) is None


@pytest.mark.parametrize(("usdt", "due"), [("9.22", True), ("9.3", False)])
def test_debt_of_995_per_mille_without_position_and_order(usdt: str, due: bool) -> None:
    # owes 9 of 9.22 x 0.9801 = 9.036522 or of 9.11493
    model = multi(USDC="-9", USDT=usdt)
    assert model.next_step(no_book) is None
    model.see(OpenOrders(1, 0))
    assert isinstance(model.next_step(no_book), Exchanged) is due


def test_no_exchange_by_ratio_with_a_position() -> None:
    model = multi(USDC="-9", USDT="9.22")
    model.see(OpenOrders(1, 0))
    trade(model, 1, "BTCUSDT", "0.001", "1000")
    mark(model, "BTCUSDT", "1000")
    assert model.next_step(no_book) is None


def test_single_asset_mode_exchanges_nothing() -> None:
    model = venue(1)
    model.see(AccountReset(1, {"USDT": u("-150"), "USDC": u("200")}))
    assert model.next_step(no_book) is None


def test_fund_pays_as_far_as_it_can_and_again_when_it_has_grown() -> None:
    model = venue(1, 2, usdt="-5")
    model.see(FundMoved("USDT", u("8")))
    assert performed(model) == DebtPaid(1, "USDT", u("5"))
    assert performed(model) == DebtPaid(2, "USDT", u("3"))
    assert model.fund("USDT") == 0
    assert model.next_step(no_book) is None
    model.see(FundMoved("USDT", u("1")))
    assert performed(model) == DebtPaid(2, "USDT", u("1"))
    assert wallets(model, 2) == {"USDT": Decimal(-1)}


def test_debts_in_the_order_of_assets() -> None:
    model = venue(1, usdt="-5")
    model.see(Deposited(1, "USDC", u("-1")))
    model.see(FundMoved("USDT", u("8")))
    model.see(FundMoved("USDC", u("8")))
    assert performed(model) == DebtPaid(1, "USDC", u("1"))
    assert performed(model) == DebtPaid(1, "USDT", u("5"))


def test_isolated_wallet_is_not_touched_for_a_debt() -> None:
    model = venue(1, usdt="1000")
    model.see(FundMoved("USDT", u("100")))
    isolate(model, 1, "BTCUSDT", 20)
    trade(model, 1, "BTCUSDT", "1", "10000")
    model.see(Deposited(1, "USDT", u("-507")))
    assert performed(model) == DebtPaid(1, "USDT", u("7"))
    assert model.position(1, "BTCUSDT", "BOTH").isolated_wallet == u("500")
    assert model.wallet(1, "USDT") == u("500")


def test_no_debt_is_paid_while_a_cross_position_of_the_asset_is_there() -> None:
    model = venue(1, usdt="-5")
    trade(model, 1, "BTCUSDT", "0.1", "9000")
    model.see(FundMoved("USDT", u("100")))
    # a profit of 100 keeps the pool far from its limit
    assert model.next_step(no_book) is None


def test_multi_assets_debt_waits_while_something_is_owned() -> None:
    model = multi(USDT="-50", USDC="100")
    model.see(OpenOrders(1, 0))
    model.see(FundMoved("USDT", u("100")))
    assert model.next_step(no_book) is None
    model.see(Deposited(1, "USDC", u("-100")))
    assert performed(model) == DebtPaid(1, "USDT", u("50"))
