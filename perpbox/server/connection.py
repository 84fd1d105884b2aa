"""One HTTP/1.1 connection: bytes in, a `Request` to the application, its answer back in order.

It knows no path and no rule of the venue. What an application may rely on: header names are
lower-case, a repeated header is one with its values joined by ", ", HEAD arrives as GET (its
answer goes out without the body), and nothing arrives that is beyond `Bounds`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol, TypeAlias, cast

import httptools

from perpbox.message import CUT, Answer, Application, Pending, Request, Response
from perpbox.server.handshake import is_handshake
from perpbox.server.websocket import Host as SocketHost
from perpbox.server.websocket import WebSocket, opened
from perpbox.server.wire import (
    HeadKey,
    Refusal,
    body_too_large,
    end_writing,
    head_too_large,
    header_lines,
    origin_form,
    shutting_down,
    unknown_error,
)

WhenDurable: TypeAlias = Callable[[int, Callable[[], None]], None]
"""Call back when the journal is durable up to the sequence; at once if it is already."""

When: TypeAlias = Callable[[Callable[[], None]], object]
Asked: TypeAlias = tuple[Request, int, bool]
Turn: TypeAlias = tuple[Request | Response, int, bool]
"""A request (or the shell's refusal in its place), what becomes of the connection, if HEAD."""

CLOSE: Final = 0
KEEP: Final = 1
KEEP_AND_SAY: Final = 2
"""HTTP/1.0 wants to be told; who has sent a Connection header is told as well."""
CHANGE: Final = 3
"""It becomes a WebSocket, if the handshake succeeds; else it is closed."""
CONNECTION: Final = (b"Connection: close\r\n", b"", b"Connection: keep-alive\r\n")
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
SLASH: Final = ord("/")


class Host(SocketHost, Protocol):
    """What a connection needs of the server that it belongs to."""

    application: Application
    when_durable: WhenDurable
    heads: dict[HeadKey, bytes]

    def admit(self, connection: Connection) -> bool: ...

    def forget(self, connection: Connection) -> None: ...

    def hand_over(self, connection: Connection, socket: WebSocket) -> None: ...

    def head(self, key: HeadKey) -> bytes: ...


class Connection(asyncio.Protocol):
    """One client's connection: parses, asks the application, writes answers in order."""

    __slots__ = (
        "backlog",
        "begun",
        "body",
        "bounds",
        "changing",
        "choked",
        "client_ip",
        "closed",
        "deaf",
        "digesting",
        "dripped",
        "head_size",
        "headers",
        "in_body",
        "owes_continue",
        "parser",
        "pumping",
        "queue",
        "reading_paused",
        "server",
        "since",
        "target",
        "transport",
        "waiting",
    )

    transport: asyncio.Transport

    def __init__(self, server: Host) -> None:
        self.server = server
        self.bounds = server.bounds
        self.parser = httptools.HttpRequestParser(self)
        self.client_ip = ""
        self.queue: deque[Turn] = deque()
        self.backlog = bytearray()
        """Read and not parsed, because there is enough to do."""
        self.since = server.beat
        """When the present state (idle, reading, unsent, deaf) began."""
        self.begun = False
        """A request has arrived in part."""
        self.dripped = 0
        """Bytes of an unfinished head after its first piece."""
        self.waiting = False
        """An answer waits for the journal."""
        self.choked = False
        """The client does not take what is written."""
        self.changing = False
        """A handshake has arrived: what comes behind it is no HTTP, if it succeeds."""
        self.deaf = False
        """Nothing more is read from this client."""
        self.digesting = False
        self.pumping = False
        self.reading_paused = False
        self.closed = False
        self._next_message()

    def _next_message(self) -> None:
        self.target = b""
        self.headers: dict[str, str] = {}
        self.head_size = 0
        self.body: bytes | bytearray = b""
        self.in_body = False
        self.owes_continue = False

    # --- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(self.bounds.unsent)
        peer = transport.get_extra_info("peername")
        self.client_ip = peer[0] if peer else ""
        if not self.server.admit(self):
            self._refuse(Refusal(503, "Too many connections."))

    def connection_lost(self, _error: Exception | None) -> None:
        self._let_go()
        self.server.forget(self)

    def _let_go(self) -> None:
        self.closed = True
        self.queue.clear()
        self.backlog.clear()
        del self.parser  # it refers back to this object

    def data_received(self, data: bytes) -> None:
        if self.deaf:
            return
        if self.backlog or self.changing or len(data) > self.bounds.slice:
            self.backlog += data
            if not self.digesting:
                self._digest()
        else:
            self._feed(data)

    def eof_received(self) -> bool:
        """A client may close its half and still read what it is owed."""
        self.deaf = True
        return bool(self.queue or self.waiting) and self.transport.can_write_eof()

    def pause_writing(self) -> None:
        self.choked = True
        self.since = self.server.beat

    def resume_writing(self) -> None:
        self.choked = False
        self.since = self.server.beat
        self._pump()

    # --- what the parser calls

    def on_url(self, url: bytes) -> None:
        self.target += url
        if len(self.target) > self.bounds.target:
            raise Refusal(414, f"Request target too long: at most {self.bounds.target} bytes.")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.head_size += len(name) + len(value) + 4
        if self.head_size > self.bounds.head:
            raise head_too_large(self.bounds)
        if self.in_body:
            return  # a trailer after a chunked body
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        headers = self.headers
        headers[key] = f"{headers[key]}, {text}" if key in headers else text

    def on_headers_complete(self) -> None:
        self.in_body = True
        headers = self.headers
        if "content-length" in headers and int(headers["content-length"]) > self.bounds.body:
            raise body_too_large(self.bounds)
        if "expect" in headers:
            self._expect(headers["expect"])

    def on_body(self, data: bytes) -> None:
        if not self.body:
            self.body = data
        else:
            if isinstance(self.body, bytes):
                self.body = bytearray(self.body)
            self.body += data
        if len(self.body) > self.bounds.body:
            raise body_too_large(self.bounds)

    def on_message_complete(self) -> None:
        if self.deaf:
            return  # parsed behind the last request that is answered
        method = self.parser.get_method().decode("ascii")
        is_head = method == "HEAD"
        target = self.target if self.target[0] == SLASH else origin_form(self.target)
        path, _, query = target.partition(b"?")
        request = Request(
            "GET" if is_head else method,
            path.decode("latin-1"),
            query,
            self.headers,
            bytes(self.body),
            self.client_ip,
        )
        after = CLOSE
        if self.parser.should_keep_alive():
            after = KEEP_AND_SAY if "connection" in self.headers else KEEP
        if "upgrade" in self.headers and self.server.connect is not None:
            after = CHANGE if is_handshake(self.headers, self.parser) else after
        self._next_message()
        self.begun = False
        self._take(request, after, is_head)

    # --- reading

    def _feed(self, data: bytes) -> None:
        """Give the parser what has arrived; whatever it cannot bear ends the connection."""
        rest = data
        while rest and not self.deaf:
            try:
                self.parser.feed_data(rest)
                break
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
                if self.changing:
                    self.backlog[:0] = rest
                    self._pause_reading()
                    self._pump()
                    return
                # The offer to change the protocol is not taken; what follows is HTTP again.
            except httptools.HttpParserCallbackError as error:
                self._refuse(self._cause(error))
            except httptools.HttpParserError:
                self._refuse(Refusal(400, "Malformed HTTP request."))
        if self.target and not self.deaf:
            self._note_part(len(data))

    def _note_part(self, size: int) -> None:
        """A request has not arrived whole: its time runs, and its head may not grow for ever."""
        if not self.begun:
            self.begun = True
            self.dripped = 0
            self.since = self.server.beat
        elif not self.in_body:
            self.dripped += size
            if self.dripped > self.bounds.head:
                self._refuse(head_too_large(self.bounds))

    def _cause(self, error: BaseException) -> Refusal:
        """What one of our own callbacks raised inside the parser."""
        cause = error.__context__
        if isinstance(cause, Refusal):
            return cause
        self.server.note_failure(cause or error, "", "")
        refusal = Refusal(500, "")
        refusal.response = unknown_error()
        return refusal

    def _digest(self) -> None:
        """Parse the backlog a slice at a time, so that one client cannot hold up the others."""
        self.digesting = False
        if self.closed or self.deaf:
            self.backlog.clear()
            return
        if self._is_blocked() or len(self.queue) >= self.bounds.pipelined:
            self._pause_reading()
            return  # `_pump` comes back here
        piece = bytes(self.backlog[: self.bounds.slice])
        del self.backlog[: self.bounds.slice]
        self._feed(piece)
        if self.backlog:
            self._pause_reading()
            self._digest_soon()
        elif len(self.queue) < self.bounds.pipelined:
            self._resume_reading()

    def _digest_soon(self) -> None:
        if not self.digesting:
            self.digesting = True
            self.server.loop.call_soon(self._digest)

    def _pause_reading(self) -> None:
        if not self.reading_paused:
            self.reading_paused = True
            self.transport.pause_reading()

    def _resume_reading(self) -> None:
        if self.reading_paused and not self.changing and not self.transport.is_closing():
            self.reading_paused = False
            self.transport.resume_reading()

    def _expect(self, expectation: str) -> None:
        if expectation.lower() != "100-continue":
            raise Refusal(417, "Expectation not known.")
        if self.parser.get_http_version() == "1.0":
            return  # it has no interim answers
        if self.queue or self._is_blocked():
            self.owes_continue = True  # not before the answers that come first
        else:
            self.transport.write(CONTINUE)

    # --- answering

    def _is_blocked(self) -> bool:
        return self.waiting or self.choked or self.changing

    def _take(self, request: Request, after: int, is_head: bool) -> None:
        """Answer a request that has arrived whole, or put it behind those before it."""
        if self.server.stopping:
            self._refuse_last(shutting_down())
        elif after == CHANGE:
            self.changing = True
            self.queue.append((request, after, is_head))  # taken up when the parser has let go
        elif self.queue or self.waiting or self.choked:
            if after == CLOSE:
                self.deaf = True
            self.queue.append((request, after, is_head))
            if len(self.queue) >= self.bounds.pipelined:
                self._pause_reading()
        else:
            self._answer(request, after, is_head)

    def _answer(self, request: Request, after: int, is_head: bool) -> None:
        if after == CHANGE:
            self._change(request)
            return
        self._give(lambda: self.server.application(request), (request, after, is_head))

    def _give(self, make: Callable[[], Answer], asked: Asked) -> None:
        request, after, is_head = asked
        try:
            answer = make()
        except Exception as error:  # noqa: BLE001  counted, logged, and the client is told
            self.server.note_failure(error, request.method, request.path)
            answer = unknown_error()
        if isinstance(answer, Response):
            self._send(answer, after, is_head)
        elif isinstance(answer, Pending):
            # Nothing is told until the journal has it.
            self._hold(partial(self.server.when_durable, answer.sequence), answer.finish, asked)
        else:
            self._hold(answer.begin, answer.make, asked)

    def _hold(self, when: When, make: Callable[[], Answer], asked: Asked) -> None:
        """Answer later; what has come behind waits."""

        def told() -> None:
            self.waiting = False
            if not self.closed:
                self._give(make, asked)
                self._pump()

        self.waiting = True
        when(told)

    def _change(self, request: Request) -> None:
        """Answer a handshake; if it succeeds the transport is a WebSocket's from now on."""
        if self.deaf:
            self.transport.close()  # the client has hung up in the meantime
            return
        answer = opened(self.server, self.transport, request)
        if isinstance(answer, Response):
            self.changing = False
            self.begun = True  # frames may follow that were sent right behind the handshake
            self._send(answer, CLOSE, is_head=False)
            return
        early = bytes(self.backlog)
        self._let_go()
        self.server.hand_over(self, answer)
        answer.start_reading(early)

    def _pump(self) -> None:
        """Answer what has waited, in order, as far as nothing stands in the way again."""
        if self.pumping or self.closed:
            return
        self.pumping = True
        while self.queue and not self.waiting and not self.choked:
            turn, after, is_head = self.queue.popleft()
            if isinstance(turn, Response):
                self._send(turn, after, is_head)
            else:
                self._answer(turn, after, is_head)
        self.pumping = False
        if self.queue or self._is_blocked():
            return
        if self.owes_continue and not self.deaf:
            self.owes_continue = False
            self.transport.write(CONTINUE)
        if self.backlog:
            self._digest_soon()
        else:
            self._resume_reading()

    def _send(self, response: Response, after: int, is_head: bool) -> None:
        if response is CUT:
            self.abort()
            return
        server = self.server
        key = (response.status, response.content_type)
        start = server.heads.get(key) or server.head(key)
        if not self.queue and (server.stopping or self.deaf):
            after = CLOSE
        body = response.body
        self.transport.write(
            b"%b%d\r\n%b%b\r\n%b"
            % (
                start,
                len(body),
                header_lines(response.headers) if response.headers else b"",
                CONNECTION[after],
                b"" if is_head else body,
            )
        )
        self.since = server.beat
        if after == CLOSE:
            self._close()

    # --- ending

    def _refuse(self, refusal: Refusal) -> None:
        self._refuse_last(refusal.response)

    def _refuse_last(self, response: Response) -> None:
        """Answer with a refusal, in its turn, and hear nothing more."""
        if self.deaf:
            return
        self.deaf = True
        self.queue.append((response, CLOSE, False))
        if not self.pumping:
            self._pump()

    def _close(self) -> None:
        """The last answer is written.

        What the client still sends must be read, or its system would throw the answer away
        together with the connection.
        """
        self.queue.clear()
        self.backlog.clear()
        self.deaf = True
        if self.begun or self.target:
            end_writing(self.transport)
            self._resume_reading()
        else:
            self.transport.close()

    def wind_down(self) -> None:
        """The server stops: nothing owed, nothing half read, so this one can go."""
        if not (self.queue or self.waiting or self.begun or self.backlog):
            self.transport.close()

    def abort(self) -> None:
        self.transport.abort()

    def check(self, now: float) -> None:
        """Once a second: has the present state lasted too long?"""
        age = now - self.since
        bounds = self.bounds
        if self.choked:
            if age > bounds.unsent_seconds:
                self.abort()
        elif self.queue or self.waiting or self.backlog:
            self.since = now  # it is our turn, not the client's
        elif self.deaf:
            if age > bounds.linger_seconds:
                self.abort()
        elif self.begun:
            if age > (bounds.body_seconds if self.in_body else bounds.head_seconds):
                self._refuse(Refusal(408, "Request not complete in time."))
        elif age > bounds.idle_seconds:
            self.transport.close()
