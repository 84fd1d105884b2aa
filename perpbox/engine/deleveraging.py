"""Auto-deleveraging: opposite positions are closed against one that nobody else takes."""

from __future__ import annotations

from perpbox.account import AutoClose, Order, Side
from perpbox.engine.closing import enter_closing_order
from perpbox.engine.events import OrderCanceled
from perpbox.engine.fills import take_over
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.margin.deleveraging import Ranked, ranked
from perpbox.money import Price


def deleverage(turn: Turn, bankrupt: Order, price: Price) -> None:
    """Close the bankrupt's order at this price against others', the highest rank first.

    [dec] What no client holds the house takes.
    """
    market = turn.state.markets[bankrupt.symbol]
    for place in ranking(turn.state, bankrupt.symbol, bankrupt.side):
        if place.account_id == bankrupt.account_id:
            continue
        if not bankrupt.remaining:
            return
        account = turn.state.accounts[place.account_id]
        for order_id in list(account.exposures[bankrupt.symbol].orders):
            turn.emit(OrderCanceled(account.account_id, order_id))
        quantity = min(bankrupt.remaining, abs(place.position.quantity))
        leg = place.position.position_side
        asked = (bankrupt.symbol, leg, -bankrupt.side, quantity, price)
        order = enter_closing_order(turn, account.account_id, *asked, AutoClose.ADL)
        take_over(turn, market, order, bankrupt, price, quantity)
    if bankrupt.remaining:
        take_over(turn, market, None, bankrupt, price, bankrupt.remaining)


def ranking(state: State, symbol: str, side: Side) -> list[Ranked]:
    """The positions of this side of a symbol, the first to be deleveraged first."""
    places = [
        ranked(state.accounts[account_id], exposure, position, state.marks, state.rates)
        for account_id, exposure in state.markets[symbol].holders.items()
        for position in exposure.positions.values()
        if position.quantity * side > 0
    ]
    return sorted(places, key=lambda place: place[:3])
