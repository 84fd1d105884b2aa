"""`GET /openapi.json`: it is there for everybody, is valid, and says what is served."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from perpbox.api.calendar import NEWEST
from perpbox.api.routes import ROUTES
from perpbox.control import described
from perpbox.control.routes import HEALTH
from perpbox.control.routes import ROUTES as CALLS
from perpbox.instrument import builtin
from perpbox.message import Request
from perpbox.server.background import running
from perpbox.server.openapi import PATH, Document, document
from perpbox.server.settings import Settings
from tests.api.conforming import DOCUMENT
from tests.server.shell import Kept
from tests.server.test_process import TOKEN, fetch


def test_it_is_served_without_key_token_or_weight() -> None:
    with running(Settings(port=0, token=TOKEN), Kept()) as server:
        assert fetch(server, "GET", PATH) == DOCUMENT


@pytest.mark.parametrize("day", ["2024-01-01", "2025-12-08", NEWEST])
def test_it_is_valid(day: str) -> None:
    written: Any = json.loads(json.dumps(document(day, builtin())))
    assert written["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(written).iter_errors()) == []


def test_it_is_written_once() -> None:
    asked = Document(NEWEST, builtin())
    first, second = (asked.answer(Request("GET", PATH)) for _ in range(2))
    assert (first.status, first.content_type) == (200, "application/json")
    assert first.body is second.body


def test_it_is_only_read() -> None:
    refused = Document(NEWEST, builtin()).answer(Request("POST", PATH))
    assert refused.status == 405
    assert refused.headers == (("Allow", "GET"),)
    assert json.loads(refused.body)["code"] == -1000


def test_every_endpoint_and_every_call_is_in_it() -> None:
    named = {
        f"{method.upper()} {path}"
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    rows = (*ROUTES, *CALLS)
    assert named == {f"{row.method} {row.path}" for row in rows} | {f"GET {PATH}"}


def test_names_of_operations_are_its_own() -> None:
    operations = [each for methods in DOCUMENT["paths"].values() for each in methods.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)


def test_who_may_ask() -> None:
    paths = DOCUMENT["paths"]
    assert "security" not in paths["/fapi/v1/time"]["get"]
    assert paths["/fapi/v1/listenKey"]["post"]["security"] == [{"key": []}]
    assert paths["/fapi/v1/order"]["post"]["security"] == [{"key": [], "signature": []}]
    assert paths["/box/v1/status"]["get"]["security"] == [{"token": []}, {}]
    assert "security" not in paths[HEALTH]["get"]


READ = {"POST", "PATCH"}


def test_every_posted_call_has_a_body() -> None:
    assert set(described.BODIES) == {f"{c.method} {c.path}" for c in CALLS if c.method in READ}


def test_the_symbols_are_those_of_the_catalogue() -> None:
    symbols = DOCUMENT["components"]["schemas"]["TradedSymbol"]["enum"]
    assert symbols == list(builtin().symbols)
