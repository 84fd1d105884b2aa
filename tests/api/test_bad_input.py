"""Bad input: each a documented error body, never an error of the program, and nothing changed."""

from __future__ import annotations

from typing import Final

import pytest

from perpbox.message import Request
from tests.api.exchange import Exchange, Told
from tests.api.trader import FORM, ORDER, Trader, hmac_signer, limit_order

LIMIT: Final = limit_order("BUY", "0.1", "49000")
MILLION: Final = 1024 * 1024


def unchanged(exchange: Exchange, request: Request) -> Told:
    """The answer, having shown that no turn came of it and the state is byte for byte the same."""
    before = exchange.snapshot(), exchange.venue.sequence
    answer = exchange.answer(request)
    assert (exchange.snapshot(), exchange.venue.sequence) == before
    return answer


def test_a_wrong_signature(alice: Trader) -> None:
    alice.sign = hmac_signer("guessed")
    answer = unchanged(alice.exchange, alice.request("POST", ORDER, **LIMIT))
    assert answer.refusal == (400, -1022)
    assert answer.json["msg"] == "Signature for this request is not valid."


def test_a_stale_timestamp(alice: Trader) -> None:
    stale = alice.exchange.now - 5001
    answer = unchanged(alice.exchange, alice.request("POST", ORDER, **LIMIT, timestamp=stale))
    assert answer.refusal == (400, -1021)


@pytest.mark.parametrize("symbol", ["NOPE", "BTCUSD", "币安人生USDT", "BTCUSDT\0", " ", "%", "'--"])
def test_an_unknown_symbol(alice: Trader, symbol: str) -> None:
    order = {**LIMIT, "symbol": symbol}
    answer = unchanged(alice.exchange, alice.request("POST", ORDER, **order))
    assert answer.refusal == (400, -1121)
    assert answer.json["msg"] == "Invalid symbol."


def test_an_off_tick_price(alice: Trader) -> None:
    answer = unchanged(
        alice.exchange, alice.request("POST", ORDER, **{**LIMIT, "price": "49000.05"})
    )
    assert answer.refusal == (400, -4014)
    assert answer.json["msg"] == "Price not increased by tick size."


NUMBERS: Final = {
    "1234567890" * 4: -1102,
    "1234567890" * 500: -1102,
    "0." + "0" * 39 + "1": -1111,
    "NaN": -1102,
    "nan": -1102,
    "1e309": -1102,
    "1E5": -1102,
    "inf": -1102,
    "-Infinity": -1102,
    "0x10": -1102,
    "1_000": -1102,
    "1,5": -1102,
    "+1": -1102,
    "٣": -1102,
    "½": -1102,
    ".5": -1102,
    "5.": -1102,
    "-": -1102,
    " 1": -1102,
    "1 ": -1102,
    "1\0": -1102,
    "--1": -1102,
    "null": -1102,
    "": -1102,
}


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["price", "quantity"])
def test_a_number_that_is_none(alice: Trader, name: str, number: str) -> None:
    answer = unchanged(alice.exchange, alice.request("POST", ORDER, **{**LIMIT, name: number}))
    assert answer.refusal == (400, NUMBERS[number])


@pytest.mark.parametrize("quantity", ["-0.1", "-1", "0", "-0", "-99999999999999999999"])
def test_a_quantity_that_is_not_above_zero(alice: Trader, quantity: str) -> None:
    order = {**LIMIT, "quantity": quantity}
    answer = unchanged(alice.exchange, alice.request("POST", ORDER, **order))
    assert answer.refusal == (400, -4003)


def test_a_negative_price(alice: Trader) -> None:
    answer = unchanged(alice.exchange, alice.request("POST", ORDER, **{**LIMIT, "price": "-1"}))
    assert answer.refusal == (400, -4001)


def test_the_largest_numbers_that_can_be_read(alice: Trader) -> None:
    order = {**LIMIT, "quantity": "9" * 20}
    assert unchanged(alice.exchange, alice.request("POST", ORDER, **order)).code == -4005
    order = {**LIMIT, "price": "9" * 20}
    assert unchanged(alice.exchange, alice.request("POST", ORDER, **order)).code == -4002


@pytest.mark.parametrize("name", ["symbol", "timestamp", "signature", "whatever", "%73ymbol"])
def test_a_duplicated_parameter(alice: Trader, name: str) -> None:
    request = alice.request("POST", ORDER, **LIMIT, whatever="1")
    request.query += f"&{name}=1".encode()
    answer = unchanged(alice.exchange, request)
    assert answer.refusal == (400, -1101)
    assert answer.json["msg"] == "Duplicate values for a parameter detected."


