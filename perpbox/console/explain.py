"""`perpbox explain`: the question to the venue, and the answer as a tree."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from rich.text import Text
from rich.tree import Tree

from perpbox.console.operator import Operator


def ask(operator: Operator, account: int | None, field: str, depth: int | None) -> dict[str, Any]:
    query: dict[str, str | int] = {"field": field}
    if depth is not None:
        query["depth"] = depth
    path = f"/box/v1/accounts/{operator.account_id(account)}/explain?{urlencode(query)}"
    return operator.ask("GET", path)


def tree_of(node: dict[str, Any]) -> Tree:
    """One line a figure; rounding and evidence of the first alone, `--json` has them of all."""
    tree = Tree(_line(node))
    tree.add(Text(f"rounding: {node['rounding']}", "dim"))
    tree.add(Text(f"evidence: {node['evidence']}", "dim"))
    for each in node["inputs"]:
        _hang(tree, each)
    return tree


def _hang(tree: Tree, node: dict[str, Any]) -> None:
    branch = tree.add(_line(node))
    for each in node["inputs"]:
        _hang(branch, each)


def _line(node: dict[str, Any]) -> Text:
    joint = " = " if node["inputs"] else ": "
    return Text.assemble(
        (node["field"], "bold"), " ", (node["value"], "cyan"), joint, node["formula"]
    )
