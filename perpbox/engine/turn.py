"""One command's turn: first all is checked, then facts are emitted; nothing refuses after."""

from __future__ import annotations

from perpbox.account import Account, AccountId, Order
from perpbox.engine.apply import apply
from perpbox.engine.events import Event
from perpbox.engine.market import Market
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.state import State
from perpbox.money import Millis


class Turn:
    """The state, the time, and what has happened; each event is applied as it is emitted."""

    __slots__ = ("account_id", "events", "now", "orders", "state")

    def __init__(self, state: State, now: Millis) -> None:
        self.state = state
        self.now = now
        self.events: list[Event] = []
        self.orders: list[Order] = []
        """The orders that the command was about, as they are now."""
        self.account_id: AccountId = 0
        """The account that the command opened, if it did."""

    def require(self, condition: bool, reject: Reject, *details: str) -> None:
        """Refuse the command unless the condition holds; only before the first event."""
        assert not self.events, "a refusal after the first event would leave a trace"
        if not condition:
            raise Rejected(reject, *details)

    def emit(self, event: Event) -> None:
        self.events.append(event)
        apply(self.state, event, self.now)

    def account(self, account_id: AccountId) -> Account:
        """The account, or a refusal."""
        account = self.state.accounts.get(account_id)
        if account is None:
            raise Rejected(Reject.UNKNOWN_ACCOUNT, str(account_id))
        return account

    def market(self, symbol: str) -> Market:
        """The market, or a refusal."""
        market = self.state.markets.get(symbol)
        if market is None:
            raise Rejected(Reject.UNKNOWN_SYMBOL, symbol)
        return market
