"""The rules of the house, each a function from one source text to complaints about it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from statistics import median
from typing import Final, NamedTuple, TypeAlias

FLOORS: Final = (
    ("money",),
    ("instrument",),
    ("account",),
    ("margin", "book"),
    ("engine",),
    ("tape",),
    ("journal", "feed"),
    ("venue", "message", "doubles", "story", "faults"),
    ("api", "control"),
    ("server", "clients"),
    ("cli", "console", "pytest_plugin", "testing", "demo", "audit", "clone"),
)
"""The package's top-level modules, lowest first; an import goes down, or stays in its folder."""

FLOOR_OF: Final = {name: height for height, row in enumerate(FLOORS, 1) for name in row}
CORE_HEIGHT: Final = FLOOR_OF["engine"]

SIDEWAYS: Final = {
    ("pytest_plugin", "testing"): "the fixture is what tests without pytest make by themselves",
    ("cli", "demo"): "the terminal's door opens onto the demo, which knows no terminal",
    ("cli", "console"): "the terminal's door opens onto its verbs, which know no terminal",
    ("clone", "audit"): "a clone is made of the answers that the audit reads",
    ("console", "clone"): "the terminal's verbs open onto the clone, which knows no terminal",
    ("cli", "audit"): "the terminal's door opens onto the audit, which knows no terminal",
}
"""Importer and imported of one floor that may meet, with the reason."""

PURE: Final = {
    "__future__",
    "bisect",
    "collections",
    "collections.abc",
    "dataclasses",
    "enum",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "typing",
}
"""All that the core may import from outside the package, msgspec excepted."""

PURE_FOR: Final = {"instrument": {"importlib.resources", "json"}}
"""What one core module may import beyond that: the catalogue is a file of data."""

EFFECTS: Final = {"float", "complex", "open", "print", "input", "exec", "eval"}
"""Builtins with no place in the core: inexact numbers, and the outside world."""

EXACT_MATH: Final = {"gcd", "isqrt", "lcm"}
"""What of `math` the core may use: whole numbers in, whole numbers out."""

MAX_FILE: Final = 500
MAX_FUNCTION: Final = 70
MAX_WIDTH: Final = 100
MAX_FAN_OUT: Final = 12
MEDIAN_FUNCTION: Final = 10
"""Half of all functions are shorter than this, docstrings not counted."""

Complaints: TypeAlias = Iterator[str]
Rule: TypeAlias = Callable[[str, str], Complaints]
"""Takes a path from the root of the repository, and the source text."""
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


# Reading source


@cache
def tree_of(source: str) -> ast.Module:
    return ast.parse(source)


def nodes(source: str) -> Iterator[ast.AST]:
    return ast.walk(tree_of(source))


def functions(source: str) -> Iterator[Function]:
    for node in nodes(source):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def docstring_length(function: Function) -> int:
    if ast.get_docstring(function) is None:
        return 0
    first = function.body[0]
    assert first.end_lineno is not None
    return first.end_lineno - first.lineno + 1


