"""The one writer: clock, engine, journal and subscribers. Everything that changes passes here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from perpbox.engine.commands import Command, MoveClock, Tick
from perpbox.engine.due import next_time
from perpbox.engine.handle import handle
from perpbox.engine.line import Line
from perpbox.engine.rejects import Rejected
from perpbox.engine.state import State
from perpbox.engine.turn import Turn, Witness
from perpbox.margin.funding import SAMPLE_SPAN
from perpbox.money import Millis


class Clock(Protocol):
    """What the venue needs of a clock; `feed.clock` has real and manual ones."""

    def now(self) -> Millis: ...

    def set(self, now: Millis) -> None: ...


class Appender(Protocol):
    """What the venue needs of a journal."""

    @property
    def durable_sequence(self) -> int: ...

    def append(self, line: Line) -> None: ...


class Feed(Protocol):
    """The market outside, moment by moment."""

    next_time: Millis | None
    """When it moves next; None: never again."""

    def take(self, until: Millis) -> list[Command]:
        """What it does at `next_time`, which then lies later.

        `until` is where the venue's clock stands: far behind it, a feed may take larger steps.
        """


class VenueFailed(RuntimeError):
    """A turn has broken off half-way; the venue must be started again from its journal."""


class Venue:
    """Takes commands one after another, on one thread, and keeps the journal ahead of every answer.

    A read is a plain function of `state` between two commands. What it shows may be told once
    the journal is durable up to `sequence`.
    """

    def __init__(self, state: State, sequence: int, journal: Appender, clock: Clock) -> None:
        self.state = state
        self.sequence = sequence
        """Number of the last turn."""
        self.journal = journal
        self.clock = clock
        self.durable_sequence = sequence
        self.failure: BaseException | None = None
        self.on_failure: Callable[[BaseException], None] | None = None
        self.listeners: list[Callable[[Line], None]] = []
        self.witness: Witness | None = None
        """Who sees the events of a turn one by one; the line is told to listeners afterwards."""
        self._samples_at: Millis = 0
        """When the premium indexes are to be sampled before the next command."""
        self._feed: Feed | None = None
        self.on_feed_end: Callable[[Rejected | None], None] | None = None
        """Called when the feed moves no more: it is over, or what it asked was refused."""
        self._waiters: deque[tuple[int, Callable[[], None]]] = deque()

    def now(self) -> Millis:
        """The venue's time; it never falls behind the last turn's."""
        return max(self.clock.now(), self.state.now)

    def submit(self, command: Command) -> Turn:
        """Let the command happen, or raise `Rejected` and change nothing.

        Any other exception leaves the state ahead of the journal: the venue takes no command
        any more, says so to `on_failure`, and the process must end.
        """
        if self.failure is not None:
            raise VenueFailed from self.failure
        try:
            now = self.now()
            if now >= self._samples_at or self.state.agenda.is_due(now) or self._feed_is_due(now):
                self._catch_up(now)
            return self._take_turn(command, now)
        except Rejected:
            raise
        except BaseException as error:
            self._fail(error)
            raise

    def _fail(self, error: BaseException) -> None:
        self.failure = error
        if self.on_failure is not None:
            self.on_failure(error)

    def _take_turn(self, command: Command, now: Millis) -> Turn:
        turn = handle(self.state, command, now, self.witness)
        if turn.events:
            self.sequence += 1
            line = Line(self.sequence, now, command, turn.events)
            self.journal.append(line)
            for listener in self.listeners:
                listener(line)
            # Whoever waits is called back by `note_durable` alone, in a call of its own: what
            # they do may submit, and this turn has not been told yet.
            self.durable_sequence = max(self.durable_sequence, self.journal.durable_sequence)
        return turn

    # The market outside.

    def follow(self, feed: Feed | None) -> None:
        """Let this feed move the market from now on; None: nobody does."""
        self._feed = feed

    @property
    def feed(self) -> Feed | None:
        """The one that moves the market, as long as it does."""
        return self._feed

    def end_spent_feed(self) -> None:
        """Let a feed go that has nothing to bring: all of it happened in an earlier life."""
        if self._feed is not None and self._feed.next_time is None:
            self._end_feed(None)

    def _feed_is_due(self, now: Millis) -> bool:
        feed = self._feed
        return feed is not None and feed.next_time is not None and feed.next_time <= now

    def _move_market(self, feed: Feed, time: Millis, until: Millis) -> None:
        try:
            for command in feed.take(until):
                self._take_turn(command, max(time, self.state.now))
        except Rejected as rejected:
            self._end_feed(rejected)
        else:
            if feed.next_time is None:
                self._end_feed(None)

    def _end_feed(self, rejected: Rejected | None) -> None:
        self._feed = None
        if self.on_feed_end is not None:
            self.on_feed_end(rejected)

    # What falls due.

    def next_due(self) -> Millis | None:
        """When something falls due the next time, or the market outside moves."""
        times = (next_time(self.state), self._feed.next_time if self._feed else None)
        return min((time for time in times if time is not None), default=None)

    def do_due(self) -> None:
        """Do what has fallen due by now, each thing at its own time."""
        if self.failure is not None:
            raise VenueFailed from self.failure
        try:
            self._catch_up(self.now())
        except BaseException as error:
            self._fail(error)
            raise

    def move_clock(self, to: Millis) -> None:
        """Set a clock forward; what falls due on the way happens in order, at its time."""
        self.clock.set(to)
        self.do_due()
        self.submit(MoveClock())

    def _catch_up(self, now: Millis) -> None:
        while True:
            due = next_time(self.state)
            feed, moves = self._feed, self._feed.next_time if self._feed is not None else None
            # At the same moment what falls due comes first.
            if feed is not None and moves is not None and moves <= now and not _is_by(due, moves):
                self._sample(moves)
                self._move_market(feed, moves, now)
            elif due is not None and due <= now:
                self._take_turn(Tick(), max(due, self.state.now))
            else:
                break
        self._sample(now)

    def _sample(self, now: Millis) -> None:
        """Take the samples of before; what is sampled has not changed since the last turn."""
        if now >= self._samples_at:
            self._take_turn(Tick(), max(now, self.state.now))
            self._samples_at = (now // SAMPLE_SPAN + 1) * SAMPLE_SPAN

    # Durability.

    def note_durable(self, sequence: int) -> None:
        """The journal is durable up to here; on the writer's thread."""
        self.durable_sequence = max(self.durable_sequence, sequence)
        try:
            while self._is_awaited():
                self._waiters.popleft()[1]()
        finally:
            if self._is_awaited():  # one has raised, and the others would wait for ever
                self.note_durable(sequence)

    def _is_awaited(self) -> bool:
        return bool(self._waiters) and self._waiters[0][0] <= self.durable_sequence

    def when_durable(self, sequence: int, callback: Callable[[], None]) -> None:
        """Call back, on the writer's thread, once the journal is durable up to `sequence`."""
        if sequence <= self.durable_sequence:
            callback()
        else:
            self._waiters.append((sequence, callback))


def _is_by(due: Millis | None, time: Millis) -> bool:
    return due is not None and due <= time
