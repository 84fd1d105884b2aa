"""The guard before every handler, whichever way a request came, and the handler's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from perpbox.api.auth import Authenticator, Keys, require_time
from perpbox.api.befall import account_of
from perpbox.api.call import Call
from perpbox.api.desk import Desk
from perpbox.api.errors import ApiError, Error
from perpbox.api.limits import Limits
from perpbox.api.params import Params
from perpbox.api.routes import Route, Security
from perpbox.journal.keys import Key
from perpbox.message import Due, Pending, Response
from perpbox.money import Millis

Headers = tuple[tuple[str, str], ...]
Signed: TypeAlias = tuple[tuple[bytes, ...], bytes | None]
"""The texts of which one is signed, and the signature; None where none was sent."""


class Visit:
    """A request on its way past the guard: who asks, from where, and what it was charged."""

    __slots__ = ("address", "api_key", "host", "now", "orders", "signed", "weight")

    def __init__(
        self,
        now: Millis,
        address: str,
        api_key: str | None,
        signed: Signed | None,
        host: str = "",
    ) -> None:
        self.now = now
        self.address = address
        self.api_key = api_key
        self.signed = signed
        """None where a session stands for the signature."""
        self.host = host
        self.weight: int | None = None
        """What its address has used of this minute; None where nothing is charged."""
        self.orders: tuple[int, int] | None = None
        """What its account has used of ten seconds and of a minute, if it was charged orders."""


class Guard:
    """Ban and weight, key, permission and address, time, signature, order count: in this order.

    `limits` charges weights and order counts; None charges nothing. `machine_clock` is a second
    clock by which a timestamp may be right; None leaves the venue's alone.
    """

    def __init__(
        self,
        desk: Desk,
        keys: Keys,
        limits: Limits | None,
        machine_clock: Callable[[], Millis | None] | None,
    ) -> None:
        self.desk = desk
        self.venue = desk.venue
        self.limits = limits
        self._authenticator = Authenticator(keys)
        self._keys = keys
        self._machine_clock = machine_clock

    def admit(self, visit: Visit, route: Route, params: Params) -> Call:
        """The call that the handler is given, or the refusal that comes first."""
        self.charge_route(visit, route, params)
        account = key = None
        if route.security is not Security.NONE:
            key = self.key_of(visit, route.security.permission)
            if route.security.is_signed:
                self.require_signed(visit, key, params, route)
            account = self.venue.state.accounts[key.account_id]
            if self.limits is not None and self.counts(route):
                visit.orders = self.limits.charge_orders(key.account_id, *route.orders, visit.now)
            if self.limits is not None and route.quotas:
                self.limits.charge_quotas(key.account_id, route.path, route.quotas, visit.now)
        return Call(self.desk, params, visit.now, account, key, visit.host)

    # Limits.

    def charge_route(self, visit: Visit, route: Route, params: Params) -> None:
        if self.limits is None:
            return
        self.charge(visit, route.weight if isinstance(route.weight, int) else route.weight(params))
        if route.funding:
            self.limits.charge_funding(visit.address, visit.now)
        if route.limited:
            self.limits.charge_statistics(visit.address, route.path, visit.now)

    def charge(self, visit: Visit, weight: int) -> None:
        """Charge the address, or 429 and in time 418."""
        if self.limits is None:
            return
        try:
            visit.weight = self.limits.charge_weight(visit.address, weight, visit.now)
        except ApiError:
            visit.weight = self.limits.used_weight(visit.address)
            raise

    def counts(self, route: Route) -> bool:
        """Whether it charges order counts on the day of the API date."""
        return route.orders[0] != 0 and route.counted_since <= self.desk.api_date

    # Who asks.

    def key_of(self, visit: Visit, permission: str | None) -> Key:
        """The key, which may do this from there and whose account is open; or -2014, -2015."""
        key = self._authenticator.key(visit.api_key, permission, visit.address)
        if key.account_id not in self.venue.state.accounts:
            raise ApiError(Error.KEY_REJECTED)
        return key

    def account_of(self, api_key: str | None) -> int | None:
        """Whose key it is, whatever it may do."""
        return account_of(self._keys, api_key)

    def require_signed(
        self, visit: Visit, key: Key, params: Params, route: Route | None = None
    ) -> None:
        """In time, and signed with the key unless a session stands for that."""
        skew, faults = 0, self.desk.faults
        if faults.rules:
            called = "session.logon" if route is None else f"{route.method} {route.path}"
            skew = faults.skew(called, key.account_id)
        require_time(params, visit.now + skew, None if skew else self._machine_clock)
        if visit.signed is not None:
            self._authenticator.require_signature(key, *visit.signed)

    # Answers.

    def told(self, route: Route, call: Call, headers: Headers = ()) -> Due:
        """The handler's answer, or one that waits for the journal.

        History lies in the journal's tables, so its handlers run only once those are written.
        """
        venue = self.venue
        if route.of_history and venue.sequence > venue.durable_sequence:
            return Pending(venue.sequence, lambda: _answered(route, call, headers))
        response = _answered(route, call, headers)
        if venue.sequence > venue.durable_sequence:
            return Pending(venue.sequence, lambda: response)
        return response


def _answered(route: Route, call: Call, headers: Headers) -> Response:
    try:
        body = route.handler(call)
    except ApiError as error:
        return error.response(headers)
    if isinstance(body, Response):
        return Response(body.status, body.body, (*headers, *body.headers), body.content_type)
    if isinstance(body, bytes):
        return Response(200, body, headers)
    return Response(200, msgspec.json.encode(body), headers)
