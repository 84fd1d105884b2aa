"""Conditional orders that cannot be: the venue's code for each, and nothing changed."""

from __future__ import annotations

from typing import Final

import pytest

from perpbox.api.errors import ApiError, Error
from tests.api.exchange import NOON, SECOND, Exchange
from tests.api.test_bad_input import NUMBERS
from tests.api.trader import ALGO, Trader, conditional_order, open_trader

Sent = dict[str, object]

OPEN: Final = "/fapi/v1/openAlgoOrders"
ALL: Final = "/fapi/v1/allAlgoOrders"
EVERY: Final = "/fapi/v1/algoOpenOrders"
STOP: Final = conditional_order("SELL", "STOP_MARKET", "49000")
LIMITED: Final = conditional_order("SELL", "STOP", "49000", price="48900")
TRAILING: Final = conditional_order(
    "SELL", "TRAILING_STOP_MARKET", None, activatePrice="51000", callbackRate="1"
)
CLOSING: Final = {**STOP, "quantity": None, "closePosition": "true"}
EACH: Final = {"STOP_MARKET": STOP, "STOP": LIMITED, "TRAILING_STOP_MARKET": TRAILING}
HUGE: Final = "9" * 20


@pytest.fixture
def exchange() -> Exchange:
    """BTCUSDT's mark and last price are 50 000."""
    exchange = Exchange()
    exchange.last(BTCUSDT="50000")
    return exchange


def dated(seconds: int, milliseconds: int = 0) -> Sent:
    date = NOON + seconds * SECOND + milliseconds
    return {**LIMITED, "timeInForce": "GTD", "goodTillDate": date}


# What every type has


@pytest.mark.parametrize("base", EACH.values(), ids=EACH)
@pytest.mark.parametrize(
    ("name", "missing", "empty", "nonsense"),
    [
        ("algoType", -1102, -1102, -1130),
        ("symbol", -1102, -1102, -1121),
        ("side", -1102, -1102, -1117),
        ("type", -1102, -1102, -1116),
        ("quantity", -1102, -1102, -1102),
        ("positionSide", None, -1105, -4060),
        ("timeInForce", None, -1105, -1115),
        ("workingType", None, -1105, -4031),
        ("priceMatch", None, -1105, -5037),
        ("closePosition", None, -1105, -1130),
        ("priceProtect", None, -1105, -1130),
        ("reduceOnly", None, -1105, -1130),
        ("clientAlgoId", None, -1105, -4015),
        ("selfTradePreventionMode", None, -1105, -5039),
        ("newOrderRespType", None, -1105, -1136),
        ("goodTillDate", None, -1106, -1106),
    ],
)
def test_a_parameter_that_is_missing_empty_or_nonsense(
    alice: Trader, base: Sent, name: str, missing: int | None, empty: int, nonsense: int
) -> None:
    if missing is None:
        assert base.get(name) is None
    else:
        assert alice.refused("POST", ALGO, **{**base, name: None}) == missing
    assert alice.refused("POST", ALGO, **{**base, name: ""}) == empty
    assert alice.refused("POST", ALGO, **{**base, name: "no such $"}) == nonsense


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("base", "name"), [(STOP, "quantity"), (LIMITED, "price"), (STOP, "triggerPrice")]
)
def test_a_number_that_is_none(alice: Trader, base: Sent, name: str, number: str) -> None:
    assert alice.refused("POST", ALGO, **{**base, name: number}) == NUMBERS[number]


@pytest.mark.parametrize("side", ["buy", "LONG", "BUY ", "0"])
def test_a_side_in_another_spelling(alice: Trader, side: str) -> None:
    assert alice.refused("POST", ALGO, **{**STOP, "side": side}) == -1117


@pytest.mark.parametrize("kind", ["LIMIT", "MARKET", "stop", "STOP_LIMIT", "VP", "CONDITIONAL"])
def test_a_type_that_is_not_conditional(alice: Trader, kind: str) -> None:
    assert alice.refused("POST", ALGO, **{**STOP, "type": kind}) == -1116


@pytest.mark.parametrize("kind", ["conditional", "VP", "TWAP"])
def test_an_algorithm_of_another_type(alice: Trader, kind: str) -> None:
    assert alice.refused("POST", ALGO, **{**STOP, "algoType": kind}) == -1130
    assert alice.refused("GET", OPEN, algoType=kind) == -1130


