"""Heads and refusals, byte by byte."""

from __future__ import annotations

import pytest

from perpbox.server import wire


def test_a_head_is_open_at_its_length() -> None:
    lines = wire.head_start(404, "application/json").split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 404 Not Found"
    assert lines[1].startswith(b"Date: ")
    assert lines[2:] == [b"Content-Type: application/json", b"Content-Length: "]


@pytest.mark.parametrize(("status", "line"), [(418, b"I'm a Teapot"), (499, b"Status")])
def test_any_status_has_a_phrase(status: int, line: bytes) -> None:
    assert wire.head_start(status, "text/plain").startswith(b"HTTP/1.1 %d %b\r\n" % (status, line))


def test_headers_are_lines() -> None:
    assert wire.header_lines((("a", "1"), ("b", "2"))) == b"a: 1\r\nb: 2\r\n"


def test_the_shells_own_refusals_are_the_venues_json() -> None:
    assert wire.Refusal(413, "Too much.").response.body == b'{"code":-1000,"msg":"Too much."}'
    assert wire.shutting_down().body == (
        b'{"code":-1016,"msg":"This service is no longer available."}'
    )
    assert wire.unknown_error().status == 500
