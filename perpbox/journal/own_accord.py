"""What the venue did to accounts by itself, as rows of history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.account import (
    ConditionalOrder,
    ConditionalStatus,
    ExpiryReason,
    OrderStatus,
    as_order,
)
from perpbox.engine import events as happened
from perpbox.journal.changes import Gatherer
from perpbox.journal.records import ConditionalRecord, OrderRecord, Step
from perpbox.money import Millis, text, text_short


def _conditional_placed(history: Gatherer, event: happened.ConditionalPlaced, now: Millis) -> None:
    named = (event.algo_id, event.account_id, event.client_algo_id, event.terms)
    if event.terms.legacy:
        history.open_order(as_order(ConditionalOrder(*named, now, event.latest), OrderRecord))
    else:
        history.wait(ConditionalRecord(*named, now, now))


def _conditional_canceled(
    history: Gatherer, event: happened.ConditionalCanceled, now: Millis
) -> None:
    if history.end_waiting(event.algo_id, ConditionalStatus.CANCELED, now) is None:
        history.end_order(event.algo_id, OrderStatus.CANCELED, now)


def _conditional_expired(
    history: Gatherer, event: happened.ConditionalExpired, now: Millis
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
        {"algoId": str(event.algo_id), "reason": event.reason.name},
        symbol,
    )


def _conditional_triggered(
    history: Gatherer, event: happened.ConditionalTriggered, now: Millis
) -> None:
    order = history.end_waiting(event.algo_id, ConditionalStatus.TRIGGERED, now)
    if order is not None:
        order.triggered = now
    history.note(
        event.account_id,
        Step.CONDITIONAL_TRIGGERED,
        now,
        {"algoId": str(event.algo_id), "price": text_short(event.price)},
        event.symbol,
    )


def _conditional_rejected(
    history: Gatherer, event: happened.ConditionalRejected, now: Millis
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
        {"algoId": str(event.algo_id), "reason": event.reject},
        symbol,
    )


# Accounts at their limit.


def _margin_called(history: Gatherer, event: happened.MarginCalled, now: Millis) -> None:
    history.note(event.account_id, Step.MARGIN_CALL, now, _figures(event))


def _margin_call_ended(history: Gatherer, event: happened.MarginCallEnded, now: Millis) -> None:
    history.note(event.account_id, Step.MARGIN_CALL_ENDED, now, {"pool": event.pool})


def _liquidation_started(
    history: Gatherer, event: happened.LiquidationStarted, now: Millis
) -> None:
    history.note(event.account_id, Step.LIQUIDATION_STARTED, now, _figures(event))


def _figures(
    event: happened.MarginCalled | happened.LiquidationStarted | happened.LiquidationStepped,
) -> dict[str, str]:
    """The pool, and why it is where it is."""
    return {
        "pool": event.pool,
        "marginBalance": text(event.margin_balance),
        "maintMargin": text(event.maint_margin),
    }


def _liquidation_stepped(
    history: Gatherer, event: happened.LiquidationStepped, now: Millis
) -> None:
    details = {
        **_figures(event),
        "positionSide": event.position_side.value,
        "quantity": text_short(event.quantity),
        "price": text_short(event.price),
        "bankruptcyPrice": text(event.bankruptcy_price),
        "markPrice": text(event.mark),
        "insuranceFund": text(event.fund),
    }
    history.note(event.account_id, Step[event.action.value], now, details, event.symbol)


def _liquidation_ended(history: Gatherer, event: happened.LiquidationEnded, now: Millis) -> None:
    left = "nothing" if event.is_empty else "positions"
    history.note(event.account_id, Step.LIQUIDATION_ENDED, now, {"pool": event.pool, "left": left})


NOTED: Final = {
    happened.MoneyReason.INSURANCE_CLEAR: Step.INSURANCE_CLEAR,
    happened.MoneyReason.AUTO_EXCHANGE: Step.AUTO_EXCHANGE,
}
"""Payments that the venue makes by itself."""


def note_payment(history: Gatherer, event: happened.MoneyMoved, now: Millis) -> None:
    """Note such a payment for the account that it is about."""
    for account_id, amount in ((event.payer, -event.amount), (event.payee, event.amount)):
        if account_id > 0:
            step = NOTED[event.reason]
            paid = {"asset": event.asset, "amount": text(amount)}
            history.note(account_id, step, now, paid, event.symbol)


OWN_ACCORD: Final[dict[type, Callable[[Gatherer, Any, Millis], None]]] = {
    happened.ConditionalPlaced: _conditional_placed,
    happened.ConditionalCanceled: _conditional_canceled,
    happened.ConditionalExpired: _conditional_expired,
    happened.ConditionalTriggered: _conditional_triggered,
    happened.ConditionalRejected: _conditional_rejected,
    happened.MarginCalled: _margin_called,
    happened.MarginCallEnded: _margin_call_ended,
    happened.LiquidationStarted: _liquidation_started,
    happened.LiquidationStepped: _liquidation_stepped,
    happened.LiquidationEnded: _liquidation_ended,
}
