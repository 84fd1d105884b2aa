"""What if: commands tried on a copy of the venue, of which nothing is kept."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.keys import require_account
from perpbox.control.requests import NewPrice, TimeText

MOST_STEPS: Final = 1000
MOST_MOVES: Final = 1000
LEAST_POINTS: Final = 2
MOST_POINTS: Final = 1001


class Step(Struct, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """One thing to try: exactly one of these, with the parameters of its endpoint."""

    prices: dict[str, str | NewPrice] | None = None
    """As of `POST /box/v1/prices`; "-20%" is so much below what stands."""
    moves: int = 1
    """In how many equal moves the prices get there."""
    advance: TimeText | None = None
    transfer: dict[str, str] | None = None
    order: dict[str, Any] | None = None
    algo_order: dict[str, Any] | None = None
    amend: dict[str, Any] | None = None
    cancel: dict[str, Any] | None = None
    cancel_algo: dict[str, Any] | None = None
    cancel_all: dict[str, Any] | None = None
    leverage: dict[str, Any] | None = None
    margin_type: dict[str, Any] | None = None
    position_margin: dict[str, Any] | None = None
    position_mode: dict[str, Any] | None = None
    multi_assets: dict[str, Any] | None = None

    @property
    def kind(self) -> str:
        """The one that is there. Refuses none, and more than one."""
        kinds = [name for name in KINDS if getattr(self, name) is not None]
        if len(kinds) != 1:
            named = ", ".join(Step.__struct_encode_fields__[FIELDS.index(name)] for name in KINDS)
            raise Refused(400, "INVALID_REQUEST", f"A step is exactly one of {named}.")
        return kinds[0]


FIELDS: Final = Step.__struct_fields__
KINDS: Final = tuple(name for name in FIELDS if name != "moves")


class Sweep(Struct, forbid_unknown_fields=True):
    """The account after the steps, at prices of one symbol from here to there."""

    symbol: str
    first: str = "-50%"
    last: str = "+50%"
    points: int = 101


class Asked(Struct, forbid_unknown_fields=True):
    steps: list[Step] = []
    sweep: Sweep | None = None


def what_if(desk: Desk, call: Call) -> object:
    """Try the steps in order; one that is refused changes nothing, and the next goes on."""
    account_id = call.account_id
    require_account(desk, account_id)
    asked = call.read(Asked)
    if len(asked.steps) > MOST_STEPS:
        raise Refused(400, "INVALID_REQUEST", f"There are more than {MOST_STEPS} steps.")
    for step in asked.steps:
        _ = step.kind
        if not 1 <= step.moves <= MOST_MOVES:
            raise Refused(400, "INVALID_REQUEST", f"moves are 1 to {MOST_MOVES}.")
    sweep = asked.sweep
    if sweep is not None:
        if sweep.symbol not in desk.venue.state.markets:
            raise Refused(400, "UNKNOWN_SYMBOL", f"There is no symbol {sweep.symbol}.")
        if not LEAST_POINTS <= sweep.points <= MOST_POINTS:
            raise Refused(400, "INVALID_REQUEST", f"points are {LEAST_POINTS} to {MOST_POINTS}.")
    return desk.what_if(account_id, asked)
