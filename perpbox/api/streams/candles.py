"""Candles and the rolling day as streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias
from weakref import WeakSet

import msgspec

from perpbox.api.shapes import pushes as shapes
from perpbox.api.streams.sources import Quiet
from perpbox.money import Millis
from perpbox.tape import Candle, Interval, Tape

MOST_AT_ONCE: Final = 1000
"""Closed candles that all streams together tell at once, where the clock has passed over many.

A client is cut off by what it cannot take at once, and a thousand are some 300 KB.
"""

ShownCandle: TypeAlias = Callable[[Candle, Millis, bool], shapes.Row]
"""The message of a candle, at a time, closed or not."""


class Candles(Quiet):
    """The candle that stands whenever it has changed, and once when it closes.

    [dec] The time closes a candle, with or without a trade. Where the clock has passed over many
    candles the last of them are told, each as it closed: a thousand, shared among the streams.
    """

    def __init__(
        self,
        tape: Tape,
        symbol: str,
        interval: Interval,
        speed: Millis,
        show: ShownCandle,
        together: WeakSet[Candles],
    ) -> None:
        super().__init__(speed, symbol)
        self._together = together
        """All that are listened to."""
        together.add(self)
        self._tape = tape
        self._interval = interval
        self._show = show
        self._open_time: Millis | None = None
        """Of the candle that was told last, or would have been if there had been one."""
        self._version = 0

    def flush(self, now: Millis, /) -> list[bytes]:
        opened, version = self._interval.open_time(now), self._tape.version(self.about)
        if (opened, version) == (self._open_time, self._version):
            return []
        told = [self._message(candle, now, closed=True) for candle in self._closed(opened)]
        self._open_time, self._version = opened, version
        return [*told, *self._standing(now)]

    def greeting(self, now: Millis, /) -> list[bytes]:
        """[dec] The one that was told last; a quiet market would let a client wait for ever."""
        if self._open_time is None:
            self._open_time = self._interval.open_time(now)
            self._version = self._tape.version(self.about)
        return self._standing(now)

    def _closed(self, opened: Millis) -> Iterator[Candle]:
        """Those that have closed since the last call."""
        first, interval = self._open_time, self._interval
        if first is None or first >= opened:
            return
        last = interval.shifted(opened, -1)
        if first == last:
            candle = self._tape.candle(self.about, interval, last)
            if candle is not None:
                yield candle
            return
        most = max(1, MOST_AT_ONCE // len(self._together))
        first = max(first, interval.shifted(opened, -most))
        yield from self._tape.candles(self.about, interval, first, last)

    def _standing(self, now: Millis) -> list[bytes]:
        candle = self._tape.candle(self.about, self._interval, self._open_time or now)
        return [] if candle is None else [self._message(candle, now, closed=False)]

    def _message(self, candle: Candle, now: Millis, *, closed: bool) -> bytes:
        return msgspec.json.encode(self._show(candle, now, closed))
