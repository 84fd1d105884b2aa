"""`/box/v1/accounts/{id}/explain`: the tree of a figure, and what is refused."""

from __future__ import annotations

import msgspec
import pytest

from perpbox.control import explain
from perpbox.message import Pending, Request
from tests.control.desk import NOON, TOKEN, Office, Told, told


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
    income, earlier = wallet["inputs"]
    assert (income["formula"], earlier["value"]) == ("TRANSFER", "0.00000000")
    (row,) = income["inputs"][0]["inputs"]
    assert row["formula"] == f"income row at {NOON}"


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


@pytest.mark.parametrize("path", ["positions.BTCUSDT.adl", "assets.USDT.accountAlias", "canTrade"])
def test_what_is_made_of_nothing_here(office: Office, path: str) -> None:
    told = ask(office, f"field={path}".encode())
    assert (told.status, told.error) == (404, "NOT_EXPLAINED")
    assert told.json["error"]["message"].startswith(path.rpartition(".")[2])


def test_a_flat_symbol(office: Office) -> None:
    told = ask(office, b"field=positions.BTCUSDT.maxNotionalValue")
    assert told.json["formula"].startswith("cap of leverage bracket ")
    near = ask(office, b"field=positions.BTCUSDT.leverag").json["error"]["message"]
    assert "positions.BTCUSDT.leverage" in near


def test_only_what_had_happened_when_it_was_asked(office: Office) -> None:
    """An answer that waits for the journal shows nothing that happened while it waited."""
    query = b"field=assets.USDT.walletBalance"
    before = ask(office, query)
    office.journal.held = True
    transfer = {"asset": "USDT", "amount": "1"}
    headers = {"authorization": f"Bearer {TOKEN}"}
    body = msgspec.json.encode(transfer)
    path = "/box/v1/accounts/1"
    office.control.answer(Request("POST", f"{path}/transfer", b"", headers, body))
    waiting = office.control.answer(Request("GET", f"{path}/explain", query, headers, b""))
    assert isinstance(waiting, Pending)
    office.journal.held = False
    office.post(f"{path}/transfer", transfer)
    shown = told(waiting.finish())
    assert shown.json["value"] == "1001.00000000"
    assert [each["value"] for each in shown.json["inputs"]] == ["1001.00000000", "0.00000000"]
    assert before.json["value"] == "1000.00000000"


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


def test_of_near_names_only_some_are_said(office: Office) -> None:
    told = ask(office, b"field=positions.BTCUSDT.margin").json["error"]["message"]
    _, _, near = told.partition("Near it: ")
    assert 1 <= len(near.split(", ")) <= explain.NEAREST
