"""Binance's REST dialect: a request past the guard to its handler. No socket is known here."""

from __future__ import annotations

from collections.abc import Callable

from perpbox.api.auth import Keys
from perpbox.api.desk import Desk
from perpbox.api.errors import ApiError, Error
from perpbox.api.guard import Guard, Headers, Visit
from perpbox.api.limits import Limits
from perpbox.api.params import Params, read, signed_parts, split_signature
from perpbox.api.routes import Route, by_path
from perpbox.message import Due, Request
from perpbox.money import Millis

SPOT = "/api/"
"""There the weight is told without its interval too, and some clients read it only so."""


class Api:
    """Binance's REST dialect over one venue, behind a guard that other doors may share."""

    def __init__(
        self,
        desk: Desk,
        keys: Keys,
        *,
        limits: Limits | None = None,
        machine_clock: Callable[[], Millis | None] | None = None,
    ) -> None:
        self.guard = Guard(desk, keys, limits, machine_clock)
        self._routes = by_path(desk.api_date)

    def answer(self, request: Request) -> Due:
        """Guard, call, answer; whatever a handler shows is told once it is durable."""
        try:
            route = self._route(request)
        except ApiError as error:
            return error.response()
        guard = self.guard
        query, body = signed_parts(request)
        message, signature = split_signature(query, body)
        key = request.headers.get("x-mbx-apikey")
        host = request.headers.get("host", "")
        visit = Visit(guard.venue.now(), request.client_ip, key, ((message,), signature), host)
        try:
            try:
                params = Params(read(query, body))
            except ApiError:
                # What cannot be read costs too, and a ban comes before it.
                guard.charge_route(visit, route, Params({}))
                raise
            call = guard.admit(visit, route, params)
        except ApiError as error:
            return error.response(_headers(visit, request.path))
        return guard.told(route, call, _headers(visit, request.path))

    def _route(self, request: Request) -> Route:
        methods = self._routes.get(request.path)
        if methods is None:
            raise ApiError(Error.UNKNOWN_PATH, request.path)
        route = methods.get(request.method)
        if route is None:
            raise ApiError(Error.METHOD_NOT_ALLOWED, request.method)
        return route


def _headers(visit: Visit, path: str) -> Headers:
    """What the request was charged, as a client is told."""
    if visit.weight is None:
        return ()
    weight = ("X-MBX-USED-WEIGHT-1M", str(visit.weight))
    if path.startswith(SPOT):
        return (weight, ("X-MBX-USED-WEIGHT", str(visit.weight)))
    if visit.orders is None:
        return (weight,)
    ten_seconds, minute = visit.orders
    return (
        weight,
        ("X-MBX-ORDER-COUNT-10S", str(ten_seconds)),
        ("X-MBX-ORDER-COUNT-1M", str(minute)),
    )