@pytest.mark.parametrize("client_algo_id", ["a" * 37, "new\n", "é", "a b", "a#"])
def test_a_client_id_against_its_rule(alice: Trader, client_algo_id: str) -> None:
    assert alice.refused("POST", ALGO, **STOP, clientAlgoId=client_algo_id) == -4015


@pytest.mark.parametrize("kind", EACH)
def test_a_client_id_twice(alice: Trader, kind: str) -> None:
    """Of any symbol, as long as the first waits."""
    ada = {"symbol": "ADAUSDT", "triggerPrice": "0.4", "quantity": "100"}
    alice.post(ALGO, **{**STOP, **ada}, clientAlgoId="mine")
    assert alice.refused("POST", ALGO, **EACH[kind], clientAlgoId="mine") == -4116
    alice.delete(ALGO, clientAlgoId="mine")
    assert alice.post(ALGO, **EACH[kind], clientAlgoId="mine")["clientAlgoId"] == "mine"


# What goes with some types and not with others


@pytest.mark.parametrize(
    ("base", "sent", "named"),
    [
        (STOP, {"price": "48900"}, "price"),
        (STOP, {"activatePrice": "51000"}, "activateprice"),
        (STOP, {"callbackRate": "1"}, "callbackrate"),
        (STOP, {"goodTillDate": NOON * 2}, "goodtilldate"),
        (LIMITED, {"activatePrice": "51000"}, "activateprice"),
        (LIMITED, {"callbackRate": "1"}, "callbackrate"),
        (LIMITED, {"goodTillDate": NOON * 2}, "goodtilldate"),
        (LIMITED, {"timeInForce": "IOC", "goodTillDate": NOON * 2}, "goodtilldate"),
        (LIMITED, {"priceMatch": "QUEUE"}, "price"),
        (LIMITED, {"quantity": None, "closePosition": "true"}, "closeposition"),
        (TRAILING, {"price": "48900"}, "price"),
        (TRAILING, {"triggerPrice": "49000"}, "triggerprice"),
        (TRAILING, {"goodTillDate": NOON * 2}, "goodtilldate"),
        (TRAILING, {"quantity": None, "closePosition": "true"}, "closeposition"),
    ],
)
def test_a_parameter_of_another_type(alice: Trader, base: Sent, sent: Sent, named: str) -> None:
    answer = alice.ask("POST", ALGO, **{**base, **sent})
    assert answer.json == ApiError(Error.NOT_REQUIRED, named).body()
    assert alice.refused("POST", ALGO, **{**base, **sent}) == -1106


@pytest.mark.parametrize("price", [None, "", "soon"])
@pytest.mark.parametrize("kind", ["STOP", "TAKE_PROFIT"])
def test_a_limited_type_needs_its_price(alice: Trader, kind: str, price: str | None) -> None:
    order = {**LIMITED, "type": kind, "triggerPrice": "49000" if kind == "STOP" else "51000"}
    assert alice.refused("POST", ALGO, **{**order, "price": price}) == -1102
    unmatched = {"price": price, "priceMatch": "NONE"}
    assert alice.refused("POST", ALGO, **{**order, **unmatched}) == -1102


@pytest.mark.parametrize("match", ["OPPONENT_10", "OPPONENT_20"])
def test_a_price_match_that_is_none(alice: Trader, match: str) -> None:
    """A name that nobody knows leaves the price where it was; a removed one takes its place."""
    assert alice.refused("POST", ALGO, **{**LIMITED, "price": None}, priceMatch=match) == -5037
    assert alice.refused("POST", ALGO, **LIMITED, priceMatch=match.lower()) == -5037


@pytest.mark.parametrize("base", [STOP, TRAILING, CLOSING])
def test_a_market_order_has_no_price_to_match(alice: Trader, base: Sent) -> None:
    assert alice.refused("POST", ALGO, **base, priceMatch="QUEUE") == -5038
    assert alice.post(ALGO, **base, priceMatch="NONE")["priceMatch"] == "NONE"


