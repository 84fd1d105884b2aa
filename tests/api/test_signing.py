"""Signatures: over raw query and raw body, wherever a client puts its parameters."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from perpbox.api.auth import HmacVerifier, verifier_of
from perpbox.api.params import split_signature
from perpbox.journal.keys import Key, KeyKind
from perpbox.message import Request
from tests.api.exchange import NOON, Exchange
from tests.api.trader import FORM, ORDER, Signer, Trader, encoded, hmac_signer

ACCOUNT: Final = "/fapi/v3/account"
BATCH: Final = "/fapi/v1/batchOrders"
JSON: Final = "application/json"

# vectors.md I, of the general-info page.
SECRET: Final = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"
WHOLE: Final = (
    b"symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC"
    b"&recvWindow=5000&timestamp=1591702613943"
)
IN_QUERY: Final = b"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC"
IN_BODY: Final = b"quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943"
I1: Final = "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"
I3_WITH_BLANK: Final = "f9d0ae5e813ef6ccf15c2b5a434047a0181cb5a342b903b367ca6d27a66e36f2"
I3: Final = "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4"


@pytest.mark.parametrize(
    ("query", "body", "signature"),
    [
        pytest.param(WHOLE, b"", I1, id="I1"),
        pytest.param(b"", WHOLE, I1, id="I2"),
        pytest.param(IN_QUERY, IN_BODY, I3, id="I3"),
        pytest.param(
            IN_QUERY,
            IN_BODY.replace(b"timestamp=", b"timestamp= "),
            I3_WITH_BLANK,
            id="I3 as printed, with a blank",
        ),
    ],
)
def test_published_signatures_are_right(query: bytes, body: bytes, signature: str) -> None:
    in_body = f"&signature={signature}".encode() if body else b""
    in_query = b"" if body else f"&signature={signature}".encode()
    message, sent = split_signature(query + in_query, body + in_body)
    assert message == query + body
    assert sent == signature.encode()
    verifier = HmacVerifier(SECRET)
    assert verifier.verify(message, sent)
    assert verifier.verify(message, sent.upper())
    assert not verifier.verify(message + b"0", sent)


@given(secret=st.text(max_size=150), message=st.binary(max_size=150), other=st.binary(max_size=64))
def test_hmac_signatures_are_those_of_the_standard_library(
    secret: str, message: bytes, other: bytes
) -> None:
    signature = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()
    verifier = HmacVerifier(secret)
    for _ in range(2):
        assert verifier.verify(message, signature)
        assert not verifier.verify(message + b"!", signature)
        assert not verifier.verify(message, other)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 128])
def test_secrets_around_the_size_of_a_block(length: int) -> None:
    signature = hmac.new(b"k" * length, WHOLE, hashlib.sha256).hexdigest().encode()
    assert HmacVerifier("k" * length).verify(WHOLE, signature)


@pytest.mark.parametrize(
    ("query", "body", "message", "signature"),
    [
        (b"signature=s", b"", b"", b"s"),
        (b"a=1&signature=s", b"", b"a=1", b"s"),
        (b"signature=s&a=1", b"", b"a=1", b"s"),
        (b"a=1&signature=s&b=2", b"", b"a=1&b=2", b"s"),
        (b"a=1", b"b=2&signature=s", b"a=1b=2", b"s"),
        (b"a=1&signature=s", b"b=2", b"a=1b=2", b"s"),
        (b"", b"signature=s", b"", b"s"),
        (b"", b"", b"", None),
        (b"a=1", b"b=2", b"a=1b=2", None),
        (b"mysignature=s", b"", b"mysignature=s", None),
        (b"a=1&signature=", b"", b"a=1", b""),
    ],
)
def test_the_signature_is_taken_out_of_what_it_signs(
    query: bytes, body: bytes, message: bytes, signature: bytes | None
) -> None:
    assert split_signature(query, body) == (message, signature)


# The shapes that clients send (clients.md 4).


def order_text(exchange: Exchange, **more: str) -> str:
    fields = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.004",
        "price": "48000.0",
        **more,
        "timestamp": str(exchange.now),
    }
    return "&".join(f"{name}={value}" for name, value in fields.items())


@pytest.mark.parametrize("content_type", ["", JSON, "application/json;charset=utf-8", FORM])
def test_everything_in_the_query_and_an_empty_body(alice: Trader, content_type: str) -> None:
    request = alice.signed("POST", ORDER, order_text(alice.exchange), "", content_type)
    assert alice.exchange.answer(request).json["status"] == "NEW"


@pytest.mark.parametrize("content_type", ["", FORM, f"{FORM}; charset=utf-8"])
def test_everything_in_a_form_body(alice: Trader, content_type: str) -> None:
    request = alice.signed("POST", ORDER, "", order_text(alice.exchange), content_type)
    assert alice.exchange.answer(request).json["status"] == "NEW"


def test_one_half_in_the_query_and_one_in_the_body(alice: Trader) -> None:
    query = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC"
    body = f"quantity=0.01&price=49000&timestamp={alice.exchange.now}"
    answer = alice.exchange.answer(alice.signed("POST", ORDER, query, body, FORM))
    assert answer.json["origQty"] == "0.010"


def test_the_signature_may_stand_in_the_query_while_parameters_are_in_the_body(
    alice: Trader,
) -> None:
    body = order_text(alice.exchange)
    signature = alice.sign(body.encode())
    request = Request(
        "POST", ORDER, f"signature={signature}".encode(), alice.headers, body.encode()
    )
    assert alice.exchange.answer(request).json["status"] == "NEW"


def test_what_stands_in_the_query_wins_over_the_body(alice: Trader) -> None:
    query = "quantity=0.020"
    body = order_text(alice.exchange, quantity="0.010")
    answer = alice.exchange.answer(alice.signed("POST", ORDER, query, body, FORM))
    assert answer.json["origQty"] == "0.020"


@pytest.mark.parametrize("in_body", [True, False])
def test_a_cancel_may_carry_a_form_body(alice: Trader, in_body: bool) -> None:
    placed = alice.limit("BUY", "0.01", "49000")
    text = f"symbol=BTCUSDT&orderId={placed['orderId']}&timestamp={alice.exchange.now}"
    halves = ("", text) if in_body else (text, "")
    answer = alice.exchange.answer(alice.signed("DELETE", ORDER, *halves, FORM))
    assert answer.json["status"] == "CANCELED"


def test_a_get_has_its_parameters_in_the_query_alone(alice: Trader) -> None:
    request = alice.signed("GET", ACCOUNT, f"timestamp={alice.exchange.now}")
    request.body = b"timestamp=1&nonsense=\xff"
    assert alice.exchange.answer(request).status == 200


def test_a_json_body_holds_no_parameters_and_is_not_signed(alice: Trader) -> None:
    request = alice.signed("POST", ORDER, order_text(alice.exchange), "", "Application/JSON")
    request.body = b'{"price": "1"}'
    assert alice.exchange.answer(request).json["price"] == "48000.00"


ORDER_AS_JSON: Final = (
    '[{"type":"LIMIT","timeInForce":"GTC","symbol":"BTCUSDT","side":"BUY",'
    '"price":"48000.0","quantity":"0.01"}]'
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ORDER_AS_JSON, id="raw, as ccxt sends it"),
        pytest.param(encoded(ORDER_AS_JSON), id="percent-encoded"),
        pytest.param(encoded(ORDER_AS_JSON.replace(",", ", ")), id="with blanks as %20"),
        pytest.param(
            encoded(ORDER_AS_JSON.replace(",", ", ")).replace("%20", "+"), id="with blanks as +"
        ),
    ],
)
@pytest.mark.parametrize("in_body", [True, False])
def test_batch_orders_are_signed_as_they_are_sent(alice: Trader, text: str, in_body: bool) -> None:
    sent = f"batchOrders={text}&timestamp={alice.exchange.now}"
    halves = ("", sent) if in_body else (sent, "")
    answer = alice.exchange.answer(alice.signed("POST", BATCH, *halves, FORM))
    assert [row["price"] for row in answer.json] == ["48000.00"]


def test_a_signature_over_decoded_text_is_none_over_what_was_sent(alice: Trader) -> None:
    stamp = f"&timestamp={alice.exchange.now}"
    sent = f"batchOrders={encoded(ORDER_AS_JSON)}{stamp}"
    signature = alice.sign(f"batchOrders={ORDER_AS_JSON}{stamp}".encode())
    request = Request("POST", BATCH, f"{sent}&signature={signature}".encode(), alice.headers)
    assert alice.exchange.answer(request).refusal == (400, -1022)


# Keys of the three kinds.


def pem(key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> str:
    encoding = serialization.Encoding.PEM
    return key.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def rsa_signer(key: rsa.RSAPrivateKey) -> Signer:
    return lambda message: encoded(
        base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()
    )


def ed25519_signer(key: ed25519.Ed25519PrivateKey) -> Signer:
    return lambda message: encoded(base64.b64encode(key.sign(message)).decode())


RSA_KEY: Final = rsa.generate_private_key(65537, 2048)
ED25519_KEY: Final = ed25519.Ed25519PrivateKey.generate()


def with_public_key(trader: Trader, kind: KeyKind) -> Trader:
    """The same account through a key that it has registered."""
    private = RSA_KEY if kind is KeyKind.RSA else ED25519_KEY
    keys = trader.exchange.keys
    key = keys.create(trader.account_id, NOON, kind=kind, public_key=pem(private.public_key()))
    sign = rsa_signer(RSA_KEY) if kind is KeyKind.RSA else ed25519_signer(ED25519_KEY)
    return Trader(trader.exchange, key, sign)


@pytest.mark.parametrize("kind", [KeyKind.RSA, KeyKind.ED25519])
def test_a_registered_public_key_signs_in_base64(alice: Trader, kind: KeyKind) -> None:
    trader = with_public_key(alice, kind)
    assert trader.limit("BUY", "0.01", "49000")["status"] == "NEW"
    body = order_text(alice.exchange)
    assert alice.exchange.answer(trader.signed("POST", ORDER, "", body, FORM)).status == 200


@pytest.mark.parametrize("kind", [KeyKind.RSA, KeyKind.ED25519])
@pytest.mark.parametrize(
    "signature", ["AAAA", "not base64!", "%00", "é", encoded(base64.b64encode(b"x" * 64).decode())]
)
def test_a_public_key_refuses_what_is_no_signature_of_its_own(
    alice: Trader, kind: KeyKind, signature: str
) -> None:
    trader = with_public_key(alice, kind)
    trader.sign = lambda _: signature
    assert trader.refused("GET", ACCOUNT) == -1022


@pytest.mark.parametrize("kind", [KeyKind.RSA, KeyKind.ED25519])
def test_a_signature_of_other_text_is_refused(alice: Trader, kind: KeyKind) -> None:
    trader = with_public_key(alice, kind)
    sign = trader.sign
    trader.sign = lambda message: sign(message + b"&symbol=BTCUSDT")
    assert trader.refused("GET", ACCOUNT) == -1022


def test_a_key_of_another_kind_cannot_sign() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    text = other.public_bytes(encoding, form).decode()
    key = Key("A" * 64, 1, KeyKind.RSA, "", text, ("read",), (), NOON)
    with pytest.raises(TypeError, match="cannot sign requests"):
        verifier_of(key)


@pytest.mark.parametrize(
    "signature",
    ["0" * 64, "é", "%00", "x" * 10_000, "a=b"],
)
def test_a_wrong_hmac_signature_is_refused(alice: Trader, signature: str) -> None:
    alice.sign = lambda _: signature
    assert alice.refused("GET", ACCOUNT) == -1022


def test_another_secret_is_refused(alice: Trader, bob: Trader) -> None:
    mixed = Trader(alice.exchange, alice.key, hmac_signer(bob.key.secret))
    assert mixed.refused("POST", ORDER) == -1022


@pytest.mark.parametrize("text", ["", "&signature="])
def test_a_request_without_a_signature_is_told_so(alice: Trader, text: str) -> None:
    query = f"timestamp={alice.exchange.now}{text}".encode()
    answer = alice.exchange.answer(Request("GET", ACCOUNT, query, alice.headers))
    assert answer.refusal == (400, -1102)
    assert answer.json["msg"] == (
        "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."
    )
