"""Whether an answer is one that the OpenAPI document knows."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import jsonschema_rs
import msgspec

from perpbox.api.calendar import NEWEST
from perpbox.instrument import builtin
from perpbox.message import Request, Response
from perpbox.server.openapi import document

DOCUMENT: Final[dict[str, Any]] = msgspec.json.decode(
    msgspec.json.encode(document(NEWEST, builtin()))
)
NUMBERED: Final = re.compile(r"^/box/v1/(accounts|faults)/[^/]+")
KEYS: Final = re.compile(r"^(/box/v1/accounts/\{id\}/keys)/[^/]+$")
SYMBOLS: Final = re.compile(r"^(/box/v1/symbols)/[^/]+")
SNAPSHOTS: Final = re.compile(r"^(/box/v1/snapshots)/[^/]+")
FORKS: Final = re.compile(r"^(/box/v1/forks)/[^/]+")
NOT_THERE: Final = {401, 403, 404, 405, 413}
"""What comes before an operator is told that there is no such call, and that."""


def require_described(request: Request, response: Response) -> None:
    """Its status, type and body are in the document, if its path and method are."""
    path, method = _template(request.path), request.method.lower()
    operation = DOCUMENT["paths"].get(path, {}).get(method)
    if operation is None or not request.method.isupper():
        assert response.status in NOT_THERE
        return
    if response.status == 404 and "404" not in operation["responses"]:
        # Before its first day an endpoint is not there.
        assert path.startswith("/fapi/")
        return
    assert str(response.status) in operation["responses"], (path, response.status)
    validator = _validator(path, method, str(response.status))
    if validator is None:
        assert response.content_type == "application/zip"
        return
    assert response.content_type == "application/json"
    validator.validate(msgspec.json.decode(response.body))


@cache
def _template(path: str) -> str:
    """The path as the document has it, with names in the place of accounts, rules and keys."""
    found = NUMBERED.sub(r"/box/v1/\1/{id}", path)
    found = SYMBOLS.sub(r"\1/{symbol}", found)
    found = SNAPSHOTS.sub(r"\1/{name}", found)
    found = FORKS.sub(r"\1/{number}", found)
    return KEYS.sub(r"\1/{apiKey}", found)


@cache
def _validator(path: str, method: str, status: str) -> jsonschema_rs.Validator | None:
    told = DOCUMENT["paths"][path][method]["responses"][status]
    if "$ref" in told:
        told = DOCUMENT["components"]["responses"][told["$ref"].rpartition("/")[2]]
    content = told["content"].get("application/json")
    if content is None:
        return None
    schema = {**content["schema"], "components": {"schemas": DOCUMENT["components"]["schemas"]}}
    return jsonschema_rs.validator_for(schema)
