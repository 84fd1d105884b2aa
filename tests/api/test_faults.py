"""Faults as clients meet them: calls, orders, triggers, the clock, and user events."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest

from perpbox.account import TimeInForce
from perpbox.api.befall import Befallen
from perpbox.api.bent import WHOLE
from perpbox.api.streams.strays import Strays
from perpbox.engine.snapshot import dump
from perpbox.faults.rules import FORMS, REFUSABLE, Rule
from perpbox.message import CUT, Answer, Later, Pending, Response
from tests.api.exchange import SECOND, Exchange
from tests.api.listening import Connection, follow
from tests.api.trader import ORDER, Trader, limit_order
from tests.api.user_messages import kinds
from tests.api.ws_client import Client

ACCOUNT: Final = "/fapi/v3/account"


def lay(exchange: Exchange, fault: dict[str, object], **conditions: object) -> None:
    rule = msgspec.convert({"fault": fault, **conditions}, Rule)
    rule.require_sound()
    exchange.faults.lay(rule)


def ask(trader: Trader, method: str, path: str, /, **params: object) -> Answer:
    """A call past the faults."""
    return trader.exchange.rest.answer(trader.request(method, path, **params))


def came(exchange: Exchange, answer: Answer) -> Response:
    """What comes in the end."""
    while not isinstance(answer, Response):
        if isinstance(answer, Pending):
            exchange.journal.flush()
            exchange.venue.note_durable(exchange.journal.durable_sequence)
            answer = answer.finish()
        else:
            answer = answer.make()
    return answer


def body(response: Response) -> Any:
    return msgspec.json.decode(response.body)


def order(trader: Trader) -> Response:
    call = ask(trader, "POST", ORDER, **limit_order("BUY", "0.01", "49000"))
    return came(trader.exchange, call)


def open_orders(trader: Trader) -> int:
    return len(trader.get("/fapi/v1/openOrders"))


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize("answer", FORMS)
def test_a_call_that_fails_in_each_form(
    exchange: Exchange, alice: Trader, answer: str, executed: bool
) -> None:
    """-1007 does not say whether the order is in the book."""
    fault = {"kind": "error", "answer": answer, "executed": executed}
    lay(exchange, fault, endpoint=f"POST {ORDER}", nth=1)
    told = order(alice)
    form = FORMS[answer]
    assert told.status == form.status == int(answer[:3])
    if form.code:
        assert body(told)["code"] == form.code
        assert "{" not in body(told)["msg"]
    else:
        assert told.content_type == "text/html"
    assert open_orders(alice) == executed
    assert order(alice).status == 200
    assert open_orders(alice) == executed + 1


@pytest.mark.parametrize("executed", [False, True])
def test_a_call_whose_answer_never_comes(exchange: Exchange, alice: Trader, executed: bool) -> None:
    lay(exchange, {"kind": "disconnect", "executed": executed}, nth=1)
    assert order(alice) is CUT
    assert open_orders(alice) == executed


def test_a_refused_call_is_struck_as_any_other(exchange: Exchange, alice: Trader) -> None:
    lay(exchange, {"kind": "error", "answer": "503-unknown", "executed": True})
    told = came(exchange, ask(alice, "POST", ORDER, symbol="NOTHING"))
    assert (told.status, body(told)["code"]) == (503, -1000)


@pytest.mark.parametrize(("at", "known"), [("request", 0), ("answer", 1)])
def test_latency_before_and_after(exchange: Exchange, alice: Trader, at: str, known: int) -> None:
    """What is late on its way to the venue has not happened yet."""
    lay(exchange, {"kind": "latency", "milliseconds": 250, "at": at})
    call = ask(alice, "POST", ORDER, **limit_order("BUY", "0.01", "49000"))
    assert isinstance(call, Later)
    assert open_orders(alice) == known
    done: list[bool] = []
    call.begin(lambda: done.append(True))
    ((seconds, then),) = exchange.held
    assert seconds == 0.25
    then()
    assert done
    assert came(exchange, call).status == 200
    assert open_orders(alice) == 1


def test_a_request_that_is_late_is_judged_when_it_comes(exchange: Exchange, alice: Trader) -> None:
    lay(exchange, {"kind": "latency", "milliseconds": 6000})
    call = ask(alice, "GET", ACCOUNT)
    exchange.pass_time(6 * SECOND)
    assert body(came(exchange, call))["code"] == -1021


def test_two_latencies_add_up(exchange: Exchange, alice: Trader) -> None:
    for milliseconds in (100, 50):
        lay(exchange, {"kind": "latency", "milliseconds": milliseconds})
    call = ask(alice, "GET", ACCOUNT)
    assert isinstance(call, Later)
    call.begin(lambda: None)
    assert [seconds for seconds, _ in exchange.held] == [0.15]


@pytest.mark.parametrize(
    ("conditions", "struck"),
    [
        ({"account": 1}, [True, False]),
        ({"account": 2}, [False, True]),
        ({"symbol": "BTCUSDT"}, [False, False]),
        ({"endpoint": "GET /fapi/v3/*"}, [True, True]),
    ],
)
def test_whom_a_fault_strikes(
    exchange: Exchange,
    alice: Trader,
    bob: Trader,
    conditions: dict[str, object],
    struck: list[bool],
) -> None:
    conditions = dict(conditions)
    if "account" in conditions:
        conditions["account"] = (alice, bob)[int(str(conditions["account"])) - 1].account_id
    lay(exchange, {"kind": "error"}, **conditions)
    told = [came(exchange, ask(each, "GET", ACCOUNT)).status for each in (alice, bob)]
    assert [status == 408 for status in told] == struck


def test_without_rules_a_call_is_a_call(exchange: Exchange, alice: Trader) -> None:
    assert isinstance(exchange.rest, Befallen)
    request = alice.request("GET", ACCOUNT)
    plain, faulty = exchange.api.answer(request), exchange.rest.answer(request)
    assert isinstance(plain, Response)
    assert isinstance(faulty, Response)
    assert plain.body == faulty.body


# Over the WebSocket API.


def placed(client: Client) -> list[Any]:
    """What is told of an order placed."""
    return said(client, **limit_order("BUY", "0.01", "49000"))


def said(client: Client, **order: object) -> list[Any]:
    before = len(client.told)
    asked = {"id": 1, "method": "order.place", "params": client.signed(**order)}
    client.send(msgspec.json.encode(asked).decode())
    return client.told[before:]


@pytest.mark.parametrize("executed", [False, True])
def test_a_method_that_fails(exchange: Exchange, alice: Trader, executed: bool) -> None:
    client = Client(alice)
    fault = {"kind": "error", "answer": "408", "executed": executed}
    lay(exchange, fault, endpoint="order.place", nth=1)
    (told,) = placed(client)
    assert (told["status"], told["error"]["code"]) == (408, -1007)
    assert open_orders(alice) == executed
    (told,) = placed(client)
    assert told["status"] == 200


def test_a_method_that_is_late(exchange: Exchange, alice: Trader) -> None:
    client = Client(alice)
    lay(exchange, {"kind": "latency", "milliseconds": 40})
    assert placed(client) == []
    ((_, then),) = exchange.held
    then()
    assert open_orders(alice) == 1
    assert len(client.wire.payloads) == 1


def test_a_late_method_of_a_connection_that_is_gone(exchange: Exchange, alice: Trader) -> None:
    client = Client(alice)
    lay(exchange, {"kind": "latency", "milliseconds": 40})
    placed(client)
    client.session.closed()
    ((_, then),) = exchange.held
    then()
    assert open_orders(alice) == 0


def test_a_method_in_whose_place_the_connection_ends(exchange: Exchange, alice: Trader) -> None:
    client = Client(alice)
    lay(exchange, {"kind": "disconnect", "executed": True})
    assert placed(client) == []
    assert client.wire.ends == [(0, "")]
    assert open_orders(alice) == 1


def test_a_refused_method_is_refused(exchange: Exchange, alice: Trader) -> None:
    client = Client(alice)
    lay(exchange, {"kind": "latency", "milliseconds": 40, "at": "answer"})
    assert said(client, symbol="NOTHING") == []
    ((_, then),) = exchange.held
    then()
    assert [each["status"] for each in client.told] == [400]


# The clock.


@pytest.mark.parametrize(("skew", "code"), [(-2000, -1021), (6000, -1021), (900, None)])
def test_a_clock_that_is_wrong(
    exchange: Exchange, alice: Trader, skew: int, code: int | None
) -> None:
    lay(exchange, {"kind": "skew", "milliseconds": skew})
    assert exchange.get("/fapi/v1/time")["serverTime"] == exchange.now + skew
    told = came(exchange, ask(alice, "GET", ACCOUNT))
    assert body(told).get("code") == code
    corrected = ask(alice, "GET", ACCOUNT, timestamp=exchange.now + skew)
    assert came(exchange, corrected).status == 200


# Orders.


@pytest.mark.parametrize(
    ("order", "fraction", "outcome"),
    [
        ({"type": "MARKET"}, "0.5", ("EXPIRED", "0.005")),
        ({"type": "MARKET"}, "0.55", ("EXPIRED", "0.005")),
        ({"type": "MARKET"}, "0", ("EXPIRED", "0")),
        ({"type": "MARKET"}, "1", ("FILLED", "0.01")),
        (limit_order("BUY", "0.010", "51000"), "0.3", ("PARTIALLY_FILLED", "0.003")),
        (
            limit_order("BUY", "0.010", "51000", timeInForce="IOC"),
            "0.3",
            ("EXPIRED", "0.003"),
        ),
        (limit_order("BUY", "0.010", "51000", timeInForce="FOK"), "0.3", ("FILLED", "0.01")),
    ],
)
def test_an_order_that_is_filled_in_part(
    exchange: Exchange,
    alice: Trader,
    order: dict[str, object],
    fraction: str,
    outcome: tuple[str, str],
) -> None:
    lay(exchange, {"kind": "partialFill", "fraction": fraction}, symbol="BTCUSDT")
    usual = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.010", "newOrderRespType": "RESULT"}
    placed = alice.post(ORDER, **{**usual, **order})
    told = alice.get(ORDER, symbol="BTCUSDT", orderId=placed["orderId"])
    assert (told["status"], f"{Decimal(told['executedQty']).normalize():f}") == outcome


@pytest.mark.parametrize("time_in_force", WHOLE, ids=lambda each: str(each.value))
def test_what_trades_whole_or_not_at_all_is_left_alone(
    exchange: Exchange, alice: Trader, time_in_force: TimeInForce
) -> None:
    price = "51000" if time_in_force is TimeInForce.FOK else "49000"
    lay(exchange, {"kind": "partialFill", "fraction": "0"})
    alice.limit("BUY", "0.010", price, timeInForce=time_in_force.value)
    assert exchange.faults.fired == 0
    filled = alice.get("/fapi/v3/positionRisk", symbol="BTCUSDT")[0]["positionAmt"]
    assert filled == ("0.010" if time_in_force is TimeInForce.FOK else "0.000")


def test_the_rest_of_a_limit_order_is_filled_later(exchange: Exchange, alice: Trader) -> None:
    lay(exchange, {"kind": "partialFill", "fraction": "0.3"}, nth=1)
    told = alice.limit("BUY", "0.010", "51000", newOrderRespType="RESULT")
    exchange.move(BTCUSDT="50010")
    (position,) = alice.get("/fapi/v3/positionRisk", symbol="BTCUSDT")
    assert position["positionAmt"] == "0.010"
    after = alice.get(ORDER, symbol="BTCUSDT", orderId=told["orderId"])
    assert after["status"] == "FILLED"


def test_an_order_against_a_client_is_filled_in_part(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.quote("BTCUSDT", [("49000", "1")], [("51000", "1")])
    bob.limit("SELL", "0.010", "50000")
    lay(exchange, {"kind": "partialFill"}, account=alice.account_id)
    assert alice.market("BUY", "0.010")["executedQty"] == "0.005"
    assert bob.get("/fapi/v1/openOrders")[0]["executedQty"] == "0.005"


@pytest.mark.parametrize("reject", REFUSABLE, ids=lambda reject: str(reject.name))
def test_a_trigger_that_is_refused(exchange: Exchange, alice: Trader, reject: Any) -> None:
    exchange.last(BTCUSDT="50000")
    lay(exchange, {"kind": "refusedTrigger", "reject": reject.name}, nth=1)
    for trigger in ("49000", "48990"):
        alice.conditional("SELL", "STOP_MARKET", trigger)
    stream = follow(alice)
    exchange.last(BTCUSDT="48900")
    algo = [each["o"] for each in stream.messages() if each["e"] == "ALGO_UPDATE"]
    assert [each["X"] for each in algo if each["aid"] == 1] == ["TRIGGERING", "REJECTED"]
    assert all(each["rm"] for each in algo if each["X"] == "REJECTED")
    assert [each["X"] for each in algo if each["aid"] == 2][-1] == "FINISHED"


def test_what_faults_did_to_orders_lies_in_the_journal(exchange: Exchange, alice: Trader) -> None:
    lay(exchange, {"kind": "partialFill", "fraction": "0.3"})
    lay(exchange, {"kind": "refusedTrigger"})
    alice.market("BUY", "0.010")
    alice.conditional("SELL", "STOP_MARKET", "49000")
    assert dump(exchange.restarted().state) == exchange.snapshot()


# User events.


def orders_told(stream: Connection) -> list[str]:
    """Client order ids of what is told, in order."""
    return [each["o"]["c"] for each in stream.messages() if each["e"] == "ORDER_TRADE_UPDATE"]


def place(trader: Trader, *names: str) -> None:
    for name in names:
        trader.limit("BUY", "0.003", "49000", newClientOrderId=name)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "duplicate"}, "a b b c d"),
        ({"kind": "duplicate", "copies": 3}, "a b b b b c d"),
        ({"kind": "drop"}, "a c d"),
        ({"kind": "reorder"}, "a c b d"),
        ({"kind": "reorder", "behind": 2}, "a c d b"),
        ({"kind": "reorder", "behind": 3}, "a c d"),
    ],
)
def test_an_event_that_goes_astray(
    exchange: Exchange, alice: Trader, fault: dict[str, object], told: str
) -> None:
    stream = follow(alice)
    lay(exchange, fault, event="ORDER_TRADE_UPDATE", nth=2)
    place(alice, "a", "b", "c", "d")
    assert orders_told(stream) == told.split()


def test_copies_of_a_late_event_all_come_late(exchange: Exchange) -> None:
    came: list[str] = []
    strays = Strays[str](exchange.faults)
    strays.put, strays.hang_up = came.append, str.upper
    lay(exchange, {"kind": "duplicate", "copies": 2}, nth=1)
    lay(exchange, {"kind": "delay", "milliseconds": 10}, nth=1)
    lay(exchange, {"kind": "hangup"}, nth=2)
    assert strays.are_possible
    for message in ("first", "second"):
        strays.send(1, "ACCOUNT_UPDATE", message)
    assert came == ["SECOND"]
    for _, then in exchange.held:
        then()
    assert came == ["SECOND", "first", "first", "first"]


def test_what_is_held_back_comes_when_the_rule_is_lifted(exchange: Exchange, alice: Trader) -> None:
    stream = follow(alice)
    lay(exchange, {"kind": "reorder", "behind": 9}, nth=1)
    place(alice, "a", "b")
    assert orders_told(stream) == ["b"]
    assert exchange.faults.lift(1)
    assert orders_told(stream) == ["a"]


def test_an_event_that_is_late(exchange: Exchange, alice: Trader) -> None:
    stream = follow(alice)
    lay(exchange, {"kind": "delay", "milliseconds": 1500}, nth=1)
    place(alice, "a", "b")
    assert orders_told(stream) == ["b"]
    ((seconds, then),) = exchange.held
    assert seconds == 1.5
    then()
    assert orders_told(stream) == ["a"]


def test_an_event_in_whose_place_the_connection_ends(exchange: Exchange, alice: Trader) -> None:
    stream, other = follow(alice), Connection(exchange, "/ws/btcusdt@aggTrade")
    lay(exchange, {"kind": "hangup"}, nth=2)
    place(alice, "a", "b")
    assert orders_told(stream) == ["a"]
    assert stream.ended == (0, "")
    assert other.ended is None


def test_only_events_of_that_name_and_account(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    streams = follow(alice), follow(bob)
    lay(exchange, {"kind": "drop"}, event="ACCOUNT_*", account=alice.account_id)
    for each in (alice, bob):
        each.market("BUY", "0.01")
    told = [kinds(stream.messages()) for stream in streams]
    assert not any(kind.startswith("ACCOUNT") for kind in told[0])
    assert any(kind.startswith("ACCOUNT") for kind in told[1])
    assert [firing.event for firing in exchange.faults.log] == ["ACCOUNT_UPDATE"]
