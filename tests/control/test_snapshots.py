"""Snapshots as an operator calls them: names and numbers are checked before anything happens."""

from __future__ import annotations

import pytest

from perpbox.control.snapshots import NAME
from perpbox.feed.clock import iso
from tests.control.desk import NOON, Office


def test_a_snapshot_is_taken_listed_restored_and_deleted() -> None:
    office = Office()
    shown = {
        "name": "before",
        "sequence": 1,
        "time": NOON,
        "iso": iso(NOON),
        "accounts": 0,
    }
    assert office.post("/box/v1/snapshots", {"name": "before"}).json == shown
    assert office.get("/box/v1/snapshots").json == {"snapshots": [shown]}
    assert office.post("/box/v1/snapshots/before/restore").json == shown
    assert office.delete("/box/v1/snapshots/before").json == {"name": "before"}
    assert office.get("/box/v1/snapshots").json == {"snapshots": []}


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "a b", "ä", "x" * 65, "-a"])
def test_a_name_is_a_files_name_everywhere(name: str) -> None:
    assert Office().post("/box/v1/snapshots", {"name": name}).error == "INVALID_NAME"


@pytest.mark.parametrize("name", ["..", ".hidden", "%2e%2e", "x" * 65])
def test_what_cannot_be_a_name_is_no_snapshot(name: str) -> None:
    office = Office()
    assert not NAME.fullmatch(name)
    for answer in (
        office.delete(f"/box/v1/snapshots/{name}"),
        office.post(f"/box/v1/snapshots/{name}/restore"),
        office.post(f"/box/v1/snapshots/{name}/fork"),
    ):
        assert (answer.status, answer.error) == (404, "UNKNOWN_SNAPSHOT")


def test_a_fork_is_told_and_ended() -> None:
    office = Office()
    office.post("/box/v1/snapshots", {"name": "before"})
    fork = office.post("/box/v1/snapshots/before/fork", {"port": 9000}).json
    assert fork == {
        "number": 1,
        "snapshot": "before",
        "url": "http://127.0.0.1:9000",
        "port": 9000,
        "data": ":memory:",
    }
    assert office.get("/box/v1/forks").json == {"forks": [fork]}
    assert office.delete("/box/v1/forks/1").json == fork


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_is_one(port: int) -> None:
    answer = Office().post("/box/v1/snapshots/before/fork", {"port": port})
    assert answer.error == "INVALID_PORT"


@pytest.mark.parametrize("number", ["0x1", "-1", "9" * 30, "one"])
def test_a_fork_has_a_number(number: str) -> None:
    answer = Office().delete(f"/box/v1/forks/{number}")
    assert (answer.status, answer.error) == (404, "UNKNOWN_FORK")
