"""What a request and an answer are: plain values, so that no endpoint knows a socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias


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


Answer: TypeAlias = Response | Pending
Application: TypeAlias = Callable[[Request], Answer]
