"""One connection to the streams: what it asks for, and its answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from perpbox.api.closing import close_failed, close_old
from perpbox.api.streams.hub import Channel, Hub
from perpbox.api.streams.names import POSSIBLE
from perpbox.api.streams.requests import Asked, Malformed, read, told_error
from perpbox.message import Wire, framed

MOST_STREAMS: Final = 1024
"""Of one connection (page on market streams)."""
MOST_STREAMS_BEFORE: Final = 200


class StreamSession:
    """Listens to streams, and takes SUBSCRIBE and its likes."""

    messages_per_second = 10
    pings_per_second = 0

    def __init__(
        self,
        hub: Hub,
        wire: Wire,
        *,
        combined: bool,
        events: Iterable[str] = (),
        most_streams: int = MOST_STREAMS,
    ) -> None:
        self.combined = combined
        self._hub = hub
        self._wire = wire
        self._events = frozenset(events)
        """Of user data streams: those that are wanted; empty: all."""
        self._channels: dict[str, Channel] = {}
        self._most_streams = most_streams
        self._opened = hub.venue.now()

    # What a stream asks of it.

    def wants(self, event: str) -> bool:
        return not self._events or event in self._events

    def send(self, frame: bytes) -> None:
        self._wire.send(frame)

    def fail(self) -> None:
        close_failed(self._wire)

    def abort(self) -> None:
        self._wire.abort()

    # What the connection tells it.

    def receive(self, message: str) -> None:
        try:
            answer: object = self._answer(read(message))
        except Malformed as error:
            answer = told_error(error)
        self._wire.send(framed(msgspec.json.encode(answer)))

    def check(self) -> None:
        close_old(self._wire, self._opened, self._hub.venue.now())

    def closed(self) -> None:
        self.leave(list(self._channels))

    # Streams.

    def join(self, names: Iterable[str]) -> None:
        """Listen to these too; a name for which there is nothing is silent."""
        for name in names:
            if name not in self._channels:
                self._channels[name] = self._hub.join(self, name)

    def leave(self, names: Iterable[str]) -> None:
        for name in names:
            channel = self._channels.pop(name, None)
            if channel is not None:
                self._hub.leave(self, channel)

    # Requests.

    def _answer(self, asked: Asked) -> object:
        result: object = None
        if asked.method == "SUBSCRIBE":
            self._subscribe(asked, asked.names())
        elif asked.method == "UNSUBSCRIBE":
            self.leave(asked.names())
        elif asked.method == "LIST_SUBSCRIPTIONS":
            asked.require_at_most(0)
            result = list(self._channels)
        elif asked.method == "SET_PROPERTY":
            self.combined = asked.combined_property()
        else:
            asked.require_combined()
            result = self.combined
        return {"result": result, "id": asked.id}

    def _subscribe(self, asked: Asked, names: list[str]) -> None:
        if not all(POSSIBLE.fullmatch(name) for name in names):
            raise Malformed(2, "Invalid request: invalid stream", asked.id)
        if len(self._channels.keys() | set(names)) > self._most_streams:
            raise Malformed(2, f"Invalid request: at most {self._most_streams} streams", asked.id)
        # The acknowledgement goes first: what the streams then tell waits at least that long.
        self.join(names)
