"""An account from elsewhere stands here as it is told, and is then like any other."""

from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec.structs import replace

from perpbox.account import BUY, SELL, House, OrderType, PositionSide
from perpbox.engine import adoption
from perpbox.engine import handle as table_of_commands
from perpbox.engine.commands import (
    AdoptAccount,
    AdoptedExposure,
    AdoptedOrder,
    AdoptedPosition,
    MarketPrices,
    MovePrices,
    PlaceOrder,
    ResetAccount,
    SetLiquidity,
)
from perpbox.engine.events import LiquidationStarted, MarginCalled
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.state import money_sums
from perpbox.margin.account import account_figures
from perpbox.money import SCALE, parse
from tests.engine.rig import Rig

BTC: Final = "BTCUSDT"
BOTH, LONG, SHORT = PositionSide


def held(quantity: str, entry: str, side: PositionSide = BOTH, wallet: str = "0") -> Any:
    amount, price = parse(quantity), parse(entry)
    cost = abs(amount) * price
    direction = 1 if amount > 0 else -1
    return AdoptedPosition(side, amount, cost, direction * cost * SCALE, parse(wallet))


def resting(side: int, price: str, quantity: str = "0.1", **more: Any) -> AdoptedOrder:
    return AdoptedOrder(side, more.pop("leg", BOTH), parse(price), parse(quantity), **more)


def adopted(*exposures: AdoptedExposure, usdt: str = "10000", **modes: bool) -> AdoptAccount:
    return AdoptAccount("from elsewhere", {"USDT": parse(usdt)}, list(exposures), **modes)


def test_the_account_stands_as_it_is_told() -> None:
    rig = Rig()
    orders = [resting(BUY, "40000"), resting(SELL, "60000", reduce_only=True)]
    turn = rig.submit(
        adopted(
            AdoptedExposure(BTC, 7, positions=[held("0.5", "49000")], orders=orders), fee_burn=True
        )
    )
    account = rig.state.accounts[turn.account_id]
    exposure = account.exposures[BTC]
    assert (exposure.leverage, exposure.isolated, account.fee_burn) == (7, False, True)
    assert exposure.positions[BOTH].entry_price == parse("49000")
    assert [order.price for order in exposure.orders.values()] == [o.price for o in orders]
    assert rig.state.markets[BTC].house_quantity == -parse("0.5")
    assert rig.state.house[House.WORLD, "USDT"] == -parse("10000")
    figures = account_figures(
        account, rig.state.catalogue.assets.values(), rig.state.marks, rig.state.rates
    )
    mark = rig.state.marks[BTC]
    assert figures.totals.unrealized_profit == (mark - parse("49000")) // 2


def test_it_trades_and_is_reset_like_any_other() -> None:
    rig = Rig()
    rig.submit(adopted(AdoptedExposure(BTC, 7, positions=[held("-0.5", "51000")])))
    rig.submit(PlaceOrder(1, BTC, BUY, BOTH, OrderType.MARKET, parse("0.5")))
    account = rig.state.accounts[1]
    assert account.wallet("USDT") > parse("10000")
    rig.submit(ResetAccount(1))
    assert account.wallet("USDT") == parse("10000")
    assert money_sums(rig.state) == {"USDT": 0}