def test_a_parameter_twice_in_the_body(alice: Trader) -> None:
    body = f"symbol=BTCUSDT&symbol=BTCUSDT&timestamp={alice.exchange.now}"
    answer = unchanged(alice.exchange, alice.signed("POST", ORDER, "", body, FORM))
    assert answer.refusal == (400, -1101)


def test_a_parameter_in_query_and_body_is_none_too_many(alice: Trader) -> None:
    body = f"symbol=NOPE&timestamp={alice.exchange.now}&orderId=1"
    answer = unchanged(alice.exchange, alice.signed("DELETE", ORDER, "symbol=BTCUSDT", body, FORM))
    assert answer.refusal == (400, -2011)


def test_pieces_without_a_name_do_not_count(exchange: Exchange) -> None:
    assert exchange.get("/fapi/v1/trades", "&&symbol=BTCUSDT&&limit=5&=&=1") == []


def test_more_parameters_than_any_endpoint_has(exchange: Exchange) -> None:
    query = "&".join(f"p{n}=1" for n in range(201))
    assert exchange.ask("GET", "/fapi/v1/ping", query).refusal == (400, -1101)


@pytest.mark.parametrize(
    "text", [b"\xff", b"%ff", b"%C0%AF", b"%ED%A0%80", b"\xf4\x90\x80\x80", b"a%80+b", b"%e2%28"]
)
@pytest.mark.parametrize("in_name", [True, False])
def test_what_is_not_utf_8(alice: Trader, text: bytes, in_name: bool) -> None:
    piece = text + b"=1" if in_name else b"note=" + text
    request = alice.request("POST", ORDER, **LIMIT)
    request.query = piece + b"&" + request.query
    answer = unchanged(alice.exchange, request)
    assert answer.refusal == (400, -1100)
    assert answer.json["msg"] == "Illegal characters found in a parameter."
    body = Request("POST", ORDER, b"", alice.headers, piece)
    assert unchanged(alice.exchange, body).refusal == (400, -1100)


def test_percent_signs_that_encode_nothing_are_text(alice: Trader) -> None:
    """Only what they decode to matters; here a client order id with a percent sign in it."""
    text = alice.request("POST", ORDER, **LIMIT).query.decode()
    query = text.partition("&signature=")[0] + "&newClientOrderId=%zz"
    answer = unchanged(alice.exchange, alice.signed("POST", ORDER, query))
    assert answer.refusal == (400, -4015)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"a" * MILLION, 401, -2014, id="one name"),
        pytest.param(b"a=" + b"1" * (MILLION - 2), 401, -2014, id="one value"),
        pytest.param(b"a=1&" * (MILLION // 4), 400, -1101, id="many parameters"),
        pytest.param(b"&" * MILLION, 400, -1101, id="no parameters"),
        pytest.param(b"\xff" * MILLION, 400, -1100, id="no text"),
        pytest.param(b"%41" * (MILLION // 3), 401, -2014, id="all of it encoded"),
    ],
)
def test_a_body_of_a_megabyte(exchange: Exchange, body: bytes, status: int, code: int) -> None:
    """The largest that the shell lets through; what is longer it answers itself, with 413."""
    assert unchanged(exchange, Request("POST", ORDER, b"", {}, body)).refusal == (status, code)


def test_a_signed_body_of_a_megabyte(alice: Trader) -> None:
    note = "x" * (MILLION - 200)
    body = f"symbol=BTCUSDT&note={note}&timestamp={alice.exchange.now}"
    answer = unchanged(alice.exchange, alice.signed("DELETE", ORDER, "", body, FORM))
    assert answer.refusal == (400, -1102)


@pytest.mark.parametrize("method", ["PATCH", "POST", "PUT", "DELETE", "OPTIONS", "get", "", "É"])
def test_a_wrong_method(alice: Trader, method: str) -> None:
    request = alice.request("GET", "/fapi/v3/account")
    request.method = method
    answer = unchanged(alice.exchange, request)
    assert answer.refusal == (405, -1000)
    assert answer.json["msg"] == f"Request method '{method}' is not supported."


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/fapi/v1/orders",
        "/fapi/v1/order/",
        "//fapi/v1/order",
        "/FAPI/v1/order",
        "/fapi/v1/%6Frder",
        "/fapi/v1/algo/orders",
        "/eapi/v1/ping",
        "/fapi/v1/{}",
        "/fapi/../fapi/v1/ping",
        "/\xff\xfe",
        "/" + "x" * 10_000,
    ],
)
def test_an_unknown_path(exchange: Exchange, path: str) -> None:
    answer = unchanged(exchange, Request("GET", path))
    assert answer.refusal == (404, -1000)
    assert answer.json["msg"] == f"Path {path} is not supported."
