"""From what happened to what an account may ask about later: events become rows of history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.account import AccountId, OrderId, OrderStatus
from perpbox.engine import events as happened
from perpbox.engine.apply.orders import status_of
from perpbox.engine.line import Line
from perpbox.journal.records import (
    FundingRecord,
    IncomeRecord,
    MarginRecord,
    MarketTrade,
    OrderRecord,
    TradeRecord,
)
from perpbox.money import Millis


class Changes:
    """The rows that some turns add to the history or replace in it."""

    __slots__ = (
        "closed",
        "funding",
        "income",
        "margin",
        "market_trades",
        "orders",
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

    def wipe(self, account_id: AccountId) -> None:
        """Let the account have no history."""
        self.wiped.add(account_id)
        self.orders = {k: o for k, o in self.orders.items() if o.account_id != account_id}
        self.trades = [row for row in self.trades if row.account_id != account_id]
        self.income = [row for row in self.income if row.account_id != account_id]
        self.margin = [row for row in self.margin if row.account_id != account_id]


class Projection:
    """Follows the turns and gathers what they change in the history.

    Keeps the open orders, because a fill or a cancel names only the order. `find` is asked for
    one that is not among them: it was open when the venue last stopped.
    """

    __slots__ = ("_find", "_open", "changes")

    def __init__(self, find: Callable[[OrderId], OrderRecord]) -> None:
        self._find = find
        self._open: dict[OrderId, OrderRecord] = {}
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
        )
    )


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
    happened.MoneyMoved: _money_moved,
    happened.IsolatedMarginAdjusted: _isolated_margin_adjusted,
    happened.Traded: _traded,
    happened.FundingSettled: _funding_settled,
    happened.AccountReset: _account_reset,
    happened.AccountClosed: _account_closed,
}
