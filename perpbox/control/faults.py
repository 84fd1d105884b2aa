"""Faults on purpose: rules laid and lifted, and the log of what they have done."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.requests import Nothing
from perpbox.faults import Firing, NotARule, Rule
from perpbox.faults.bench import MOST_RULES, Laid

MOST_DIGITS: Final = 18
"""Of the number of a rule; a longer one is none."""


class RuleShown(Struct):
    id: int
    rule: Rule
    seen: int
    """Calls or events that it might have struck."""
    fired: int


class FaultsShown(Struct):
    rules: list[RuleShown]
    fired: int
    log: list[Firing]
    """The latest, oldest first."""


class Lifted(Struct):
    lifted: int


def show_faults(desk: Desk, call: Call) -> FaultsShown:
    faults = desk.faults
    return FaultsShown(
        [_shown(laid) for laid in faults.rules.values()], faults.fired, [*faults.log]
    )


def lay_fault(desk: Desk, call: Call) -> RuleShown:
    """Lay one rule more, behind those that there are."""
    faults = desk.faults
    rule = call.read(Rule)
    try:
        rule.require_sound()
    except NotARule as error:
        raise Refused(400, "INVALID_FAULT", str(error)) from None
    if rule.account is not None and rule.account not in desk.venue.state.accounts:
        raise Refused(404, "UNKNOWN_ACCOUNT", "There is no such account.")
    if rule.symbol is not None and rule.symbol not in desk.venue.state.markets:
        raise Refused(404, "UNKNOWN_SYMBOL", "There is no such symbol.")
    if len(faults.rules) >= MOST_RULES:
        raise Refused(409, "TOO_MANY_FAULTS", f"There are {MOST_RULES} rules already.")
    return _shown(faults.lay(rule))


def lift_fault(desk: Desk, call: Call) -> Lifted:
    text = call.names[0]
    known = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    if not known or not desk.faults.lift(int(text)):
        raise Refused(404, "UNKNOWN_FAULT", "There is no such rule.")
    return Lifted(1)


def forget_faults(desk: Desk, call: Call) -> Lifted:
    """Lift all and empty the log; what is laid next begins as in a venue that has just started."""
    call.read(Nothing)
    lifted = len(desk.faults.rules)
    desk.faults.forget()
    return Lifted(lifted)


def _shown(laid: Laid) -> RuleShown:
    return RuleShown(laid.rule_id, laid.rule, laid.seen, laid.fired)
