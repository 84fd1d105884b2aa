"""How a figure of an account comes about: `GET /box/v1/accounts/{id}/explain?field=…&depth=…`."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Final
from urllib.parse import parse_qsl

from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.keys import require_account
from perpbox.control.past import AccountPast
from perpbox.control.printed import printed
from perpbox.margin.account_explained import AccountExplained
from perpbox.margin.explanation import Node, called, prepared

MOST_DIGITS: Final = 3
NEAREST: Final = 5
ALIKE: Final = 0.4
LONGEST: Final = 100
"""Of a path that is looked for among its likes."""

_PLACE: Final = "the place among all who hold the symbol, and not made of this account's figures"
_ALWAYS: Final = "the same for every account"
NOT_EXPLAINED: Final = {
    "adl": _PLACE,
    "adlQuantile": _PLACE,
    "accountAlias": "a code made of the account's id",
    "accountId": "the account's id",
    "canTrade": _ALWAYS,
    "canDeposit": _ALWAYS,
    "canWithdraw": _ALWAYS,
    "tradeGroupId": _ALWAYS,
}
"""Fields of the answers that are made of nothing here, and what they are."""


def explain(desk: Desk, call: Call) -> Callable[[], Node]:
    """All of one moment; what is of the past is read once the journal's tables hold it."""
    require_account(desk, call.account_id)
    field, depth = _asked(call.query)
    state = desk.venue.state
    explained = AccountExplained(
        state.accounts[call.account_id],
        state.catalogue,
        state.marks,
        state.asset_indexes,
        state.rates,
        AccountPast(desk.history, state, call.account_id),
        printed,
    )
    make = explained.find(field)
    if make is None:
        raise _unknown(explained, field)
    return prepared(called(field, make()), depth)


def _unknown(explained: AccountExplained, field: str) -> Refused:
    last = field.rpartition(".")[2]
    if last in NOT_EXPLAINED:
        return Refused(404, "NOT_EXPLAINED", f"{last} is {NOT_EXPLAINED[last]}.")
    _, _, rest = field.partition(".")
    paths = explained.paths(rest.partition(".")[0])
    near = get_close_matches(field[:LONGEST], paths, NEAREST, ALIKE)
    hint = f" Near it: {', '.join(near)}." if near else f" There is {', '.join(paths)}."
    return Refused(404, "UNKNOWN_FIELD", f"Nothing is explained at {field[:LONGEST]!r}.{hint}")


def _asked(query: bytes) -> tuple[str, int | None]:
    """Field, and how far down; None: all the way."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = dict(pairs)
    unknown = sorted(set(asked) - {"field", "depth"})
    if unknown or len(asked) != len(pairs) or not asked.get("field"):
        message = "The query is field=PATH, once, and depth=NUMBER if wanted."
        raise Refused(400, "INVALID_REQUEST", message)
    depth = asked.get("depth")
    if depth is None:
        return asked["field"], None
    if not (depth.isascii() and depth.isdigit()) or len(depth) > MOST_DIGITS:
        raise Refused(400, "INVALID_REQUEST", "depth is a whole number from 0 to 999.")
    return asked["field"], int(depth)
