"""One WebSocket connection: messages to its `Session`, and frames out as the session made them.

It costs little while nothing arrives, for there may be thousands: no task and no timer of its
own (the server's beat is its clock), and a reader of frames only while part of one is here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Final, Protocol, cast

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.streams import StreamReader

from perpbox.message import Connect, Request, Response, Session
from perpbox.server.handshake import acceptance
from perpbox.server.wire import Bounds, end_writing, shutting_down, unknown_error

OPEN: Final = 0
CLOSING: Final = 1
"""A close frame is sent; the client's is awaited, and whatever else comes is passed over."""
DONE: Final = 2
"""Nothing more is sent, and what comes is thrown away."""

FRAMES_A_TURN: Final = 64
"""How many frames one client gets read before others have their turn."""
LONGEST_REASON: Final = 123
"""Bytes that a close frame has room for behind its code."""
MILLIS: Final = 1000


class Host(Protocol):
    """What a WebSocket needs of the server that it belongs to."""

    connect: Connect | None
    """Takes WebSocket handshakes; None: nobody does."""
    bounds: Bounds
    stopping: bool
    loop: asyncio.AbstractEventLoop
    beat: float
    """The loop's time, as of the last full second."""

    def flush_soon(self, socket: WebSocket) -> None: ...

    def release(self, socket: WebSocket) -> None: ...

    def note_failure(self, error: BaseException, method: str, path: str) -> None: ...


class Incoming:
    """A frame, or a message of several, that has arrived in part."""

    __slots__ = ("bound", "frame", "message", "stream")

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.stream = StreamReader()
        self.frame: Generator[None, None, Frame] | None = None
        self.message: bytearray | None = None
        """The fragments so far of a message that is not complete."""

    @property
    def is_empty(self) -> bool:
        return self.frame is None and self.message is None and not self.stream.buffer

    def next_frame(self) -> Frame | None:
        """The next frame, if it is here whole. Raises what the library finds wrong with it."""
        if self.frame is None:
            if not self.stream.buffer:
                return None
            self.frame = Frame.parse(self.stream.read_exact, mask=True, max_size=self.bound)
        try:
            next(self.frame)
        except StopIteration as end:
            self.frame = None
            return cast("Frame", end.value)
        return None

    def whole(self, frame: Frame) -> bytes | None:
        """The message that ends with this frame of a text; None where more is to come."""
        if frame.opcode is Opcode.CONT:
            if self.message is None:
                raise ProtocolError("unexpected continuation frame")
        elif self.message is not None:
            raise ProtocolError("expected a continuation frame")
        elif frame.fin:
            return bytes(frame.data)
        else:
            self.message = bytearray()
        size = len(self.message) + len(frame.data)
        if size > self.bound:
            raise PayloadTooBig(size, self.bound)
        self.message += frame.data
        if not frame.fin:
            return None
        message, self.message = bytes(self.message), None
        return message


