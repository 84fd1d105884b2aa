"""One connection to the WebSocket API: its requests, and the key that it is logged on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from perpbox.api.befall import befall
from perpbox.api.closing import close_failed, close_old
from perpbox.api.errors import ApiError, Error
from perpbox.api.guard import Guard, Visit
from perpbox.api.params import Params
from perpbox.api.routes import Route, Security
from perpbox.api.ws_api.frames import NULL_ID, OK, REVOKED, frame, order_rows, weight_row
from perpbox.api.ws_api.methods import SESSION_METHODS, SESSION_WEIGHT, plain_name
from perpbox.api.ws_api.requests import (
    Envelope,
    SentParams,
    read_envelope,
    read_id,
    read_method,
    read_params,
)
from perpbox.journal.keys import KeyKind
from perpbox.message import CUT, Answer, Later, Pending, Response, Wire
from perpbox.money import Millis


class Revoked(Exception):
    """The session's key is good no more: gone, or not for this address."""


class Reply:
    """To which request an answer belongs, and what goes with it."""

    __slots__ = ("request_id", "route", "shows_limits", "visit")

    def __init__(self, visit: Visit, *, shows_limits: bool) -> None:
        self.visit = visit
        self.shows_limits = shows_limits
        self.request_id = NULL_ID
        self.route: Route | None = None


