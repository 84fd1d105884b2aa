"""The guard before every endpoint, and the answer after it. No socket is known here."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from perpbox.api.auth import Authenticator, Keys, require_time
from perpbox.api.call import Call
from perpbox.api.desk import Desk
from perpbox.api.errors import ApiError, Error
from perpbox.api.limits import Limits
from perpbox.api.params import Params, read, signed_parts, split_signature
from perpbox.api.routes import Route, Security, by_path
from perpbox.message import Answer, Pending, Request, Response
from perpbox.money import Millis

Headers = tuple[tuple[str, str], ...]


class Api:
    """Binance's REST dialect over one venue.

    `limits` charges weights and order counts; None charges nothing. `machine_clock` is a second
    clock by which a timestamp may be right; None leaves the venue's alone.
    """

    def __init__(
        self,
        desk: Desk,
        keys: Keys,
        *,
        limits: Limits | None = None,
        machine_clock: Callable[[], Millis | None] | None = None,
    ) -> None:
        self.venue = desk.venue
        self._authenticator = Authenticator(keys)
        self._desk = desk
        self._limits = limits
        self._machine_clock = machine_clock
        self._routes = by_path(desk.api_date)

    def answer(self, request: Request) -> Answer:
        """Guard, call, answer; whatever a handler shows is told once it is durable."""
        try:
            route = self._route(request)
        except ApiError as error:
            return error.response()
        now = self.venue.now()
        headers: Headers = ()
        try:
            query, body = signed_parts(request)
            try:
                params = Params(read(query, body))
            except ApiError:
                # What cannot be read costs too, and a ban comes before it.
                if self._limits is not None:
                    self._charge_weight(self._limits, request, route, Params({}), now)
                raise
            if self._limits is not None:
                headers = self._charge_weight(self._limits, request, route, params, now)
                if route.funding:
                    self._limits.charge_funding(request.client_ip, now)
            account = None
            if route.security is not Security.NONE:
                account_id = self._authenticate(request, route, params, query, body, now)
                account = self.venue.state.accounts[account_id]
                if self._limits is not None and self._counts(route):
                    headers += self._charge_orders(self._limits, account_id, route, now)
        except ApiError as error:
            return error.response(headers or self._weight_header(request))
        call = Call(self._desk, params, now, account)
        return self._told(route, call, headers)

    def _route(self, request: Request) -> Route:
        methods = self._routes.get(request.path)
        if methods is None:
            raise ApiError(Error.UNKNOWN_PATH, request.path)
        route = methods.get(request.method)
        if route is None:
            raise ApiError(Error.METHOD_NOT_ALLOWED, request.method)
        return route

    def _authenticate(
        self,
        request: Request,
        route: Route,
        params: Params,
        query: bytes,
        body: bytes,
        now: Millis,
    ) -> int:
        """Key, permission and address, then time, then signature; the account's id."""
        key = self._authenticator.key(
            request.headers.get("x-mbx-apikey"), route.security.permission, request.client_ip
        )
        if key.account_id not in self.venue.state.accounts:
            raise ApiError(Error.KEY_REJECTED)
        if not route.security.is_signed:
            return key.account_id
        require_time(params, now, self._machine_clock)
        self._authenticator.require_signature(key, *split_signature(query, body))
        return key.account_id

    # Limits.

    def _charge_weight(
        self, limits: Limits, request: Request, route: Route, params: Params, now: Millis
    ) -> Headers:
        weight = route.weight if isinstance(route.weight, int) else route.weight(params)
        used = limits.charge_weight(request.client_ip, weight, now)
        return (("X-MBX-USED-WEIGHT-1M", str(used)),)

    def _weight_header(self, request: Request) -> Headers:
        if self._limits is None:
            return ()
        return (("X-MBX-USED-WEIGHT-1M", str(self._limits.used_weight(request.client_ip))),)

    def _counts(self, route: Route) -> bool:
        """Whether it charges order counts on the day of the API date."""
        return route.orders[0] != 0 and route.counted_since <= self._desk.api_date

    def _charge_orders(self, limits: Limits, account_id: int, route: Route, now: Millis) -> Headers:
        counts = limits.charge_orders(account_id, *route.orders, now)
        names = ("X-MBX-ORDER-COUNT-10S", "X-MBX-ORDER-COUNT-1M")
        return tuple(zip(names, map(str, counts), strict=True))

    # Answers.

    def _told(self, route: Route, call: Call, headers: Headers) -> Answer:
        """The handler's answer, or one that waits for the journal.

        History lies in the journal's tables, so its handlers run only once those are written.
        """
        venue = self.venue
        if route.of_history and venue.sequence > venue.durable_sequence:
            return Pending(venue.sequence, lambda: self._call(route, call, headers))
        response = self._call(route, call, headers)
        if venue.sequence > venue.durable_sequence:
            return Pending(venue.sequence, lambda: response)
        return response

    @staticmethod
    def _call(route: Route, call: Call, headers: Headers) -> Response:
        try:
            body = route.handler(call)
        except ApiError as error:
            return error.response(headers)
        if isinstance(body, bytes):
            return Response(200, body, headers)
        return Response(200, msgspec.json.encode(body), headers)
