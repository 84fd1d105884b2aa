"""The streams and who listens to them: each message is built and framed once, for all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

import msgspec

from perpbox.account import AccountId
from perpbox.api.shapes import events as shapes
from perpbox.api.streams.listen_keys import ListenKeys
from perpbox.api.streams.sources import Nothing, Source
from perpbox.api.streams.strays import Strays
from perpbox.api.streams.user import UserEvents
from perpbox.engine.events import AccountClosed
from perpbox.engine.line import Line
from perpbox.journal.listen_keys import ListenKey
from perpbox.message import framed
from perpbox.money import Millis
from perpbox.venue import Venue

Key = TypeVar("Key")

TICK: Final[Millis] = 50
"""Of the machine's time between two looks at what is to be pushed."""


class Listener(Protocol):
    """A connection, as far as a stream knows it."""

    combined: bool
    """Whether messages come wrapped, with the stream's name."""

    def wants(self, event: str) -> bool:
        """Whether an event of a user data stream is wanted."""

    def send(self, frame: bytes) -> None: ...

    def fail(self) -> None:
        """A stream that it listens to is over, by a fault of the program."""

    def abort(self) -> None:
        """Its connection ends without a word, as a fault wants it."""


class Channel:
    """One stream: its listeners, and where its messages come from."""

    __slots__ = ("listeners", "name", "source")

    def __init__(self, name: str) -> None:
        self.name = name
        self.source: Source | None = None
        """None: a user data stream, or a name for which there is nothing to push."""
        self.listeners: dict[Listener, None] = {}


class Message:
    """One message that waits until what it tells is durable."""

    __slots__ = ("channel", "event", "only", "payload", "sequence")

    def __init__(
        self,
        sequence: int,
        channel: Channel,
        payload: bytes,
        event: str = "",
        only: Listener | None = None,
    ) -> None:
        self.sequence = sequence
        self.channel = channel
        self.payload = payload
        """Empty: in its place the listeners' connections end."""
        self.event = event
        """Of a user data stream: its name."""
        self.only = only
        """Whom it is for, if not for all."""


