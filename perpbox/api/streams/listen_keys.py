"""Listen keys: the names of user data streams, good for an hour from when they were last kept."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from perpbox.account import AccountId
from perpbox.journal.listen_keys import ListenKey, ListenKeyTable, MemoryListenKeys
from perpbox.money import Millis

LIFE: Final[Millis] = 60 * 60 * 1000
"""Of the venue's time, after POST or PUT (user-data-streams page)."""
LENGTH: Final = 64
ALPHABET: Final = string.ascii_letters + string.digits


class ListenKeys:
    """The keys that are good, at hand in memory and kept in the journal's file.

    Each account has one at most. They outlive a restart, because a client that connects again
    with a key that nobody knows would not be told so: it would wait for ever.
    """

    def __init__(self, table: ListenKeyTable | None = None, seed: str | None = None) -> None:
        self._table = table or MemoryListenKeys()
        self._seed = seed
        self._made = 0
        self._by_account: dict[AccountId, ListenKey] = {}
        """In the order in which they expire, which is that in which they were last kept."""
        self._by_text: dict[str, ListenKey] = {}
        for key in sorted(self._table.stored(), key=lambda key: key.expires):
            self._by_account[key.account_id] = self._by_text[key.text] = key
        self.on_end: Callable[[ListenKey, bool], None] = _nobody_minds
        """Called with a key that is good no more, and whether its time was over."""

    def start(self, account_id: AccountId, now: Millis) -> ListenKey:
        """The account's key, good for another hour; made if there is none."""
        self.expire(now)
        key = self._by_account.get(account_id)
        if key is None:
            self._made += 1
            key = ListenKey(self._letters(account_id, now), account_id, now)
        return self._extend(key, now)

    def keep(self, account_id: AccountId, now: Millis) -> ListenKey | None:
        """The account's key, good for another hour; None if there is none."""
        self.expire(now)
        key = self._by_account.get(account_id)
        return None if key is None else self._extend(key, now)

    def _extend(self, key: ListenKey, now: Millis) -> ListenKey:
        """Durable when this returns."""
        extended = replace(key, expires=now + LIFE)
        self._table.put(extended)
        self._by_account.pop(key.account_id, None)
        self._by_account[key.account_id] = self._by_text[key.text] = extended
        return extended

    def of_account(self, account_id: AccountId) -> ListenKey | None:
        return self._by_account.get(account_id)

    def stop(self, account_id: AccountId) -> None:
        """Let the account's key, if it has one, be good no more."""
        key = self._by_account.get(account_id)
        if key is not None:
            self._table.delete(account_id)
            self._end(key, in_time=False)

    def find(self, text: str, now: Millis) -> ListenKey | None:
        self.expire(now)
        return self._by_text.get(text)

    def expire(self, now: Millis) -> None:
        """End the keys whose time is over, the earliest first."""
        while self._by_account:
            first = next(iter(self._by_account.values()))
            if first.expires > now:
                return
            # A clock that jumps ends many at once, and the venue waits for none of them.
            self._table.lapse(first.account_id)
            self._end(first, in_time=True)

    def _end(self, key: ListenKey, *, in_time: bool) -> None:
        del self._by_account[key.account_id]
        del self._by_text[key.text]
        self.on_end(key, in_time)

    def _letters(self, account_id: AccountId, now: Millis) -> str:
        """Letters and digits alone: a client knows a private stream by them."""
        if self._seed is None:
            return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        told = f"{self._seed}:{account_id}:{now}:{self._made}"
        dice = hashlib.shake_256(told.encode()).digest(LENGTH)
        return "".join(ALPHABET[byte % len(ALPHABET)] for byte in dice)


def _nobody_minds(_key: ListenKey, _in_time: bool) -> None:
    """Before somebody listens."""