@pytest.mark.parametrize("base", [STOP, TRAILING, CLOSING])
@pytest.mark.parametrize("time_in_force", ["IOC", "FOK", "GTX", "GTD"])
def test_a_market_order_has_no_time_in_force(alice: Trader, base: Sent, time_in_force: str) -> None:
    assert alice.refused("POST", ALGO, **base, timeInForce=time_in_force) == -1115
    assert alice.post(ALGO, **base, timeInForce="GTC")["timeInForce"] == "GTC"


@pytest.mark.parametrize("time_in_force", ["RPI", "gtc", "GTE"])
def test_a_time_in_force_that_is_none(alice: Trader, time_in_force: str) -> None:
    assert alice.refused("POST", ALGO, **LIMITED, timeInForce=time_in_force) == -1115


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({**LIMITED, "timeInForce": "GTD"}, -1102),
        ({**LIMITED, "timeInForce": "GTD", "goodTillDate": ""}, -1102),
        ({**LIMITED, "timeInForce": "GTD", "goodTillDate": "tomorrow"}, -1102),
        (dated(600), -5040),
        (dated(-1), -5040),
        ({**LIMITED, "timeInForce": "GTD", "goodTillDate": "253402300799000"}, -5040),
    ],
)
def test_a_date_that_is_none(alice: Trader, order: Sent, code: int) -> None:
    assert alice.refused("POST", ALGO, **order) == code
    assert alice.post(ALGO, **dated(600, 1))["goodTillDate"] == NOON + 600 * SECOND


@pytest.mark.parametrize(
    ("side", "price", "code", "message"),
    [
        ("BUY", "63000.1", -4183, "Limit price can't be higher than 63000."),
        ("SELL", "56999.9", -4184, "Limit price can't be lower than 57000."),
    ],
)
def test_a_price_too_far_from_its_trigger_price(
    alice: Trader, side: str, price: str, code: int, message: str
) -> None:
    kind = "STOP" if side == "BUY" else "TAKE_PROFIT"
    order = conditional_order(side, kind, "60000", price=price)
    assert alice.refused("POST", ALGO, **order) == code
    assert alice.ask("POST", ALGO, **order).json["msg"] == message


# Closing a whole position


@pytest.mark.parametrize("kind", ["STOP_MARKET", "TAKE_PROFIT_MARKET"])
def test_a_whole_position_has_no_quantity(alice: Trader, kind: str) -> None:
    order = {**CLOSING, "type": kind, "quantity": "0.1"}
    assert alice.refused("POST", ALGO, **order) == -4137
    answer = alice.ask("POST", ALGO, **order)
    assert answer.json["msg"] == "Quantity must be zero with closePosition equals true"


def test_a_whole_position_is_reduced_anyway(alice: Trader) -> None:
    assert alice.refused("POST", ALGO, **CLOSING, reduceOnly="true") == -4138
    assert alice.post(ALGO, **CLOSING, reduceOnly="false")["closePosition"] is True
    assert alice.refused("POST", ALGO, **{**CLOSING, "closePosition": "false"}) == -1102


# Numbers, by the filters of the symbol


@pytest.mark.parametrize(
    ("base", "sent", "code"),
    [
        (STOP, {"quantity": "0"}, -4003),
        (STOP, {"quantity": "-0.1"}, -4003),
        (STOP, {"quantity": "120.001"}, -4005),
        (STOP, {"quantity": HUGE}, -4005),
        (STOP, {"quantity": "0.0001"}, -1111),
        (STOP, {"symbol": "ADAUSDT", "quantity": "0.5", "triggerPrice": "0.4"}, -1111),
        (STOP, {"triggerPrice": "0"}, -4006),
        (STOP, {"triggerPrice": "-49000"}, -4006),
        (STOP, {"triggerPrice": HUGE}, -4007),
        (STOP, {"triggerPrice": "261"}, -4013),
        (STOP, {"triggerPrice": "49000.05"}, -4014),
        (STOP, {"triggerPrice": "49000.001"}, -1111),
        (LIMITED, {"price": "0"}, -4001),
        (LIMITED, {"price": "-1"}, -4001),
        (LIMITED, {"price": HUGE}, -4002),
        (LIMITED, {"price": "261"}, -4013),
        (LIMITED, {"price": "48900.05"}, -4014),
        (LIMITED, {"price": "48900.001"}, -1111),
        (LIMITED, {"quantity": "1000.001"}, -4005),
        (LIMITED, {"quantity": "0.002"}, -4164),
        (TRAILING, {"activatePrice": "-1"}, -4135),
        (TRAILING, {"activatePrice": HUGE}, -4135),
        (TRAILING, {"activatePrice": "51000.05"}, -4014),
        (TRAILING, {"activatePrice": "51000.001"}, -1111),
        (TRAILING, {"activatePrice": ""}, -1105),
        (TRAILING, {"activatePrice": "soon"}, -1130),
        (TRAILING, {"activatePrice": "50000"}, -2021),
        (TRAILING, {"activatePrice": "49000"}, -2021),
        (TRAILING, {"side": "BUY"}, -2021),
    ],
)
def test_a_number_that_a_filter_does_not_let_through(
    alice: Trader, base: Sent, sent: Sent, code: int
) -> None:
    assert alice.refused("POST", ALGO, **{**base, **sent}) == code


