"""Snapshots of the whole venue: taken, gone back to, and gone on from in a fork."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from perpbox.control.desk import Call, Desk, Fork
from perpbox.control.errors import Refused
from perpbox.control.requests import NewFork, NewSnapshot, Nothing
from perpbox.feed.clock import iso
from perpbox.journal.copies import Note
from perpbox.money import Millis

NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", re.ASCII)
"""What is a file's name everywhere."""
MAX_PORT: Final = 65535
MAX_DIGITS: Final = 9


class SnapshotShown(Struct):
    name: str
    sequence: int
    """Number of the last turn in it."""
    time: Millis
    iso: str
    accounts: int


class SnapshotsListed(Struct):
    snapshots: list[SnapshotShown]


class SnapshotDeleted(Struct):
    name: str


class ForksListed(Struct):
    forks: list[Fork]


def take_snapshot(desk: Desk, call: Call) -> SnapshotShown:
    wanted = call.read(NewSnapshot)
    if not NAME.fullmatch(wanted.name):
        message = "A name has 1 to 64 letters, digits, dots, dashes and underscores."
        raise Refused(400, "INVALID_NAME", message)
    return _shown(desk.branches.take(wanted.name))


def list_snapshots(desk: Desk, call: Call) -> SnapshotsListed:
    del call
    return SnapshotsListed([_shown(note) for note in desk.branches.notes()])


def delete_snapshot(desk: Desk, call: Call) -> SnapshotDeleted:
    name = _name(call)
    desk.branches.delete(name)
    return SnapshotDeleted(name)


def restore_snapshot(desk: Desk, call: Call) -> SnapshotShown:
    """The venue is as it was; nothing that came after has happened."""
    call.read(Nothing)
    return _shown(desk.branches.restore(_name(call)))


def fork_snapshot(desk: Desk, call: Call) -> Fork:
    """A venue of its own, with the same token, that ends with this one at the latest."""
    wanted = call.read(NewFork)
    if not 0 <= wanted.port <= MAX_PORT:
        raise Refused(400, "INVALID_PORT", f"A port is a number from 0 to {MAX_PORT}.")
    return desk.branches.fork(_name(call), wanted.port)


def list_forks(desk: Desk, call: Call) -> ForksListed:
    del call
    return ForksListed(desk.branches.forks())


def end_fork(desk: Desk, call: Call) -> Fork:
    text = call.names[0]
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS:
        raise Refused(404, "UNKNOWN_FORK", "There is no such fork.")
    return desk.branches.end_fork(int(text))


def _name(call: Call) -> str:
    """What no snapshot can be called leads to no file."""
    name = call.names[0]
    if not NAME.fullmatch(name):
        raise Refused(404, "UNKNOWN_SNAPSHOT", "There is no such snapshot.")
    return name


def _shown(note: Note) -> SnapshotShown:
    return SnapshotShown(note.name, note.sequence, note.time, iso(note.time), note.accounts)
