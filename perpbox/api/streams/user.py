"""What happens to accounts, as the messages of their user data streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.api.streams.teller import Teller, Told, settings_of
from perpbox.api.streams.user_accounts import ACCOUNT_EVENTS
from perpbox.api.streams.user_orders import ORDER_EVENTS, ConditionalEvent, OrderEvent
from perpbox.engine import events as happened
from perpbox.money import Millis


class UserEvents(Teller):
    """Sees every event (an `engine.turn.Witness`) and keeps what listeners are to be told.

    What a message shows is the account right after the event, not after the turn: a turn may
    fill an order many times. Everything follows from the events and the state before them, so
    that a replay of the journal gives the same messages.
    """

    def take(self) -> list[Told]:
        """At the end of a turn: what it has to tell, in order."""
        self.finish()
        self.entering.clear()
        told, self.told = self.told, []
        return told

    def before(self, event: happened.Event) -> None:
        """An event is about to happen: the order that it ends is still there."""
        update = self.update
        if update is not None and not update.takes(event):
            self.finish()
        look = LOOK.get(type(event))
        if look is not None:
            look(self, event)

    def after(self, event: happened.Event, now: Millis) -> None:
        """It has happened."""
        note = NOTE.get(type(event))
        if note is not None:
            note(self, event, now)


def _of_an_order(teller: Teller, event: OrderEvent | happened.OrderFilled) -> None:
    if event.account_id in teller.listened:
        teller.order = teller.state.orders.get(event.order_id)


def _of_a_conditional(teller: Teller, event: ConditionalEvent) -> None:
    if event.account_id in teller.listened:
        teller.waiting = teller.state.conditional_orders.get(event.algo_id)


def _of_a_reset(teller: Teller, event: happened.AccountReset) -> None:
    if event.account_id in teller.listened:
        teller.settings = settings_of(teller.state.accounts[event.account_id])


LOOK: Final[dict[type, Callable[[Teller, Any], None]]] = {
    happened.OrderFilled: _of_an_order,
    happened.OrderAmended: _of_an_order,
    happened.OrderCanceled: _of_an_order,
    happened.OrderExpired: _of_an_order,
    happened.ConditionalCanceled: _of_a_conditional,
    happened.ConditionalExpired: _of_a_conditional,
    happened.ConditionalTriggered: _of_a_conditional,
    happened.AccountReset: _of_a_reset,
}
"""What is looked up before an event, while it is still there."""
NOTE: Final = {**ACCOUNT_EVENTS, **ORDER_EVENTS}
"""What is told after it."""
