"""Limits of the WebSocket API: what each method costs, shared with REST, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any, Final

import pytest

from perpbox.api.limits import (
    ORDERS_PER_TEN_SECONDS,
    REFUSALS_BEFORE_BAN,
    WEIGHT_PER_MINUTE,
    Limits,
)
from perpbox.api.ws_api.app import PATH
from perpbox.message import Request, Response
from tests.api.exchange import MINUTE, Exchange
from tests.api.trader import ORDER, Trader, conditional_order, limit_order, open_trader
from tests.api.ws_client import HERE, Client, RecordingWire, refusal, result

BTC: Final = {"symbol": "BTCUSDT"}
STATUS: Final = "v2/account.status"
HANDSHAKE: Final = 5


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def exchange(limits: Limits) -> Exchange:
    return Exchange(limits=limits)


@pytest.fixture
def client(alice: Trader) -> Client:
    return Client(alice)


def weight_row(limit: int, count: int) -> dict[str, object]:
    row = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1}
    return {**row, "limit": limit, "count": count}


def order_rows(ten_seconds: int, minute: int) -> list[dict[str, object]]:
    """As recorded: what counts as an order has no weight, and says so."""
    orders = {"rateLimitType": "ORDERS"}
    return [
        weight_row(-1, -1),
        {**orders, "interval": "SECOND", "intervalNum": 10, "limit": 300, "count": ten_seconds},
        {**orders, "interval": "MINUTE", "intervalNum": 1, "limit": 1200, "count": minute},
    ]


# Weights


@pytest.mark.parametrize(
    ("method", "params", "weight"),
    [
        ("session.logon", {}, 2),
        ("session.status", {}, 2),
        ("session.logout", {}, 2),
        ("depth", {**BTC, "limit": 5}, 2),
        ("depth", {**BTC, "limit": 50}, 2),
        ("depth", {**BTC, "limit": 100}, 5),
        ("depth", {**BTC, "limit": "500"}, 10),
        ("depth", {**BTC, "limit": 1000}, 20),
        ("depth", BTC, 10),
        ("ticker.price", BTC, 1),
        ("ticker.price", {}, 2),
        ("ticker.book", BTC, 2),
        ("ticker.book", {}, 5),
        ("order.place", limit_order("BUY", "0.1", "49000"), 0),
        ("order.modify", BTC, 0),
        ("order.cancel", {**BTC, "orderId": 1}, 1),
        ("order.status", {**BTC, "orderId": 1}, 1),
        ("algoOrder.place", conditional_order("SELL", "STOP_MARKET", "49000"), 0),
        ("algoOrder.cancel", {"algoId": 1}, 1),
        ("account.balance", {}, 5),
        ("v2/account.balance", {}, 5),
        ("account.status", {}, 5),
        ("v2/account.status", {}, 5),
        ("account.position", {}, 5),
        ("v2/account.position", {}, 5),
        ("userDataStream.start", {}, 1),
        ("userDataStream.ping", {}, 1),
        ("userDataStream.stop", {}, 1),
    ],
)
def test_a_method_costs_its_weight(
    client: Client, limits: Limits, method: str, params: dict[str, Any], weight: int
) -> None:
    assert limits.used_weight(HERE) == HANDSHAKE
    told = client.ask(method, **params)
    assert limits.used_weight(HERE) == HANDSHAKE + weight
    if weight:
        assert told["rateLimits"] == [weight_row(WEIGHT_PER_MINUTE, HANDSHAKE + weight)]
    else:
        assert told["rateLimits"] == order_rows(1, 1)


def test_a_conditional_order_counts_since_its_day() -> None:
    client = Client(open_trader(Exchange(limits=Limits(), api_date="2026-06-19")))
    told = client.ask("algoOrder.place", **conditional_order("SELL", "STOP_MARKET", "49000"))
    assert result(told)
    assert told["rateLimits"] == [weight_row(WEIGHT_PER_MINUTE, HANDSHAKE)]


def test_what_cannot_be_read_costs_as_much_as_what_can(client: Client, limits: Limits) -> None:
    assert refusal(client.raw("depth", {"symbol": []})) == (400, -1130)
    assert refusal(client.raw("session.status", [])) == (400, -1130)
    assert limits.used_weight(HERE) == HANDSHAKE + 10 + 2


@pytest.mark.parametrize("message", ["{", '{"id":1,"method":"no.such"}', '{"method":"depth"}'])
def test_what_is_no_request_costs_nothing_and_tells_what_was_used(
    client: Client, message: str
) -> None:
    told = client.text(message)
    assert told["rateLimits"] == [weight_row(WEIGHT_PER_MINUTE, HANDSHAKE)]


def test_without_limits_the_rows_are_there_and_count_nothing() -> None:
    client = Client(open_trader(Exchange()))
    told = client.ask("order.place", **limit_order("BUY", "0.1", "49000"))
    assert told["rateLimits"] == order_rows(0, 0)
    assert client.ask(STATUS)["rateLimits"] == [weight_row(WEIGHT_PER_MINUTE, 0)]
    assert client.text("{")["rateLimits"] == [weight_row(WEIGHT_PER_MINUTE, 0)]


# Shared with REST


def test_weight_is_shared_with_rest(client: Client, alice: Trader) -> None:
    client.ok(STATUS)
    told = alice.ask("GET", "/fapi/v3/account")
    assert told.headers["X-MBX-USED-WEIGHT-1M"] == str(HANDSHAKE + 10)


def test_order_counts_are_shared_with_rest(client: Client, alice: Trader) -> None:
    alice.limit("BUY", "0.01", "49000")
    told = client.ask("order.place", **limit_order("BUY", "0.01", "49000"))
    assert told["rateLimits"] == order_rows(2, 2)
    answer = alice.ask("POST", ORDER, **limit_order("BUY", "0.01", "49000"))
    assert answer.headers["X-MBX-ORDER-COUNT-10S"] == "3"


def test_a_refusal_by_the_handler_has_been_counted(client: Client) -> None:
    told = client.ask("order.place", **BTC)
    assert refusal(told) == (400, -1102)
    assert told["rateLimits"] == order_rows(1, 1)


def test_a_refusal_before_the_count_shows_the_weight_alone(client: Client) -> None:
    told = client.ask("order.place", **limit_order("BUY", "1", "49000"), timestamp=1)
    assert refusal(told) == (400, -1021)
    assert told["rateLimits"] == [weight_row(WEIGHT_PER_MINUTE, HANDSHAKE)]


def test_too_many_orders(client: Client, limits: Limits, alice: Trader) -> None:
    limits.charge_orders(alice.account_id, ORDERS_PER_TEN_SECONDS, 1, client.exchange.now)
    assert client.refused("order.place", **limit_order("BUY", "1", "49000")) == (429, -1015)


def spend(limits: Limits, exchange: Exchange) -> None:
    left = WEIGHT_PER_MINUTE - limits.used_weight(HERE)
    limits.charge_weight(HERE, left, exchange.now)


def test_too_much_weight_and_in_time_a_ban(client: Client, limits: Limits) -> None:
    spend(limits, client.exchange)
    assert result(client.ask("order.place", **limit_order("BUY", "0.01", "49000")))
    told = client.raw("depth", BTC)
    assert refusal(told) == (429, -1003)
    assert told["rateLimits"] == [weight_row(WEIGHT_PER_MINUTE, WEIGHT_PER_MINUTE + 10)]
    for _ in range(REFUSALS_BEFORE_BAN):
        told = client.raw("session.status")
    assert refusal(told) == (418, -1003)
    assert refusal(client.ask("order.place", **limit_order("BUY", "1", "49000"))) == (418, -1003)
    handshake = client.exchange.ws_api.connect(Request("GET", PATH), RecordingWire())
    assert isinstance(handshake, Response)
    assert handshake.status == 418
    client.exchange.pass_time(3 * MINUTE)
    assert result(client.raw("session.status"))


def test_a_handshake_costs_weight_and_is_refused_beyond(client: Client, limits: Limits) -> None:
    Client(client.trader)
    assert limits.used_weight(HERE) == 2 * HANDSHAKE
    spend(limits, client.exchange)
    handshake = client.exchange.ws_api.connect(Request("GET", PATH), RecordingWire())
    assert isinstance(handshake, Response)
    assert handshake.status == 429


# Precedence


class Attempt:
    """A new order over the WebSocket API that would stand, before it is spoilt."""

    def __init__(self) -> None:
        self.limits = Limits()
        self.exchange = Exchange(limits=self.limits)
        self.trader = open_trader(self.exchange)
        self.client = Client(self.trader)
        self.method = "order.place"
        self.params: dict[str, object] = dict(limit_order("BUY", "0.1", "49000"))
        self.after: dict[str, object] = {}
        """What is put in behind the signature's back."""

    def ask(self) -> tuple[int, int]:
        signed = self.client.signed(**self.params)
        before = self.exchange.snapshot()
        told = self.client.raw(self.method, {**signed, **self.after})
        assert self.exchange.snapshot() == before
        return refusal(told)


