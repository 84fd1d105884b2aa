"""Faults that a test lays, and what they have done."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from perpbox.demo import DemoFailed
from perpbox.faults.rules import OF_CALL, OF_EVENT, Failure, OfCommand, Skew
from perpbox.testing import Account, Box, VenueRefused, venue
from perpbox.testing.words import FaultKind
from tests.testing.test_box import trader

ORDER = "POST /fapi/v1/order"


def place(box: Box, account: Account, client_id: str) -> Any:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    return trader(box, account).signed(
        "POST", "/fapi/v1/order", newClientOrderId=client_id, **order
    )


@pytest.mark.parametrize("executed", [True, False])
def test_an_order_of_unknown_fate(perpbox: Box, executed: bool) -> None:
    account = perpbox.account(USDT=10_000)
    rule = perpbox.faults("error", answer="408", executed=executed, endpoint=ORDER, nth=1)
    assert rule.rule.fault == Failure("408", executed)
    with pytest.raises(DemoFailed, match=r"408.*-1007"):
        place(perpbox, account, "first")
    assert place(perpbox, account, "second")["status"] == "NEW"
    (fired,) = perpbox.fired()
    assert (fired.rule, fired.call, fired.account) == (rule.id, ORDER, account.id)
    assert perpbox.story(account.id).count("PlaceOrder") == 1 + executed


def test_rules_are_told_apart_and_lifted(perpbox: Box) -> None:
    alice, bob = perpbox.account(USDT=100), perpbox.account(USDT=100)
    rules = [perpbox.faults("error", account=each, answer="500") for each in (alice, bob.id)]
    for account in (alice, bob):
        with pytest.raises(DemoFailed, match=r"-1000"):
            trader(perpbox, account).signed("GET", "/fapi/v3/balance")
    assert [each.account for each in perpbox.fired(rules[1])] == [bob.id]
    perpbox.lift(rules[0])
    trader(perpbox, alice).signed("GET", "/fapi/v3/balance")
    assert len(perpbox.fired()) == 2
    perpbox.lift()
    trader(perpbox, bob).signed("GET", "/fapi/v3/balance")
    assert perpbox.fired() == []


def test_numbers_are_taken_as_they_are(perpbox: Box) -> None:
    rule = perpbox.faults("partialFill", fraction=0.5, probability=0.25, seed=7)
    assert (rule.rule.probability, rule.rule.seed) == ("0.25", 7)
    with pytest.raises(VenueRefused, match=r"INVALID_FAULT"):
        perpbox.faults("error", answer="teapot")


def test_a_reset_lifts_all() -> None:
    with venue() as box:
        box.faults("error", answer="500")
        box.reset()
        account = box.account(USDT=100)
        trader(box, account).signed("GET", "/fapi/v3/balance")
        assert box.fired() == []


def test_every_kind_has_its_word() -> None:
    kinds = (*OF_CALL, Skew, *get_args(OfCommand), *OF_EVENT)
    assert set(get_args(FaultKind)) == {kind.__struct_config__.tag for kind in kinds}