def test_what_only_reduces_may_be_worth_little(alice: Trader) -> None:
    """[dec] What a market order is worth is known at its trigger alone."""
    small = {**LIMITED, "quantity": "0.002"}
    assert alice.post(ALGO, **small, reduceOnly="true")["quantity"] == "0.002"
    assert alice.post(ALGO, **{**STOP, "quantity": "0.001"})["quantity"] == "0.001"


RATES: Final = (None, "", "0", "0.09", "0.15", "-1", "20.1", "100", "1 %", "1e1", "0.100000001")


@pytest.mark.parametrize("rate", RATES)
def test_a_callback_rate_that_is_none(alice: Trader, rate: str | None) -> None:
    code = -1130 if rate else -1102
    assert alice.refused("POST", ALGO, **{**TRAILING, "callbackRate": rate}) == code


@pytest.mark.parametrize(
    ("day", "most", "beyond"), [("2026-10-22", "10", "10.1"), ("2026-10-23", "20", "20.1")]
)
def test_the_highest_callback_rate_rose(day: str, most: str, beyond: str) -> None:
    exchange = Exchange(api_date=day)
    exchange.last(BTCUSDT="50000")
    alice = open_trader(exchange)
    assert alice.refused("POST", ALGO, **{**TRAILING, "callbackRate": beyond}) == -1130
    for rate in ("0.1", most):
        assert alice.post(ALGO, **{**TRAILING, "callbackRate": rate})["callbackRate"] == rate


def test_a_deep_opponent_price_until_it_was_removed() -> None:
    """The algo service is younger than that: it never knew them."""
    alice = open_trader(Exchange(api_date="2025-12-09"))
    order = {**LIMITED, "price": None, "priceMatch": "OPPONENT_20"}
    assert alice.refused("POST", ALGO, **order) == -5037


# Position sides


@pytest.mark.parametrize("base", [*EACH.values(), CLOSING])
@pytest.mark.parametrize("leg", ["LONG", "SHORT"])
def test_a_leg_in_one_way_mode(alice: Trader, base: Sent, leg: str) -> None:
    assert alice.refused("POST", ALGO, **base, positionSide=leg) == -4061
    assert alice.post(ALGO, **base, positionSide="BOTH")["positionSide"] == "BOTH"


@pytest.mark.parametrize("base", [*EACH.values(), CLOSING])
def test_hedge_mode_wants_a_leg_and_no_reduce_only(alice: Trader, base: Sent) -> None:
    alice.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    assert alice.refused("POST", ALGO, **base) == -4061
    assert alice.refused("POST", ALGO, **base, positionSide="BOTH") == -4061
    for value in ("true", "false"):
        sent = {"positionSide": "LONG", "reduceOnly": value}
        assert alice.refused("POST", ALGO, **base, **sent) == -1106
    assert alice.post(ALGO, **base, positionSide="LONG")["positionSide"] == "LONG"


@pytest.mark.parametrize(("side", "opened"), [("BUY", "LONG"), ("SELL", "SHORT")])
def test_a_leg_is_not_closed_by_what_opens_it(alice: Trader, side: str, opened: str) -> None:
    alice.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
    order = {**CLOSING, "side": side, "triggerPrice": "51000" if side == "BUY" else "49000"}
    assert alice.refused("POST", ALGO, **order, positionSide=opened) == -4061
    other = "SHORT" if opened == "LONG" else "LONG"
    assert alice.post(ALGO, **order, positionSide=other)["closePosition"] is True


