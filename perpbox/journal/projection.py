"""From what happened to what an account may ask about later: events become rows of history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.account import OrderStatus
from perpbox.engine import events as happened
from perpbox.engine.apply.orders import status_of
from perpbox.engine.holdings import HOLDING_SPAN
from perpbox.engine.line import Line
from perpbox.journal.changes import Gatherer
from perpbox.journal.own_accord import NOTED, OWN_ACCORD, note_payment
from perpbox.journal.records import (
    ORDER_STEPS,
    AmendmentRecord,
    ConversionRecord,
    FundingRecord,
    HoldingRecord,
    IncomeRecord,
    MarginRecord,
    MarketTrade,
    OrderRecord,
    TradeRecord,
)
from perpbox.margin.funding import SAMPLE_SPAN
from perpbox.money import Millis
from perpbox.tape import Keeper, Kind


def _order_accepted(history: Gatherer, event: happened.OrderAccepted, now: Millis) -> None:
    # A conditional order that was an order already is as old as it was.
    created = (event.trigger and event.trigger.placed) or now
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
            created,
            now,
            0,
            price_match=event.price_match,
            good_till=event.good_till,
            trigger=event.trigger,
            auto_close=event.auto_close,
        )
    )
    step = ORDER_STEPS.get(event.auto_close)
    if step is not None:
        history.note(event.account_id, step, now, {}, event.symbol, event.order_id)
    if event.trigger is not None:
        # It was triggered in the same turn.
        placed = history.changes.conditionals.get(event.trigger.algo_id)
        if placed is not None:
            placed.order_id = event.order_id


def _order_filled(history: Gatherer, event: happened.OrderFilled, now: Millis) -> None:
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


def _order_amended(history: Gatherer, event: happened.OrderAmended, now: Millis) -> None:
    order = history.changed_order(event.order_id)
    history.changes.amendments.append(
        AmendmentRecord(
            order.account_id,
            order.symbol,
            order.order_id,
            history.sequence,
            order.client_order_id,
            order.price,
            event.price,
            order.quantity,
            event.quantity,
            order.amendments + 1,
            now,
            event.modify_id,
        )
    )
    order.price = event.price
    order.quantity = event.quantity
    order.amendments += 1
    order.updated = now
    order.price_match = event.price_match


def _order_canceled(history: Gatherer, event: happened.OrderCanceled, now: Millis) -> None:
    history.end_order(event.order_id, OrderStatus.CANCELED, now)


def _order_expired(history: Gatherer, event: happened.OrderExpired, now: Millis) -> None:
    ended = history.end_order(event.order_id, status_of(event.reason), now)
    ended.expiry_reason = event.reason


def _money_moved(history: Gatherer, event: happened.MoneyMoved, now: Millis) -> None:
    if event.reason is happened.MoneyReason.RESET:
        return
    if event.reason in NOTED:
        note_payment(history, event, now)
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
    history: Gatherer, event: happened.IsolatedMarginAdjusted, now: Millis
) -> None:
    history.changes.margin.append(
        MarginRecord(
            event.account_id, event.symbol, event.position_side, event.amount, event.asset, now
        )
    )


def _converted(history: Gatherer, event: happened.Converted, now: Millis) -> None:
    history.changes.conversions.append(
        ConversionRecord(
            event.account_id,
            event.conversion_id,
            event.quote_id,
            event.from_asset,
            event.from_amount,
            event.to_asset,
            event.to_amount,
            now,
        )
    )


def _traded(history: Gatherer, event: happened.Traded, now: Millis) -> None:
    trade = MarketTrade(
        event.symbol,
        event.trade_id,
        event.price,
        event.quantity,
        event.taker_side,
        now,
        event.aggregate_id,
    )
    history.changes.market_trades.append(trade)
    history.keeper.trade(event.symbol, trade)


def _price_moved(history: Gatherer, event: happened.PriceMoved, now: Millis) -> None:
    _note_price(history.keeper, event, now)


def _note_price(keeper: Keeper, event: happened.PriceMoved, now: Millis) -> None:
    keeper.move(event.symbol, Kind.MARK, event.mark, now)
    keeper.move(event.symbol, Kind.INDEX, event.index, now)
    # It is nothing until it moves, from the opening of the market on.
    keeper.begin(event.symbol, Kind.PREMIUM, 0, now)


def _premium_moved(history: Gatherer, event: happened.PremiumMoved, now: Millis) -> None:
    _note_premium(history.keeper, event)


def _note_premium(keeper: Keeper, event: happened.PremiumMoved) -> None:
    # It is told late: nothing has changed since that sample.
    keeper.move(event.symbol, Kind.PREMIUM, event.premium, event.since * SAMPLE_SPAN)


def note_moves(keeper: Keeper, line: Line) -> None:
    """Let the candles follow what has moved in a turn, and nothing else."""
    for event in line.events:
        if isinstance(event, happened.PriceMoved):
            _note_price(keeper, event, line.time)
        elif isinstance(event, happened.PremiumMoved):
            _note_premium(keeper, event)


def _funding_settled(history: Gatherer, event: happened.FundingSettled, now: Millis) -> None:
    history.changes.funding.append(
        FundingRecord(event.symbol, event.funding_time, event.rate, event.mark)
    )


def _holding_sampled(history: Gatherer, event: happened.HoldingSampled, now: Millis) -> None:
    time = event.since * HOLDING_SPAN
    history.changes.holdings.append(HoldingRecord(event.symbol, time, event.holding))


def _account_reset(history: Gatherer, event: happened.AccountReset, now: Millis) -> None:
    history.changes.wipe(event.account_id)


def _account_closed(history: Gatherer, event: happened.AccountClosed, now: Millis) -> None:
    history.changes.wipe(event.account_id)
    history.changes.closed.add(event.account_id)


_PROJECT: Final[dict[type, Callable[[Gatherer, Any, Millis], None]]] = {
    happened.OrderAccepted: _order_accepted,
    happened.OrderFilled: _order_filled,
    happened.OrderAmended: _order_amended,
    happened.OrderCanceled: _order_canceled,
    happened.OrderExpired: _order_expired,
    happened.MoneyMoved: _money_moved,
    happened.IsolatedMarginAdjusted: _isolated_margin_adjusted,
    happened.Converted: _converted,
    happened.Traded: _traded,
    happened.PriceMoved: _price_moved,
    happened.PremiumMoved: _premium_moved,
    happened.HoldingSampled: _holding_sampled,
    happened.FundingSettled: _funding_settled,
    happened.AccountReset: _account_reset,
    happened.AccountClosed: _account_closed,
    **OWN_ACCORD,
}


class Projection(Gatherer):
    """Follows the turns."""

    __slots__ = ()

    def add(self, line: Line) -> None:
        time = line.time
        self.sequence = line.sequence
        for event in line.events:
            project = _PROJECT.get(type(event))
            if project is not None:
                project(self, event, time)
