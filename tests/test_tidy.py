"""The house keeps its rules, and each rule is shown to catch what it forbids."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.house_rules import (
    MEDIAN_FUNCTION,
    Rule,
    core_has_no_effects,
    core_imports_only_pure_modules,
    core_is_exact,
    core_uses_whole_math,
    errors_are_not_swallowed,
    few_modules_are_leant_on,
    file_is_short,
    functions_are_short,
    import_cycle,
    imports_go_down,
    imports_stand_at_the_top,
    in_core,
    lines_are_narrow,
    median_function,
    module_is_on_the_plan,
    module_says_what_it_is,
    nothing_is_left_for_later,
    untested,
)

ROOT: Final = Path(__file__).resolve().parent.parent

UNTESTED: Final = {
    "perpbox": "holds a docstring and the version",
    "perpbox.feed": "holds a docstring",
}
"""Modules that no test file imports, each with the reason."""


def sources_in(*folders: str) -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if ".venv" not in path.parts
    }


PACKAGE: Final = sources_in("perpbox")
CORE: Final = {path: source for path, source in PACKAGE.items() if in_core(path)}
TESTS: Final = {
    path: source
    for path, source in sources_in("tests").items()
    if path.rpartition("/")[2].startswith("test_")
}
EVERYTHING: Final = sources_in("perpbox", "tests", "tools", "bench", "examples")

SCOPES: Final[dict[Rule, Mapping[str, str]]] = {
    file_is_short: EVERYTHING,
    functions_are_short: EVERYTHING,
    lines_are_narrow: EVERYTHING,
    module_says_what_it_is: EVERYTHING,
    nothing_is_left_for_later: EVERYTHING,
    errors_are_not_swallowed: EVERYTHING,
    module_is_on_the_plan: PACKAGE,
    imports_stand_at_the_top: PACKAGE,
    imports_go_down: PACKAGE,
    few_modules_are_leant_on: PACKAGE,
    core_imports_only_pure_modules: CORE,
    core_is_exact: CORE,
    core_uses_whole_math: CORE,
    core_has_no_effects: CORE,
}


@pytest.mark.parametrize("rule", SCOPES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule: Rule) -> None:
    complaints = [
        complaint for path, source in SCOPES[rule].items() for complaint in rule(path, source)
    ]
    assert not complaints, "\n" + "\n".join(complaints)


def test_no_import_goes_in_a_circle() -> None:
    assert import_cycle(PACKAGE) == []


def test_half_of_all_functions_are_a_few_lines() -> None:
    assert median_function(PACKAGE) < MEDIAN_FUNCTION


def test_every_module_has_a_test_that_imports_it() -> None:
    assert [module for module in untested(PACKAGE, TESTS) if module not in UNTESTED] == []


def test_no_exemption_outlives_its_need() -> None:
    assert set(UNTESTED) <= set(untested(PACKAGE, TESTS))


# Each rule catches what it forbids


class Sample(NamedTuple):
    """Source that breaks one rule, at a path where the rule applies."""

    rule: Rule
    path: str
    source: str


ENGINE: Final = "perpbox/engine/turn.py"

BAD: Final = (
    Sample(file_is_short, ENGINE, "a = 1\n" * 501),
    Sample(functions_are_short, ENGINE, "def f():\n" + "    a = 1\n" * 70),
    Sample(functions_are_short, ENGINE, "async def f():\n" + "    a = 1\n" * 70),
    Sample(lines_are_narrow, ENGINE, f"a = '{'-' * 95}'\n"),
    Sample(module_says_what_it_is, ENGINE, "a = 1\n"),
    Sample(module_says_what_it_is, "perpbox/engine/__init__.py", ""),
    Sample(nothing_is_left_for_later, ENGINE, "a = 1  # \x54ODO: two\n"),
    Sample(nothing_is_left_for_later, ENGINE, "'''\x46IXME'''\n"),
    Sample(errors_are_not_swallowed, ENGINE, "try:\n    a()\nexcept:\n    raise\n"),
    Sample(errors_are_not_swallowed, ENGINE, "try:\n    a()\nexcept Exception:\n    pass\n"),
    Sample(
        errors_are_not_swallowed, ENGINE, "try:\n    a()\nexcept (A, BaseException):\n    ...\n"
    ),
    Sample(module_is_on_the_plan, "perpbox/utils.py", ""),
    Sample(module_is_on_the_plan, "perpbox/helpers/text.py", ""),
    Sample(imports_stand_at_the_top, ENGINE, "def f():\n    import math\n"),
    Sample(imports_go_down, "perpbox/money.py", "from perpbox.engine import State\n"),
    Sample(imports_go_down, "perpbox/money.py", "from perpbox import engine\n"),
    Sample(imports_go_down, "perpbox/money.py", "import perpbox.engine.turn\n"),
    Sample(imports_go_down, "perpbox/money.py", "from .engine import State\n"),
    Sample(imports_go_down, ENGINE, "from ..venue import Venue\n"),
    Sample(imports_go_down, "perpbox/margin/order.py", "from perpbox.book import Book\n"),
    Sample(imports_go_down, "perpbox/demo.py", "from perpbox.cli import main\n"),
    Sample(imports_go_down, "perpbox/__init__.py", "from perpbox.money import parse\n"),
    Sample(few_modules_are_leant_on, ENGINE, "".join(f"import perpbox.a{n}\n" for n in range(13))),
    Sample(core_imports_only_pure_modules, ENGINE, "import time\n"),
    Sample(core_imports_only_pure_modules, ENGINE, "import random, threading\n"),
    Sample(core_imports_only_pure_modules, ENGINE, "from datetime import datetime\n"),
    Sample(core_imports_only_pure_modules, ENGINE, "import json\n"),
    Sample(core_imports_only_pure_modules, ENGINE, "from importlib import import_module\n"),
    Sample(core_imports_only_pure_modules, ENGINE, "import structlog\n"),
    Sample(core_is_exact, ENGINE, "a = 0.5\n"),
    Sample(core_is_exact, ENGINE, "a = b / c\n"),
    Sample(core_is_exact, ENGINE, "a /= b\n"),
    Sample(core_uses_whole_math, ENGINE, "import math\na = math.sqrt(2)\n"),
    Sample(core_uses_whole_math, ENGINE, "from math import floor\n"),
    Sample(core_uses_whole_math, ENGINE, "import operator\na = operator.truediv(1, 2)\n"),
    Sample(core_uses_whole_math, ENGINE, "from operator import truediv\n"),
    Sample(core_has_no_effects, ENGINE, "def f(a: float) -> None: ...\n"),
    Sample(core_has_no_effects, ENGINE, "a = open('b')\n"),
)

GOOD: Final = '''"""One turn."""

from __future__ import annotations

from importlib import resources
from math import isqrt

import msgspec

import perpbox
from perpbox import __version__, money
from perpbox.instrument.symbol import Symbol
from perpbox.money import cut


def halve(a: int) -> int:
    """Half, toward zero; 0.5 of it, a / 2."""
    try:
        return a // 2
    except ValueError:
        pass
    except Exception:
        raise
'''


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample.rule.__name__)
def test_rule_catches(sample: Sample) -> None:
    assert list(sample.rule(sample.path, sample.source))


@pytest.mark.parametrize("rule", SCOPES, ids=lambda rule: rule.__name__)
def test_rule_lets_good_code_pass(rule: Rule) -> None:
    assert list(rule("perpbox/instrument/catalogue.py", GOOD)) == []


def test_every_rule_is_shown_to_catch_something() -> None:
    assert {sample.rule for sample in BAD} == set(SCOPES)


def test_a_circle_of_imports_is_found() -> None:
    circle = {
        "perpbox/api/a.py": "from perpbox.api import b\n",
        "perpbox/api/b.py": "from perpbox.api.c import C\n",
        "perpbox/api/c.py": "from . import a\n",
    }
    found = ["perpbox.api.a", "perpbox.api.b", "perpbox.api.c", "perpbox.api.a"]
    assert import_cycle(circle) == found
    assert import_cycle({**circle, "perpbox/api/c.py": ""}) == []


def test_docstrings_do_not_count_toward_the_median() -> None:
    short = "def f():\n    '''One.\n\n    Two.\n    '''\n    return 1\n"
    long = "def f():\n" + "    a = 1\n" * 19
    assert median_function({"a.py": short}) == 2
    assert median_function({"a.py": short, "b.py": long, "c.py": long}) == 20


def test_a_module_without_a_test_is_found() -> None:
    package = {"perpbox/money.py": "", "perpbox/api/auth.py": "", "perpbox/api/__init__.py": ""}
    assert untested(package, {"tests/test_a.py": "import perpbox\n"}) == [
        "perpbox.api",
        "perpbox.api.auth",
        "perpbox.money",
    ]
    tests = {"tests/test_a.py": "from perpbox import api\nfrom perpbox.money import parse\n"}
    assert untested(package, tests) == []
