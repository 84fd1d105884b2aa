"""Answers with nonsense in them: a sentence, or findings, and never anything else."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.audit import Options, Unreadable, audit, documents_of
from tests.audit.answers import BRACKETS, LONG, USDT, account

POSITION: Final = {
    **LONG,
    "isolated": False,
    "notional": "25000.00000000",
    "unrealizedProfit": "500.00000000",
    "initialMargin": "2500.00000000",
    "positionInitialMargin": "2500.00000000",
    "openOrderInitialMargin": "0",
    "bidNotional": "0",
    "askNotional": "0",
    "maintMargin": "100.00000000",
    "isolatedMargin": "0",
    "liquidationPrice": "29116.46586345",
    "breakEvenPrice": "49024.5",
}
BALANCE: Final = {
    "asset": "USDT",
    "balance": "10000",
    "crossWalletBalance": "10000",
    "crossUnPnl": "500",
    "availableBalance": "8000",
    "maxWithdrawAmount": "8000",
}
INDEX: Final = {
    "symbol": "USDTUSD",
    "index": "1.00000000",
    "bidBuffer": "0.00010000",
    "askBuffer": "0.00010000",
    "bidRate": "0.99990000",
    "askRate": "1.00010000",
    "autoExchangeBidBuffer": "0.00010000",
    "autoExchangeAskBuffer": "0.00010000",
    "autoExchangeBidRate": "0.99990000",
    "autoExchangeAskRate": "1.00010000",
}
EVENT: Final = {
    "e": "ACCOUNT_UPDATE",
    "a": {
        "m": "FUNDING_FEE",
        "B": [{"a": "USDT", "wb": "100", "cw": "90", "bc": "1"}],
        "P": [{"s": "BTCUSDT", "pa": "1", "ep": "2", "up": "3", "mt": "isolated", "iw": "10"}],
    },
}
MULTI: Final = {
    "multiAssetsMargin": True,
    "totalWalletBalance": "9999.00000000",
    "totalMarginBalance": "10498.95000000",
    "totalInitialMargin": "2500.25000000",
    "totalPositionInitialMargin": "2500.25000000",
    "totalMaintMargin": "100.01000000",
    "availableBalance": "7998.70000000",
    "maxWithdrawAmount": "7998.70000000",
    "assets": [USDT],
    "positions": [POSITION],
}
ANSWERS: Final[list[Any]] = [
    account(POSITION),
    MULTI,
    [POSITION, {**POSITION, "symbol": "ETHUSDC"}],
    [BALANCE],
    [INDEX],
    [EVENT, EVENT],
    BRACKETS,
    [{"symbol": "BTCUSDT", "leverage": 10}],
]

nonsense = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(
        ["", "0", "-1", "-0.00000001", "1e9", "1E-40", "NaN", "\u0661", "9" * 19, "-5E18"]
    ),
    st.text(max_size=5),
    st.lists(st.just({}), max_size=1),
    st.just({}),
)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where anything stands in an answer."""
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    else:
        return []
    found = []
    for key, inner in inside:
        found += [(*here, key), *places(inner, (*here, key))]
    return found


def complaint(answers: list[Any]) -> str:
    """The sentence of a refusal; empty if there are findings."""
    read = json.loads(json.dumps(answers), parse_float=str)
    try:
        documents = [document for each in read for document in documents_of("answer", each)]
        audit(documents, Options())
    except Unreadable as error:
        return str(error)
    return ""


@pytest.mark.fuzz
@given(data=st.data())
def test_nonsense_ends_in_findings_or_a_sentence(data: st.DataObject) -> None:
    answers = deepcopy(ANSWERS)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(answers)))
        inner: Any = answers
        for key in way:
            inner = inner[key]
        inner[last] = data.draw(nonsense)
    said = complaint(answers)
    assert said.startswith("answer: ") or said == ""
    assert "\n" not in said
