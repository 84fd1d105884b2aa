"""The HTTP shell's bounds: too much, too slow, malformed, and the end of the server."""

from __future__ import annotations

import asyncio

import pytest

from perpbox.server.http import HttpServer
from perpbox.server.wire import Bounds
from tests.server.shell import GET, Shell, Told, opened, play

HOST = b" HTTP/1.1\r\nHost: a\r\n"


def refused(request: bytes, bounds: Bounds | None = None) -> Told:
    """What a client is told that sends this and waits; the connection then ends."""

    async def scenario() -> Told:
        async with opened(bounds) as shell:
            client = await shell.client()
            told = await client.ask(request)
            assert told.headers["connection"] == "close"
            assert await client.rest() == b""
            assert shell.server.failures == 0
            assert not shell.requests
            return told

    return play(scenario)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /echo HTTP/9.9\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"FLY /echo" + HOST + b"\r\n",
        b"GET /echo" + HOST + b"no colon\r\n\r\n",
        b"GET /echo" + HOST + b"Content-Length: -1\r\n\r\n",
        b"GET /echo" + HOST + b"Content-Length: ten\r\n\r\n",
        b"GET /echo" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /echo" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /echo" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS greeting
        b"\x00" * 64,
    ],
    ids=str,
)
def test_malformed_requests_are_refused(request_bytes: bytes) -> None:
    told = refused(request_bytes)
    assert told.status == 400
    assert told.json == {"code": -1000, "msg": "Malformed HTTP request."}


def test_a_long_target_is_refused() -> None:
    told = refused(b"GET /" + b"a" * 20_000 + HOST + b"\r\n")
    assert told.status == 414
    assert told.json == {"code": -1000, "msg": "Request target too long: at most 16384 bytes."}


@pytest.mark.parametrize(
    "headers",
    [
        b"X-A: " + b"a" * 40_000 + b"\r\n\r\n",
        b"".join(b"X-%d: %s\r\n" % (n, b"a" * 100) for n in range(400)) + b"\r\n",
        b"a:\r\n" * 9000 + b"\r\n",
        b"X-Never-Ending: " + b"a" * 400_000,
    ],
    ids=["one long", "many", "many empty", "never ending"],
)
def test_a_large_head_is_refused(headers: bytes) -> None:
    told = refused(b"GET /echo" + HOST + headers)
    assert told.status == 431
    assert told.json == {"code": -1000, "msg": "Request head too large: at most 32768 bytes."}


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 1048577\r\n\r\n",
        b"Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n",
        b"Content-Length: 3000000\r\n\r\n" + b"a" * 3_000_000,
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + b"a" * 0x8000 + b"\r\n") * 33,
    ],
    ids=["announced", "announced and waiting", "sent", "beyond 64 bits", "chunked"],
)
def test_a_large_body_is_refused(body: bytes) -> None:
    told = refused(b"POST /echo" + HOST + body)
    assert told.status in {400, 413}  # a length beyond 64 bits is no length
    if told.status == 413:
        expected = "Request body too large: at most 1048576 bytes."
        assert told.json == {"code": -1000, "msg": expected}


def test_the_largest_body_is_carried() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            size = 1024 * 1024
            told = await client.ask(
                b"POST /echo" + HOST + b"Content-Length: %d\r\n\r\n" % size + b"a" * size
            )
            assert len(told.json["body"]) == size
            assert (await client.ask(GET)).status == 200

    play(scenario)


def test_heads_up_to_the_bound_are_carried_in_any_number_of_pieces() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            request = b"GET /echo" + HOST + b"X-A: " + b"a" * 30_000 + b"\r\n\r\n"
            for at in range(0, len(request), 1000):
                await client.send(request[at : at + 1000])
                await asyncio.sleep(0)
            assert (await client.told()).status == 200

    play(scenario)


def test_an_unknown_expectation_is_refused() -> None:
    told = refused(b"POST /echo" + HOST + b"Expect: the-unexpected\r\nContent-Length: 1\r\n\r\n")
    assert told.status == 417


def test_a_refusal_waits_for_the_answers_before_it() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(b"GET /pending/5" + HOST + b"\r\n" + b"nonsense\r\n\r\n")
            await shell.until(lambda: bool(shell.journal.callbacks))
            shell.journal.flush(5)
            assert (await client.told()).status == 200
            assert (await client.told()).status == 400
            assert await client.rest() == b""

    play(scenario)


def test_connections_beyond_the_bound_are_refused() -> None:
    async def scenario() -> None:
        async with opened(Bounds(connections=1)) as shell:
            first, second = await shell.client(), await shell.client()
            assert (await first.ask(GET)).status == 200
            told = await second.told()
            assert (told.status, told.json["code"]) == (503, -1000)
            assert await second.rest() == b""
            assert (await first.ask(GET)).status == 200

    play(scenario)


# Time: the beat is moved by hand, so nothing here waits for a clock.


def beat_later(shell: Shell, seconds: float) -> None:
    server = shell.server
    for connection in list(server.connections):
        connection.check(server.beat + seconds)


