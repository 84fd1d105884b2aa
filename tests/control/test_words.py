"""What an operator sends and is refused with, word by word."""

from __future__ import annotations

import pytest

from perpbox.control import errors, requests
from perpbox.engine.rejects import Reject, Rejected
from tests.control.desk import told


@pytest.mark.parametrize("reject", Reject)
def test_every_refusal_of_the_engine_has_words(reject: Reject) -> None:
    for rejected in (Rejected(reject), Rejected(reject, "THIS")):
        answer = told(errors.refused_by_engine(rejected).response)
        assert answer.error == reject.name
        assert 400 <= answer.status < 500
        assert answer.json["error"]["message"].endswith(".")


def test_a_refusal_names_what_it_is_about() -> None:
    answer = told(errors.refused_by_engine(Rejected(Reject.UNKNOWN_ASSET, "DOGE")).response)
    assert answer.json["error"]["message"] == "DOGE is no margin asset here."


def test_a_body_is_read_by_its_type() -> None:
    read = requests.read(b'{"asset": "USDT", "amount": "1"}', requests.NewTransfer)
    assert (read.asset, read.amount) == ("USDT", "1")
    assert requests.read(b"", requests.NewKey).permissions == ("read", "trade")


def test_a_wrong_field_is_named() -> None:
    with pytest.raises(errors.Refused) as refused:
        requests.read(b'{"asset": "USDT", "amuont": "1"}', requests.NewTransfer)
    assert "amuont" in refused.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.123456789", "The amount has more than eight decimals."),
        ("one", "The amount is not a decimal number of at most 20 digits before the point."),
    ],
)
def test_a_wrong_amount_is_explained(text: str, message: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        requests.amount(text, "The amount")
    assert (refused.value.code, refused.value.message) == ("INVALID_AMOUNT", message)


def test_a_price_is_above_zero() -> None:
    assert requests.price("0.5", "The price") == 50_000_000
    with pytest.raises(errors.Refused, match="not above zero"):
        requests.price("0", "The price")
