"""The endpoints of the route table as paths of an OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from perpbox.api.calendar import Day
from perpbox.api.described.answers import ANSWERS, FILE, NEVER, SHAPES
from perpbox.api.described.notation import Schema, schema_of
from perpbox.api.described.parameters import (
    NOTES,
    OF_BATCH,
    PARAMETERS,
    TYPES_ELSEWHERE,
    Parameter,
    parameters_of,
)
from perpbox.api.downloads import PATH
from perpbox.api.routes import Route, Security, by_path
from perpbox.instrument import Catalogue

OF_SYMBOL: Final = ("symbol", "pair")
BATCH: Final = "batchOrders"
TRADED: Final = "TradedSymbol"
MOST_OF_BATCH: Final = 5
KEY: Final = "key"
SIGNATURE: Final = "signature"

SCHEMES: Final[Mapping[str, Schema]] = {
    KEY: {"type": "apiKey", "in": "header", "name": "X-MBX-APIKEY"},
    SIGNATURE: {
        "type": "apiKey",
        "in": "query",
        "name": "signature",
        "description": (
            "HMAC-SHA256 in hex, RSA or Ed25519 in base64, of the query followed by the body as"
            " they are sent, without this parameter."
        ),
    },
}
REFUSALS: Final = {
    "400": "The request is refused, and has changed nothing.",
    "401": "The key is missing, unknown, or may not do this.",
    "404": "The file is not, or no longer, there.",
    "408": "The request was not complete in time.",
    "413": "The body is too large.",
    "414": "The address is too long.",
    "417": "The expectation is not known.",
    "418": "The address is banned for a while.",
    "429": "Too many requests or orders.",
    "431": "The headers are too large.",
    "503": "The venue is full or shutting down.",
}
"""A status and what it says; each has a code and a message."""

OF_SHELL: Final = ("408", "413", "414", "417", "431", "503")
"""Before any endpoint sees the request."""


def schemas(catalogue: Catalogue) -> dict[str, Schema]:
    """The components: every shape by its name, and the names of what is traded."""
    shapes = {name: schema_of(text) for name, text in SHAPES.items()}
    return {**shapes, TRADED: {"type": "string", "enum": list(catalogue.symbols)}}


def refusals() -> dict[str, Schema]:
    """The components: every refusal by its status."""
    return {
        f"Refused{status}": {
            "description": words,
            "content": {"application/json": {"schema": schema_of("Error")}},
        }
        for status, words in REFUSALS.items()
    }


def paths(api_date: Day) -> dict[str, dict[str, Schema]]:
    """What there is on that day: path, then method in lower case."""
    return {
        path: {method.lower(): _operation(route) for method, route in methods.items()}
        for path, methods in by_path(api_date).items()
    }


def _operation(route: Route) -> Schema:
    endpoint = f"{route.method} {route.path}"
    operation: Schema = {
        "operationId": endpoint.replace("/", "_").replace(" ", ""),
        "tags": [route.path.split("/")[1]],
        "x-security-type": route.security.name,
        "parameters": _parameters(endpoint, route.security),
        "responses": _responses(endpoint, route),
    }
    if isinstance(route.weight, int):
        operation["x-weight"] = route.weight
    if route.security.is_signed:
        operation["security"] = [{KEY: [], SIGNATURE: []}]
    elif route.security is not Security.NONE:
        operation["security"] = [{KEY: []}]
    return operation


def _parameters(endpoint: str, security: Security) -> list[Schema]:
    words = PARAMETERS.get(endpoint, "")
    own = parameters_of(f"{words} timestamp! recvWindow" if security.is_signed else words)
    return [_parameter(endpoint, each) for each in own]


def _parameter(endpoint: str, parameter: Parameter) -> Schema:
    shown: Schema = {"name": parameter.name, "in": "query", "required": parameter.is_mandatory}
    note = NOTES.get((endpoint, parameter.name))
    if note is not None:
        shown["description"] = note
    schema = _batch(endpoint) if parameter.name == BATCH else _schema(endpoint, parameter)
    if schema.get("type") == "array":
        # A list is JSON inside the one parameter.
        return {**shown, "content": {"application/json": {"schema": schema}}}
    return {**shown, "schema": schema}


def _schema(endpoint: str, parameter: Parameter) -> Schema:
    if parameter.name in OF_SYMBOL and (endpoint, parameter.name) not in TYPES_ELSEWHERE:
        return {"$ref": f"#/components/schemas/{TRADED}"}
    return parameter.schema(endpoint)


def _batch(endpoint: str) -> Schema:
    fields = parameters_of(OF_BATCH[endpoint])
    order: Schema = {
        "type": "object",
        "properties": {each.name: _schema(endpoint, each) for each in fields},
        "required": [each.name for each in fields if each.is_mandatory],
    }
    return {"type": "array", "items": order, "minItems": 1, "maxItems": MOST_OF_BATCH}


def _responses(endpoint: str, route: Route) -> Schema:
    statuses = ["400", *(["401"] if route.security is not Security.NONE else [])]
    statuses += [*(["404"] if route.path == PATH else []), "418", "429", *OF_SHELL]
    refused: Schema = {
        status: {"$ref": f"#/components/responses/Refused{status}"} for status in statuses
    }
    shape = ANSWERS[endpoint]
    if shape == NEVER:
        return refused
    if shape == FILE:
        content: Schema = {"application/zip": {}}
    else:
        content = {"application/json": {"schema": schema_of(shape)}}
    return {"200": {"description": "Done.", "content": content}, **refused}
