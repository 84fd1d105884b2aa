"""An account of a venue in a test is a key that trades."""

from __future__ import annotations

import pytest

from perpbox.testing import venue
from perpbox.testing.account import Account


def test_an_account_is_its_key_and_shows_no_secret() -> None:
    with venue() as box:
        account = box.account("alice", USDT=10_000)
        assert account.base_url == box.base_url
        assert account.secret not in repr(account)
        shown = box.control("GET", f"accounts/{account.id}")
        assert shown["balances"] == {"USDT": "10000"}
        assert [key["apiKey"] for key in shown["keys"]] == [account.api_key]


def test_accounts_do_not_change() -> None:
    with pytest.raises(AttributeError):
        Account(1, "key", "secret", "http://127.0.0.1").id = 2  # type: ignore[misc]
