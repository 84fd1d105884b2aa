"""How a figure of an account comes about: `GET /box/v1/accounts/{id}/explain?field=…&depth=…`."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final
from urllib.parse import parse_qsl

from msgspec import structs

from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.keys import require_account
from perpbox.margin.account_explained import AccountExplained
from perpbox.margin.explanation import Node

MOST_DIGITS: Final = 3
NEAREST: Final = 5
ALIKE: Final = 0.4
LONGEST: Final = 100
"""Of a path that is looked for among its likes."""


def explain(desk: Desk, call: Call) -> Node:
    require_account(desk, call.account_id)
    field, depth = _asked(call.query)
    state = desk.venue.state
    explained = AccountExplained(
        state.accounts[call.account_id],
        state.catalogue.assets,
        state.marks,
        state.asset_indexes,
        state.rates,
    )
    parts = explained.parts()
    if field not in parts:
        near = get_close_matches(field[:LONGEST], parts, NEAREST, ALIKE)
        hint = f" Near it: {', '.join(near)}." if near else f" There is {', '.join(parts)}."
        raise Refused(404, "UNKNOWN_FIELD", f"Nothing is explained at {field[:LONGEST]!r}.{hint}")
    return _cut_off(structs.replace(parts[field](), field=field), depth)


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


def _cut_off(node: Node, depth: int | None) -> Node:
    if depth is None:
        return node
    inputs = tuple(_cut_off(each, depth - 1) for each in node.inputs) if depth else ()
    return structs.replace(node, inputs=inputs)
