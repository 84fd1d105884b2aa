"""`perpbox log`: a journal as sentences, or as JSON, a turn at a time."""

from __future__ import annotations

import sys
from pathlib import Path

from perpbox.account import AccountId
from perpbox.console.output import nobody_reads
from perpbox.server.settings import moment
from perpbox.story import Wanted, json_of, text_of, turns_of


def tell(
    path: Path,
    account_id: AccountId | None,
    symbol: str | None,
    span: tuple[str | None, str | None],
    *,
    follows: bool,
    as_json: bool,
) -> None:
    """Write each turn as soon as it is read. Raises `Unusable`, and a `JournalError`."""
    start, end = span
    wanted = Wanted(account_id, symbol, moment("--from", start), moment("--to", end))
    try:
        for turn in turns_of(path, wanted, follows=follows):
            _write(json_of(turn) if as_json else text_of(turn))
    except BrokenPipeError:
        nobody_reads()


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
