"""SUBSCRIBE and its likes: what is answered, to good requests and to any others."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.api.streams.requests import METHODS
from tests.api.exchange import Exchange
from tests.api.listening import Connection

BOOK: Final = "btcusdt@bookTicker"
UNKNOWN: Final = (
    "Invalid request: unknown variant `{}`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`,"
    " `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column {}"
)

PUBLISHED: Final = (
    ('{"method":"GET_PROPERTY","params":["other"],"id":4}', 0, "Unknown property"),
    ('{"method":"SET_PROPERTY","params":["other",true],"id":4}', 0, "Unknown property"),
    (
        '{"method":"SET_PROPERTY","params":["combined","true"],"id":4}',
        1,
        "Invalid value type: expected Boolean",
    ),
    (
        '{"method":"SET_PROPERTY","params":["combined"],"id":4}',
        1,
        "Invalid value type: expected Boolean",
    ),
    (
        '{"method":"GET_PROPERTY","params":[5],"id":4}',
        2,
        "Invalid request: property name must be a string",
    ),
    (
        '{"method":"SET_PROPERTY","params":[],"id":4}',
        2,
        "Invalid request: property name must be a string",
    ),
    ('{"method":"GET_PROPERTY","id":4}', 2, "Invalid request: property name must be a string"),
    (
        '{"method":"GET_PROPERTY","params":["combined",true],"id":4}',
        2,
        "Invalid request: too many parameters",
    ),
    (
        '{"method":"SET_PROPERTY","params":["combined",true,1],"id":4}',
        2,
        "Invalid request: too many parameters",
    ),
    (
        '{"method":"LIST_SUBSCRIPTIONS","params":["a"],"id":4}',
        2,
        "Invalid request: too many parameters",
    ),
    ('{"method":"SUBSCRBE","params":["a"],"id":4}', 2, UNKNOWN.format("SUBSCRBE", 20)),
    ('{"method":"subscribe","params":["a"],"id":4}', 2, UNKNOWN.format("subscribe", 21)),
    (
        '{"params":["btcusdt@depth"],"id":4}',
        2,
        "Invalid request: missing field `method` at line 1 column 35",
    ),
)
"""With a good id, which the answer bears."""

WITHOUT_ID: Final = (
    *(
        (f'{{"method":"LIST_SUBSCRIPTIONS","id":{bad}}}', 2)
        for bad in ("null", "-1", "1.5", "true", "[1]", '{"a":1}', str(2**64))
    ),
    ('{"method":"LIST_SUBSCRIPTIONS"}', 2),
    ('{"method":"SUBSCRIBE","params":["a"]}', 2),
)
NO_JSON: Final = (
    ("", 1, 1),
    ("hello", 1, 1),
    ('{"method": SUBSCRIBE}', 1, 12),
    ('{"method":\n"SUBSCRIBE",\nx}', 3, 1),
    ('{"id":1', 1, 8),
)


@pytest.fixture
def stream(exchange: Exchange) -> Connection:
    return Connection(exchange, "/ws")


@pytest.mark.parametrize(("text", "code", "message"), PUBLISHED)
def test_a_request_that_cannot_be_done_is_told_why(
    stream: Connection, text: str, code: int, message: str
) -> None:
    assert stream.say(text) == {"error": {"code": code, "msg": message}, "id": 4}


@pytest.mark.parametrize(("text", "code"), WITHOUT_ID)
def test_a_request_needs_an_id(stream: Connection, text: str, code: int) -> None:
    message = "Invalid request: request ID must be an unsigned integer"
    assert stream.say(text) == {"error": {"code": code, "msg": message}, "id": None}


@pytest.mark.parametrize(("text", "line", "column"), NO_JSON)
def test_no_json_is_told_its_place(stream: Connection, text: str, line: int, column: int) -> None:
    message = f"Invalid JSON: expected value at line {line} column {column}"
    assert stream.say(text) == {"error": {"code": 3, "msg": message}, "id": None}


@pytest.mark.parametrize("request_id", [0, 1, 2**64 - 1, "7", "a-b", "", "币"])
def test_an_id_comes_back_as_it_was(stream: Connection, request_id: object) -> None:
    for method, params in (
        ("SUBSCRIBE", [BOOK]),
        ("LIST_SUBSCRIPTIONS", None),
        ("GET_PROPERTY", ["combined"]),
        ("SET_PROPERTY", ["combined", False]),
        ("UNSUBSCRIBE", [BOOK]),
    ):
        answer = stream.ask(method, params, request_id)
        assert list(answer) == ["result", "id"]
        assert answer["id"] == request_id
        assert type(answer["id"]) is type(request_id)


def test_one_subscribes_lists_and_unsubscribes(exchange: Exchange, stream: Connection) -> None:
    assert stream.ask("LIST_SUBSCRIPTIONS")["result"] == []
    both = ["btcusdt@depth", "ethusdc@depth"]
    assert stream.ask("SUBSCRIBE", both)["result"] is None
    assert stream.ask("SUBSCRIBE", both[:1])["result"] is None
    assert stream.ask("LIST_SUBSCRIPTIONS")["result"] == both
    exchange.move(BTCUSDT="50100", ETHUSDC="2510")
    assert {message["s"] for message in stream.messages()} == {"BTCUSDT", "ETHUSDC"}
    assert stream.ask("UNSUBSCRIBE", [*both[:1], "never@heard"])["result"] is None
    assert stream.ask("LIST_SUBSCRIPTIONS")["result"] == both[1:]
    exchange.move(BTCUSDT="50200", ETHUSDC="2520")
    assert stream.message()["s"] == "ETHUSDC"


def test_the_acknowledgement_comes_before_what_stands(stream: Connection) -> None:
    assert stream.ask("SUBSCRIBE", [BOOK]) == {"result": None, "id": 1}
    assert stream.message()["e"] == "bookTicker"


def test_only_who_is_new_is_told_what_stands(exchange: Exchange, stream: Connection) -> None:
    stream.ask("SUBSCRIBE", [BOOK])
    assert stream.message()["e"] == "bookTicker"
    other = Connection(exchange, f"/ws/{BOOK}")
    assert other.message()["e"] == "bookTicker"
    assert stream.messages() == []
    stream.ask("SUBSCRIBE", [BOOK])
    assert stream.messages() == []


@pytest.mark.parametrize(("target", "combined"), [("/ws", False), ("/stream", True)])
def test_messages_are_wrapped_or_not(exchange: Exchange, target: str, combined: bool) -> None:
    stream = Connection(exchange, target)
    stream.ask("SUBSCRIBE", [BOOK])
    assert ("stream" in stream.message()) is combined
    assert stream.ask("GET_PROPERTY", ["combined"])["result"] is combined
    stream.ask("SET_PROPERTY", ["combined", not combined])
    assert stream.ask("GET_PROPERTY", ["combined"])["result"] is not combined
    exchange.move(BTCUSDT="50100")
    assert ("stream" in stream.message()) is not combined


def test_answers_are_never_wrapped(exchange: Exchange) -> None:
    assert Connection(exchange, "/stream").ask("LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}


def test_nothing_is_sent_to_who_has_left(exchange: Exchange, stream: Connection) -> None:
    """Not even what was on its way."""
    stream.ask("SUBSCRIBE", [BOOK])
    exchange.move(BTCUSDT="50100")
    stream.session.receive(msgspec.json.encode(unsubscribe(BOOK)).decode())
    (answer,) = stream.messages()
    assert answer == {"result": None, "id": 2}


def unsubscribe(name: str) -> dict[str, object]:
    return {"method": "UNSUBSCRIBE", "params": [name], "id": 2}


# Anything at all.

JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
NEAR: Final = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(METHODS) | JSON,
        "params": st.lists(st.sampled_from((BOOK, "combined", True, "\x00", "a b")) | JSON) | JSON,
        "id": st.integers(0, 9) | JSON,
        "other": JSON,
    },
)
CODES: Final = {0, 1, 2, 3}

EXCHANGE: Final = Exchange()


def assert_answered(text: str) -> None:
    """Once, with a result or a published code; the venue is as it was, and the session goes on."""
    before = EXCHANGE.snapshot()
    stream = Connection(EXCHANGE, "/ws")
    try:
        stream.session.receive(text)
        answer, *pushed = stream.messages()
        assert all("e" in message for message in pushed)
        if "error" in answer:
            assert set(answer) == {"error", "id"}
            assert answer["error"]["code"] in CODES
            assert answer["error"]["msg"]
            assert not pushed
            assert stream.ask("LIST_SUBSCRIPTIONS")["result"] == []
        else:
            assert set(answer) == {"result", "id"}
        assert stream.ask("GET_PROPERTY", ["combined"], "x")["id"] == "x"
        assert stream.ended is None
    finally:
        stream.leave()
    assert EXCHANGE.snapshot() == before
    assert EXCHANGE.streams.hub.channels == {}


@given(st.text())
def test_any_text_is_answered_once(text: str) -> None:
    assert_answered(text)


@given(JSON | NEAR)
def test_any_json_is_answered_once(value: Any) -> None:
    assert_answered(msgspec.json.encode(value).decode())


@given(st.text(alphabet='{}[]":,0123456789truefalsn\\ \n'))
def test_what_looks_like_json_is_answered_once(text: str) -> None:
    assert_answered(text)


WICKED: Final = (
    "[" * 100_000,
    '{"a":' * 50_000,
    '{"method":"SUBSCRIBE","params":["\\ud800"],"id":1}',
    '{"method":"SUBSCRIBE","params":["a\\u0000b"],"id":1}',
    '{"method":"SUBSCRIBE","params":[""],"id":1}',
    f'{{"method":"SUBSCRIBE","params":["{"x" * 5000}"],"id":1}}',
    '{"method":"SUBSCRIBE","params":[["btcusdt@depth"]],"id":1}',
    '{"method":"SUBSCRIBE","params":"btcusdt@depth","id":1}',
    '{"method":"SUBSCRIBE","params":{"0":"btcusdt@depth"},"id":1}',
    '{"method":["SUBSCRIBE"],"params":[],"id":1}',
    '{"method":"\\u0053UBSCRIBED","params":[],"id":1}',
    '{"method":"LIST_SUBSCRIPTIONS","id":"\\ud83d\\ude00"}',
    f'{{"method":"LIST_SUBSCRIPTIONS","id":{"9" * 5000}}}',
    '{"method":"LIST_SUBSCRIPTIONS","id":1e400}',
    "\ud800",
    "\ufeff{}",
    "NaN",
    "\x00",
)


@pytest.mark.parametrize("text", WICKED, ids=range(len(WICKED)))
def test_wicked_texts_are_answered_once(text: str) -> None:
    assert_answered(text)
