"""What a field was recomputed to, and what follows for the recorded figure."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from perpbox.audit.figures import Missing, Row
from perpbox.money import Amount, text

ROUNDINGS: Final[Amount] = 1_000
"""No row, asset or event is as small as this: a sum off by less is off by rounding, and not
because something is left out of the file.
"""


class Verdict(Enum):
    EXACT = "exact"
    OFF = "off"
    NOT_DETERMINED = "not determined"


class Recomputed(Struct, frozen=True):
    """A figure, or the figures that what the file leaves open allows."""

    formula: str = ""
    """In the file's own words; empty for the field's usual formula."""
    low: Amount | None = None
    """None when nothing at all can be said."""
    high: Amount | None = None
    """None when it may be any figure from `low` upwards."""
    reason: str = ""
    """What the file leaves open."""
    doubtful: bool = False
    """Whether another figure may come of what the file leaves open, so that it proves nothing."""
    slack: Amount = 0
    """A doubtful figure that is missed by no more than this is wrong all the same."""


class Finding(Struct, frozen=True):
    """One field of one row, recorded and recomputed."""

    source: str
    field: str
    recorded: str
    recomputed: str
    formula: str
    verdict: Verdict
    ulps: int = 0
    """Units of the eighth decimal between the two, when off."""
    reason: str = ""
    """Why it is not determined."""


def certain(value: Amount, formula: str = "") -> Recomputed:
    """The file determines it."""
    return Recomputed(formula, value, value)


def between(low: Amount, high: Amount, reason: str, formula: str = "") -> Recomputed:
    """The file narrows it down to these figures and those between."""
    return Recomputed(formula, min(low, high), max(low, high), reason)


def at_least(low: Amount, reason: str, formula: str = "") -> Recomputed:
    """What is left out of the file can only add to it."""
    return Recomputed(formula, low, None, reason, slack=ROUNDINGS)


def presumably(value: Amount, reason: str, formula: str = "", *, slack: Amount = 0) -> Recomputed:
    """It is this unless `reason`; another figure is then not the file's fault."""
    return Recomputed(formula, value, value, reason, doubtful=True, slack=slack)


def doubted(recomputed: Recomputed, reason: str) -> Recomputed:
    """The same, but proving nothing when it is missed; what is in doubt already stays so."""
    if recomputed.doubtful or recomputed.low is None:
        return recomputed
    return replace(recomputed, doubtful=True, reason=reason)


def unknown(reason: str, formula: str = "") -> Recomputed:
    return Recomputed(formula, reason=reason)


def is_figure(recomputed: Recomputed) -> bool:
    """Whether it is one figure, and beyond doubt."""
    return (
        recomputed.low is not None and recomputed.low == recomputed.high and not recomputed.doubtful
    )


def attempt(compute: Callable[[], Recomputed]) -> Recomputed:
    """Compute, or say which field the formula misses."""
    try:
        return compute()
    except Missing as gap:
        return unknown(f"{gap} is not in the file")


def judge(row: Row, name: str, formula: str, recomputed: Recomputed) -> Finding:
    """Hold the recorded figure against what it was recomputed to."""
    recorded = row.figure(name)
    verdict = _verdict(recorded, recomputed)
    off = verdict is Verdict.OFF
    fits = recomputed.low is not None and distance(recorded, recomputed) == 0
    return Finding(
        source=row.source,
        field=row.place(name),
        recorded=row.text(name),
        recomputed=text(recorded) if verdict is Verdict.EXACT else _shown(recomputed),
        formula=recomputed.formula or formula,
        verdict=verdict,
        ulps=distance(recorded, recomputed) if off else 0,
        reason=_reason(recomputed, fits=fits) if verdict is Verdict.NOT_DETERMINED else "",
    )


def distance(recorded: Amount, recomputed: Recomputed) -> Amount:
    """Units to the nearest figure that is possible."""
    if recomputed.low is None:
        return 0
    if recorded < recomputed.low:
        return recomputed.low - recorded
    if recomputed.high is None:
        beyond = recorded - recomputed.low
        return beyond if beyond <= recomputed.slack else 0
    return max(0, recorded - recomputed.high)


def _verdict(recorded: Amount, recomputed: Recomputed) -> Verdict:
    off = distance(recorded, recomputed)
    if off:
        excused = recomputed.doubtful and off > recomputed.slack
        return Verdict.NOT_DETERMINED if excused else Verdict.OFF
    met = recorded == recomputed.low and recomputed.high in {None, recorded}
    return Verdict.EXACT if met else Verdict.NOT_DETERMINED


def _reason(recomputed: Recomputed, *, fits: bool) -> str:
    return f"it fits, but {recomputed.reason}" if fits else recomputed.reason


def _shown(recomputed: Recomputed) -> str:
    low, high = recomputed.low, recomputed.high
    if low is None:
        return ""
    if high is None:
        return f"{text(low)} or more"
    return text(low) if low == high else f"{text(low)} – {text(high)}"
