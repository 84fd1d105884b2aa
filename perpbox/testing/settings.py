"""What a venue in a test is told, in the words of a test."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any, Final

from perpbox.server.settings import Settings

START: Final = "2026-01-01T00:00:00Z"
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def settings_of(**told: Any) -> Settings:
    """The settings of `perpbox serve` by their names, where a test wants others than these.

    [dec] The clock stands until it is moved, and stands at the same moment in every run; a market
    that happens elsewhere has its own time.
    """
    known = {field.name for field in fields(Settings)}
    for name in told:
        if name not in known:
            raise TypeError(f"a venue has no setting {name!r}")
    words = {name: _value(name, value) for name, value in told.items()}
    settings = replace(Settings(port=0), **words)
    if settings.feed_kind == "relay":
        return settings
    if "clock" not in told:
        settings = replace(settings, clock="manual")
    if "start" not in told and settings.feed_kind != "recorded":
        settings = replace(settings, start=START)
    return settings


def _value(name: str, value: Any) -> Any:
    if name in {"feed", "catalogue"} and isinstance(value, str):
        return (value,)
    if name in {"feed", "catalogue"}:
        return tuple(value)
    if name == "start" and isinstance(value, str) and DAY.fullmatch(value):
        return f"{value}T00:00:00Z"
    return value
