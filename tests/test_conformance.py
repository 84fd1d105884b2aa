"""docs/conformance.md is what was seen, and what is counted is what was asked and answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perpbox.message import Pending, Request, Response
from tools import conformance
from tools.conformance import clients_now, differences, endpoints_now, kept, text_of
from tools.conformance_page import client_rows, conformance_page, documented, recordings
from tools.conformance_seen import SERVED, Seen

ORDER = "POST /fapi/v1/order"


def test_the_page_says_what_is_kept() -> None:
    written = conformance.PAGE.read_text(encoding="utf-8")
    assert written == conformance_page(kept()), "docs/conformance.md is stale: make conformance"
    assert conformance.KEPT.read_text(encoding="utf-8") == text_of(kept())


def test_only_endpoints_that_are_served_are_listed() -> None:
    assert documented().keys() <= SERVED
    assert kept()["endpoints"].keys() <= SERVED
    assert recordings().keys() <= SERVED


def test_a_parameter_counts_where_the_request_was_not_refused() -> None:
    seen = Seen()
    asked = Request("POST", "/fapi/v1/order", b"symbol=BTCUSDT&side=BUY&price=")
    seen.of_answer(asked, Response(400, b'{"code":-1102,"msg":""}'))
    assert seen.rows == {(ORDER, "error", "-1102")}
    seen.of_answer(asked, Response(200, b"{}"))
    assert seen.rows == {
        (ORDER, "error", "-1102"),
        (ORDER, "answer", ""),
        (ORDER, "parameter", "symbol"),
        (ORDER, "parameter", "side"),
    }


def test_an_answer_that_waits_counts_once_it_is_told() -> None:
    seen = Seen()
    asked = Request("DELETE", "/fapi/v1/order", b"symbol=BTCUSDT")
    told = Response(200, b"{}")
    answer = seen.of_answer(asked, Pending(3, lambda: told))
    assert isinstance(answer, Pending)
    assert not seen.rows
    assert answer.finish() is told
    assert ("DELETE /fapi/v1/order", "parameter", "symbol") in seen.rows


def test_parameters_of_each_order_of_a_list_count() -> None:
    seen = Seen()
    body = b'batchOrders=[{"symbol":"BTCUSDT"},{"side":"BUY"}]'
    seen.note(Request("POST", "/fapi/v1/batchOrders", b"", {}, body), Response(200, b"[]"))
    assert {name for _, _, name in seen.rows} == {"", "batchOrders", "symbol", "side"}


def test_what_processes_saw_comes_together(tmp_path: Path) -> None:
    for name, rows in (
        ("1", [[ORDER, "error", "-1102"], [ORDER, "parameter", "side"]]),
        ("2", [[ORDER, "error", "-1102"], [ORDER, "answer", ""], [ORDER, "error", "-2019"]]),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(rows))
    wanted = {"answered": True, "parameters": ["side"], "errors": [-1102, -2019]}
    assert endpoints_now(tmp_path) == {ORDER: wanted}


def test_a_client_that_could_not_run_stays_and_one_that_is_gone_does_not() -> None:
    before = {"js": {"version": "1"}, "gone": {"version": "2"}, "py": {"version": "3"}}
    results = {"flows": {"py": {"version": "4"}}, "left_out": {"js": "Node", "new": "Node"}}
    assert clients_now(results, before) == {"js": {"version": "1"}, "py": {"version": "4"}}


def test_a_stale_row_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    results = tmp_path / "clients.json"
    results.write_text(json.dumps({"flows": {"other": {}}, "left_out": {"ccxt_flow": "Python"}}))
    seen = tmp_path / "seen"
    seen.mkdir()
    assert conformance.main([str(results), str(seen), "--check"]) == 1
    told = capsys.readouterr()
    assert "ccxt_flow stays as it was; to run, it needs Python" in told.out
    assert "other: now {}, written down None" in told.err
    assert f"{ORDER}: now None, written down " in told.err
    assert "ccxt_flow:" not in told.err


def test_what_has_not_changed_is_not_stale() -> None:
    assert differences(kept(), kept()) == []


def test_a_client_without_a_flow_has_an_empty_row() -> None:
    rows = {row[0]: row[1:] for row in client_rows({}) if row[2] == "PyPI"}
    assert set(rows["cryptofeed"]) == {"", "PyPI"}


def test_a_client_that_is_not_on_the_list_has_a_row_too() -> None:
    flows = {
        "x": {"client": "x", "version": "1", "registry": "PyPI", "features": ["orders"]},
    }
    *_, last = client_rows(flows)
    assert last[:3] == ["x", "1", "PyPI"]
    assert last.count("✓") == 1
