"""What an explanation is: a figure, the formula that gives it, and the figures that go in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct, structs

from perpbox.money import DECIMALS, SQUARE, Product, text

RECORDED: Final = "recomputed from recorded answers of the live service"
PUBLISHED: Final = "published by Binance"
DECIDED: Final = "the project's decision"
STATE: Final = "kept by the venue"

EXACT: Final = "none: exact"
CUT: Final = "cut8: toward zero at the eighth decimal"
UP: Final = "up8: away from zero at the eighth decimal"
HALF_UP: Final = "half8: to the nearest at the eighth decimal, a half away from zero"


class Node(Struct, frozen=True):
    """`formula` names the inputs by their fields; without inputs it is the value's origin."""

    field: str
    value: str
    formula: str
    rounding: str
    evidence: str
    inputs: tuple[Node, ...] = ()


Parts = Mapping[str, Callable[[], Node]]
"""What can be explained, by field."""


def leaf(field: str, value: int, origin: str, evidence: str = STATE) -> Node:
    """A figure that nothing here is made of."""
    return Node(field, text(value), origin, EXACT, evidence)


def node(
    field: str,
    value: int,
    formula: str,
    inputs: Iterable[Node],
    evidence: str,
    rounding: str = EXACT,
) -> Node:
    return Node(field, text(value), formula, rounding, evidence, tuple(inputs))


def product_text(value: Product) -> str:
    """With all of its sixteen decimals."""
    whole, rest = divmod(abs(value), SQUARE)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{2 * DECIMALS}d}"


def called(field: str, explained: Node) -> Node:
    """The same figure under the name that a formula calls it by."""
    return structs.replace(explained, field=field)


def total(field: str, value: int, parts: Iterable[Node], evidence: str = RECORDED) -> Node:
    """A sum of all its inputs; of none, zero."""
    inputs = tuple(parts)
    formula = " + ".join(part.field for part in inputs) or "0"
    return node(field, value, formula, inputs, evidence)
