"""Requests of the WebSocket API: what is read out of a text, and what is signed."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.api.calendar import NEWEST
from perpbox.api.errors import ApiError
from perpbox.api.limits import Limits
from perpbox.api.params import MAX_PARAMETERS
from perpbox.api.ws_api.methods import SESSION_METHODS, by_name
from perpbox.api.ws_api.requests import read_envelope, read_params
from perpbox.journal.keys import KeyKind
from tests.api.exchange import Exchange
from tests.api.test_fuzz import BASES, JSON, NAMES, PARAMS, STATUSES, settled
from tests.api.test_signing import with_public_key
from tests.api.trader import Trader, hmac_signer, limit_order
from tests.api.ws_client import Client, payload, refusal, result

BTC: Final = {"symbol": "BTCUSDT"}
STATUS: Final = "v2/account.status"
METHOD_NAMES: Final = sorted({*by_name(NEWEST), *SESSION_METHODS})


@pytest.fixture
def client(alice: Trader) -> Client:
    return Client(alice)


# Id and envelope


@pytest.mark.parametrize(
    "request_id",
    ["1", "0", "-1", "123456789012345678901234567890", "null", '""', '"a"', '"\\u00e4\\n"', '"ä"'],
)
def test_an_id_is_echoed_as_it_was_sent(client: Client, request_id: str) -> None:
    client.text(f'{{"id": {request_id} , "method":"session.status"}}')
    assert client.wire.payloads[-1].startswith(f'{{"id":{request_id},"status":200,'.encode())
    client.text(f'{{"id":{request_id},"method":"nothing"}}')
    assert client.wire.payloads[-1].startswith(f'{{"id":{request_id},"status":400,'.encode())


@pytest.mark.parametrize("request_id", ["1.0", "1e3", "true", "[]", "{}"])
def test_another_kind_of_id_is_refused_without_one(client: Client, request_id: str) -> None:
    told = client.text(f'{{"id":{request_id},"method":"session.status"}}')
    assert told["id"] is None
    assert refusal(told) == (400, -1130)


@pytest.mark.parametrize(
    "message",
    [
        "",
        " ",
        "{",
        "{]",
        "null",
        "1",
        '"text"',
        "[]",
        '[{"id":1,"method":"session.status"}]',
        '{"id":1,"method":"session.status"} x',
        '{"id":1,"method":"session.status",}',
        '{"id":01,"method":"session.status"}',
        '{"id":1,"method":"session.status","params":{"a":NaN}}',
        "{'id':1}",
        '{"id":' + "[" * 100_000,
        '{"id":1,"method":"session.status","params":' + '{"a":' * 100_000,
        '{"id":"\ud800"}',
        '{"id":"\\ud800"}',
        '{"id":1,"method":"depth","params":{"symbol":"\\udc00"}}',
        '{"id":1,"method":"depth","params":{"\\ud800\\u0041":1}}',
        "\x00",
    ],
    ids=lambda message: message[:20].encode("utf-8", "replace").decode(),
)
def test_what_is_no_json_object_is_refused(client: Client, message: str) -> None:
    told = client.text(message)
    assert told["id"] is None
    assert refusal(told) == (400, -1013)


@pytest.mark.parametrize(
    ("message", "code", "name"),
    [
        ('{"method":"session.status"}', -1102, "id"),
        ('{"id":1}', -1102, "method"),
        ('{"id":1,"method":""}', -1102, "method"),
        ('{"id":1,"method":5}', -1130, "method"),
        ('{"id":1,"method":null}', -1130, "method"),
        ('{"id":1,"method":["depth"]}', -1130, "method"),
        ('{"id":1,"method":"depth","params":[]}', -1130, "params"),
        ('{"id":1,"method":"depth","params":"symbol=BTCUSDT"}', -1130, "params"),
        ('{"id":1,"method":"depth","params":{"symbol":["BTCUSDT"]}}', -1130, "symbol"),
        ('{"id":1,"method":"depth","params":{"symbol":{}}}', -1130, "symbol"),
        ('{"id":1,"method":"depth","params":{"returnRateLimits":"no"}}', -1130, "returnRateLimits"),
    ],
)
def test_a_part_of_another_type(client: Client, message: str, code: int, name: str) -> None:
    told = client.text(message)
    assert told["id"] == (None if name == "id" else 1)
    assert refusal(told) == (400, code)
    assert f"'{name}'" in told["error"]["msg"]


@pytest.mark.parametrize("method", ["order.nothing", "ping", "depth ", "/depth"])
def test_an_unknown_method_is_not_supported(client: Client, method: str) -> None:
    assert refusal(client.raw(method)) == (400, -1020)


@pytest.mark.parametrize("tail", ["", ',"params":null', ',"params":{}', ',"more":[1]'])
def test_parameters_may_be_left_out(client: Client, tail: str) -> None:
    assert result(client.text(f'{{"id":1,"method":"ticker.price"{tail}}}'))


def test_too_many_parameters(client: Client) -> None:
    few = {f"p{n}": n for n in range(MAX_PARAMETERS - 1)}
    assert result(client.raw("depth", {**few, **BTC}))
    assert refusal(client.raw("depth", {**few, **BTC, "one": "more"})) == (400, -1101)


# Values


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ('"0.10"', "0.10"),
        ("0.10", "0.10"),
        ("48000.0", "48000.0"),
        ("1E5", "1E5"),
        ("1e-05", "1e-05"),
        ("9007199254740993", "9007199254740993"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("true", "true"),
        ("false", "false"),
        ('"True"', "True"),
        ('""', ""),
        ("null", None),
        ('"\\u00e4"', "ä"),
    ],
)
def test_a_value_keeps_the_text_that_was_sent(sent: str, text: str | None) -> None:
    envelope = read_envelope(f'{{"id":1,"method":"m","params":{{"a": {sent} }}}}')
    assert read_params(envelope).values.get("a") == text


@pytest.mark.parametrize("quantity", ["0.100", 0.1, "0.1"])
@pytest.mark.parametrize("price", ["48000.0", 48000, 48000.0])
@pytest.mark.parametrize("stamp", [int, str])
def test_numbers_may_be_text_and_text_numbers(
    client: Client, quantity: object, price: object, stamp: type
) -> None:
    order = {**limit_order("BUY", "", ""), "quantity": quantity, "price": price}
    told = client.ok(
        "order.place", **order, timestamp=stamp(client.exchange.now), recvWindow="9000"
    )
    assert (told["origQty"], told["price"]) == ("0.100", "48000.00")


def test_a_stamp_with_a_fraction_is_malformed(client: Client) -> None:
    assert client.refused(STATUS, timestamp=float(client.exchange.now)) == (400, -1102)


@pytest.mark.parametrize("flag", [True, "true", "TRUE", "True"])
def test_a_flag_may_be_text(client: Client, alice: Trader, flag: object) -> None:
    alice.market("BUY", "0.1")
    order = limit_order("SELL", "0.1", "60000", reduceOnly=flag)
    assert client.ok("order.place", **order)["reduceOnly"] is True


# Signatures


def test_the_published_example_of_what_is_signed() -> None:
    params = {
        "symbol": "BTCUSDT",
        "side": "SELL",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "1.0000000",
        "price": "0.20",
        "apiKey": "K",
        "timestamp": 1668481559918,
        "signature": "S",
    }
    text = json.dumps({"id": 1, "method": "order.place", "params": params})
    messages, signature = read_params(read_envelope(text)).signed()
    [message] = messages
    assert message == (
        b"apiKey=K&price=0.20&quantity=1.0000000&side=SELL&symbol=BTCUSDT&timeInForce=GTC"
        b"&timestamp=1668481559918&type=LIMIT"
    )
    assert signature == b"S"


@pytest.mark.parametrize("spelled", ["true", "True"])
def test_a_flag_is_signed_as_json_or_as_python_has_it(
    client: Client, alice: Trader, spelled: str
) -> None:
    alice.market("BUY", "0.1")
    params: dict[str, object] = {
        **limit_order("SELL", "0.1", "60000", reduceOnly=True),
        "apiKey": alice.key.api_key,
        "timestamp": client.exchange.now,
    }
    text = payload({**params, "reduceOnly": spelled})
    params["signature"] = alice.sign(text.encode())
    assert result(client.raw("order.place", params))["reduceOnly"] is True


@pytest.mark.parametrize("kind", [KeyKind.RSA, KeyKind.ED25519])
def test_registered_public_keys_sign_too(alice: Trader, kind: KeyKind) -> None:
    client = Client(with_public_key(alice, kind))
    assert client.ok("order.place", **limit_order("BUY", "0.01", "49000"))["status"] == "NEW"
    signed = client.signed()
    signed["recvWindow"] = 6000
    assert refusal(client.raw(STATUS, signed)) == (400, -1022)


def test_a_signature_covers_the_key_and_every_parameter(client: Client, alice: Trader) -> None:
    signed = client.signed(**limit_order("BUY", "0.1", "49000"))
    without_key = {n: v for n, v in signed.items() if n not in ("apiKey", "signature")}
    signature = alice.sign(payload(without_key).encode())
    spoilt: list[dict[str, Any]] = [
        {**signed, "signature": signature},
        {**signed, "quantity": "0.2"},
        {**signed, "more": "1"},
        {n: v for n, v in signed.items() if n != "timeInForce"},
    ]
    for params in spoilt:
        assert refusal(client.raw("order.place", params)) == (400, -1022)
    assert result(client.raw("order.place", dict(reversed(signed.items()))))


@pytest.mark.parametrize("signature", [None, ""])
def test_a_request_without_a_signature(client: Client, signature: str | None) -> None:
    params = {**client.signed(), "signature": signature}
    assert refusal(client.raw(STATUS, params)) == (400, -1102)


@pytest.mark.parametrize("signature", ["0" * 64, "é", 5, True, "%00"])
def test_a_wrong_signature(client: Client, signature: object) -> None:
    params = {**client.signed(), "signature": signature}
    assert refusal(client.raw(STATUS, params)) == (400, -1022)


def test_keys_that_are_none(client: Client, bob: Trader) -> None:
    assert client.refused(STATUS, apiKey=None) == (400, -1103)
    assert client.refused(STATUS, apiKey="") == (401, -2014)
    assert client.refused(STATUS, apiKey="not a key") == (401, -2014)
    assert client.refused(STATUS, apiKey="A" * 64) == (401, -2015)
    client.trader = Trader(bob.exchange, bob.key, hmac_signer("other"))
    assert client.refused(STATUS) == (400, -1022)


# Anything at all


ANY_PARAMS: Final = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), JSON, max_size=6)
ENVELOPES: Final = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON,
        "method": st.sampled_from(METHOD_NAMES) | JSON,
        "params": ANY_PARAMS | JSON,
        "more": JSON,
    },
)


def judged(client: Client, message: str) -> Any:
    """The one answer, having shown that it is one, and that a refusal has changed nothing."""
    exchange = client.exchange
    before = exchange.snapshot(), exchange.venue.sequence
    told = client.text(message)
    assert not client.wire.ends
    assert told["status"] in STATUSES
    if told["status"] == 200:
        assert isinstance(told["result"], dict | list)
        return told
    status, code = refusal(told)
    assert status >= 400
    assert code < 0
    assert (exchange.snapshot(), exchange.venue.sequence) == before
    return told


@pytest.mark.fuzz
@given(message=st.text() | JSON.map(json.dumps) | ENVELOPES.map(json.dumps))
def test_whatever_is_sent_is_answered(message: str) -> None:
    exchange = Exchange(limits=Limits())
    trader = Trader(exchange, exchange.keys.create(exchange.open(), exchange.now))
    judged(Client(trader), message)


@pytest.mark.fuzz
@given(method=st.sampled_from(METHOD_NAMES), params=ANY_PARAMS | PARAMS, request_id=st.integers())
def test_whatever_is_signed_is_looked_at(
    method: str, params: dict[str, Any], request_id: int
) -> None:
    """The signature is right over whatever parameters there are, so that handlers see them."""
    trader = settled()[1]
    client = Client(trader)
    endpoint = {"order.place": "POST /fapi/v1/order", "order.modify": "PUT /fapi/v1/order"}
    base = BASES.get(endpoint.get(method, ""), {})
    sent = {**BTC, **base, "timestamp": client.exchange.now, **params}
    sent["apiKey"] = trader.key.api_key
    text = json.dumps({"id": request_id, "method": method, "params": sent})
    try:
        messages, _ = read_params(read_envelope(text)).signed()
    except ApiError:
        # What cannot be read cannot be signed, and is told so.
        judged(client, text)
        return
    sent["signature"] = trader.sign(messages[0])
    told = judged(client, json.dumps({"id": request_id, "method": method, "params": sent}))
    assert told["id"] == request_id
    assert told.get("error", {}).get("code") != -1022
