"""Building the clone: a journal with its prices, its account, its orders, and a key."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec import Struct

from perpbox.audit.figures import Missing, Unreadable
from perpbox.clone.account import account_in
from perpbox.clone.answers import CONDITIONALS, Answers
from perpbox.clone.asking import Asking
from perpbox.clone.catalogue import catalogue_for
from perpbox.clone.comparison import ENDPOINTS, Compared, compare
from perpbox.clone.prices import marks_in
from perpbox.clone.standing import adopt, move_prices
from perpbox.instrument import to_json
from perpbox.journal import Journal, JournalError, open_journal, recover
from perpbox.server.compose import Parts
from perpbox.server.settings import MEMORY, Settings, Unusable

NEVER: Final = (
    "fills, income and the history of orders: the account begins today",
    "order ids, and when what stands was placed or changed",
    "fee tier and commission rates",
)
"""What no answer about an account as it stands can tell, or this does not ask."""


class Clone(Struct, frozen=True):
    """What was built, and how far it is the same."""

    account_id: int
    api_key: str
    secret_key: str
    notes: tuple[str, ...]
    """What could not be known, or could not be built."""
    compared: tuple[Compared, ...]
    """Every figure that was told, with the clone's."""


def clone(answers: Answers, place: str) -> Clone:
    """Write a venue with the account into a new journal. Raises `Unreadable`, `Unusable`."""
    try:
        return _clone(answers, place)
    except Missing as error:
        raise Unreadable(f"an answer lacks the field {error}") from error


def _clone(answers: Answers, place: str) -> Clone:
    notes: list[str] = []
    catalogue = catalogue_for(answers, notes)
    marks = marks_in(answers)
    command = account_in(answers, catalogue, marks, notes)
    journal = _new_journal(place, to_json(catalogue))
    try:
        recovered = recover(journal)
        parts = Parts(Settings(data=place), journal, recovered.state, recovered.sequence)
        move_prices(parts.venue, answers, marks)
        account_id = adopt(parts.venue, command, notes)
        asking = Asking(parts, account_id)
        asking.place_conditionals(answers.rows(CONDITIONALS), notes)
        compared = tuple(compare(answers, asking.answers(ENDPOINTS)))
        key = parts.keys.create(account_id, parts.venue.now())
        parts.close()
    except BaseException:
        journal.close()
        if place != MEMORY:  # half a clone is none, and stands in the way of the next
            Path(place).unlink()
        raise
    told = (*notes, *answers.untold(), *NEVER)
    return Clone(account_id, key.api_key, key.secret, told, compared)


def _new_journal(place: str, catalogue_json: bytes) -> Journal:
    try:
        journal = open_journal(place, catalogue_json)
    except JournalError as error:
        raise Unusable(str(error)) from error
    if journal.last_sequence:
        journal.close()
        raise Unusable(f"{place} is a journal already; a clone begins a new one.")
    return journal
