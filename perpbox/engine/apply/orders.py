"""What has happened to orders."""

from __future__ import annotations

from perpbox.account import ExpiryReason, Order, OrderId, OrderStatus, Position
from perpbox.engine import events as happened
from perpbox.engine.agenda import Due, Entry
from perpbox.engine.apply.exposures import activate, deactivate, exposure_of, position_of
from perpbox.engine.apply.market import book_changed
from perpbox.engine.state import State
from perpbox.money import Millis


def new_order(event: happened.OrderAccepted, now: Millis) -> Order:
    """As it is before anything happens to it."""
    return Order(
        order_id=event.order_id,
        account_id=event.account_id,
        symbol=event.symbol,
        client_order_id=event.client_order_id,
        side=event.side,
        position_side=event.position_side,
        order_type=event.order_type,
        time_in_force=event.time_in_force,
        price=event.price,
        quantity=event.quantity,
        reduce_only=event.reduce_only,
        self_trade_prevention=event.self_trade_prevention,
        created=now,
        updated=now,
        priority=0,
        price_match=event.price_match,
        good_till=event.good_till,
        trigger=event.trigger,
        auto_close=event.auto_close,
    )


def order_accepted(state: State, event: happened.OrderAccepted, now: Millis) -> None:
    state.orders[event.order_id] = new_order(event, now)
    state.next_order_id = max(state.next_order_id, event.order_id + 1)
    if event.good_till:
        state.agenda.add(Entry(event.good_till, Due.ORDER_END, event.order_id, event.symbol))


def order_rested(state: State, event: happened.OrderRested, now: Millis) -> None:
    order = state.orders[event.order_id]
    order.priority = state.next_priority
    state.next_priority += 1
    market = state.markets[order.symbol]
    order.ahead = market.house_at(order.side, order.price) if market.ladder.queued else 0
    stand(state, order, now)


def stand(state: State, order: Order, now: Millis) -> None:
    """Put an order into the book and into its account's sums; a snapshot's orders too."""
    account = state.accounts[order.account_id]
    exposure = exposure_of(state, account, order.symbol)
    position = position_of(exposure, order.position_side)
    exposure.orders[order.order_id] = order
    account.client_order_ids[order.symbol, order.client_order_id] = order.order_id
    position.order_count += 1
    _count(position, order, order.remaining)
    market = state.markets[order.symbol]
    market.book.side(order.side).add(order)
    book_changed(state, market, now)
    account.version += 1
    if order.symbol not in account.active:
        activate(account, exposure)


def leave(state: State, order: Order, now: Millis) -> None:
    """Take an order out of the book and the sums, if it stands there."""
    account = state.accounts[order.account_id]
    exposure = account.exposures.get(order.symbol)
    if exposure is None or exposure.orders.pop(order.order_id, None) is None:
        return
    position = position_of(exposure, order.position_side)
    del account.client_order_ids[order.symbol, order.client_order_id]
    position.order_count -= 1
    _count(position, order, -order.remaining)
    market = state.markets[order.symbol]
    market.book.side(order.side).remove(order)
    book_changed(state, market, now)
    account.version += 1


def order_filled(state: State, event: happened.OrderFilled, now: Millis) -> None:
    order = state.orders[event.order_id]
    account = state.accounts[event.account_id]
    exposure = account.exposures.get(order.symbol)
    stands = exposure is not None and event.order_id in exposure.orders
    done = event.quantity == order.remaining
    if stands and exposure is not None:
        if done:
            leave(state, order, now)
        else:
            _count(position_of(exposure, order.position_side), order, -event.quantity)
            book_changed(state, state.markets[order.symbol], now)
    order.executed += event.quantity
    order.quote_executed += event.quantity * event.price
    order.updated = now
    order.status = OrderStatus.FILLED if done else OrderStatus.PARTIALLY_FILLED
    account.version += 1
    if done:
        del state.orders[event.order_id]
        if exposure is not None:
            deactivate(account, exposure)


def order_amended(state: State, event: happened.OrderAmended, now: Millis) -> None:
    order = state.orders[event.order_id]
    leave(state, order, now)
    order.price = event.price
    order.quantity = event.quantity
    order.amendments += 1
    order.updated = now
    order.price_match = event.price_match


def order_canceled(state: State, event: happened.OrderCanceled, now: Millis) -> None:
    _end(state, event.order_id, OrderStatus.CANCELED, now)


def order_expired(state: State, event: happened.OrderExpired, now: Millis) -> None:
    state.orders[event.order_id].expiry_reason = event.reason
    _end(state, event.order_id, status_of(event.reason), now)


def status_of(reason: ExpiryReason) -> OrderStatus:
    """How an order ends that expires for this reason."""
    in_match = reason in (ExpiryReason.SELF_TRADE, ExpiryReason.IMMEDIATE_SELF_TRADE)
    return OrderStatus.EXPIRED_IN_MATCH if in_match else OrderStatus.EXPIRED


def _end(state: State, order_id: OrderId, status: OrderStatus, now: Millis) -> None:
    order = state.orders.pop(order_id)
    account = state.accounts[order.account_id]
    leave(state, order, now)
    order.status = status
    order.updated = now
    if account.multi_assets and account.owes:
        # A debt may have to be bought back that an open order had let stand.
        state.stirred.stir(order.account_id)
    exposure = account.exposures.get(order.symbol)
    if exposure is not None:
        deactivate(account, exposure)


def _count(position: Position, order: Order, quantity: int) -> None:
    """Count a quantity of an opening order in, or out where it is below zero."""
    position.figures = None
    if order.reduce_only:
        return
    if order.side > 0:
        position.buy_quantity += quantity
        position.buy_notional += quantity * order.price
    else:
        position.sell_quantity += quantity
        position.sell_notional += quantity * order.price


def countdown_set(state: State, event: happened.CountdownSet, now: Millis) -> None:
    key = (event.account_id, event.symbol)
    if event.deadline:
        state.countdowns[key] = event.deadline
        state.agenda.add(Entry(event.deadline, Due.COUNTDOWN, *key))
    else:
        del state.countdowns[key]
