"""`/box/v1/accounts/{id}/explain`: the tree of a figure, and what is refused."""

from __future__ import annotations

import pytest

from perpbox.control import explain
from tests.control.desk import Office, Told


@pytest.fixture
def office() -> Office:
    office = Office()
    office.post("/box/v1/accounts", {"name": "alice", "balances": {"USDT": "1000"}})
    return office


def ask(office: Office, query: bytes) -> Told:
    return office.ask("GET", "/box/v1/accounts/1/explain", query=query)


def test_a_total_down_to_the_wallet(office: Office) -> None:
    told = ask(office, b"field=availableBalance")
    assert told.status == 200
    row = told.json["inputs"][0]
    assert told.json["value"] == row["value"] == "1000.00000000"
    assert told.json["formula"] == row["field"] == "assets.USDT.availableBalance"
    wallet = row["inputs"][0]["inputs"][0]
    assert (wallet["field"], wallet["value"]) == ("walletBalance", "1000.00000000")
    assert wallet["inputs"] == []


def test_the_field_is_called_as_it_was_asked_for(office: Office) -> None:
    told = ask(office, b"field=assets.USDT.maxWithdrawAmount&depth=1")
    assert told.json["field"] == "assets.USDT.maxWithdrawAmount"
    assert all(each["inputs"] == [] for each in told.json["inputs"])
    assert ask(office, b"field=availableBalance&depth=0").json["inputs"] == []


def test_the_nearest_names(office: Office) -> None:
    told = ask(office, b"field=assets.USDT.avaliableBalance")
    assert (told.status, told.error) == (404, "UNKNOWN_FIELD")
    assert "assets.USDT.availableBalance" in told.json["error"]["message"]
    far = ask(office, b"field=%E4%B8%80")
    assert (far.status, far.error) == (404, "UNKNOWN_FIELD")
    assert "There is totalInitialMargin, " in far.json["error"]["message"]


@pytest.mark.parametrize(
    "query",
    [b"", b"field=", b"feild=a", b"field=a&field=b", b"field=a&depth=-1", b"field=a&depth=1000"],
)
def test_a_question_that_is_none(office: Office, query: bytes) -> None:
    told = ask(office, query)
    assert (told.status, told.error) == (400, "INVALID_REQUEST")


def test_an_account_that_is_not_there(office: Office) -> None:
    told = office.ask("GET", "/box/v1/accounts/9/explain", query=b"field=availableBalance")
    assert (told.status, told.error) == (404, "UNKNOWN_ACCOUNT")
    assert explain.__doc__
