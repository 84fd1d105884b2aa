"""The WebSocket shell and clients that read slowly, or not at all."""

from __future__ import annotations

import asyncio

from perpbox.message import framed
from perpbox.server.wire import Bounds
from tests.server.shell import play
from tests.server.sockets import shaken, text


def test_a_client_that_reads_may_be_told_much_at_once() -> None:
    async def scenario() -> None:
        async with shaken(Bounds(unsent_frames=100_000)) as stage:
            (connection,) = stage.shell.server.sockets
            for _ in range(2):
                for _ in range(5):
                    stage.talk.wire.send(framed(b"a" * 2_000_000))
                stage.beat_later(1)
                for _ in range(5):
                    assert len(await stage.raw.text()) == 2_000_000
                await stage.shell.until(lambda: connection.behind_since is None)
            for _ in range(3):
                stage.beat_later(1)
            await stage.raw.send(text("still here"))
            assert await stage.raw.text() == "still here"

    play(scenario)


def test_a_client_that_stays_behind_is_cut() -> None:
    async def scenario() -> None:
        async with shaken(Bounds(unsent_frames=100_000)) as stage:
            stage.raw.client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            (connection,) = stage.shell.server.sockets
            stage.talk.wire.send(framed(b"a" * 15_000_000))
            await stage.shell.until(lambda: connection.behind_since is not None)
            stage.beat_later(2)
            assert stage.shell.server.sockets
            stage.beat_later(0.1)
            await stage.gone()

    play(scenario)


def test_a_client_that_does_not_read_is_cut() -> None:
    async def scenario() -> None:
        async with shaken(Bounds(unsent_frames=100_000)) as stage:
            stage.raw.client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            wire, frame = stage.talk.wire, framed(b"a" * 50_000)
            sent = 0
            while stage.shell.server.sockets:
                wire.send(frame)
                sent += 1
                await asyncio.sleep(0)
                assert sent < 1000
            await stage.gone()

    play(scenario)


def test_a_burst_beyond_the_bound_cuts_off_at_once() -> None:
    async def scenario() -> None:
        async with shaken(Bounds(unsent_frames=100_000)) as stage:
            stage.raw.client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            for _ in range(3):
                stage.talk.wire.send(framed(b"a" * 20_000_000))
            await stage.gone()

    play(scenario)
