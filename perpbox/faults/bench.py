"""The rules that are laid, which of them strike, and what they have done."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import Struct

from perpbox.faults.rules import (
    OF_CALL,
    OF_EVENT,
    Fault,
    Latency,
    OfCall,
    OfEvent,
    PartialFill,
    RefusedTrigger,
    Rule,
    Skew,
)
from perpbox.money import SCALE, Millis

MOST_RULES: Final = 1000
KEPT: Final = 10_000
"""Firings that the log holds; the oldest go first."""

FaultT = TypeVar("FaultT")

Later = Callable[[float, Callable[[], None]], object]
"""Do something so many seconds of the machine's time later."""


class Firing(Struct, frozen=True, omit_defaults=True):
    """One thing that a rule has done."""

    number: int
    rule: int
    kind: str
    time: Millis
    """The venue's."""
    call: str = ""
    event: str = ""
    account: int | None = None
    symbol: str = ""


class Laid:
    """A rule in force, and how often it has had a choice and has struck."""

    __slots__ = ("dice", "fired", "rule", "rule_id", "seen")

    def __init__(self, rule_id: int, rule: Rule) -> None:
        self.rule_id = rule_id
        self.rule = rule
        self.seen = 0
        """What it might have struck."""
        self.fired = 0
        self.dice = random.Random(f"{rule.seed}/{rule_id}")  # noqa: S311  no secret hangs on it

    def draw(self) -> Fault:
        """What it does this time."""
        fault = self.rule.fault
        if isinstance(fault, Latency) and fault.jitter:
            more = self.dice.randrange(fault.jitter + 1)
            return Latency(fault.milliseconds + more, 0, fault.at)
        return fault

    def strikes(self) -> bool:
        """Whether it strikes this one of those that it may strike."""
        rule = self.rule
        self.seen += 1
        hit = self.dice.randrange(SCALE) < rule.chance
        if rule.nth is not None and self.seen != rule.nth:
            return False
        if rule.every is not None and self.seen % rule.every:
            return False
        if rule.times is not None and self.fired >= rule.times:
            return False
        return hit


class Faults:
    """Asked at each place where something can go wrong; without rules that costs one look.

    The same rules, laid in the same order, strike the same of the same calls and events.
    """

    def __init__(self, now: Callable[[], Millis], later: Later) -> None:
        self._now = now
        self.later = later
        self.rules: dict[int, Laid] = {}
        self.log: deque[Firing] = deque(maxlen=KEPT)
        self.fired = 0
        """Firings since the start, or since all was forgotten."""
        self._next_id = 1
        self.on_lift: list[Callable[[], None]] = []
        """Called when a rule is gone: what it has held back may go."""

    def lay(self, rule: Rule) -> Laid:
        laid = Laid(self._next_id, rule)
        self._next_id += 1
        self.rules[laid.rule_id] = laid
        return laid

    def lift(self, rule_id: int) -> bool:
        """Whether there was such a rule."""
        if self.rules.pop(rule_id, None) is None:
            return False
        self._lifted()
        return True

    def forget(self) -> None:
        """No rule, no log; numbers begin again, so that the next run is as the first."""
        self.rules.clear()
        self.log.clear()
        self.fired = 0
        self._next_id = 1
        self._lifted()

    def _lifted(self) -> None:
        for tell in self.on_lift:
            tell()

    # Where it may go wrong.

    def of_call(self, endpoint: str, account: int | None, symbol: str) -> list[OfCall]:
        return self._struck(OF_CALL, endpoint, "", account, symbol)

    def of_event(self, event: str, account: int) -> list[OfEvent]:
        return self._struck(OF_EVENT, "", event, account, "")

    def partial_fill(self, account: int, symbol: str) -> PartialFill | None:
        struck = self._struck((PartialFill,), "", "", account, symbol)
        return struck[0] if struck else None

    def refused_trigger(self, account: int, symbol: str) -> RefusedTrigger | None:
        struck = self._struck((RefusedTrigger,), "", "", account, symbol)
        return struck[0] if struck else None

    def skew(self, endpoint: str, account: int | None) -> Millis:
        """How much the clock is ahead for this call."""
        struck = self._struck((Skew,), endpoint, "", account, "")
        return sum(each.milliseconds for each in struck)

    def _struck(
        self,
        kinds: tuple[type[FaultT], ...],
        endpoint: str,
        event: str,
        account: int | None,
        symbol: str,
    ) -> list[FaultT]:
        faults: list[FaultT] = []
        for laid in self.rules.values():
            fault = laid.rule.fault
            if not isinstance(fault, kinds):
                continue
            if laid.rule.may_strike(endpoint, event, account, symbol) and laid.strikes():
                laid.fired += 1
                self.fired += 1
                self.log.append(
                    Firing(
                        self.fired,
                        laid.rule_id,
                        str(type(fault).__struct_config__.tag),
                        self._now(),
                        endpoint,
                        event,
                        account,
                        symbol,
                    )
                )
                struck = laid.draw()
                if isinstance(struck, kinds):
                    faults.append(struck)
        return faults
