"""The generated pages are those that the code would make now, and no row of them is made up."""

from __future__ import annotations

import csv
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Final

import pytest

from perpbox.api.errors import Error
from perpbox.api.routes import ROUTES
from perpbox.api.shapes import events
from perpbox.api.streams.names import Kind, parse_name
from perpbox.api.ws_api.methods import METHODS, SESSION_METHODS
from perpbox.server.settings import (
    KeepSettings,
    RecordedSettings,
    RelaySettings,
    Settings,
    SyntheticSettings,
)
from tools.docs import DOCS, PAGES, methods, weight_text
from tools.docs_settings import settings_rows
from tools.docs_streams import names, pace
from tools.docs_words import EVENTS, NOT_SERVED, OUTSIDE, PURPOSES, RULES, SESSION, STREAMS

TSV: Final = Path(__file__).parents[2] / "shared" / "spec" / "endpoints.tsv"
SERVED: Final = {f"{route.method} {route.path}" for route in ROUTES}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_not_stale(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"docs/{name} is stale: make docs"


def test_every_endpoint_has_its_words_and_no_other() -> None:
    assert set(PURPOSES) == SERVED
    assert list(PURPOSES) == [f"{route.method} {route.path}" for route in ROUTES]


def test_every_error_has_its_words_and_no_other() -> None:
    assert list(RULES) == [error.name for error in Error]


def test_every_method_of_the_websocket_api_is_listed() -> None:
    assert tuple(SESSION) == SESSION_METHODS
    listed = [name for name, _, _ in methods()]
    assert listed == [f"`{n}`" for n in (*SESSION_METHODS, *(m.name for m in METHODS))]


def test_what_is_said_not_to_be_served_is_not() -> None:
    absent = [f"{method} {path}" for method, path, _ in NOT_SERVED]
    assert len(set(absent)) == len(absent)
    assert not SERVED & set(absent)


def test_every_documented_endpoint_is_served_or_said_not_to_be() -> None:
    if not TSV.exists():
        pytest.skip(f"the list of documented endpoints is not here: {TSV}")
    with TSV.open(encoding="utf-8", newline="") as lines:
        documented = {
            f"{row['method']} {row['path']}"
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if not row["method"].startswith("WS")
        }
    mine = {name for name in SERVED if not name.partition(" ")[2].startswith(OUTSIDE)}
    assert documented == mine | {f"{method} {path}" for method, path, _ in NOT_SERVED}


def test_every_stream_has_its_words_and_is_one() -> None:
    assert list(STREAMS) == list(Kind)
    shown = {words for _, _, words in names()}
    assert shown == set(STREAMS.values())
    for spoken, speed, words in names():
        name = re.sub("<(symbol|pair|asset index)>", "btcusdt", spoken.strip("`"))
        asked = parse_name(name.replace("<interval>", "1m").replace("<5/10/20>", "10"))
        assert asked is not None, spoken
        assert (pace(asked.speed), STREAMS[asked.kind]) == (speed, words)


def test_every_event_has_its_words_and_no_other() -> None:
    source = Path(events.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'(?:head\(|"e": )"(\w+)"', source)) == set(EVENTS)


def test_weights_that_depend_on_something_say_on_what() -> None:
    texts = {f"{route.method} {route.path}": weight_text(route) for route in ROUTES}
    assert texts["GET /fapi/v3/account"] == "5"
    assert texts["GET /fapi/v1/openOrders"] == "1; 40 without symbol"
    assert texts["GET /fapi/v1/depth"] == (
        "limit 5, 10, 20, 50: 2; limit 100: 5; limit 500: 10; limit 1000: 20"
    )


def test_every_setting_has_its_words() -> None:
    told = settings_rows()
    tables = {"The process": Settings, "[synthetic]": SyntheticSettings}
    tables |= {"[recorded]": RecordedSettings, "[relay]": RelaySettings}
    tables |= {"[keep]": KeepSettings}
    assert list(told) == list(tables)
    for heading, kind in tables.items():
        names = [field.name for field in fields(kind) if not is_dataclass(field.default)]
        assert [row[0] for row in told[heading]] == [f"`{name}`" for name in names]
        assert all(row[-1].endswith(".") for row in told[heading])


def test_pages_are_tables_that_hold_together() -> None:
    for page in PAGES.values():
        rows = [line for line in page().splitlines() if line.startswith("|")]
        assert len(rows) > 25
        assert all(row.endswith("|") and row.count("`") % 2 == 0 for row in rows)
