"""The opening handshake: what is taken, what is refused and how, and what comes around it."""

from __future__ import annotations

import pytest

from perpbox.message import Request, Response
from perpbox.server.handshake import acceptance
from perpbox.server.wire import Bounds
from tests.server import shell
from tests.server.shell import GET, Told, play
from tests.server.sockets import (
    ACCEPT,
    HANDSHAKE,
    KEY,
    UPGRADE,
    Raw,
    Talks,
    served,
    text,
)

HOST = b" HTTP/1.1\r\nHost: a\r\n"
KEYED = b"Sec-WebSocket-Key: " + KEY + b"\r\n"
VERSION = b"Sec-WebSocket-Version: 13\r\n"


def answer(request: bytes) -> Told:
    """What a client is told that sends this and then a frame; the connection then ends."""

    async def scenario() -> Told:
        async with served() as (server, talks):
            client = await server.client()
            told = await client.ask(request + text("too early"))
            assert told.headers["connection"] == "close"
            assert await client.rest() == b""
            assert server.server.failures == 0
            assert not talks.all
            assert not server.requests
            return told

    return play(scenario)


@pytest.mark.parametrize(
    ("request_bytes", "status", "reason"),
    [
        (b"GET /ws" + HOST + UPGRADE + VERSION, 400, "missing Sec-WebSocket-Key header"),
        (
            b"GET /ws" + HOST + UPGRADE + VERSION + b"Sec-WebSocket-Key: short\r\n",
            400,
            "invalid Sec-WebSocket-Key header: short",
        ),
        (
            b"GET /ws" + HOST + UPGRADE + VERSION + KEYED + KEYED,
            400,
            f"invalid Sec-WebSocket-Key header: {KEY.decode()}, {KEY.decode()}",
        ),
        (b"GET /ws" + HOST + UPGRADE + KEYED, 400, "missing Sec-WebSocket-Version header"),
        (
            b"GET /ws" + HOST + UPGRADE + KEYED + b"Sec-WebSocket-Version: 8\r\n",
            400,
            "invalid Sec-WebSocket-Version header: 8",
        ),
        (b"POST /ws" + HOST + UPGRADE + KEYED + VERSION, 405, "the method is not GET"),
        (
            b"GET /ws" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n" + KEYED,
            426,
            "invalid Upgrade header: websocket, h2c",
        ),
    ],
    ids=["no key", "short key", "two keys", "no version", "old version", "POST", "two protocols"],
)
def test_bad_handshakes_are_refused(request_bytes: bytes, status: int, reason: str) -> None:
    told = answer(request_bytes + b"\r\n")
    assert told.status == status
    assert told.headers["sec-websocket-version"] == "13"
    assert told.json == {"code": -1000, "msg": f"Failed to open a WebSocket connection: {reason}."}


def test_a_handshake_is_answered_without_a_socket_as_well() -> None:
    headers = {
        "connection": "keep-alive, Upgrade",
        "upgrade": "WebSocket",
        "sec-websocket-key": KEY.decode(),
        "sec-websocket-version": "13",
        "sec-websocket-extensions": "permessage-deflate",
        "sec-websocket-protocol": "chat",
    }
    head = acceptance(Request("GET", "/", headers=headers))
    assert isinstance(head, bytes)
    assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert f"Sec-WebSocket-Accept: {ACCEPT}\r\n".encode() in head
    assert b"permessage" not in head
    assert b"chat" not in head
    assert isinstance(acceptance(Request("PUT", "/", headers=headers)), Response)


@pytest.mark.parametrize(
    "request_bytes",
    [
        HANDSHAKE.replace(b"HTTP/1.1", b"HTTP/1.0"),
        HANDSHAKE.replace(b"Upgrade: websocket", b"Upgrade: h2c"),
        HANDSHAKE.replace(b"Connection: Upgrade\r\n", b""),
        HANDSHAKE.replace(b"Upgrade: websocket\r\n", b""),
    ],
    ids=["HTTP/1.0", "another protocol", "not said to the connection", "to nothing"],
)
def test_what_asks_for_no_websocket_is_a_request(request_bytes: bytes) -> None:
    async def scenario() -> None:
        async with served() as (server, talks):
            client = await server.client()
            assert (await client.ask(request_bytes.replace(b"/ws", b"/echo"))).status == 200
            assert not talks.all

    play(scenario)


