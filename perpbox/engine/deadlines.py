"""The end of an order's life: dates, countdowns, and one year."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from perpbox.account import ExpiryReason
from perpbox.engine.agenda import Entry
from perpbox.engine.commands import SetCountdown
from perpbox.engine.events import ConditionalExpired, CountdownSet, OrderCanceled, OrderExpired
from perpbox.engine.standing import cancel_legacy
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.money import Millis

GTC_LIFE: Final[Millis] = 365 * 24 * 3600 * 1000
"""A GTC order stands for one year (common-definition page)."""


def set_countdown(turn: Turn, command: SetCountdown) -> None:
    """Begin to count anew, or count no more (Auto-Cancel All Open Orders page)."""
    account = turn.account(command.account_id)
    turn.market(command.symbol)
    deadline = turn.now + command.span if command.span > 0 else 0
    if deadline or (account.account_id, command.symbol) in turn.state.countdowns:
        turn.emit(CountdownSet(account.account_id, command.symbol, deadline))


def count_down(turn: Turn, entry: Entry) -> None:
    """A countdown has come to its end."""
    exposure = turn.state.accounts[entry.number].exposures.get(entry.symbol)
    turn.emit(CountdownSet(entry.number, entry.symbol, 0))
    for order_id in list(exposure.orders) if exposure else ():
        turn.emit(OrderCanceled(entry.number, order_id))
    cancel_legacy(turn, turn.state.accounts[entry.number], entry.symbol)


def end_order(turn: Turn, entry: Entry) -> None:
    """The date until which an order was good."""
    reason = ExpiryReason.GOOD_TILL_DATE
    waiting = turn.state.conditional_orders.get(entry.number)
    if waiting is not None:
        turn.emit(ConditionalExpired(waiting.account_id, waiting.algo_id, reason))
        return
    order = turn.state.orders[entry.number]
    turn.emit(OrderExpired(order.account_id, order.order_id, reason))


def first_end(state: State) -> Millis | None:
    """When the oldest open order reaches the end of its life."""
    for order in state.orders.values():
        return order.created + GTC_LIFE
    return None


def end_old_orders(turn: Turn) -> None:
    """Expire the orders whose life has ended."""
    # Orders lie in the order of their acceptance: the first that lives on ends the search.
    due = list(takewhile(lambda o: o.created + GTC_LIFE <= turn.now, turn.state.orders.values()))
    for order in due:
        turn.emit(OrderExpired(order.account_id, order.order_id, ExpiryReason.TOO_OLD))