class ApiSession:
    """Answers requests, each once it may; what waits for the journal holds up no other."""

    def __init__(
        self,
        guard: Guard,
        routes: Mapping[str, Route],
        wire: Wire,
        address: str,
        *,
        shows_limits: bool,
    ) -> None:
        self.messages_per_second = 0
        self.pings_per_second = 5
        self._guard = guard
        self._routes = routes
        self._known = {*routes, *SESSION_METHODS}
        self._wire = wire
        self._address = address
        self._shows_limits = shows_limits
        self._connected_since = guard.venue.now()
        self._api_key: str | None = None
        self._authorized_since: Millis | None = None
        self._closed = False

    # What the shell calls.

    def receive(self, message: str) -> None:
        if self._closed:
            return
        visit = Visit(self._guard.venue.now(), self._address, None, None)
        reply = Reply(visit, shows_limits=self._shows_limits)
        self._attempt(reply, lambda: self._take(message, reply))

    def _attempt(self, reply: Reply, act: Callable[[], None]) -> None:
        """Answer with whatever refuses it."""
        try:
            act()
        except Revoked:
            self._forget_key()
            self._wire.send(REVOKED)
        except ApiError as error:
            self._send(reply, error.response())

    def check(self) -> None:
        if not self._closed:
            self._closed = close_old(self._wire, self._connected_since, self._guard.venue.now())

    def closed(self) -> None:
        self._closed = True

    # Requests.

    def _take(self, message: str, reply: Reply) -> None:
        envelope = read_envelope(message)
        reply.request_id = read_id(envelope)
        self._serve(envelope, reply)

    def _serve(self, envelope: Envelope, reply: Reply) -> None:
        name = plain_name(read_method(envelope), self._known)
        if name is None:
            raise ApiError(Error.UNSUPPORTED_OPERATION)
        reply.route = self._routes.get(name)
        try:
            params = read_params(envelope)
            reply.shows_limits = params.optional_flag("returnRateLimits", reply.shows_limits)
        except ApiError:
            # What cannot be read costs too, and a ban comes before it.
            self._charge(reply, Params({}))
            raise
        if reply.route is None:
            self._charge(reply, params)
            result = self._of_session(name, reply.visit, params)
            self._send(reply, Response(OK, msgspec.json.encode(result)))
        else:
            self._ask(reply, reply.route, params, name)

    def _charge(self, reply: Reply, params: Params) -> None:
        if reply.route is None:
            self._guard.charge(reply.visit, SESSION_WEIGHT)
        else:
            self._guard.charge_route(reply.visit, reply.route, params)

    def _ask(self, reply: Reply, route: Route, params: SentParams, name: str) -> None:
        """Past the guard to the endpoint's handler, and back once that may be told."""
        faults = self._guard.desk.faults
        if not faults.rules:
            self._give(reply, self._answer(reply.visit, route, params))
            return
        account = self._guard.account_of(params.values.get("apiKey", self._api_key))
        struck = faults.of_call(name, account, params.values.get("symbol", ""))
        now = reply.visit.now
        self._give(
            reply, befall(struck, lambda: self._refusable(reply, route, params), faults, now)
        )

    def _refusable(self, reply: Reply, route: Route, params: SentParams) -> Answer:
        """A fault may want another answer in place of a refusal."""
        try:
            return self._answer(reply.visit, route, params)
        except ApiError as error:
            return error.response()

    def _give(self, reply: Reply, answer: Answer) -> None:
        if isinstance(answer, Response):
            self._send(reply, answer)
        elif isinstance(answer, Pending):
            pending = answer
            self._guard.venue.when_durable(pending.sequence, lambda: self._finish(reply, pending))
        else:
            later = answer
            later.begin(lambda: self._go_on(reply, later))

    def _go_on(self, reply: Reply, later: Later) -> None:
        """What a fault has held up."""
        if not self._closed:
            self._attempt(reply, lambda: self._give(reply, later.make()))

    def _answer(self, visit: Visit, route: Route, params: SentParams) -> Answer:
        in_session = self._present(visit, route, params)
        try:
            call = self._guard.admit(visit, route, params)
        except ApiError as error:
            if in_session and error.error is Error.KEY_REJECTED:
                self._require_good_key(visit)
            raise _told_here(error, visit) from None
        return self._guard.told(route, call)

    def _present(self, visit: Visit, route: Route, params: SentParams) -> bool:
        """Show key and signature to the guard; whether they are the session's.

        [dec] A signature that is sent with no key is looked at all the same.
        """
        if route.security is Security.NONE:
            return False
        visit.api_key = params.values.get("apiKey", self._api_key)
        in_session = visit.api_key is not None and "apiKey" not in params.values
        if not in_session or "signature" in params.values:
            visit.signed = params.signed()
        return in_session

    # The session's key.

    def _of_session(self, name: str, visit: Visit, params: SentParams) -> object:
        if name == "session.logon":
            self._log_on(visit, params)
        elif name == "session.logout":
            self._forget_key()
        elif self._api_key is not None:
            self._require_good_key(visit)
        return {
            "apiKey": self._api_key,
            "authorizedSince": self._authorized_since,
            "connectedSince": self._connected_since,
            "returnRateLimits": self._shows_limits,
            "serverTime": visit.now,
        }

    def _log_on(self, visit: Visit, params: SentParams) -> None:
        """Any permission will do; -4056 unless it is an Ed25519 key."""
        visit.api_key = params.values.get("apiKey")
        visit.signed = params.signed()
        try:
            key = self._guard.key_of(visit, None)
            if key.kind is not KeyKind.ED25519:
                raise ApiError(Error.INVALID_KEY_TYPE)
            self._guard.require_signed(visit, key, params)
        except ApiError as error:
            raise _told_here(error, visit) from None
        self._api_key, self._authorized_since = key.api_key, visit.now

    def _require_good_key(self, visit: Visit) -> None:
        """[dec] A key that lacks a permission only refuses what needs it; the session goes on."""
        visit.api_key = self._api_key
        try:
            self._guard.key_of(visit, None)
        except ApiError:
            raise Revoked from None

    def _forget_key(self) -> None:
        self._api_key = self._authorized_since = None

    # Answers.

    def _finish(self, reply: Reply, pending: Pending) -> None:
        if self._closed:
            return
        try:
            self._send(reply, pending.finish())
        except BaseException:
            self._closed = True
            close_failed(self._wire)  # the client would wait for ever
            raise

    def _send(self, reply: Reply, response: Response) -> None:
        if response is CUT:
            self._wire.abort()
            return
        rows = self._rows(reply) if reply.shows_limits else None
        self._wire.send(frame(reply.request_id, response, rows))

    def _rows(self, reply: Reply) -> bytes:
        """The limits that the request was charged.

        [dec] Order counts from the order count on: a refusal before it shows the weight alone.
        Without limits nothing is counted, and the rows are there for clients that insist on them.
        """
        guard, visit, route = self._guard, reply.visit, reply.route
        if visit.orders is not None:
            return order_rows(*visit.orders)
        if guard.limits is None:
            counted = route is not None and guard.counts(route)
            return order_rows(0, 0) if counted else weight_row(0)
        used = visit.weight
        return weight_row(guard.limits.used_weight(visit.address) if used is None else used)


def _told_here(error: ApiError, visit: Visit) -> ApiError:
    """The key is a parameter here: one that was not sent is -1103, as clients report."""
    if visit.api_key is None and error.error is Error.BAD_KEY_FORMAT:
        return ApiError(Error.API_KEY_MISSING)
    return error
