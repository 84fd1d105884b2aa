"""API keys: who may sign for an account. The only place where secrets are kept."""

from __future__ import annotations

import hashlib
import secrets
import string
from enum import Enum
from typing import Final, Protocol

from msgspec import Struct

from perpbox.account import AccountId
from perpbox.money import Millis

KEY_LENGTH: Final = 64
ALPHABET: Final = string.ascii_letters + string.digits
EVERY_PERMISSION: Final = ("read", "trade")


class KeyKind(Enum):
    HMAC = "HMAC"
    RSA = "RSA"
    ED25519 = "ED25519"


class Key(Struct, frozen=True):
    """An API key of an account, with what its signatures are checked against."""

    api_key: str
    account_id: AccountId
    kind: KeyKind
    secret: str
    """Of an HMAC key; empty otherwise."""
    public_key: str
    """Of an RSA or Ed25519 key, as PEM; empty otherwise."""
    permissions: tuple[str, ...]
    ip_allow_list: tuple[str, ...]
    """Addresses that it may be used from; empty: any."""
    created: Millis

    def __repr__(self) -> str:
        """Without the secret, which must not reach a log."""
        return f"Key({self.api_key!r}, account_id={self.account_id}, kind={self.kind.value})"


class NumberedKey(Struct, frozen=True):
    """A key with the count of keys made up to it, deleted ones included."""

    number: int
    key: Key


class KeyTable(Protocol):
    """Where a journal keeps keys. What is written is durable when the call returns."""

    def last_number(self) -> int:
        """The highest number that any key ever had; zero before the first."""

    def stored(self) -> list[NumberedKey]:
        """The keys that are not deleted, oldest first."""

    def insert(self, numbered: NumberedKey) -> None: ...

    def delete(self, api_keys: list[str]) -> None: ...


class KeyStore:
    """Every key of the venue, at hand in memory and kept in the journal's file.

    Keys are random, or follow from `seed` and their number, so that a test knows them beforehand.
    """

    __slots__ = ("_by_account", "_by_api_key", "_last_number", "_seed", "_table")

    def __init__(self, table: KeyTable, seed: str | None = None) -> None:
        self._table = table
        self._seed = seed
        self._last_number = table.last_number()
        self._by_api_key: dict[str, Key] = {}
        self._by_account: dict[AccountId, dict[str, Key]] = {}
        for numbered in table.stored():
            self._keep(numbered.key)

    def create(
        self,
        account_id: AccountId,
        created: Millis,
        *,
        kind: KeyKind = KeyKind.HMAC,
        public_key: str = "",
        permissions: tuple[str, ...] = EVERY_PERMISSION,
        ip_allow_list: tuple[str, ...] = (),
    ) -> Key:
        """Make a key; it is durable when this returns. An HMAC key gets a secret of its own."""
        if (kind is KeyKind.HMAC) is bool(public_key):
            raise ValueError("an RSA or Ed25519 key has a public key, an HMAC key has none")
        number = self._last_number + 1
        key = Key(
            api_key=self._letters(number, "key"),
            account_id=account_id,
            kind=kind,
            secret=self._letters(number, "secret") if kind is KeyKind.HMAC else "",
            public_key=public_key,
            permissions=permissions,
            ip_allow_list=ip_allow_list,
            created=created,
        )
        self._table.insert(NumberedKey(number, key))
        self._last_number = number
        self._keep(key)
        return key

    def get(self, api_key: str) -> Key | None:
        return self._by_api_key.get(api_key)

    def of_account(self, account_id: AccountId) -> list[Key]:
        """The account's keys, oldest first."""
        return list(self._by_account.get(account_id, {}).values())

    def delete(self, api_key: str) -> bool:
        """Let the key be good for nothing from now on; False if there is none such."""
        key = self._by_api_key.get(api_key)
        if key is None:
            return False
        self._table.delete([api_key])
        self._forget(key)
        return True

    def delete_account(self, account_id: AccountId) -> None:
        """Delete every key of an account."""
        keys = self.of_account(account_id)
        if keys:
            self._table.delete([key.api_key for key in keys])
        for key in keys:
            self._forget(key)

    def _keep(self, key: Key) -> None:
        self._by_api_key[key.api_key] = key
        self._by_account.setdefault(key.account_id, {})[key.api_key] = key

    def _forget(self, key: Key) -> None:
        del self._by_api_key[key.api_key]
        of_account = self._by_account[key.account_id]
        del of_account[key.api_key]
        if not of_account:
            del self._by_account[key.account_id]

    def _letters(self, number: int, purpose: str) -> str:
        if self._seed is None:
            return "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))
        # The remainder favours a few letters by a hair, which nothing that is known needs to mind.
        dice = hashlib.shake_256(f"{self._seed}:{number}:{purpose}".encode()).digest(KEY_LENGTH)
        return "".join(ALPHABET[byte % len(ALPHABET)] for byte in dice)
