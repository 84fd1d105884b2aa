"""What flows note of features, and what is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import cells


def test_features_are_noted_once_each_in_the_order_of_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "cells"
    monkeypatch.setenv(cells.PLACE, str(place))
    cells.passed("orders", "account")
    cells.passed("orders")
    assert cells.noted(place) == ("account", "orders")


def test_an_unknown_feature_fails_the_flow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "cells"
    monkeypatch.setenv(cells.PLACE, str(place))
    with pytest.raises(ValueError, match=r"'everything' is no feature; there are start-up, "):
        cells.passed("orders", "everything")
    assert cells.noted(place) == ()


def test_a_feature_that_a_flow_of_another_language_invents_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "cells"
    place.write_text("orders\neverything\n")
    with pytest.raises(ValueError, match=r"no features: everything"):
        cells.noted(place)


def test_without_a_place_nothing_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cells.PLACE, raising=False)
    cells.passed("orders")
