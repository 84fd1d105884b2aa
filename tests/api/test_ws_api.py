"""The WebSocket API: every method answers as the REST endpoint whose handler it has."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.api.calendar import NEWEST
from perpbox.api.limits import Limits
from perpbox.api.routes import ROUTES, Security
from perpbox.api.shapes.market import told_update
from perpbox.api.ws_api.frames import frame
from perpbox.api.ws_api.methods import (
    METHODS,
    SESSION_METHODS,
    SESSION_WEIGHT,
    by_name,
    plain_name,
)
from perpbox.message import Request, Response
from tests.api import fields
from tests.api.exchange import Exchange
from tests.api.trader import ALGO, ORDER, Trader, conditional_order, limit_order, open_trader
from tests.api.ws_client import Client, refusal, result, unframed

SHARED: Final = Path(__file__).parents[3] / "shared"
TSV: Final = SHARED / "spec" / "endpoints.tsv"
BTC: Final = {"symbol": "BTCUSDT"}


@pytest.fixture
def client(alice: Trader) -> Client:
    return Client(alice)


# The same as REST


READS: Final = {
    "account.balance": "/fapi/v2/balance",
    "v2/account.balance": "/fapi/v3/balance",
    "account.status": "/fapi/v2/account",
    "v2/account.status": "/fapi/v3/account",
    "account.position": "/fapi/v2/positionRisk",
    "v2/account.position": "/fapi/v3/positionRisk",
}


def result_text(client: Client) -> bytes:
    """The bytes of the last answer's result."""
    _, _, rest = client.wire.payloads[-1].partition(b'"result":')
    return rest.partition(b',"rateLimits":')[0]


@pytest.mark.parametrize(("method", "path"), READS.items())
@pytest.mark.parametrize("multi_assets", ["false", "true"])
def test_a_read_of_the_account_is_rests_byte_for_byte(
    bob: Trader, method: str, path: str, multi_assets: str
) -> None:
    if multi_assets == "true":
        bob.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
    bob.market("BUY", "0.1")
    bob.limit("SELL", "0.2", "60000")
    client = Client(bob)
    client.ok(method)
    assert result_text(client) == bob.ask("GET", path).body


def test_one_symbols_position(client: Client, alice: Trader) -> None:
    alice.market("BUY", "0.1")
    alice.market("BUY", "100", symbol="ADAUSDT")
    [old] = client.ok("account.position", **BTC)
    [new] = client.ok("v2/account.position", **BTC)
    assert old["symbol"] == new["symbol"] == "BTCUSDT"
    assert [new] == alice.get("/fapi/v3/positionRisk", **BTC)
    assert client.refused("v2/account.position", symbol="NONE") == (400, -1121)


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("depth", "/fapi/v1/depth", {"symbol": "BTCUSDT"}),
        ("depth", "/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": 5}),
        ("ticker.price", "/fapi/v2/ticker/price", {"symbol": "BTCUSDT"}),
        ("ticker.price", "/fapi/v2/ticker/price", {}),
    ],
)
def test_the_public_market(client: Client, method: str, path: str, params: dict[str, Any]) -> None:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    assert result(client.raw(method, params)) == client.exchange.get(path, query)


def test_a_book_ticker_has_the_number_of_the_books_last_change(client: Client) -> None:
    wanted = client.exchange.get("/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT")
    number = told_update(client.exchange.state.markets["BTCUSDT"].update_id)
    told = result(client.raw("ticker.book", BTC))
    assert list(told) == ["lastUpdateId", *wanted]
    assert told == {"lastUpdateId": number, **wanted}
    every = result(client.raw("ticker.book"))
    assert len(every) == len(client.exchange.state.markets)
    assert told in every


@pytest.mark.parametrize("limit", ["7", 7, "five"])
def test_a_limit_that_the_book_does_not_have(client: Client, limit: object) -> None:
    code = -1130 if limit == "five" else -4021
    assert refusal(client.raw("depth", {"symbol": "BTCUSDT", "limit": limit})) == (400, code)


# Orders


def test_the_life_of_an_order(client: Client, alice: Trader) -> None:
    placed = client.ok("order.place", **limit_order("BUY", "0.100", "49000.0"))
    assert (placed["status"], placed["origQty"], placed["price"]) == ("NEW", "0.100", "49000.00")
    which = {**BTC, "orderId": placed["orderId"]}
    assert client.ok("order.status", **which) == alice.get(ORDER, **which)
    changed = client.ok("order.modify", **which, side="BUY", quantity="0.2", price="48000")
    assert (changed["price"], changed["origQty"]) == ("48000.00", "0.200")
    canceled = client.ok("order.cancel", **which)
    assert canceled["status"] == "CANCELED"
    for told in (placed, changed, canceled):
        assert list(told) == fields.ORDER_TOLD
    assert list(client.ok("order.status", **which)) == fields.ORDER_ASKED


