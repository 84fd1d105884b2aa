"""Every printed formula gives, of the printed inputs, the printed value: that of the answer."""

from __future__ import annotations

import ast
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import Any, Final

from hypothesis import given
from msgspec import structs

from perpbox.account import HEDGE, ONE_WAY, Exposure, Position
from perpbox.api.shapes import account as shapes
from perpbox.api.shapes import account_v1
from perpbox.control.explain import NOT_EXPLAINED
from perpbox.control.printed import printed
from perpbox.margin import evidence
from perpbox.margin.account import account_figures
from perpbox.margin.account_explained import AccountExplained
from perpbox.margin.explanation import EXACT, Figure, Node, called, leaf, product_text, told, total
from perpbox.margin.liquidation_price import of_cross, of_isolated
from perpbox.margin.multi_assets import Rates, rates_of
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


def cut_at(x: Fraction, decimals: int) -> Fraction:
    return Fraction(sign(x) * floor(abs(x) * 10**decimals), 10**decimals)


FUNCTIONS: Final[dict[str, Callable[..., Fraction]]] = {
    "cut8": lambda x: Fraction(sign(x) * floor(abs(x) * UNIT), UNIT),
    "up8": lambda x: Fraction(sign(x) * -floor(-abs(x) * UNIT), UNIT),
    "half8": lambda x: Fraction(sign(x) * floor(abs(x) * UNIT + Fraction(1, 2)), UNIT),
    "cut13": lambda x: cut_at(x, max(8, 13 - len(str(floor(x * UNIT))) + 8)),
    "cut16": lambda x: cut_at(x, 16),
    "double": lambda x: Fraction(float(x)),
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
    wanted = Fraction(node.value)
    if node.formula.startswith("double("):
        # The shortest text that tells this double from others.
        wanted = Fraction(float(wanted))
    assert evaluated(node.formula, inputs) == wanted, node


def explained_of(scene: Scene) -> AccountExplained:
    catalogue, indexes = scene.catalogue, scene.indexes
    rates = {name: rates_of(asset, indexes[name]) for name, asset in catalogue.assets.items()}
    return AccountExplained(scene.account, catalogue, scene.marks, indexes, rates, printed=printed)


def made(explained: AccountExplained, path: str) -> Figure:
    make = explained.find(path)
    assert make is not None, path
    return make()


def cut_off(node: Node, depth: int) -> Node:
    inputs = tuple(cut_off(each, depth - 1) for each in node.inputs) if depth else ()
    return structs.replace(node, inputs=inputs)


@given(scenes())
def test_every_formula_gives_its_value(scene: Scene) -> None:
    """Of flat symbols too, and what is asked for shallowly is the same as far as it goes."""
    explained = explained_of(scene)
    seen = set()
    for name in scene.catalogue.symbols:
        for path in explained.paths(name):
            whole = told(made(explained, path))
            assert cut_off(whole, 1) == told(made(explained, path), 1)
            for node in all_of(whole):
                if node not in seen:
                    seen.add(node)
                    check(node)


@given(scenes())
def test_every_value_is_the_answer_s(scene: Scene) -> None:
    """Every field of every version's rows is explained, and as it was answered."""
    explained = explained_of(scene)
    account, marks, rates = scene.account, scene.marks, explained.rates
    assets = scene.catalogue.assets
    figures = account_figures(account, assets.values(), marks, rates)
    answer = json.loads(shapes.account_v3(account, figures, assets.values()))
    wanted: dict[str, object] = {k: v for k, v in answer.items() if isinstance(v, str)}
    wanted |= shapes.account_v2_head(account)
    wanted["dualSidePosition"] = shapes.account_config(account)["dualSidePosition"]
    for name, asset in assets.items():
        row = figures.assets[name]
        for shown in (
            shapes.asset_v2(row, asset),
            shapes.balance(row, asset, "alias"),
            account_v1.balance(1, row),
        ):
            wanted |= {f"assets.{name}.{field}": value for field, value in shown.items()}
    legs = HEDGE if account.hedge_mode else ONE_WAY
    for symbol in scene.catalogue.symbols.values():
        exposure = account.exposure(symbol)
        for position in map(exposure.position, legs):
            wanted |= position_rows(scene, rates, exposure, position)
    for path, value in wanted.items():
        field = path.rpartition(".")[2]
        if field in NOT_EXPLAINED:
            assert explained.find(path) is None
            continue
        given_out = told(made(explained, path), 0).value
        if field in WORDS:
            assert given_out == (str(value).lower() if isinstance(value, bool) else value)
        else:
            assert Fraction(given_out) == Fraction(str(value)), path


def position_rows(
    scene: Scene, rates: Mapping[str, Rates], exposure: Exposure, position: Position
) -> dict[str, object]:
    mark = scene.marks[exposure.symbol.name]
    liquidation = 0
    if position.quantity and exposure.isolated:
        liquidation = of_isolated(exposure, position, mark)
    elif position.quantity:
        liquidation = of_cross(scene.account, exposure, scene.marks, rates)
    row_figures = figures_of(exposure, position, mark)
    tail = PositionExplained(exposure, position, mark).tail
    found: dict[str, object] = {}
    for shown in (
        shapes.risk_v3(exposure, position, row_figures, liquidation, 0),
        shapes.risk_v2(exposure, position, row_figures, liquidation, 0),
        shapes.position_v2(exposure, position, row_figures),
    ):
        found |= {f"positions{tail}.{field}": value for field, value in shown.items()}
    return found


WORDS: Final = {
    "asset",
    "dualSidePosition",
    "feeBurn",
    "isAutoAddMargin",
    "isolated",
    "marginAsset",
    "marginAvailable",
    "marginType",
    "multiAssetsMargin",
    "positionSide",
    "symbol",
}
"""Fields that are no numbers."""


def test_the_evaluator_sees_what_is_wrong() -> None:
    """It rounds the way that each name says, so a formula with another rounding fails."""
    third = {"a.B": Fraction(-1), "c": Fraction(3)}
    assert evaluated("cut8(a.B / c)", third) == Fraction("-0.33333333")
    assert evaluated("up8(a.B / c)", third) == Fraction("-0.33333334")
    assert evaluated("half8(a.B / c * 2)", third) == Fraction("-0.66666667")


def test_words_of_a_node() -> None:
    one = leaf("a", 10**8, "given", evidence.HELD)
    assert told(called("b", one)) == Node("b", "1.00000000", "given", EXACT, one.evidence)
    assert total("sum", 0, (), evidence.SUMS).formula == "0"
    assert total("sum", 10**8, [one], evidence.SUMS).formula == "a"
    assert product_text(-1) == "-0.0000000000000001"


def test_what_a_formula_rests_on_has_a_kind() -> None:
    """Every evidence says which kind it is of, in words that the page explains."""
    texts = [text for name, text in vars(evidence).items() if name.isupper()]
    kinds = ("recorded", "published", "decided", "no formula")
    assert all(text.startswith(kinds) for text in texts)
