"""The table of refusals: published codes and messages, fitting status, none out of use."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from perpbox.api.errors import ERROR_OF, ApiError, Error
from perpbox.engine.rejects import Reject
from tests.api.exchange import told

ROOT: Final = Path(__file__).parents[2]
TSV: Final = ROOT.parent / "shared" / "spec" / "error_codes.tsv"

OPERATORS: Final = {
    Reject.INVALID_FEES,
    Reject.INVALID_FUNDING,
    Reject.INVALID_LADDER,
    Reject.MARK_BY_FORMULA,
    Reject.INVALID_PRICE,
    Reject.INVALID_QUOTE_QUANTITY,
    Reject.CROSSED_QUOTES,
    Reject.INVALID_SYMBOL,
    Reject.ALREADY_OPEN,
}
"""What only an operator's command can be refused with."""

PERPBOX_OWN: Final = {Error.UNKNOWN_PATH, Error.METHOD_NOT_ALLOWED}
"""Refusals for which no message is published."""


OBSERVED: Final = {Error.API_KEY_MISSING}
"""Told by the live service in other words than its page has."""


def published() -> dict[int, set[str]]:
    if not TSV.exists():
        pytest.skip(f"the list of published messages is not here: {TSV}")
    messages: dict[int, set[str]] = defaultdict(set)
    with TSV.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            for text in row["message"].split(" || "):
                messages[int(row["code"])].add(plain(text))
    return messages


def plain(message: str) -> str:
    """A message with its blanks marked alike, without quotes around a whole one."""
    text = re.sub(r"`?%[sbd]`?|\{\}", "…", message)
    return text.partition('"')[2].rstrip('".') + "." if '"' in text else text


@pytest.mark.parametrize("error", Error, ids=lambda error: error.name)
def test_a_message_is_one_that_is_published(error: Error) -> None:
    if error in PERPBOX_OWN:
        assert error.code == -1000
        return
    assert (plain(error.value[1]) in published()[error.code]) is (error not in OBSERVED)
    assert published()[error.code]


@pytest.mark.parametrize("error", Error, ids=lambda error: error.name)
def test_the_status_is_the_decided_one(error: Error) -> None:
    special = {
        Error.UNKNOWN_PATH: 404,
        Error.METHOD_NOT_ALLOWED: 405,
        Error.TOO_MANY_REQUESTS: 429,
        Error.IP_BANNED: 418,
        Error.TOO_MANY_ORDERS: 429,
        Error.BAD_KEY_FORMAT: 401,
        Error.KEY_REJECTED: 401,
    }
    assert error.status == special.get(error, 400)


def test_every_refusal_of_a_clients_command_has_an_error() -> None:
    assert set(ERROR_OF) == set(Reject) - OPERATORS


def test_no_two_refusals_share_an_error_by_accident() -> None:
    assert len(set(ERROR_OF.values())) == len(ERROR_OF)


def test_no_error_is_out_of_use() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "perpbox").rglob("*.py")]
    used = set(re.findall(r"Error\.([A-Z_]+)", "".join(sources)))
    assert used >= {error.name for error in Error}


def test_an_error_is_answered_with_its_details_in_place() -> None:
    answer = told(ApiError(Error.TOO_MANY_ORDERS, 300, "10 SECOND").response((("X-A", "1"),)))
    assert (answer.status, answer.code, answer.headers) == (429, -1015, {"X-A": "1"})
    assert answer.json["msg"] == "Too many new orders; current limit is 300 orders per 10 SECOND."


def test_braces_in_a_detail_are_no_places() -> None:
    answer = told(ApiError(Error.UNKNOWN_PATH, "/{0}{x}").response())
    assert answer.json["msg"] == "Path /{0}{x} is not supported."


@pytest.mark.parametrize("reject", list(ERROR_OF), ids=lambda reject: reject.name)
def test_an_engines_refusal_fills_its_message(reject: Reject) -> None:
    error = ERROR_OF[reject]
    blanks = error.value[1].count("{}")
    assert "{" not in str(ApiError(error, *["5"] * blanks).body()["msg"])
