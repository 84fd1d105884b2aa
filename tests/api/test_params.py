"""Parameters: how raw bytes become values, and values what their documentation says they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.account import TimeInForce
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import MAX_PARAMETERS, Params, member_of, precise, read, signed_parts
from perpbox.message import Request

Ask = Callable[[Params], object]

NO_MEMBER: Final = ApiError(Error.INVALID_TIME_IN_FORCE)


def error_of(ask: Callable[[], object]) -> Error | None:
    """The error that is raised, None if none is."""
    try:
        ask()
    except ApiError as raised:
        return raised.error
    return None


@pytest.mark.parametrize(
    ("query", "body", "values"),
    [
        (b"", b"", {}),
        (b"a=1&b=2", b"", {"a": "1", "b": "2"}),
        (b"a=1", b"a=2&b=3", {"a": "1", "b": "3"}),
        (b"a", b"", {"a": ""}),
        (b"a=", b"", {"a": ""}),
        (b"a=b=c", b"", {"a": "b=c"}),
        (b"a=x+y%2Bz%20", b"", {"a": "x y+z "}),
        (b"%61=%31", b"", {"a": "1"}),
        (b"a=%E5%B8%81", b"", {"a": "币"}),
        ("a=币".encode(), b"", {"a": "币"}),
        (b"a=%", b"", {"a": "%"}),
        (b"a=%4", b"", {"a": "%4"}),
        (b"&a=1&&b=2&", b"", {"a": "1", "b": "2"}),
        (b"=1&a=2", b"", {"a": "2"}),
        (b"a=1&A=2", b"", {"a": "1", "A": "2"}),
        (b"a=1;b=2", b"", {"a": "1;b=2"}),
        (b"", b"a=%26%3D", {"a": "&="}),
    ],
)
def test_query_and_body_are_read(query: bytes, body: bytes, values: dict[str, str]) -> None:
    assert read(query, body) == values


@pytest.mark.parametrize(
    ("query", "error"),
    [
        (b"a=1&a=1", Error.DUPLICATE_PARAMETER),
        (b"a=1&%61=2", Error.DUPLICATE_PARAMETER),
        (b"a&a", Error.DUPLICATE_PARAMETER),
        (b"a=\xff", Error.ILLEGAL_CHARACTERS),
        (b"\xff=1", Error.ILLEGAL_CHARACTERS),
        (b"a=%ff", Error.ILLEGAL_CHARACTERS),
        (b"a=%ff+", Error.ILLEGAL_CHARACTERS),
        (b"&" * MAX_PARAMETERS, Error.TOO_MANY_PARAMETERS),
    ],
)
def test_what_cannot_be_read(query: bytes, error: Error) -> None:
    assert error_of(lambda: read(query, b"")) is error
    assert error_of(lambda: read(b"", query)) is error


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=5))
def test_what_is_encoded_is_read_back(values: dict[str, str]) -> None:
    def encoded(text: str) -> str:
        return "".join(f"%{byte:02X}" for byte in text.encode())

    query = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in values.items())
    assert read(query.encode(), b"") == values


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(query: bytes, body: bytes) -> None:
    """What is read does not depend on whether any of it happens to be encoded."""
    assert error_of(lambda: read(query, body)) in (
        None,
        Error.DUPLICATE_PARAMETER,
        Error.ILLEGAL_CHARACTERS,
    )


@pytest.mark.parametrize(
    ("method", "content_type", "signed"),
    [
        ("GET", "", (b"q", b"")),
        ("POST", "", (b"q", b"b")),
        ("POST", "application/x-www-form-urlencoded", (b"q", b"b")),
        ("DELETE", "application/x-www-form-urlencoded", (b"q", b"b")),
        ("POST", "text/plain", (b"q", b"b")),
        ("POST", "application/json", (b"q", b"")),
        ("PUT", "application/json;charset=utf-8", (b"q", b"")),
    ],
)
def test_where_parameters_are(method: str, content_type: str, signed: tuple[bytes, bytes]) -> None:
    headers = {"content-type": content_type} if content_type else {}
    assert signed_parts(Request(method, "/", b"q", headers, b"b")) == signed


@pytest.mark.parametrize(
    ("sent", "ask", "value"),
    [
        ("5", lambda p: p.number("x"), 500_000_000),
        ("-0.5", lambda p: p.number("x"), -50_000_000),
        ("0.123456780000", lambda p: p.number("x"), 12_345_678),
        ("0.123456789", lambda p: p.number("x"), None),
        ("5", lambda p: p.long("x"), 5),
        ("007", lambda p: p.long("x"), 7),
        (str(2**63 - 1), lambda p: p.long("x"), 2**63 - 1),
        (str(-(2**63) + 1), lambda p: p.optional_long("x"), -(2**63) + 1),
        (None, lambda p: p.optional_long("x"), None),
        (None, lambda p: p.limit(500, 1000), 500),
        ("TRUE", lambda p: p.flag("x"), True),
        ("fAlSe", lambda p: p.flag("x"), False),
        (None, lambda p: p.optional_flag("x"), False),
        (None, lambda p: p.optional_flag("x", default=True), True),
        ("a", lambda p: p.text("x"), "a"),
        ("a", lambda p: p.optional("x"), "a"),
        (None, lambda p: p.optional("x"), None),
        (None, lambda p: p.has("x"), False),
        ("", lambda p: p.has("x"), True),
        ("a" * 36, lambda p: p.client_order_id("x"), "a" * 36),
        (None, lambda p: p.client_order_id("x"), ""),
        ("GTX", lambda p: p.member("x", TimeInForce, NO_MEMBER), TimeInForce.GTX),
    ],
)
def test_a_value_is_read(sent: str | None, ask: Ask, value: object) -> None:
    assert ask(Params({} if sent is None else {"x": sent})) == value


@pytest.mark.parametrize(
    ("sent", "ask", "error"),
    [
        (None, lambda p: p.text("x"), Error.MANDATORY_MISSING),
        ("", lambda p: p.text("x"), Error.MANDATORY_MISSING),
        ("", lambda p: p.optional("x"), Error.PARAMETER_EMPTY),
        ("", lambda p: p.require_filled("y", "x"), Error.PARAMETER_EMPTY),
        ("a", lambda p: p.number("x"), Error.MANDATORY_MISSING),
        ("9" * 21, lambda p: p.number("x"), Error.MANDATORY_MISSING),
        (str(2**63), lambda p: p.long("x"), Error.MANDATORY_MISSING),
        (str(2**63), lambda p: p.optional_long("x"), Error.INVALID_PARAMETER),
        ("-", lambda p: p.optional_long("x"), Error.INVALID_PARAMETER),
        ("", lambda p: p.optional_long("x"), Error.PARAMETER_EMPTY),
        ("1", lambda p: p.flag("x"), Error.MANDATORY_MISSING),
        ("1", lambda p: p.optional_flag("x"), Error.INVALID_PARAMETER),
        ("gtc", lambda p: p.member("x", TimeInForce, NO_MEMBER), Error.INVALID_TIME_IN_FORCE),
        ("a b", lambda p: p.client_order_id("x"), Error.BAD_CLIENT_ORDER_ID),
        ("a" * 37, lambda p: p.client_order_id("x"), Error.BAD_CLIENT_ORDER_ID),
        ("a\n", lambda p: p.client_order_id("x"), Error.BAD_CLIENT_ORDER_ID),
    ],
)
def test_a_value_is_refused(sent: str | None, ask: Ask, error: Error) -> None:
    params = Params({} if sent is None else {"x": sent})
    assert error_of(lambda: ask(params)) is error


@pytest.mark.parametrize(
    ("sent", "limit"), [(None, 500), ("1", 1), ("1000", 1000), ("1001", 1000), ("9" * 18, 1000)]
)
def test_a_limit_is_between_one_and_the_maximum(sent: str | None, limit: int) -> None:
    assert Params({} if sent is None else {"limit": sent}).limit(500, 1000) == limit


def test_precision_is_judged_without_zeros_at_the_end() -> None:
    assert precise(150_000_000, 1) == 150_000_000
    assert precise(100_000_000, 0) == 100_000_000
    for value, decimals in ((150_000_000, 0), (1, 7), (None, 8)):
        assert error_of(partial(precise, value, decimals)) is Error.BAD_PRECISION


def test_a_member_by_its_value() -> None:
    assert member_of("IOC", TimeInForce, NO_MEMBER) is TimeInForce.IOC


@pytest.mark.parametrize(
    ("start", "end", "error"),
    [
        ("1", "2", None),
        ("2", "2", None),
        ("2", "1", Error.START_AFTER_END),
        ("-1", "1", Error.INVALID_PARAMETER),
        ("1", "soon", Error.INVALID_PARAMETER),
        ("", "1", Error.PARAMETER_EMPTY),
    ],
)
def test_a_span_of_time(start: str, end: str, error: Error | None) -> None:
    params = Params({"startTime": start, "endTime": end})
    assert error_of(params.time_range) is error