def module_of(path: str) -> str:
    """The dotted name: "perpbox/api/__init__.py" is "perpbox.api"."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def top_of(module: str) -> str:
    """The top-level module that a dotted name lies in; empty for the package itself."""
    parts = module.split(".")
    return parts[1] if parts[0] == "perpbox" and len(parts) > 1 else ""


class Import(NamedTuple):
    """One imported name: `from a import b` is module "a" and name "b"."""

    line: int
    module: str
    name: str


def imports(path: str, source: str) -> Iterator[Import]:
    for node in nodes(source):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            module = absolute(path, node)
            for alias in node.names:
                yield Import(node.lineno, module, alias.name)


def absolute(path: str, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    folder = path.split("/")[: -node.level]
    return ".".join([*folder, node.module] if node.module else folder)


def own_imports(path: str, source: str) -> Iterator[Import]:
    """What is imported from the package, the submodule told apart from names where one can."""
    for found in imports(path, source):
        if found.module == "perpbox" and found.name in FLOOR_OF:
            yield found._replace(module=f"perpbox.{found.name}", name="")
        elif found.module.split(".")[0] == "perpbox":
            yield found


def in_core(path: str) -> bool:
    return 0 < FLOOR_OF.get(top_of(module_of(path)), 0) <= CORE_HEIGHT


# Rules over one file, wherever it is


def file_is_short(path: str, source: str) -> Complaints:
    lines = len(source.splitlines())
    if lines > MAX_FILE:
        yield f"{path}: {lines} lines, more than {MAX_FILE}"


def functions_are_short(path: str, source: str) -> Complaints:
    for function in functions(source):
        if length(function) > MAX_FUNCTION:
            yield f"{path}:{function.lineno}: {function.name} has {length(function)} lines"


def lines_are_narrow(path: str, source: str) -> Complaints:
    for number, line in enumerate(source.splitlines(), 1):
        if len(line) > MAX_WIDTH:
            yield f"{path}:{number}: {len(line)} characters wide"


def module_says_what_it_is(path: str, source: str) -> Complaints:
    if not ast.get_docstring(tree_of(source)):
        yield f"{path}: no docstring"


# Bracketed so that the words themselves do not stand here.
NOTE_TO_SELF: Final = re.compile(r"\b(?:[T]ODO|[F]IXME|[X]XX)\b")


def nothing_is_left_for_later(path: str, source: str) -> Complaints:
    for number, line in enumerate(source.splitlines(), 1):
        if NOTE_TO_SELF.search(line):
            yield f"{path}:{number}: {line.strip()}"


def errors_are_not_swallowed(path: str, source: str) -> Complaints:
    for node in nodes(source):
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield f"{path}:{node.lineno}: except without a type"
            elif is_broad(node.type) and all(is_idle(each) for each in node.body):
                yield f"{path}:{node.lineno}: any error at all is passed over"


def is_broad(kind: ast.expr) -> bool:
    named = {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)}
    return not named.isdisjoint({"Exception", "BaseException"})


def is_idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass | ast.Continue)


# Rules over one file of the package


def module_is_on_the_plan(path: str, source: str) -> Complaints:
    del source
    top = top_of(module_of(path))
    if top and top not in FLOOR_OF:
        yield f"{path}: {top} is on no floor"


def imports_stand_at_the_top(path: str, source: str) -> Complaints:
    for function in functions(source):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{path}:{node.lineno}: import inside {function.name}"


def imports_go_down(path: str, source: str) -> Complaints:
    here = top_of(module_of(path))
    for found in own_imports(path, source):
        there = top_of(found.module)
        if there in {here, ""} or (here, there) in SIDEWAYS:
            continue
        if FLOOR_OF.get(there, 0) >= FLOOR_OF.get(here, 0):
            yield f"{path}:{found.line}: {here or 'perpbox'} imports {there}"


def few_modules_are_leant_on(path: str, source: str) -> Complaints:
    leant_on = {found.module for found in own_imports(path, source)}
    if len(leant_on) > MAX_FAN_OUT:
        yield f"{path}: imports {len(leant_on)} modules, more than {MAX_FAN_OUT}"


# Rules over one file of the core


def core_imports_only_pure_modules(path: str, source: str) -> Complaints:
    allowed = PURE | PURE_FOR.get(top_of(module_of(path)), set())
    for found in imports(path, source):
        if found.module.split(".")[0] in {"perpbox", "msgspec"}:
            continue
        if found.module not in allowed and f"{found.module}.{found.name}" not in allowed:
            yield f"{path}:{found.line}: the core imports {found.module}"


def core_is_exact(path: str, source: str) -> Complaints:
    for node in nodes(source):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"{path}:{node.lineno}: {node.value!r} is no whole number"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield f"{path}:{node.lineno}: / is inexact; say which way it rounds"


def core_uses_whole_math(path: str, source: str) -> Complaints:
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "math" and node.attr not in EXACT_MATH:
                yield f"{path}:{node.lineno}: math.{node.attr}"
            elif node.value.id == "operator" and node.attr in {"truediv", "itruediv"}:
                yield f"{path}:{node.lineno}: operator.{node.attr}"
    for found in imports(path, source):
        if found.module == "math" and found.name and found.name not in EXACT_MATH:
            yield f"{path}:{found.line}: math.{found.name}"
        elif found.module == "operator" and found.name in {"truediv", "itruediv"}:
            yield f"{path}:{found.line}: operator.{found.name}"


def core_has_no_effects(path: str, source: str) -> Complaints:
    for node in nodes(source):
        if isinstance(node, ast.Name) and node.id in EFFECTS:
            yield f"{path}:{node.lineno}: {node.id} in the core"


# Rules over the whole package


def import_cycle(sources: Mapping[str, str]) -> list[str]:
    """The modules of one circle of imports, the first again at the end; empty if there is none."""
    graph = import_graph(sources)
    done: set[str] = set()
    trail: list[str] = []

    def visit(module: str) -> list[str]:
        if module in trail:
            return [*trail[trail.index(module) :], module]
        if module in done:
            return []
        trail.append(module)
        for needed in sorted(graph[module]):
            if circle := visit(needed):
                return circle
        done.add(trail.pop())
        return []

    return next(filter(None, map(visit, sorted(graph))), [])


def import_graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    known = {module_of(path) for path in sources}
    graph: dict[str, set[str]] = {module: set() for module in known}
    for path, source in sources.items():
        for found in imports(path, source):
            submodule = f"{found.module}.{found.name}"
            target = submodule if submodule in known else found.module
            if target in known:
                graph[module_of(path)].add(target)
    return graph


def median_function(sources: Mapping[str, str]) -> float:
    """The middle length of all functions, docstrings not counted; zero where there are none."""
    sizes = [
        length(function) - docstring_length(function)
        for source in sources.values()
        for function in functions(source)
    ]
    return median(sizes) if sizes else 0


def untested(package: Mapping[str, str], tests: Mapping[str, str]) -> list[str]:
    """The modules that no test file imports, neither themselves nor by their folder."""
    named: set[str] = set()
    for path, source in tests.items():
        for found in imports(path, source):
            named |= {found.module, f"{found.module}.{found.name}"}
    named.discard("perpbox")
    return sorted(
        module
        for module in map(module_of, package)
        if module not in named and module.rpartition(".")[0] not in named
    )