def test_an_order_that_trades(client: Client, alice: Trader) -> None:
    order = {**BTC, "side": "BUY", "type": "MARKET", "quantity": "0.1"}
    told = client.ok("order.place", **order, newOrderRespType="RESULT")
    assert (told["status"], told["executedQty"]) == ("FILLED", "0.100")
    [row] = alice.get("/fapi/v3/positionRisk")
    assert row["positionAmt"] == "0.100"


def test_refusals_are_rests(client: Client, alice: Trader) -> None:
    place = "order.place"
    assert client.refused(place, **limit_order("BUY", "10", "49000")) == (400, -2019)
    alice.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=150)
    assert client.refused(place, **limit_order("BUY", "10", "49000")) == (400, -2027)
    assert client.refused(place, **limit_order("BUY", "0.0001", "49000")) == (400, -1111)
    assert client.refused(place, **BTC) == (400, -1102)
    assert client.refused("order.cancel", **BTC, orderId=7) == (400, -2011)
    assert client.refused("order.status", **BTC, orderId=7) == (400, -2013)
    assert client.refused("order.status", **BTC) == (400, -1102)


def test_a_conditional_order_is_placed_and_canceled(client: Client, alice: Trader) -> None:
    order = conditional_order("SELL", "STOP_MARKET", "49000")
    told = client.ok("algoOrder.place", **order, clientAlgoId="mine")
    assert told["algoStatus"] == "NEW"
    documented = [n for n in fields.ALGO_TOLD if n not in ("activatePrice", "callbackRate")]
    assert list(told) == documented
    assert list(alice.post(ALGO, **order)) == fields.ALGO_TOLD
    done = client.ok("algoOrder.cancel", algoId=told["algoId"], clientAlgoId="mine")
    assert done == {
        "algoId": told["algoId"],
        "clientAlgoId": "mine",
        "code": "200",
        "msg": "success",
    }
    assert client.refused("algoOrder.cancel", clientAlgoId="mine") == (400, -2011)


def test_a_trailing_order_shows_what_it_trails_by(client: Client) -> None:
    client.exchange.last(BTCUSDT="50000")
    order = conditional_order("SELL", "TRAILING_STOP_MARKET", None)
    told = client.ok("algoOrder.place", **order, callbackRate="1.5", activatePrice="51000")
    assert list(told) == fields.ALGO_TOLD
    assert (told["activatePrice"], told["callbackRate"]) == ("51000.00", "1.5")


@pytest.mark.parametrize("method", ["algoOrder.place", "algoOrder.cancel"])
def test_before_the_algo_service_there_are_no_algo_orders(method: str) -> None:
    client = Client(open_trader(Exchange(api_date="2025-12-08")))
    assert client.refused(method, **conditional_order("SELL", "STOP", "1")) == (400, -1020)
    stop = {**BTC, "side": "SELL", "type": "STOP_MARKET", "quantity": "0.1", "stopPrice": "49000"}
    assert client.ok("order.place", **stop)["status"] == "NEW"


# Listen keys


def test_the_life_of_a_listen_key(client: Client, alice: Trader) -> None:
    key = {"apiKey": alice.key.api_key}
    started = result(client.raw("userDataStream.start", key))
    assert list(started) == ["listenKey"]
    assert result(client.raw("userDataStream.ping", key)) == started
    rest = client.exchange.ask("PUT", "/fapi/v1/listenKey", headers=alice.headers)
    assert rest.json == started
    assert result(client.raw("userDataStream.stop", key)) == {}
    assert refusal(client.raw("userDataStream.ping", key)) == (400, -1125)
    assert refusal(client.raw("userDataStream.stop", key)) == (400, -1125)


def test_a_listen_key_is_asked_for_with_a_key(client: Client, alice: Trader) -> None:
    asked = client.raw("userDataStream.start", {})
    assert refusal(asked) == (400, -1103)
    assert asked["error"]["msg"] == "param apikey not found."
    unknown = {"apiKey": "A" * 64}
    assert refusal(client.raw("userDataStream.start", unknown)) == (401, -2015)
    exchange = client.exchange
    trading = exchange.keys.create(alice.account_id, exchange.now, permissions=("trade",))
    assert refusal(client.raw("userDataStream.start", {"apiKey": trading.api_key})) == (401, -2015)


# The table


def test_every_documented_method_is_served_and_no_other() -> None:
    if not TSV.exists():
        pytest.skip(f"the list of documented methods is not here: {TSV}")
    with TSV.open(encoding="utf-8", newline="") as lines:
        rows = [
            row
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["method"] == "WS-API"
        ]
    routes = by_name(NEWEST)
    assert {row["path"] for row in rows} == {*routes, *SESSION_METHODS}
    for row in rows:
        name, security, weight = row["path"], row["security type"], row["weight"]
        if name in SESSION_METHODS:
            assert weight == str(SESSION_WEIGHT)
            continue
        route = routes[name]
        assert security == route.security.name
        if isinstance(route.weight, int):
            ordered = "0 IP" in weight
            assert ordered == (route.orders == (1, 1)), name
            assert route.weight == (0 if ordered else int(weight))


