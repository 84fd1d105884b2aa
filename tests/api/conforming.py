"""Whether an answer is one that the OpenAPI document knows."""

from __future__ import annotations

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


def require_described(request: Request, response: Response) -> None:
    """Its status, type and body are in the document, if its path and method are."""
    operation = DOCUMENT["paths"].get(request.path, {}).get(request.method.lower())
    if operation is None or not request.method.isupper():
        assert response.status in {404, 405}
        return
    if response.status == 404:
        # Before its first day an endpoint is not there.
        return
    assert str(response.status) in operation["responses"], (request.path, response.status)
    validator = _validator(request.path, request.method.lower(), str(response.status))
    if validator is None:
        assert response.content_type == "application/zip"
        return
    assert response.content_type == "application/json"
    validator.validate(msgspec.json.decode(response.body))


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
