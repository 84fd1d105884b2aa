"""What a turn has stirred up: where something may follow by itself, once its command is done."""

from __future__ import annotations

from heapq import heappop, heappush

from perpbox.account import AccountId, OrderId, PositionSide, WorkingType
from perpbox.engine.triggers import Seen
from perpbox.money import Price


class Stirred:
    """Filled by `apply`, emptied by the rules that look into it; it is empty between turns."""

    __slots__ = (
        "_accounts",
        "_heap",
        "_reached",
        "_reached_at",
        "changed",
        "fund_has_grown",
        "legs",
        "liquidated",
        "marks",
        "seen",
    )

    def __init__(self) -> None:
        self._accounts: set[AccountId] = set()
        self._heap: list[AccountId] = []
        self.changed: dict[AccountId, set[tuple[str, PositionSide]]] = {}
        """Positions that are other ones now; the accounts are stirred."""
        self.fund_has_grown = False
        """Whether the insurance fund may pay what it could not pay before."""
        self.legs: list[tuple[AccountId, str, PositionSide]] = []
        """That hold nothing any more, or never have, and something may wait for that."""
        self.liquidated: set[AccountId] = set()
        """Accounts in multi-assets mode whose debts are to be bought back therefore."""
        self.marks: set[str] = set()
        """Symbols whose mark price has moved."""
        self._reached: list[OrderId] = []
        """Conditional orders whose condition has held at a price of this turn; a heap."""
        self._reached_at: dict[OrderId, Price] = {}
        """The first such price of each."""
        self.seen: dict[tuple[str, WorkingType], Seen] = {}
        """By symbol, the prices at which conditional orders have been looked for."""

    def stir(self, account_id: AccountId) -> None:
        """The account's wallets, positions or settings have changed, or a price has for it."""
        if account_id not in self._accounts:
            self._accounts.add(account_id)
            heappush(self._heap, account_id)

    def change(self, account_id: AccountId, symbol: str, leg: PositionSide) -> None:
        """One of its positions is another one now."""
        self.stir(account_id)
        self.changed.setdefault(account_id, set()).add((symbol, leg))

    def next_account(self) -> AccountId:
        """The lowest account that is stirred, which it is no more; 0 if there is none."""
        if not self._heap:
            return 0
        account_id = heappop(self._heap)
        self._accounts.discard(account_id)
        return account_id

    def reach(self, algo_id: OrderId, price: Price) -> None:
        """The condition holds at a price of this turn."""
        if algo_id not in self._reached_at:
            self._reached_at[algo_id] = price
            heappush(self._reached, algo_id)

    def next_reached(self) -> tuple[OrderId, Price]:
        """The oldest order whose condition has held, and where; it may wait no more. 0: none."""
        if not self._reached:
            return 0, 0
        algo_id = heappop(self._reached)
        return algo_id, self._reached_at[algo_id]

    def forget(self) -> None:
        self._accounts.clear()
        self._heap.clear()
        self.changed.clear()
        self.fund_has_grown = False
        self.legs.clear()
        self.liquidated.clear()
        self.marks.clear()
        self.seen.clear()
        self._reached.clear()
        self._reached_at.clear()
