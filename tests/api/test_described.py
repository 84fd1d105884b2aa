"""The table of parameters and answers: nothing is missing in it, and nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.api import app
from perpbox.api.calendar import NEWEST
from perpbox.api.described.answers import ANSWERS, SHAPES
from perpbox.api.described.document import REFUSALS, paths
from perpbox.api.described.notation import schema_of
from perpbox.api.described.parameters import (
    NOTES,
    OF_BATCH,
    PARAMETERS,
    SPELLINGS,
    TYPES,
    TYPES_ELSEWHERE,
    parameters_of,
)
from perpbox.api.errors import Error
from perpbox.api.params import read
from perpbox.api.routes import ROUTES, Route, by_path
from tests.api.conforming import DOCUMENT
from tests.api.test_fuzz import BASES, settled
from tests.api.trader import conditional_order

PAGES: Final = Path(__file__).parents[3] / "shared" / "spec" / "pages"
OF_ALL: Final = {"timestamp", "recvWindow"}
ENDPOINTS: Final = [f"{route.method} {route.path}" for route in ROUTES]
GOOD: Final = {
    "interval": "1m",
    "period": "5m",
    "pair": "BTCUSDT",
    "contractType": "PERPETUAL",
    "asset": "USDT",
    "multiAssetsMargin": "true",
    "dualSidePosition": "true",
    "quoteId": "1",
    "downloadId": "1",
    "file": "1",
}
BEFORE_ALGO: Final = "2025-12-08"
"""The last day on which the order endpoints read what conditional orders need."""
TYPES_TO_TRY: Final = ("", "LIMIT", "MARKET", "STOP", "STOP_MARKET", "TRAILING_STOP_MARKET")


def names_of(endpoint: str) -> set[str]:
    return {each.name for each in parameters_of(PARAMETERS.get(endpoint, ""))}


# The table in itself.


def test_every_endpoint_is_described() -> None:
    assert list(ANSWERS) == ENDPOINTS
    assert set(PARAMETERS) <= set(ENDPOINTS)
    assert set(OF_BATCH) <= set(PARAMETERS)


def test_every_type_is_used() -> None:
    named = {name for endpoint in PARAMETERS for name in names_of(endpoint)}
    of_batch = {each.name for words in OF_BATCH.values() for each in parameters_of(words)}
    assert named | of_batch | OF_ALL == set(TYPES) | {"batchOrders"}
    assert all(name in names_of(endpoint) for endpoint, name in {*TYPES_ELSEWHERE, *NOTES})


def test_every_shape_is_used() -> None:
    words = " ".join([*ANSWERS.values(), *SHAPES.values(), "Error"])
    assert {word for word in SHAPES if re.search(rf"\b{word}\b", words)} == set(SHAPES)


def test_every_refusal_has_a_status_that_is_described() -> None:
    elsewhere = {404, 405}
    assert {error.status for error in Error} - elsewhere <= {int(status) for status in REFUSALS}


@pytest.mark.parametrize("day", ["2024-01-01", "2025-12-08", NEWEST])
def test_there_is_what_there_was_on_that_day(day: str) -> None:
    described = {(m.upper(), path) for path, methods in paths(day).items() for m in methods}
    table = by_path(day)
    assert described == {(method, path) for path in table for method in table[path]}


# The notation.


@pytest.mark.parametrize(
    "text", ["{", "{a", "[int", "[int}", "int int", "{a:}", "word", "int|", "{a:word}", "]"]
)
def test_what_is_no_shape(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        schema_of(text)


def test_a_shape() -> None:
    found = schema_of("[{a b?:int c:null|Error}]|[]")
    either: Any = found["anyOf"]
    fields = either[0]["items"]
    assert fields["required"] == ["a", "c"]
    assert fields["additionalProperties"] is False
    assert fields["properties"]["b"] == {"type": "integer", "format": "int64"}
    reference = {"$ref": "#/components/schemas/Error"}
    assert fields["properties"]["c"] == {"anyOf": [{"type": "null"}, reference]}
    assert either[1] == {"type": "array", "maxItems": 0}


# What is really read.


class Listening(dict[str, str]):
    """Parameters that note which of them were asked for."""

    def __init__(self, values: dict[str, str], asked: set[str]) -> None:
        super().__init__(values)
        self._asked = asked

    def get(self, name: str, default: Any = None) -> Any:
        self._asked.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._asked.add(str(name))
        return super().__contains__(name)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    names: set[str] = set()

    def listening(query: bytes, body: bytes) -> dict[str, str]:
        return Listening(read(query, body), names)

    monkeypatch.setattr(app, "read", listening)
    return names


def attempts(endpoint: str) -> Iterator[dict[str, object]]:
    """Requests that together reach every parameter that the endpoint reads."""
    base = {"symbol": "BTCUSDT", **GOOD, **BASES.get(endpoint, {})}
    for kind in TYPES_TO_TRY:
        typed = {"type": kind} if kind and "Margin" not in endpoint else {}
        yield {**base, **typed}
        yield {**base, **typed, "timeInForce": "GTD"}
        yield {**base, **typed, "triggerPrice": "1", "stopPrice": "1", "callbackRate": "1"}
    yield {**base, "type": "MARKET", "timeInForce": None, "price": None}
    yield {**conditional_order("SELL", "STOP_MARKET", None), "stopPrice": "49000"}
    yield dict.fromkeys(base)
    yield {**base, "orderId": None, "fromAmount": None, "algoId": None, "symbol": "NONE"}
    yield {**base, "orderId": 1, "side": "BUY", "fromId": 1}


@pytest.mark.parametrize("route", ROUTES, ids=ENDPOINTS)
def test_what_an_endpoint_reads_is_what_the_table_says(route: Route, asked: set[str]) -> None:
    endpoint = f"{route.method} {route.path}"
    found: set[str] = set()
    for day in (NEWEST, BEFORE_ALGO):
        exchange, trader = settled(api_date=day)
        asked.clear()
        for params in attempts(endpoint):
            exchange.answer(trader.request(route.method, route.path, **params))
        found |= asked
    assert {SPELLINGS.get(name, name) for name in found} - OF_ALL == names_of(endpoint)


# What is documented.


def documented() -> dict[str, dict[str, str]]:
    """By endpoint, of each parameter whether it is mandatory, out of Binance's pages."""
    if not PAGES.is_dir():
        pytest.skip(f"the pages of Binance's documentation are not under {PAGES}")
    found: dict[str, dict[str, str]] = {}
    for page in sorted(PAGES.glob("*.md")):
        for part in re.split(r"(?m)^# ", page.read_text(encoding="utf-8")):
            address = re.search(
                r"## HTTP Request\s+`?(GET|POST|PUT|DELETE) ?`? ?`?(/\w\S*?)`", part
            )
            table = re.search(r"Mandatory\|[^\n]*\n-[-| ]+\n(.*?)\n\n", part, re.DOTALL)
            if address:
                rows = [row.split("|") for row in table[1].splitlines()] if table else []
                cells = {row[0].strip(): row[2].strip() for row in rows if len(row) > 2}
                found.setdefault(" ".join(address.groups()), {}).update(cells)
    return found


def test_every_documented_parameter_is_in_the_table() -> None:
    pages = documented()
    found = {endpoint: set(cells) - OF_ALL for endpoint, cells in pages.items()}
    served = {endpoint: names for endpoint, names in found.items() if endpoint in ENDPOINTS}
    assert len(served) > 80
    noted = {(endpoint, name) for endpoint, name in NOTES}
    for endpoint, names in served.items():
        own = {name for name in names_of(endpoint) if (endpoint, name) not in noted}
        assert own <= names, endpoint
        assert names <= names_of(endpoint), endpoint


def test_what_is_documented_as_mandatory_is() -> None:
    for endpoint, cells in documented().items():
        if endpoint not in ENDPOINTS:
            continue
        for each in parameters_of(PARAMETERS.get(endpoint, "")):
            if (endpoint, each.name) not in NOTES:
                wanted = cells[each.name] == "YES"
                assert each.is_mandatory == wanted, (endpoint, each.name)


def test_a_note_is_in_the_document() -> None:
    for (endpoint, name), note in NOTES.items():
        method, path = endpoint.split()
        shown = DOCUMENT["paths"][path][method.lower()]["parameters"]
        assert [p["description"] for p in shown if p["name"] == name] == [note]
