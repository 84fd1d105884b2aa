"""Accounts, positions and orders as values: what they say of themselves."""

from __future__ import annotations

import pytest

from perpbox.account import (
    BUY,
    HEDGE,
    ONE_WAY,
    SELL,
    Account,
    Exposure,
    House,
    Order,
    OrderType,
    Position,
    PositionSide,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.money import SCALE, parse
from tests.worlds import CATALOGUE

BTC = CATALOGUE.symbols["BTCUSDT"]


def order(side: Side, leg: PositionSide, *, reduce_only: bool = False) -> Order:
    return Order(
        order_id=1,
        account_id=1,
        symbol="BTCUSDT",
        client_order_id="o1",
        side=side,
        position_side=leg,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        price=parse("50000"),
        quantity=parse("1"),
        reduce_only=reduce_only,
        self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER,
        created=0,
        updated=0,
        priority=0,
        executed=parse("0.25"),
    )


@pytest.mark.parametrize(
    ("side", "leg", "reduce_only", "closes"),
    [
        (BUY, PositionSide.BOTH, False, False),
        (SELL, PositionSide.BOTH, False, False),
        (SELL, PositionSide.BOTH, True, True),
        (BUY, PositionSide.BOTH, True, True),
        (BUY, PositionSide.LONG, False, False),
        (SELL, PositionSide.LONG, False, True),
        (SELL, PositionSide.SHORT, False, False),
        (BUY, PositionSide.SHORT, False, True),
    ],
)
def test_an_order_closes_if_it_can_only_reduce(
    side: Side, leg: PositionSide, reduce_only: bool, closes: bool
) -> None:
    assert order(side, leg, reduce_only=reduce_only).closes is closes


def test_what_remains_of_an_order_is_what_is_not_executed() -> None:
    assert order(BUY, PositionSide.BOTH).remaining == parse("0.75")


def test_an_entry_price_is_the_cost_over_the_quantity_cut() -> None:
    position = Position(PositionSide.BOTH)
    assert position.entry_price == 0
    position.entry_cost = parse("100") * SCALE
    position.quantity = parse("3")
    assert position.entry_price == parse("33.33333333")
    position.quantity = -parse("3")
    assert position.entry_price == parse("33.33333333")


@pytest.mark.parametrize(
    ("quantity", "order_count", "shown"), [(0, 0, False), (0, 1, True), (-1, 0, True), (1, 2, True)]
)
def test_a_row_is_shown_for_a_position_or_an_order(
    quantity: int, order_count: int, shown: bool
) -> None:
    position = Position(PositionSide.LONG)
    position.quantity, position.order_count = quantity, order_count
    assert position.is_shown is shown


@pytest.mark.parametrize(
    ("quantity", "orders", "active"),
    [(0, 0, False), (1, 0, True), (-1, 0, True), (0, 1, True), (1, 1, True)],
)
def test_an_exposure_is_active_with_a_position_or_an_order(
    quantity: int, orders: int, active: bool
) -> None:
    exposure = Exposure(BTC, 20)
    exposure.positions[PositionSide.LONG] = Position(PositionSide.LONG)
    exposure.positions[PositionSide.LONG].quantity = quantity
    exposure.orders = {n: order(BUY, PositionSide.LONG) for n in range(orders)}
    assert exposure.is_active is active


def test_a_fresh_exposure_has_the_default_leverage_and_belongs_to_nobody() -> None:
    account = Account(1, "alice", 0)
    exposure = account.exposure(BTC)
    assert (exposure.leverage, exposure.isolated) == (20, False)
    assert exposure.initial_margin_rate == parse("0.05")
    assert account.exposure(BTC) is not exposure
    assert not account.exposures


def test_the_house_and_the_clients_cannot_be_confused() -> None:
    assert all(house < 0 for house in House)
    assert len({int(house) for house in House}) == len(House)
    assert set(ONE_WAY) | set(HEDGE) == set(PositionSide)
