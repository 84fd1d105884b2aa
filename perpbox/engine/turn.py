"""One command's turn: first all is checked, then facts are emitted; nothing refuses after."""

from __future__ import annotations

from typing import Protocol

from perpbox.account import Account, AccountId, ConditionalOrder, Order
from perpbox.engine.apply import apply
from perpbox.engine.events import Event, MoneyMoved, MoneyReason
from perpbox.engine.market import Market
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.state import State
from perpbox.money import Amount, Millis


class Witness(Protocol):
    """Sees each event with the state right before and right after it, and changes nothing."""

    def before(self, event: Event) -> None: ...

    def after(self, event: Event, now: Millis) -> None: ...


class Turn:
    """The state, the time, and what has happened; each event is applied as it is emitted."""

    __slots__ = (
        "account_id",
        "conditional_orders",
        "events",
        "now",
        "orders",
        "since",
        "state",
        "witness",
    )

    def __init__(self, state: State, now: Millis, witness: Witness | None = None) -> None:
        self.state = state
        self.now = now
        self.witness = witness
        self.since = state.now
        """Time of the turn before."""
        self.events: list[Event] = []
        self.orders: list[Order] = []
        """The orders that the command was about, as they are now."""
        self.conditional_orders: list[ConditionalOrder] = []
        """Likewise."""
        self.account_id: AccountId = 0
        """The account that the command opened, if it did."""

    def require(self, condition: bool, reject: Reject, *details: str) -> None:
        """Refuse the command unless the condition holds; only before the first event."""
        assert not self.events, "a refusal after the first event would leave a trace"
        if not condition:
            raise Rejected(reject, *details)

    def emit(self, event: Event) -> None:
        self.events.append(event)
        if self.witness is None:
            apply(self.state, event, self.now)
        else:
            happen(self.state, event, self.now, self.witness)

    def move(
        self,
        payer: AccountId,
        payee: AccountId,
        asset: str,
        amount: Amount,
        reason: MoneyReason,
        symbol: str = "",
        trade_id: int = 0,
    ) -> None:
        """Move money; an amount below zero goes the other way, and none does not move."""
        if amount == 0:
            return
        if amount < 0:
            payer, payee, amount = payee, payer, -amount
        number = self.state.next_transaction_id
        self.emit(MoneyMoved(payer, payee, asset, amount, reason, number, symbol, trade_id))

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

    def open_market(self, symbol: str) -> Market:
        """The market of a symbol that is not closed, or a refusal."""
        market = self.market(symbol)
        self.require(not market.symbol.is_closed, Reject.SYMBOL_CLOSED, symbol)
        return market

    def require_trading(self, market: Market) -> None:
        """Orders meet each other there."""
        name = market.symbol.name
        self.require(not market.symbol.is_closed, Reject.SYMBOL_CLOSED, name)
        self.require(market.symbol.trades, Reject.SYMBOL_NOT_TRADING, name)


def happen(state: State, event: Event, now: Millis, witness: Witness | None) -> None:
    """Apply the event under the eyes of a witness, if there is one."""
    if witness is None:
        apply(state, event, now)
        return
    witness.before(event)
    apply(state, event, now)
    witness.after(event, now)
