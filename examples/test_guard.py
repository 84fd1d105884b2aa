"""The bot on the official SDK: prices move, time passes, and things go wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from binance_common.errors import BadRequestError
from binance_sdk_derivatives_trading_usds_futures.rest_api.models.enums import (
    NewOrderSideEnum,
    NewOrderTypeEnum,
)

from examples.guard import Guard
from perpbox.testing import Account, Box
from perpbox.testing.words import FaultKind

STOP = "POST /fapi/v1/algoOrder"


@pytest.fixture
def account(perpbox: Box) -> Account:
    perpbox.price("BTCUSDT", 50_000)
    return perpbox.account(USDT=10_000)


@pytest.fixture
def guard(account: Account) -> Guard:
    return Guard(account.sdk().rest_api, "BTCUSDT", Decimal(1), Decimal("0.1"))


def buy(guard: Guard) -> None:
    guard.rest.new_order(
        symbol="BTCUSDT",
        side=NewOrderSideEnum.BUY,
        type=NewOrderTypeEnum.MARKET,
        quantity=0.01,
    )


def triggers(guard: Guard) -> list[Decimal]:
    return [Decimal(stop.trigger_price) for stop in guard.stops()]


def test_the_stop_follows_the_price_up_and_never_down(perpbox: Box, guard: Guard) -> None:
    guard.step()
    assert triggers(guard) == []
    buy(guard)
    for price, stop in ((50_000, 49_500), (51_000, 50_490), (50_800, 50_490)):
        perpbox.price("BTCUSDT", price)
        guard.step()
        assert triggers(guard) == [stop]


def test_the_stop_goes_off_and_nothing_is_left(perpbox: Box, guard: Guard) -> None:
    buy(guard)
    guard.step()
    perpbox.price("BTCUSDT", 49_400)
    guard.step()
    assert guard.held_at() is None
    assert triggers(guard) == []


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize(
    ("kind", "how"),
    [("error", {"answer": "408"}), ("error", {"answer": "503-unknown"}), ("disconnect", {})],
)
def test_a_stop_of_unknown_fate_is_there_once(
    perpbox: Box, guard: Guard, kind: FaultKind, how: dict[str, Any], executed: bool
) -> None:
    buy(guard)
    perpbox.faults(kind, **how, executed=executed, endpoint=STOP, nth=1)
    guard.step()
    assert triggers(guard) == [49_500]
    assert len(perpbox.fired()) == 1


def test_a_refusal_is_no_reason_to_try_again(perpbox: Box, guard: Guard) -> None:
    buy(guard)
    with pytest.raises(BadRequestError, match="immediately trigger"):
        guard.place(Decimal(60_000))
    assert triggers(guard) == []


def test_a_refused_trigger_leaves_the_position_for_the_next_step(
    perpbox: Box, guard: Guard
) -> None:
    """The stop is gone and the position is not: a new stop stands."""
    buy(guard)
    perpbox.faults("refusedTrigger", nth=1)
    guard.step()
    perpbox.price("BTCUSDT", 49_400)
    assert guard.held_at() is not None
    assert triggers(guard) == []
    guard.step()
    assert triggers(guard) == [Decimal("48906.0")]


def test_the_position_pays_funding_while_it_is_guarded(perpbox: Box, guard: Guard) -> None:
    buy(guard)
    guard.step()
    perpbox.advance("8h")
    guard.step()
    assert triggers(guard) == [49_500]
    rows = guard.rest.get_income_history(income_type="FUNDING_FEE").data()
    assert [row.symbol for row in rows] == ["BTCUSDT"]
