"""How far each mark price may move before an account has to be looked at; derived.

An account's room to its next limit is shared out among its positions. While each mark price stays
within the edges that follow from its share, the account is safe whatever the others do. So a move
of a mark price costs as many looks as there are accounts whose edge it passes, and not as many as
there are accounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Final

from perpbox.account import Account, AccountId
from perpbox.margin.room import ANY_PRICE
from perpbox.money import Price

SPARE: Final = 64
ENOUGH: Final = 4
"""So many entries for each that counts may lie in a heap before it is made anew."""


class Heap:
    """Edges of one symbol on one side, the nearest first; some may not count any more."""

    __slots__ = ("_entries", "_look_at")

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, AccountId]] = []
        self._look_at = SPARE

    def add(self, edge: int, stamp: int, account_id: AccountId, stamps: dict[int, int]) -> None:
        heappush(self._entries, (edge, stamp, account_id))
        if len(self._entries) > self._look_at:
            self._entries = [e for e in self._entries if stamps.get(e[2]) == e[1]]
            heapify(self._entries)
            self._look_at = SPARE + ENOUGH * len(self._entries)

    def take(self, reached: int, stamps: dict[int, int]) -> Iterable[AccountId]:
        """The accounts whose edge lies at or before this."""
        entries = self._entries
        while entries and entries[0][0] <= reached:
            _, stamp, account_id = heappop(entries)
            if stamps.get(account_id) == stamp:
                yield account_id


class SymbolWatch:
    """The edges of all accounts in one symbol."""

    __slots__ = ("_falling", "_rising", "_stamps")

    def __init__(self) -> None:
        self._falling = Heap()
        self._rising = Heap()
        self._stamps: dict[AccountId, int] = {}

    def set(self, account_id: AccountId, low: Price, high: Price, stamp: int) -> None:
        """These edges count from now on, and no earlier ones of the account; 0 is none."""
        self._stamps[account_id] = stamp
        if low:
            self._falling.add(-low, stamp, account_id, self._stamps)
        if high:
            self._rising.add(high, stamp, account_id, self._stamps)

    def forget(self, account_id: AccountId) -> None:
        self._stamps.pop(account_id, None)

    def passed(self, mark: Price) -> list[AccountId]:
        falling = self._falling.take(-mark, self._stamps)
        return [*falling, *self._rising.take(mark, self._stamps)]


class Watch:
    """The edges of all accounts."""

    __slots__ = ("_next_stamp", "_symbols")

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        """Accounts that are there already are looked at when a price of theirs first moves."""
        self._symbols: dict[str, SymbolWatch] = {}
        self._next_stamp = 1
        for account in accounts:
            account.claims = None
            for name in account.active:
                self.set(account.account_id, name, ANY_PRICE, 1)

    def set(self, account_id: AccountId, symbol: str, low: Price, high: Price) -> None:
        """Look at the account once the mark price is not between these; 0 is no edge."""
        watch = self._symbols.get(symbol)
        if watch is None:
            watch = self._symbols[symbol] = SymbolWatch()
        watch.set(account_id, low, high, self._next_stamp)
        self._next_stamp += 1

    def forget(self, account_id: AccountId, symbol: str) -> None:
        """The account holds nothing of it."""
        if symbol in self._symbols:
            self._symbols[symbol].forget(account_id)

    def drop(self, account_id: AccountId) -> None:
        """The account is gone."""
        for watch in self._symbols.values():
            watch.forget(account_id)

    def passed(self, symbol: str, mark: Price) -> list[AccountId]:
        """The accounts to look at now that the mark price is this one."""
        return self._symbols[symbol].passed(mark) if symbol in self._symbols else []
