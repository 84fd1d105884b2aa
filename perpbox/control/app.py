"""The operator's application: is the call allowed, what does it do, when may it be told."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from typing import Final

import msgspec

from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused, refused_by_engine
from perpbox.control.routes import HEALTH, find
from perpbox.engine.rejects import Rejected
from perpbox.message import Due, Pending, Request, Response

MAX_BODY: Final = 256 * 1024
PREFIX: Final = "/box/"


class Control:
    """Answers `/box/v1` and `/healthz`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @staticmethod
    def owns(path: str) -> bool:
        return path.startswith(PREFIX) or path == HEALTH

    def answer(self, request: Request) -> Due:
        """Answer once the journal holds whatever the answer has seen."""
        try:
            self._admit(request)
            handler, names = find(request.method, request.path)
            shown = handler(self._desk, Call(names, request.body, request.query))
            if callable(shown):
                # It reads the journal's tables, once all before it is written there.
                return self._told(lambda: Response(200, msgspec.json.encode(shown())))
            response = Response(200, msgspec.json.encode(shown))
        except Rejected as rejected:
            response = refused_by_engine(rejected).response
        except Refused as refused:
            response = refused.response
        return self._told(lambda: response)

    def _told(self, finish: Callable[[], Response]) -> Due:
        venue = self._desk.venue
        if venue.durable_sequence >= venue.sequence:
            return finish()
        return Pending(venue.sequence, finish)

    def _admit(self, request: Request) -> None:
        if request.path == HEALTH:
            return
        if len(request.body) > MAX_BODY:
            raise Refused(413, "BODY_TOO_LARGE", f"The body has more than {MAX_BODY} bytes.")
        if self._desk.facts.token:
            self._require_token(request)
        else:
            _require_no_browser(request)

    def _require_token(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        wanted = self._desk.facts.token.encode()
        right = hmac.compare_digest(token.strip(" \t").encode("latin-1", "replace"), wanted)
        if scheme.lower() != "bearer" or not right:
            raise Refused(
                401,
                "UNAUTHORIZED",
                "Send the header Authorization: Bearer TOKEN.",
                (("WWW-Authenticate", "Bearer"),),
            )


def _require_no_browser(request: Request) -> None:
    """Without a token the address is the guard, and no web page may borrow it.

    A page of another site can make a browser call a loopback address, directly (then the browser
    adds an Origin) or through a name of its own that it points there (then Host is that name).
    """
    host = request.headers.get("host", "localhost")
    if "origin" in request.headers or not is_loopback(_host_name(host)):
        raise Refused(
            403,
            "FORBIDDEN_ORIGIN",
            "Without a token, only this machine's own programs may call; start with a token.",
        )


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def is_loopback(name: str) -> bool:
    """Whether a host name or address is this machine's own, and nobody else's."""
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
