"""Listen keys as a journal keeps them: a client that comes back after a restart is still known."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from perpbox.account import AccountId
from perpbox.money import Millis


class ListenKey(Struct, frozen=True):
    """The name of an account's user data stream, as long as it is good."""

    text: str
    account_id: AccountId
    expires: Millis


class ListenKeyTable(Protocol):
    """Where a journal keeps them. What is put or deleted is durable when the call returns."""

    def stored(self) -> list[ListenKey]: ...

    def put(self, key: ListenKey) -> None:
        """The account's key from now on, in place of the one it had."""

    def delete(self, account_id: AccountId) -> None: ...

    def lapse(self, account_id: AccountId) -> None:
        """Delete a key whose time is over, sometime soon: if it comes back, its time is over."""


class MemoryListenKeys:
    """Listen keys as a dict."""

    def __init__(self) -> None:
        self._stored: dict[AccountId, ListenKey] = {}

    def copied(self) -> MemoryListenKeys:
        other = MemoryListenKeys()
        other._stored = dict(self._stored)
        return other

    def stored(self) -> list[ListenKey]:
        return list(self._stored.values())

    def put(self, key: ListenKey) -> None:
        self._stored[key.account_id] = key

    def delete(self, account_id: AccountId) -> None:
        self._stored.pop(account_id, None)

    lapse = delete