class WebSocket(asyncio.Protocol):
    """One client's connection after the handshake; the `Wire` of its session."""

    __slots__ = (
        "behind_since",
        "bounds",
        "frames",
        "heard",
        "incoming",
        "outbox",
        "pinged",
        "pings",
        "reading_paused",
        "server",
        "session",
        "since",
        "state",
        "transport",
        "window",
    )

    session: Session
    transport: asyncio.Transport

    def __init__(self, server: Host) -> None:
        self.server = server
        self.bounds = server.bounds
        self.state = OPEN
        self.incoming: Incoming | None = None
        self.outbox: list[bytes] | None = None
        """Frames of this turn of the event loop: they go out together at its end.

        A write is a call of the system, which costs more than all that is done for a frame here.
        """
        self.reading_paused = True
        self.behind_since: float | None = None
        """When too much began to be unsent, if it is."""
        self.since = server.beat
        """When the closing began."""
        self.pinged = server.beat
        """When it was sent a ping, or began."""
        self.heard = server.beat
        """When it answered one, or began."""
        self.window = server.beat
        """When the second began in which these have come:"""
        self.frames = 0
        self.pings = 0

    def begin(self, session: Session, transport: asyncio.Transport, head: bytes) -> None:
        """The handshake has succeeded: answer it before all that the session has sent already."""
        self.session = session
        self.transport = transport
        transport.set_protocol(self)
        transport.set_write_buffer_limits(self.bounds.unsent_frames)
        transport.write(head)

    def start_reading(self, early: bytes) -> None:
        """Reading has paused at the handshake, and this came right behind it."""
        self._resume_reading()
        if early:
            self.data_received(early)

    # --- what the session calls

    def send(self, frame: bytes) -> None:
        if self.state == OPEN:
            if self.outbox is None:
                self.outbox = [frame]
                self.server.flush_soon(self)
            else:
                self.outbox.append(frame)

    def close(self, code: int, reason: str) -> None:
        if self.state == OPEN:
            fitting = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
            self._send(Opcode.CLOSE, Close(code, fitting).serialize())
            self.state = CLOSING
            self.since = self.server.beat

    def flush(self) -> None:
        """Write what the session has sent."""
        outbox, self.outbox = self.outbox, None
        if outbox is None or self.transport.is_closing():
            return
        self.transport.writelines(outbox)
        if self.behind_since is not None and self._is_far_behind():
            self.abort()

    # --- what the event loop calls

    def connection_lost(self, _error: Exception | None) -> None:
        self.abandon()
        self.server.release(self)
        try:
            self.session.closed()
        except Exception as error:  # noqa: BLE001  counted and logged; the connection is gone
            self._note(error)
        del self.session  # it refers back to this object

    def data_received(self, data: bytes) -> None:
        if self.state == DONE:
            return
        if self.incoming is None:
            self.incoming = Incoming(self.bounds.message)
        self.incoming.stream.feed_data(data)
        if not self.reading_paused:
            self._read()

    def eof_received(self) -> None:
        """The client has gone without a word, or after the last one; the transport closes."""
        self.flush()
        self.abandon()

    def pause_writing(self) -> None:
        """The client does not take what is sent; for a moment it is kept for them."""
        self.behind_since = self.server.beat

    def resume_writing(self) -> None:
        self.behind_since = None

    def _is_far_behind(self) -> bool:
        return self.transport.get_write_buffer_size() > self.bounds.most_unsent_frames

    # --- reading

    def _read(self) -> None:
        """Take the frames that are here, some of them at a time."""
        try:
            for _ in range(FRAMES_A_TURN):
                if self.incoming is None:
                    return  # the one before was the last
                frame = self.incoming.next_frame()
                if frame is None:
                    self._rest(self.incoming)
                    return
                self._take(frame, self.incoming)
        except ProtocolError as error:
            self._fail(CloseCode.PROTOCOL_ERROR, str(error))
        except UnicodeDecodeError:
            self._fail(CloseCode.INVALID_DATA, "Not UTF-8.")
        except PayloadTooBig:
            reason = f"Message too big: at most {self.bounds.message} bytes."
            self._fail(CloseCode.MESSAGE_TOO_BIG, reason)
        else:
            self._read_on_later()

    def _read_on_later(self) -> None:
        if self.incoming is None:
            return
        if not self.reading_paused:
            self.reading_paused = True
            self.transport.pause_reading()
        self.server.loop.call_soon(self._read)

    def _rest(self, incoming: Incoming) -> None:
        """All that is here has been read."""
        if incoming.is_empty:
            self.incoming = None
        self._resume_reading()

    def _resume_reading(self) -> None:
        if self.reading_paused:
            self.reading_paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()

    def _take(self, frame: Frame, incoming: Incoming) -> None:
        opcode = frame.opcode
        if opcode is Opcode.CLOSE:
            self._take_close(bytes(frame.data))
        elif self.state != OPEN or self.server.stopping:
            return
        elif self._is_too_much(opcode in {Opcode.PING, Opcode.PONG}):
            self._fail(CloseCode.POLICY_VIOLATION, "Too many requests")
        elif opcode is Opcode.PING:
            self._send(Opcode.PONG, bytes(frame.data))
        elif opcode is Opcode.PONG:
            self._take_pong(bytes(frame.data))
        elif opcode is Opcode.BINARY:
            self._fail(CloseCode.UNSUPPORTED_DATA, "Text is expected.")
        else:
            message = incoming.whole(frame)
            if message is not None:
                self._tell(message.decode())

    def _is_too_much(self, is_ping: bool) -> bool:
        """Count a frame in, by the machine's time, whatever the venue's clock shows."""
        now = self.server.loop.time()
        if now - self.window >= 1:
            self.window = now
            self.frames = self.pings = 0
        self.frames += 1
        self.pings += is_ping
        session = self.session
        return (
            0 < session.messages_per_second < self.frames
            or 0 < session.pings_per_second < self.pings
        )

    def _take_close(self, payload: bytes) -> None:
        """Answer in kind, unless this is the answer, and wait for the client to hang up."""
        Close.parse(payload)  # raises where it is malformed
        if self.state == OPEN:
            self._send(Opcode.CLOSE, payload)
        self._finish()

    def _take_pong(self, payload: bytes) -> None:
        """A ping's answer is a sign of life, also when it is empty as some clients send it.

        One that nobody has asked for is none: the exchange does not count those either.
        """
        if self.pinged > self.heard and payload in {b"", self._ping_payload()}:
            self.heard = self.server.beat

    def _tell(self, message: str) -> None:
        try:
            self.session.receive(message)
        except Exception as error:  # noqa: BLE001  counted, logged, and the client is told
            self._note(error)
            self._fail(CloseCode.INTERNAL_ERROR, "Internal error.")

    # --- the server's beat

    def check(self, now: float) -> None:
        """Once a second: a ping, a client that is gone, a session that has lasted too long."""
        bounds = self.bounds
        if self.behind_since is not None and now - self.behind_since > bounds.unread_seconds:
            self.abort()
            return
        if self.state != OPEN:
            if now - self.since > bounds.linger_seconds:
                self.abort()
            return
        if now - self.heard > bounds.pong_seconds:
            self._fail(CloseCode.POLICY_VIOLATION, "Pong timeout")
            return
        if now - self.pinged >= bounds.ping_seconds:
            self.pinged = now
            self._send(Opcode.PING, self._ping_payload())
        try:
            self.session.check()
        except Exception as error:  # noqa: BLE001  as in `_tell`
            self._note(error)
            self._fail(CloseCode.INTERNAL_ERROR, "Internal error.")

    def _ping_payload(self) -> bytes:
        return b"%d" % int(self.pinged * MILLIS)

    # --- ending

    def wind_down(self) -> None:
        """The server stops."""
        self.close(CloseCode.GOING_AWAY, "Shutting down.")

    def abort(self) -> None:
        self.abandon()
        self.transport.abort()

    def _fail(self, code: int, reason: str) -> None:
        """Say why and wait for no answer: what this client sends is not listened to any more."""
        self.close(code, reason)
        self._finish()

    def _finish(self) -> None:
        """Nothing is left to be said.

        What the client still sends must be read, or its system would throw the last words away
        together with the connection.
        """
        if self.state != DONE:
            self.flush()
            self.abandon()
            if not self.transport.is_closing() and not end_writing(self.transport):
                self.transport.close()
            self._resume_reading()

    def abandon(self) -> None:
        """Send nothing more and hear nothing more."""
        self.state = DONE
        self.since = self.server.beat
        self.incoming = None
        self.outbox = None

    def _send(self, opcode: Opcode, payload: bytes) -> None:
        self.send(Frame(opcode, payload).serialize(mask=False))

    def _note(self, error: Exception) -> None:
        self.server.note_failure(error, "WEBSOCKET", "")


def opened(server: Host, transport: asyncio.Transport, request: Request) -> WebSocket | Response:
    """Answer a handshake: the transport is a WebSocket's from now on, or the refusal to send."""
    if server.stopping:
        return shutting_down()
    head = acceptance(request)
    if isinstance(head, Response):
        return head
    assert server.connect is not None
    socket = WebSocket(server)
    try:
        session = server.connect(request, socket)
    except Exception as error:  # noqa: BLE001  counted, logged, and the client is told
        server.note_failure(error, request.method, request.path)
        session = unknown_error()
    if isinstance(session, Response):
        socket.abandon()
        return session
    socket.begin(session, transport, head)
    return socket
