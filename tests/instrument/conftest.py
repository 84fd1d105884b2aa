"""What the tests of the catalogue share."""

from __future__ import annotations

from pathlib import Path

import pytest

from perpbox.instrument import Catalogue, builtin

FACTS = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return builtin()


@pytest.fixture(scope="session")
def facts() -> Path:
    """The collected exchange facts, which are not part of the project."""
    if not FACTS.is_dir():
        pytest.skip(f"the collected exchange facts are not at {FACTS}")
    return FACTS
