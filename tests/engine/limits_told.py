"""How a scenario tells what the venue did to an account at its limit."""

from __future__ import annotations

from typing import Final, TypeAlias

from perpbox.engine.events import (
    LiquidationAction,
    LiquidationStarted,
    LiquidationStepped,
    MarginCalled,
    MarginCallEnded,
)
from perpbox.money import text_short

ABOUT_LIMITS: TypeAlias = MarginCalled | MarginCallEnded | LiquidationStarted | LiquidationStepped

VERBS: Final = {
    LiquidationAction.REDUCE: "reduces",
    LiquidationAction.TAKE_OVER: "hands-over",
    LiquidationAction.DELEVERAGE: "deleverages",
}


def told_of_limit(event: ABOUT_LIMITS) -> tuple[str, str, dict[str, str]]:
    """The pool or the symbol, the verb, and figures: `alice BTCUSDT reduces 0.1 @ 49000`."""
    if isinstance(event, LiquidationStepped):
        shown = {"what": text_short(event.quantity), "@": text_short(event.price)}
        return event.symbol, VERBS[event.action], shown
    if isinstance(event, MarginCallEnded):
        return event.pool, "safe", {}
    verb = "called" if isinstance(event, MarginCalled) else "liquidated"
    figures = {"balance": event.margin_balance, "maint": event.maint_margin}
    return event.pool, verb, {name: text_short(value) for name, value in figures.items()}