@pytest.mark.parametrize(
    ("part", "seconds"),
    [
        (b"GET /echo HTTP/1.1\r\nHos", 11.0),
        (b"POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", 31.0),
    ],
)
def test_a_request_that_does_not_come_whole_is_given_up(part: bytes, seconds: float) -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(part)
            await shell.until(lambda: any(c.begun for c in shell.server.connections))
            beat_later(shell, seconds - 2)
            beat_later(shell, seconds)
            told = await client.told()
            assert told.status == 408
            assert told.json == {"code": -1000, "msg": "Request not complete in time."}
            beat_later(shell, seconds)
            assert await client.rest() == b""

    play(scenario)


def test_an_idle_connection_is_closed_without_a_word() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            assert (await client.ask(GET)).status == 200
            beat_later(shell, 74)
            assert (await client.ask(GET)).status == 200
            beat_later(shell, 76)
            assert await client.rest() == b""

    play(scenario)


def test_a_client_that_never_reads_is_cut() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await client.send(b"GET /large/30000000" + HOST + b"\r\n")
            await shell.until(lambda: any(c.choked for c in shell.server.connections))
            beat_later(shell, 29)
            assert shell.server.connections
            beat_later(shell, 32)
            await shell.until(lambda: not shell.server.connections)
            client.writer.transport.abort()

    play(scenario)


def test_a_refused_client_that_goes_on_sending_is_cut() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            assert (await client.ask(b"POST /" + b"a" * 20_000)).status == 414
            await client.send(b"a" * 20_000)
            beat_later(shell, 4)
            await shell.until(lambda: not shell.server.connections)

    play(scenario)


def test_the_journal_may_take_its_time() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(b"GET /pending/5" + HOST + b"\r\n")
            await shell.until(lambda: bool(shell.journal.callbacks))
            beat_later(shell, 1000)
            shell.journal.flush(5)
            assert (await client.told()).status == 200

    play(scenario)


# The end.


async def stopping(server: HttpServer, patience: float = 20.0) -> asyncio.Task[None]:
    task = asyncio.ensure_future(server.stop(patience))
    await asyncio.sleep(0)
    assert server.stopping
    return task


def test_a_stop_answers_what_is_in_flight_and_refuses_the_rest() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            busy, idle, late = [await shell.client() for _ in range(3)]
            assert (await idle.ask(GET)).status == 200
            await busy.send(b"GET /pending/5" + HOST + b"\r\n" + GET)
            await late.send(b"GET /echo HT")
            await shell.until(lambda: any(c.begun for c in shell.server.connections))
            await shell.until(lambda: any(c.queue for c in shell.server.connections))
            stopped = await stopping(shell.server)
            with pytest.raises(OSError, match="Connect"):
                await shell.client()
            assert await idle.rest() == b""
            told = await late.ask(b"TP/1.1\r\nHost: a\r\n\r\n")
            assert told.status == 503
            assert told.json == {"code": -1016, "msg": "This service is no longer available."}
            assert told.headers["connection"] == "close"
            assert not stopped.done()
            await busy.send(GET)
            await shell.until(lambda: any(len(c.queue) == 2 for c in shell.server.connections))
            shell.journal.flush(5)
            told = await busy.told()
            assert (told.status, told.headers.get("connection")) == (200, None)
            assert (await busy.told()).status == 200
            assert (await busy.told()).status == 503
            assert await busy.rest() == b""
            await stopped
            assert not shell.server.connections

    play(scenario)


def test_the_last_answer_of_a_stop_says_that_it_is_the_last() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(b"GET /pending/5" + HOST + b"\r\n")
            await shell.until(lambda: bool(shell.journal.callbacks))
            stopped = await stopping(shell.server)
            shell.journal.flush(5)
            told = await client.told()
            assert (told.status, told.headers["connection"]) == (200, "close")
            assert await client.rest() == b""
            await stopped

    play(scenario)


def test_a_stop_does_not_wait_for_ever() -> None:
    async def scenario() -> None:
        async with opened() as shell:
            client = await shell.client()
            await client.send(b"GET /pending/5" + HOST + b"\r\n")
            await shell.until(lambda: bool(shell.journal.callbacks))
            await shell.server.stop(0.01)
            assert not shell.server.connections
            shell.journal.flush(5)

    play(scenario)


def test_the_log_of_a_failure_quotes_nothing_of_the_request() -> None:
    async def scenario() -> list[dict[str, object]]:
        async with opened() as shell:
            client = await shell.client()
            await client.ask(
                b"POST /fault?signature=hidden1 HTTP/1.1\r\nX-MBX-APIKEY: hidden2\r\n"
                b"Authorization: Bearer hidden3\r\nContent-Length: 7\r\n\r\nhidden4"
            )
            return shell.log.entries

    (entry,) = play(scenario)
    assert entry["event"] == "request failed"
    assert (entry["method"], entry["path"], entry["error"]) == ("POST", "/fault", "RuntimeError")
    assert "hidden" not in repr(entry)
    assert "secret" not in repr(entry)
