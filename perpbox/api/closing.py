"""How a WebSocket connection ends that the venue ends, whichever door it came in by."""

from __future__ import annotations

from typing import Final

from perpbox.message import Wire
from perpbox.money import Millis

LIFE: Final[Millis] = 24 * 60 * 60 * 1000
"""Of the venue's time (pages on the streams and on the WebSocket API)."""
GOING_AWAY: Final = 1001
INTERNAL_ERROR: Final = 1011


def close_old(wire: Wire, opened: Millis, now: Millis) -> bool:
    """Close what has lasted for 24 hours; whether it was."""
    if now - opened < LIFE:
        return False
    wire.close(GOING_AWAY, "A connection is valid for 24 hours.")
    return True


def close_failed(wire: Wire) -> None:
    """A fault of the program: whoever logs it cannot tell the client."""
    wire.close(INTERNAL_ERROR, "Internal error.")
