"""Converting: both legs in one turn at the quote, and what refuses it."""

from __future__ import annotations

import pytest

from perpbox.account import House
from perpbox.engine.commands import Convert, OpenAccount
from perpbox.engine.events import Converted, MoneyMoved, MoneyReason
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.state import money_sums
from perpbox.money import parse
from tests.engine.rig import Rig


def quote(
    account_id: int,
    from_asset: str = "USDT",
    given: str = "650",
    to_asset: str = "BNB",
    got: str = "1",
) -> Convert:
    return Convert(account_id, "quote", from_asset, parse(given), to_asset, parse(got))


@pytest.fixture
def rig() -> Rig:
    """A venue with alice, the first account, who has 1000 USDT."""
    rig = Rig()
    rig.submit(OpenAccount("alice", {"USDT": parse("1000")}))
    return rig


def test_both_legs_move_with_the_house(rig: Rig) -> None:
    alice = 1
    number = rig.state.next_transaction_id
    turn = rig.submit(quote(alice))
    six_fifty, one = parse("650"), parse("1")
    assert turn.events == [
        Converted(alice, number, "quote", "USDT", six_fifty, "BNB", one),
        MoneyMoved(
            alice, House.CLEARING, "USDT", six_fifty, MoneyReason.COIN_SWAP_WITHDRAW, number
        ),
        MoneyMoved(House.CLEARING, alice, "BNB", one, MoneyReason.COIN_SWAP_DEPOSIT, number + 1),
    ]
    account = rig.state.accounts[alice]
    assert (account.wallet("USDT"), account.wallet("BNB")) == (parse("350"), one)
    assert set(money_sums(rig.state).values()) == {0}


@pytest.mark.parametrize(
    ("command", "reject"),
    [
        (quote(99), Reject.UNKNOWN_ACCOUNT),
        (quote(1, from_asset="NONE"), Reject.UNKNOWN_ASSET),
        (quote(1, to_asset="NONE"), Reject.UNKNOWN_ASSET),
        (quote(1, given="0"), Reject.INVALID_AMOUNT),
        (quote(1, got="-1"), Reject.INVALID_AMOUNT),
        (quote(1, given="1000.00000001"), Reject.BALANCE_NOT_SUFFICIENT),
        (quote(1, from_asset="BNB", to_asset="USDT"), Reject.BALANCE_NOT_SUFFICIENT),
    ],
)
def test_what_is_refused(rig: Rig, command: Convert, reject: Reject) -> None:
    with pytest.raises(Rejected) as refused:
        rig.submit(command)
    assert refused.value.reject is reject


def test_all_that_could_be_withdrawn_may_go(rig: Rig) -> None:
    rig.submit(quote(1, given="1000"))
    assert rig.state.accounts[1].wallet("USDT") == 0
