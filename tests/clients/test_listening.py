"""What the flows hear with: a feed that any thread fills, and a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from listening import Background, Feed


def test_a_feed_keeps_each_stream_apart_and_lists_by_row() -> None:
    feed = Feed()
    feed.put("a", {"n": 1})
    feed.put("b", [{"n": 2}, {"n": 3}])
    assert feed.rows("a") == [{"n": 1}]
    assert feed.rows("b") == [{"n": 2}, {"n": 3}]
    assert feed.rows("c") == []


def test_what_is_waited_for_may_come_from_another_thread() -> None:
    feed = Feed()
    later = threading.Timer(0.05, feed.put, ("a", {"n": 1}))
    later.start()
    assert feed.until(lambda: bool(feed.rows("a")))
    later.join()


def test_patience_ends() -> None:
    begun = time.monotonic()
    assert not Feed().until(lambda: False, patience=0.05)
    assert time.monotonic() - begun < 5


def test_a_loop_in_the_background_does_work_and_is_ended() -> None:
    background = Background()

    async def twice(number: int) -> int:
        await asyncio.sleep(0)
        return 2 * number

    assert background.run(twice(21)) == 42
    for_ever = background.start(asyncio.Event().wait())
    background.close()
    assert for_ever.cancelled()
    assert background.loop.is_closed()


def test_what_goes_wrong_in_the_background_is_raised_here() -> None:
    async def wrong() -> None:
        raise ValueError("wrong")

    background = Background()
    with pytest.raises(ValueError, match="wrong"):
        background.run(wrong())
    background.close()
