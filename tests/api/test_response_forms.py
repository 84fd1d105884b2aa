"""ACK and RESULT of every kind of order, at every door through which one is placed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import pytest

from tests.api.exchange import Exchange
from tests.api.fields import ORDER_TOLD
from tests.api.trader import ORDER, Trader, limit_order, open_trader
from tests.api.ws_client import Client

Order: TypeAlias = dict[str, object]
Door: TypeAlias = Callable[[Trader, Order], Any]

MARKET: Final[Order] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}


def over_rest(trader: Trader, order: Order) -> Any:
    return trader.post(ORDER, **order)


def in_a_batch(trader: Trader, order: Order) -> Any:
    [row] = trader.post("/fapi/v1/batchOrders", batchOrders=json.dumps([order]))
    return row


def over_the_websocket_api(trader: Trader, order: Order) -> Any:
    return Client(trader).ok("order.place", **order)


def limited(time_in_force: str, quantity: str = "0.1") -> Order:
    return limit_order("BUY", quantity, "50000", timeInForce=time_in_force)


@pytest.mark.parametrize("door", [over_rest, in_a_batch, over_the_websocket_api])
@pytest.mark.parametrize(
    ("order", "status", "executed"),
    [
        (MARKET, "FILLED", "0.100"),
        (limited("IOC"), "FILLED", "0.100"),
        (limited("IOC", "1.5"), "EXPIRED", "1.000"),
        (limited("FOK"), "FILLED", "0.100"),
        # These may rest, and are told as they were accepted.
        (limited("GTC"), "NEW", "0.000"),
        (limited("GTC", "1.5"), "NEW", "0.000"),
    ],
)
@pytest.mark.parametrize("form", [None, "ACK", "RESULT"])
def test_what_an_order_is_answered_with(
    door: Door, order: Order, status: str, executed: str, form: str | None
) -> None:
    trader = open_trader(Exchange(), USDT="100000")
    trader.exchange.quote("BTCUSDT", [], [("50000", "1")])
    told = door(trader, order if form is None else {**order, "newOrderRespType": form})
    assert list(told) == ORDER_TOLD
    wanted = (status, executed) if form == "RESULT" else ("NEW", "0.000")
    assert (told["status"], told["executedQty"]) == wanted
    assert told["cumQty"] == told["executedQty"]
    traded = told["executedQty"] != "0.000"
    assert told["avgPrice"] == ("50000.00" if traded else "0.00")
