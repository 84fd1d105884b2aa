"""What happens to accounts, as the messages of their user data streams."""

from __future__ import annotations

from typing import Final

from perpbox.api.streams.teller import Teller, Told, settings_of
from perpbox.api.streams.user_accounts import ACCOUNT_EVENTS
from perpbox.api.streams.user_orders import ORDER_EVENTS
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
        if isinstance(event, OF_AN_ORDER):
            if event.account_id in self.listened:
                self.order = self.state.orders.get(event.order_id)
        elif isinstance(event, OF_A_CONDITIONAL):
            if event.account_id in self.listened:
                self.waiting = self.state.conditional_orders.get(event.algo_id)
        elif isinstance(event, happened.AccountReset) and event.account_id in self.listened:
            self.settings = settings_of(self.state.accounts[event.account_id])

    def after(self, event: happened.Event, now: Millis) -> None:
        """It has happened."""
        note = NOTE.get(type(event))
        if note is not None:
            note(self, event, now)


OF_AN_ORDER: Final = (
    happened.OrderFilled,
    happened.OrderAmended,
    happened.OrderCanceled,
    happened.OrderExpired,
)
OF_A_CONDITIONAL: Final = (
    happened.ConditionalCanceled,
    happened.ConditionalExpired,
    happened.ConditionalTriggered,
)
NOTE: Final = {**ACCOUNT_EVENTS, **ORDER_EVENTS}
