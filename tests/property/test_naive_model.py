"""The margin arithmetic against the naive model, on accounts made up from nothing."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.property.naive_world import Scene, both_models_agree
from tests.property.scenes import scenes


@pytest.mark.fuzz
@given(scenes())
def test_both_models_say_the_same_of_any_account(scene: Scene) -> None:
    both_models_agree(scene)