class Hub:
    """Follows the venue and pushes.

    `soon` lets something be done in a call of its own, after the turn under way. `at_rest` says
    that the venue's clock stands: then time paces nothing, and what has changed is pushed after
    each turn.
    """

    def __init__(
        self,
        venue: Venue,
        user_events: UserEvents,
        listen_keys: ListenKeys,
        make_source: Callable[[str], Source | None],
        listened: set[AccountId],
        strays: Strays[Message],
        *,
        soon: Callable[[Callable[[], None]], object],
        at_rest: Callable[[], bool],
    ) -> None:
        self.venue = venue
        self.listen_keys = listen_keys
        self.channels: dict[str, Channel] = {}
        """Those that somebody listens to, by name."""
        self._user_events = user_events
        self._make_source = make_source
        self._listened = listened
        """Accounts to whose stream somebody listens."""
        self._soon = soon
        self._at_rest = at_rest
        self._paced: dict[Millis, dict[Channel, None]] = {}
        """Channels with a source, by the time between two pushes."""
        self._about: dict[str, dict[Channel, None]] = {}
        """The same, by the symbol that they are about."""
        self._touched: set[str] = set()
        """Symbols in whose market something has happened that may not have been pushed."""
        self._flushed_at: Millis | None = None
        """When all channels were asked the last time, if the clock has stood since."""
        self._markets = 0
        self._outbox: deque[Message] = deque()
        self._pumping = False
        self._waiting = False
        """For the journal."""
        self._moved = False
        """Whether a turn has happened since the last look at what is pushed at once."""
        self._due: dict[Millis, Millis] = {}
        """When the channels of each speed are to be pushed next, by the venue's clock."""
        self.on_paced: Callable[[], None] | None = None
        """Called when `tick` has something to do, if it had nothing before."""
        self.on_failure: Callable[[Exception], None] = _raise
        """Called with what a stream has raised."""
        self._strays = strays
        strays.put, strays.hang_up = self._put, _hung_up
        listen_keys.on_end = self._key_ended
        venue.listeners.append(self._note)

    def retire(self) -> None:
        """Tell nobody any more; nothing of the venue refers to it."""
        self.listen_keys.on_end = _nobody_minds
        self.on_paced = None
        self.on_failure = _raise

    # Listeners.

    def join(self, listener: Listener, name: str) -> Channel:
        """Let somebody listen. Where something stands that the stream shows, it is told it now."""
        if not self.channels:
            self.venue.state.touched.clear()  # nobody has taken them
        channel = self.channels.get(name)
        if channel is None:
            channel = self.channels[name] = Channel(name)
            self._connect(channel)
        channel.listeners[listener] = None
        key = self.listen_keys.find(name, self.venue.now())
        if key is not None:
            self._listened.add(key.account_id)
            self.venue.witness = self._user_events
        self._greet(channel, listener)
        return channel

    def leave(self, listener: Listener, channel: Channel) -> None:
        """Let somebody listen no more; a stream without listeners costs nothing."""
        channel.listeners.pop(listener, None)
        if channel.listeners or self.channels.get(channel.name) is not channel:
            return
        del self.channels[channel.name]
        self._disconnect(channel)
        key = self.listen_keys.find(channel.name, self.venue.now())
        if key is not None:
            self._forget(key.account_id)

    def _connect(self, channel: Channel) -> Source | None:
        """Let its messages come, if there is anything by this name."""
        source = channel.source = self._make_source(channel.name)
        if source is None:
            return None
        if source.speed not in self._paced:
            self._paced[source.speed] = {}
            self._due[source.speed] = self.venue.now() + source.speed
        self._paced[source.speed][channel] = None
        self._about.setdefault(source.about, {})[channel] = None
        if self.on_paced is not None and source.speed:
            self.on_paced()
        return source

    def _disconnect(self, channel: Channel) -> None:
        source = channel.source
        if source is None:
            return
        _remove(self._paced, source.speed, channel)
        _remove(self._about, source.about, channel)

    def _forget(self, account_id: AccountId) -> None:
        self._listened.discard(account_id)
        if not self._listened:
            self.venue.witness = None
            self._user_events.take()

    # What the venue does.

    def _note(self, line: Line) -> None:
        """A turn has happened; nothing of it is told before it is durable."""
        self.listen_keys.expire(line.time)
        if self._listened:
            self._note_users(line)
        if self.channels:
            self._note_markets(line)
        self._moved = True
        if self._paced or self._outbox:
            self._pump_soon()

    def _note_markets(self, line: Line) -> None:
        state = self.venue.state
        touched = sorted(state.touched)
        state.touched.clear()
        if len(state.markets) != self._markets:
            self._markets = len(state.markets)
            self._connect_late()
        for symbol in ("", *touched):
            for channel in self._about.get(symbol, ()):
                if channel.source is not None:
                    try:
                        channel.source.note(line, touched)
                    except Exception as error:  # noqa: BLE001  as in `_flush`
                        self._fail(channel, channel.source, error)
        self._touched.update(touched)

    def _connect_late(self) -> None:
        """A market that has just opened may have been listened for."""
        for channel in self.channels.values():
            if channel.source is None and self._connect(channel) is not None:
                self._greet(channel)

    def _greet(self, channel: Channel, listener: Listener | None = None) -> None:
        """Tell one, or all, what stands where the stream shows it."""
        source = channel.source
        if source is None:
            return
        try:
            payloads = source.greeting(self.venue.now())
        except Exception as error:  # noqa: BLE001  as in `_flush`
            self._fail(channel, source, error)
            return
        for payload in payloads:
            self._put(Message(self.venue.sequence, channel, payload, only=listener))

    def _note_users(self, line: Line) -> None:
        strays = self._strays
        for told in self._user_events.take():
            key = self.listen_keys.of_account(told.account_id)
            channel = self.channels.get(key.text) if key else None
            if channel is not None:
                message = Message(line.sequence, channel, told.payload, told.name)
                if strays.are_possible:
                    strays.send(told.account_id, told.name, message)
                else:
                    self._outbox.append(message)
        for event in line.events:
            if type(event) is AccountClosed:
                self.listen_keys.stop(event.account_id)

    def _key_ended(self, key: ListenKey, in_time: bool) -> None:
        """Its stream is silent from now on; one whose time was over says so."""
        self._forget(key.account_id)
        channel = self.channels.get(key.text)
        if channel is not None and in_time:
            row = shapes.listen_key_expired(key.text, key.expires)
            payload = msgspec.json.encode(row)
            self._put(Message(self.venue.sequence, channel, payload, str(row["e"])))

    # Time.

    @property
    def is_paced(self) -> bool:
        """Whether `tick` has anything to do."""
        return any(self._paced)

    def tick(self) -> None:
        """Another `TICK` of the machine's time is over; speeds are of the venue's."""
        if self._at_rest():
            if self._flushed_at is None:
                self._flush_all()
            return
        self._flushed_at = None
        now = self.venue.now()
        for speed, channels in self._paced.items():
            if speed and self._is_due(speed, now):
                self._flush(channels)

    def _is_due(self, speed: Millis, now: Millis) -> bool:
        """Whether so much time is over since the last push.

        A tick that comes a little early counts as the one that was meant. What a clock has
        passed over by a jump, or between two ticks, is not made up for.
        """
        due = self._due[speed]
        if now + TICK // 2 < due:
            return False
        self._due[speed] = due + speed if due + speed > now else now + speed
        return True

    def check(self) -> None:
        """About once a second: listen keys expire whether or not anything happens."""
        self.listen_keys.expire(self.venue.now())

    def look(self, symbol: str) -> None:
        """A snapshot of a symbol's book is taken now."""
        for channel in self._about.get(symbol, ()):
            if channel.source is not None:
                channel.source.look()

    def _flush_touched(self) -> None:
        """After turns: what they have touched, and all while time goes by turns alone."""
        touched, self._touched = self._touched, set()
        at_rest = self._at_rest()
        if not at_rest:
            self._flushed_at = None
        elif self._flushed_at != self.venue.now():
            self._flush_all()
            return
        for symbol in ("", *sorted(touched)):
            channels = self._about.get(symbol)
            if channels:
                self._flush(c for c in channels if at_rest or not (c.source and c.source.speed))

    def _flush_all(self) -> None:
        self._flushed_at = self.venue.now()
        for channels in self._paced.values():
            self._flush(channels)

    def _flush(self, channels: Iterable[Channel]) -> None:
        now, sequence = self._time(), self.venue.sequence
        for channel in channels:
            source = channel.source
            if source is None:
                continue
            try:
                payloads = source.flush(now)
            except Exception as error:  # noqa: BLE001  the venue and the other streams go on
                self._fail(channel, source, error)
            else:
                for payload in payloads:
                    self._put(Message(sequence, channel, payload))

    def _fail(self, channel: Channel, source: Source, error: Exception) -> None:
        """A stream has failed: it is silent from now on, and its listeners are not left to wait."""
        channel.source = Nothing(source.speed, source.about)
        for listener in channel.listeners:
            listener.fail()
        self.on_failure(error)

    def _time(self) -> Millis:
        """Up to when all has happened: what has fallen due is done yet, at its own time."""
        now, due = self.venue.now(), self.venue.next_due()
        return now if due is None or due > now else max(due - 1, self.venue.state.now)

    # Pushing.

    def _put(self, message: Message) -> None:
        self._outbox.append(message)
        self._pump_soon()

    def _pump_soon(self) -> None:
        if not self._pumping:
            self._pumping = True
            self._soon(self._pump)

    def _pump(self) -> None:
        """Push what goes at once, then wait for the journal."""
        if self._moved:
            self._moved = False
            self._flush_touched()
        self._pumping = False
        self._wait()

    def _wait(self) -> None:
        if self._outbox and not self._waiting:
            self._waiting = True
            self.venue.when_durable(self._outbox[0].sequence, self._release)

    def _release(self) -> None:
        self._waiting = False
        outbox, durable = self._outbox, self.venue.durable_sequence
        while outbox and outbox[0].sequence <= durable:
            self._send(outbox.popleft())
        self._wait()

    @staticmethod
    def _send(message: Message) -> None:
        channel, payload = message.channel, message.payload
        raw = wrapped = b""
        only = message.only
        listeners = list(channel.listeners) if only is None else [only]
        for listener in listeners:
            if only is not None and only not in channel.listeners:
                return  # gone meanwhile
            if not payload:
                listener.abort()
                continue
            if message.event and not listener.wants(message.event):
                continue
            if listener.combined:
                wrapped = wrapped or framed(wrap(channel.name, payload))
                listener.send(wrapped)
            else:
                raw = raw or framed(payload)
                listener.send(raw)


def _nobody_minds(_key: ListenKey, _in_time: bool) -> None:
    """The venue is another one now."""


def _hung_up(message: Message) -> Message:
    return Message(message.sequence, message.channel, b"")


def _raise(error: Exception) -> None:
    """Nobody else is told of it."""
    raise error


def _remove(index: dict[Key, dict[Channel, None]], key: Key, channel: Channel) -> None:
    del index[key][channel]
    if not index[key]:
        del index[key]


def wrap(name: str, payload: bytes) -> bytes:
    """The message as a combined stream has it."""
    return b'{"stream":%b,"data":%b}' % (msgspec.json.encode(name), payload)
