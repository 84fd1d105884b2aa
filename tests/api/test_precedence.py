"""Which refusal is told where several would be right: always the one decided to come first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import combinations
from typing import Final, NamedTuple

import pytest

from perpbox.api.errors import ApiError
from perpbox.api.limits import (
    ORDERS_PER_TEN_SECONDS,
    REFUSALS_BEFORE_BAN,
    WEIGHT_PER_MINUTE,
    Limits,
)
from perpbox.message import Request
from tests.api.exchange import Exchange
from tests.api.trader import ORDER, Trader, hmac_signer, limit_order, open_trader


class Attempt:
    """A new order that would stand, before it is spoilt."""

    def __init__(self) -> None:
        self.limits = Limits()
        self.exchange = Exchange(limits=self.limits)
        self.trader = open_trader(self.exchange, USDT="1000")
        self.trader.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=150)
        self.trader.limit("BUY", "0.003", "48000", newClientOrderId="used")
        self.method = "POST"
        self.path = ORDER
        self.params = limit_order("BUY", "0.1", "49000")
        self.tail = b""
        self.headers: dict[str, str] | None = None

    def ask(self) -> tuple[int, int]:
        """(HTTP status, code), and a look that nothing has changed."""
        request = self.trader.request("POST", self.path, **self.params)
        if self.headers is not None:
            request.headers = self.headers
        before = self.exchange.snapshot()
        answer = self.exchange.answer(
            Request(self.method, self.path, request.query + self.tail, request.headers)
        )
        assert self.exchange.snapshot() == before
        return (200, 0) if answer.status == 200 else answer.refusal


Spoil = Callable[[Attempt], None]


class Fault(NamedTuple):
    """One thing wrong. `stage` is its place in the decided order; equal ones are not compared."""

    stage: int
    name: str
    status: int
    code: int
    touches: str
    """What it spoils; two faults in the same place cannot stand together."""
    spoil: Spoil


def param(stage: int, code: int, name: str, value: str | None) -> Fault:
    def spoil(attempt: Attempt) -> None:
        attempt.params[name] = value

    return Fault(stage, f"{name}={value}", 400, code, name, spoil)


def wrong_path(attempt: Attempt) -> None:
    attempt.path = "/fapi/v1/orders"


def wrong_method(attempt: Attempt) -> None:
    attempt.method = "PATCH"


def too_heavy(attempt: Attempt) -> None:
    with suppress(ApiError):
        attempt.limits.charge_weight("127.0.0.1", WEIGHT_PER_MINUTE + 1, attempt.exchange.now)


def banned(attempt: Attempt) -> None:
    for _ in range(REFUSALS_BEFORE_BAN + 1):
        too_heavy(attempt)


def duplicated(attempt: Attempt) -> None:
    attempt.tail += b"&symbol=BTCUSDT"


def not_text(attempt: Attempt) -> None:
    attempt.tail += b"&note=%ff"


def no_key(attempt: Attempt) -> None:
    attempt.headers = {}


def unknown_key(attempt: Attempt) -> None:
    attempt.headers = {"x-mbx-apikey": "A" * 64}


def reader(attempt: Attempt) -> None:
    exchange = attempt.exchange
    key = exchange.keys.create(attempt.trader.account_id, exchange.now, permissions=("read",))
    attempt.trader = Trader(exchange, key, attempt.trader.sign)


def from_elsewhere(attempt: Attempt) -> None:
    exchange = attempt.exchange
    account_id = attempt.trader.account_id
    key = exchange.keys.create(account_id, exchange.now, ip_allow_list=("10.0.0.1",))
    attempt.trader = Trader(exchange, key, attempt.trader.sign)


def stale(attempt: Attempt) -> None:
    attempt.params["timestamp"] = str(attempt.exchange.now - 5001)


def wrong_signature(attempt: Attempt) -> None:
    attempt.trader.sign = hmac_signer("another")


def orders_spent(attempt: Attempt) -> None:
    left = ORDERS_PER_TEN_SECONDS - 1
    attempt.limits.charge_orders(attempt.trader.account_id, left, 0, attempt.exchange.now)


FAULTS: Final = (
    Fault(1, "unknown path", 404, -1000, "path", wrong_path),
    Fault(2, "wrong method", 405, -1000, "method", wrong_method),
    Fault(3, "banned", 418, -1003, "weight", banned),
    Fault(3, "too heavy", 429, -1003, "weight", too_heavy),
    Fault(4, "parameter twice", 400, -1101, "tail", duplicated),
    Fault(4, "not UTF-8", 400, -1100, "tail", not_text),
    Fault(5, "no key", 401, -2014, "key", no_key),
    Fault(5, "unknown key", 401, -2015, "key", unknown_key),
    Fault(6, "may only read", 401, -2015, "key", reader),
    Fault(6, "from elsewhere", 401, -2015, "key", from_elsewhere),
    param(7, -1105, "timestamp", ""),
    param(7, -1102, "timestamp", "noon"),
    param(7, -1130, "recvWindow", "long"),
    Fault(8, "stale", 400, -1021, "timestamp", stale),
    Fault(9, "wrong signature", 400, -1022, "signature", wrong_signature),
    Fault(10, "too many orders", 429, -1015, "orders", orders_spent),
    param(11, -1102, "price", None),
    param(11, -1102, "quantity", "NaN"),
    param(11, -1105, "newClientOrderId", ""),
    param(11, -1106, "stopPrice", "1"),
    param(11, -1102, "timeInForce", "GTD"),
    param(11, -1130, "reduceOnly", "maybe"),
    param(12, -1121, "symbol", "NOPEUSDT"),
    param(13, -1117, "side", "LONG"),
    param(13, -4060, "positionSide", "UP"),
    param(13, -1115, "timeInForce", "RPI"),
    param(13, -1136, "newOrderRespType", "FULL"),
    param(13, -4015, "newClientOrderId", "a blank"),
    param(13, -5037, "priceMatch", "BEST"),
    param(13, -5039, "selfTradePreventionMode", "NEVER"),
    param(14, -1111, "quantity", "0.1001"),
    param(14, -1111, "price", "49000.123"),
    param(14, -1111, "price", "49000.123456789"),
    param(15, -4001, "price", "0"),
    param(15, -4002, "price", "900000"),
    param(15, -4013, "price", "261"),
    param(15, -4014, "price", "49000.05"),
    param(16, -4003, "quantity", "-0.1"),
    param(16, -4005, "quantity", "1000.001"),
    param(17, -4016, "price", "52500.1"),
    param(18, -4061, "positionSide", "LONG"),
    param(19, -2022, "reduceOnly", "true"),
    param(20, -4116, "newClientOrderId", "used"),
    param(21, -2027, "quantity", "6.2"),
    param(22, -2019, "quantity", "4"),
)


def pairs() -> Iterator[tuple[Fault, Fault]]:
    for first, second in combinations(FAULTS, 2):
        if first.stage < second.stage and first.touches != second.touches:
            yield first, second


def title(fault: Fault) -> str:
    return f"{fault.name} {fault.code}"


@pytest.mark.parametrize("fault", FAULTS, ids=title)
def test_a_fault_has_its_own_refusal(fault: Fault) -> None:
    attempt = Attempt()
    fault.spoil(attempt)
    assert attempt.ask() == (fault.status, fault.code)


def test_without_a_fault_the_order_stands() -> None:
    attempt = Attempt()
    assert attempt.trader.post(ORDER, **attempt.params)["status"] == "NEW"


@pytest.mark.parametrize("first", FAULTS[:-1], ids=title)
def test_of_two_faults_the_earlier_is_told(first: Fault) -> None:
    wrong = []
    for earlier, later in pairs():
        if earlier is not first:
            continue
        attempt = Attempt()
        later.spoil(attempt)
        earlier.spoil(attempt)
        if (told := attempt.ask()) != (earlier.status, earlier.code):
            wrong.append(f"{title(earlier)} with {title(later)} answers {told}")
    assert not wrong, "\n".join(wrong)


def test_a_quantity_beyond_the_limit_is_beyond_the_margin_too() -> None:
    """Of the two, the position limit is told: 6.2 BTC also need more margin than there is."""
    attempt = Attempt()
    attempt.params["quantity"] = "6.2"
    assert attempt.ask() == (400, -2027)


# The other endpoints: their parameters before the symbol, the symbol before the rest.


@pytest.mark.parametrize(
    ("method", "path", "params", "code"),
    [
        ("GET", "depth", {}, -1102),
        ("GET", "depth", {"symbol": "NOPE", "limit": "many"}, -1130),
        ("GET", "depth", {"symbol": "NOPE", "limit": "7"}, -1121),
        ("GET", "depth", {"symbol": "BTCUSDT", "limit": "7"}, -4021),
        ("GET", "trades", {"symbol": "NOPE", "limit": "0"}, -1130),
        ("GET", "order", {"symbol": "NOPE"}, -1102),
        ("GET", "order", {"symbol": "NOPE", "orderId": "x"}, -1130),
        ("GET", "order", {"symbol": "NOPE", "orderId": "1"}, -1121),
        ("GET", "openOrder", {"symbol": "NOPE"}, -1102),
        ("DELETE", "order", {"symbol": "NOPE"}, -1102),
        ("DELETE", "order", {"symbol": "NOPE", "origClientOrderId": ""}, -1105),
        ("DELETE", "order", {"symbol": "NOPE", "orderId": "1"}, -1121),
        ("PUT", "order", {"symbol": "NOPE", "side": "UP", "quantity": "1"}, -1102),
        ("PUT", "order", {"symbol": "NOPE", "side": "UP", "quantity": "1", "price": "x"}, -1102),
        (
            "PUT",
            "order",
            {"symbol": "NOPE", "side": "UP", "quantity": "1", "price": "x", "orderId": 1},
            -1102,
        ),
        (
            "PUT",
            "order",
            {"symbol": "NOPE", "side": "UP", "quantity": "1", "price": "1", "orderId": 1},
            -1121,
        ),
        (
            "PUT",
            "order",
            {"symbol": "BTCUSDT", "side": "UP", "quantity": ".1", "price": "1", "orderId": 1},
            -1102,
        ),
        (
            "PUT",
            "order",
            {"symbol": "BTCUSDT", "side": "UP", "quantity": "0.0001", "price": "1", "orderId": 1},
            -1117,
        ),
        (
            "PUT",
            "order",
            {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.0001", "price": "1", "orderId": 1},
            -1111,
        ),
        (
            "PUT",
            "order",
            {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.1", "price": "1", "orderId": 9},
            -2013,
        ),
        ("DELETE", "batchOrders", {"symbol": "NOPE"}, -1102),
        ("DELETE", "batchOrders", {"symbol": "NOPE", "orderIdList": "1"}, -1130),
        ("DELETE", "batchOrders", {"symbol": "NOPE", "orderIdList": "[1]"}, -1121),
        ("DELETE", "allOpenOrders", {}, -1102),
        ("DELETE", "allOpenOrders", {"symbol": "NOPE"}, -1121),
        ("GET", "allOrders", {"symbol": "NOPE", "limit": "-1"}, -1130),
        ("GET", "allOrders", {"symbol": "NOPE", "startTime": "2", "endTime": "1"}, -1023),
        ("GET", "userTrades", {"symbol": "NOPE", "fromId": "1", "startTime": "1"}, -1128),
        ("GET", "userTrades", {"symbol": "NOPE", "fromId": "1"}, -1121),
        ("GET", "income", {"symbol": "NOPE", "page": "0"}, -1130),
        ("GET", "income", {"symbol": "", "incomeType": "TRANSFER"}, -1105),
        ("GET", "positionMargin/history", {"symbol": "NOPE", "type": "3"}, -1130),
        ("GET", "positionMargin/history", {"symbol": "NOPE"}, -1121),
        ("POST", "leverage", {"symbol": "NOPE"}, -1102),
        ("POST", "leverage", {"symbol": "NOPE", "leverage": "x"}, -1102),
        ("POST", "leverage", {"symbol": "NOPE", "leverage": "0"}, -1121),
        ("POST", "leverage", {"symbol": "BTCUSDT", "leverage": "0"}, -4028),
        ("POST", "marginType", {"symbol": "NOPE"}, -1102),
        ("POST", "marginType", {"symbol": "NOPE", "marginType": "x"}, -1130),
        ("POST", "marginType", {"symbol": "NOPE", "marginType": "ISOLATED"}, -1121),
        ("POST", "positionMargin", {"symbol": "NOPE", "amount": "x", "type": "3"}, -1102),
        ("POST", "positionMargin", {"symbol": "NOPE", "amount": "1", "type": "3"}, -1130),
        ("POST", "positionMargin", {"symbol": "NOPE", "amount": "1", "type": "1"}, -1121),
        (
            "POST",
            "positionMargin",
            {"symbol": "BTCUSDT", "amount": "-1.000000001", "type": "1", "positionSide": "UP"},
            -4060,
        ),
        ("POST", "positionMargin", {"symbol": "BTCUSDT", "amount": "-1.1e1", "type": "1"}, -1102),
        (
            "POST",
            "positionMargin",
            {"symbol": "BTCUSDT", "amount": "-1.000000001", "type": "1"},
            -1111,
        ),
        ("POST", "positionMargin", {"symbol": "BTCUSDT", "amount": "-1", "type": "1"}, -4055),
        ("POST", "positionMargin", {"symbol": "BTCUSDT", "amount": "1", "type": "1"}, -4049),
    ],
)
def test_parameters_come_before_the_symbol_and_the_symbol_before_the_rest(
    alice: Trader, method: str, path: str, params: dict[str, object], code: int
) -> None:
    assert alice.refused(method, f"/fapi/v1/{path}", **params) == code


def test_a_stop_order_is_sent_elsewhere_whatever_comes_with_it(alice: Trader) -> None:
    """Older clients send conditional orders here, with all their parameters; they must see it."""
    for kind in ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET"):
        order = {"symbol": "BTCUSDT", "side": "SELL", "type": kind, "stopPrice": "45000"}
        assert alice.refused("POST", ORDER, **order, closePosition="true") == -4120
    trailing = {"symbol": "BTCUSDT", "side": "SELL", "type": "TRAILING_STOP_MARKET"}
    assert alice.refused("POST", ORDER, **trailing, callbackRate="1", quantity="1") == -4120


def test_an_unreadable_request_costs_its_weight_as_well() -> None:
    exchange = Exchange(limits=Limits())
    assert exchange.ask("GET", "/fapi/v1/trades", "symbol=%ff").refusal == (400, -1100)
    answer = exchange.ask("GET", "/fapi/v1/trades", "limit=1&limit=1")
    assert answer.refusal == (400, -1101)
    assert answer.headers["X-MBX-USED-WEIGHT-1M"] == "10"
