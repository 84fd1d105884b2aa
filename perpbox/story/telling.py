"""A journal told turn by turn: which turns, which of their events, and how they are written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from perpbox.account import AccountId
from perpbox.engine.commands import Command
from perpbox.engine.events import Event, MoneyMoved
from perpbox.engine.line import Line
from perpbox.engine.symbol_events import SymbolSet
from perpbox.feed.clock import iso
from perpbox.journal.journal import follow, read_line
from perpbox.journal.reader import Reader, reading
from perpbox.money import Millis
from perpbox.story.sentences import sentence

PAUSE: Final = 0.2
"""Seconds between two looks for more."""


class Wanted(Struct, frozen=True):
    """What is to be told; left out: all."""

    account_id: AccountId | None = None
    symbol: str | None = None
    start: Millis | None = None
    end: Millis | None = None


class ToldTurn(Struct, frozen=True, rename="camel"):
    """A turn as JSON."""

    sequence: int
    time: Millis
    command: str
    asked: Command
    """The command as the journal has it."""
    sentences: list[str]


def told(line: Line, wanted: Wanted) -> ToldTurn | None:
    """The turn, as far as it is wanted; None if nothing of it is."""
    if wanted.start is not None and line.time < wanted.start:
        return None
    if wanted.end is not None and line.time > wanted.end:
        return None
    events = [event for event in line.events if _may_be(event, wanted)]
    if not any(_is_about(each, wanted) for each in (line.command, *events)):
        return None
    return ToldTurn(
        line.sequence,
        line.time,
        type(line.command).__name__,
        line.command,
        [sentence(event) for event in events],
    )


def text_of(turn: ToldTurn) -> str:
    """The turn as lines for people."""
    first = f"{turn.sequence}  {iso(turn.time)}  {turn.command}"
    return "\n".join((first, *(f"    {each}." for each in turn.sentences)))


def json_of(turn: ToldTurn) -> str:
    return msgspec.json.encode(turn).decode()


def turns_of(path: Path, wanted: Wanted, *, follows: bool = False) -> Iterator[ToldTurn]:
    """The turns of the journal at a path; with `follows` also those to come, for ever.

    A running venue may go on writing to it meanwhile. One that goes back to a snapshot is told
    again from there. Raises a `JournalError`.
    """
    with reading(path) as reader:
        last = max(0, reader.first_sequence() - 1)
        while True:
            last = min(last, reader.last_sequence())
            for line in _lines(reader, last):
                last = line.sequence
                turn = told(line, wanted)
                if turn is not None:
                    yield turn
            if not follows:
                return
            time.sleep(PAUSE)


def _lines(reader: Reader, after: int) -> Iterator[Line]:
    for sequence, data in follow(reader.lines(after), after):
        yield read_line(sequence, data)


def _accounts(each: object) -> tuple[AccountId, ...]:
    """The accounts that a command or an event names."""
    if isinstance(each, MoneyMoved):
        return (each.payer, each.payee)
    account_id: AccountId | None = getattr(each, "account_id", None)
    return () if account_id is None else (account_id,)


def _symbols(each: object) -> tuple[str, ...]:
    """Likewise the symbols."""
    if isinstance(each, SymbolSet):
        return (each.symbol.name,)
    terms = getattr(each, "terms", None)
    symbol: str = getattr(each, "symbol", "") or getattr(terms, "symbol", "")
    if symbol:
        return (symbol,)
    return tuple(getattr(each, "prices", ())) or tuple(
        move.symbol for move in getattr(each, "moves", ())
    )


def _may_be(event: Event, wanted: Wanted) -> bool:
    """Whether it names no other account and no other symbol."""
    accounts, symbols = _accounts(event), _symbols(event)
    return (wanted.account_id is None or not accounts or wanted.account_id in accounts) and (
        wanted.symbol is None or not symbols or wanted.symbol in symbols
    )


def _is_about(each: Command | Event, wanted: Wanted) -> bool:
    """Whether it names the account and the symbol, as far as one is asked for."""
    return (wanted.account_id is None or wanted.account_id in _accounts(each)) and (
        wanted.symbol is None or wanted.symbol in _symbols(each)
    )
