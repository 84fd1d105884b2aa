"""Requests and answers are plain values with what most of them have in common left out."""

from __future__ import annotations

import pytest
from websockets.extensions import Extension
from websockets.frames import Frame, Opcode

from perpbox.message import Pending, Request, Response, framed


def test_a_request_has_neither_query_nor_headers_nor_body_unless_it_says_so() -> None:
    request = Request("GET", "/fapi/v1/ping")
    assert (request.query, request.headers, request.body) == (b"", {}, b"")
    assert request.client_ip == "127.0.0.1"


def test_two_requests_share_no_headers() -> None:
    assert Request("GET", "/").headers is not Request("GET", "/").headers


def test_a_request_keeps_the_bytes_that_were_sent() -> None:
    request = Request("POST", "/p%20q", b"a=%31", {"host": "h"}, b"\xff", "::1")
    assert (request.method, request.path, request.query) == ("POST", "/p%20q", b"a=%31")
    assert (request.headers, request.body, request.client_ip) == ({"host": "h"}, b"\xff", "::1")


def test_an_answer_is_json_without_headers_of_its_own_unless_it_says_so() -> None:
    response = Response(200, b"{}")
    assert (response.headers, response.content_type) == ((), "application/json")


def test_an_answer_that_waits_is_made_when_it_may_be_told() -> None:
    made: list[int] = []

    def finish() -> Response:
        made.append(1)
        return Response(200, b"{}")

    pending = Pending(7, finish)
    assert (pending.sequence, made) == (7, [])
    assert pending.finish().status == 200
    assert made == [1]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, 200_000])
def test_a_text_is_framed_as_a_websocket_library_frames_it(length: int) -> None:
    payload = b"x" * length
    none: list[Extension] = []
    expected = Frame(Opcode.TEXT, payload).serialize(mask=False, extensions=none)
    assert framed(payload) == expected
