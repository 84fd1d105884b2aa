"""From what happened to what an account may ask about later: events become rows of history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.account import (
    AccountId,
    ConditionalOrder,
    ConditionalStatus,
    ExpiryReason,
    OrderId,
    OrderStatus,
    as_order,
)
from perpbox.engine import events as happened
from perpbox.engine.apply.orders import status_of
from perpbox.engine.line import Line
from perpbox.journal.records import (
    ConditionalRecord,
    FundingRecord,
    IncomeRecord,
    MarginRecord,
    MarketTrade,
    OrderRecord,
    Step,
    StepRecord,
    TradeRecord,
)
from perpbox.money import Millis, text_short


class Changes:
    """The rows that some turns add to the history or replace in it."""

    __slots__ = (
        "closed",
        "conditionals",
        "funding",
        "income",
        "margin",
        "market_trades",
        "orders",
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
        self.conditionals: dict[OrderId, ConditionalRecord] = {}
        self.steps: list[StepRecord] = []

    def wipe(self, account_id: AccountId) -> None:
        """Let the account have no history."""
        self.wiped.add(account_id)
        self.orders = {k: o for k, o in self.orders.items() if o.account_id != account_id}
        self.trades = [row for row in self.trades if row.account_id != account_id]
        self.income = [row for row in self.income if row.account_id != account_id]
        self.margin = [row for row in self.margin if row.account_id != account_id]
        self.steps = [row for row in self.steps if row.account_id != account_id]
        kept = {k: o for k, o in self.conditionals.items() if o.account_id != account_id}
        self.conditionals = kept


class Projection:
    """Follows the turns and gathers what they change in the history.

    Keeps the open orders, because a fill or a cancel names only the order. `find` and
    `find_conditional` are asked for one that is not among them: it was open when the venue last
    stopped.
    """

    __slots__ = ("_find", "_find_conditional", "_open", "_waiting", "changes")

    def __init__(
        self,
        find: Callable[[OrderId], OrderRecord],
        find_conditional: Callable[[OrderId], ConditionalRecord | None],
    ) -> None:
        self._find = find
        self._find_conditional = find_conditional
        self._open: dict[OrderId, OrderRecord] = {}
        self._waiting: dict[OrderId, ConditionalRecord] = {}
        self.changes = Changes()

    def add(self, line: Line) -> None:
        time = line.time
        for event in line.events:
            project = _PROJECT.get(type(event))
            if project is not None:
                project(self, event, time)

    def take(self) -> Changes:
        """What has changed since the last call."""
        changes, self.changes = self.changes, Changes()
        return changes

    def open_order(self, order: OrderRecord) -> None:
        before = self._open.get(order.order_id)
        if before is not None:
            # A conditional order that was an order already.
            order.created = before.created
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
        symbol: str = "",
        order_id: OrderId = 0,
        **details: str,
    ) -> None:
        """Note what the venue did to an account by itself."""
        row = StepRecord(account_id, step, symbol, order_id, now, details)
        self.changes.steps.append(row)


def _order_accepted(history: Projection, event: happened.OrderAccepted, now: Millis) -> None:
    history.open_order(
        OrderRecord(
            event.order_id,
            event.account_id,
            event.symbol,
            event.client_order_id,
            event.side,
            event.position_side,
            event.order_type,
            event.time_in_force,
            event.price,
            event.quantity,
            event.reduce_only,
            event.self_trade_prevention,
            now,
            now,
            0,
            price_match=event.price_match,
            good_till=event.good_till,
            trigger=event.trigger,
        )
    )
    if event.trigger is not None:
        # It was triggered in the same turn.
        placed = history.changes.conditionals.get(event.trigger.algo_id)
        if placed is not None:
            placed.order_id = event.order_id


def _order_filled(history: Projection, event: happened.OrderFilled, now: Millis) -> None:
    order = history.changed_order(event.order_id)
    order.executed += event.quantity
    order.quote_executed += event.quantity * event.price
    order.updated = now
    order.status = OrderStatus.PARTIALLY_FILLED
    if order.executed == order.quantity:
        history.end_order(event.order_id, OrderStatus.FILLED, now)
    history.changes.trades.append(
        TradeRecord(
            event.account_id,
            event.symbol,
            event.trade_id,
            event.order_id,
            order.side,
            order.position_side,
            event.price,
            event.quantity,
            event.is_maker,
            event.commission,
            event.commission_asset,
            event.realized_profit,
            now,
        )
    )


def _order_amended(history: Projection, event: happened.OrderAmended, now: Millis) -> None:
    order = history.changed_order(event.order_id)
    order.price = event.price
    order.quantity = event.quantity
    order.amendments += 1
    order.updated = now
    order.price_match = event.price_match


def _order_canceled(history: Projection, event: happened.OrderCanceled, now: Millis) -> None:
    history.end_order(event.order_id, OrderStatus.CANCELED, now)


def _order_expired(history: Projection, event: happened.OrderExpired, now: Millis) -> None:
    ended = history.end_order(event.order_id, status_of(event.reason), now)
    ended.expiry_reason = event.reason


def _conditional_placed(
    history: Projection, event: happened.ConditionalPlaced, now: Millis
) -> None:
    named = (event.algo_id, event.account_id, event.client_algo_id, event.terms)
    if event.terms.legacy:
        history.open_order(as_order(ConditionalOrder(*named, now, event.latest), OrderRecord))
    else:
        history.wait(ConditionalRecord(*named, now, now))


def _conditional_canceled(
    history: Projection, event: happened.ConditionalCanceled, now: Millis
) -> None:
    if history.end_waiting(event.algo_id, ConditionalStatus.CANCELED, now) is None:
        history.end_order(event.algo_id, OrderStatus.CANCELED, now)


def _conditional_expired(
    history: Projection, event: happened.ConditionalExpired, now: Millis
) -> None:
    waited = history.end_waiting(event.algo_id, ConditionalStatus.EXPIRED, now)
    if waited is None:
        ended = history.end_order(event.algo_id, OrderStatus.EXPIRED, now)
        ended.expiry_reason = event.reason
        symbol = ended.symbol
    else:
        symbol = waited.symbol
    history.note(
        event.account_id,
        Step.CONDITIONAL_EXPIRED,
        now,
        symbol,
        algoId=str(event.algo_id),
        reason=event.reason.name,
    )


def _conditional_triggered(
    history: Projection, event: happened.ConditionalTriggered, now: Millis
) -> None:
    order = history.end_waiting(event.algo_id, ConditionalStatus.TRIGGERED, now)
    if order is not None:
        order.triggered = now
    history.note(
        event.account_id,
        Step.CONDITIONAL_TRIGGERED,
        now,
        event.symbol,
        algoId=str(event.algo_id),
        price=text_short(event.price),
    )


def _conditional_rejected(
    history: Projection, event: happened.ConditionalRejected, now: Millis
) -> None:
    order = history.changes.conditionals.get(event.algo_id)
    if order is None:
        ended = history.end_order(event.algo_id, OrderStatus.EXPIRED, now)
        ended.expiry_reason = ExpiryReason.TRIGGERED_AND_REFUSED
        symbol = ended.symbol
    else:
        order.status = ConditionalStatus.REJECTED
        order.reject = event.reject
        order.reject_details = event.details
        symbol = order.symbol
    history.note(
        event.account_id,
        Step.CONDITIONAL_REJECTED,
        now,
        symbol,
        algoId=str(event.algo_id),
        reason=event.reject,
    )


def _money_moved(history: Projection, event: happened.MoneyMoved, now: Millis) -> None:
    if event.reason is happened.MoneyReason.RESET:
        return
    # The house's accounts have ids below zero and no history.
    for account_id, amount in ((event.payer, -event.amount), (event.payee, event.amount)):
        if account_id > 0:
            history.changes.income.append(
                IncomeRecord(
                    account_id,
                    event.symbol,
                    event.reason,
                    amount,
                    event.asset,
                    now,
                    event.transaction_id,
                    event.trade_id,
                )
            )


def _isolated_margin_adjusted(
    history: Projection, event: happened.IsolatedMarginAdjusted, now: Millis
) -> None:
    history.changes.margin.append(
        MarginRecord(
            event.account_id, event.symbol, event.position_side, event.amount, event.asset, now
        )
    )


def _traded(history: Projection, event: happened.Traded, now: Millis) -> None:
    history.changes.market_trades.append(
        MarketTrade(
            event.symbol, event.trade_id, event.price, event.quantity, event.taker_side, now
        )
    )


def _funding_settled(history: Projection, event: happened.FundingSettled, now: Millis) -> None:
    history.changes.funding.append(
        FundingRecord(event.symbol, event.funding_time, event.rate, event.mark)
    )


def _account_reset(history: Projection, event: happened.AccountReset, now: Millis) -> None:
    history.changes.wipe(event.account_id)


def _account_closed(history: Projection, event: happened.AccountClosed, now: Millis) -> None:
    history.changes.wipe(event.account_id)
    history.changes.closed.add(event.account_id)


_PROJECT: Final[dict[type, Callable[[Projection, Any, Millis], None]]] = {
    happened.OrderAccepted: _order_accepted,
    happened.OrderFilled: _order_filled,
    happened.OrderAmended: _order_amended,
    happened.OrderCanceled: _order_canceled,
    happened.OrderExpired: _order_expired,
    happened.ConditionalPlaced: _conditional_placed,
    happened.ConditionalCanceled: _conditional_canceled,
    happened.ConditionalExpired: _conditional_expired,
    happened.ConditionalTriggered: _conditional_triggered,
    happened.ConditionalRejected: _conditional_rejected,
    happened.MoneyMoved: _money_moved,
    happened.IsolatedMarginAdjusted: _isolated_margin_adjusted,
    happened.Traded: _traded,
    happened.FundingSettled: _funding_settled,
    happened.AccountReset: _account_reset,
    happened.AccountClosed: _account_closed,
}
