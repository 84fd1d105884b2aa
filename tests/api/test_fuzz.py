"""Nonsense at the door: whatever comes, the answer is JSON, and a refusal changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.api.calendar import NEWEST
from perpbox.api.limits import Limits
from perpbox.api.new_conditional import LIMITED, TRAILING
from perpbox.api.new_order import ALGO_TYPES
from perpbox.api.routes import ROUTES, Route, Security
from perpbox.instrument import to_json
from perpbox.journal import Journal, open_journal
from perpbox.message import Request
from tests.api.exchange import CATALOGUE, DAY, NOON, Exchange, Told
from tests.api.fields import names
from tests.api.trader import (
    ALGO,
    ORDER,
    Trader,
    conditional_order,
    limit_order,
    open_trader,
)

pytestmark = pytest.mark.fuzz

STATUSES: Final = {200, 400, 401, 404, 405, 418, 429}

NAMES: Final = names(
    "symbol side positionSide type timeInForce quantity price reduceOnly newClientOrderId"
    " newOrderRespType priceMatch selfTradePreventionMode closePosition stopPrice activationPrice"
    " callbackRate goodTillDate orderId origClientOrderId orderIdList orderidlist"
    " origClientOrderIdList batchOrders leverage marginType amount dualSidePosition"
    " multiAssetsMargin startTime endTime fromId limit page incomeType recvWindow timestamp"
    " algoType algoId clientAlgoId triggerPrice activatePrice workingType priceProtect feeBurn"
    " countdownTime fromAsset toAsset fromAmount toAmount validTime quoteId downloadId asset file"
)
PLAUSIBLE: Final = names(
    "BTCUSDT ADAUSDT ETHUSDC BTCUSD BUY SELL BOTH LONG SHORT LIMIT MARKET STOP GTC IOC FOK GTX GTD"
    " ACK RESULT NONE EXPIRE_BOTH ISOLATED CROSSED true false TRUE first [1,2] [] {} [{}] NaN 1e309"
    " -1 0 1 2 5 10 20 100 125 500 1000 1001 0.1 0.001 0.0001 49000 50000 50000.05 51000 1E5"
    " TRANSFER FUNDING_FEE CONDITIONAL STOP_MARKET TAKE_PROFIT TAKE_PROFIT_MARKET"
    " TRAILING_STOP_MARKET GTE_GTC CONTRACT_PRICE MARK_PRICE QUEUE OPPONENT_5 waits 3 4"
    " 1795350000000 49000.00 USDT BNB BTC 10s"
)
WHOLE: Final = st.integers(-(2**70), 2**70).map(str)
DECIMAL: Final = st.decimals(allow_nan=True, allow_infinity=True).map(str)
VALUES: Final = st.one_of(
    st.sampled_from(PLAUSIBLE),
    st.just(""),
    WHOLE,
    DECIMAL,
    st.text(max_size=40),
)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | VALUES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
ORDERS: Final = st.lists(
    st.dictionaries(st.sampled_from(NAMES), VALUES | JSON, max_size=8), max_size=6
)
PARAMS: Final = st.dictionaries(st.sampled_from(NAMES), VALUES | JSON.map(json.dumps), max_size=8)
PRICES: Final = st.lists(st.sampled_from(["47000", "49000", "51000", "52000"]), max_size=4)
PLAIN_PARAMS: Final = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)

BASES: Final[dict[str, dict[str, object]]] = {
    "POST /fapi/v1/order": limit_order("BUY", "0.1", "49000"),
    "POST /fapi/v1/order/test": limit_order("SELL", "0.1", "50001"),
    "PUT /fapi/v1/order": {"orderId": 1, "side": "BUY", "quantity": "0.2", "price": "48000"},
    "DELETE /fapi/v1/order": {"orderId": 1},
    "DELETE /fapi/v1/batchOrders": {"orderIdList": "[1,2]"},
    "GET /fapi/v1/order": {"orderId": 1},
    "GET /fapi/v1/openOrder": {"origClientOrderId": "first"},
    "POST /fapi/v1/leverage": {"leverage": 50},
    "POST /fapi/v1/marginType": {"marginType": "ISOLATED"},
    "POST /fapi/v1/positionMargin": {"amount": "1", "type": 1},
    "POST /fapi/v1/feeBurn": {"feeBurn": "true"},
    "POST /fapi/v1/countdownCancelAll": {"countdownTime": 60_000},
    "POST /fapi/v1/algoOrder": conditional_order("SELL", "STOP_MARKET", "49000"),
    "DELETE /fapi/v1/algoOrder": {"clientAlgoId": "waits"},
    "GET /fapi/v1/algoOrder": {"algoId": 4},
    "GET /fapi/v1/orderAmendment": {"orderId": 1},
    "POST /fapi/v1/convert/getQuote": {
        "fromAsset": "USDT",
        "toAsset": "BNB",
        "fromAmount": "650",
    },
    "GET /fapi/v1/order/asyn": {"startTime": NOON - DAY, "endTime": NOON},
    "GET /fapi/v1/trade/asyn": {"startTime": NOON - DAY, "endTime": NOON},
    "GET /fapi/v1/income/asyn": {"startTime": NOON - DAY, "endTime": NOON},
}
"""What takes an endpoint past its first check, so that the nonsense gets further."""


def settled(journal: Journal | None = None, api_date: str = NEWEST) -> tuple[Exchange, Trader]:
    """A venue on which something has happened: a position, orders, a past."""
    exchange = Exchange(journal, api_date=api_date)
    exchange.last(BTCUSDT="50000")
    trader = open_trader(exchange, USDT="10000", USDC="5000")
    trader.market("BUY", "0.1")
    trader.market("SELL", "0.02", symbol="ETHUSDC")
    trader.limit("BUY", "0.1", "48000", newClientOrderId="first")
    stop = conditional_order("SELL", "STOP_MARKET", "49000")
    if api_date == NEWEST:
        trader.post(ALGO, **stop, clientAlgoId="waits")
        trader.post(ALGO, **stop, closePosition="false", workingType="MARK_PRICE")
    else:
        trader.post(ORDER, **stop, stopPrice="49000", newClientOrderId="waits")
    return exchange, trader


def asked_for(trader: Trader, route: Route, params: dict[str, str]) -> Request:
    """The request with these parameters in the place of good ones."""
    base = BASES.get(f"{route.method} {route.path}", {})
    return trader.request(route.method, route.path, **{"symbol": "BTCUSDT", **base, **params})


def judged(exchange: Exchange, request: Request) -> Told:
    """The answer, having shown that it is one, and that a refusal has changed nothing."""
    before = exchange.snapshot(), exchange.venue.sequence
    answer = exchange.answer(request)
    assert answer.status in STATUSES
    if answer.status != 200:
        assert answer.code < 0
        assert (exchange.snapshot(), exchange.venue.sequence) == before
    else:
        assert isinstance(answer.json, dict | list)
    return answer


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]) | st.text(max_size=8),
    path=st.sampled_from(sorted({r.path for r in ROUTES}))
    | st.text(st.characters(codec="latin-1")),
    query=st.binary(max_size=300),
    body=st.binary(max_size=300),
    headers=st.dictionaries(
        st.sampled_from(["x-mbx-apikey", "content-type", "host"]),
        st.text(st.characters(codec="latin-1"), max_size=80),
    ),
)
def test_bytes_without_a_key(
    method: str, path: str, query: bytes, body: bytes, headers: dict[str, str]
) -> None:
    exchange = Exchange(limits=Limits())
    answer = judged(exchange, Request(method, path, query, headers, body))
    if answer.status == 200:
        [route] = [r for r in ROUTES if (r.method, r.path) == (method, path)]
        assert route.security is Security.NONE


@given(
    route=st.sampled_from(ROUTES),
    query=st.binary(max_size=200),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["", "application/json", "application/x-www-form-urlencoded", "\xff"]),
)
def test_bytes_that_are_signed(route: Route, query: bytes, body: bytes, kind: str) -> None:
    """The signature is right over whatever bytes there are, so that they are looked at."""
    exchange, trader = settled()
    query += f"&symbol=BTCUSDT&timestamp={exchange.now}".encode()
    signed_body = b"" if route.method == "GET" or kind == "application/json" else body
    signature = trader.sign(query + signed_body)
    query += f"&signature={signature}".encode()
    headers = trader.headers | {"content-type": kind}
    judged(exchange, Request(route.method, route.path, query, headers, body))


@given(route=st.sampled_from(ROUTES), params=PARAMS)
def test_values_of_any_kind(route: Route, params: dict[str, str]) -> None:
    exchange, trader = settled()
    judged(exchange, asked_for(trader, route, params))


@given(st.lists(st.tuples(st.sampled_from(ROUTES), PLAIN_PARAMS), max_size=6))
def test_several_requests_one_after_another(asked: list[tuple[Route, dict[str, str]]]) -> None:
    exchange, trader = settled()
    for route, params in asked:
        judged(exchange, asked_for(trader, route, params))
    judged(exchange, trader.request("GET", "/fapi/v3/account"))


KINDS: Final = st.sampled_from(sorted(ALGO_TYPES))


@given(path=st.sampled_from([ORDER, f"{ORDER}/test"]), kind=KINDS, params=PARAMS)
def test_conditional_orders_of_old(path: str, kind: str, params: dict[str, str]) -> None:
    """Before the algo service the order endpoints take them, and the price sets some off."""
    exchange, trader = settled(api_date="2025-12-08")
    base = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.1", "stopPrice": "49000"}
    judged(exchange, trader.request("POST", path, **{**base, "type": kind, **params}))
    exchange.last(BTCUSDT="48000")
    judged(exchange, trader.request("GET", "/fapi/v1/openOrders"))
    judged(exchange, trader.request("GET", "/fapi/v1/allOrders"))


@given(kind=KINDS, params=PLAIN_PARAMS, prices=PRICES)
def test_whatever_waits_is_set_off(kind: str, params: dict[str, str], prices: list[str]) -> None:
    """Whatever was taken can be triggered, listed, and read back out of a snapshot."""
    exchange, trader = settled()
    order = conditional_order("SELL", kind, "49000")
    if kind in LIMITED:
        order["price"] = "48000"
    elif kind == TRAILING:
        order |= {"triggerPrice": None, "callbackRate": "1"}
    judged(exchange, trader.request("POST", ALGO, **{**order, **params}))
    for price in prices:
        exchange.last(BTCUSDT=price)
        judged(exchange, trader.request("GET", "/fapi/v1/openAlgoOrders"))
    judged(exchange, trader.request("GET", "/fapi/v1/allAlgoOrders", symbol="BTCUSDT"))
    assert exchange.restarted().snapshot() == exchange.snapshot()


@given(method=st.sampled_from(["POST", "PUT"]), orders=ORDERS | JSON)
def test_batches_of_anything(method: str, orders: object) -> None:
    exchange, trader = settled()
    text = json.dumps(orders)
    judged(exchange, trader.request(method, "/fapi/v1/batchOrders", batchOrders=text))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Exchange, Trader]]:
    """The same venue with its journal in a file, whose history is asked in another language."""
    place = tmp_path_factory.mktemp("fuzz") / "journal"
    with open_journal(place, to_json(CATALOGUE)) as journal:
        yield settled(journal)


@given(route=st.sampled_from([r for r in ROUTES if r.of_history]), params=PARAMS)
def test_questions_about_the_past(
    stored: tuple[Exchange, Trader], route: Route, params: dict[str, str]
) -> None:
    exchange, trader = stored
    judged(exchange, asked_for(trader, route, params))
