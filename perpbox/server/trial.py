"""A copy of the venue to try things on: the same rules, the same answers, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from perpbox.account import AccountId
from perpbox.api.call import Call
from perpbox.api.desk import Desk
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import Params
from perpbox.api.routes import by_path
from perpbox.engine.snapshot import dump, load
from perpbox.feed.clock import MANUAL, VenueClock
from perpbox.journal.records import Window
from perpbox.journal.sketch import Sketch
from perpbox.venue import Venue

ACCOUNT: Final = "GET /fapi/v3/account"
RISK: Final = "GET /fapi/v3/positionRisk"
WITHOUT_END: Final = 1_000_000
"""Steps of a trace that are read at most."""


class Trial:
    """The venue as it stands, an account of which is to be tried.

    The market outside is not copied: prices stand until somebody moves them.
    """

    def __init__(self, desk: Desk, account_id: AccountId) -> None:
        state = load(dump(desk.venue.state), desk.venue.state.catalogue)
        self.journal = Sketch(state)
        now = desk.venue.now()
        self.clock = VenueClock(MANUAL, now, lambda: now)
        self.venue = Venue(state, 0, self.journal, self.clock)
        self.account_id = account_id
        self.desk = Desk(self.venue, self.journal.history, desk.tape, desk.api_date)

    def call(self, endpoint: str, sent: Mapping[str, Any]) -> bytes:
        """The answer of an endpoint to the account. Raises `ApiError` where it refuses."""
        return called(self.desk, self.account_id, endpoint, sent)

    def steps(self) -> list[dict[str, Any]]:
        """What the venue did to the account by itself, with the figures that led to it."""
        rows = self.journal.history.steps(self.account_id, Window(limit=WITHOUT_END))
        return [
            {
                "time": row.time,
                "step": row.step.value,
                "symbol": row.symbol,
                "orderId": row.order_id,
                "details": row.details,
            }
            for row in rows
        ]


def called(desk: Desk, account_id: AccountId, endpoint: str, sent: Mapping[str, Any]) -> bytes:
    """The answer of an endpoint to an account. Raises `ApiError` where it refuses."""
    method, _, path = endpoint.partition(" ")
    route = by_path(desk.api_date).get(path, {}).get(method)
    if route is None:
        raise ApiError(Error.UNKNOWN_PATH, path)
    params = Params({name: _text(value) for name, value in sent.items()})
    account = desk.venue.state.accounts[account_id]
    body = route.handler(Call(desk, params, desk.venue.now(), account))
    return body if isinstance(body, bytes) else msgspec.json.encode(body)


def tried(act: Callable[[], bytes]) -> dict[str, Any]:
    """The answer, or code and message of the refusal."""
    try:
        return {"answer": msgspec.Raw(act())}
    except ApiError as error:
        return {"refused": msgspec.Raw(error.response().body)}


def _text(value: object) -> str:
    """A parameter as a client writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
