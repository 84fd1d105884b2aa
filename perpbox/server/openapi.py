"""`GET /openapi.json`: both dialects of the venue in one OpenAPI document."""

from __future__ import annotations

from typing import Final

import msgspec

from perpbox import __version__
from perpbox.api.calendar import Day
from perpbox.api.described import document as traders
from perpbox.control import described as operators
from perpbox.instrument import Catalogue
from perpbox.message import Request, Response

PATH: Final = "/openapi.json"
VERSION: Final = "3.1.0"
ABOUT: Final = (
    "A perpetual-futures venue on your own machine. Outside of /box/v1 it speaks the Binance USDS-M"
    " Futures API as of {}: parameters stand in the query or, except for GET, in a form body, and"
    " others than those named are ignored. What faults on purpose answer is"
    " not told. A path that is not here is answered with 404, a method"
    " that its path does not have with 405."
)


class Document:
    """The document of one venue, written when it is first asked for, and kept.

    It is public, stands before the guard and weighs nothing, as /healthz does: what reads it is a
    tool that has neither a key nor a place in the limits.
    """

    def __init__(self, api_date: Day, catalogue: Catalogue) -> None:
        self._api_date = api_date
        self._catalogue = catalogue
        self._written = b""

    @staticmethod
    def owns(path: str) -> bool:
        return path == PATH

    def answer(self, request: Request) -> Response:
        if request.method != "GET":
            words = {"code": -1000, "msg": f"Request method '{request.method}' is not supported."}
            return Response(405, msgspec.json.encode(words), (("Allow", "GET"),))
        if not self._written:
            self._written = msgspec.json.encode(document(self._api_date, self._catalogue))
        return Response(200, self._written)


def document(api_date: Day, catalogue: Catalogue) -> dict[str, object]:
    """The document as a tree."""
    return {
        "openapi": VERSION,
        "info": {
            "title": "perpbox",
            "version": __version__,
            "description": ABOUT.format(api_date),
        },
        "paths": {**traders.paths(api_date), **operators.paths(), PATH: _own_path()},
        "components": {
            "schemas": {**traders.schemas(catalogue), **operators.schemas()},
            "responses": traders.refusals(),
            "securitySchemes": {**traders.SCHEMES, **operators.SCHEMES},
        },
    }


def _own_path() -> dict[str, object]:
    content = {"application/json": {"schema": {"type": "object"}}}
    told = {"200": {"description": "This document.", "content": content}}
    return {"get": {"operationId": "GET_openapi.json", "tags": ["box"], "responses": told}}