def unknown_method(attempt: Attempt) -> None:
    attempt.method = "order.places"


def unreadable(attempt: Attempt) -> None:
    attempt.after["note"] = []


def too_heavy(attempt: Attempt) -> None:
    spend(attempt.limits, attempt.exchange)
    attempt.limits._addresses[HERE].used += 1


def no_key(attempt: Attempt) -> None:
    attempt.params["apiKey"] = None


def a_readers_key(attempt: Attempt) -> None:
    exchange = attempt.exchange
    key = exchange.keys.create(attempt.trader.account_id, exchange.now, permissions=("read",))
    attempt.client.trader = Trader(exchange, key)


def late(attempt: Attempt) -> None:
    attempt.params["timestamp"] = 1


def forged(attempt: Attempt) -> None:
    attempt.after["signature"] = "0" * 64


def too_many(attempt: Attempt) -> None:
    account_id = attempt.trader.account_id
    attempt.limits.charge_orders(account_id, ORDERS_PER_TEN_SECONDS, 1, attempt.exchange.now)


def bad_symbol(attempt: Attempt) -> None:
    attempt.params["symbol"] = "NONE"


Spoil = Callable[[Attempt], None]
FAULTS: Final[list[tuple[Spoil, tuple[int, int]]]] = [
    (unknown_method, (400, -1020)),
    (too_heavy, (429, -1003)),
    (unreadable, (400, -1130)),
    (no_key, (400, -1103)),
    (a_readers_key, (401, -2015)),
    (late, (400, -1021)),
    (forged, (400, -1022)),
    (too_many, (429, -1015)),
    (bad_symbol, (400, -1121)),
]
"""In the order in which they are told."""


@pytest.mark.parametrize(
    ("first", "second"),
    list(combinations(FAULTS, 2)),
    ids=lambda fault: fault[0].__name__,
)
def test_of_two_faults_the_first_is_told(
    first: tuple[Spoil, tuple[int, int]], second: tuple[Spoil, tuple[int, int]]
) -> None:
    attempt = Attempt()
    for spoil, _ in (second, first):
        spoil(attempt)
    assert attempt.ask() == first[1]


@pytest.mark.parametrize(("spoil", "told"), FAULTS, ids=lambda part: getattr(part, "__name__", ""))
def test_each_fault_alone(spoil: Spoil, told: tuple[int, int]) -> None:
    attempt = Attempt()
    spoil(attempt)
    assert attempt.ask() == told
