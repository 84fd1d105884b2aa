"""Flows, their environments and what is written down of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cells
import run
from environments import HERE, NodeEnvironment, PythonEnvironment
from isolation import attempts
from tools.conformance import kept
from tools.conformance_page import CLIENTS, FEATURES


def test_every_folder_of_a_flow_is_run() -> None:
    folders = {path.parent.name for path in HERE.glob("*_flow/flow.*")}
    assert folders == set(run.FLOWS)


def test_every_feature_has_words() -> None:
    assert tuple(FEATURES) == cells.FEATURES


@pytest.mark.parametrize("flow", run.FLOWS)
def test_the_page_has_the_version_that_is_locked(flow: str) -> None:
    row = kept()["clients"][flow]
    client, version = row["client"], row["version"]
    assert (row["registry"], client) in CLIENTS
    lock = (HERE / flow / run.FLOWS[flow].lock).read_text(encoding="utf-8")
    if row["registry"] == "npm":
        assert json.loads(lock)["packages"][f"node_modules/{client}"]["version"] == version
    else:
        name = client.replace("_", "-")
        assert re.search(rf"^{re.escape(name)}=={re.escape(version)}\s", lock, re.MULTILINE)


@pytest.mark.parametrize(
    "flow", [flow for flow, how in run.FLOWS.items() if isinstance(how, NodeEnvironment)]
)
def test_a_lock_of_npm_has_hashes_and_no_registry(flow: str) -> None:
    lock = (HERE / flow / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(lock)["packages"]
    assert all("integrity" in row for name, row in packages.items() if name)
    assert "resolved" not in lock


def test_a_machine_without_node_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert NodeEnvironment().lacking() == "Node 20 or newer, with npm"


def test_a_python_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert PythonEnvironment().lacking() == ""
    assert PythonEnvironment(least=(3, 99)).lacking() == "Python 3.99 or newer"
    assert PythonEnvironment().base() == sys.executable


def test_a_python_that_is_there_but_not_chosen_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pyenv has names on the path for all its versions; those not chosen end with 127."""
    for name, script in {
        "python3.18": "exit 127",
        "pyenv": f'test "$*" = "prefix 3.18" && echo {tmp_path}',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert PythonEnvironment(least=(3, 18)).base() == f"{tmp_path}/bin/python"
    assert PythonEnvironment(least=(3, 19)).lacking() == "Python 3.19 or newer"


def test_only_flows_that_ended_well_are_written_down(tmp_path: Path) -> None:
    done = subprocess.CompletedProcess([], 0, "ok ccxt 4.5.90 17 checks\n", "")
    good = run.judged("ccxt_flow", done, 1.0, ("orders",))
    assert (good.passed, good.checks) == (True, 17)
    failed = subprocess.CompletedProcess([], 1, "failed freqtrade 2026.9: orders: no\n", "")
    bad = run.judged("freqtrade_flow", failed, 1.0, ("orders",))
    assert not bad.passed
    path = tmp_path / "results.json"
    run.write_results([good, bad], {"other": "Node"}, path)
    told = json.loads(path.read_text())
    assert told["left_out"] == {"other": "Node"}
    assert told["flows"] == {
        "ccxt_flow": {
            "client": "ccxt",
            "version": "4.5.90",
            "registry": "PyPI",
            "features": ["orders"],
        }
    }


def test_a_flow_that_says_nothing_has_failed() -> None:
    done = subprocess.CompletedProcess([], 3, "", "Traceback")
    assert run.judged("ccxt_flow", done, 1.0, ()).output == "exit 3\nTraceback"


def test_a_flow_that_tried_to_leave_has_failed_and_gets_no_second_try(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "leaks").write_text("resolve fapi.binance.com\nresolve fapi.binance.com\n")
    tried = attempts(tmp_path / "leaks")
    assert tried == "tried to resolve fapi.binance.com\n"
    done = subprocess.CompletedProcess([], 0, "ok ccxt 4.5.90 17 checks\n", "")
    leaked = run.judged("ccxt_flow", done, 1.0, ("orders",), tried)
    assert not leaked.passed
    assert leaked.output.startswith(tried)
    drives = iter([leaked])
    monkeypatch.setattr(run, "drive", lambda _flow: next(drives))
    assert run.drive_patiently("freqtrade_flow") is leaked


@pytest.mark.parametrize(("flow", "again"), [("freqtrade_flow", True), ("ccxt_flow", False)])
def test_only_a_flow_with_a_race_of_its_own_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, flow: str, again: bool
) -> None:
    failed = run.Result(flow, flow, "1", 0, 1.0, "it broke")
    passed = run.Result(flow, flow, "1", 9, 1.0)
    drives = iter([failed, passed])
    monkeypatch.setattr(run, "drive", lambda _flow: next(drives))
    assert run.drive_patiently(flow) is (passed if again else failed)
