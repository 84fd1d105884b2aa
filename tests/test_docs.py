"""The hand-written pages keep to what the code has: calls, places of decisions, the tree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from perpbox.control.routes import ROUTES
from perpbox.control.what_if import Step
from perpbox.faults import FORMS, Rule
from perpbox.faults.rules import OF_CALL, OF_EVENT, REFUSABLE, OfCommand

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "CONTRIBUTING.md"]


def test_the_control_page_lists_every_call_and_no_other() -> None:
    page = (DOCS / "control.md").read_text()
    listed = re.findall(r"^\| `([A-Z]+ [^`]+)` \|", page, re.MULTILINE)
    assert listed == sorted(listed, key=listed.index)
    assert set(listed) == {f"{route.method} {route.path}" for route in ROUTES}
    assert len(listed) == len(set(listed))


def test_every_decision_names_a_file_that_is_there() -> None:
    rows = re.findall(r"^\|.*\| ([^|]+) \|$", (DOCS / "decisions.md").read_text(), re.MULTILINE)
    places = [place for row in rows for place in re.findall(r"`([a-z_/0-9]+\.(?:py|json))`", row)]
    assert len(places) > 30
    for place in places:
        assert (ROOT / "perpbox" / place).exists(), place


def test_every_decision_marked_in_the_code_is_on_the_page() -> None:
    page = (DOCS / "decisions.md").read_text()
    package = ROOT / "perpbox"
    marked = [path for path in package.rglob("*.py") if "[dec]" in path.read_text()]
    assert marked
    for path in marked:
        assert f"`{path.relative_to(package).as_posix()}`" in page, path


def test_the_architecture_page_knows_every_module_at_the_top() -> None:
    page = (DOCS / "ARCHITECTURE.md").read_text()
    tree = page.split("```")[1]
    named = set(re.findall(r"^  ([a-z_]+)(?:\.py|/) ", tree, re.MULTILINE))
    there = {path.stem for path in (ROOT / "perpbox").iterdir() if is_module(path)}
    assert named == there


def is_module(path: Path) -> bool:
    if path.is_dir():
        return any(path.glob("*.py"))
    return path.suffix == ".py" and path.stem not in {"__init__", "__main__"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_page_of_faults_has_every_kind_form_and_condition() -> None:
    page = (DOCS / "faults.md").read_text(encoding="utf-8")
    kinds = {
        str(kind.__struct_config__.tag) for kind in (*OF_CALL, *OF_EVENT, *get_args(OfCommand))
    }
    names = {*kinds, "skew", *FORMS, *(each.name for each in REFUSABLE)}
    conditions = {*Rule.__struct_encode_fields__} - {"fault"}
    assert {name for name in names | conditions if f"`{name}`" not in page} == set()


def test_the_page_of_what_if_has_every_step() -> None:
    page = (DOCS / "what-if.md").read_text(encoding="utf-8")
    names = set(Step.__struct_encode_fields__) - {"moves"}
    assert {name for name in names if f'"{name}":' not in page} == set()
