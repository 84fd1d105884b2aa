"""What the HTTP shell puts on the wire by itself: its bounds, its refusals, and answer heads."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from http import HTTPStatus
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from perpbox.message import Response

HeadKey: TypeAlias = tuple[int, str]
"""Status and content type."""

UNKNOWN_ERROR: Final = -1000
"""The code of every refusal that is the shell's own; the HTTP status says which."""
SHUTTING_DOWN: Final = -1016


class Bounds(Struct, frozen=True):
    """How much of anything one connection may take. Sizes in bytes, times in seconds."""

    target: int = 16 * 1024
    """The request target, path and query."""
    head: int = 32 * 1024
    """Target and headers together."""
    body: int = 1024 * 1024
    pipelined: int = 64
    """Requests waiting behind one that is not answered yet; then reading pauses."""
    unsent: int = 256 * 1024
    """Answers written and not taken by the client; then its next requests wait."""
    slice: int = 16 * 1024
    """What one connection gets parsed before others have their turn."""
    connections: int = 10_000
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    """From a request's first byte to its last."""
    idle_seconds: float = 75.0
    unsent_seconds: float = 30.0
    linger_seconds: float = 3.0
    """How long what a refused client still sends is read and thrown away."""
    message: int = 64 * 1024
    """A message of a WebSocket client, all fragments together."""
    unsent_frames: int = 1024 * 1024
    """Frames written and not taken by a WebSocket client; who is behind by more for
    `unread_seconds` is cut off."""
    unread_seconds: float = 2.0
    most_unsent_frames: int = 16 * 1024 * 1024
    """Beyond it at once: a single turn may tell thousands of things, and no client takes them
    before it is told them."""
    ping_seconds: float = 180.0
    pong_seconds: float = 600.0
    """How long a WebSocket client may leave pings unanswered."""


class Refusal(Exception):
    """The request cannot be carried to the application; the connection ends with it."""

    def __init__(self, status: int, message: str, code: int = UNKNOWN_ERROR) -> None:
        super().__init__(message)
        self.response = error_response(status, code, message)


def head_too_large(bounds: Bounds) -> Refusal:
    return Refusal(431, f"Request head too large: at most {bounds.head} bytes.")


def body_too_large(bounds: Bounds) -> Refusal:
    return Refusal(413, f"Request body too large: at most {bounds.body} bytes.")


def error_response(status: int, code: int, message: str) -> Response:
    return Response(status, msgspec.json.encode({"code": code, "msg": message}))


def unknown_error() -> Response:
    """What a client is told when the application has failed; spelled as the exchange does."""
    message = "An unknown error occured while processing the request."
    return error_response(500, UNKNOWN_ERROR, message)


def shutting_down() -> Response:
    return error_response(503, SHUTTING_DOWN, "This service is no longer available.")


def head_start(status: int, content_type: str) -> bytes:
    """The part of an answer's head that stays the same for a second, open at the length."""
    lines = (
        f"HTTP/1.1 {status} {_phrase(status)}",
        f"Date: {formatdate(usegmt=True)}",
        f"Content-Type: {content_type}",
        "Content-Length: ",
    )
    return "\r\n".join(lines).encode("latin-1")


def header_lines(headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = ""
    for name, value in headers:
        lines += f"{name}: {value}\r\n"
    return lines.encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"  # the exchange answers with numbers that HTTP does not know


def origin_form(target: bytes) -> bytes:
    """Path and query of "http://host/path?query"; anything else as it is, for a 404."""
    scheme, found, rest = target.partition(b"://")
    if not found or not scheme.isalpha():
        return target
    slash = rest.find(b"/")
    return rest[slash:] if slash >= 0 else b"/"


def end_writing(transport: asyncio.Transport) -> bool:
    """Tell the client that nothing more comes, and still hear it; whether that can be told.

    TLS has no half of a connection to close.
    """
    if not transport.can_write_eof():
        return False
    transport.write_eof()
    return True
