"""User events that a fault lets come twice, late, out of order, or never."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from perpbox.faults import Delay, Drop, Duplicate, Faults, Hangup, Reorder
from perpbox.money import Millis

Message = TypeVar("Message")


class Strays(Generic[Message]):
    """Decides for each message when it goes."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.put: Callable[[Message], None]
        """Puts it among those that are to go."""
        self.hang_up: Callable[[Message], Message]
        """What ends the connections of those whom it is for."""
        self._held: dict[int, list[Held[Message]]] = {}
        """By account: those that wait for later ones."""
        faults.on_lift.append(self._let_go)

    @property
    def are_possible(self) -> bool:
        return bool(self._faults.rules)

    def send(self, account_id: int, event: str, message: Message) -> None:
        """It has happened to the account."""
        faults = self._faults.of_event(event, account_id)
        copies = 0 if any(isinstance(each, Drop) for each in faults) else 1
        if not copies:
            return
        copies += sum(each.copies for each in faults if isinstance(each, Duplicate))
        behind = max((each.behind for each in faults if isinstance(each, Reorder)), default=0)
        delay = sum(each.milliseconds for each in faults if isinstance(each, Delay))
        if any(isinstance(each, Hangup) for each in faults):
            message = self.hang_up(message)
        if behind:
            held = Held(behind, [message] * copies)
            self._count(account_id)
            self._held.setdefault(account_id, []).append(held)
        else:
            self._go([message] * copies, delay)
            self._count(account_id)

    def _go(self, messages: list[Message], delay: Millis) -> None:
        for message in messages:
            if delay:
                self._faults.later(delay / 1000, partial(self.put, message))
            else:
                self.put(message)

    def _count(self, account_id: int) -> None:
        """One more has come behind those that wait."""
        held = self._held.get(account_id, ())
        for each in held:
            each.left -= 1
            if not each.left:
                self._go(each.messages, 0)
        if held:
            self._held[account_id] = [each for each in held if each.left]

    def _let_go(self) -> None:
        """No rule holds them any more."""
        waiting, self._held = self._held, {}
        for held in waiting.values():
            for each in held:
                self._go(each.messages, 0)


class Held(Generic[Message]):
    __slots__ = ("left", "messages")

    def __init__(self, left: int, messages: list[Message]) -> None:
        self.left = left
        """How many are to come first."""
        self.messages = messages