# Precedence


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"symbol": "NOPE", "algoType": "VP"}, -1130),
        ({"symbol": None, "type": "LIMIT"}, -1102),
        ({"type": "LIMIT", "quantity": None}, -1116),
        ({"triggerPrice": None, "price": "1"}, -1102),
        ({"symbol": "NOPE", "price": "1"}, -1106),
        ({"symbol": "NOPE", "side": "buy"}, -1121),
        ({"side": "buy", "triggerPrice": "49000.001"}, -1117),
        ({"triggerPrice": "49000.001", "quantity": "0"}, -1111),
        ({"triggerPrice": "0", "quantity": "0"}, -4006),
        ({"triggerPrice": "60000", "quantity": "0"}, -4003),
        ({"triggerPrice": "60000", "positionSide": "LONG"}, -4061),
    ],
)
def test_of_two_faults_the_first_is_told(alice: Trader, sent: Sent, code: int) -> None:
    assert alice.refused("POST", ALGO, **{**STOP, **sent}) == code


# The other endpoints


@pytest.mark.parametrize(("method", "unknown"), [("GET", -2013), ("DELETE", -2011)])
def test_which_order_must_be_said(alice: Trader, method: str, unknown: int) -> None:
    assert alice.refused(method, ALGO) == -1102
    message = "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!"
    assert alice.ask(method, ALGO).json["msg"] == message
    for name in ("algoId", "clientAlgoId"):
        assert alice.refused(method, ALGO, **{name: ""}) == -1105
    for number in ("first", "1.5", HUGE, "-"):
        assert alice.refused(method, ALGO, algoId=number) == -1130
    for number in ("0", "-1", "1", str(2**63 - 1)):
        assert alice.refused(method, ALGO, algoId=number) == unknown
    for name in ("nobody", "é", "a" * 300):
        assert alice.refused(method, ALGO, clientAlgoId=name) == unknown


@pytest.mark.parametrize("order_type", ["LIMIT", "MARKET"])
@pytest.mark.parametrize(("method", "unknown"), [("GET", -2013), ("DELETE", -2011)])
def test_an_order_of_another_kind_is_none_of_these(
    alice: Trader, order_type: str, method: str, unknown: int
) -> None:
    placed = alice.limit("BUY", "0.01", "48000") if order_type == "LIMIT" else None
    number = (placed or alice.market("BUY", "0.01"))["orderId"]
    assert alice.refused(method, ALGO, algoId=number) == unknown


def test_canceling_all_needs_a_symbol(alice: Trader) -> None:
    for symbol, code in ((None, -1102), ("", -1102), ("NOPE", -1121)):
        assert alice.refused("DELETE", EVERY, symbol=symbol) == code


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"symbol": ""}, -1105),
        ({"symbol": "NOPE"}, -1121),
        ({"algoType": ""}, -1105),
        ({"algoId": ""}, -1105),
        ({"algoId": "one"}, -1130),
        ({"algoId": HUGE}, -1130),
    ],
)
def test_a_list_that_cannot_be(alice: Trader, sent: Sent, code: int) -> None:
    assert alice.refused("GET", OPEN, **sent) == code


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"symbol": None}, -1102),
        ({"symbol": ""}, -1102),
        ({"symbol": "NOPE"}, -1121),
        ({"algoId": ""}, -1105),
        ({"algoId": "one"}, -1130),
        ({"startTime": ""}, -1105),
        ({"startTime": "soon"}, -1130),
        ({"startTime": "-1"}, -1130),
        ({"endTime": ""}, -1105),
        ({"endTime": "-1"}, -1130),
        ({"startTime": 2, "endTime": 1}, -1023),
        ({"startTime": 0, "endTime": 7 * 86_400_000 + 1}, -4165),
        ({"limit": ""}, -1105),
        ({"limit": "0"}, -1130),
        ({"limit": "-1"}, -1130),
        ({"limit": "all"}, -1130),
        ({"page": ""}, -1105),
        ({"page": "0"}, -1130),
        ({"page": "-1"}, -1130),
        ({"page": "last"}, -1130),
    ],
)
def test_a_history_that_cannot_be(alice: Trader, sent: Sent, code: int) -> None:
    assert alice.refused("GET", ALL, **{"symbol": "BTCUSDT", **sent}) == code
