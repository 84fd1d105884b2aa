"""The right-hand side of a table's line: what is written after the arrow, and what happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple, TypeAlias

from perpbox.engine.events import (
    ConditionalCanceled,
    ConditionalExpired,
    ConditionalPlaced,
    ConditionalRejected,
    ConditionalTriggered,
    Event,
    OrderAmended,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRested,
)
from perpbox.engine.turn import Turn
from perpbox.money import parse, text_short
from tests.engine.limits_told import ABOUT_LIMITS, told_of_limit

VERBS: Final = (
    "filled",
    "resting",
    "expired",
    "canceled",
    "amended",
    "waits",
    "triggered",
    "rejected",
    "called",
    "safe",
    "liquidated",
    "reduces",
    "hands-over",
    "deleverages",
)


class Fact(NamedTuple):
    """One thing that happened to one order."""

    who: str
    order: str
    """Client order id; empty for the order that the command was about."""
    verb: str
    values: dict[str, str]

    def __str__(self) -> str:
        values = " ".join(f"{key} {value}" for key, value in self.values.items())
        return " ".join(filter(None, (self.who, self.order, self.verb, values)))


class Wanted(NamedTuple):
    """A phrase of the table: `[who] [order] verb [value] [field value]…`."""

    subjects: tuple[str, ...]
    verb: str
    values: dict[str, str]

    def account(self, actor: str, names: Collection[str]) -> str:
        """Whose order is meant: the actor's, unless an account is named."""
        return next((s for s in self.subjects if s in names), actor)

    def fits(self, fact: Fact) -> bool:
        """Whether the fact is the one that is meant; only what is written is compared."""
        order = next((s for s in self.subjects if s != fact.who), "")
        if self.verb != fact.verb or order != fact.order:
            return False
        return all(same(value, fact.values.get(key, "")) for key, value in self.values.items())


def same(wanted: str, found: str) -> bool:
    """Equal as text, or as numbers."""
    try:
        return parse(wanted) == parse(found)
    except ValueError:
        return wanted == found


def wanted(phrase: str) -> Wanted:
    words = phrase.split()
    at = next((i for i, word in enumerate(words) if word in VERBS), None)
    if at is None:
        raise ValueError(f"none of {', '.join(VERBS)} in {phrase!r}")
    rest = words[at + 1 :]
    if len(rest) % 2:
        rest.insert(0, "what")
    pairs = dict(zip(rest[::2], rest[1::2], strict=True))
    return Wanted(tuple(words[:at]), words[at], pairs)


ABOUT_ORDERS = OrderFilled | OrderRested | OrderExpired | OrderCanceled | OrderAmended
ABOUT_CONDITIONALS: TypeAlias = (
    ConditionalPlaced
    | ConditionalTriggered
    | ConditionalRejected
    | ConditionalExpired
    | ConditionalCanceled
)


def facts_of(turn: Turn, names: dict[int, str], ids: dict[int, str]) -> list[Fact]:
    """What happened to orders in this turn; `ids` are the client ids known before it."""
    acting = {o.order_id for o in turn.orders[:1]}
    acting |= {o.algo_id for o in turn.conditional_orders[:1]}
    facts = []
    for event in turn.events:
        if isinstance(event, ABOUT_LIMITS):
            facts.append(Fact(names[event.account_id], *told_of_limit(event)))
            continue
        verb, values = _told(turn, event)
        if not verb or not isinstance(event, ABOUT_ORDERS | ABOUT_CONDITIONALS):
            continue
        number = event.order_id if isinstance(event, ABOUT_ORDERS) else event.algo_id
        order = "" if number in acting else ids.get(number, "")
        facts.append(Fact(names[event.account_id], order, verb, values))
    return facts


def _told(turn: Turn, event: Event) -> tuple[str, dict[str, str]]:
    if isinstance(event, ABOUT_CONDITIONALS):
        return _told_of_conditional(event)
    match event:
        case OrderFilled():
            values = {"what": event.quantity, "@": event.price, "fee": event.commission}
            values["profit"] = event.realized_profit
            shown = {key: text_short(value) for key, value in values.items()}
            shown["in"] = event.commission_asset
            shown["as"] = "maker" if event.is_maker else "taker"
            return "filled", shown
        case OrderRested():
            order = next((o for o in turn.orders if o.order_id == event.order_id), None)
            return "resting", {"what": text_short(order.remaining) if order else ""}
        case OrderExpired():
            return "expired", {"what": event.reason.name}
        case OrderAmended():
            return "amended", {"what": text_short(event.quantity), "@": text_short(event.price)}
        case _:
            return "canceled" if isinstance(event, OrderCanceled) else "", {}


def _told_of_conditional(event: ABOUT_CONDITIONALS) -> tuple[str, dict[str, str]]:
    match event:
        case ConditionalPlaced():
            return "waits", {}
        case ConditionalTriggered():
            return "triggered", {"@": text_short(event.price)}
        case ConditionalRejected():
            return "rejected", {"what": event.reject}
        case ConditionalExpired():
            return "expired", {"what": event.reason.name}
        case ConditionalCanceled():
            return "canceled", {}


def complaint(
    phrases: Iterable[str], facts: list[Fact], actor: str, names: Collection[str]
) -> str | None:
    """What happened, if it is not what is written, or None.

    Each account's facts are compared by themselves, in their order. Accounts that no phrase
    mentions may do as they will. `bob nothing` says it of bob, and `nothing` alone of everybody.
    """
    meant: dict[str, list[Wanted]] = {actor: []} if actor else {}
    for phrase in phrases:
        *who, last = phrase.split()
        if last == "nothing":
            meant |= {name: [] for name in who or names}
            continue
        one = wanted(phrase)
        meant.setdefault(one.account(actor, names), []).append(one)
    for name, ones in meant.items():
        seen = [fact for fact in facts if fact.who == name]
        if len(seen) != len(ones) or not all(map(Wanted.fits, ones, seen)):
            return "; ".join(map(str, facts)) or "nothing"
    return None
