"""An operator lays faults, looks at what they have done, and lifts them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from perpbox.control.faults import MOST_DIGITS
from perpbox.faults.bench import MOST_RULES
from tests.control.desk import Office

FAULTS: Final = "/box/v1/faults"
DISCONNECT: Final = {"fault": {"kind": "disconnect", "executed": False}, "nth": 2}


def test_laid_shown_and_lifted() -> None:
    office = Office()
    laid = office.post(FAULTS, DISCONNECT).json
    assert laid == {"id": 1, "rule": DISCONNECT, "seen": 0, "fired": 0}
    office.faults.of_call("GET /fapi/v1/time", None, "")
    office.faults.of_call("GET /fapi/v1/time", None, "")
    shown = office.get(FAULTS).json
    assert shown["rules"] == [{"id": 1, "rule": DISCONNECT, "seen": 2, "fired": 1}]
    assert shown["fired"] == 1
    assert shown["log"] == [
        {
            "number": 1,
            "rule": 1,
            "kind": "disconnect",
            "time": office.venue.now(),
            "call": "GET /fapi/v1/time",
        }
    ]
    assert office.delete(f"{FAULTS}/1").json == {"lifted": 1}
    assert office.get(FAULTS).json["rules"] == []
    assert office.get(FAULTS).json["fired"] == 1


def test_all_is_forgotten() -> None:
    office = Office()
    for _ in range(2):
        office.post(FAULTS, DISCONNECT)
    assert office.delete(FAULTS).json == {"lifted": 2}
    assert office.get(FAULTS).json == {"rules": [], "fired": 0, "log": []}
    assert office.post(FAULTS, DISCONNECT).json["id"] == 1


@pytest.mark.parametrize(
    ("rule", "status", "code"),
    [
        ({}, 400, "INVALID_REQUEST"),
        ({"fault": {"kind": "flood"}}, 400, "INVALID_REQUEST"),
        ({"fault": {"kind": "drop", "copies": 1}}, 400, "INVALID_REQUEST"),
        ({**DISCONNECT, "nth": 0}, 400, "INVALID_FAULT"),
        ({**DISCONNECT, "probability": "2"}, 400, "INVALID_FAULT"),
        ({**DISCONNECT, "account": 99}, 404, "UNKNOWN_ACCOUNT"),
        ({**DISCONNECT, "symbol": "NOTHING"}, 404, "UNKNOWN_SYMBOL"),
    ],
)
def test_a_rule_that_is_refused(rule: Any, status: int, code: str) -> None:
    office = Office()
    told = office.post(FAULTS, rule)
    assert (told.status, told.json["error"]["code"]) == (status, code)
    assert office.get(FAULTS).json["rules"] == []


@pytest.mark.parametrize("name", ["2", "0", "x", "-1", "1" * (MOST_DIGITS + 1), "\u00b2"])
def test_a_rule_that_is_not_there(name: str) -> None:
    office = Office()
    office.post(FAULTS, DISCONNECT)
    assert office.delete(f"{FAULTS}/{name}").json["error"]["code"] == "UNKNOWN_FAULT"


def test_rules_are_not_without_number() -> None:
    office = Office()
    for _ in range(MOST_RULES):
        office.post(FAULTS, DISCONNECT)
    assert office.post(FAULTS, DISCONNECT).json["error"]["code"] == "TOO_MANY_FAULTS"
