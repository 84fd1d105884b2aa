"""What a test says in the words of the venue, and what the venue answers in those of a test."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import msgspec

from perpbox.control.faults import RuleShown
from perpbox.engine.market import Market
from perpbox.faults import Firing
from perpbox.money import text_short

__all__ = [
    "FaultKind",
    "Firing",
    "Number",
    "RuleShown",
    "firings_of",
    "prices_of",
    "rule_of",
    "text_of_number",
    "words_of",
]

Number: TypeAlias = str | int | float | Decimal
FaultKind: TypeAlias = Literal[
    "latency",
    "error",
    "disconnect",
    "skew",
    "partialFill",
    "refusedTrigger",
    "duplicate",
    "drop",
    "delay",
    "reorder",
    "hangup",
]


def text_of_number(number: Number) -> str:
    """As the venue takes numbers: exact, and without an exponent."""
    return number if isinstance(number, str) else format(Decimal(str(number)), "f")


def words_of(how: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a fault, of which a fraction is a text."""
    told = dict(how)
    if "fraction" in told:
        told["fraction"] = text_of_number(told["fraction"])
    return told


def prices_of(market: Market) -> dict[str, str]:
    return {
        "mark": text_short(market.mark),
        "index": text_short(market.index),
        "last": text_short(market.last_price),
    }


def rule_of(laid: object) -> RuleShown:
    return msgspec.convert(laid, RuleShown)


def firings_of(log: object) -> list[Firing]:
    return msgspec.convert(log, list[Firing])
