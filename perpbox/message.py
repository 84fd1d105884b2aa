"""What requests, answers and WebSocket sessions are, so that no endpoint knows a socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias


class Request:
    """An HTTP request as the shell read it. Header names are lower-case."""

    __slots__ = ("body", "client_ip", "headers", "method", "path", "query")

    def __init__(
        self,
        method: str,
        path: str,
        query: bytes = b"",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        client_ip: str = "127.0.0.1",
    ) -> None:
        self.method = method
        self.path = path
        """Without the query; as sent, not percent-decoded."""
        self.query = query
        """Raw, after the "?": a signature covers these very bytes."""
        self.headers: Mapping[str, str] = headers if headers is not None else {}
        self.body = body
        self.client_ip = client_ip


class Response:
    """Status, body, and the headers beyond Content-Length, Date and Connection."""

    __slots__ = ("body", "content_type", "headers", "status")

    def __init__(
        self,
        status: int,
        body: bytes,
        headers: tuple[tuple[str, str], ...] = (),
        content_type: str = "application/json",
    ) -> None:
        self.status = status
        self.body = body
        self.headers = headers
        self.content_type = content_type


class Pending:
    """An answer that may be told only when the journal is durable up to `sequence`.

    `finish` is called then, on the writer's thread, and makes the response.
    """

    __slots__ = ("finish", "sequence")

    def __init__(self, sequence: int, finish: Callable[[], Response]) -> None:
        self.sequence = sequence
        self.finish = finish


class Later:
    """An answer that is on its way for a while, as a fault wants it.

    `begin` calls back when the time is over, on the writer's thread; then `make` gives the answer.
    """

    __slots__ = ("begin", "make")

    def __init__(
        self, begin: Callable[[Callable[[], None]], object], make: Callable[[], Answer]
    ) -> None:
        self.begin = begin
        self.make = make


CUT: Final = Response(0, b"")
"""In place of an answer: the connection ends without one, as a fault wants it."""

Due: TypeAlias = Response | Pending
"""What is answered where no fault strikes."""
Answer: TypeAlias = Due | Later
Application: TypeAlias = Callable[[Request], Answer]


# WebSocket connections.


class Wire(Protocol):
    """A WebSocket connection as an application sees it: frames out, and its end."""

    def send(self, frame: bytes) -> None:
        """Write a whole frame, made by `framed`; one who does not read it is cut off."""

    def close(self, code: int, reason: str) -> None:
        """Say why and end; nothing is received any more."""

    def abort(self) -> None:
        """End without a word, as a network does that is gone."""


class Session(Protocol):
    """What an application keeps for one WebSocket connection."""

    messages_per_second: int
    """Frames of any kind that a client may send in a second; 0: as many as it likes."""
    pings_per_second: int
    """Of these, pings and pongs; 0: as many as it likes."""

    def receive(self, message: str) -> None:
        """A text has arrived whole."""

    def check(self) -> None:
        """Called about once a second: has it lasted too long?"""

    def closed(self) -> None:
        """The connection is gone, whoever ended it; nothing is called after this."""


Connect: TypeAlias = Callable[[Request, Wire], Session | Response]
"""Answers a WebSocket handshake: a session, or the response that refuses it.

The wire may be written to from the session's first moment: what is sent before the handshake's
answer is out goes out right behind it.
"""

LENGTH_IN_ONE_BYTE: Final = 125
LENGTH_IN_TWO_BYTES: Final = 65535


def framed(payload: bytes) -> bytes:
    """The text as one unmasked WebSocket frame (RFC 6455, 5.2), for as many wires as there are."""
    length = len(payload)
    if length <= LENGTH_IN_ONE_BYTE:
        return b"\x81%c%b" % (length, payload)
    if length <= LENGTH_IN_TWO_BYTES:
        return b"\x81\x7e%b%b" % (length.to_bytes(2, "big"), payload)
    return b"\x81\x7f%b%b" % (length.to_bytes(8, "big"), payload)
