"""The WebSocket shell against raw frames: what is malformed, too much, too slow, or gone."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

import pytest
from websockets.frames import Opcode

from perpbox.message import framed
from perpbox.server.websocket import FRAMES_A_TURN, Incoming
from perpbox.server.wire import Bounds
from tests.server.shell import play
from tests.server.sockets import HANDSHAKE, Stage, Talk, close, more, ping, pong, shaken, text
from tests.server.test_websocket_property import Line

NONE = b"\x00\x00\x00\x00"
"""A mask that changes nothing."""


@pytest.mark.parametrize(
    ("frames", "code", "reason"),
    [
        (b"\x82\x81" + NONE + b"a", 1003, "Text is expected."),
        (b"\x02\x81" + NONE + b"a", 1003, "Text is expected."),
        (text(b"\xff"), 1007, "Not UTF-8."),
        (text(b"\xed\xa0\x80"), 1007, "Not UTF-8."),
        (text(b"\xc3", fin=False) + more(b""), 1007, "Not UTF-8."),
        (b"\x88\x83" + NONE + b"\x03\xe8\xff", 1007, "Not UTF-8."),
        (b"\x81\x01a", 1002, "incorrect masking"),
        (b"\xc1\x81" + NONE + b"a", 1002, "reserved bits must be 0"),
        (b"\x83\x80" + NONE, 1002, "invalid opcode"),
        (b"\x8b\x80" + NONE, 1002, "invalid opcode"),
        (b"\x09\x80" + NONE, 1002, "fragmented control frame"),
        (b"\x89\xfe\x00\x7e" + NONE + b"a" * 126, 1002, "control frame too long"),
        (more(b"a"), 1002, "unexpected continuation frame"),
        (text("a", fin=False) + text("b"), 1002, "expected a continuation frame"),
        (b"\x88\x81" + NONE + b"\x03", 1002, "close frame too short"),
        (b"\x88\x82" + NONE + b"\x03\xed", 1002, "invalid status code"),
        (
            b"\x81\xff" + b"\x00" * 6 + b"\x03\xe9" + NONE,
            1009,
            "Message too big: at most 1000 bytes.",
        ),
        (b"\x81\xff" + b"\xff" * 8, 1009, "Message too big: at most 1000 bytes."),
        (
            text("a" * 600, fin=False) + ping() + more(b"b" * 401),
            1009,
            "Message too big: at most 1000 bytes.",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_ends_with_a_reason(frames: bytes, code: int, reason: str) -> None:
    async def scenario() -> None:
        async with shaken(Bounds(message=1000)) as stage:
            await stage.raw.send(text("first"), frames, text("last"))
            assert await stage.raw.text() == "first"
            if ping() in frames:
                assert await stage.raw.frame() == (Opcode.PONG, b"")
            assert await stage.raw.farewell() == (code, reason)
            await stage.raw.end()
            assert stage.talk.messages == ["first"]
            assert stage.shell.server.failures == 0

    play(scenario)


def test_frames_may_come_in_any_pieces() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            data = (
                text("one")
                + text(b"t\xc3", fin=False)
                + ping(b"p")
                + more(b"\xa4", fin=False)
                + more(b"")
                + text("c" * 200)
            )
            for byte in data:
                await stage.raw.send(bytes([byte]))
                await stage.shell.until(
                    lambda: not stage.raw.client.writer.transport.get_write_buffer_size()
                )
            assert await stage.raw.text() == "one"
            assert await stage.raw.frame() == (Opcode.PONG, b"p")
            assert await stage.raw.text() == "tä"
            assert await stage.raw.text() == "c" * 200

    play(scenario)


def test_a_largest_message_is_carried_whatever_comes_between() -> None:
    async def scenario() -> None:
        async with shaken(Bounds(message=1000)) as stage:
            await stage.raw.send(text("a" * 999, fin=False), ping(b"p" * 125), more(b"b"))
            assert (await stage.raw.frame())[0] is Opcode.PONG
            assert await stage.raw.text() == "a" * 999 + "b"

    play(scenario)


def test_many_frames_at_once_leave_room_for_others() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            number = FRAMES_A_TURN * 10 + 1
            await stage.raw.send(*(text(str(n)) for n in range(number)), close())
            assert [await stage.raw.text() for _ in range(number)] == [
                str(n) for n in range(number)
            ]
            assert await stage.raw.farewell() == (1000, "")
            await stage.raw.end()

    play(scenario)


def test_the_last_frame_of_a_turn_may_be_the_last_of_all() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            await stage.raw.send(*[ping()] * (FRAMES_A_TURN - 1), text(b"\xff"), ping() * 9)
            assert [payload async for _, payload in stage.raw.frames()][-1] == b"\x03\xefNot UTF-8."
            (connection,) = stage.shell.server.sockets
            assert not connection.reading_paused
            await stage.raw.end()
            await stage.gone()

    play(scenario)


def test_frames_of_one_turn_go_out_in_one_write() -> None:
    line = Line()
    line.send(HANDSHAKE)
    before = line.transport.writes
    line.send(text("a") + ping(b"b") + text("c"))
    assert line.transport.writes == before + 1
    assert [bytes(frame.data) for frame in line.frames()] == [b"a", b"b", b"c"]
    line.end()


def test_nothing_of_a_message_is_kept_once_it_is_read() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            (connection,) = stage.shell.server.sockets
            await stage.raw.send(text("a"))
            assert await stage.raw.text() == "a"
            assert connection.incoming is None
            await stage.raw.send(text("b")[:1])
            await stage.shell.until(lambda: connection.incoming is not None)
            await stage.raw.send(text("b")[1:])
            assert await stage.raw.text() == "b"
            assert connection.incoming is None

    play(scenario)


def test_a_frame_is_empty_between_frames_only() -> None:
    incoming = Incoming(100)
    assert incoming.is_empty
    assert incoming.next_frame() is None
    for piece in (text("abc")[:2], text("abc")[2:5]):
        incoming.stream.feed_data(piece)
        assert incoming.next_frame() is None
        assert not incoming.is_empty


# The close handshake.


@pytest.mark.parametrize(
    ("frame", "payload"),
    [
        (close(1000, "bye"), b"\x03\xe8bye"),
        (close(4999), b"\x13\x87"),
        (b"\x88\x80" + NONE, b""),
        (text("half", fin=False) + close(), b"\x03\xe8"),
    ],
    ids=["with a reason", "a code of its own", "without a code", "within a message"],
)
def test_a_close_is_answered_in_kind(frame: bytes, payload: bytes) -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            await stage.raw.send(frame, text("after"), ping())
            assert await stage.raw.frame() == (Opcode.CLOSE, payload)
            await stage.raw.end()
            await stage.gone()
            assert stage.talk.messages == []

    play(scenario)


def test_after_a_close_nothing_is_sent_or_received() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            await stage.raw.send(text("close 4000"))
            assert await stage.raw.farewell() == (4000, "as asked")
            wire = stage.talk.wire
            wire.send(framed(b"never"))
            wire.close(4001, "again")
            await stage.raw.send(text("late"), ping(), close(4000))
            await stage.raw.end()
            await stage.gone()
            wire.send(framed(b"never"))
            wire.close(4001, "again")
            assert stage.talk.messages == ["close 4000"]

    play(scenario)


def test_what_is_malformed_after_a_close_ends_it_too() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            await stage.raw.send(text("close 4000"))
            assert await stage.raw.farewell() == (4000, "as asked")
            await stage.raw.send(b"\xff" * 10)
            await stage.raw.end()

    play(scenario)


@pytest.mark.parametrize(
    "end",
    [
        lambda stage: stage.talk.wire.close(4000, "a"),
        lambda stage: stage.raw.client.writer.write(text(b"\xff")),
        lambda stage: stage.raw.client.writer.write(close()),
    ],
    ids=["closed", "failed", "closed by the client"],
)
def test_who_does_not_hang_up_is_cut(end: Callable[[Stage], None]) -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            end(stage)
            await stage.raw.farewell()
            stage.beat_later(2)
            assert stage.shell.server.sockets
            stage.beat_later(2)
            await stage.gone()
            assert stage.talk.checks == 0  # nobody asks a session that is closing

    play(scenario)


def test_a_reason_that_is_too_long_is_cut_between_letters() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            stage.talk.wire.close(4000, "a" + "ä" * 100)
            assert await stage.raw.farewell() == (4000, "a" + "ä" * 61)

    play(scenario)


# Too much.


def limited(messages: int, pings: int) -> Callable[[Talk], None]:
    def arrange(talk: Talk) -> None:
        talk.messages_per_second = messages
        talk.pings_per_second = pings

    return arrange


@pytest.mark.parametrize(
    ("frames", "limits"),
    [
        ([text("a")] * 3, (3, 0)),
        ([text("a"), ping(), pong()], (3, 0)),
        ([text("a", fin=False), more(b"b", fin=False), more(b"c")], (3, 0)),
        ([ping(), pong(), ping()], (0, 3)),
        ([text("a")] * 9 + [ping()], (0, 1)),
    ],
    ids=["texts", "a mixture", "fragments", "pings and pongs", "pings alone"],
)
def test_too_many_frames_in_a_second_end_it(frames: list[bytes], limits: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with shaken(arrange=limited(*limits)) as stage:
            await stage.raw.send(*frames, ping(b"one more"), text("late"))
            answers = [payload async for _, payload in stage.raw.frames()]
            assert answers.pop() == b"\x03\xf0Too many requests"
            assert b"one more" not in answers
            assert "late" not in stage.talk.messages
            assert len(answers) == len(frames) - frames.count(pong()) - 2 * (more(b"c") in frames)

    play(scenario)


def test_a_new_second_is_a_new_count() -> None:
    async def scenario() -> None:
        async with shaken(arrange=limited(2, 0)) as stage:
            (connection,) = stage.shell.server.sockets
            for _ in range(4):
                await stage.raw.send(text("a"), text("b"))
                assert [await stage.raw.text(), await stage.raw.text()] == ["a", "b"]
                connection.window -= 1

    play(scenario)


# Signs of life.


@pytest.mark.parametrize("answer", [lambda asked: asked, lambda _: b""], ids=["same", "empty"])
def test_a_client_that_answers_pings_stays(answer: Callable[[bytes], bytes]) -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            (connection,) = stage.shell.server.sockets
            for _ in range(8):
                stage.beat_later(179)
                stage.beat_later(1)
                opcode, payload = await stage.raw.frame()
                assert opcode is Opcode.PING
                assert payload.isdigit()
                await stage.raw.send(pong(answer(payload)))
                await stage.shell.until(lambda: connection.heard == stage.shell.server.beat)

    play(scenario)


@pytest.mark.parametrize("pongs", [b"", pong(b"something"), pong()], ids=["none", "other", "early"])
def test_a_client_that_answers_no_ping_is_closed(pongs: bytes) -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            await stage.raw.send(pongs, text("a"))
            assert await stage.raw.text() == "a"
            for _ in range(3):
                stage.beat_later(180)
                assert (await stage.raw.frame())[0] is Opcode.PING
                if pongs != pong():
                    await stage.raw.send(pongs, text("a"))
                    assert await stage.raw.text() == "a"
            stage.beat_later(59)
            assert stage.talk.checks == 4
            stage.beat_later(2)
            assert await stage.raw.farewell() == (1008, "Pong timeout")
            await stage.raw.end()

    play(scenario)


# The ends of a session, and its faults.


def reset(stage: Stage) -> None:
    reset_on_close = struct.pack("ii", 1, 0)
    stage.raw.client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset_on_close)
    stage.raw.client.writer.transport.abort()


def then_reset(act: Callable[[Stage], None]) -> Callable[[Stage], None]:
    def both(stage: Stage) -> None:
        act(stage)
        reset(stage)

    return both


def reset_then(act: Callable[[Stage], None]) -> Callable[[Stage], None]:
    def both(stage: Stage) -> None:
        reset(stage)
        act(stage)

    return both


@pytest.mark.parametrize(
    "end",
    [
        reset,
        lambda stage: stage.raw.client.writer.write_eof(),
        lambda stage: stage.raw.client.writer.close(),
        then_reset(lambda stage: stage.raw.client.writer.write(close())),
        then_reset(lambda stage: stage.raw.client.writer.write(text(b"\xff"))),
        then_reset(lambda stage: stage.talk.wire.close(4000, "a")),
        reset_then(lambda stage: stage.talk.wire.close(4000, "a")),
        reset_then(lambda stage: stage.talk.receive("large 20000000")),
    ],
    ids=[
        "reset",
        "end of stream",
        "hung up",
        "closed and reset",
        "failed and reset",
        "told and reset",
        "reset and told",
        "reset and sent to",
    ],
)
def test_a_session_ends_once_however_the_client_goes(end: Callable[[Stage], object]) -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            end(stage)
            await stage.gone()
            assert stage.shell.server.failures == 0
            stage.talk.wire.send(framed(b"nobody"))

    play(scenario)


def test_a_stop_does_not_wait_for_ever() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            await stage.shell.server.stop(0.01)
            await stage.gone()
            entry = {"level": "warning", "event": "connections cut", "count": 1}
            assert stage.shell.log.entries == [entry]

    play(scenario)


def test_a_fault_in_a_message_is_counted_and_told() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            await stage.raw.send(text("fault"), text("late"))
            assert await stage.raw.farewell() == (1011, "Internal error.")
            await stage.raw.end()
            assert stage.talk.messages == ["fault"]
            assert stage.shell.server.failures == 1
            (entry,) = stage.shell.log.entries
            assert (entry["method"], entry["error"]) == ("WEBSOCKET", "RuntimeError")
            assert "secret" not in repr(entry)

    play(scenario)


def test_faults_in_a_check_and_at_the_end_are_counted() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            stage.talk.fails_at = {"check", "closed"}
            stage.beat_later(1)
            assert await stage.raw.farewell() == (1011, "Internal error.")
            await stage.raw.end()
            await stage.gone()
            assert stage.shell.server.failures == 2

    play(scenario)


def test_the_servers_own_beat_looks_at_sockets() -> None:
    async def scenario() -> None:
        async with shaken() as stage:
            await stage.shell.until(lambda: stage.talk.checks > 0)

    play(scenario)
