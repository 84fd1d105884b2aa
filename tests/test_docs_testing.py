"""The tests and programs that docs/testing.md shows are run."""

from __future__ import annotations

import contextlib
import io
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from perpbox.testing import Account, Box
from perpbox.testing.box import Clock

pytest_plugins = ["pytester"]

PAGE: Final = (Path(__file__).parent.parent / "docs" / "testing.md").read_text()
README: Final = (Path(__file__).parent.parent / "README.md").read_text()
BLOCKS: Final = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


# Not imported here: pytester would forget half of what the library has imported.
@pytest.mark.skipif(find_spec("ccxt") is None, reason="ccxt is not installed")
def test_the_tests_shown_pass(pytester: pytest.Pytester) -> None:
    shown = [block for block in (*BLOCKS, *fixtures(README)) if "(perpbox)" in block]
    assert len(shown) == 3
    pytester.makepyfile(**{f"test_{number}": block for number, block in enumerate(shown)})
    told = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--strict-markers")
    told.assert_outcomes(passed=3)


def fixtures(page: str) -> list[str]:
    return [b for b in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "(perpbox)" in b]


def test_the_program_shown_runs() -> None:
    (shown,) = (block for block in BLOCKS if "with venue" in block)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(shown, {})  # noqa: S102  the page's code is what is under test
    url, api_key, secret = printed.getvalue().split()
    assert url.startswith("http://127.0.0.1:")
    assert len(api_key) == len(secret) == 64


def test_every_call_in_the_tables_is_there() -> None:
    calls = re.findall(r"`(box|account)\.((?:clock\.)?\w+)", PAGE)
    assert len(calls) > 15
    for what, name in calls:
        of = Account if what == "account" else Clock if name.startswith("clock.") else Box
        assert hasattr(of, name.removeprefix("clock.")), name
