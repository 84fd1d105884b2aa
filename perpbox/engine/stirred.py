"""What a turn has stirred up: where something may follow by itself, once its command is done."""

from __future__ import annotations

from perpbox.account import AccountId, PositionSide


class Stirred:
    """Filled by `apply`, emptied by the rules that look into it; it is empty between turns."""

    __slots__ = ("accounts", "legs", "symbols")

    def __init__(self) -> None:
        self.accounts: set[AccountId] = set()
        """Whose wallets, positions or settings have changed."""
        self.legs: list[tuple[AccountId, str, PositionSide]] = []
        """That hold nothing any more, or never have, and something may wait for that."""
        self.symbols: set[str] = set()
        """Whose mark or last price is another one."""

    def forget(self) -> None:
        self.accounts.clear()
        self.legs.clear()
        self.symbols.clear()
