"""What turns change in the history, gathered row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import Self

from perpbox.account import AccountId, ConditionalStatus, OrderId, OrderStatus
from perpbox.journal.records import (
    AmendmentRecord,
    ConditionalRecord,
    ConversionRecord,
    FundingRecord,
    HoldingRecord,
    IncomeRecord,
    MarginRecord,
    MarketTrade,
    OrderRecord,
    Step,
    StepRecord,
    TradeRecord,
)
from perpbox.money import Millis
from perpbox.tape import Candle, Keeper, Place


class Changes:
    """The rows that some turns add to the history or replace in it."""

    __slots__ = (
        "amendments",
        "candles",
        "closed",
        "conditionals",
        "conversions",
        "funding",
        "holdings",
        "income",
        "margin",
        "market_trades",
        "orders",
        "standing_candles",
        "steps",
        "trades",
        "wiped",
    )

    def __init__(self) -> None:
        self.wiped: set[AccountId] = set()
        """Accounts whose rows from before these turns go; rows in here came after."""
        self.closed: set[AccountId] = set()
        self.orders: dict[OrderId, OrderRecord] = {}
        self.trades: list[TradeRecord] = []
        self.income: list[IncomeRecord] = []
        self.margin: list[MarginRecord] = []
        self.market_trades: list[MarketTrade] = []
        self.funding: list[FundingRecord] = []
        self.holdings: list[HoldingRecord] = []
        self.conditionals: dict[OrderId, ConditionalRecord] = {}
        self.steps: list[StepRecord] = []
        self.amendments: list[AmendmentRecord] = []
        self.conversions: list[ConversionRecord] = []
        self.candles: list[tuple[Place, Candle]] = []
        """Those that have ended."""
        self.standing_candles: dict[str, Candle] = {}
        """By the names of their places."""

    def wipe(self, account_id: AccountId) -> None:
        """Let the account have no history."""
        self.wiped.add(account_id)
        self.orders = {k: o for k, o in self.orders.items() if o.account_id != account_id}
        self.trades = [row for row in self.trades if row.account_id != account_id]
        self.income = [row for row in self.income if row.account_id != account_id]
        self.margin = [row for row in self.margin if row.account_id != account_id]
        self.steps = [row for row in self.steps if row.account_id != account_id]
        self.amendments = [row for row in self.amendments if row.account_id != account_id]
        self.conversions = [row for row in self.conversions if row.account_id != account_id]
        kept = {k: o for k, o in self.conditionals.items() if o.account_id != account_id}
        self.conditionals = kept


class Gatherer:
    """Gathers what turns change in the history.

    Keeps the open orders, because a fill or a cancel names only the order. `find` and
    `find_conditional` are asked for one that is not among them: it was open when the venue last
    stopped. `standing` are the candles that stood by then.
    """

    __slots__ = (
        "_find",
        "_find_conditional",
        "_open",
        "_waiting",
        "changes",
        "keeper",
        "sequence",
    )

    def __init__(
        self,
        find: Callable[[OrderId], OrderRecord],
        find_conditional: Callable[[OrderId], ConditionalRecord | None],
        standing: Iterable[tuple[str, Candle]] = (),
    ) -> None:
        self._find = find
        self._find_conditional = find_conditional
        self._open: dict[OrderId, OrderRecord] = {}
        self._waiting: dict[OrderId, ConditionalRecord] = {}
        self.changes = Changes()
        self.sequence = 0
        """Of the turn that is being followed."""
        self.keeper = Keeper(standing)

    def take(self) -> Changes:
        """What has changed since the last call."""
        changes, self.changes = self.changes, Changes()
        changes.candles, changes.standing_candles = self.keeper.take()
        return changes

    def copied(self) -> Self:
        """One that goes on from here by itself; nothing is left here that was not taken."""
        other = type(self)(self._find, self._find_conditional)
        for order in self._open.values():
            other.open_order(copy(order))
        for waiting in self._waiting.values():
            other.wait(copy(waiting))
        other.changes = Changes()
        other.sequence = self.sequence
        other.keeper = self.keeper.copied()
        return other

    def open_order(self, order: OrderRecord) -> None:
        self._open[order.order_id] = order
        self.changes.orders[order.order_id] = order

    def changed_order(self, order_id: OrderId) -> OrderRecord:
        """The order, which is about to change."""
        order = self._open.get(order_id)
        if order is None:
            order = self._open[order_id] = self._find(order_id)
        self.changes.orders[order_id] = order
        return order

    def end_order(self, order_id: OrderId, status: OrderStatus, now: Millis) -> OrderRecord:
        order = self.changed_order(order_id)
        order.status = status
        order.updated = now
        del self._open[order_id]
        return order

    def wait(self, order: ConditionalRecord) -> None:
        self._waiting[order.algo_id] = order
        self.changes.conditionals[order.algo_id] = order

    def end_waiting(
        self, algo_id: OrderId, status: ConditionalStatus, now: Millis
    ) -> ConditionalRecord | None:
        """The conditional order waits no more; None if it was an order like any other."""
        order = self._waiting.pop(algo_id, None) or self._find_conditional(algo_id)
        if order is None:
            return None
        order.status = status
        order.updated = now
        self.changes.conditionals[algo_id] = order
        return order

    def note(
        self,
        account_id: AccountId,
        step: Step,
        now: Millis,
        details: dict[str, str],
        symbol: str = "",
        order_id: OrderId = 0,
    ) -> None:
        """Note what the venue did to an account by itself."""
        row = StepRecord(account_id, step, symbol, order_id, now, details)
        self.changes.steps.append(row)
