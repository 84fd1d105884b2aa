"""The HTTP shell against raw sockets: what it carries, and in which order."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from typing import Any

import pytest
import uvloop

from perpbox.server.wire import Bounds
from tests.server.shell import GET, Client, Shell, opened, play


def test_a_request_arrives_whole() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            told = await client.ask(
                b"POST /echo/%41?a=%20b&a=c HTTP/1.1\r\nHost: a\r\nX-MBX-APIKEY: K\r\n"
                b"X-Twice: 1\r\nx-twice: 2\r\nX-Empty:\r\nContent-Length: 3\r\n\r\nx=y"
            )
            assert told.status == 200
            assert told.headers["content-type"] == "application/json"
            assert (told.headers["x-a"], told.headers["x-b"]) == ("1", "2")
            assert told.headers["date"].endswith("GMT")
            assert told.json == {
                "method": "POST",
                "path": "/echo/%41",
                "query": "a=%20b&a=c",
                "headers": {
                    "host": "a",
                    "x-mbx-apikey": "K",
                    "x-twice": "1, 2",
                    "x-empty": "",
                    "content-length": "3",
                },
                "body": "x=y",
                "client_ip": "127.0.0.1",
            }

    play(scenario)


def test_a_connection_carries_many_requests() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            for _ in range(3):
                told = await client.ask(GET)
                assert told.status == 200
                assert "connection" not in told.headers

    play(scenario)


def test_bytes_may_come_one_by_one() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            for byte in b"POST /echo?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody":
                await client.send(bytes([byte]))
                await asyncio.sleep(0)
            told = await client.told()
            assert told.json["body"] == "body"
            assert told.json["query"] == "q=1"

    play(scenario)


def test_pipelined_requests_are_answered_in_order() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            numbers = range(1000)
            await client.send(
                b"".join(b"GET /echo?%d HTTP/1.1\r\nHost: a\r\n\r\n" % n for n in numbers)
            )
            told = [await client.told() for _ in numbers]
            assert [each.json["query"] for each in told] == [str(n) for n in numbers]

    play(scenario)


def test_a_pending_answer_holds_back_those_behind_it() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(
                b"GET /pending/5 HTTP/1.1\r\nHost: a\r\n\r\n"
                + GET
                + b"GET /pending/4 HTTP/1.1\r\nHost: a\r\n\r\n"
                + b"GET /pending/9 HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            await shell.until(lambda: bool(shell.journal.callbacks))
            assert [r.path for r in shell.requests] == ["/pending/5"]  # the others wait unasked
            shell.journal.flush(5)
            assert (await client.told()).json == {"pending": "5"}
            assert (await client.told()).json["path"] == "/echo"
            assert (await client.told()).json == {"pending": "4"}
            shell.journal.flush(9)
            assert (await client.told()).json == {"pending": "9"}

    play(scenario)


def test_a_pending_answer_holds_back_nobody_else() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            waiting, other = await shell.client(), await shell.client()
            await waiting.send(b"GET /pending/5 HTTP/1.1\r\nHost: a\r\n\r\n")
            await shell.until(lambda: bool(shell.journal.callbacks))
            assert (await other.ask(GET)).status == 200
            shell.journal.flush(5)
            assert (await waiting.told()).status == 200

    play(scenario)


def test_an_answer_to_a_client_that_has_gone_is_dropped() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(b"GET /pending/5 HTTP/1.1\r\nHost: a\r\n\r\n")
            await shell.until(lambda: bool(shell.journal.callbacks))
            reset_on_close = struct.pack("ii", 1, 0)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset_on_close)
            client.writer.transport.abort()
            await shell.until(lambda: not shell.server.connections)
            shell.journal.flush(5)
            assert shell.server.failures == 0

    play(scenario)


def test_a_half_closed_client_still_gets_its_answers() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(b"GET /pending/5 HTTP/1.1\r\nHost: a\r\n\r\n" + GET)
            client.writer.write_eof()
            await shell.until(lambda: any(c.deaf for c in shell.server.connections))
            shell.journal.flush(5)
            assert (await client.told()).headers.get("connection") is None
            assert (await client.told()).headers["connection"] == "close"
            assert await client.rest() == b""

    play(scenario)


def test_head_is_get_without_the_body() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(b"HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            told = await client.told(bodiless=True)
            assert told.status == 200
            assert int(told.headers["content-length"]) > 0
            assert shell.requests[0].method == "GET"
            assert (await client.ask(GET)).status == 200  # and nothing is left in between

    play(scenario)


@pytest.mark.parametrize(
    ("start", "connection", "said", "closes"),
    [
        (b"HTTP/1.1", b"", None, False),
        (b"HTTP/1.1", b"Connection: keep-alive\r\n", "keep-alive", False),
        (b"HTTP/1.1", b"Connection: close\r\n", "close", True),
        (b"HTTP/1.0", b"", "close", True),
        (b"HTTP/1.0", b"Connection: Keep-Alive\r\n", "keep-alive", False),
    ],
)
def test_the_connection_stays_as_the_client_wants(
    start: bytes, connection: bytes, said: str | None, closes: bool
) -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            told = await client.ask(b"GET /echo " + start + b"\r\n" + connection + b"\r\n")
            assert told.status == 200
            assert told.headers.get("connection") == said
            if closes:
                assert await client.rest() == b""
            else:
                assert (await client.ask(GET)).status == 200

    play(scenario)


def test_nothing_behind_a_last_request_is_answered() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            last = b"GET /echo?last HTTP/1.1\r\nConnection: close\r\n\r\n"
            assert (await client.ask(last + GET)).json["query"] == "last"
            assert await client.rest() == b""
            assert len(shell.requests) == 1

    play(scenario)


def test_a_chunked_body_is_joined_and_its_trailer_ignored() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            told = await client.ask(
                b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"3\r\nabc\r\n2;x=y\r\nde\r\n1\r\nf\r\n0\r\nX-MBX-APIKEY: sneaked\r\n\r\n"
            )
            assert told.json["body"] == "abcdef"
            assert "x-mbx-apikey" not in told.json["headers"]

    play(scenario)


def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            expecting = (
                b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                b"Content-Length: 4\r\n\r\n"
            )
            assert (await client.ask(expecting)).status == 100
            assert (await client.ask(b"body")).json["body"] == "body"
            await client.send(b"GET /pending/5 HTTP/1.1\r\nHost: a\r\n\r\n" + expecting)
            await shell.until(lambda: bool(shell.journal.callbacks))
            shell.journal.flush(5)
            assert (await client.told()).json == {"pending": "5"}
            assert (await client.told()).status == 100
            assert (await client.ask(b"more")).json["body"] == "more"

    play(scenario)


def test_http_1_0_gets_no_interim_answer() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            told = await client.ask(
                b"POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody"
            )
            assert (told.status, told.json["body"]) == (200, "body")

    play(scenario)


def test_an_offer_to_change_the_protocol_is_not_taken() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            offer = (
                b"GET %b HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
            )
            await client.send(offer % b"/ws" + offer % b"/echo" + GET)
            assert [(await client.told()).status for _ in range(3)] == [404, 200, 200]

    play(scenario)


def test_an_absolute_target_is_read_as_its_path() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            told = await client.ask(b"GET http://a:1/echo?q HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (told.json["path"], told.json["query"]) == ("/echo", "q")
            assert (await client.ask(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")).status == 404
            assert (await client.ask(b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n")).status == 404
            assert [r.path for r in shell.requests[1:]] == ["*", "/"]

    play(scenario)


def test_a_failing_application_is_counted_and_the_client_told() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            for path in (b"/fault", b"/late-fault/0"):
                told = await client.ask(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")
                assert told.status == 500
                assert told.json == {
                    "code": -1000,
                    "msg": "An unknown error occured while processing the request.",
                }
            assert shell.server.failures == 2
            assert (await client.ask(GET)).status == 200

    play(scenario)


def test_answers_to_a_client_that_does_not_read_wait() -> None:
    async def scenario() -> None:
        async with opened(Bounds(unsent=64 * 1024, pipelined=4)) as shell:
            client = await shell.client()
            size, count = 1_000_000, 40
            large = b"GET /large/%d HTTP/1.1\r\nHost: a\r\n\r\n" % size
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await client.send(large * count)
            other = await shell.client()
            assert (await other.ask(GET)).status == 200
            assert len(shell.requests) < count  # most are not even asked yet
            client.writer.transport.resume_reading()  # type: ignore[attr-defined]
            for _ in range(count):
                assert len((await client.told()).body) == size

    play(scenario)


async def _pending(shell_client: Client, sequence: int) -> None:
    await shell_client.send(b"GET /pending/%d HTTP/1.1\r\nHost: a\r\n\r\n" % sequence)


def test_many_requests_behind_a_pending_one_are_all_answered() -> None:
    async def scenario() -> None:
        async with opened(Bounds(pipelined=4)) as shell:
            client = await shell.client()
            await _pending(client, 1)
            sending = asyncio.ensure_future(client.send(GET * 20_000))
            await shell.until(lambda: bool(shell.journal.callbacks))
            shell.journal.flush(1)
            assert (await client.told()).json == {"pending": "1"}
            for _ in range(20_000):
                assert (await client.told()).status == 200
            await sending

    play(scenario)


def test_a_port_lost_to_another_listener_at_the_last_moment_is_refused() -> None:
    """Two programs may bind a port at once; only the first to listen has it."""
    with socket.socket() as rival:
        rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        rival.bind(("127.0.0.1", 0))

        class Overtaken(uvloop.Loop):
            async def create_server(  # type: ignore[override]  # all that it takes, passed on
                self, *given: Any, **named: Any
            ) -> asyncio.AbstractServer:
                server = await super().create_server(*given, start_serving=False, **named)
                rival.listen()
                await server.start_serving()
                return server

        async def scenario() -> None:
            shell = Shell(Bounds(), None)
            with pytest.raises(OSError, match="in use") as told:
                await shell.server.start("127.0.0.1", rival.getsockname()[1])
            assert told.value.errno == errno.EADDRINUSE

        with asyncio.Runner(loop_factory=Overtaken) as runner:
            runner.run(scenario())
