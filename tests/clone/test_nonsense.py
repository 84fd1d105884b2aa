"""Answers with nonsense in them are refused, or cloned as far as they make sense."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.clone import Unreadable, clone
from tests.audit.own import ACCOUNTS
from tests.clone.told import as_answers, told_of

SIGNED: Final = (
    "/fapi/v1/accountConfig",
    "/fapi/v1/openOrders",
    "/fapi/v3/account",
    "/fapi/v3/balance",
    "/fapi/v3/positionRisk",
)
NONSENSE: Final[tuple[Any, ...]] = (
    *(None, "", 0, -1, "-1", "x", True, [], {}, "NaN", "1E-9"),
    *("99999999999999999999", "0.000000001", "1e50"),
)
SHOWN: Final = 7
"""Rows of a list that are spoilt: the others are like them."""


def places(answer: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands, however deep."""
    if isinstance(answer, dict | list):
        rows = answer.items() if isinstance(answer, dict) else enumerate(answer[:SHOWN])
        for key, inner in rows:
            yield (*place, key)
            yield from places(inner, (*place, key))


def spoil(answers: Any, dice: random.Random) -> None:
    """Put nonsense somewhere, or take something away."""
    *way, last = dice.choice(list(places(answers)))
    for key in way:
        answers = answers[key]
    if dice.random() < 0.25:
        del answers[last]
    else:
        answers[last] = dice.choice(NONSENSE)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_nonsense_is_told_and_breaks_nothing(name: str) -> None:
    dice = random.Random(name)
    told = told_of(ACCOUNTS[name](), SIGNED)
    del told["/fapi/v1/exchangeInfo"]
    refused = cloned = 0
    for _ in range(60):
        answers = deepcopy(told)
        spoil(answers, dice)
        try:
            clone(as_answers(answers), ":memory:")
            cloned += 1
        except Unreadable:
            refused += 1
    assert refused > 5
    assert cloned > 5


def test_a_clone_that_cannot_be_leaves_no_file(tmp_path: Path) -> None:
    rows = [
        {"symbol": "BTCUSDT", "positionAmt": amount, "positionSide": side, "markPrice": "50000"}
        for amount, side in (("1", "BOTH"), ("-1", "SHORT"))
    ]
    place = tmp_path / "clone.perpbox"
    with pytest.raises(Unreadable):
        clone(as_answers({"risk": rows}), str(place))
    assert not place.exists()