def test_a_method_has_the_guard_of_its_endpoint() -> None:
    endpoints = {f"{route.method} {route.path}": route for route in ROUTES}
    routes = by_name(NEWEST)
    assert [method.name for method in METHODS] == list(routes)
    for method in METHODS:
        endpoint, route = endpoints[method.endpoint], routes[method.name]
        assert (route.security, route.weight) == (endpoint.security, endpoint.weight)
        assert (route.orders, route.of_history) == (endpoint.orders, endpoint.of_history)
        assert method.handler or route is endpoint


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("order.place", "order.place"),
        ("v1/order.place", "order.place"),
        ("v3/order.place", "order.place"),
        ("v3/session.status", "session.status"),
        ("account.status", "account.status"),
        ("v1/account.status", "account.status"),
        ("v2/account.status", "v2/account.status"),
        ("v3/account.status", None),
        ("v1/v2/account.status", None),
        ("v/order.place", None),
        ("1/order.place", None),
        ("v1/", None),
        ("v1/v1/order.place", None),
        ("Order.Place", None),
        ("v٣/order.place", None),
        ("", None),
    ],
)
def test_a_version_before_the_name(sent: str, meant: str | None) -> None:
    assert plain_name(sent, {*by_name(NEWEST), *SESSION_METHODS}) == meant


# Recorded answers


def recorded(name: str) -> Any:
    path = SHARED / "recorded" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recorded answer is not here: {path}")
    return json.loads(path.read_bytes())["data"]


def shape(value: Any, *, types: bool = True) -> Any:
    """Names in their order, with the types of what they hold; of a list the first row."""
    if isinstance(value, dict):
        return [(name, shape(each, types=types)) for name, each in value.items()]
    if isinstance(value, list):
        return [shape(value[0], types=types)] if value else []
    return type(value) if types else None


def counts(answer: Any) -> Any:
    """The rows of `rateLimits` but for what was used, which is another venue's own."""
    return [{n: v for n, v in row.items() if n != "count" or v < 0} for row in answer["rateLimits"]]


@pytest.mark.recorded
@pytest.mark.parametrize("name", ["place", "modify", "cancel"])
@pytest.mark.parametrize("failed", [False, True])
def test_the_shape_of_a_recorded_answer_to_an_order(name: str, failed: bool) -> None:
    wanted = recorded(f"roq_ws_order_{name}{'_fail' * failed}")
    trader = open_trader(Exchange(limits=Limits()), USDT="1000000")
    trader.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=150 if failed else 20)
    client = Client(trader)
    order = limit_order("BUY", "100" if failed else "1", "32000")
    if name != "place":
        client.ok("order.place", **limit_order("BUY", "1", "32000"))
        order = {**BTC, "orderId": 9 if failed else 1, "side": "BUY"}
        order |= {"quantity": "1", "price": "32323.0"} if name == "modify" else {}
    told = client.ask(f"order.{name}", **order)
    assert list(told) == list(wanted)
    assert told["status"] == wanted["status"]
    assert counts(told) == counts(wanted)
    if failed:
        assert told["error"] == wanted["error"]
    else:
        assert shape(told["result"]) == shape(wanted["result"])


@pytest.mark.recorded
@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("account.balance", "roq_ws_account_balance_20251125"),
        ("v2/account.balance", "balance_ws_multi_20250125"),
        ("account.status", "roq_ws_account_status_single_20251125"),
    ],
)
def test_the_shape_of_a_recorded_answer_about_an_account(method: str, name: str) -> None:
    wanted = recorded(name)
    told = Client(open_trader(Exchange(limits=Limits()))).ask(method)
    assert list(told) == list(wanted)
    assert counts(told) == counts(wanted)
    assert shape(told["result"]) == shape(wanted["result"])


# Frames


def test_a_long_answer_is_framed_whole(client: Client) -> None:
    told = result(client.raw("depth", {**BTC, "limit": 1000}))
    assert len(told["bids"]) == 20
    assert len(client.wire.payloads[-1]) > 125


def test_a_frame_without_limits_has_no_field_for_them() -> None:
    assert unframed(frame(b"null", Response(200, b"{}"), None)) == (
        b'{"id":null,"status":200,"result":{}}'
    )


def test_another_path_is_refused(client: Client) -> None:
    told = client.exchange.ws_api.connect(Request("GET", "/ws-fapi/v2"), client.wire)
    assert isinstance(told, Response)
    assert told.status == 404
    assert Security.NONE is by_name(NEWEST)["depth"].security
