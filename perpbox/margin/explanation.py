"""What an explanation is: a figure, the formula that gives it, and the figures that go in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol, TypeAlias

from msgspec import Struct, structs

from perpbox.account import PositionSide
from perpbox.money import DECIMALS, Amount, Product, Quantity, text

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


def _nothing() -> tuple[Figure, ...]:
    return ()


class Figure(Struct, frozen=True):
    """A node whose inputs are made when they are asked for."""

    field: str
    value: str
    formula: str
    rounding: str
    evidence: str
    inputs: Callable[[], Iterable[Figure]] = _nothing
    of_the_past: bool = False
    """Its inputs are read from the history, and are of nothing that may change meanwhile."""


Parts: TypeAlias = Mapping[str, Callable[[], Figure]]
"""What can be explained, by field."""


class Past(Protocol):
    """What led to a wallet and to an entry cost; the history is read by what is returned."""

    def wallet(self, asset: str, value: Amount) -> Callable[[], Iterable[Figure]]:
        """The figures of `income + earlier`."""

    def entry_cost(
        self, symbol: str, leg: PositionSide, quantity: Quantity, cost: Product
    ) -> Callable[[], Iterable[Figure]]:
        """The figures of `costBefore + opened`."""


def leaf(field: str, value: int, origin: str, rests_on: str) -> Figure:
    """A figure that nothing here is made of."""
    return said(field, text(value), origin, rests_on)


def said(field: str, value: str, origin: str, rests_on: str) -> Figure:
    """One that is no amount: a name, a setting, a time."""
    return Figure(field, value, origin, EXACT, rests_on)


def node(
    field: str,
    value: int,
    formula: str,
    inputs: Callable[[], Iterable[Figure]],
    rests_on: str,
    rounding: str = EXACT,
) -> Figure:
    return Figure(field, text(value), formula, rounding, rests_on, inputs)


def nought(field: str, rests_on: str) -> Figure:
    """Zero, whatever else there is."""
    return Figure(field, text(0), "0", EXACT, rests_on)


def product_text(value: Product) -> str:
    """With all of its sixteen decimals."""
    return long_text(value, 2 * DECIMALS)


def long_text(value: int, decimals: int) -> str:
    whole, rest = divmod(abs(value), 10**decimals)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{decimals}d}"


def called(field: str, explained: Figure) -> Figure:
    """The same figure under the name that a formula calls it by."""
    return structs.replace(explained, field=field)


def total(field: str, value: int, parts: Iterable[Figure], rests_on: str) -> Figure:
    """A sum of all its inputs; of none, zero."""
    inputs = tuple(parts)
    formula = " + ".join(part.field for part in inputs) or "0"
    return node(field, value, formula, lambda: inputs, rests_on)


def told(figure: Figure, depth: int | None = None) -> Node:
    """Down to this depth and no further; None: all the way."""
    return prepared(figure, depth)()


def prepared(figure: Figure, depth: int | None = None) -> Callable[[], Node]:
    """Takes down what is of this moment; the call reads what is of the past, and tells."""
    if figure.of_the_past:
        present = structs.replace(figure, of_the_past=False)
        return lambda: told(present, depth)
    below = None if depth is None else depth - 1
    inputs = [] if depth == 0 else [prepared(each, below) for each in figure.inputs()]
    return lambda: Node(
        figure.field,
        figure.value,
        figure.formula,
        figure.rounding,
        figure.evidence,
        tuple(each() for each in inputs),
    )
