"""Every published error is one that perpbox tells, or one that the page says why it never does."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from perpbox.api.errors import Error
from perpbox.faults.rules import Form
from perpbox.server.wire import SHUTTING_DOWN
from tools.docs_unanswered import OF_THE_SERVER, UNANSWERED, unanswered_codes, unanswered_rows

TSV: Final = Path(__file__).parents[2] / "shared" / "spec" / "error_codes.tsv"
PUBLISHED: Final = (
    "1000-1008 1010 1011 1013-1016 1020-1023 1099-1106 1108-1122 1125-1128 1130 1136"
    " 2010-2028 4000-4033 4044-4088 4104 4109 4114-4118 4120 4131 4135 4137-4142 4144 4161"
    " 4164 4165 4167-4172 4183 4184 4192 4202 4203 4205 4206 4208-4211 4400-4403 4531"
    " 5021 5022 5024-5029 5037-5041 5043"
)
"""The codes of Binance's error-code page, and of its change-log; without their sign."""


def published() -> set[int]:
    codes: set[int] = set()
    for part in PUBLISHED.split():
        first, _, last = part.partition("-")
        codes |= {-code for code in range(int(first), int(last or first) + 1)}
    return codes


def test_the_codes_here_are_those_of_the_list() -> None:
    if not TSV.exists():
        pytest.skip(f"the list of published errors is not here: {TSV}")
    with TSV.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert {int(row["code"]) for row in rows} == published()


def test_every_published_code_is_told_or_said_never_to_be() -> None:
    told = {error.code for error in Error} | set(OF_THE_SERVER)
    told |= {form.code for form in Form if form.code}
    never = set(unanswered_codes())
    assert not told & never
    assert told | never == published()


def test_a_code_has_one_reason_and_one_name() -> None:
    assert max(Counter(unanswered_codes()).values()) == 1
    rows = unanswered_rows()
    assert len(rows) == sum(len(each.codes) for each in UNANSWERED)
    assert all(name and reason for _, name, reason in rows)


def test_names_are_the_published_ones() -> None:
    if not TSV.exists():
        pytest.skip(f"the list of published errors is not here: {TSV}")
    with TSV.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        names = {row["code"]: row["name"].upper().replace(" ", "_") for row in reversed([*rows])}
    names["-4531"] = "(no published name)"
    wrong = [row for row in unanswered_rows() if names[row[0]] != row[1]]
    assert not wrong


def test_the_server_itself_tells_the_rest() -> None:
    assert set(OF_THE_SERVER) == {SHUTTING_DOWN}
