"""The WebSocket shell as the library's own client meets it."""

from __future__ import annotations

from asyncio import gather

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import CloseCode
from websockets.http11 import Response as Answer

from tests.server.shell import GET, play
from tests.server.sockets import dialed, elsewhere, served


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_texts_of_any_size_come_back(size: int) -> None:
    def talk(port: int) -> None:
        message = "ä" * (size // 2) + "b" * (size % 2)
        with dialed(port) as client:
            client.send(message)
            assert client.recv(5) == message

    async def scenario() -> None:
        async with served() as (shell, _):
            await elsewhere(talk, shell.server.port)
            assert shell.server.failures == 0

    play(scenario)


def test_a_message_in_fragments_arrives_whole() -> None:
    def talk(port: int) -> None:
        with dialed(port) as client:
            client.send(["one ", "", "two ", "three"])
            assert client.recv(5) == "one two three"

    async def scenario() -> None:
        async with served() as (shell, talks):
            await elsewhere(talk, shell.server.port)
            assert talks.all[0].messages == ["one two three"]

    play(scenario)


def test_pings_are_answered_and_no_extension_is_taken() -> None:
    def talk(port: int) -> None:
        with dialed(port, compression="deflate") as client:
            assert client.protocol.extensions == []
            assert client.ping().wait(5)
            assert client.ping(b"payload").wait(5)
            client.pong()

    async def scenario() -> None:
        async with served() as (shell, _):
            await elsewhere(talk, shell.server.port)

    play(scenario)


def test_a_client_closes_in_order() -> None:
    def talk(port: int) -> tuple[int | None, str | None]:
        with dialed(port) as client:
            client.close(4123, "enough")
            return client.close_code, client.close_reason

    async def scenario() -> None:
        async with served() as (shell, _):
            assert await elsewhere(talk, shell.server.port) == (4123, "enough")

    play(scenario)


def test_a_session_closes_with_a_reason() -> None:
    def talk(port: int) -> None:
        with dialed(port) as client:
            client.send("close 4000")
            with pytest.raises(ConnectionClosed):
                client.recv(5)
            assert (client.close_code, client.close_reason) == (4000, "as asked")

    async def scenario() -> None:
        async with served() as (shell, _):
            await elsewhere(talk, shell.server.port)

    play(scenario)


def test_what_a_session_sends_before_the_answer_goes_out_behind_it() -> None:
    def talk(port: int) -> None:
        with dialed(port, "/greeting") as client:
            assert [client.recv(5), client.recv(5)] == ["hello", "again"]
        with dialed(port, "/farewell") as client:
            assert client.recv(5) == "hello"
            with pytest.raises(ConnectionClosed):
                client.recv(5)
            assert (client.close_code, client.close_reason) == (4001, "goodbye")

    async def scenario() -> None:
        async with served() as (shell, _):
            await elsewhere(talk, shell.server.port)

    play(scenario)


def test_an_application_may_refuse() -> None:
    def talk(port: int, path: str) -> Answer:
        with pytest.raises(InvalidStatus) as refusal, dialed(port, path):
            pass
        return refusal.value.response

    async def scenario() -> None:
        async with served() as (shell, talks):
            answer = await elsewhere(talk, shell.server.port, "/refused")
            assert (answer.status_code, answer.headers["x-a"]) == (403, "1")
            assert answer.body == b'{"code": -2015, "msg": "No."}'
            assert shell.server.failures == 0
            answer = await elsewhere(talk, shell.server.port, "/fault")
            assert answer.status_code == 500
            assert shell.server.failures == 1
            assert shell.log.entries[0]["path"] == "/fault"
            assert not talks.all

    play(scenario)


def test_requests_and_sockets_share_a_port() -> None:
    def talk(port: int) -> None:
        with dialed(port, "/stream?streams=a/b", additional_headers={"X-MBX-APIKEY": "K"}):
            pass

    async def scenario() -> None:
        async with served() as (shell, talks):
            await elsewhere(talk, shell.server.port)
            client = await shell.client()
            assert (await client.ask(GET)).status == 200
            request = talks.all[0].request
            assert (request.method, request.path, request.query) == (
                "GET",
                "/stream",
                b"streams=a/b",
            )
            assert request.headers["x-mbx-apikey"] == "K"
            assert request.client_ip == "127.0.0.1"

    play(scenario)


def test_a_stop_says_goodbye() -> None:
    def talk(port: int) -> int | None:
        with dialed(port) as client:
            client.send("stop")
            assert client.recv(5) == "stop"
            with pytest.raises(ConnectionClosed):
                client.recv(5)
            return client.close_code

    async def scenario() -> None:
        async with served() as (shell, talks):

            async def stopper() -> None:
                await shell.until(lambda: any(talk.messages for talk in talks.all))
                await shell.server.stop()

            code, _ = await gather(elsewhere(talk, shell.server.port), stopper())
            assert code == CloseCode.GOING_AWAY
            assert not shell.server.sockets

    play(scenario)