def test_head_changes_nothing() -> None:
    async def scenario() -> None:
        async with served() as (server, talks):
            client = await server.client()
            await client.send(HANDSHAKE.replace(b"GET /ws", b"HEAD /echo"))
            assert (await client.told(bodiless=True)).status == 200
            assert (await client.ask(GET)).status == 200
            assert not talks.all

    play(scenario)


def test_without_an_application_for_it_an_upgrade_is_not_taken() -> None:
    async def scenario() -> None:
        async with shell.opened() as server:
            client = await server.client()
            told = await client.ask(HANDSHAKE.replace(b"/ws", b"/echo") + GET)
            assert told.status == 200
            assert (await client.told()).status == 200

    play(scenario)


@pytest.mark.parametrize("size", [1, 7, 100_000], ids=["bytes", "pieces", "whole"])
def test_frames_right_behind_the_handshake_are_not_lost(size: int) -> None:
    async def scenario() -> None:
        async with served() as (server, talks):
            client = await server.client()
            large = "b" * 40_000 if size == 100_000 else "b"
            data = GET + HANDSHAKE + text("a") + text(large) + text("c")
            for at in range(0, len(data), size):
                client.writer.write(data[at : at + size])
                if size == 1:
                    await server.until(lambda: not client.writer.transport.get_write_buffer_size())
            assert (await client.told()).status == 200
            assert (await client.told()).status == 101
            raw = Raw(client)
            assert [await raw.text() for _ in range(3)] == ["a", large, "c"]
            assert talks.all[0].messages == ["a", large, "c"]

    play(scenario)


def test_a_handshake_waits_for_the_answers_before_it() -> None:
    async def scenario() -> None:
        async with served() as (server, talks):
            client = await server.client()
            pending = b"GET /pending/5 HTTP/1.1\r\nHost: a\r\n\r\n"
            await client.send(pending + pending + HANDSHAKE + text("a"))
            await server.until(lambda: bool(server.journal.callbacks))
            await client.send(text("b"))
            assert not talks.all
            server.journal.flush(5)
            assert [(await client.told()).status for _ in range(3)] == [200, 200, 101]
            raw = Raw(client)
            assert [await raw.text(), await raw.text()] == ["a", "b"]

    play(scenario)


def test_who_hangs_up_before_the_answer_gets_none() -> None:
    async def scenario() -> None:
        async with served() as (server, talks):
            client = await server.client()
            await client.send(b"GET /pending/5 HTTP/1.1\r\nHost: a\r\n\r\n")
            await server.until(lambda: bool(server.journal.callbacks))
            (connection,) = server.server.connections
            await client.send(HANDSHAKE)
            await server.until(lambda: connection.changing)
            connection.eof_received()
            server.journal.flush(5)
            assert (await client.told()).status == 200
            assert await client.rest() == b""
            assert not talks.all

    play(scenario)


def test_sockets_count_among_the_connections() -> None:
    async def scenario() -> None:
        async with shell.opened(Bounds(connections=1), Talks().connect) as server:
            first = await server.client()
            assert (await first.ask(HANDSHAKE)).status == 101
            second = await server.client()
            assert (await second.told()).status == 503

    play(scenario)


def test_a_server_that_stops_opens_no_socket() -> None:
    async def scenario() -> None:
        async with served() as (server, talks):
            waiting, late = await server.client(), await server.client()
            await waiting.send(b"GET /pending/5 HTTP/1.1\r\nHost: a\r\n\r\n" + HANDSHAKE)
            await late.send(HANDSHAKE[:10])
            await server.until(lambda: bool(server.journal.callbacks))
            await server.until(lambda: any(c.begun for c in server.server.connections))
            server.server.stopping = True
            assert (await late.ask(HANDSHAKE[10:])).status == 503
            server.journal.flush(5)
            assert (await waiting.told()).status == 200
            assert (await waiting.told()).status == 503
            assert await waiting.rest() == b""
            assert not talks.all

    play(scenario)
