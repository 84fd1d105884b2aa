"""What has happened to conditional orders."""

from __future__ import annotations

from perpbox.account import ConditionalOrder, OrderId, TimeInForce, WorkingType
from perpbox.engine import events as happened
from perpbox.engine.agenda import Due, Entry
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.engine.triggers import UNSEEN
from perpbox.money import SCALE, Millis


def conditional_placed(state: State, event: happened.ConditionalPlaced, now: Millis) -> None:
    order = ConditionalOrder(
        event.algo_id, event.account_id, event.client_algo_id, event.terms, now, event.latest
    )
    wait(state, order)
    state.next_order_id = event.algo_id + 1
    state.accounts[event.account_id].version += 1
    terms = event.terms
    if terms.good_till:
        state.agenda.add(Entry(terms.good_till, Due.ORDER_END, event.algo_id, terms.symbol))
    if terms.time_in_force is TimeInForce.GTE_GTC:
        leg = (event.account_id, terms.symbol, terms.position_side)
        state.stirred.legs.append(leg)


def wait(state: State, order: ConditionalOrder) -> None:
    """Let an order wait; a snapshot's orders too."""
    account = state.accounts[order.account_id]
    state.conditional_orders[order.algo_id] = order
    account.conditional_orders[order.algo_id] = order
    account.client_algo_ids[order.client_algo_id] = order.algo_id
    symbol = order.terms.symbol
    account.waiting_in[symbol] = account.conditionals_in(symbol) + 1
    state.markets[order.terms.symbol].triggers.add(order)


def _wait_no_more(state: State, algo_id: OrderId) -> None:
    order = state.conditional_orders.pop(algo_id)
    account = state.accounts[order.account_id]
    del account.conditional_orders[algo_id]
    del account.client_algo_ids[order.client_algo_id]
    account.waiting_in[order.terms.symbol] -= 1
    account.version += 1
    if account.multi_assets and account.owes:
        state.stirred.stir(order.account_id)
    state.markets[order.terms.symbol].triggers.remove(order)


def conditional_canceled(state: State, event: happened.ConditionalCanceled, now: Millis) -> None:
    _wait_no_more(state, event.algo_id)


def conditional_expired(state: State, event: happened.ConditionalExpired, now: Millis) -> None:
    _wait_no_more(state, event.algo_id)


def conditional_triggered(state: State, event: happened.ConditionalTriggered, now: Millis) -> None:
    _wait_no_more(state, event.algo_id)


def conditional_rejected(state: State, event: happened.ConditionalRejected, now: Millis) -> None:
    """It had ceased to wait already."""


def note_prices(state: State, market: Market) -> None:
    """The market's mark or last price may be another one: which conditions hold by it.

    What its price protection holds back waits for a later price.
    """
    triggers = market.triggers
    if not triggers:
        return
    apart = abs(market.mark - market.last_price) * SCALE
    protected = apart > market.symbol.trigger_protect * market.mark
    stirred, name = state.stirred, market.symbol.name
    for working_type in WorkingType:
        price = market.working_price(working_type)
        triggers.note(working_type, price)
        seen = stirred.seen.get((name, working_type), UNSEEN)
        for algo_id in triggers.due(working_type, price, seen):
            if not (protected and state.conditional_orders[algo_id].terms.price_protect):
                stirred.reach(algo_id, price)
        if not protected:
            # What has been reached need not be found again, however often the price comes back.
            stirred.seen[name, working_type] = (max(seen[0], price), min(seen[1], price))
