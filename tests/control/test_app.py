"""The operator's door: token, paths, methods, and when an answer may be told."""

from __future__ import annotations

from functools import partial

import pytest

from perpbox.control.app import MAX_BODY, is_loopback
from perpbox.control.routes import ROUTES
from tests.control.desk import NOON, TOKEN, Office, told

STATUS = "/box/v1/status"


def test_health_needs_no_token() -> None:
    office = Office()
    answer = office.ask("GET", "/healthz", headers={})
    assert (answer.status, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": TOKEN},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}!"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": "Bearer \N{SNOWMAN}"},
    ],
)
def test_everything_else_does(headers: dict[str, str]) -> None:
    office = Office()
    for route in ROUTES:
        if route.path == "/healthz":
            continue
        ask = partial(office.ask, route.method, route.path, headers=headers)
        answer = office.changes_nothing(ask)
        assert (answer.status, answer.error) == (401, "UNAUTHORIZED")
        assert answer.headers == {"WWW-Authenticate": "Bearer"}


def test_the_scheme_may_be_written_in_any_case() -> None:
    office = Office()
    assert office.ask("GET", STATUS, headers={"authorization": f"bearer {TOKEN}"}).status == 200


def test_a_token_may_be_any_text() -> None:
    office = Office(token="voil\N{LATIN SMALL LETTER A WITH GRAVE}")
    sent = "voil\N{LATIN SMALL LETTER A WITH GRAVE}".encode().decode("latin-1")
    assert office.ask("GET", STATUS, headers={"authorization": f"Bearer {sent}"}).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "127.0.0.1:8900"}, 200),
        ({"host": "localhost:8900"}, 200),
        ({"host": "[::1]:8900"}, 200),
        ({"host": "rebound.example:8900"}, 403),
        ({"host": "127.0.0.1.example"}, 403),
        ({"host": "127.0.0.1:8900", "origin": "https://example.com"}, 403),
        ({"host": "127.0.0.1:8900", "origin": "null"}, 403),
    ],
)
def test_without_a_token_no_web_page_gets_in(headers: dict[str, str], status: int) -> None:
    office = Office(token="")
    answer = office.ask("GET", STATUS, headers=headers)
    assert answer.status == status
    if status == 403:
        assert answer.error == "FORBIDDEN_ORIGIN"


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("LocalHost", True),
        ("0.0.0.0", False),  # noqa: S104  the very name to refuse
        ("::", False),
        ("192.168.1.1", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_loopback_is_known(name: str, own: bool) -> None:
    assert is_loopback(name) is own


@pytest.mark.parametrize(
    "path",
    [
        "/box",
        "/box/",
        "/box/v1",
        "/box/v2/status",
        "/box/v1/status/",
        "/box/v1/accounts/1/keys/a/b",
        "/box/v1/{id}",
        "/box/v1/nothing",
    ],
)
def test_an_unknown_path_is_not_found(path: str) -> None:
    answer = Office().get(path)
    assert (answer.status, answer.error) == (404, "UNKNOWN_PATH")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/box/v1/prices", "POST"),
        ("PUT", "/box/v1/accounts", "POST, GET"),
        ("PATCH", "/box/v1/accounts/1", "GET, DELETE"),
        ("POST", "/healthz", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(method: str, path: str, allowed: str) -> None:
    answer = Office().ask(method, path)
    assert (answer.status, answer.error) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers == {"Allow": allowed}


def test_a_large_body_is_refused() -> None:
    office = Office()
    answer = office.changes_nothing(lambda: office.post("/box/v1/prices", b" " * (MAX_BODY + 1)))
    assert (answer.status, answer.error) == (413, "BODY_TOO_LARGE")


def test_nothing_is_told_before_the_journal_has_it() -> None:
    office = Office()
    office.journal.held = True
    made = office.pending("POST", "/box/v1/accounts", {"balances": {"USDT": "1"}})
    assert made.sequence == office.venue.sequence
    read = office.pending("GET", f"/box/v1/accounts/{told(made.finish()).json['accountId']}")
    assert read.sequence == office.venue.sequence
    refused = office.pending("GET", "/box/v1/accounts/4711")
    assert told(refused.finish()).error == "UNKNOWN_ACCOUNT"
    office.venue.note_durable(office.venue.sequence)
    assert office.get(STATUS).status == 200


def test_an_answer_shows_the_moment_at_which_it_was_made() -> None:
    office = Office()
    account = office.account(USDT="1")
    office.journal.held = True
    path = f"/box/v1/accounts/{account}/transfer"
    first = office.pending("POST", path, {"asset": "USDT", "amount": "1"})
    office.pending("POST", path, {"asset": "USDT", "amount": "1"})
    assert told(first.finish()).json["balance"] == "2"


def test_status_says_how_the_process_stands() -> None:
    office = Office()
    office.account()
    shown = office.get(STATUS).json
    assert shown == {
        "version": "1.2.3",
        "symbols": list(office.state.markets),
        "accounts": 1,
        "sequence": 2,
        "durableSequence": 2,
        "clock": {"mode": "manual", "time": NOON, "iso": "2026-11-22T12:00:00.000Z"},
        "feed": {"kind": "quiet", "running": False},
        "uptimeSeconds": 1.5,
        "journal": "memory",
        "failures": 0,
    }