def test_hedge_legs_isolated_wallets_and_debts() -> None:
    rig = Rig()
    legs = [held("0.2", "48000", LONG, "1500"), held("-0.1", "52000", SHORT, "700")]
    rig.submit(adopted(AdoptedExposure(BTC, 7, isolated=True, positions=legs), hedge_mode=True))
    account = rig.state.accounts[1]
    assert account.hedge_mode
    wallets = [p.isolated_wallet for p in account.exposures[BTC].positions.values()]
    assert wallets == [parse("1500"), parse("700")]
    owing = AdoptAccount("owes", {"USDT": SCALE, "USDC": -SCALE // 2}, [], multi_assets=True)
    assert rig.submit(owing).account_id == 2
    assert rig.state.accounts[2].multi_assets
    assert rig.state.accounts[2].wallet("USDC") == -SCALE // 2


def test_orders_stand_though_no_margin_is_left_for_them() -> None:
    rig = Rig()
    exposure = AdoptedExposure(BTC, 1, orders=[resting(BUY, "40000", "9")])
    rig.submit(adopted(exposure, usdt="1"))
    assert len(rig.state.accounts[1].exposures[BTC].orders) == 1


def test_who_is_at_the_limit_is_called_and_liquidated_at_once() -> None:
    rig = Rig()
    turn = rig.submit(adopted(AdoptedExposure(BTC, 7, positions=[held("1", "59000")]), usdt="9100"))
    kinds = [type(event) for event in turn.events]
    assert kinds.index(MarginCalled) < kinds.index(LiquidationStarted)


WRONG: Final = {
    "asset": (AdoptAccount("", {"DOGE": 1}, []), Reject.UNKNOWN_ASSET),
    "symbol": (adopted(AdoptedExposure("NONE", 5)), Reject.UNKNOWN_SYMBOL),
    "twice": (
        adopted(AdoptedExposure(BTC, 5), AdoptedExposure(BTC, 6)),
        Reject.INVALID_SYMBOL,
    ),
    "leverage": (adopted(AdoptedExposure(BTC, 126)), Reject.INVALID_LEVERAGE),
    "isolated": (
        adopted(AdoptedExposure(BTC, 5, isolated=True), multi_assets=True),
        Reject.ISOLATED_UNDER_MULTI_ASSETS,
    ),
    "leg": (
        adopted(AdoptedExposure(BTC, 5, positions=[held("1", "5", LONG)])),
        Reject.POSITION_SIDE_MISMATCH,
    ),
    "short long": (
        adopted(AdoptedExposure(BTC, 5, positions=[held("-1", "5", LONG)]), hedge_mode=True),
        Reject.POSITION_SIDE_MISMATCH,
    ),
    "nothing held": (
        adopted(AdoptedExposure(BTC, 5, positions=[held("0", "5")])),
        Reject.QUANTITY_NOT_POSITIVE,
    ),
    "step": (
        adopted(AdoptedExposure(BTC, 5, positions=[held("0.00000001", "5")])),
        Reject.QUANTITY_OFF_STEP,
    ),
    "entry": (
        adopted(AdoptedExposure(BTC, 5, positions=[held("1", "0")])),
        Reject.PRICE_NOT_POSITIVE,
    ),
    "wallet": (
        adopted(AdoptedExposure(BTC, 5, positions=[held("1", "5", wallet="1")])),
        Reject.NOT_ISOLATED,
    ),
    "leg of an order": (
        adopted(AdoptedExposure(BTC, 5, orders=[resting(BUY, "40000", leg=LONG)])),
        Reject.POSITION_SIDE_MISMATCH,
    ),
    "price of an order": (
        adopted(AdoptedExposure(BTC, 5, orders=[resting(BUY, "0")])),
        Reject.PRICE_NOT_POSITIVE,
    ),
    "tick": (
        adopted(AdoptedExposure(BTC, 5, orders=[resting(BUY, "40000.00000001")])),
        Reject.PRICE_OFF_TICK,
    ),
    "quantity of an order": (
        adopted(AdoptedExposure(BTC, 5, orders=[resting(BUY, "40000", "0")])),
        Reject.QUANTITY_NOT_POSITIVE,
    ),
    "step of an order": (
        adopted(AdoptedExposure(BTC, 5, orders=[resting(BUY, "40000", "0.00000001")])),
        Reject.QUANTITY_OFF_STEP,
    ),
    "closes nothing": (
        adopted(AdoptedExposure(BTC, 5, orders=[resting(BUY, "40000", reduce_only=True)])),
        Reject.REDUCE_ONLY_REJECTED,
    ),
    "closes more than is held": (
        adopted(
            AdoptedExposure(
                BTC,
                5,
                positions=[held("0.3", "50000", LONG)],
                orders=[resting(SELL, "60000", "0.2", leg=LONG)] * 2,
            ),
            hedge_mode=True,
        ),
        Reject.REDUCE_ONLY_REJECTED,
    ),
    "one id": (
        adopted(
            AdoptedExposure(BTC, 5, orders=[resting(BUY, "40000", client_order_id="x")] * 2),
        ),
        Reject.DUPLICATE_CLIENT_ORDER_ID,
    ),
    "crosses the house": (
        adopted(AdoptedExposure(BTC, 5, orders=[resting(BUY, "59000")])),
        Reject.GTX_WOULD_TAKE,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_without_a_trace(name: str) -> None:
    command, reject = WRONG[name]
    with pytest.raises(Rejected) as refused:
        Rig().submit(command)
    assert refused.value.reject is reject


def test_orders_of_one_account_do_not_cross_each_other() -> None:
    rig = Rig()
    rig.submit(SetLiquidity(BTC, [], []))
    orders = [resting(BUY, "50000"), resting(SELL, "49000")]
    with pytest.raises(Rejected, match=r"GTX_WOULD_TAKE"):
        rig.submit(adopted(AdoptedExposure(BTC, 5, orders=orders)))
    apart = [orders[1], replace(orders[0], price=parse("48000"))]
    rig.submit(adopted(AdoptedExposure(BTC, 5, orders=apart)))
    mark = parse("48500")
    rig.submit(MovePrices({BTC: MarketPrices(mark, mark)}, {}))
    assert len(rig.state.accounts[1].exposures[BTC].orders) == 2


def test_the_table_knows_the_rule() -> None:
    assert table_of_commands._HANDLE[AdoptAccount] is adoption.adopt_account
