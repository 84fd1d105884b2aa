"""Snapshots of a venue that is served: taken, restored in its place, forked beside it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from perpbox.control.desk import Branches, Fork
from perpbox.control.errors import Refused
from perpbox.engine.snapshot import dump
from perpbox.feed.clock import ClockMode
from perpbox.journal import Copies, JournalError, Note, copies_of
from perpbox.server.compose import Parts, recompose
from perpbox.server.log import Log
from perpbox.server.settings import Settings, Unusable

BACKLOG: Final = 1024


class Served(Protocol):
    """A process, as far as its snapshots are concerned."""

    settings: Settings

    @property
    def parts(self) -> Parts: ...

    @property
    def base_url(self) -> str: ...

    def halt(self) -> None: ...

    def go_on(self, parts: Parts) -> None: ...

    def fail(self, event: str, error: BaseException) -> None: ...

    def stop(self) -> None: ...

    async def start(self) -> None: ...

    async def until_stopped(self) -> int: ...


Serve = Callable[[Settings, Parts, socket.socket], Served]


class SnapshotDesk(Branches):
    """What an operator may ask about snapshots and forks of one process.

    [dec] A snapshot is a copy of the journal, and to restore one is to go back to it: the journal
    then holds what led to the state that there is, and nothing else. So it stays the truth, and
    replay, `verify` and the history need not know of it.
    """

    def __init__(self, process: Served, serve: Serve, log: Log) -> None:
        self._process = process
        self._serve = serve
        self._log = log
        self._copies: Copies = copies_of(process.settings.data)
        self._forks: dict[int, tuple[Fork, Served]] = {}
        self._lives: dict[int, asyncio.Task[None]] = {}
        self._last = 0

    # Snapshots.

    def take(self, name: str) -> Note:
        self._require_own_market()
        parts = self._process.parts
        venue, clock = parts.venue, parts.clock
        try:
            if self._copies.find(name) is not None:
                raise Refused(409, "SNAPSHOT_EXISTS", f"There is a snapshot {name} already.")
            note = Note(
                name=name,
                sequence=venue.sequence,
                time=venue.now(),
                mode=clock.mode.value,
                speed=clock.rate if clock.mode is ClockMode.ACCELERATED else 1.0,
                is_true=clock.is_true,
                accounts=len(venue.state.accounts),
            )
            self._copies.take(parts.journal, note, dump(venue.state))
        except JournalError as error:
            raise _impossible(error) from error
        self._log.info("snapshot taken", name=name, sequence=note.sequence)
        return note

    def notes(self) -> list[Note]:
        try:
            return self._copies.notes()
        except JournalError as error:
            raise _impossible(error) from error

    def delete(self, name: str) -> None:
        self._find(name)
        try:
            self._copies.delete(name)
        except JournalError as error:
            raise _impossible(error) from error

    def restore(self, name: str) -> Note:
        self._require_own_market()
        note = self._find(name)
        process = self._process
        left = process.parts.venue.sequence
        try:
            self._copies.require_sound(name)
        except JournalError as error:
            raise _impossible(error) from error
        try:
            process.halt()
            journal = self._copies.restore(process.parts.journal, name)
            process.go_on(recompose(process.settings, journal, note))
        except BaseException as error:
            # It has been halted, and there is nothing to go on with.
            process.fail("restore failed", error)
            raise
        self._log.info("restored", name=name, sequence=note.sequence, left=left)
        return note

    def _find(self, name: str) -> Note:
        try:
            note = self._copies.find(name)
        except JournalError as error:
            raise _impossible(error) from error
        if note is None:
            raise Refused(404, "UNKNOWN_SNAPSHOT", f"There is no snapshot {name}.")
        return note

    def _require_own_market(self) -> None:
        if self._process.settings.feed_kind == "relay":
            raise Refused(
                409, "LIVE_MARKET", "A relayed market happens now, and nobody can go back in it."
            )

    # Forks.

    def fork(self, name: str, port: int) -> Fork:
        self._require_own_market()
        note = self._find(name)
        settings = self._process.settings
        listening = _listen(settings.host, port)
        try:
            journal, data = self._copies.fork(name)
            settings = replace(settings, port=port, data=data)
            parts = recompose(settings, journal, note)
        except (JournalError, Unusable) as error:
            listening.close()
            raise _impossible(error) from error
        served = self._serve(settings, parts, listening)
        self._last += 1
        fork = Fork(self._last, name, served.base_url, listening.getsockname()[1], data)
        self._forks[fork.number] = (fork, served)
        self._lives[fork.number] = asyncio.get_running_loop().create_task(self._live(fork.number))
        return fork

    def forks(self) -> list[Fork]:
        return [fork for fork, _ in self._forks.values()]

    def end_fork(self, number: int) -> Fork:
        """It answers what is in flight and closes its journal; a file stays."""
        if number not in self._forks:
            raise Refused(404, "UNKNOWN_FORK", f"There is no fork {number}.")
        fork, served = self._forks.pop(number)
        served.stop()
        return fork

    async def end_all(self) -> None:
        """Return when none is left."""
        for number in list(self._forks):
            self.end_fork(number)
        if self._lives:
            await asyncio.wait(self._lives.values())

    async def _live(self, number: int) -> None:
        """A fork's life; however it ends, this venue goes on."""
        _, served = self._forks[number]
        try:
            await served.start()
            await served.until_stopped()
        except Exception as error:  # noqa: BLE001  told, and the fork is gone
            served.parts.close()
            self._log.error("fork failed", error=type(error).__name__, reason=str(error))
        finally:
            self._forks.pop(number, None)
            del self._lives[number]


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that a fork can be told before it is served."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else "cannot be had"
        raise Refused(409, "PORT_TAKEN", f"Port {port} {why}.") from error


def _impossible(error: Exception) -> Refused:
    return Refused(409, "SNAPSHOT_FAILED", str(error))
