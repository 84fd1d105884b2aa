"""What a client was seen to do: each feature is noted once all checks of it have held.

A flow is told by PERPBOX_CELLS where to note them, one a line. From these notes `run.py` fills the
table of docs/conformance.md, so a feature that nothing checks has no business here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PLACE: Final = "PERPBOX_CELLS"
FEATURES: Final = (
    "start-up",
    "market data",
    "account",
    "positions",
    "orders",
    "amendments",
    "batches",
    "conditional orders",
    "settings",
    "history",
    "refusals",
    "user stream",
    "market streams",
    "WebSocket API",
)


def passed(*features: str) -> None:
    """All checks of these have held; outside of `run.py` nobody wants to know."""
    for feature in features:
        if feature not in FEATURES:
            raise ValueError(f"{feature!r} is no feature; there are {', '.join(FEATURES)}")
    if place := os.environ.get(PLACE):
        with Path(place).open("a", encoding="utf-8") as notes:
            notes.writelines(f"{feature}\n" for feature in features)


def noted(place: Path) -> tuple[str, ...]:
    """Those that a flow has noted, in the order of the table."""
    lines = set(place.read_text(encoding="utf-8").splitlines()) if place.exists() else set()
    if unknown := lines - set(FEATURES):
        raise ValueError(f"noted, but no features: {', '.join(sorted(unknown))}")
    return tuple(feature for feature in FEATURES if feature in lines)
