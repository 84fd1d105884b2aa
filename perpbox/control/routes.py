"""The table of calls: method, path, handler. A name in braces is whatever stands there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from perpbox.control import (
    accounts,
    explain,
    faults,
    insurance,
    keys,
    market,
    process,
    snapshots,
    symbols,
    top,
    what_if,
)
from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused

Handler = Callable[[Desk, Call], Any]


class Route(Struct, frozen=True):
    method: str
    path: str
    handler: Handler

    def names_in(self, path: str) -> tuple[str, ...] | None:
        """What the path has where this one has names; None if it is not this path."""
        own, given = self.path.split("/"), path.split("/")
        if len(own) != len(given):
            return None
        if any(a != b and not a.startswith("{") for a, b in zip(own, given, strict=True)):
            return None
        return tuple(b for a, b in zip(own, given, strict=True) if a.startswith("{"))


HEALTH: Final = "/healthz"

ROUTES: Final = (
    Route("GET", HEALTH, process.healthz),
    Route("GET", "/box/v1/status", process.status),
    Route("GET", "/box/v1/top", top.top),
    Route("POST", "/box/v1/clock", process.set_clock),
    Route("POST", "/box/v1/prices", market.move_prices),
    Route("POST", "/box/v1/mark-sources", market.set_mark_sources),
    Route("POST", "/box/v1/funding", market.set_funding),
    Route("POST", "/box/v1/liquidity", market.set_liquidity),
    Route("GET", "/box/v1/symbols", symbols.list_symbols),
    Route("POST", "/box/v1/symbols", symbols.list_symbol),
    Route("GET", "/box/v1/symbols/{symbol}", symbols.show_symbol),
    Route("PATCH", "/box/v1/symbols/{symbol}", symbols.change_symbol),
    Route("DELETE", "/box/v1/symbols/{symbol}", symbols.settle_symbol),
    Route("GET", "/box/v1/faults", faults.show_faults),
    Route("POST", "/box/v1/faults", faults.lay_fault),
    Route("DELETE", "/box/v1/faults", faults.forget_faults),
    Route("DELETE", "/box/v1/faults/{id}", faults.lift_fault),
    Route("GET", "/box/v1/insurance", insurance.show_insurance),
    Route("POST", "/box/v1/insurance", insurance.move_insurance),
    Route("POST", "/box/v1/accounts", accounts.open_account),
    Route("GET", "/box/v1/accounts", accounts.list_accounts),
    Route("GET", "/box/v1/accounts/{id}", accounts.show_account),
    Route("DELETE", "/box/v1/accounts/{id}", accounts.close_account),
    Route("POST", "/box/v1/accounts/{id}/reset", accounts.reset_account),
    Route("POST", "/box/v1/accounts/{id}/transfer", accounts.transfer),
    Route("POST", "/box/v1/accounts/{id}/fees", accounts.set_fees),
    Route("GET", "/box/v1/accounts/{id}/trace", insurance.show_trace),
    Route("GET", "/box/v1/accounts/{id}/explain", explain.explain),
    Route("POST", "/box/v1/accounts/{id}/what-if", what_if.what_if),
    Route("POST", "/box/v1/accounts/{id}/keys", keys.add_key),
    Route("DELETE", "/box/v1/accounts/{id}/keys/{apiKey}", keys.remove_key),
    Route("POST", "/box/v1/snapshots", snapshots.take_snapshot),
    Route("GET", "/box/v1/snapshots", snapshots.list_snapshots),
    Route("DELETE", "/box/v1/snapshots/{name}", snapshots.delete_snapshot),
    Route("POST", "/box/v1/snapshots/{name}/restore", snapshots.restore_snapshot),
    Route("POST", "/box/v1/snapshots/{name}/fork", snapshots.fork_snapshot),
    Route("GET", "/box/v1/forks", snapshots.list_forks),
    Route("DELETE", "/box/v1/forks/{number}", snapshots.end_fork),
)


def find(method: str, path: str) -> tuple[Handler, tuple[str, ...]]:
    """The handler of a call and what its path names; refuses an unknown path or method."""
    allowed = []
    for route in ROUTES:
        names = route.names_in(path)
        if names is None:
            continue
        if route.method == method:
            return route.handler, names
        allowed.append(route.method)
    if allowed:
        message = f"{method} is not possible here; {' and '.join(allowed)} is."
        raise Refused(405, "METHOD_NOT_ALLOWED", message, (("Allow", ", ".join(allowed)),))
    raise Refused(404, "UNKNOWN_PATH", "There is nothing under this path.")
