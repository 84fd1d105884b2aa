"""Every printed formula gives, of the printed inputs, the printed value: that of the answer."""

from __future__ import annotations

import ast
import json
import operator
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import floor
from typing import Any, Final

from hypothesis import given

from perpbox.api.shapes import account as shapes
from perpbox.api.shapes import account_v1
from perpbox.margin.account import account_figures
from perpbox.margin.account_explained import AccountExplained
from perpbox.margin.explanation import EXACT, Node, called, leaf, product_text, total
from perpbox.margin.liquidation_price import of_cross, of_isolated
from perpbox.margin.multi_assets import rates_of
from perpbox.margin.position import figures_of
from perpbox.margin.position_explained import PositionExplained
from tests.property.naive_world import Scene
from tests.property.scenes import scenes

UNIT: Final = 10**8
OPERATORS: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def sign(x: Fraction) -> int:
    return 1 if x >= 0 else -1


FUNCTIONS: Final[dict[str, Callable[..., Fraction]]] = {
    "cut8": lambda x: Fraction(sign(x) * floor(abs(x) * UNIT), UNIT),
    "up8": lambda x: Fraction(sign(x) * -floor(-abs(x) * UNIT), UNIT),
    "half8": lambda x: Fraction(sign(x) * floor(abs(x) * UNIT + Fraction(1, 2)), UNIT),
    "max": max,
    "min": min,
    "abs": abs,
}


def evaluated(formula: str, inputs: dict[str, Fraction]) -> Fraction:
    """Names with points are one name each: they are given others that Python reads."""
    short = {name: f"v{number}" for number, name in enumerate(inputs)}
    words = re.sub(r"[^\W\d][\w.]*", lambda found: short.get(found[0], found[0]), formula)
    values = {short[name]: value for name, value in inputs.items()}

    def of(tree: ast.expr) -> Fraction:
        match tree:
            case ast.BinOp(left, sort, right):
                return Fraction(OPERATORS[type(sort)](of(left), of(right)))
            case ast.Call(ast.Name(name), arguments):
                return FUNCTIONS[name](*map(of, arguments))
            case ast.Name(name):
                return values[name]
            case ast.Constant(int(number)):
                return Fraction(number)
            case _:
                raise AssertionError(ast.dump(tree))

    return of(ast.parse(words, mode="eval").body)


def all_of(node: Node) -> Iterator[Node]:
    yield node
    for each in node.inputs:
        yield from all_of(each)


def check(node: Node) -> None:
    if not node.inputs and node.formula != "0":
        return
    inputs = {each.field: Fraction(each.value) for each in node.inputs}
    assert len(inputs) == len(node.inputs), node
    assert evaluated(node.formula, inputs) == Fraction(node.value), node


def explained_of(scene: Scene) -> AccountExplained:
    assets = scene.catalogue.assets
    rates = {name: rates_of(asset, scene.indexes[name]) for name, asset in assets.items()}
    return AccountExplained(scene.account, assets, scene.marks, scene.indexes, rates)


@given(scenes())
def test_every_formula_gives_its_value(scene: Scene) -> None:
    seen = set()
    for make in explained_of(scene).parts().values():
        for node in all_of(make()):
            if node not in seen:
                seen.add(node)
                check(node)


@given(scenes())
def test_every_value_is_the_answer_s(scene: Scene) -> None:
    """Every amount and price of every version's rows is explained, and as it was answered."""
    explained = explained_of(scene)
    parts = explained.parts()
    account, marks, rates = scene.account, scene.marks, explained.rates
    assets = scene.catalogue.assets
    figures = account_figures(account, assets.values(), marks, rates)
    answer = json.loads(shapes.account_v3(account, figures, assets.values()))
    wanted: dict[str, object] = {k: v for k, v in answer.items() if isinstance(v, str)}
    for name, asset in assets.items():
        row = figures.assets[name]
        for told in (
            shapes.asset_v2(row, asset),
            shapes.balance(row, asset, "alias"),
            account_v1.balance(1, row),
        ):
            wanted |= {f"assets.{name}.{field}": value for field, value in told.items()}
    for exposure, position in shapes.shown_positions(account):
        mark = marks[exposure.symbol.name]
        liquidation = 0
        if position.quantity and exposure.isolated:
            liquidation = of_isolated(exposure, position, mark)
        elif position.quantity:
            liquidation = of_cross(account, exposure, marks, rates)
        row_figures = figures_of(exposure, position, mark)
        tail = PositionExplained(exposure, position, mark).tail
        for told in (
            shapes.risk_v3(exposure, position, row_figures, liquidation, 0),
            shapes.position_v2(exposure, position, row_figures),
        ):
            wanted |= {f"positions{tail}.{field}": value for field, value in told.items()}
    for path, value in wanted.items():
        field = path.rpartition(".")[2]
        if field in NOT_EXPLAINED:
            assert path not in parts
        elif field == "entryPrice":
            # Printed as a double with more digits; what enters the formulas is cut at the eighth.
            assert abs(Fraction(parts[path]().value) - Fraction(str(value))) < Fraction(1, 10**5)
        else:
            assert Fraction(parts[path]().value) == Fraction(str(value)), path


NOT_EXPLAINED: Final = {
    "accountAlias",
    "accountId",
    "adl",
    "asset",
    "breakEvenPrice",
    "isolated",
    "leverage",
    "marginAsset",
    "marginAvailable",
    "maxNotional",
    "positionSide",
    "symbol",
    "updateTime",
}
"""Settings, names and times; and the break-even price, which is added up in doubles."""


def test_the_evaluator_sees_what_is_wrong() -> None:
    """It rounds the way that each name says, so a formula with another rounding fails."""
    third = {"a.B": Fraction(-1), "c": Fraction(3)}
    assert evaluated("cut8(a.B / c)", third) == Fraction("-0.33333333")
    assert evaluated("up8(a.B / c)", third) == Fraction("-0.33333334")
    assert evaluated("half8(a.B / c * 2)", third) == Fraction("-0.66666667")


def test_words_of_a_node() -> None:
    one = leaf("a", 10**8, "given")
    assert called("b", one) == Node("b", "1.00000000", "given", EXACT, one.evidence)
    assert total("sum", 0, ()).formula == "0"
    assert total("sum", 10**8, [one]).formula == "a"
    assert product_text(-1) == "-0.0000000000000001"
