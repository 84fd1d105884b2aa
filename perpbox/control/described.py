"""The operator's calls as paths of an OpenAPI document, from what their handlers take and give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args, get_type_hints

import msgspec

from perpbox.control.requests import (
    NewAccount,
    NewClock,
    NewFees,
    NewFork,
    NewFunding,
    NewKey,
    NewLiquidity,
    NewMarkSources,
    NewPrices,
    NewSnapshot,
    NewTransfer,
    Nothing,
)
from perpbox.control.routes import HEALTH, ROUTES, Route
from perpbox.control.symbols import Changes, NewSymbol
from perpbox.control.what_if import Asked
from perpbox.faults import Rule

Schema = dict[str, Any]

BODIES: Final[Mapping[str, Any]] = {
    "POST /box/v1/clock": NewClock,
    "POST /box/v1/prices": NewPrices,
    "POST /box/v1/mark-sources": NewMarkSources,
    "POST /box/v1/funding": dict[str, NewFunding],
    "POST /box/v1/liquidity": NewLiquidity,
    "POST /box/v1/symbols": NewSymbol,
    "PATCH /box/v1/symbols/{symbol}": Changes,
    "POST /box/v1/snapshots": NewSnapshot,
    "POST /box/v1/snapshots/{name}/restore": Nothing,
    "POST /box/v1/snapshots/{name}/fork": NewFork,
    "POST /box/v1/faults": Rule,
    "POST /box/v1/insurance": NewTransfer,
    "POST /box/v1/accounts": NewAccount,
    "POST /box/v1/accounts/{id}/reset": Nothing,
    "POST /box/v1/accounts/{id}/transfer": NewTransfer,
    "POST /box/v1/accounts/{id}/fees": NewFees,
    "POST /box/v1/accounts/{id}/what-if": Asked,
    "POST /box/v1/accounts/{id}/keys": NewKey,
}
"""What each call reads of its body, as its handler names it."""

QUERIES: Final[Mapping[str, Mapping[str, bool]]] = {
    "GET /box/v1/top": {"first": False, "limit": False},
    "GET /box/v1/accounts/{id}/explain": {"field": True, "depth": False},
}
"""What each call reads of its query, and whether it must be there."""

BEARER: Final = "token"
SCHEMES: Final[Mapping[str, Schema]] = {BEARER: {"type": "http", "scheme": "bearer"}}
REFUSALS: Final = {
    "400": "The call is refused, and has changed nothing.",
    "401": "The venue was started with a token, which is missing or wrong.",
    "403": "The venue has no token, and the call comes from elsewhere or from a browser.",
    "404": "There is no such account, key, symbol, rule, field, snapshot or fork.",
    "409": "As things stand this cannot be done.",
    "413": "The body is too large.",
}
REFUSED: Final[Schema] = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            "required": ["code", "message"],
            "additionalProperties": False,
        }
    },
    "required": ["error"],
    "additionalProperties": False,
}
PREFIX: Final = "Box"
"""Before the name of each shape, which the traders' dialect may have too."""


def schemas() -> dict[str, Schema]:
    """The components: every structure that is read or told, by its name."""
    _, found = _generated()
    return {f"{PREFIX}{name}": schema for name, schema in found.items()} | {
        f"{PREFIX}Refused": REFUSED
    }


def paths() -> dict[str, dict[str, Schema]]:
    """Every call: path, then method in lower case."""
    shapes, _ = _generated()
    found: dict[str, dict[str, Schema]] = {}
    for route in ROUTES:
        found.setdefault(route.path, {})[route.method.lower()] = _operation(route, shapes)
    return found


def _generated() -> tuple[Mapping[str, Schema], Mapping[str, Schema]]:
    """The shape of every answer and every body, and the structures that they name."""
    kinds = {_name(route): _told(route) for route in ROUTES}
    kinds |= {f"{name} body": kind for name, kind in BODIES.items()}
    template = f"#/components/schemas/{PREFIX}{{name}}"
    shapes, found = msgspec.json.schema_components(kinds.values(), ref_template=template)
    return dict(zip(kinds, shapes, strict=True)), found


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _told(route: Route) -> Any:  # noqa: ANN401
    """What the handler gives, or what the reading gives that it puts off."""
    kind = get_type_hints(route.handler)["return"]
    if kind is object:
        return dict[str, Any]
    put_off = get_args(kind)
    return put_off[1] if put_off and put_off[0] == [] else kind


def _operation(route: Route, shapes: Mapping[str, Schema]) -> Schema:
    name = _name(route)
    operation: Schema = {
        "operationId": name.replace("/", "_").replace(" ", ""),
        "tags": ["box"],
        "parameters": [
            {"name": each[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
            for each in route.path.split("/")
            if each.startswith("{")
        ]
        + [
            {"name": each, "in": "query", "required": required, "schema": {"type": "string"}}
            for each, required in QUERIES.get(name, {}).items()
        ],
        "responses": {"200": _content("Done.", shapes[name])},
    }
    if route.path != HEALTH:
        refused = {"$ref": f"#/components/schemas/{PREFIX}Refused"}
        operation["responses"] |= {s: _content(w, refused) for s, w in REFUSALS.items()}
        operation["security"] = [{BEARER: []}, {}]
    if name in BODIES:
        body = shapes[f"{name} body"]
        operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return operation


def _content(words: str, schema: Schema) -> Schema:
    return {"description": words, "content": {"application/json": {"schema": schema}}}
