"""The opening handshake of a WebSocket: its answer, or the refusal that says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from httptools import HttpRequestParser
from websockets.datastructures import Headers
from websockets.http11 import Request as Asked
from websockets.server import ServerProtocol

from perpbox.message import Request, Response
from perpbox.server.wire import UNKNOWN_ERROR, error_response

SWITCHING_PROTOCOLS: Final = 101
METHOD_NOT_ALLOWED: Final = 405
SPOKEN: Final = ("Sec-WebSocket-Version", "13")
"""Told with every refusal: RFC 6455, 4.4, wants it where the client speaks another version."""


def is_handshake(headers: Mapping[str, str], parser: HttpRequestParser) -> bool:
    """Tell of a request with an Upgrade header whether it asks for a WebSocket.

    HTTP/1.0 cannot change its protocol, and HEAD asks what a GET would be told.
    """
    return (
        "websocket" in headers["upgrade"].lower()
        and parser.should_upgrade()
        and parser.get_http_version() == "1.1"
        and parser.get_method() != b"HEAD"
    )


def acceptance(request: Request) -> bytes | Response:
    """The head that changes the protocol, with no extension taken; or why it is not changed."""
    if request.method != "GET":
        return _refusal(METHOD_NOT_ALLOWED, "the method is not GET", ("Allow", "GET"))
    protocol = ServerProtocol()
    answer = protocol.accept(Asked(request.path, Headers(request.headers)))
    if answer.status_code == SWITCHING_PROTOCOLS:
        return answer.serialize()
    return _refusal(answer.status_code, str(protocol.handshake_exc), ("Upgrade", "websocket"))


def _refusal(status: int, reason: str, header: tuple[str, str]) -> Response:
    message = f"Failed to open a WebSocket connection: {reason}."
    response = error_response(status, UNKNOWN_ERROR, message)
    response.headers = (SPOKEN, header)
    return response
