"""Symbols listed, changed, halted and settled while the venue runs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from perpbox.account import BUY, SELL, ExpiryReason, OrderType, PositionSide, Side
from perpbox.engine import events as happened
from perpbox.engine.commands import (
    AmendOrder,
    CancelOrder,
    FollowMarket,
    MarketMove,
    MarketPrices,
    MoveInsurance,
    MovePrices,
    OpenAccount,
    PlaceOrder,
    SetLeverage,
    SetMarginType,
    SetSymbol,
    SettleSymbol,
    Tick,
)
from perpbox.engine.events import MoneyReason
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import money_sums
from perpbox.instrument import DELIVERY_OF_PERPETUAL, Bracket, Symbol, SymbolStatus
from perpbox.money import SCALE, Price, Quantity, parse
from tests.engine.rig import Rig
from tests.worlds import CATALOGUE

BTC, NEW = "BTCUSDT", "NEWUSDT"


def rig_with(*names: str) -> Rig:
    rig = Rig()
    for name in names:
        rig.submit(OpenAccount(name, {"USDT": parse("100000")}))
    return rig


def order(
    account_id: int, side: Side, quantity: str = "1", price: str = "0", symbol: str = BTC
) -> PlaceOrder:
    kind = OrderType.MARKET if price == "0" else OrderType.LIMIT
    both = PositionSide.BOTH
    return PlaceOrder(account_id, symbol, side, both, kind, parse(quantity), parse(price))


def with_status(rig: Rig, status: SymbolStatus, symbol: str = BTC, **more: Any) -> None:
    rig.submit(SetSymbol(replace(rig.state.markets[symbol].symbol, status=status, **more)))


def refusal(rig: Rig, command: Any) -> Reject:
    before = dump(rig.state)
    with pytest.raises(Rejected) as refused:
        rig.submit(command)
    assert dump(rig.state) == before
    return refused.value.reject


def listed() -> Symbol:
    return replace(CATALOGUE.symbols[BTC], name=NEW, base_asset="NEW")


def limit_near(rig: Rig, symbol: str = BTC) -> str:
    """A buy that rests right below the market."""
    traded = rig.state.markets[symbol].symbol
    below = rig.state.markets[symbol].mark * 99 // 100
    return str((below - below % traded.tick_size) // SCALE)


def test_a_listed_symbol_trades_at_once() -> None:
    rig = rig_with("trader")
    rig.submit(SetSymbol(listed()))
    rig.submit(order(1, BUY, symbol=NEW))
    assert rig.state.markets[NEW].house_quantity == -SCALE
    assert list(rig.state.catalogue.symbols)[-1] == NEW
    assert rig.state.markets[NEW].symbol.ordinal == len(CATALOGUE.symbols)


def test_a_listed_symbol_is_in_the_snapshot() -> None:
    rig = rig_with("trader")
    rig.submit(SetSymbol(listed()))
    rig.submit(order(1, BUY, symbol=NEW))
    assert dump(load(dump(rig.state), CATALOGUE)) == dump(rig.state)


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin_asset": "NONE"},
        {"tick_size": 0},
        {"brackets": ()},
        {"status": SymbolStatus.CLOSE},
        {"status": SymbolStatus.PRE_SETTLE, "delivery_time": 1},
        {"delivery_time": 1},
    ],
)
def test_what_does_not_fit_is_not_listed(wrong: dict[str, Any]) -> None:
    assert refusal(rig_with(), SetSymbol(replace(listed(), **wrong))) is Reject.INVALID_SYMBOL


@pytest.mark.parametrize("wrong", [{"price_precision": 4}, {"base_asset": "X"}, {"ordinal": 99}])
def test_what_histories_are_written_in_stays(wrong: dict[str, Any]) -> None:
    rig = rig_with()
    changed = replace(rig.state.markets[BTC].symbol, **wrong)
    assert refusal(rig, SetSymbol(changed)) is Reject.INVALID_SYMBOL


def test_a_halted_symbol_takes_no_order_and_fills_none() -> None:
    rig = rig_with("trader")
    price = limit_near(rig)
    rig.submit(order(1, BUY, price=price))
    with_status(rig, SymbolStatus.PENDING_TRADING)
    assert refusal(rig, order(1, BUY)) is Reject.SYMBOL_NOT_TRADING
    amend = AmendOrder(1, BTC, BUY, parse("2"), parse(price), order_id=1)
    assert refusal(rig, amend) is Reject.NOT_TRADING_TO_AMEND
    half = rig.state.markets[BTC].mark // 2
    prints = [(SELL, half, SCALE)]
    moved = rig.submit(FollowMarket([MarketMove(BTC, half, half, prints=prints)], {}))
    kinds = {type(event) for event in moved.events}
    assert happened.PriceMoved in kinds
    assert not kinds & {happened.OrderFilled, happened.Traded}
    with_status(rig, SymbolStatus.TRADING)
    assert not rig.state.orders
    assert rig.state.accounts[1].exposures[BTC].positions[PositionSide.BOTH].quantity == SCALE


def test_an_order_in_a_halted_symbol_can_be_canceled() -> None:
    rig = rig_with("trader")
    rig.submit(order(1, BUY, price=limit_near(rig)))
    with_status(rig, SymbolStatus.PENDING_TRADING)
    rig.submit(CancelOrder(1, BTC, order_id=1))
    assert not rig.state.orders


def test_before_its_settlement_a_position_may_be_closed_and_none_opened() -> None:
    rig = rig_with("holds", "comes")
    rig.submit(order(1, BUY))
    with_status(rig, SymbolStatus.PRE_SETTLE, delivery_time=rig.now + 60_000)
    assert refusal(rig, order(2, BUY)) is Reject.OPENS_BEFORE_SETTLEMENT
    rig.submit(order(1, SELL))
    assert not rig.state.markets[BTC].holders


def test_a_settlement_closes_everything_at_the_index_price() -> None:
    rig = rig_with("long", "short", "rests")
    rig.submit(order(1, BUY))
    rig.submit(order(2, SELL, "2"))
    rig.submit(order(3, BUY, price=limit_near(rig)))
    market = rig.state.markets[BTC]
    index = market.index + 10 * SCALE
    rig.submit(MovePrices({BTC: MarketPrices(None, index)}, {}))
    entries = {
        account_id: exposure.positions[PositionSide.BOTH].entry_price
        for account_id, exposure in market.holders.items()
    }
    with_status(rig, SymbolStatus.PRE_SETTLE, delivery_time=rig.now + 1_000)
    rig.now += 1_000
    turn = rig.submit(Tick())
    paid = {
        event.payee if event.payee > 0 else event.payer: event.amount
        * (1 if event.payee > 0 else -1)
        for event in turn.events
        if type(event) is happened.MoneyMoved and event.reason is MoneyReason.DELIVERED_SETTELMENT
    }
    assert paid == {1: index - entries[1], 2: 2 * (entries[2] - index)}
    expired = [event for event in turn.events if type(event) is happened.OrderExpired]
    assert [event.reason for event in expired] == [ExpiryReason.DELISTED]
    names = [e.client_order_id for e in turn.events if type(e) is happened.OrderAccepted]
    assert [name.split("-")[0] for name in names] == ["settlement_autoclose"] * 2
    assert market.symbol.status is SymbolStatus.CLOSE
    assert (market.house_quantity, market.holders, rig.state.orders) == (0, {}, {})
    assert set(money_sums(rig.state).values()) == {0}


def test_of_a_closed_symbol_nothing_is_set_and_feeds_pass_it_over() -> None:
    rig = rig_with("trader")
    rig.submit(SettleSymbol(BTC))
    for command in (
        order(1, BUY),
        SetLeverage(1, BTC, 5),
        SetMarginType(1, BTC, isolated=True),
        SettleSymbol(BTC),
    ):
        assert refusal(rig, command) is Reject.SYMBOL_CLOSED
    mark = rig.state.markets[BTC].mark
    rig.submit(FollowMarket([MarketMove(BTC, mark * 2, mark * 2)], {}))
    assert rig.state.markets[BTC].mark == mark


def test_a_closed_symbol_can_be_opened_again() -> None:
    rig = rig_with("trader")
    rig.submit(SettleSymbol(BTC))
    with_status(rig, SymbolStatus.TRADING, delivery_time=DELIVERY_OF_PERPETUAL)
    rig.submit(order(1, BUY))
    assert 1 in rig.state.markets[BTC].holders


def steep(rate: str, leverage: int) -> tuple[Bracket, ...]:
    return (Bracket(1, leverage, 0, parse("100000000"), parse(rate), 0),)


def test_steeper_brackets_liquidate_at_once_and_lower_leverage() -> None:
    rig = rig_with("trader")
    mark = rig.state.markets[BTC].mark
    quantity = str(1_500_000 * SCALE // mark)
    rig.submit(SetLeverage(1, BTC, 20))
    rig.submit(order(1, BUY, quantity))
    symbol = rig.state.markets[BTC].symbol
    changed = replace(symbol, brackets=steep("0.15", 5), default_leverage=5)
    turn = rig.submit(SetSymbol(changed))
    assert rig.state.accounts[1].exposures[BTC].leverage == 5
    assert happened.LiquidationStarted in {type(event) for event in turn.events}


COMMANDS = st.sampled_from(
    ["buy", "sell", "rest", "halt", "go on", "ends", "settle", "steep", "up"]
)


def _command(rig: Rig, word: str, account_id: int) -> Any:
    symbol = rig.state.markets[BTC].symbol
    mark: Price = rig.state.markets[BTC].mark
    one: Quantity = SCALE
    trading = replace(symbol, status=SymbolStatus.TRADING, delivery_time=DELIVERY_OF_PERPETUAL)
    changes = {
        "halt": replace(trading, status=SymbolStatus.PENDING_TRADING),
        "go on": trading,
        "ends": replace(trading, status=SymbolStatus.PRE_SETTLE, delivery_time=rig.now + 2_000),
        "steep": replace(trading, brackets=steep("0.05", 10), default_leverage=10),
    }
    if word in changes:
        return SetSymbol(changes[word])
    if word == "settle":
        return SettleSymbol(BTC)
    if word == "up":
        price = mark + 2_000 * one
        return MovePrices({BTC: MarketPrices(price, price)}, {})
    price_text = limit_near(rig) if word == "rest" else "0"
    return order(account_id, SELL if word == "sell" else BUY, "3", price_text)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(COMMANDS, st.integers(1, 2)), max_size=20))
def test_any_life_of_a_symbol_replays_and_keeps_the_money(steps: list[tuple[str, int]]) -> None:
    """The rig holds the state that events alone make, and each snapshot, to the first one."""
    rig = rig_with("one", "other")
    rig.samples = False
    for word, account_id in steps:
        rig.now += 1_000
        rig.submit(Tick())
        try:
            rig.submit(_command(rig, word, account_id))
        except Rejected:
            continue
    assert set(money_sums(rig.state).values()) == {0}
    assert dump(load(dump(rig.state), CATALOGUE)) == dump(rig.state)


def test_the_fund_pays_what_a_settlement_leaves_owing() -> None:
    """The index price decides, wherever the mark price is."""
    rig = Rig()
    rig.submit(MoveInsurance("USDT", parse("100000")))
    rig.submit(OpenAccount("poor", {"USDT": parse("4000")}))
    rig.submit(order(1, BUY))
    rig.submit(MovePrices({BTC: MarketPrices(None, parse("40000"))}, {}))
    turn = rig.submit(SettleSymbol(BTC))
    reasons = [event.reason for event in turn.events if type(event) is happened.MoneyMoved]
    assert reasons == [MoneyReason.DELIVERED_SETTELMENT, MoneyReason.INSURANCE_CLEAR]
    assert rig.state.accounts[1].wallet("USDT") == 0
