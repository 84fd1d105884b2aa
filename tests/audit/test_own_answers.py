"""This venue's own answers through the audit: what it says it computes, it has computed."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import pytest

from perpbox.audit import Finding, Options, Verdict, audit
from perpbox.money import NotANumber, parse, text
from tests.audit.own import ACCOUNTS, SIDE_INFORMATION, answers_of, documents

UNTOLD: Final = {
    "notional": "markPrice is not in the file",
    "breakEvenPrice": "the fills and their commission are not in the file",
    "initialMargin": "it fits, but the open orders of the symbol are not in the file",
    "maxWithdrawAmount": ("it fits, but the maintenance margin held back is not in the answer"),
    "availableBalance": "the asset index of that moment is not in the file",
    "liquidationPrice": "nothing is published for multi-assets mode",
}
"""Why a field is not determined even with every answer at hand, wherever it is not."""

PRIMITIVE: Final = {
    "asset",
    "walletBalance",
    "positionAmt",
    "entryPrice",
    "breakEvenPrice",
    "markPrice",
    "leverage",
    "maxNotional",
    "bidNotional",
    "askNotional",
    "isolatedWallet",
}
MISSED: Final = {
    ("one-way", "/fapi/v3/account"): {"notional"},
    ("one-way", "/fapi/v3/positionRisk"): {"liquidationPrice"},
    ("hedged", "/fapi/v3/account"): {"notional"},
    ("hedged", "/fapi/v3/positionRisk"): {"liquidationPrice"},
    ("multi-assets", "/fapi/v3/account"): {"notional", "totalMaintMargin", "availableBalance"},
    ("multi-assets", "/fapi/v3/positionRisk"): {"liquidationPrice"},
}
"""Fields of which one answer leaves a unit open: digits, the index, the rest of the account."""


@pytest.fixture(scope="module", params=ACCOUNTS)
def case(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    name: str = request.param
    return name, answers_of(ACCOUNTS[name]())


def test_everything_that_is_determined_is_exact(case: tuple[str, dict[str, Any]]) -> None:
    findings = audit(documents(case[1]), Options())
    assert not [each for each in findings if each.verdict is Verdict.OFF]
    for each in findings:
        if each.verdict is Verdict.NOT_DETERMINED:
            assert each.reason == UNTOLD[each.field.rpartition(".")[2]]
    exact = [each for each in findings if each.verdict is Verdict.EXACT]
    assert len(exact) > 30 * (len(findings) - len(exact))


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ["/fapi/v3/account", "/fapi/v3/positionRisk"])
def test_one_unit_more_in_a_single_figure_shows(
    case: tuple[str, dict[str, Any]], endpoint: str
) -> None:
    name, answers = case
    told = {path: answers[path] for path in (endpoint, *SIDE_INFORMATION)}
    missed = set()
    for place in figures_in(told[endpoint]):
        changed = deepcopy(told)
        add_a_unit(changed[endpoint], place)
        if not off(audit(documents(changed), Options())):
            missed.add(place[-1])
    assert missed == MISSED[name, endpoint]


def figures_in(answer: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the derived figures stand that are not zero."""
    if isinstance(answer, dict | list):
        for key, inner in answer.items() if isinstance(answer, dict) else enumerate(answer):
            yield from figures_in(inner, (*place, key))
    elif isinstance(answer, str) and place[-1] not in PRIMITIVE and is_figure(answer):
        yield place


def is_figure(value: str) -> bool:
    try:
        return parse(value) != 0
    except NotANumber:
        return False


def add_a_unit(answer: Any, place: tuple[Any, ...]) -> None:
    for key in place[:-1]:
        answer = answer[key]
    answer[place[-1]] = text(parse(answer[place[-1]]) + 1)


def off(findings: list[Finding]) -> list[Finding]:
    return [each for each in findings if each.verdict is Verdict.OFF]
